//! Which language, and the sentences that differ from the library's: those are
//! for a cashier, these for a person at a command line.

use wsy::till::code::{Code, Language, Money};
use wsy::till::ledger::AlarmKind;
use wsy::till::sentences::Own;
use wsy::till::{DifferenceKind, sentences};

/// The user's language; English where it is not known.
pub fn of_system() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}

pub fn pick<T>(language: Language, zh: T, en: T) -> T {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// The effect on the money, stated explicitly.
pub fn money(money: Money, language: Language) -> &'static str {
    match money {
        Money::Moved => pick(language, "款项：已变动。", "Money: it moved."),
        Money::NotMoved => pick(language, "款项：本次没有变动。", "Money: none moved."),
        Money::MayHaveMoved => pick(language, "款项：可能已经变动！", "Money: IT MAY HAVE MOVED."),
        Money::Decided => pick(language, "款项：以人工认定的结果为准。", "Money: as a person decided."),
    }
}

/// The next step.
pub fn advice(code: Code, language: Language) -> &'static str {
    let (zh, en) = match code {
        Code::Unknown => (
            "不要交付商品，也不要再次收款或退款；用 wsyctl settle 查清，或请顾客看手机上的记录。",
            "Do not hand over goods; do not charge or refund again. Run wsyctl settle to find out, or look at the customer's phone.",
        ),
        Code::FolderInUse => (
            "收银程序正在使用这个数据文件夹。先退出收银程序，再运行 wsyctl；不要删除其中的任何文件。",
            "The till's program is running on this folder. Close it, then run wsyctl again; delete nothing in the folder.",
        ),
        Code::LedgerCopied => (
            "每台收银机用自己的数据文件夹，不要复制。如果确实更换了机器或移动了文件夹，而且原来的不再使用，加上 --option accept_ledger=1 运行一次。",
            "Give each till a folder of its own. If the machine was replaced or the folder moved, and the old one is not used any more, run once with --option accept_ledger=1.",
        ),
        Code::LedgerRestored => (
            "把最新的账本放回来；如果它已经丢失，先到商户后台核对缺少的收款，再加上 --option accept_ledger=1 运行一次。",
            "Put the newest ledger back. If it is lost, check in the back office which payments are missing, then run once with --option accept_ledger=1.",
        ),
        Code::Options | Code::CaFile | Code::Argument => (
            "检查命令里的参数和 --option 的名称和值，见 docs/wsyctl.zh-CN.md。",
            "Check the arguments and the --option names and values, see docs/wsyctl.md.",
        ),
        Code::NotActivated => (
            "用后台给出的激活码运行 wsyctl activate。",
            "Run wsyctl activate with a code from the back office.",
        ),
        Code::DeviceNotSaved => (
            "密钥没有存下来，激活码已用掉：检查磁盘空间、权限和杀毒软件，再用后台给出的新激活码运行 wsyctl activate。",
            "The key was not saved, and the code is used up. Check the disk, the permissions and the virus scanner, then run wsyctl activate with a new code from the back office.",
        ),
        Code::DeviceUnreadable => (
            "用原来运行收银程序的用户运行 wsyctl；不行就用后台给出的新激活码运行 wsyctl activate，原来的密钥文件会保留。不要删除任何文件。",
            "Run wsyctl as the user who runs the till; otherwise run wsyctl activate with a new code from the back office, which keeps the old key file. Delete nothing.",
        ),
        Code::NoConfig => ("检查网络后运行 wsyctl doctor。", "Check the network, then run wsyctl doctor."),
        Code::TooEarly => (
            "先运行 wsyctl settle；运行完仍查不清的，再由人工认定。",
            "Run wsyctl settle first; decide what it leaves undecided.",
        ),
        Code::NotOpen => {
            ("用 wsyctl open 查看哪些单需要人工认定。", "See with wsyctl open what a person has to decide.")
        }
        Code::StillOpen => (
            "先用 wsyctl settle 查清；否则顾客可能付两次。",
            "Run wsyctl settle first; otherwise the customer may pay twice.",
        ),
        Code::BillNotPaid => (
            "结果不清楚的，先用 wsyctl settle 查清；没有支付的，不用退。",
            "If it is not decided, run wsyctl settle first; if it is not paid, there is no money to give back.",
        ),
        Code::RefundOpen => (
            "先用 wsyctl settle 查清那一笔退款；要撤销的单，再运行 wsyctl void 单号。",
            "Settle that refund first: run wsyctl settle; if the bill is to be voided, run wsyctl void NUMBER.",
        ),
        Code::RefundTooMuch => {
            ("用 wsyctl bill 查看还能退多少。", "See with wsyctl bill how much can still be refunded.")
        }
        Code::Refused => (
            "用 wsyctl doctor 检查时钟和设备；签名或设备错误时请重新激活。",
            "Check clock and device with wsyctl doctor; after a sign or device error, activate again.",
        ),
        Code::NoReceipt => ("这笔单没有小票。", "There is no receipt of this bill."),
        Code::NoAlarm => (
            "用 wsyctl alarms 查看尚未确认的警报。",
            "See wsyctl alarms for those that nobody has acknowledged.",
        ),
        Code::ServerNotAllowed => (
            "确认网络没有被劫持；如果平台确实更换了地址，加上 --option allowed_hosts=主机名。",
            "Make sure that nobody stands between the till and the platform. If the platform has moved, name its host with --option allowed_hosts=HOST.",
        ),
        Code::Internal => (
            "把 wsy.log 发给支持人员，并运行 wsyctl settle。",
            "Send wsy.log to support, and run wsyctl settle.",
        ),
        other => return other.advice(language),
    };
    pick(language, zh, en)
}

