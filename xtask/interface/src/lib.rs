//! What the library's interface is, and everything that is generated from it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod declarations;
pub mod exports;
pub mod header;
