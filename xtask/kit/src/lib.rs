//! What the project's commands share: running programs, finding tools, building the library, counting tests.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod artifacts;
pub mod bits;
pub mod capi;
pub mod command;
pub mod counts;
pub mod debian;
pub mod error;
pub mod kept;
pub mod library;
pub mod metadata;
pub mod platform;
pub mod pool;
pub mod process;
pub mod rust_web;
pub mod say;
pub mod till;
pub mod tools;
pub mod workspace;

/// Whether this is continuous integration, where nothing may be left out.
pub fn required() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
