//! The packages that are handed out, and the tests of what is in them.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod nuget;
pub mod packages;
pub mod sdk;
pub mod third_party;
mod wheel;
pub mod windows;
pub mod wine;
mod zipped;
