//! Every code that a call can return: its number, its texts, and what it says about money. Each text has one
//! reader: what happened and what to do next are for the cashier, in the words of a shop; the hint is for the
//! programmer.

use crate::driver::{ChargeVerdict, RefundVerdict};

/// The meaning of a code for the customer's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// Money was taken or given back.
    Moved,
    /// No money moved, or this call sent nothing that could move it.
    NotMoved,
    /// Money may have moved.
    MayHaveMoved,
    /// A person has decided the outcome.
    Decided,
}

impl Money {
    /// The word for this in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::NotMoved => "not_moved",
            Self::MayHaveMoved => "may_have_moved",
            Self::Decided => "decided",
        }
    }
}

impl From<ChargeVerdict> for Code {
    fn from(verdict: ChargeVerdict) -> Self {
        match verdict {
            ChargeVerdict::Paid => Self::Paid,
            ChargeVerdict::PaidEarlier => Self::PaidEarlier,
            ChargeVerdict::Decided => Self::Decided,
            ChargeVerdict::NotPaid => Self::NotPaid,
            ChargeVerdict::Unknown => Self::Unknown,
        }
    }
}

impl From<RefundVerdict> for Code {
    fn from(verdict: RefundVerdict) -> Self {
        match verdict {
            RefundVerdict::Decided => Self::Decided,
            RefundVerdict::Refunded => Self::Refunded,
            RefundVerdict::NotRefunded => Self::NotRefunded,
            RefundVerdict::Unknown => Self::Unknown,
        }
    }
}

/// The languages of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both languages.
    pub const BOTH: [Self; 2] = [Self::Zh, Self::En];

    /// Picks the text of this language from the Chinese and the English one.
    pub const fn of(self, [zh, en]: [&str; 2]) -> &str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

macro_rules! codes {
    ($( #[doc = $doc:literal] $name:ident = $number:literal, $money:ident,
        zh $zh:literal / $zh_next:literal / $zh_hint:literal,
        en $en:literal / $en_next:literal / $en_hint:literal; )*) => {
        /// A code. The numbers are part of the ABI and are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum Code { $( #[doc = $doc] $name = $number, )* }

        impl Code {
            /// All codes.
            pub const ALL: &[Code] = &[ $( Code::$name, )* ];

            /// Returns what the code says about the customer's money.
            pub const fn money(self) -> Money {
                match self { $( Code::$name => Money::$money, )* }
            }

            /// For the cashier: what happened, and whether money may have moved.
            pub const fn sentence(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Code::$name, Language::Zh) => $zh, (Code::$name, Language::En) => $en, )*
                }
            }

            /// For the cashier: what to do next.
            pub const fn advice(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Code::$name, Language::Zh) => $zh_next, (Code::$name, Language::En) => $en_next, )*
                }
            }

            /// Which call, field or option comes next: for the programmer.
            pub const fn hint(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Code::$name, Language::Zh) => $zh_hint, (Code::$name, Language::En) => $en_hint, )*
                }
            }
        }
    };
}

