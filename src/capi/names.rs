//! The names of all fields and lists that the library defines. The platform's own fields are passed on in
//! addition, under the platform's names.

use std::borrow::Cow;

/// The name of a field or of a list.
#[derive(Clone, Copy, Debug)]
pub struct Name(&'static str);

impl Name {
    /// The name as a caller writes it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<Name> for Cow<'static, str> {
    fn from(name: Name) -> Self {
        Self::Borrowed(name.0)
    }
}

macro_rules! names {
    ($( $constant:ident $name:literal, $kind:ident, $where:literal, zh $zh:literal, en $en:literal; )*) => {
        $(
            #[doc = $en]
            pub const $constant: Name = Name($name);
        )*
    };
}

// `cargo xtask tables` makes docs/fields.md from this: the type of each field, and the replies and lists that
// have it.
names! {
    CODE "code", number, "every reply",
        zh "本次调用的返回码",
        en "the number that the call returned";
    MONEY "money", text, "every reply",
        zh "顾客的钱有没有变动：moved（已收或已退）、not_moved（没有收，也没有退）、may_have_moved（不确定）、decided（由人工认定）",
        en "what happened to the customer's money, according to the code: moved, not_moved, may_have_moved, decided (by a person)";
    MESSAGE_ZH "message_zh", text, "every reply, difference, alarm",
        zh "给收银员：发生了什么，钱是否可能已收或已退；还有事情要做时说明还有多少（中文）",
        en "for the cashier: what happened and whether money may have moved, or how much remains to be done; in Chinese";
    MESSAGE_EN "message_en", text, "every reply, difference, alarm",
        zh "给收银员：发生了什么，钱是否可能已收或已退；还有事情要做时说明还有多少（英文）",
        en "for the cashier: what happened and whether money may have moved, or how much remains to be done; in English";
    ADVICE_ZH "advice_zh", text, "every reply",
        zh "给收银员：该怎么做（中文）",
        en "for the cashier: what to do next, in Chinese";
    ADVICE_EN "advice_en", text, "every reply",
        zh "给收银员：该怎么做（英文）",
        en "for the cashier: what to do next, in English";
    HINT_ZH "hint_zh", text, "every reply, difference, alarm",
        zh "给程序员：接下来用哪个调用、字段或选项（中文）",
        en "for the programmer: which call, field or option comes next, in Chinese";
    HINT_EN "hint_en", text, "every reply, difference, alarm",
        zh "给程序员：接下来用哪个调用、字段或选项（英文）",
        en "for the programmer: which call, field or option comes next, in English";
    DETAIL "detail", text, "every reply",
        zh "写进程序员的日志，不给收银员看：平台、网络或磁盘给出的原因，或程序库自己的说明（英文）；可能为空",
        en "for the programmer's log, not for the cashier: the reason given by the platform, the network or the disk, or by the library itself, in English; may be empty";
    OUT_TRADE_NO "out_trade_no", text, "charge, refund, paying, unanswered, difference, alarm; errors that name another bill",
        zh "商户订单号；不是本机的单时为空",
        en "your number of the bill; empty if it is not of this till";
    OUT_REFUND_NO "out_refund_no", text, "refund, difference; WSY_ERR_REFUND_OPEN",
        zh "商户退款单号",
        en "your number of the refund";
    DM_ID "dm_id", text, "charge, refund, bill, difference, alarm",
        zh "平台单号；还不知道时为空",
        en "the platform's order; empty while it is not known";
    ATTEMPT "attempt", number, "charge",
        zh "这一单的第几次收款，从 1 开始",
        en "which attempt on the bill, starting at 1";
    STATE "state", text, "charge, refund, order, state",
        zh "收款：open（未查清）、paid、not_paid、not_sent、decided_paid、decided_not_paid（人工认定）；退款：open、refunded、not_refunded、not_sent、conflict（须人工核对）、decided_refunded、decided_not_refunded；单次查询：was_paid（付过款，可能已退）、was_refunded（付过款，已退款或部分退款）、paying、failed、differs（金额或订单不符）、not_known，这些都不是收款结果；日合计中另有 paid_late（报告为未付款，之后查明已付款）",
        en "of a charge: open (undecided), paid, not_paid, not_sent, decided_paid or decided_not_paid (by a person); of a refund: open, refunded, not_refunded, not_sent, conflict (a person has to check), decided_refunded or decided_not_refunded; of a single query, which is not a verdict: was_paid (and perhaps refunded since), was_refunded (in full or in part), paying, failed, differs (amount or order) or not_known; in the totals of a day also paid_late (found to be paid after it was reported as not paid)";
    TOTAL_FEN "total_fen", fen, "charge, order",
        zh "金额",
        en "the amount";
    TOTAL "total", yuan, "charge",
        zh "同 total_fen",
        en "the amount of total_fen";
    REFUND_FEN "refund_fen", fen, "refund",
        zh "退款金额",
        en "the amount of the refund";
    REFUND "refund", yuan, "refund",
        zh "同 refund_fen",
        en "the amount of refund_fen";
    AUTH_CODE "auth_code", text, "charge",
        zh "付款码，只留前两位和后四位",
        en "the auth code, masked except for its first two and last four digits";
    PAYTYPE "paytype", text, "charge, refund, order, bill, wallet",
        zh "收款时发送的 paytype（配置中的 code），如 o2o_dm_code_wxpaysub；退款的是原收款的；不是本机收的单，按 pay_type 从配置中取",
        en "the paytype that the charge sent, a code of the config such as o2o_dm_code_wxpaysub; of a refund: that of its charge; of a bill that this till did not charge: the config's code for its pay_type";
    PAY_TYPE "pay_type", text, "charge, refund, order, bill, pay",
        zh "平台的支付方式编号，如 4；平台的答复里没有时取配置的",
        en "the platform's number of the payment type, such as 4; the config's where no response named it";
    PAY_NAME "pay_name", text, "charge, refund, order, bill, pay",
        zh "支付方式的名称，如 微信：答复里的 paymode，账单顶部的 pay_type；没有时取配置的",
        en "the payment type's name, such as 微信: paymode of a response, or the pay_type at the top of a bill; the config's where neither came";
    PAY_ID "pay_id", text, "charge, refund, order, bill, pay",
        zh "支付渠道的交易单号；退款的是平台答复里的，答复丢失时为空；账单明细（pay）里的退款行，是平台的退款号",
        en "the channel's transaction; of a refund: from its response, empty if that was lost; in a refund's line of a bill (pay): the platform's number of the refund";
    REFUND_ID "refund_id", text, "refund",
        zh "平台的退款号：账单中这笔退款那一行的 pay_id",
        en "the platform's number of the refund: pay_id of its line in the bill";
    NO "no", text, "bill",
        zh "平台账单的 no",
        en "no of the platform's bill";
    CANVAS "canvas", text, "charge, refund, order",
        zh "平台客户端的弹窗（答复中的 Canvas，XML 原文）；没有则为空；文字用 wsy_reply_canvas_text，图片用 wsy_reply_canvas_png",
        en "the pop-up of the platform's own client, the Canvas of the response as XML; empty for none; as lines: wsy_reply_canvas_text, as a picture: wsy_reply_canvas_png";
    PAY_TIME "pay_time", text, "charge, refund, bill, pay",
        zh "平台记录的支付或退款时间（北京时间）",
        en "the platform's time of the payment or refund (Beijing)";
    OPENID "openid", text, "charge",
        zh "顾客在钱包里的标识",
        en "the customer's id in the wallet";
    REASON "reason", text, "charge, refund, paying, unanswered",
        zh "平台的原话，或这样结束的原因",
        en "the platform's sentence, or why it ended this way";
    NEEDS_PERSON "needs_person", text, "charge, refund",
        zh "需要人工核对的事；没有则为空",
        en "what a person has to check; empty for nothing";
    DEVICE_ID "device_id", text, "charge, refund, config",
        zh "发出请求的设备；配置里是本机的设备，未激活时为空",
        en "the device that sent it; in the config: this till's device, empty until activated";
    STARTED "started", text, "charge, refund",
        zh "本机开始的时间（北京时间）",
        en "this till's time of the start (Beijing)";
    OPERATOR_ID "operator_id", text, "charge, refund, operator",
        zh "收款或退款时传入的 operator_id 参数（收银员）；没有则为空",
        en "the parameter operator_id of the charge or refund, which names the cashier; empty for none";
    TOLD "told", text, "charge",
        zh "第一次返回“已支付”的时间（北京时间）；未支付，或还没有报告过的，为空",
        en "this till's time at which a call first reported it as paid (Beijing); empty if it is not paid, or not reported yet";
    PAID_LATE "paid_late", number, "charge",
        zh "1 表示报告过未支付，之后查明已支付；顾客可能已用别的方式付过",
        en "1: it was found to be paid after it was reported as not paid; the customer may have since paid in another way";
    FIRST_TOLD "first_told", text, "WSY_PAID_EARLIER",
        zh "第一次返回“已支付”的时间（北京时间）；还没有报告过的为空，用 wsy_settle 了结",
        en "this till's time at which a call first reported the bill as paid (Beijing); empty if none has yet: call wsy_settle";
    DECISION "decision", text, "WSY_DECIDED, decision",
        zh "人工认定的结果：paid（已支付）、not_paid（未支付）、refunded（已退款）、not_refunded（未退款）、keep（继续等待）",
        en "what a person decided: paid, not_paid, refunded, not_refunded or keep";
    DECIDED_BY "decided_by", text, "WSY_DECIDED, decision",
        zh "由谁认定",
        en "who decided it";
    WHY "why", text, "WSY_DECIDED, decision",
        zh "认定的理由",
        en "the reason that the person gave";
    DECIDED "decided", text, "WSY_DECIDED, decision",
        zh "人工认定的时间（北京时间）",
        en "when it was decided (Beijing)";
    ENDED "ended", text, "charge, refund",
        zh "本机得到结果的时间（北京时间）",
        en "this till's time of the outcome (Beijing)";
    PRINTINFO "printinfo", text, "charge, refund, order, receipt",
        zh "平台给的小票，含转义符",
        en "the receipt as it came, with escapes";
    RECEIPT "receipt", text, "charge, refund, order, receipt",
        zh "小票的文字，可直接显示",
        en "the receipt as plain lines";
    RECORDED "recorded", number, "outcome of a charge or refund",
        zh "1 表示调用前已有记录，这次没有扣款或退款",
        en "1: it was on record before the call, which neither charged nor refunded anything";
    REFUNDED_FEN "refunded_fen", fen, "outcome of a charge, order, bill, day, wallet, operator, state, reconciliation",
        zh "已退款金额",
        en "what was refunded";
    PAID_ATTEMPTS "paid_attempts", number, "outcome of a charge",
        zh "已付款的次数；2 以上表示顾客付了不止一次",
        en "how many attempts were paid; 2 or more: the customer has paid more than once";
    REFUNDABLE_FEN "refundable_fen", fen, "order, bill; WSY_ERR_REFUND_TOO_MUCH",
        zh "还可退的金额",
        en "what can still be refunded";
    RECORDED_FEN "recorded_fen", fen, "WSY_ERR_AMOUNT_DIFFERS, WSY_ERR_REFUND_DIFFERS",
        zh "这个单号记录在案的金额",
        en "the amount on record under this number";
    ENDED_EARLY "ended_early", number, "reconciliation",
        zh "1 表示平台一直没有答复，对账提前结束，其余的没有核对",
        en "1: the platform left too many queries in a row unanswered, so the rest was not queried";
    INFO "info", text, "errors in the platform's words",
        zh "平台的原话",
        en "the platform's sentence";
    PAY_TOTAL_FEN "pay_total_fen", fen, "order, bill, pay",
        zh "已付金额；退款明细为负数",
        en "what was paid; negative for a refund";
    PAY_TOTAL "pay_total", yuan, "order, bill, pay",
        zh "同 pay_total_fen",
        en "the amount of pay_total_fen";
    ADDS_UP "adds_up", number, "order, bill",
        zh "1 表示各退款行之和等于退款合计；0 表示不等，例如有优惠，这时退款要到商户后台办理",
        en "1: its refund lines add up to its refund total; 0: they do not, such as after a discount: refund the rest in the back office";
    REFUND_TOTAL "refund_total", yuan, "order, bill",
        zh "退款合计，负数",
        en "all refunds together, as a negative amount";
    DAY "day", text, "day, reconciliation, charge, refund, wsy_archive",
        zh "日期，如 2026-11-22（北京时间）；收款和退款的是开始的那一天",
        en "the day, such as 2026-11-22 (Beijing); of a charge or refund: the day on which it started";
    ENDED_DAY "ended_day", text, "charge, refund",
        zh "得到结果的日期；那天已经日结的，为下一天；未查清时为空",
        en "the day of the outcome, or the day after if that day was already closed; empty while it is open";
    PAID_FEN "paid_fen", fen, "day, wallet, operator, state, reconciliation",
        zh "当天收款合计",
        en "all payments of the day together";
    COUNT "count", number, "wallet, operator, state",
        zh "当天有结果的笔数",
        en "how many outcomes of the day";
    CLOSED "closed", text, "day",
        zh "日结的时间（北京时间）；未日结时为空",
        en "when the day was closed (Beijing); empty while it is not";
    CLOSED_BY "closed_by", text, "day",
        zh "由谁日结",
        en "who closed the day";
    OPEN "open", number, "day, recovery",
        zh "还没有查清的笔数",
        en "how many are undecided";
    SETTLED "settled", number, "recovery",
        zh "这次查清的笔数",
        en "how many are now decided";
    UNFINISHED "unfinished", number, "wsy_open, wsy_unresolved, recovery",
        zh "已支付、但不能确认收银员看到过的笔数：请核对商品是否已交付",
        en "how many bills are paid but may never have been reported as paid: check whether the goods were handed over";
    DECISIONS "decisions", number, "wsy_find, day",
        zh "人工认定的次数",
        en "how many decisions people made";
    ARCHIVED "archived", number, "wsy_archive",
        zh "移到归档文件的单数",
        en "how many bills were moved to the archive";
    STAYED "stayed", number, "wsy_archive",
        zh "这些日子里留在账本中的单数：还没有查清、须人工处理、没有对过账，或之后又有变动",
        en "how many bills of those days stay in the ledger: undecided, waiting for a person, not reconciled, or changed since";
    LEDGER_BYTES "ledger_bytes", number, "wsy_archive",
        zh "归档之后账本文件的大小（字节）",
        en "the size of the ledger file afterwards, in bytes";
    OPEN_CHARGES "open_charges", number, "wsy_open",
        zh "还没有查清的收款笔数",
        en "how many charges are undecided";
    OPEN_REFUNDS "open_refunds", number, "wsy_open",
        zh "还没有查清的退款笔数",
        en "how many refunds are undecided";
    CONFLICTS "conflicts", number, "wsy_open",
        zh "须人工核对的退款笔数",
        en "how many refunds need a person";
    ALARMS "alarms", number, "wsy_open, wsy_alarms, reconciliation",
        zh "警报的条数",
        en "how many alarms there are";
    CONFIG_SOURCE "config_source", text, "config",
        zh "配置从哪里来：platform、file（平台连不上）、none",
        en "where the config comes from: platform, file (the platform could not be reached), none";
    FOLDER_DOUBT "folder_doubt", text, "open",
        zh "数据文件夹可能有的问题，用空格分开：network（在网络盘上）、synced（在同步盘上）、no_ledger（文件夹用过，账本却没有了，以前的收款都不知道）、no_mark（缺少 ledger.mark，这次无法发现旧备份）、archive（归档文件缺失或读不出来）；没有则为空",
        en "what may be wrong with the data folder, separated by spaces: network (it is on a network drive), synced (another program keeps it the same on several machines), no_ledger (the folder was used before and its ledger is gone, so earlier payments are not known), no_mark (ledger.mark was missing, so an old backup could not be noticed this time), archive (the archive is missing or cannot be read); empty for nothing";
    DEVICE_SAVED "device_saved", number, "config",
        zh "设备的密钥是否已存到磁盘：0 表示还没有存好，现在关闭程序就要重新激活",
        en "whether the device's key is on disk; 0: not yet, and a till that is closed now has to be activated again";
    CONFIG_REFUSAL "config_refusal", text, "config",
        zh "为什么暂时不能收款：key（本机保存的密钥读不出来）、device（平台不认这台设备）、server（平台换了未经允许的服务器）；空为可以",
        en "why nothing is charged: key (the saved key cannot be read), device (the platform does not accept it), server (the platform moved to one that is not allowed); otherwise empty";
    CONFIG_REFUSAL_INFO "config_refusal_info", text, "config",
        zh "平台的原话、那个服务器，或密钥读不出来的原因",
        en "the platform's sentence, that server, or why the key cannot be read";
    CONFIG_AGE_S "config_age_s", number, "config",
        zh "配置已有多少秒",
        en "how many seconds old the config is";
    CONFIG_TIME "config_time", text, "config",
        zh "读取配置的时间（北京时间）",
        en "when the config was read (Beijing)";
    TIME "time", text, "wsy_time",
        zh "平台时间，14 位数字（北京时间）",
        en "the platform's time, 14 digits (Beijing)";
    AHEAD_S "ahead_s", number, "wsy_time",
        zh "本机比平台快多少秒，慢则为负",
        en "how many seconds this machine is ahead of the platform; negative if it is behind";
    ASKED "asked", number, "reconciliation",
        zh "平台给出答复的单数",
        en "how many bills the platform answered about";
    PAYING "paying", number, "reconciliation",
        zh "平台说顾客还在支付的单数",
        en "how many bills the customer is still paying, according to the platform";
    UNANSWERED "unanswered", number, "reconciliation",
        zh "平台没有可用答复的单数",
        en "how many bills got no usable response";
    DIFFERENCES "differences", number, "reconciliation",
        zh "不一致的条数",
        en "how many differences there are";
    KIND "kind", text, "difference, alarm",
        zh "不一致的种类，见 wsy_reconcile",
        en "the kind of difference, see wsy_reconcile";
    HERE_FEN "here_fen", fen, "difference, alarm",
        zh "本机记录的金额",
        en "the amount on record";
    HERE "here", yuan, "difference, alarm",
        zh "同 here_fen",
        en "the amount of here_fen";
    THERE_FEN "there_fen", fen, "difference, alarm",
        zh "平台上的金额",
        en "the amount at the platform";
    THERE "there", yuan, "difference, alarm",
        zh "同 there_fen",
        en "the amount of there_fen";
    ID "id", number, "alarm",
        zh "警报号，用于 wsy_acknowledge",
        en "the alarm's number, for wsy_acknowledge";
    RAISED "raised", text, "alarm",
        zh "发出警报的时间（北京时间）",
        en "when it was raised (Beijing)";
    LIST_CHARGE "charge", list, "wsy_find, day, recovery",
        zh "收款",
        en "charges";
    LIST_REFUND "refund", list, "day, recovery",
        zh "退款",
        en "refunds";
    LIST_UNFINISHED "unfinished", list, "wsy_unresolved, recovery",
        zh "已支付、但不能确认收银员看到过的单",
        en "the charges of bills that are paid but may never have been reported as paid";
    LIST_WALLET "wallet", list, "day",
        zh "按支付方式合计",
        en "the totals by payment type";
    LIST_OPERATOR "operator", list, "day",
        zh "按收银员合计",
        en "the totals by cashier";
    LIST_STATE "state", list, "day",
        zh "按状态合计",
        en "the totals by state";
    LIST_DECISION "decision", list, "wsy_find, day",
        zh "人工认定的记录",
        en "what people decided";
    LIST_RESPONSE "response", list, "charge, refund, order, bill",
        zh "平台这次答复的全部属性，字段名与平台相同，只有一项；这次调用没有得到答复则为空",
        en "all attributes of the platform's response to this call, under the platform's names, as one item; no item if this call got no response";
    LIST_PAYLIST "paylist", list, "charge, refund, order",
        zh "答复中的 paylist：每个 pay 一项，字段名与平台相同（id、device_id、no、tabno、company、opentime、paymode、user、total_fee、time 等），小票另见 printinfo",
        en "paylist of the response: an item for each pay, under the platform's names (id, device_id, no, tabno, company, opentime, paymode, user, total_fee, time and others); its receipt is printinfo";
    LIST_PAY "pay", list, "order, bill",
        zh "平台账单里的支付和退款；平台的其他属性也在，字段名与平台相同",
        en "the payments and refunds of the platform's bill, with its other attributes under the platform's names";
    LIST_DM_CODE "dm_code", list, "config",
        zh "支付方式，字段名与平台相同",
        en "the payment types, under the platform's names";
    LIST_PAYING "paying", list, "reconciliation",
        zh "平台说顾客还在支付的单",
        en "the bills that the customer is still paying, according to the platform";
    LIST_UNANSWERED "unanswered", list, "reconciliation",
        zh "平台没有可用答复的单",
        en "the bills that got no usable response";
    LIST_DIFFERENCE "difference", list, "reconciliation",
        zh "不一致之处",
        en "the differences";
    LIST_ALARM "alarm", list, "wsy_alarms",
        zh "尚未确认的警报",
        en "the alarms that nobody has acknowledged";
}
