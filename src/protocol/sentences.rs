//! Classifies the sentence of a response by what it proves. The platform's document lists none, so the tables
//! here come from the wallets' own documents and from gateways as observed, and match the words that carry
//! the meaning.
//!
//! The default is the careful class: a list of final sentences that is too short costs a minute, a list of
//! sentences that are *not* final that is too short costs money.

/// The class of a sentence: its proof about the payment in question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Class {
    /// It was paid, and something happened to it since: 已退款.
    PaidOtherwise,
    /// The customer is still paying.
    Paying,
    /// The code or the order was used before, perhaps by another delivery of the same request.
    EarlierUse,
    /// Nothing: the money may have been taken, now or within a minute.
    Trouble,
    /// A failure that names trouble as its cause: 支付失败:银行系统异常. It counts only once nothing more can
    /// happen.
    TroubledFailure,
    /// Our request was rejected: sign, key, device, parameters.
    Refusal,
    /// The code can no longer be charged. A repeated delivery gets this too, while the first one is still
    /// being paid.
    DeadCode,
    /// The wallet has declined this charge for good.
    Final,
    /// 支付失败 and nothing else. For an order that was begun, this may be an attempt with one of several
    /// cards.
    Bare,
    /// 未支付: not paid so far.
    Unpaid,
    /// The platform has no such order, or does not have it yet.
    NotThere,
    /// Unknown. Proves nothing.
    #[default]
    Unlisted,
}

impl Class {
    /// Returns whether it means that a charge or an order has failed for good.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Final | Self::Bare)
    }

    /// Returns whether a query with this result was denied.
    pub const fn denies(self) -> bool {
        matches!(self, Self::NotThere | Self::DeadCode | Self::Final | Self::Bare | Self::Unpaid)
    }
}

/// The first class with a matching word is the class of a sentence: words that confirm the payment come
/// before doubtful ones, and those before words that deny it.
const WORDS: [(Class, &[&str]); 9] = [
    (
        Class::PaidOtherwise,
        &[
            "已退款",
            "已经退款",
            "转入退款",
            "全额退款",
            "全部退款",
            "部分退款",
            "退款成功",
            "正在退款",
            "退款中。",
            "退款中，",
            "退款中,",
        ],
    ),
    (
        Class::Paying,
        &[
            "用户支付中",
            "正在支付",
            "支付中。",
            "支付中，",
            "支付中,",
            "等待用户",
            "等待买家",
            "等待付款",
            "等待支付",
            "输入密码",
            "输入支付密码",
            "userpaying",
            "wait_buyer_pay",
            "inprocess",
            "上确认支付",
        ],
    ),
    (
        Class::EarlierUse,
        &[
            "已使用",
            "已支付",
            "已经支付",
            "已被支付",
            "已付款",
            "已经付款",
            "已扣款",
            "已经扣款",
            "被使用",
            "号重复",
            "重复使用",
            "重复提交",
            "仅限使用一次",
            "授权码参数错误",
            "信息被篡改",
            "买家不匹配",
            "orderpaid",
            "has_success",
            "out_trade_no_used",
            "支付成功",
            "付款成功",
            "扣款成功",
            "交易成功",
            "trade_success",
        ],
    ),
    (
        Class::Trouble,
        &[
            "接口返回错误",
            "系统异常",
            "系统错误",
            "系统繁忙",
            "系统正忙",
            "正忙",
            "繁忙",
            "维护",
            "通道异常",
            "网络",
            "通讯",
            "通信",
            "结果未知",
            "状态未知",
            "未知错误",
            "处理中",
            "稍后",
            "稍候",
            "查询失败",
            "频繁",
            "网关",
            "连接",
            "数据异常",
            "交易错误",
            "暂不可用",
            "撤销订单",
            "请求超时",
            "接口超时",
            "银行端超时",
            "系统超时",
            "网关超时",
            "支付超时",
            "响应超时",
            "systemerror",
            "system_error",
            "bankerror",
            "unavailable",
            "curl",
            "timed out",
            "timeout",
        ],
    ),
    (
        Class::Refusal,
        &[
            "签名",
            "密钥",
            "秘钥",
            "sign",
            "参数错误",
            "缺少参数",
            "参数无效",
            "无效请求",
            "违禁词",
            "appid_not",
            "appid_mchid",
            "mchid_not",
            "xml_format",
            "not_utf8",
            "lack_params",
            "param_error",
            "invalid_request",
            "invalid_parameter",
        ],
    ),
    (
        Class::DeadCode,
        &[
            "二维码已过期",
            "授权码已过期",
            "付款码已过期",
            "授权码无效",
            "付款码无效",
            "付款码已失效",
            "授权码已失效",
            "授权码检验错误",
            "被扫条码",
            "authcodeexpire",
            "auth_code_invalid",
        ],
    ),
    (
        Class::Final,
        &[
            "余额不足",
            "不支持卡类型",
            "订单已关闭",
            "交易已关闭",
            "交易已经关闭",
            "订单已撤销",
            "交易已撤销",
            "支付帐号错误",
            "支付账号错误",
            "无权限",
            "余额支付功能关闭",
            "限额",
            "额度超限",
            "卖家不能相同",
            "买家状态非法",
            "人行认证",
            "账号被冻结",
            "帐号被冻结",
            "app_id填写错误",
            "唤起移动收银台失败",
            "无线支付开关关闭",
            "支付有风险",
            "可用的支付工具",
            "用户取消",
            "用户已取消",
            "交易已取消",
            "超时未支付",
            "密码错误次数过多",
            "交易受限",
            "notenough",
            "not_enough",
        ],
    ),
    (
        Class::NotThere,
        &[
            "订单不存在",
            "订单号不存在",
            "交易不存在",
            "账单不存在",
            "查无此",
            "未找到",
            "未查询到",
            "trade_not_exist",
        ],
    ),
    (Class::Unpaid, &[UNPAID]),
];

