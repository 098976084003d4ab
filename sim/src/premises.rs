//! The premises of the rules: the simulated world keeps to them, and prints them with its figures.
//! `docs/reliability.md` has the same sentences.

/// A premise in both languages of the documents.
pub struct Premise {
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

/// Every premise.
pub const PREMISES: [Premise; 10] = [
    Premise {
        en: "A charge takes effect within 60 s of the end of its exchange or never, where that was answered or its connection was reset; within 120 s where nobody saw it end.",
        zh: "请求得到答复或连接被复位之后，扣款最迟在 60 秒内发生，否则不再发生；没有人看到它如何结束的，最迟在 120 秒内。",
    },
    Premise {
        en: "After that time a question about a charge that is there is answered with a denial, or with another device's order, twice at most.",
        zh: "此后，查询确实存在的扣款，得到否认或别的设备的订单，最多两次。",
    },
    Premise {
        en: "A decline that a table calls final is true of every delivery of that charge. An order that says 支付失败 while the customer chooses another card says so for at most 15 s; a platform that words every decline so does not.",
        zh: "错误码表里的终局拒绝，对该请求的每一次送达都成立。顾客换卡期间，订单显示“支付失败”最多 15 秒；若平台的拒绝一律只写“支付失败”，则此时不这样显示。",
    },
    Premise {
        en: "A platform that answers a repeated delivery as a dead code shows the first one by its code within 4.5 s; one that answers it with a bare 支付失败, within 0.9 s.",
        zh: "若平台把重复送达的请求答作付款码失效，则首次送达的订单在 4.5 秒内可按付款码查到；若只答“支付失败”，则在 0.9 秒内。",
    },
    Premise {
        en: "A response that belongs to another request differs in order, amount or device, or names an order that another bill of this ledger has. A query about a charge gets one that differs in nothing at most once.",
        zh: "属于别的请求的答复，在平台单号、金额或设备上有差别，或者其单号属于本账本的另一笔账单；毫无差别的，每笔收款的查询最多遇到一次。",
    },
    Premise {
        en: "A refund is made within 4 minutes of its request and shown 10 minutes later at most; once its acceptance is on disk, it may be shown a day later or never be made.",
        zh: "退款最迟在请求后 4 分钟内发生，再过最多 10 分钟显示在账单上；受理结果落盘之后，可以晚一天显示，也可以一直不退。",
    },
    Premise {
        en: "What the platform has spoken for may be denied for ever after, once the till has that on disk.",
        zh: "平台说过“支付中”或“已支付”的订单，在收银机落盘之后，可以永远被否认。",
    },
    Premise {
        en: "Nobody else refunds the very amount that a till is refunding on the same bill, nor amounts that add up to it; where the simulated back office does, a refund that is reported as made by its line is counted apart.",
        zh: "收银机退款期间，没有别人在同一账单上退同样的金额；模拟的后台这样做时，据此报告的退款单独计数。",
    },
    Premise {
        en: "A bill of which a lying disk has lost a write is not judged.",
        zh: "谎报写入成功的磁盘丢失记录的账单不作评判。",
    },
    Premise {
        en: "Monotonic clocks gain or lose at most 4 %; the wall clock may be anywhere.",
        zh: "单调时钟的误差不超过 4%；系统时间可以是任何值。",
    },
];
