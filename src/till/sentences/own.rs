//! Texts that replace those of a code where the call or the state of the bill needs others.

use crate::driver;
use crate::till::code::Code;
use crate::till::http::CLOCK;
use crate::till::sentences::{Own, own_of_refund};
use crate::till::{ChargeReport, ChargeVerdict, Error, RefundReport, RefundVerdict, VoidReport};

/// A paid bill that no call has reported as paid.
const PAID_UNTOLD: Own = Own {
    message: [
        "这一单已付过款，但结果可能还没有人看到；这次没有扣款。",
        "This bill is already paid, but perhaps nobody has seen the result yet; nothing was charged this time.",
    ],
    advice: [
        "不要再收款；先弄清商品是否已交付，再查一下这一单：查到支付成功，而且商品还没有交付，才交付商品。",
        "Do not charge again. Find out whether the goods were handed over, then check this bill: hand over the goods only if it shows as paid and the customer does not have them yet.",
    ],
    hint: [
        "first_told 为空：还没有报告过“已支付”，这一单在 wsy_unresolved 的列表 unfinished 中。调用 wsy_settle，返回 == WSY_PAID 时交付商品。",
        "first_told is empty: no call has reported the bill as paid, and wsy_unresolved has it in the list unfinished. Call wsy_settle; hand over the goods if it returns == WSY_PAID.",
    ],
};

/// A payment that was reported as not paid before and is now reported as paid.
const PAID_LATE: Own = Own {
    message: [
        "支付成功，款已收到；但这一单之前报过“未支付”。",
        "Paid: the money was taken. But this bill was reported as not paid before.",
    ],
    advice: [
        "先问清顾客后来有没有用别的方式付过：付过的，把这笔款退给顾客，不要重复交付商品；没有付过的，可以交付商品。",
        "First ask whether the customer has paid in another way since then. If so, refund this payment and do not hand over the goods twice; if not, hand over the goods.",
    ],
    hint: [
        "字段 paid_late 为 1：报过“未支付”之后，对账时查到这笔款。顾客另外付过的，调用 wsy_void 或 wsy_refund 退掉这一笔。",
        "paid_late is 1: reconciliation found this payment after it was reported as not paid. If the customer has paid in another way, call wsy_void or wsy_refund.",
    ],
};

/// A void of a bill that is not paid.
const VOID_NOT_PAID: Own = Own {
    message: [
        "这一单没有收到款，不用退款，也不用再撤销。",
        "This bill is not paid: there is no money to give back, and no need to void it again.",
    ],
    advice: [
        "不要交付商品；顾客还要买的，重新收款。",
        "Do not hand over goods. If the customer still wants to buy, charge again.",
    ],
    hint: [
        "没有发出退款。原因见字段 reason；可以用同一个 out_trade_no 和新的付款码再收款。",
        "No refund was sent. The field reason says why the bill is not paid; it can be charged with a new auth code and the same out_trade_no.",
    ],
};

/// A void of a bill that may be paid.
const VOID_UNKNOWN: Own = Own {
    message: [
        "还没有查清这一单有没有收到款，所以还没有撤销完。",
        "It is not known yet whether this bill was paid, so it is not voided yet.",
    ],
    advice: [
        "不要交付商品，不要再收款，也不要另外退款；稍候再撤销一次。",
        "Do not hand over goods; do not charge again, and do not refund in any other way. Void the bill again in a moment.",
    ],
    hint: [
        "撤销要求已记录，wsy_unresolved 会列出；再调用一次 wsy_void。",
        "The void request is on record, and wsy_unresolved lists the bill; call wsy_void again.",
    ],
};

/// A void whose refund has no verdict yet.
const VOID_REFUND_UNKNOWN: Own = Own {
    message: [
        "撤销的结果未知，款可能已退给顾客。",
        "It is not known whether the void worked: the money may have gone back to the customer.",
    ],
    advice: [
        "不要另外退款，也不要另付现金；稍候再撤销一次。",
        "Do not refund in any other way, and do not pay the customer in cash. Void the bill again in a moment.",
    ],
    hint: [
        "再调用一次 wsy_void：退款不会发两次；wsy_recover 也能查清。",
        "Call wsy_void again: the refund is not sent twice. wsy_recover settles it too.",
    ],
};

/// A void whose refund the platform has accepted and does not show yet.
const VOID_ACCEPTED: Own = Own {
    message: [
        "平台已受理退款，尚未到账，这一单还没有撤销完。",
        "The platform has accepted the refund; it has not gone through yet, and the bill is not voided yet.",
    ],
    ..VOID_REFUND_UNKNOWN
};

/// A void whose refund was not made.
const VOID_NOT_REFUNDED: Own = Own {
    message: [
        "撤销未成功，款没有退给顾客；这一单仍待撤销。",
        "The void failed: no money went back to the customer. The bill still has to be voided.",
    ],
    advice: [
        "看看原因，再撤销一次；如果几次都不成功，请店长到商户后台处理。",
        "Look at the reason and void the bill again. If it keeps failing, ask the manager to deal with it in the back office.",
    ],
    hint: [
        "原因见字段 reason。再调用一次 wsy_void，会用新的退款单号重试；不再撤销的，用 wsy_decide 认定为 keep 或 paid。在此之前这一单列在 wsy_unresolved 中，wsy_micropay 和 wsy_settle 返回 WSY_ERR_REFUND_OPEN。",
        "The field reason says why. Call wsy_void again: it tries again with a new refund number. To keep the bill instead, call wsy_decide with keep or paid. Until then wsy_unresolved lists the bill, and wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN.",
    ],
};

