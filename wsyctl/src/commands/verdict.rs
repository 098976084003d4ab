//! A verdict about money as an outcome.

use wsy::capi::money::{charge_doubt, refund_doubt};
use wsy::till::code::{Code, Language, Money};
use wsy::till::{ChargeReport, ChargeVerdict, RefundReport, RefundVerdict};

use crate::report::{Exit, Report};
use crate::{rows, wording};

pub fn charge(report: &ChargeReport, language: Language) -> Report {
    let code = match report.verdict {
        ChargeVerdict::Paid => Code::Paid,
        ChargeVerdict::NotPaid => Code::NotPaid,
        ChargeVerdict::Unknown => Code::Unknown,
    };
    let doubt = report.doubt.as_ref().map(charge_doubt);
    let detail = doubt.as_deref().unwrap_or(&report.row.reason);
    verdict(code, detail, language)
        .line(rows::charge_line(&report.row, language))
        .field("recorded", report.recorded)
        .field("charge", rows::charge(&report.row))
}

pub fn refund(report: &RefundReport, language: Language) -> Report {
    let code = match report.verdict {
        RefundVerdict::Refunded => Code::Refunded,
        RefundVerdict::NotRefunded => Code::NotRefunded,
        RefundVerdict::Unknown => Code::Unknown,
    };
    let doubt = report.doubt.as_ref().map(refund_doubt);
    verdict(code, doubt.as_deref().unwrap_or(&report.row.reason), language)
        .line(rows::refund_line(&report.row, language))
        .field("recorded", report.recorded)
        .field("refund", rows::refund(&report.row))
}

fn verdict(code: Code, detail: &str, language: Language) -> Report {
    let (exit, word) = match code {
        Code::Paid => (Exit::Good, "paid"),
        Code::Refunded => (Exit::Good, "refunded"),
        Code::NotPaid => (Exit::No, "not_paid"),
        Code::NotRefunded => (Exit::No, "not_refunded"),
        _ => (Exit::Unknown, "unknown"),
    };
    let (message, advice) = (code.sentence(language), wording::advice(code, language));
    let money = match code.money() {
        Money::MayHaveMoved => wording::money(Money::MayHaveMoved, language),
        // The sentence itself says so.
        Money::Moved | Money::NotMoved => "",
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
        .field("detail", detail)
}
