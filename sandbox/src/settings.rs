//! How the platform behaves towards everybody.

use std::num::NonZeroU32;

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::readings::Readings;

/// The platform's switches. They are not in the book: a new sandbox starts with those of its options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Refuse auth codes that no control call made. Otherwise a well-formed unknown code is a new, rich wallet.
    pub strict_wallets: bool,
    /// Let an auth code be charged again, as a platform in trouble does.
    pub allow_code_reuse: bool,
    /// How far the platform's clock is ahead (or, negative, behind).
    pub clock_skew_s: i64,
    /// The `server` of every config answer, instead of the address the till used.
    pub server: Option<String>,
    /// When a bill that the customer never answers fails. `None`: never.
    pub bill_timeout_ms: Option<u64>,
    /// Show a bill only to the device that charged it. Otherwise all devices of the merchant may see and refund it.
    pub own_device_only: bool,
    /// In how many lines a bill shows a till's refund. `None`: one.
    pub refund_lines: Option<NonZeroU32>,
    /// Whether a bill has the channel's transaction at its top, as in the document's table, besides its line. Its samples do not.
    pub bill_pay_id: bool,
    /// Which answers end with `</dm>`.
    pub close_tags: CloseTags,
    /// How what the document leaves open is read.
    pub readings: Readings,
    /// Which HTTP methods are taken. The document has both; a request with the other one is answered with 405.
    pub methods: Methods,
}

/// Which HTTP methods a call is taken with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// GET and POST.
    #[default]
    Both,
    /// GET only.
    Get,
    /// POST only.
    Post,
}

impl Taken {
    /// The only method, if there is one only.
    fn only(self) -> Option<Method> {
        match self {
            Self::Both => None,
            Self::Get => Some(Method::GET),
            Self::Post => Some(Method::POST),
        }
    }
}

/// Which HTTP methods are taken, by call, where the document has "GET或POST".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Methods {
    /// For `micropay`.
    pub micropay: Taken,
    /// For `query`.
    pub query: Taken,
    /// For `refund`.
    pub refund: Taken,
    /// For `read`.
    pub read: Taken,
    /// For the time.
    pub time: Taken,
}

impl Methods {
    /// One method for all of them.
    pub fn all(taken: Taken) -> Self {
        Self { micropay: taken, query: taken, refund: taken, read: taken, time: taken }
    }

    /// The only method that a call is taken with, if there is one only.
    pub(crate) fn only(&self, call: Call) -> Option<Method> {
        let taken = match call {
            Call::Micropay => self.micropay,
            Call::Query => self.query,
            Call::Refund => self.refund,
            Call::Read => self.read,
            Call::Time => self.time,
            Call::Activate | Call::Config | Call::Reprint | Call::Unknown => Taken::Both,
        };
        taken.only()
    }
}

/// Whether an answer ends with `</dm>`, by call. The document's samples of `read` do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloseTags {
    /// Answers to `micropay`.
    pub micropay: bool,
    /// Answers to `query`.
    pub query: bool,
    /// Answers to `refund`.
    pub refund: bool,
    /// Answers to `read`.
    pub read: bool,
}

impl Default for CloseTags {
    fn default() -> Self {
        Self { micropay: true, query: true, refund: true, read: false }
    }
}