/// A void whose caller has stopped waiting.
pub const VOID_CANCELLED: Own = Own {
    message: [
        "已停止等待；这一单还没有撤销，款还没有退给顾客。",
        "The till stopped waiting. The bill is not voided yet, and no money has gone back to the customer.",
    ],
    advice: [
        "不要交付商品；请再撤销一次，不要另外退款。",
        "Do not hand over goods. Void the bill again; do not refund it in any other way.",
    ],
    hint: [
        "取消只是停止等待，撤销要求仍在账本里：再调用 wsy_payment_void 或 wsy_void。",
        "Cancelling only stops the waiting; the void request stays on record. Call wsy_payment_void or wsy_void again.",
    ],
};

/// A void that has been carried out only in part.
const VOID_PARTLY: Own = Own {
    message: [
        "这一单还没有撤销完，款可能只退了一部分。",
        "The bill is not voided yet; only part of the money may have gone back.",
    ],
    advice: ["请再撤销一次；不要另外退款。", "Void the bill again; do not refund it in any other way."],
    hint: ["再调用一次 wsy_void；原因见 detail。", "Call wsy_void again; detail says what is missing."],
};

/// The hint for a void that has sent no refund and whose request is on record.
const AGAIN: [&str; 2] = [
    "没有发出退款；撤销要求已记录，wsy_unresolved 会列出。再调用一次 wsy_void；原因见 detail。",
    "No refund was sent. The void request is on record, and wsy_unresolved lists the bill: call wsy_void again. detail says why it failed.",
];

/// A void: the platform cannot be reached.
const VOID_NOT_SENT: Own = Own {
    message: [
        "连不上平台，这一单还没有撤销，这次没有退款。",
        "The platform cannot be reached: the bill is not voided yet, and nothing was refunded this time.",
    ],
    advice: [
        "检查网络后再撤销一次；在这之前不要交付商品，也不要再收款。",
        "Check the network and void the bill again. Until then, do not hand over goods; do not charge again.",
    ],
    hint: AGAIN,
};

/// A void: the platform gave no complete response.
const VOID_NO_RESPONSE: Own = Own {
    message: [
        "没有收到平台的完整答复，这一单还没有撤销，这次没有退款。",
        "The platform gave no complete response: the bill is not voided yet, and nothing was refunded this time.",
    ],
    advice: [
        "稍候再撤销一次；在这之前不要交付商品，也不要再收款。",
        "Void the bill again in a moment. Until then, do not hand over goods; do not charge again.",
    ],
    hint: AGAIN,
};

/// A void: the platform refused the query.
const VOID_REFUSED: Own = Own {
    message: [
        "平台拒绝了请求，这一单还没有撤销，这次没有退款。",
        "The platform refused the request: the bill is not voided yet, and nothing was refunded this time.",
    ],
    advice: [
        "稍候再撤销一次；仍不行请联系技术支持。在这之前不要交付商品，也不要再收款。",
        "Void the bill again in a moment. If it keeps happening, call support. Until then, do not hand over goods; do not charge again.",
    ],
    hint: [
        "平台的原话见字段 info；签名或设备错误时，检查时钟（wsy_time）并重新激活（wsy_activate），再调用 wsy_void。",
        "The field info has the platform's own message; after a signature or device error, check the clock (wsy_time) and activate again (wsy_activate), then call wsy_void again.",
    ],
};

/// A void: another refund of the bill has no verdict yet.
const VOID_REFUND_OPEN: Own = Own {
    message: [
        "这一单另有一笔退款还没有查清，款可能已退；这一单还没有撤销。",
        "Another refund of this bill is not settled, and the money may have gone back; the bill is not voided yet.",
    ],
    advice: [
        "先查清那笔退款，再撤销一次；在这之前不要交付商品，也不要另外退款。",
        "Check that refund first, then void the bill again. Until then, do not hand over goods; do not refund in any other way.",
    ],
    hint: [
        "先用字段 out_refund_no 的单号再调用 wsy_refund（或调用 wsy_recover），再调用 wsy_void。",
        "Call wsy_refund again with the number in the field out_refund_no (or wsy_recover), then wsy_void again.",
    ],
};

/// A void: nothing is left to refund.
const VOID_ALREADY: Own = Own {
    message: [
        "这一单付过款，又已全额退款，不用再撤销；这次没有退款。",
        "This bill was paid and then refunded in full: there is no need to void it again, and nothing was refunded this time.",
    ],
    advice: [
        "不要凭这一单交付商品，也不要另外退款。",
        "Do not hand over goods for this bill, and do not refund it in any other way.",
    ],
    hint: [
        "没有要退的款了。再次收款要用新的 out_trade_no。",
        "There is nothing left to refund. Charging again needs a new out_trade_no.",
    ],
};

