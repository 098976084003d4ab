//! A verdict about money as an outcome.

use wsy::chain::chain;
use wsy::till::code::{Code, Language, Money};
use wsy::till::sentences::{Own, charge_doubt, own, own_of_refund, refund_doubt};
use wsy::till::{ChargeReport, RefundReport, VoidReport, clock};

use crate::report::{Exit, Report};
use crate::{rows, wording};

/// The sentences that go with a verdict.
struct Said {
    message: &'static str,
    advice: &'static str,
    hint: &'static str,
}

impl Said {
    /// Takes this advice, and the code's own sentences if there are no others.
    fn new(code: Code, own: Option<&'static Own>, advice: &'static str, language: Language) -> Self {
        Self {
            message: own.map_or_else(|| code.sentence(language), |own| language.of(own.message)),
            advice,
            hint: own.map_or_else(|| code.hint(language), |own| language.of(own.hint)),
        }
    }
}

pub fn charge(report: &ChargeReport, language: Language) -> Report {
    let code = report.verdict.into();
    let own = own::of_charge(report);
    let advice = match own {
        Some(_) if code == Code::PaidEarlier => wording::untold(language),
        Some(own) => language.of(own.advice),
        None => wording::advice(code, language),
    };
    charged(report, code, &Said::new(code, own, advice, language), language)
}

pub fn refund(report: &RefundReport, language: Language) -> Report {
    let code = report.verdict.into();
    let said = Said::new(code, own_of_refund(report), wording::advice(code, language), language);
    refunded(report, code, &said, &refund_detail(report), language)
}

/// The outcome of a void: of its refund, or of its charge if there was nothing to refund.
pub fn void(report: &VoidReport, language: Language) -> Report {
    let said = |code| {
        let own = own::of_void(report);
        Said::new(code, own, wording::advice_of_void(code, own, language), language)
    };
    match report {
        VoidReport::Nothing(charge) | VoidReport::Unknown(charge) => {
            let code = charge.verdict.into();
            charged(charge, code, &said(code), language)
        }
        VoidReport::Refund(refund) => {
            let code = refund.verdict.into();
            refunded(refund, code, &said(code), &refund_detail(refund), language)
        }
        VoidReport::Partly(refund, error) => {
            refunded(refund, Code::Unknown, &said(Code::Unknown), &chain(error), language)
        }
    }
}

fn charged(report: &ChargeReport, code: Code, said: &Said, language: Language) -> Report {
    let doubt = report.doubt.as_ref().map(charge_doubt);
    let detail = doubt.as_deref().unwrap_or(&report.row.reason);
    let first_told = report.first_told_ms.filter(|_| code == Code::PaidEarlier).map(clock::stamp);
    let told = first_told.as_deref().map(|told| {
        wording::pick(language, format!("首次报告已支付：{told}"), format!("First reported as paid: {told}"))
    });
    verdict(code, said, detail, language)
        .line(told.unwrap_or_default())
        .line(rows::charge_line(&report.row, language))
        .field("first_told", first_told.unwrap_or_default())
        .field("recorded", report.recorded)
        .field("charge", rows::charge(&report.row))
}

fn refund_detail(report: &RefundReport) -> String {
    report.doubt.as_ref().map_or_else(|| report.row.reason.clone(), refund_doubt)
}

fn refunded(report: &RefundReport, code: Code, said: &Said, detail: &str, language: Language) -> Report {
    verdict(code, said, detail, language)
        .line(rows::refund_line(&report.row, language))
        .field("recorded", report.recorded)
        .field("refund", rows::refund(&report.row))
}

fn verdict(code: Code, said: &Said, detail: &str, language: Language) -> Report {
    let (exit, word) = match code {
        Code::Paid => (Exit::Good, "paid"),
        Code::Refunded => (Exit::Good, "refunded"),
        Code::NotPaid => (Exit::No, "not_paid"),
        Code::NotRefunded => (Exit::No, "not_refunded"),
        Code::PaidEarlier => (Exit::PaidEarlier, "paid_earlier"),
        Code::Decided => (Exit::Decided, "decided"),
        _ => (Exit::Unknown, "unknown"),
    };
    let Said { message, advice, hint } = *said;
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
        .hint(hint)
        .field("detail", detail)
}