// `cargo xtask tables` generates the codes in wsy.h, the bindings and docs/errors.md from this list: add a
// code here and nowhere else. In wsy.h the name of an error (below -100) starts with WSY_ERR_, that of any
// other code with WSY_. The line above an entry is its comment in wsy.h.
codes! {
    /// Done. A call about money never returns this.
    Ok = 0, NotMoved,
        zh "完成。" / "可以继续。"
            / "这不代表收款或退款的结果；查到的内容见回复的各个字段。",
        en "Done." / "You can carry on."
            / "This says nothing about money; the fields of the reply hold what the call found out.";
    /// Paid: the money was taken. The only code of a payment on which goods may be handed over.
    Paid = 1, Moved,
        zh "支付成功，款已收到。" / "可以交付商品。"
            / "打印小票：调用 wsy_print_receipt，或读字段 printinfo。",
        en "Paid: the money was taken." / "Hand over the goods."
            / "To print the receipt, call wsy_print_receipt or read the field printinfo.";
    /// Refunded: the money went back to the customer.
    Refunded = 2, Moved,
        zh "退款成功，款已退回顾客。" / "把退款凭证交给顾客。"
            / "打印凭证：调用 wsy_print_receipt，或读字段 printinfo。",
        en "Refunded: the money went back to the customer." / "Give the customer the refund receipt."
            / "To print the receipt, call wsy_print_receipt or read the field printinfo.";
    /// Not paid: no money was taken.
    NotPaid = -1, NotMoved,
        zh "支付未成功，没有扣款。" / "请顾客刷新付款码再扫一次，或换一种付款方式。"
            / "用同一个 out_trade_no 和新的付款码再调用 wsy_micropay；原因见字段 reason。",
        en "Not paid: no money was taken." / "Ask the customer to refresh the payment code, then scan it again, or use another payment method."
            / "Call wsy_micropay again with the new auth code and the same out_trade_no; the field reason says why this one failed.";
    /// Unknown: the money may have been taken (or given back). No other code of an ended call means this.
    Unknown = -2, MayHaveMoved,
        zh "结果未知，顾客可能已被扣款。" / "不要交付商品，也不要再次收款；稍候再查这一单，或请顾客看看手机上的扣款记录。"
            / "调用 wsy_settle（查这一单）或 wsy_recover（查全部），直到有结果。",
        en "Unknown: the customer may have been charged." / "Do not hand over goods; do not charge again. Check this bill again in a moment, or look at the payment record on the customer's phone."
            / "Call wsy_settle for this bill, or wsy_recover for everything that is open, until there is a verdict.";
    /// Not refunded: no money went back.
    NotRefunded = -3, NotMoved,
        zh "退款未成功，款没有退给顾客。" / "看看原因；仍要退款的，重新发起一次退款。"
            / "原因见字段 reason；重新退款要用新的 out_refund_no。",
        en "Not refunded: no money went back to the customer." / "Look at the reason. If the money should still go back, start a new refund."
            / "The field reason says why; a new refund needs a new out_refund_no.";
    /// Still in progress, no verdict yet. Only from the calls on a wsy_payment and those that start one.
    Pending = -4, MayHaveMoved,
        zh "还在处理，暂时没有结果，顾客可能已被扣款。" / "请稍等；先不要交付商品，也不要再次收款。"
            / "继续调用 wsy_payment_poll 或 wsy_payment_wait；单次查询的，稍后再查。",
        en "Still in progress: there is no result yet, and the customer may have been charged." / "Please wait. Do not hand over goods yet; do not charge again."
            / "Keep calling wsy_payment_poll or wsy_payment_wait; after a single query, query again later.";
    /// Paid before, as reported or with an earlier code: this call charged nobody. Do not hand over goods.
    PaidEarlier = -5, Moved,
        zh "已付过款，不要再收款。" / "这次没有扣款；不要重复交付这一单的商品。"
            / "first_told 是第一次返回“已支付”的时间；只有返回码 == WSY_PAID 时才交付商品。",
        en "Already paid: do not charge again." / "Nothing was charged this time. Do not hand over the goods of this bill twice."
            / "first_told says when a call first reported it as paid; hand over goods only if the code == WSY_PAID.";
    /// A person has decided this bill or refund; the reply says how. Nothing was sent.
    Decided = -6, Decided,
        zh "这一单已由人工认定，本次没有收款，也没有退款。" / "按人工认定的结果办理。"
            / "结果、认定人、理由和时间见字段 decision、decided_by、why、decided。",
        en "A person has decided this bill or refund. Nothing was charged or refunded this time." / "Follow that decision."
            / "See the fields decision, decided_by, why and decided.";
    /// The payment was voided: the money went back. Only from calls on a wsy_payment after wsy_payment_void.
    Voided = -7, Moved,
        zh "这一单已撤销，款已退回顾客。" / "不要交付商品；把退款凭证交给顾客。"
            / "要重新收款，请用新的 out_trade_no。",
        en "The bill was voided: the money went back to the customer." / "Do not hand over goods; give the customer the refund receipt."
            / "To charge again, use a new out_trade_no.";
    /// The handle is not valid: null, never opened, already closed, or of the wrong kind.
    Handle = -101, NotMoved,
        zh "收银程序出错（-101），这次操作没有执行。" / "重新操作一次；如果正在收款，先查清那一单，不要直接重新收款。仍不行请联系技术支持。"
            / "句柄无效：从未打开、已经关闭，或类型不对。检查是否用了已关闭的句柄，或传错了参数位置。",
        en "Error in the till program (-101): this step was not carried out." / "Try again. If a payment was in progress, check that bill first; do not simply charge again. If it keeps happening, call support."
            / "The handle is not valid: never opened, already closed, or of the wrong kind. Look for a closed handle, or for arguments in the wrong order.";
    /// An argument is not valid: a required pointer is NULL, or a number is out of range.
    Argument = -102, NotMoved,
        zh "收银程序出错（-102），这次操作没有执行。" / "重新操作一次；如果正在收款，先查清那一单，不要直接重新收款。仍不行请联系技术支持。"
            / "参数不合法：必填项为 NULL，或数值超出范围。对照 wsy.h 检查参数。",
        en "Error in the till program (-102): this step was not carried out." / "Try again. If a payment was in progress, check that bill first; do not simply charge again. If it keeps happening, call support."
            / "An argument is not valid: a required one is NULL, or a number is out of range. Check the arguments against wsy.h.";
    /// A text is not valid in the code page.
    Text = -103, NotMoved,
        zh "收银程序出错（-103），这次操作没有执行。" / "重新操作一次；如果正在收款，先查清那一单，不要直接重新收款。仍不行请联系技术支持。"
            / "文字不符合所选代码页。确认 wsy_open 的代码页（936 或 65001）与程序实际使用的一致。",
        en "Error in the till program (-103): this step was not carried out." / "Try again. If a payment was in progress, check that bill first; do not simply charge again. If it keeps happening, call support."
            / "A text is not valid in the chosen code page. Check that the code page given to wsy_open (936 or 65001) is the one that the program uses.";
    /// The buffer is too small; the text was truncated. Read again with the needed size.
    Buffer = -104, NotMoved,
        zh "内容没有显示完整（-104）。" / "收款和退款不受影响；请联系技术支持。"
            / "缓冲区太小，文字已被截断。按 needed 给出的长度再读一次；读取没有副作用。",
        en "The text could not be shown in full (-104)." / "Payments and refunds are not affected. Call support."
            / "The buffer is too small and the text was truncated. Read again with the size in needed; reading has no side effect.";
    /// The reply has no such field, item or list.
    NoField = -105, NotMoved,
        zh "要显示的内容不存在（-105）。" / "收款和退款不受影响；请联系技术支持。"
            / "回复中没有这个字段、列表或列表项。对照 docs/fields.zh-CN.md 检查名字。",
        en "There is nothing to show here (-105)." / "Payments and refunds are not affected. Call support."
            / "The reply has no such field, list or item. Check the name against docs/fields.md.";
    /// An internal error of the library.
    Internal = -106, NotMoved,
        zh "收银程序内部出错（-106），这次操作没有完成。" / "如果正在收款，先查清那一单，不要直接重新收款；并联系技术支持。"
            / "把 wsy.log 发给支持人员；如果当时正在收款，请先调用 wsy_recover。",
        en "Internal error in the till program (-106): this step was not finished." / "If a payment was in progress, check that bill first; do not simply charge again. Then call support."
            / "Send wsy.log to support; if a payment was in progress, call wsy_recover first.";
    /// Another thread is working on this number, or the payment has not ended.
    Busy = -107, NotMoved,
        zh "这一单正在处理中，这次操作没有执行。" / "等它有了结果再操作。"
            / "这个单号正在另一个线程或另一个支付句柄里处理，或支付尚未结束。等它结束后再调用。",
        en "This bill is still being processed; this step was not carried out." / "Wait until there is a result, then try again."
            / "Another thread or payment handle is working on this number, or the payment has not ended. Call again when it has.";
    /// The library cannot be called from inside its own log callback.
    InCallback = -108, NotMoved,
        zh "收银程序出错（-108），这次操作没有执行。" / "重新操作一次；如果正在收款，先查清那一单，不要直接重新收款。仍不行请联系技术支持。"
            / "日志回调函数里不能再调用本程序库。在回调里只记下内容，返回后再调用。",
        en "Error in the till program (-108): this step was not carried out." / "Try again. If a payment was in progress, check that bill first; do not simply charge again. If it keeps happening, call support."
            / "The library cannot be called from inside its own log callback. Only save the line there; call the library after the callback has returned.";
    /// The handle was made before this process was forked, and belongs to its parent.
    Forked = -109, NotMoved,
        zh "收银程序出错（-109），这次操作没有执行。" / "重新操作一次；如果正在收款，先查清那一单，不要直接重新收款。仍不行请联系技术支持。"
            / "句柄属于父进程：fork 之后，子进程不能使用也不能关闭它。在父进程里调用；子进程需要时，用另一个数据文件夹自行调用 wsy_open。",
        en "Error in the till program (-109): this step was not carried out." / "Try again. If a payment was in progress, check that bill first; do not simply charge again. If it keeps happening, call support."
            / "The handle belongs to the parent process: after a fork, the child can neither use nor close it. Make the call in the parent; a child that needs a till calls wsy_open itself, on another data folder.";
    /// An option or parameter is not known, or its value is not valid.
    Options = -110, NotMoved,
        zh "收银程序的设置有误（-110），这次操作没有执行。" / "请联系技术支持检查设置。"
            / "有不认识的选项或参数，或它的值不合法。detail 说明是哪一个；对照 wsy_open 的选项表检查。",
        en "The till program is not set up correctly (-110); this step was not carried out." / "Call support to have the settings checked."
            / "An option or parameter is not known, or its value is not valid: detail says which. Check it against the option table of wsy_open.";
    /// This process has the data folder open already.
    AlreadyOpen = -119, NotMoved,
        zh "收款记录已经由这个收银程序打开（-119），这次没有再打开。" / "退出收银程序再重新运行；不要删除任何文件。仍不行请联系技术支持。"
            / "同一个进程里另一个句柄还开着这个数据文件夹：先关闭它（wsy_close）。如果程序在开发环境里被停止，句柄已经丢失，启动时先调用 wsy_close_all。",
        en "This till program has the payment records open already (-119); they were not opened again." / "Close the till program and start it again; do not delete any files. If it keeps happening, call support."
            / "Another handle of this process still has the data folder open: close it with wsy_close. If the program was stopped in a development environment and has lost the handle, call wsy_close_all first when it starts.";
    /// The data folder cannot be created or written.
    Folder = -120, NotMoved,
        zh "存放收款记录的文件夹无法使用，没有收款，也没有退款。" / "检查磁盘是否已满；仍不行请联系技术支持。"
            / "数据文件夹无法创建或写入，或打开期间被移动、被替换。检查路径、磁盘空间和当前用户的写权限；原因见 detail。",
        en "The folder for the payment records cannot be used; nothing was charged or refunded." / "Check whether the disk is full. If it is not, call support."
            / "The data folder cannot be created or written, or was moved or replaced while it was open. Check the path, the free space and this user's write permission; detail says why.";
    /// The data folder is in use by another program.
    FolderInUse = -121, NotMoved,
        zh "另一个收银程序正在使用收款记录，这次没有打开。" / "关闭另一个收银程序再试；不要删除任何文件。"
            / "一个数据文件夹同时只能打开一次。检查传给 wsy_open 的文件夹：每台收银机用自己的。",
        en "Another till program is using the payment records, so they were not opened here." / "Close the other program and try again; do not delete any files."
            / "A data folder can be open only once at a time. Check the folder given to wsy_open: each till needs its own.";
    /// The ledger cannot be read or written.
    Ledger = -122, NotMoved,
        zh "收款记录无法读写，没有收款，也没有退款。" / "检查磁盘是否已满；仍不行请联系技术支持，恢复之前先用其他方式收款。"
            / "账本无法读写，或打开期间被移动、被替换，没有发出任何请求。检查磁盘空间和权限；原因见 detail。",
        en "The payment records cannot be read or written; nothing was charged or refunded." / "Check whether the disk is full. If it is not, call support; until this is fixed, use other payment methods."
            / "The ledger cannot be read or written, or was moved or replaced while it was open; no request was sent. Check the free space and the permissions; detail says why.";
    /// The ledger file is damaged, or is not a wsy ledger.
    LedgerDamaged = -123, NotMoved,
        zh "收款记录已损坏，没有打开。" / "不要删除任何文件，里面可能有还没有查清的收款；请联系技术支持。"
            / "ledger.db 已损坏，或不是本程序库的账本。保留原文件，交给支持人员。",
        en "The payment records are damaged and were not opened." / "Do not delete any files: they may hold payments that are not settled. Call support."
            / "ledger.db is damaged, or is not a ledger of this library. Keep the file and send it to support.";
    /// The ledger was written by a newer version of the library.
    LedgerNewer = -124, NotMoved,
        zh "收款记录由较新版本的收银程序写入，没有打开。" / "请安装新版本的收银程序。"
            / "账本由较新版本的程序库写入，请改用那个版本的 wsy。",
        en "The payment records were written by a newer version of the till program, so they were not opened."
            / "Install the newer version of the till program."
            / "The ledger was written by a newer version of the library: install that version of wsy.";
    /// The address of the platform, or of the proxy, is not valid.
    Base = -125, NotMoved,
        zh "平台的网络地址设置有误（-125），暂时不能收款。" / "请联系技术支持。"
            / "平台地址或代理地址不合法。检查选项 base 和 proxy：应为 http://主机 或 https://主机:端口。",
        en "The platform's network address is not set correctly (-125); the till was not opened." / "Call support."
            / "The address of the platform or of the proxy is not valid. Check the options base and proxy: http://host or https://host:port.";
    /// The CA file cannot be read, or holds no certificate in PEM.
    CaFile = -126, NotMoved,
        zh "安全证书设置有误（-126），暂时不能收款。" / "请联系技术支持。"
            / "CA 证书文件无法读取，或不含 PEM 格式的证书。检查选项 ca_file。",
        en "The security certificate is not set up correctly (-126); the till was not opened." / "Call support."
            / "The CA file cannot be read, or holds no certificate in PEM. Check the option ca_file.";
    /// The ledger was made on another machine or in another folder, or is another file: it may be a copy.
    LedgerCopied = -127, NotMoved,
        zh "这份收款记录来自另一台机器或另一个文件夹，可能是复制来的，没有使用。" / "不要自行复制或删除文件；请联系技术支持。"
            / "每台收银机用自己的数据文件夹，不要复制。如果确实更换了机器、移动了文件夹或从备份恢复了最新的账本，而且原来的不再使用，请用选项 accept_ledger=1 打开一次。",
        en "These payment records come from another machine or folder and may be a copy, so they were not used." / "Do not copy or delete files yourself; call support."
            / "Give each till its own data folder and never copy one. If the machine was replaced, the folder moved or its newest ledger copied back, and the old one is no longer used, open once with the option accept_ledger=1.";
    /// The ledger is not the one that was written last: deleted, or an old backup.
    LedgerRestored = -128, NotMoved,
        zh "收款记录不是最新的那一份：可能被删除过，或恢复了旧备份，没有使用。" / "请联系技术支持；这期间的收款要到商户后台核对。"
            / "把最新的账本放回来；如果它已经丢失，先到商户后台核对缺少的收款，再用选项 accept_ledger=1 打开一次。",
        en "The payment records are not the latest ones: they were deleted, or an old backup was restored. They were not used." / "Call support. The payments made in the meantime have to be checked in the back office."
            / "Put the newest ledger back. If it is lost, check in the back office which payments are missing, then open once with the option accept_ledger=1.";
    /// The config names a server that is not allowed, or the order was charged at one that no longer is.
    ServerNotAllowed = -129, NotMoved,
        zh "平台的服务器地址不在允许的范围内，没有向它发出任何请求，没有收款，也没有退款。" / "请联系技术支持检查网络。"
            / "指的是配置里的服务器，或这一单收款时的服务器。确认网络没有被劫持；如果平台确实更换了地址，把主机名加入选项 allowed_hosts；base 是 https 或 https_only=1 时地址必须是 https；明知不加密也要用的，设置 plain_server=1。",
        en "The platform's server address is not allowed; nothing was sent to it, and nothing was charged or refunded." / "Call support to have the network checked."
            / "This is the server in the config, or the one that the order was charged at. Make sure that nobody intercepts the connection. If the platform has moved, add its host to the option allowed_hosts. With an https base or https_only=1 the address has to be https; plain_server=1 allows a server without encryption after an https base.";
    /// The device is not activated.
    NotActivated = -130, NotMoved,
        zh "这台收银机还没有激活，没有收款，也没有退款。" / "请用商户后台提供的激活码激活。"
            / "调用 wsy_activate，或用 wsy_set_device 填入设备编号和密钥。",
        en "This till is not activated; nothing was charged or refunded." / "Activate it with a code from the back office."
            / "Call wsy_activate, or wsy_set_device with a device id and key.";
    /// The platform refused the activation code; or the code, device id or key is empty.
    ActivationRefused = -131, NotMoved,
        zh "激活码未通过，收银机没有激活。" / "检查激活码；每个激活码只能用一次，必要时在商户后台重新获取。"
            / "平台的原话见字段 info；激活码、设备编号或密钥为空时也返回它。",
        en "The activation code was refused; the till is not activated." / "Check the code. Each code works only once; get a new one from the back office if necessary."
            / "The field info has the platform's own message; an empty code, device id or key also returns this.";
    /// The activation was sent, but no complete response came: the code may be used up.
    ActivationLost = -132, NotMoved,
        zh "激活请求已发出，但没有收到完整的答复；激活码可能已被用掉。" / "用同一个激活码再试一次；如果未通过，在商户后台重新获取。"
            / "用同一个激活码再调用一次 wsy_activate；返回 WSY_ERR_ACTIVATION_REFUSED 时，需要新的激活码。",
        en "The activation was sent, but no complete response came back: the code may be used up." / "Try the same code once more. If it is refused, get a new one from the back office."
            / "Call wsy_activate again with the same code; if that returns WSY_ERR_ACTIVATION_REFUSED, a new code is needed.";
    /// The platform does not accept this device or its key: activate again.
    ActivateAgain = -133, NotMoved,
        zh "平台不认可这台收银机，没有收款，也没有退款。" / "它可能在商户后台被删除或修改过，请重新激活。"
            / "设备编号或密钥有误，平台的原话见字段 info。用新的激活码调用 wsy_activate。",
        en "The platform does not accept this till; nothing was charged or refunded." / "It may have been deleted or changed in the back office. Activate it again."
            / "The device id or key is wrong: the field info has the platform's own message. Call wsy_activate with a new code.";
    /// There is no pay config: neither one from the platform nor a saved one.
    NoConfig = -134, NotMoved,
        zh "还没有取得收款设置：连不上平台，本机也没有保存过；没有收款。" / "检查网络后再试。"
            / "网络恢复后调用 wsy_config；原因见 detail。",
        en "The payment settings are missing: the platform cannot be reached, and none are saved. Nothing was charged." / "Check the network and try again."
            / "Call wsy_config when the network is back; detail says why it failed.";
    /// The till is activated, but its key could not be saved. It is used from memory; the code is spent.
    DeviceNotSaved = -136, NotMoved,
        zh "已经激活，可以收款；激活码已用掉，但密钥还没能存到磁盘。" / "先不要关闭收银程序，否则要重新激活；检查磁盘是否已满、杀毒软件是否拦截。程序会自动再存。"
            / "密钥暂时只在内存里，此后的调用结束时和 wsy_close 时会再存；字段 device_saved 为 1 表示已存好。不要再用这个激活码。",
        en "The till is activated and can charge. The activation code is used up, but the key is not saved to the disk yet." / "Do not close the till program yet, or the till has to be activated again. Check whether the disk is full, or a virus scanner is in the way. The program keeps trying to save it."
            / "The key is in memory only. Later calls and wsy_close try to save it again; the field device_saved is 1 once it is on disk. Do not use the code again.";
    /// The till's key is saved, and cannot be read by this user, on this machine, or at all. It is kept.
    DeviceUnreadable = -137, NotMoved,
        zh "这台收银机保存的密钥读不出来，没有收款，也没有退款。" / "用原来的 Windows 用户登录后再打开；不行就请店长用新的激活码重新激活。不要删除任何文件。"
            / "device.key 是另一个 Windows 用户或另一台机器加密的，或文件已损坏，原因见 detail。用原来的用户打开；不行就调用 wsy_activate，原文件会另存为 device-*.key。",
        en "The saved key of this till cannot be read; nothing was charged or refunded." / "Log in as the Windows user who ran the till before and open it again. If that does not help, ask the manager to activate the till with a new code. Do not delete any files."
            / "device.key was sealed by another Windows user or on another machine, or is damaged: detail says why. Open the till as that user; or call wsy_activate, which keeps the old file as device-*.key.";
    /// Another client of this program is activated as the same device.
    DeviceInUse = -135, NotMoved,
        zh "这台设备在收银程序里已经打开，没有重复打开。" / "请联系技术支持。"
            / "本程序的另一个客户端正在使用同一台设备，两者不知道对方收过哪些付款码。先关闭它，或把每个文件夹激活为不同的设备。",
        en "The same device is already open in this till program, so it was not opened again." / "Call support."
            / "Another client of this program is activated as the same device; neither would know which auth codes the other has charged. Close it, or activate each folder as a device of its own.";
    /// The auth code is not 10 to 32 digits.
    AuthCode = -140, NotMoved,
        zh "付款码不正确，没有扣款。" / "请重新扫描顾客的付款码。"
            / "付款码应为 10 到 32 位数字。",
        en "The payment code is not valid; nothing was charged." / "Scan the customer's payment code again."
            / "An auth code has 10 to 32 digits.";
    /// The auth code was used for another bill.
    AuthCodeUsed = -141, NotMoved,
        zh "这个付款码已用于另一单，这次没有扣款。" / "请顾客刷新付款码后再扫。"
            / "另一单的单号见字段 out_trade_no。",
        en "This payment code was used for another bill; nothing was charged this time." / "Ask the customer to refresh the payment code, then scan it again."
            / "The field out_trade_no names the other bill.";
    /// The amount is not between 1 and 100000000 fen.
    Amount = -142, NotMoved,
        zh "金额不对：必须大于 0，且不超过 1000000.00 元。没有收款，也没有退款。" / "检查金额。"
            / "金额的单位是分：1 到 100000000。",
        en "The amount must be more than 0 and at most 1,000,000.00 yuan. Nothing was charged or refunded." / "Check the amount."
            / "The amount is in fen: 1 to 100000000.";
    /// The pay config does not allow this amount.
    AmountNotAllowed = -143, NotMoved,
        zh "商户设置不允许收这个金额，没有扣款。" / "换一种付款方式，或请店长在商户后台修改金额规则。"
            / "规则见 detail；修改后调用 wsy_config 刷新。",
        en "The shop's settings do not allow this amount; nothing was charged." / "Use another payment method, or ask the manager to change the rule in the back office."
            / "detail shows the rule; call wsy_config once it has been changed.";
    /// The payment type is not known, or none takes this auth code.
    PayType = -144, NotMoved,
        zh "商户没有开通这种付款方式，或无法识别这个付款码，没有扣款。" / "请顾客换一种钱包或付款方式。"
            / "检查参数 paytype，以及配置的列表 dm_code 中是否有这种支付方式；必要时调用 wsy_config 刷新。",
        en "The shop does not accept this wallet, or the payment code is not recognised; nothing was charged."
            / "Ask the customer for another wallet or payment method."
            / "Check the parameter paytype, and whether the config's list dm_code has the payment type; call wsy_config to refresh it.";
    /// This device is not licensed to charge.
    NotLicensed = -145, NotMoved,
        zh "这台收银机没有开通收款，没有扣款。" / "请在商户后台开通。"
            / "配置中的 license_micropay 不是 1；开通后调用 wsy_config 刷新。",
        en "This till is not allowed to take payments; nothing was charged." / "Have it enabled in the back office."
            / "license_micropay in the config is not 1; call wsy_config once it is enabled.";
    /// The out_trade_no is not 1 to 64 visible ASCII characters.
    OutTradeNo = -146, NotMoved,
        zh "单号不符合要求，没有收款，也没有退款。" / "重新开单再收；仍不行请联系技术支持。"
            / "out_trade_no 应为 1 到 64 个可见的 ASCII 字符。",
        en "The bill number cannot be used; nothing was charged or refunded." / "Start a new bill. If it happens again, call support."
            / "An out_trade_no is 1 to 64 visible ASCII characters.";
    /// The out_trade_no was used with another amount.
    AmountDiffers = -147, NotMoved,
        zh "这个单号已用于另一个金额，这次没有扣款。" / "先看看原来那一单付了没有；如果金额改了，重新开单再收。"
            / "原来的金额见字段 recorded_fen；新的金额用新的 out_trade_no。",
        en "This bill number was used with another amount; nothing was charged this time." / "Check whether that bill was paid. If the amount has changed, start a new bill."
            / "The field recorded_fen holds the amount on record; use a new out_trade_no for a new amount.";
    /// An earlier charge of the bill has no verdict yet, so no second code is charged.
    StillOpen = -148, NotMoved,
        zh "这一单上次的收款还没有查清，顾客可能已被扣款；这次没有再收款。" / "先查清上次的收款，否则顾客可能付两次。"
            / "先调用 wsy_settle。顾客愿意承担付两次的风险时，才传参数 insist=may_charge_twice。",
        en "An earlier payment for this bill is not settled, and the customer may have been charged; nothing was charged this time." / "Check that payment first; otherwise the customer may pay twice."
            / "Call wsy_settle first. Pass insist=may_charge_twice only if the customer accepts the risk of paying twice.";
    /// The bill was paid and then refunded in full.
    AlreadyRefunded = -149, NotMoved,
        zh "这一单付过款，又已全额退款；这次没有收款，也没有退款。" / "不要按已付款交付商品；要再收款，请重新开单。"
            / "再次收款要用新的 out_trade_no。",
        en "This bill was paid and then refunded in full; nothing was charged or refunded this time." / "Do not hand over goods for this bill. To charge again, start a new bill."
            / "Charging again needs a new out_trade_no.";
    /// An extra parameter has a name or value that cannot be sent.
    Param = -150, NotMoved,
        zh "随单发送的附加内容不符合要求（-150），没有收款，也没有退款。" / "请联系技术支持。"
            / "附加参数不合法。检查参数名（字母、数字、下划线）和内容（不含控制字符）；detail 说明是哪一个。",
        en "The till program added data that cannot be sent (-150); nothing was charged or refunded." / "Call support."
            / "An extra parameter is not valid: check its name (letters, digits, _) and its value (no control characters); detail says which.";
    /// Neither the ledger nor the platform has such a bill.
    NoBill = -151, NotMoved,
        zh "找不到这一单，没有收款，也没有退款。" / "核对单号。"
            / "账本里没有这个 out_trade_no 或 out_refund_no，或平台没有这个 dm_id。",
        en "There is no such bill; nothing was charged or refunded." / "Check the number."
            / "The ledger has no such out_trade_no or out_refund_no, or the platform has no such dm_id.";
    /// The bill is not paid, or has no verdict yet.
    BillNotPaid = -152, NotMoved,
        zh "这一单没有付款，或结果还没有查清；没有退款。" / "没有查清的，先查清再退；没有付款的，不用退款。"
            / "先调用 wsy_settle 查清。",
        en "This bill is not paid, or not settled yet; nothing was refunded." / "If it is not settled, check it first. If it is not paid, there is no money to give back."
            / "Call wsy_settle first.";
    /// The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which is reserved.
    OutRefundNo = -153, NotMoved,
        zh "退款单号不符合要求，没有退款。" / "重新发起退款；仍不行请联系技术支持。"
            / "out_refund_no 应为 1 到 64 个可见的 ASCII 字符，且不能以 void- 开头。",
        en "The refund number cannot be used; nothing was refunded." / "Start the refund again. If it happens again, call support."
            / "An out_refund_no is 1 to 64 visible ASCII characters and does not begin with void-.";
    /// The out_refund_no was used for another bill or amount.
    RefundDiffers = -154, NotMoved,
        zh "这个退款单号已用于另一单或另一个金额，这次没有退款。" / "先看看原来那笔退了没有；要另退一笔的，重新发起退款。"
            / "记录的金额见字段 recorded_fen；新的退款用新的 out_refund_no。",
        en "This refund number was used for another bill or amount; nothing was refunded this time." / "Check whether that refund was made. For another refund, start a new one."
            / "The field recorded_fen holds the amount on record; use a new out_refund_no for a new refund.";
    /// Another refund of the bill has no verdict yet.
    RefundOpen = -155, NotMoved,
        zh "这一单有一笔退款或撤销还没有查清，款可能已退；这次没有收款，也没有退款。" / "先查清那一笔；在这之前不要交付商品，也不要另外退款。"
            / "用字段 out_refund_no 的单号再调用 wsy_refund；如果是撤销，再调用 wsy_void。",
        en "A refund or void of this bill is not settled, and the money may have gone back; nothing was charged or refunded this time." / "Check that one first. Until then, do not hand over goods; do not refund in any other way."
            / "Call wsy_refund again with the number in the field out_refund_no; for a void, call wsy_void again.";
    /// The refund is larger than what can still be refunded.
    RefundTooMuch = -156, NotMoved,
        zh "退款金额超过还能退的金额，没有退款。" / "核对金额；这一单可能已经退过款。"
            / "还能退的金额见字段 refundable_fen。",
        en "This is more than can still be refunded; nothing was refunded." / "Check the amount; the bill may have been refunded before."
            / "The field refundable_fen says how much can still be refunded.";
    /// There is nothing to decide: the bill or refund is already decided, or not known to be open.
    NotOpen = -157, NotMoved,
        zh "这一单已有结果，或不在未查清的单里，不需要人工认定。" / "核对单号。"
            / "用 wsy_find 或 wsy_find_refund 看它的结果；还没有查清的见 wsy_unresolved。",
        en "This bill already has a result, or is not among the open ones; there is nothing for a person to decide." / "Check the number."
            / "wsy_find or wsy_find_refund returns its outcome; wsy_unresolved lists what is open.";
    /// A person can decide a bill or refund only after its quiet time.
    TooEarly = -158, NotMoved,
        zh "这一单还在自动查询，暂时不能人工认定。" / "过一会儿再试。"
            / "静默时间（quiet_ms，退款为 refund_quiet_ms）过后，才能调用 wsy_decide 或 wsy_decide_refund。",
        en "This bill is still being checked; a person cannot decide it yet." / "Try again in a while."
            / "wsy_decide and wsy_decide_refund work only after the quiet time (quiet_ms; refund_quiet_ms for a refund).";
    /// The day lies in the future and cannot be closed.
    DayNotOver = -159, NotMoved,
        zh "这一天还没有到，不能日结。" / "核对日期。"
            / "day 是将来的日期；也检查本机时钟（wsy_time）。",
        en "That day is in the future and cannot be closed." / "Check the date."
            / "The day lies in the future; check this machine's clock too (wsy_time).";
    /// The platform cannot be reached; nothing was sent.
    NotSent = -160, NotMoved,
        zh "连不上平台，没有收款，也没有退款。" / "检查网络后再试一次。"
            / "没有发出任何请求，单号和付款码可以照用；原因见 detail。",
        en "The platform cannot be reached; nothing was charged or refunded." / "Check the network and try again."
            / "No request was sent: use the same numbers and auth code again; detail says why.";
    /// The platform gave no complete response to a query; no money moved.
    NoResponse = -161, NotMoved,
        zh "没有收到平台的完整答复，没有收款，也没有退款。" / "稍后再试。"
            / "这个调用只查询，没有发出收款或退款请求；原因见 detail。",
        en "The platform gave no complete response; nothing was charged or refunded." / "Try again later."
            / "This call only queries and sent no charge or refund; detail says why.";
    /// The response to a query is not in the platform's format; no money moved.
    BadResponse = -162, NotMoved,
        zh "收到的不是平台的答复，没有收款，也没有退款。" / "可能要先登录网络，例如商场的无线网络；检查网络后再试。"
            / "答复不是平台的格式，可能被登录页或代理拦截；见 detail。",
        en "The response did not come from the platform; nothing was charged or refunded." / "The network may require a login, as the Wi-Fi of a shopping mall does. Check it and try again."
            / "The response is not in the platform's format: a login page or a proxy may be in the way; see detail.";
    /// The platform refused a query, or the first read of a bill; no money moved.
    Refused = -163, NotMoved,
        zh "平台拒绝了请求，没有收款，也没有退款。" / "稍后再试；仍不行请联系技术支持。"
            / "平台的原话见字段 info；签名或设备错误时，检查时钟（wsy_time）并重新激活（wsy_activate）。",
        en "The platform refused the request; nothing was charged or refunded." / "Try again later. If it keeps happening, call support."
            / "The field info has the platform's own message; after a signature or device error, check the clock (wsy_time) and activate again (wsy_activate).";
    /// The platform has no such receipt; the reply holds the ledger's, if there is one.
    NoReceipt = -164, NotMoved,
        zh "平台没有这张小票。款项不受影响。" / "可以打印本机保存的小票，或请店长在商户后台补打。"
            / "字段 printinfo 是账本保存的小票（如果有）。",
        en "The platform has no such receipt. The payment is not affected." / "Print the one saved on this till, or ask the manager to print it in the back office."
            / "The field printinfo has the receipt stored in the ledger, if there is one.";
    /// Cancelled before anything was sent.
    Cancelled = -165, NotMoved,
        zh "已取消，没有收款，也没有退款。" / "需要的话，重新操作一次。"
            / "没有发出任何请求，可以用同一个单号重新开始。",
        en "Cancelled; nothing was charged or refunded." / "Start again if you still want to."
            / "No request was sent: start again under the same number.";
    /// The alarm does not exist or is already acknowledged.
    NoAlarm = -166, NotMoved,
        zh "没有这条警报，或已经有人确认过。" / "再看一下警报列表。"
            / "尚未确认的警报见 wsy_alarms。",
        en "There is no such alarm, or somebody has already acknowledged it." / "Look at the list of alarms again."
            / "wsy_alarms lists those that nobody has acknowledged.";
    /// No font has all the characters of the receipt.
    NoFont = -167, NotMoved,
        zh "缺少中文字体，小票图片没有生成。款项不受影响。" / "请联系技术支持安装中文字体。"
            / "没有包含这张小票全部文字的字体。安装宋体、文泉驿等中文字体，或指定字体文件（.ttf、.ttc、.otf）。",
        en "A font is missing, so there is no picture of the receipt. The payment is not affected." / "Call support to have a Chinese font installed."
            / "No font has all the characters of this receipt. Install a font with Chinese characters, or name a font file (.ttf, .ttc, .otf).";
    /// The picture of the receipt cannot be drawn or written.
    Picture = -168, NotMoved,
        zh "小票图片没有生成。款项不受影响。" / "可以直接打印小票。"
            / "图片无法生成或无法写入。检查文件夹是否存在、能否写入；超过 2.5 米的小票没有图片。",
        en "There is no picture of the receipt. The payment is not affected." / "Print the receipt instead."
            / "The picture cannot be drawn or written. Check that the folder exists and can be written to; a receipt longer than 2.5 m has no picture.";
    /// The bill lacks a refund that is known here, or shows a different one; nothing was sent.
    BillLacksRefund = -169, NotMoved,
        zh "平台账单与本机记录的一笔退款对不上，这次没有退款。" / "稍后再试；过 15 分钟仍是这样，请店长到商户后台核对，要退的款在后台退。"
            / "新的退款无法与那一笔区分，没有发出退款请求；账单见 wsy_read_bill。",
        en "The platform's bill does not match a refund on record here; nothing was refunded this time." / "Try again later. If this is still so after 15 minutes, ask the manager to check the bill in the back office and to make the refund there."
            / "A new refund could not be told apart from that one, so no request was sent; wsy_read_bill shows the bill.";
    /// The printer does not exist; nothing was printed.
    NoPrinter = -170, NotMoved,
        zh "找不到打印机，小票没有打印。款项不受影响。" / "检查打印机是否接好，再补打小票。"
            / "检查打印机的名称：tcp:地址、device:文件 或 queue:名称。",
        en "The printer was not found; nothing was printed. The payment is not affected." / "Check that the printer is connected, then print the receipt again."
            / "Check the printer's name: tcp:HOST, device:FILE or queue:NAME.";
    /// The printer accepts no data: off, not connected, open, or busy for too long.
    PrinterOffline = -171, NotMoved,
        zh "打印机没有响应。款项不受影响。" / "检查电源、连线和机盖；它恢复后可能仍会打出这张小票，看清楚再补打。"
            / "原因见 detail；要再打印，再调用一次 wsy_print_receipt。",
        en "The printer does not respond. The payment is not affected." / "Check its power, cable and cover. The receipt may still come out once it is ready, so look before printing it again."
            / "detail says why; to print again, call wsy_print_receipt once more.";
    /// The printer is out of paper.
    NoPaper = -172, NotMoved,
        zh "打印机缺纸。款项不受影响。" / "换纸后补打小票。"
            / "要再打印，再调用一次 wsy_print_receipt。",
        en "The printer is out of paper. The payment is not affected." / "Load paper and print the receipt again."
            / "To print again, call wsy_print_receipt once more.";
    /// The receipt was not printed completely.
    NotPrinted = -173, NotMoved,
        zh "小票没有打完。款项不受影响。" / "看看打印机，再补打一次；纸上可能已有一部分。"
            / "原因见 detail；要再打印，再调用一次 wsy_print_receipt。",
        en "The receipt was not printed completely. The payment is not affected." / "Check the printer and print it again; part of it may already be on the paper."
            / "detail says why; to print again, call wsy_print_receipt once more.";
    /// Neither an order number that the config's cancelregex matches, nor a transaction of this till.
    DmId = -174, NotMoved,
        zh "单号有误，这次没有收款，也没有退款。" / "请按小票上的订单号或凭证号重新输入；顾客手机上的交易单号，只有原来收款的那台收银机才查得到。"
            / "参数 dm_id 不符合配置中的 cancelregex，也不是本机账本里的 pay_id；确定平台接受这个单号时，加参数 any_number=1。",
        en "This is not an order number; nothing was charged or refunded." / "Type the order number from the receipt again. Only the till that took the payment knows the transaction number on the customer's phone."
            / "dm_id does not match the config's cancelregex, and no order of this till has it as its pay_id; if the platform is known to accept it, add the parameter any_number=1.";
    /// The day cannot be archived: it is not closed, or not long enough ago.
    DayNotArchivable = -175, NotMoved,
        zh "这一天还不能归档。" / "按平台的日期，90 天以前、已经日结的日子才能归档。"
            / "先用 wsy_close_day 日结；day 至少是 90 天以前的日期。",
        en "That day cannot be archived yet." / "Only days that are closed and, by the platform's date, at least 90 days ago can be archived."
            / "Close the day with wsy_close_day first; day has to be at least 90 days ago.";
    /// The bill or day is in the archive, which is missing or cannot be read.
    Archive = -176, NotMoved,
        zh "这一单已归档，归档文件读不出来；没有收款，也没有退款。" / "新的单可以照常收款；这一单请联系技术支持。"
            / "把 archive.db 放回数据文件夹；原因见 detail。归档过的单号不能用于新的单。",
        en "This was moved to the archive, which cannot be read; nothing was charged or refunded." / "New bills can be charged as usual. For this one, call support."
            / "Put archive.db back into the data folder; detail says why it cannot be read. The number of an archived bill cannot be used for a new one.";
}

impl Code {
    /// Returns the code that has this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// The code's number.
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
