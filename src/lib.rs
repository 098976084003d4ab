//! A till knows for certain whether a phone payment was taken.
//!
//! `wsy` speaks the terminal API of the 微收银 platform for cash-register programs, through a C ABI
//! (`include/wsy.h`). The layers, each of which depends only on those above it in this list:
//!
//! [`protocol`]: the requests, and what the responses mean; pure.
//! [`payment`]: the money rules as state machines without side effects.
//! [`driver`]: loads rows, asks the rules and acts, in a till or in a simulator.
//! [`picture`]: receipts rendered as images; pure.
//! [`till`]: the side effects: HTTP, ledger, device, config, log. Rust callers start at [`till::Till`].
//! [`capi`]: the C ABI, a thin layer over the till.
//! [`sys`]: the operating system, used by the till and the C ABI; it depends on none of the others. Only
//!   these last two contain `unsafe`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod capi;
pub mod chain;
mod crc32;
pub mod driver;
pub mod non_empty;
pub mod payment;
pub mod picture;
pub mod protocol;
mod sync;
pub mod sys;
pub mod till;
