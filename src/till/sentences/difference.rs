//! What a difference from the platform means.

use crate::till::DifferenceKind;
use crate::till::code::Language;
use crate::till::ledger::AlarmKind;

/// What a difference means and what to do: for the cashier.
pub const fn sentence(kind: DifferenceKind, language: Language) -> &'static str {
    use DifferenceKind::{Alarm, RefundedElsewhere, Undecided};
    let texts = match kind {
        Alarm(AlarmKind::PaidThere) => [
            "这一单当时报的是“未支付”，但平台后来收到了这笔款。顾客已付现金或用别的付款码又付过的，把这笔款退给顾客；商品已交付而没有另外收款的，按已支付入账；商品没有交付的，交付商品，或把这笔款退给顾客。",
            "This bill was reported as not paid, but the platform has the money. If the customer paid again, in cash or with another code, refund this payment. If the goods were handed over and nothing else was paid, book it as paid. If the goods were not handed over, hand them over or refund this payment.",
        ],
        Alarm(AlarmKind::PaidNotThere) => [
            "这一单当时报的是“已支付”，但平台没有这笔款。请店长到商户后台核对，并联系平台。",
            "This bill was reported as paid, but the platform has no such payment. Ask the manager to check in the back office and to call the platform.",
        ],
        Alarm(AlarmKind::AmountDiffers) => [
            "平台收到的金额与本机记录的不同。请店长到商户后台核对。",
            "The platform took another amount than the one on record. Ask the manager to check in the back office.",
        ],
        Alarm(AlarmKind::RefundNotThere) => [
            "这一单当时报的是“已退款”，但平台账单上的退款较少。请店长到商户后台核对，不要直接再退。",
            "This bill was reported as refunded, but the platform's bill shows less. Ask the manager to check in the back office; do not just refund again.",
        ],
        Alarm(AlarmKind::RefundThere) => [
            "这一单当时报的是“未退款”，但平台账单上有这样一笔退款。请店长到商户后台核对是不是退了两次。",
            "This bill was reported as not refunded, but the platform's bill shows a refund of this amount. Ask the manager to check in the back office whether it was refunded twice.",
        ],
        Alarm(AlarmKind::MaybePaidThere) => [
            "这一单当时报的是“未支付”，但顾客的付款码付了一笔款，平台没有说明是哪台收银机收的，或者金额不同。请店长到商户后台核对是不是这一单。",
            "This bill was reported as not paid, but the customer's code has paid an order, and the platform does not say at which till, or names another amount. Ask the manager to check in the back office whether it is this bill.",
        ],
        RefundedElsewhere => [
            "商户后台或其他收银机对这一单退过款。请知悉；不要再退一次。",
            "The back office or another till has refunded this bill. For your information; do not refund it a second time.",
        ],
        Undecided => [
            "这一单还没有查清。先不要再收款，也不要再退款，稍候再查；仍查不清的，请店长到商户后台核对。",
            "This bill is not settled yet. Do not charge or refund it again; check it again in a moment. If it stays so, ask the manager to check in the back office.",
        ],
    };
    language.of(texts)
}

/// Which call or field comes next after a difference: for the programmer.
pub const fn hint(kind: DifferenceKind, language: Language) -> &'static str {
    use DifferenceKind::{Alarm, RefundedElsewhere, Undecided};
    let texts = match kind {
        Alarm(AlarmKind::PaidThere) => [
            "退这笔款，用字段 dm_id 的单号调用 wsy_refund（wsy_void 会退掉这一单的所有款）；交付商品，调用 wsy_settle，返回 == WSY_PAID 时交付；处理完用 wsy_acknowledge 确认警报。",
            "To refund this payment, call wsy_refund with the order in dm_id (wsy_void refunds every payment of the bill). To hand over the goods, call wsy_settle and do so on == WSY_PAID. Then acknowledge the alarm with wsy_acknowledge.",
        ],
        Alarm(AlarmKind::PaidNotThere | AlarmKind::MaybePaidThere) => [
            "不要自动处理；人工核对之后用 wsy_acknowledge 确认警报。",
            "Do nothing by program; after a person has checked, acknowledge the alarm with wsy_acknowledge.",
        ],
        Alarm(AlarmKind::AmountDiffers | AlarmKind::RefundNotThere | AlarmKind::RefundThere) => [
            "两边的金额见字段 here_fen 和 there_fen；人工核对之后用 wsy_acknowledge 确认警报。",
            "The two amounts are in here_fen and there_fen; after a person has checked, acknowledge the alarm with wsy_acknowledge.",
        ],
        RefundedElsewhere => [
            "平台上的金额见字段 there_fen；明细用 wsy_read_bill 查看。",
            "The platform's amount is in there_fen; wsy_read_bill shows the bill's lines.",
        ],
        Undecided => [
            "调用 wsy_recover，或用它的单号调用 wsy_settle。",
            "Call wsy_recover, or wsy_settle with its number.",
        ],
    };
    language.of(texts)
}
