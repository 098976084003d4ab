//! Every code that a call can return: its number, its sentences, and what it says about money.

/// What a code says about the customer's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It was taken, or given back.
    Moved,
    /// It did not move, or this call sent nothing that could move it.
    NotMoved,
    /// It may have moved.
    MayHaveMoved,
}

impl Money {
    /// The word for it in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::NotMoved => "not_moved",
            Self::MayHaveMoved => "may_have_moved",
        }
    }
}

/// The languages that sentences are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

macro_rules! codes {
    ($( #[doc = $doc:literal] $name:ident = $number:literal, $money:ident,
        zh $zh:literal / $zh_next:literal, en $en:literal / $en_next:literal; )*) => {
        /// A code. The numbers are part of the ABI and are never given to anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum Code { $( #[doc = $doc] $name = $number, )* }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[ $( Code::$name, )* ];

            /// What it says about the customer's money.
            pub const fn money(self) -> Money {
                match self { $( Code::$name => Money::$money, )* }
            }

            /// What happened, in one sentence.
            pub const fn sentence(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Code::$name, Language::Zh) => $zh, (Code::$name, Language::En) => $en, )*
                }
            }

            /// What to do next, in one sentence.
            pub const fn advice(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Code::$name, Language::Zh) => $zh_next, (Code::$name, Language::En) => $en_next, )*
                }
            }
        }
    };
}