/// The platform's certificate is refused because of the date.
const CLOCK_IS_WRONG: Own = Own {
    message: [
        "本机时间不对，无法安全地连接平台；没有收款，也没有退款。",
        "This computer's clock is wrong, so there is no safe connection to the platform; nothing was charged or refunded.",
    ],
    advice: [
        "把电脑的日期和时间调准后再试一次；时间没有错的，请联系技术支持。",
        "Set the computer's date and time, then try again. If they are right, call support.",
    ],
    hint: [
        "按本机时钟，服务器的证书不在有效期内，detail 里有本机时间。时钟没有错的，是服务器的证书过期了。没有发出任何请求，单号和付款码可以照用。",
        "By this machine's clock, which detail shows, the server's certificate is not valid. If the clock is right, the certificate has run out. No request was sent: use the same numbers and auth code again.",
    ],
};

/// A rule of the config cannot be read.
const RULE_NOT_READ: Own = Own {
    message: [
        "平台下发的收款规则无法识别，没有扣款。",
        "A payment rule that the platform has set for this shop cannot be read; nothing was charged.",
    ],
    advice: [
        "请联系技术支持；恢复之前先用其他方式收款。",
        "Call support; until this is fixed, use other payment methods.",
    ],
    hint: [
        "detail 里有配置中的这条正则表达式，程序库不支持它的写法；请平台改写。coderegex 有问题时，可以先传参数 paytype 和 any_code=1 收款。",
        "detail has this pattern of the config, which uses what the library does not support: ask the platform to write it differently. If it is a coderegex, the parameters paytype and any_code=1 charge without it.",
    ],
};

/// All texts of this file.
#[cfg(test)]
pub(super) const ALL: [&Own; 16] = [
    &RULE_NOT_READ,
    &CLOCK_IS_WRONG,
    &PAID_UNTOLD,
    &PAID_LATE,
    &VOID_NOT_PAID,
    &VOID_UNKNOWN,
    &VOID_REFUND_UNKNOWN,
    &VOID_ACCEPTED,
    &VOID_NOT_REFUNDED,
    &VOID_CANCELLED,
    &VOID_PARTLY,
    &VOID_NOT_SENT,
    &VOID_NO_RESPONSE,
    &VOID_REFUSED,
    &VOID_REFUND_OPEN,
    &VOID_ALREADY,
];

/// Returns the texts for an error with this detail, if those of its code do not fit.
pub fn of_error(error: &Error, detail: &str) -> Option<&'static Own> {
    match error.code() {
        Code::NotSent | Code::NoConfig if detail.contains(CLOCK) => Some(&CLOCK_IS_WRONG),
        _ if matches!(error, Error::Pattern { .. }) => Some(&RULE_NOT_READ),
        _ => None,
    }
}

/// Returns the texts for a charge, if those of the code do not fit.
pub fn of_charge(report: &ChargeReport) -> Option<&'static Own> {
    match report.verdict {
        ChargeVerdict::Paid if report.row.is_paid_late() => Some(&PAID_LATE),
        ChargeVerdict::PaidEarlier if report.first_told_ms.is_none() => Some(&PAID_UNTOLD),
        _ => None,
    }
}

/// Returns the texts for a void, if those of the code do not fit.
pub fn of_void(report: &VoidReport) -> Option<&'static Own> {
    match report {
        VoidReport::Nothing(report) if report.verdict == ChargeVerdict::NotPaid => Some(&VOID_NOT_PAID),
        VoidReport::Nothing(report) => of_charge(report),
        VoidReport::Unknown(_) => Some(&VOID_UNKNOWN),
        VoidReport::Refund(report) => of_void_refund(report),
        VoidReport::Partly(..) => Some(&VOID_PARTLY),
    }
}

fn of_void_refund(report: &RefundReport) -> Option<&'static Own> {
    use crate::payment::bill::RefundState;
    use crate::payment::refund::Doubt;
    match (report.verdict, report.row.state, &report.doubt) {
        (RefundVerdict::NotRefunded, ..) => Some(&VOID_NOT_REFUNDED),
        (RefundVerdict::Unknown, RefundState::Open, Some(Doubt::Accepted)) => Some(&VOID_ACCEPTED),
        (RefundVerdict::Unknown, RefundState::Open, _) => Some(&VOID_REFUND_UNKNOWN),
        _ => own_of_refund(report),
    }
}

/// Returns the texts for a void that ended with an error, if those of the code do not fit.
pub fn of_void_error(error: &Error) -> Option<&'static Own> {
    match error.code() {
        Code::NotSent => Some(&VOID_NOT_SENT),
        Code::NoResponse | Code::BadResponse => Some(&VOID_NO_RESPONSE),
        Code::Refused => Some(&VOID_REFUSED),
        Code::RefundOpen if matches!(error, Error::Driver(driver::Error::VoidOpen(_))) => Some(&VOID_PARTLY),
        Code::RefundOpen => Some(&VOID_REFUND_OPEN),
        Code::AlreadyRefunded => Some(&VOID_ALREADY),
        _ => None,
    }
}