/// The next step for a bill that is to be voided. `own`: sentences that replace those of the code.
pub fn advice_of_void(code: Code, own: Option<&'static Own>, language: Language) -> &'static str {
    let (zh, en) = match (code, own) {
        (Code::Unknown, Some(_)) => (
            "不要交付商品，也不要再次收款或退款；稍候再运行 wsyctl void。",
            "Do not hand over goods; do not charge or refund again. Run wsyctl void again in a moment.",
        ),
        (Code::NotSent | Code::NoResponse | Code::BadResponse | Code::Refused, _) => (
            "用 wsyctl doctor 检查连接和设备，再运行 wsyctl void；在这之前不要交付商品，也不要再收款。",
            "Check the connection and the device with wsyctl doctor, then run wsyctl void again. Until then, do not hand over goods; do not charge again.",
        ),
        (Code::NotRefunded, _) => (
            "看看原因；仍要退的，再运行 wsyctl void。",
            "See the reason. If the money should still go back, run wsyctl void again.",
        ),
        (Code::RefundOpen, _) => (
            "先用 wsyctl settle 查清那一笔退款，再运行 wsyctl void；在这之前不要交付商品，也不要另外退款。",
            "Settle that refund first: run wsyctl settle, then wsyctl void again. Until then, do not hand over goods; do not refund in another way.",
        ),
        (_, Some(own)) => (own.advice[0], own.advice[1]),
        (other, None) => return advice(other, language),
    };
    pick(language, zh, en)
}

/// The next step for a bill that is paid, though nobody may have seen that.
pub fn untold(language: Language) -> &'static str {
    pick(
        language,
        "不要再收款；先弄清商品是否已交付，再运行 wsyctl settle 单号，返回 0 才交付商品。",
        "Do not charge again. See whether the goods were handed over, then run wsyctl settle NUMBER: hand them over if it ends with 0.",
    )
}

/// The meaning of a difference, and the next step.
pub fn difference(kind: DifferenceKind, language: Language) -> &'static str {
    match kind {
        DifferenceKind::Undecided => pick(
            language,
            "这笔单还没有查清。请运行 wsyctl settle；仍查不清的由人工到后台核对。",
            "Not decided yet. Run wsyctl settle; what stays undecided a person has to check in the back office.",
        ),
        DifferenceKind::Alarm(AlarmKind::PaidThere) => pick(
            language,
            "这一单当时报的是“未支付”，但平台后来收到了这笔款。顾客已付现金或用别的付款码又付过的，用 wsyctl refund --dm-id 退这笔款；商品已交付而没有另外收款的，按已支付入账；商品没有交付的，交付商品，或退这笔款。处理完用 wsyctl acknowledge 确认。",
            "This bill was reported as not paid, but the platform has the money. If the customer paid again, in cash or with another code, refund this payment with wsyctl refund --dm-id. If the goods were handed over and nothing else was paid, book it as paid. If the goods were not handed over, hand them over or refund this payment. Then run wsyctl acknowledge.",
        ),
        other => sentences::sentence(other, language),
    }
}

/// The next step for paid bills that perhaps nobody has heard of.
pub fn unfinished(language: Language) -> &'static str {
    pick(
        language,
        "以下单据已支付，但不能确认收银员看到过。先弄清商品是否已交付，再对每一单运行 wsyctl settle 单号。",
        "These bills are paid, and nobody is known to have heard it. See whether the goods were handed over, then run wsyctl settle NUMBER for each.",
    )
}

/// A state of the ledger.
pub fn state(word: &str, language: Language) -> &str {
    match (language, word) {
        (Language::Zh, "open") => "未查清",
        (Language::Zh, "paid") => "已支付",
        (Language::Zh, "not_paid") => "未支付",
        (Language::Zh, "not_sent") => "未发出",
        (Language::Zh, "refunded") => "已退款",
        (Language::Zh, "not_refunded") => "未退款",
        (Language::Zh, "conflict") => "需人工核对",
        (Language::Zh, "decided_paid") => "人工认定已支付",
        (Language::Zh, "decided_not_paid") => "人工认定未支付",
        (Language::Zh, "decided_refunded") => "人工认定已退款",
        (Language::Zh, "decided_not_refunded") => "人工认定未退款",
        (Language::En, "open") => "NOT DECIDED",
        (Language::En, "not_paid") => "not paid",
        (Language::En, "not_sent") => "not sent",
        (Language::En, "not_refunded") => "not refunded",
        (Language::En, "conflict") => "NEEDS A PERSON",
        (Language::En, "decided_paid") => "decided: paid",
        (Language::En, "decided_not_paid") => "decided: not paid",
        (Language::En, "decided_refunded") => "decided: refunded",
        (Language::En, "decided_not_refunded") => "decided: not refunded",
        (_, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_at_a_command_line_is_told_to_call_a_function() {
        for code in Code::ALL {
            for language in [Language::Zh, Language::En] {
                let advice = advice(*code, language);
                assert!(!advice.contains("wsy_"), "{code:?}: {advice}");
            }
        }
    }
}
