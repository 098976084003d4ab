//! Why something is unknown.

use crate::payment::{charge, refund};

/// Why a charge is unknown, in a sentence.
pub fn charge_doubt(doubt: &charge::Doubt) -> String {
    use charge::Doubt;
    match doubt {
        Doubt::Lost(reason) => format!("no answer decided it: {reason}"),
        Doubt::Paying => "the customer had not finished paying".to_owned(),
        Doubt::Declined(info) => format!("declined, but no second answer confirmed it: {info}"),
        Doubt::Refused(info) => format!("the platform refuses our requests: {info}"),
        Doubt::Mismatch(difference) => format!("the answer is about another payment: {difference}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}

/// Why a refund is unknown, in a sentence.
pub fn refund_doubt(doubt: &refund::Doubt) -> String {
    use refund::Doubt;
    match doubt {
        Doubt::Accepted => {
            "the platform has accepted it (已受理，尚未到账); the bill does not show it yet".to_owned()
        }
        Doubt::NotShown(reason) => format!("the bill does not show it yet: {reason}"),
        Doubt::Conflict(shown) => format!("the bill cannot tell: {shown}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}
