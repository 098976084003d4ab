//! Why a charge or refund is unknown.

use crate::payment::{charge, refund};

/// Says in a sentence why a charge is unknown.
pub fn charge_doubt(doubt: &charge::Doubt) -> String {
    use charge::Doubt;
    match doubt {
        Doubt::Lost(reason) => format!("no response decided it: {reason}"),
        Doubt::Paying => "the customer had not finished paying".to_owned(),
        Doubt::Declined(info) => format!("declined, but no second response confirmed it: {info}"),
        Doubt::Refused(info) => format!("the platform rejects our requests: {info}"),
        Doubt::Mismatch(difference) => format!("the response is about another payment: {difference}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}

/// Says in a sentence why a refund is unknown.
pub fn refund_doubt(doubt: &refund::Doubt) -> String {
    use refund::Doubt;
    match doubt {
        Doubt::Accepted => {
            "the platform has accepted it (已受理，尚未到账); the bill does not show it yet".to_owned()
        }
        Doubt::NotShown(reason) => format!("the bill does not show it yet: {reason}"),
        Doubt::Conflict(shown) => format!("the bill does not decide it: {shown}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}