const UNPAID: &str = "未支付";
/// Other wordings of 未支付.
const NOT_YET: [&str; 4] = ["未支付成功", "未付款成功", "未扣款成功", "未交易成功"];

/// A sentence that mentions a device or terminal rejects the request only with one of these words: the
/// customer has a device too.
const DEVICE: [&str; 2] = ["设备", "终端"];
const DEVICE_FAULTS: [&str; 12] = [
    "不存在",
    "删除",
    "未激活",
    "未授权",
    "未注册",
    "停用",
    "禁用",
    "无效",
    "注销",
    "过期",
    "编号错误",
    "不匹配",
];

/// Words that a conclusive sentence does not contain.
const ASKS_FOR_MORE: [&str; 6] = ["查询", "稍后", "稍候", "未知", "撤销", "处理中"];

/// Returns the class of a sentence.
pub fn class(info: &str) -> Class {
    let sentence = comparable(info);
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    if has(&DEVICE) && has(&DEVICE_FAULTS) {
        return Class::Refusal;
    }
    match WORDS.iter().find(|(_, words)| has(words)) {
        Some((Class::Trouble, _)) if names_its_cause(&sentence) && !has(&ASKS_FOR_MORE) => {
            Class::TroubledFailure
        }
        Some((class, _)) => *class,
        None if is_bare(info) => Class::Bare,
        None => Class::Unlisted,
    }
}

/// Returns what the sentence of an `ok="1"` says against it: the customer is still paying, whatever `ok`
/// says, or the payment was refunded.
pub fn reservation(info: &str) -> Option<Class> {
    let sentence = comparable(info);
    // These classes come before all others.
    let mut words =
        WORDS.iter().take_while(|(class, _)| matches!(class, Class::Paying | Class::PaidOtherwise));
    let (class, _) = words.find(|(_, words)| words.iter().any(|word| sentence.contains(word)))?;
    (*class == Class::PaidOtherwise || !info.contains("成功")).then_some(*class)
}

/// Normalises a sentence before words are searched in it.
fn comparable(info: &str) -> String {
    // The full stop distinguishes a word at the end from one that continues.
    let sentence = format!("{}。", info.trim().to_lowercase());
    // These contain the words of a success, but deny it.
    NOT_YET.iter().fold(sentence, |sentence, words| {
        if sentence.contains(words) { sentence.replace(words, UNPAID) } else { sentence }
    })
}

/// Returns whether a sentence is 支付失败 followed by a cause.
fn names_its_cause(sentence: &str) -> bool {
    sentence.strip_prefix("支付失败").is_some_and(|cause| cause.starts_with([':', '：']))
}

fn is_bare(info: &str) -> bool {
    info.trim_matches(|c: char| c.is_whitespace() || "!！.。".contains(c)) == "支付失败"
}

/// Sentences that an integrator has learned from the real platform. They are compared as a whole, and never
/// override words that confirm the payment, or report trouble, an earlier use or a rejection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taught {
    /// Sentences that are final.
    pub final_ones: Vec<String>,
    /// Sentences which mean that there is no such order.
    pub absent_ones: Vec<String>,
    /// Sentences that reject a request because of the device, its key or its sign.
    pub device_ones: Vec<String>,
}

impl Taught {
    /// Returns whether there are no sentences.
    pub const fn is_empty(&self) -> bool {
        self.final_ones.is_empty() && self.absent_ones.is_empty() && self.device_ones.is_empty()
    }

    /// Returns whether a sentence was added as a rejection because of the device.
    pub fn names_device(&self, info: &str) -> bool {
        is_among(&self.device_ones, info)
    }

    /// Returns the class of a sentence, with the added sentences.
    pub fn class(&self, info: &str) -> Class {
        match class(info) {
            Class::Unlisted | Class::Bare | Class::Unpaid if is_among(&self.final_ones, info) => Class::Final,
            Class::Unlisted | Class::Unpaid if is_among(&self.absent_ones, info) => Class::NotThere,
            Class::Unlisted if self.names_device(info) => Class::Refusal,
            class => class,
        }
    }
}

fn is_among(known: &[String], info: &str) -> bool {
    known.iter().any(|sentence| sentence.trim() == info.trim())
}

/// The meaning of an `ok="0"` for a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundClass {
    /// It is being made.
    Accepted,
    /// It will not be made.
    Final,
    /// No more than this is left to refund. That proves nothing: a duplicate of the refund gets the same
    /// response.
    EarlierUse,
    /// Nothing.
    Nothing,
}

const REFUND_ACCEPTED: [&str; 4] = ["退款处理中", "退款申请已提交", "退款已受理", "退款中"];
const REFUND_FINAL: [&str; 1] = ["超过退款期限"];
/// Sentences that a duplicate gets as well: after a refund that uses up the balance 商户余额不足, after one
/// of the whole bill 订单未支付.
const REFUND_EARLIER_USE: [&str; 5] =
    ["退款金额超", "可退金额不足", "已全额退款", "商户余额不足", "订单未支付"];

/// Returns the class of the sentence in an `ok="0"` response to a refund.
pub fn refund_class(info: &str) -> RefundClass {
    let has = |words: &[&str]| words.iter().any(|word| info.contains(word));
    if has(&REFUND_ACCEPTED) {
        return RefundClass::Accepted;
    }
    if has(&REFUND_FINAL) && matches!(class(info), Class::Final | Class::Unlisted) {
        return RefundClass::Final;
    }
    if has(&REFUND_EARLIER_USE) {
        return RefundClass::EarlierUse;
    }
    RefundClass::Nothing
}
