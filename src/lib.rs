//! A till knows for certain whether a phone payment was taken.
//!
//! `wsy` speaks the terminal API of the 微收银 platform for cash-register programs, through a C ABI
//! (`include/wsy.h`). The layers, each of which knows only those above it in this list:
//!
//! - [`protocol`]: what is sent and what an answer says; pure.
//! - [`payment`]: the money rules as state machines without effects.
//! - [`driver`]: loads rows, asks the rules and acts, in whatever it runs: a till, or a simulator.
//! - [`picture`]: receipts as pictures; pure.
//! - [`till`]: the effects: HTTP, ledger, device, config, log. Rust callers start at [`till::Till`].
//! - [`capi`]: the C ABI, a face of the till.
//! - [`sys`]: the operating system, for the till and the C ABI; it knows
//!   none of the others. `unsafe` is in these two alone.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod capi;
pub mod chain;
pub mod driver;
pub mod payment;
pub mod picture;
pub mod protocol;
mod sync;
pub mod sys;
pub mod till;
