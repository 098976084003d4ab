//! How the platform behaves towards everybody.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

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
