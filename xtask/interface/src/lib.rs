//! The library's interface, and everything generated from it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod exports;
pub mod face;
pub mod header;
mod layout;
mod source;
pub mod tables;
