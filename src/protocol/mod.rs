//! The platform's terminal API (V4.0) as pure functions: building requests and parsing responses.
//!
//! Nothing here knows a clock, a socket, a file or a till. "Section" in a comment is a section of the
//! platform's document; "note" is a numbered trap in the reading notes on it.

pub mod amount;
pub mod auth_code;
pub mod bill;
pub mod config;
pub mod dialect;
pub mod moment;
pub mod order_number;
pub mod pattern;
pub mod popup;
pub mod receipt;
pub mod request;
pub mod response;
pub mod scan;
pub mod sentences;
pub mod sign;
pub mod text;
pub mod xml;
