//! A verdict about money as an outcome.

use wsy::till::code::{Code, Language, Money};
use wsy::till::sentences::{charge_doubt, own_of_charge, own_of_refund, refund_doubt};
use wsy::till::{ChargeReport, ChargeVerdict, RefundReport, RefundVerdict, clock};

use crate::report::{Exit, Report};
use crate::{rows, wording};

pub fn charge(report: &ChargeReport, language: Language) -> Report {
    let code = match report.verdict {
        ChargeVerdict::PaidEarlier => Code::PaidEarlier,
        ChargeVerdict::Decided => Code::Decided,
        ChargeVerdict::Paid => Code::Paid,
        ChargeVerdict::NotPaid => Code::NotPaid,
        ChargeVerdict::Unknown => Code::Unknown,
    };
    let doubt = report.doubt.as_ref().map(charge_doubt);
    let detail = doubt.as_deref().unwrap_or(&report.row.reason);
    let first_told = report.first_told_ms.filter(|_| code == Code::PaidEarlier).map(clock::stamp);
    let told = first_told.as_deref().map(|told| {
        wording::pick(language, format!("首次报告已支付：{told}"), format!("First reported as paid: {told}"))
    });
    let own = own_of_charge(report);
    let [message, advice] = match own {
        Some(own) => [&own.message, &own.advice].map(|[zh, en]| wording::pick(language, *zh, *en)),
        None => [code.sentence(language), wording::advice(code, language)],
    };
    verdict(code, [message, advice], detail, language)
        .line(told.unwrap_or_default())
        .line(rows::charge_line(&report.row, language))
        .field("first_told", first_told.unwrap_or_default())
        .field("recorded", report.recorded)
        .field("charge", rows::charge(&report.row))
}

pub fn refund(report: &RefundReport, language: Language) -> Report {
    let code = match report.verdict {
        RefundVerdict::Decided => Code::Decided,
        RefundVerdict::Refunded => Code::Refunded,
        RefundVerdict::NotRefunded => Code::NotRefunded,
        RefundVerdict::Unknown => Code::Unknown,
    };
    let doubt = report.doubt.as_ref().map(refund_doubt);
    let message = match own_of_refund(report) {
        Some(own) => wording::pick(language, own.message[0], own.message[1]),
        None => code.sentence(language),
    };
    verdict(
        code,
        [message, wording::advice(code, language)],
        doubt.as_deref().unwrap_or(&report.row.reason),
        language,
    )
    .line(rows::refund_line(&report.row, language))
    .field("recorded", report.recorded)
    .field("refund", rows::refund(&report.row))
}

fn verdict(code: Code, [message, advice]: [&str; 2], detail: &str, language: Language) -> Report {
    let (exit, word) = match code {
        Code::Paid => (Exit::Good, "paid"),
        Code::Refunded => (Exit::Good, "refunded"),
        Code::NotPaid => (Exit::No, "not_paid"),
        Code::NotRefunded => (Exit::No, "not_refunded"),
        Code::PaidEarlier => (Exit::PaidEarlier, "paid_earlier"),
        Code::Decided => (Exit::Decided, "decided"),
        _ => (Exit::Unknown, "unknown"),
    };
    let money = match code.money() {
        Money::MayHaveMoved => wording::money(Money::MayHaveMoved, language),
        // The sentence itself says so.
        Money::Moved | Money::NotMoved | Money::Decided => "",
    };
    Report::new(exit)
        .line(message)
        .line(money)
        .line(if exit == Exit::Unknown { detail } else { "" })
        .line(format!("{}{advice}", wording::pick(language, "怎么办：", "What to do: ")))
        .field("code", code.number())
        .field("verdict", word)
        .field("money", code.money().word())
        .field("message", message)
        .field("advice", advice)
        .hint(code.hint(language))
        .field("detail", detail)
}
