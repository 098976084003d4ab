//! The effect of a fault on a request: when the platform acts, how it responds, and how much of that gets
//! through.

use std::time::Duration;

use super::{Fault, Says};
use crate::{
    money::Fen,
    platform::Refusal,
    wire::{Cut, Delivery},
};

/// How a request is processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// The platform never receives it.
    Ignored(Substitute),
    /// The connection is closed at once, and the platform receives the request later.
    Late(Duration),
    /// The platform acts, and responds once the fault is removed.
    Held,
    /// The platform responds in these words, and acts when they say.
    Says(Says),
    Acted {
        before: Duration,
        acting: Acting,
        after: Duration,
        reply: Reply,
        delivery: Delivery,
    },
}

/// The platform's actions, and which response counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acting {
    Once,
    /// Acts twice, this far apart.
    Twice {
        first_responds: bool,
        apart: Duration,
    },
    /// Shows bills as they were this long ago.
    AsOf(Duration),
    /// Acts just before the back office makes a refund, or just after.
    WithBackOffice {
        refund: Fen,
        after: bool,
    },
}

/// The fate of the platform's response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Own,
    WithTotal(String),
    WithDmId(String),
    StillPaying,
    Gbk,
    Padded(usize),
    /// The platform's own, followed by another response on the connection.
    FollowedBy(String),
    Substitute(Substitute),
}

/// A response that does not come from the platform's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Substitute {
    Nothing,
    Refusal(Refusal),
    Verbatim(String),
    LoginPage,
    ErrorPage(u16),
    Redirect(String),
    Garbage { seed: u64, bytes: usize },
}

impl Plan {
    /// No fault.
    pub(crate) fn normal() -> Self {
        Self::answering(Reply::Own)
    }

    fn answering(reply: Reply) -> Self {
        let (before, after) = (Duration::ZERO, Duration::ZERO);
        Self::Acted { before, acting: Acting::Once, after, reply, delivery: Delivery::Whole }
    }

    fn acted_with(substitute: Substitute) -> Self {
        Self::answering(Reply::Substitute(substitute))
    }

    fn waiting(before: u64, after: u64) -> Self {
        let (before, after) = (Duration::from_millis(before), Duration::from_millis(after));
        Self::Acted { before, acting: Acting::Once, after, reply: Reply::Own, delivery: Delivery::Whole }
    }

    fn acting(acting: Acting) -> Self {
        let (before, after) = (Duration::ZERO, Duration::ZERO);
        Self::Acted { before, acting, after, reply: Reply::Own, delivery: Delivery::Whole }
    }

    fn delivered(delivery: Delivery) -> Self {
        let (before, after) = (Duration::ZERO, Duration::ZERO);
        Self::Acted { before, acting: Acting::Once, after, reply: Reply::Own, delivery }
    }
}

impl From<Fault> for Plan {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::ResponseLost => Self::acted_with(Substitute::Nothing),
            Fault::RequestLost => Self::Ignored(Substitute::Nothing),
            Fault::Delay { ms } => Self::waiting(0, ms),
            Fault::DelayBefore { ms } => Self::waiting(ms, 0),
            Fault::Late { ms } => Self::Late(Duration::from_millis(ms)),
            Fault::Held => Self::Held,
            Fault::DeliveredTwice { first, ms } => {
                Self::acting(Acting::Twice { first_responds: first, apart: Duration::from_millis(ms) })
            }
            Fault::Leftover { body } => Self::answering(Reply::FollowedBy(body)),
            Fault::Says(says) => Self::Says(says),
            Fault::Stale { ms } => Self::acting(Acting::AsOf(Duration::from_millis(ms))),
            Fault::BackOffice { refund_fen: refund, after } => {
                Self::acting(Acting::WithBackOffice { refund, after })
            }
            Fault::ResetAfter { bytes } => Self::delivered(Delivery::Cut(Cut::ResetAfter(bytes))),
            Fault::Truncated { bytes } => Self::delivered(Delivery::Cut(Cut::CloseInBody(bytes))),
            Fault::Trickle { ms_per_byte } => {
                Self::delivered(Delivery::Trickle(Duration::from_millis(ms_per_byte)))
            }
            Fault::Status { code, before: true } => Self::Ignored(Substitute::ErrorPage(code.into())),
            Fault::Status { code, before: false } => Self::acted_with(Substitute::ErrorPage(code.into())),
            Fault::Garbage { seed, bytes } => Self::acted_with(Substitute::Garbage { seed, bytes }),
            Fault::Html => Self::Ignored(Substitute::LoginPage),
            Fault::HtmlAfter => Self::acted_with(Substitute::LoginPage),
            Fault::Gbk => Self::answering(Reply::Gbk),
            Fault::Redirect { location } => Self::Ignored(Substitute::Redirect(location)),
            Fault::Huge { bytes } => Self::answering(Reply::Padded(bytes)),
            Fault::Response { body } => Self::Ignored(Substitute::Verbatim(body)),
            Fault::ResponseAfter { body } => Self::acted_with(Substitute::Verbatim(body)),
            Fault::WrongTotal { total } => Self::answering(Reply::WithTotal(total)),
            Fault::WrongOrder { dm_id } => Self::answering(Reply::WithDmId(dm_id)),
            Fault::StillPaying => Self::answering(Reply::StillPaying),
            Fault::NotFound => Self::Ignored(Substitute::Refusal(Refusal::NoSuchBill)),
            Fault::SignError => Self::Ignored(Substitute::Refusal(Refusal::WrongSign)),
            Fault::SignErrorAfter => Self::acted_with(Substitute::Refusal(Refusal::WrongSign)),
            Fault::DeviceError => Self::Ignored(Substitute::Refusal(Refusal::UnknownDevice)),
        }
    }
}
