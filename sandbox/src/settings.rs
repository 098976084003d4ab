//! The platform's general behaviour.

use std::num::NonZeroU32;

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::readings::Readings;

/// The platform's settings. They are not stored in the book: a new sandbox starts with those of its options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Refuse auth codes that no control call created. Otherwise an unknown, well-formed code is a new, rich
    /// wallet.
    pub strict_wallets: bool,
    /// Let an auth code be charged again, as a platform in trouble does.
    pub allow_code_reuse: bool,
    /// How far the platform's clock is ahead (or, negative, behind).
    pub clock_skew_s: i64,
    /// The `server` of every config response, instead of the address the till used.
    pub server: Option<String>,
    /// When a bill that the customer never answers fails. `None`: never.
    pub bill_timeout_ms: Option<u64>,
    /// Show a bill only to the device that charged it. Otherwise all devices of the merchant may see and
    /// refund it.
    pub own_device_only: bool,
    /// In how many lines a bill shows a till's refund. `None`: one.
    pub refund_lines: Option<NonZeroU32>,
    /// Whether a bill has the channel's transaction number at its top as well, as in the document's table.
    /// Its samples do not.
    pub bill_pay_id: bool,
    /// Which responses end with `</dm>`.
    pub close_tags: CloseTags,
    /// How the platform reads what the document leaves open.
    pub readings: Readings,
    /// Which HTTP methods are accepted. The document has both; a request with the other one gets a 405
    /// response.
    pub methods: Methods,
}

/// The HTTP methods that a call accepts.
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
    /// The only accepted method, if there is just one.
    fn only(self) -> Option<Method> {
        match self {
            Self::Both => None,
            Self::Get => Some(Method::GET),
            Self::Post => Some(Method::POST),
        }
    }
}

/// The accepted HTTP methods of each call for which the document has "GET或POST".
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
    /// For the time call.
    pub time: Taken,
}

impl Methods {
    /// One method for all of them.
    pub fn all(taken: Taken) -> Self {
        Self { micropay: taken, query: taken, refund: taken, read: taken, time: taken }
    }

    /// The only method that a call accepts, if there is just one.
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

/// Whether a response ends with `</dm>`, by call. The document's samples of `read` do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloseTags {
    /// Responses to `micropay`.
    pub micropay: bool,
    /// Responses to `query`.
    pub query: bool,
    /// Responses to `refund`.
    pub refund: bool,
    /// Responses to `read`.
    pub read: bool,
}

impl Default for CloseTags {
    fn default() -> Self {
        Self { micropay: true, query: true, refund: true, read: false }
    }
}
