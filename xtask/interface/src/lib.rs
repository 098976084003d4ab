//! What the library's interface is, and everything that is generated from it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod exports;
pub mod face;
pub mod header;
mod layout;
mod source;
pub mod tables;