// From here `cargo xtask tables` takes the codes of wsy.h, of the bindings and of docs/errors.md: a code is added here and
// nowhere else. In wsy.h an error, which is below -100, is WSY_ERR_ and its name, another code WSY_ and its name, and the
// line above it is what wsy.h says of it.
codes! {
    /// Done. A call about money never returns this.
    Ok = 0, NotMoved,
        zh "完成。" / "无需处理。",
        en "Done." / "Nothing to do.";
    /// Paid: the money was taken. The only code of a payment on which goods may be handed over.
    Paid = 1, Moved,
        zh "支付成功，款已收到。" / "可以交付商品。",
        en "Paid: the money was taken." / "Hand over the goods.";
    /// Refunded: the money went back to the customer.
    Refunded = 2, Moved,
        zh "退款成功，款已退回顾客。" / "把退款凭证交给顾客。",
        en "Refunded: the money went back to the customer." / "Give the customer the refund receipt.";
    /// Not paid: no money was taken.
    NotPaid = -1, NotMoved,
        zh "支付未成功，没有扣款。" / "请顾客出示新的付款码，用同一个商户订单号再收一次，或改用其他方式。",
        en "Not paid: no money was taken." / "Ask for a new payment code and charge again under the same out_trade_no, or take another means of payment.";
    /// Unknown: the money may have been taken (or given back). The only code of an ended call that means this.
    Unknown = -2, MayHaveMoved,
        zh "结果未知，顾客可能已被扣款。" / "不要交付商品，也不要再次收款；请调用 wsy_settle 或 wsy_recover 查清，或请顾客看手机上的扣款记录。",
        en "Unknown: the money may have been taken." / "Hand over nothing and do not charge again; call wsy_settle or wsy_recover to find out, or look at the customer's phone.";
    /// Not refunded: no money went back.
    NotRefunded = -3, NotMoved,
        zh "退款未成功，没有退出款项。" / "查看原因；如仍要退款，请使用新的商户退款单号。",
        en "Not refunded: no money went back." / "See the reason; to try again, use a new out_refund_no.";
    /// Still going on: there is no verdict yet. Only from the calls on a wsy_payment, and from single queries.
    Pending = -4, MayHaveMoved,
        zh "还在进行中，尚无结果。" / "继续等待或轮询。",
        en "Still going on; there is no verdict yet." / "Wait or poll again.";
    /// The handle is not valid: null, never opened, closed already, or of another kind.
    Handle = -101, NotMoved,
        zh "句柄无效：从未打开、已经关闭，或类型不对。" / "检查程序：是否用了已关闭的句柄，或传错了参数位置。",
        en "The handle is not valid: never opened, closed already, or of another kind." / "Check the program for a closed handle or for arguments in the wrong place.";
    /// An argument is not valid: a required pointer is NULL, or a number is out of range.
    Argument = -102, NotMoved,
        zh "参数不合法：必填项为空，或数值超出范围。" / "对照 wsy.h 检查参数。",
        en "An argument is not valid: a required one is null, or a number is out of range." / "Check the arguments against wsy.h.";
    /// A text is not valid in the code page.
    Text = -103, NotMoved,
        zh "文字不符合所选代码页。" / "确认打开时选择的代码页（936 或 65001）与程序实际使用的一致。",
        en "A text is not valid in the chosen code page." / "Make sure that the code page given to wsy_open (936 or 65001) is the one that the program uses.";
    /// The buffer is too small; the text in it was cut. Read again with the needed size.
    Buffer = -104, NotMoved,
        zh "缓冲区太小，文字已被截断。" / "按返回的所需长度分配缓冲区后再读一次；读取没有副作用。",
        en "The buffer is too small; the text was cut." / "Read again with the size that was reported as needed; reading has no side effect.";
    /// The reply has no such field, item or list.
    NoField = -105, NotMoved,
        zh "回复中没有这个字段。" / "对照文档检查字段名。",
        en "The reply has no such field." / "Check the field's name against the documentation.";
    /// An internal error of the library.
    Internal = -106, NotMoved,
        zh "程序库内部错误。" / "把 wsy.log 发给支持人员；如果当时正在收款，请先调用 wsy_recover。",
        en "An internal error of the library." / "Send wsy.log to support; if a payment was going on, call wsy_recover first.";
    /// This number is being worked on in another thread, or the payment has not ended.
    Busy = -107, NotMoved,
        zh "这笔单正在另一个线程里处理，或支付尚未结束。" / "等它结束后再调用。",
        en "This number is being worked on in another thread, or the payment has not ended." / "Call again when it has ended.";
    /// The library cannot be called from inside its own log callback.
    InCallback = -108, NotMoved,
        zh "日志回调函数里不能再调用本程序库。" / "在回调里只记下内容，回调返回后再调用。",
        en "The library cannot be called from inside its own log callback." / "Only note the line in the callback, and call after it returned.";
    /// An option or parameter is not known, or its value is not valid.
    Options = -110, NotMoved,
        zh "有不认识的选项，或选项的值不合法。" / "对照 wsy_open 的选项表检查。",
        en "An option is not known, or its value is not valid." / "Check it against the option table of wsy_open.";
    /// The data folder cannot be made or written.
    Folder = -120, NotMoved,
        zh "数据目录无法创建或写入。" / "检查路径、磁盘空间和当前用户的写权限。",
        en "The data folder cannot be made or written." / "Check the path, the free space and this user's right to write.";
    /// The data folder is in use by another program, or by another client of this one.
    FolderInUse = -121, NotMoved,
        zh "数据目录正被另一个程序使用。" / "关闭另一个收银程序，或为每台收银机使用自己的目录。",
        en "The data folder is in use by another program." / "Close the other program, or give each till a folder of its own.";
    /// The ledger cannot be read or written.
    Ledger = -122, NotMoved,
        zh "账本无法读写，没有发出任何请求。" / "检查磁盘空间和权限。",
        en "The ledger cannot be read or written; nothing was sent." / "Check the free space and the permissions.";
    /// The ledger file is damaged, or is no ledger of wsy.
    LedgerDamaged = -123, NotMoved,
        zh "账本文件已损坏，或不是本程序的账本。" / "保留原文件，联系支持人员；不要删除，里面可能有未查清的款项。",
        en "The ledger file is damaged, or is not a ledger of wsy." / "Keep the file and call support; do not delete it, it may hold payments that are not settled.";
    /// The ledger was written by a newer version of the library.
    LedgerNewer = -124, NotMoved,
        zh "账本由更新版本的程序库写成。" / "请安装新版本的 wsy。",
        en "The ledger was written by a newer version of the library." / "Install the newer version of wsy.";
    /// The address of the platform, or of the proxy, is not valid.
    Base = -125, NotMoved,
        zh "平台地址或代理地址不正确。" / "地址应为 http://主机 或 https://主机:端口。",
        en "The address of the platform or of the proxy is not valid." / "It should be http://host or https://host:port.";
    /// The CA file cannot be read, or holds no certificate in PEM.
    CaFile = -126, NotMoved,
        zh "CA 证书文件无法读取，或不含 PEM 证书。" / "检查 ca_file 选项。",
        en "The CA file cannot be read, or holds no certificate in PEM." / "Check the option ca_file.";
    /// The ledger was made on another machine or in another folder: it may be a copy.
    LedgerCopied = -127, NotMoved,
        zh "这份账本是在另一台机器或另一个目录里建立的，可能是复制来的，没有使用它。" / "每台收银机用自己的数据目录，不要复制。如果确实是更换了机器或移动了目录，而且原来的不再使用，请用选项 accept_ledger=1 打开一次。",
        en "The ledger was made on another machine or in another folder: it may be a copy, and was not used." / "Give each till a data folder of its own and never copy one. If the machine was replaced or the folder moved, and the old one is not used any more, open once with the option accept_ledger=1.";
    /// The ledger is not the one that was written last: deleted, or an old backup.
    LedgerRestored = -128, NotMoved,
        zh "这份账本不是最后写入的那一份：可能被删除过，或恢复了旧备份，没有使用它。" / "把最新的账本放回来；如果它已经丢失，请先到商户后台核对缺少的收款，再用选项 accept_ledger=1 打开一次。",
        en "The ledger is not the one that was written last: it was deleted, or an old backup was put in its place. It was not used." / "Put the newest one back. If it is lost, check in the back office which payments are missing, then open once with the option accept_ledger=1.";
    /// The config names a server that is not allowed.
    ServerNotAllowed = -129, NotMoved,
        zh "配置里的服务器地址不在允许的范围内，没有使用它。" / "确认网络没有被劫持；如果平台确实更换了地址，请把主机名加入选项 allowed_hosts；要求加密时（https_only=1）地址必须是 https。",
        en "The config names a server that is not allowed; it was not used." / "Make sure that nobody stands between the till and the platform. If the platform has moved, name its host in the option allowed_hosts; with https_only=1 the address has to be https.";
    /// The device is not activated.
    NotActivated = -130, NotMoved,
        zh "设备尚未激活。" / "用后台给出的激活码调用 wsy_activate，或用 wsy_set_device 填入设备编号和密钥。",
        en "The device is not activated." / "Call wsy_activate with a code from the back office, or wsy_set_device with a device id and key.";
    /// The platform refused the activation code; or the code, device id or key is empty.
    ActivationRefused = -131, NotMoved,
        zh "平台拒绝了激活码。" / "检查激活码；每个激活码只能用一次，必要时在后台重新获取。",
        en "The platform refused the activation code." / "Check it; each code works once, so get a new one from the back office if need be.";
    /// The activation was sent and no whole answer came: the code may be used up.
    ActivationLost = -132, NotMoved,
        zh "激活请求已发出，但没有收到完整答复；激活码可能已被用掉。" / "用同一个激活码再试一次；若被拒绝，请在后台获取新的激活码。",
        en "The activation was sent, but no whole answer came: the code may be used up." / "Try the same code once more; if it is refused, get a new one from the back office.";
    /// The platform does not accept this device or its key: activate again.
    ActivateAgain = -133, NotMoved,
        zh "平台不承认这台设备或它的密钥。" / "设备可能已被删除或修改，请重新激活。",
        en "The platform does not accept this device or its key." / "It may have been deleted or changed; activate again.";
    /// There is no pay config, neither from the platform nor saved.
    NoConfig = -134, NotMoved,
        zh "没有支付配置：平台连不上，本地也没有保存过。" / "检查网络后调用 wsy_config。",
        en "There is no pay config: the platform cannot be reached and none was saved." / "Check the network, then call wsy_config.";
    /// Another client of this program is the same device of the same platform.
    DeviceInUse = -135, NotMoved,
        zh "本程序的另一个客户端正在使用同一台设备，两者不知道对方收过哪些付款码。" / "先关闭另一个客户端，或为每个目录激活一台自己的设备。",
        en "Another client of this program is the same device; neither would know which auth codes the other has charged." / "Close the other client, or activate a device of its own for each folder.";
    /// The auth code is not 10 to 32 digits.
    AuthCode = -140, NotMoved,
        zh "付款码不正确：应为 10 到 32 位数字。" / "请重新扫描顾客的付款码。",
        en "The auth code is not valid: it has to be 10 to 32 digits." / "Scan the customer's payment code again.";
    /// The auth code was used for another bill.
    AuthCodeUsed = -141, NotMoved,
        zh "这个付款码已用于另一笔单。" / "请顾客刷新付款码后再扫。",
        en "This auth code was used for another bill." / "Ask the customer to refresh the code and scan again.";
    /// The amount is not from 1 to 100000000 fen.
    Amount = -142, NotMoved,
        zh "金额不合法：必须大于 0 且不超过 1000000.00 元。" / "检查金额，单位是分。",
        en "The amount is not valid: above 0 and at most 1,000,000.00 yuan." / "Check the amount; its unit is fen.";
    /// The pay config does not allow this amount.
    AmountNotAllowed = -143, NotMoved,
        zh "支付配置不允许这个金额。" / "联系商户后台修改金额规则，或改用其他方式。",
        en "The pay config does not allow this amount." / "Have the rule changed in the back office, or take another means of payment.";
    /// The payment type is not known, or none takes this auth code.
    PayType = -144, NotMoved,
        zh "支付方式不存在，或没有支付方式能识别这个付款码。" / "确认商户已开通这种钱包，必要时刷新配置。",
        en "The payment type is not known, or none takes this auth code." / "Make sure that the shop has this wallet set up; refresh the config if need be.";
    /// This device is not licensed to charge.
    NotLicensed = -145, NotMoved,
        zh "这台设备没有被许可收款。" / "请在商户后台开通。",
        en "This device is not licensed to charge." / "Have it enabled in the back office.";
    /// The out_trade_no is not 1 to 64 visible ASCII characters.
    OutTradeNo = -146, NotMoved,
        zh "商户订单号不合法：1 到 64 个可见的 ASCII 字符。" / "检查订单号。",
        en "The out_trade_no is not valid: 1 to 64 visible ASCII characters." / "Check the number.";
    /// The out_trade_no was used with another amount.
    AmountDiffers = -147, NotMoved,
        zh "这个商户订单号已用于另一个金额，没有发出任何请求。" / "新的金额请使用新的订单号。",
        en "This out_trade_no was used with another amount; nothing was sent." / "Use a new number for a new amount.";
    /// An earlier charge of the bill is not decided, so no second code is charged.
    StillOpen = -148, NotMoved,
        zh "这笔单上一次收款的结果还不清楚，不能用新的付款码再收。" / "先调用 wsy_settle 查清；否则顾客可能付两次。",
        en "An earlier charge of this bill is not decided, so no second code is charged." / "Call wsy_settle first; otherwise the customer may pay twice.";
    /// The bill was paid and then refunded in full.
    AlreadyRefunded = -149, NotMoved,
        zh "这笔单已支付并已全额退款。" / "再次收款请使用新的订单号。",
        en "This bill was paid and then refunded in full." / "Use a new number to charge again.";
    /// A further parameter has a name or text that cannot be sent.
    Param = -150, NotMoved,
        zh "附加参数不合法。" / "检查参数名（字母、数字、下划线）和内容（不含控制字符）。",
        en "A further parameter is not valid." / "Check its name (letters, digits, _) and its text (no control characters).";
    /// Neither the ledger nor the platform has such a bill.
    NoBill = -151, NotMoved,
        zh "账本里没有这个单号，或平台没有这张账单。" / "检查单号。",
        en "The ledger has no such number, or the platform no such bill." / "Check the number.";
    /// The bill is not paid, or not decided.
    BillNotPaid = -152, NotMoved,
        zh "这笔单没有支付成功，或结果还不清楚。" / "结果不清楚的，先调用 wsy_settle 查清；没有支付的，无需处理。",
        en "This bill is not paid, or not decided." / "If it is not decided, call wsy_settle first; if it is not paid, there is nothing to do.";
    /// The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which the library keeps for itself.
    OutRefundNo = -153, NotMoved,
        zh "商户退款单号不合法：1 到 64 个可见的 ASCII 字符，且不能以 void- 开头。" / "检查退款单号。",
        en "The out_refund_no is not valid: 1 to 64 visible ASCII characters, not beginning with void-." / "Check the number.";
    /// The out_refund_no was used for another bill or amount.
    RefundDiffers = -154, NotMoved,
        zh "这个商户退款单号已用于另一笔单或另一个金额，没有发出任何请求。" / "新的退款请使用新的退款单号。",
        en "This out_refund_no was used for another bill or amount; nothing was sent." / "Use a new number for a new refund.";
    /// Another refund of the bill is not decided.
    RefundOpen = -155, NotMoved,
        zh "这张账单还有一笔退款没有查清，没有发出任何请求。" / "先查清那一笔：用它的退款单号再调用 wsy_refund；如果是撤销（wsy_void），再调用一次 wsy_void。",
        en "Another refund of this bill is not decided; nothing was sent." / "Settle that one first: call wsy_refund with its number again, or wsy_void if it was a void.";
    /// The refund is larger than what can still be refunded.
    RefundTooMuch = -156, NotMoved,
        zh "退款金额超过可退金额，没有发出退款请求。" / "可退金额见回复中的 refundable_fen。",
        en "The refund is larger than what can still be refunded; nothing was sent." / "See refundable_fen in the reply.";
    /// The platform cannot be reached; nothing was sent.
    NotSent = -160, NotMoved,
        zh "连不上平台，没有发出任何请求。" / "检查网络后重试；单号和付款码可以照用。",
        en "The platform cannot be reached; nothing was sent." / "Check the network and try again with the same numbers and code.";
    /// The platform gave no whole answer to a question; no money moved.
    NoAnswer = -161, NotMoved,
        zh "平台没有给出完整的答复。" / "稍后重试；这个调用不会动用款项。",
        en "The platform gave no whole answer." / "Try again later; this call moves no money.";
    /// The answer to a question is not in the platform's form; no money moved.
    BadAnswer = -162, NotMoved,
        zh "收到的答复不是平台的格式。" / "网络里可能有登录页或代理；检查网络后重试。",
        en "The answer is not in the platform's form." / "There may be a login page or a proxy in the way; check the network and try again.";
    /// The platform refused a question, or the first reading of a bill; no money moved.
    Refused = -163, NotMoved,
        zh "平台拒绝了请求。" / "见回复中的 info；签名或设备错误时请重新激活。",
        en "The platform refused the request." / "See info in the reply; after a sign or device error, activate again.";
    /// The platform has no such receipt; the reply holds the ledger's, if there is one.
    NoReceipt = -164, NotMoved,
        zh "平台没有这张小票。" / "回复中的 printinfo 是本地账本保存的小票（如果有）。",
        en "The platform has no such receipt." / "printinfo in the reply is the one that the ledger stored, if there is one.";
    /// Cancelled before anything was sent.
    Cancelled = -165, NotMoved,
        zh "在发出请求之前已取消。" / "可以用同一个单号重新开始。",
        en "Cancelled before anything was sent." / "It can be begun again under the same number.";
    /// There is no such alarm, or it was acknowledged already.
    NoAlarm = -166, NotMoved,
        zh "没有这条警报，或它已经被确认。" / "用 wsy_alarms 查看尚未确认的警报。",
        en "There is no such alarm, or it was acknowledged already." / "See wsy_alarms for those that are not.";
    /// No font has all characters of the receipt.
    NoFont = -167, NotMoved,
        zh "没有能写出这张小票的中文字体。" / "安装宋体、文泉驿等中文字体，或指定字体文件（.ttf、.ttc、.otf）。",
        en "There is no font with all characters of this receipt." / "Install a font with Chinese characters, or name its file (.ttf, .ttc, .otf).";
    /// The picture of the receipt cannot be made or written.
    Picture = -168, NotMoved,
        zh "小票图片无法生成或无法写入文件。" / "检查文件夹是否存在、能否写入；超过 2.5 米的小票没有图片。",
        en "The picture of the receipt cannot be made or written." / "Check that the folder is there and can be written to; a receipt longer than 2.5 m has no picture.";
    /// There is no such printer; nothing was printed.
    NoPrinter = -170, NotMoved,
        zh "找不到这台打印机，什么也没有打印。款项不受影响。" / "检查打印机的名称、地址或设备名：tcp:地址、device:文件、queue:名称。",
        en "There is no such printer; nothing was printed. The payment is not affected." / "Check its name: tcp:HOST, device:FILE or queue:NAME.";
    /// The printer takes nothing: off, not connected, open, or busy for too long.
    PrinterOffline = -171, NotMoved,
        zh "打印机没有响应。款项不受影响。" / "检查电源、连线和机盖；它恢复后可能仍会打出这张小票，看清楚再重打。",
        en "The printer takes nothing. The payment is not affected." / "Check its power, cable and cover; the receipt may still come out when it goes on, so look before printing it again.";
    /// The printer says that it has no paper.
    NoPaper = -172, NotMoved,
        zh "打印机缺纸。款项不受影响。" / "换纸后再打印这张小票。",
        en "The printer has no paper. The payment is not affected." / "Put paper in and print the receipt again.";
    /// The receipt was not printed to its end.
    NotPrinted = -173, NotMoved,
        zh "小票没有打完。款项不受影响。" / "查看 detail 中的原因，再打印一次；纸上可能已有一部分。",
        en "The receipt was not printed to its end. The payment is not affected." / "See detail for the reason and print it again; a part may be on the paper.";
}

impl Code {
    /// The code of a number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// Its number.
    pub const fn number(self) -> i32 {
        self as i32
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn only_paid_and_refunded_are_positive_and_only_ok_is_zero() {
        for code in Code::ALL {
            let expected = match code {
                Code::Paid => 1,
                Code::Refunded => 2,
                Code::Ok => 0,
                _ => code.number().min(-1),
            };
            assert_eq!(code.number(), expected);
        }
    }
}
