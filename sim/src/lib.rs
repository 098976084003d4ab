//! Simulates tills, a platform and faults around the library's own payment machines, and searches for
//! violations of the money rules.
//!
//! - [`world`] plays one world from its seed: many tills on disks and clocks that fail, a network that loses,
//!   delays and duplicates, customers, cashiers and crashes. After a time all faults heal, and everything has
//!   to settle.
//! - [`search`] explores every order of events in small worlds.
//! - [`oracle`] judges both. Neither it nor the [`platform`] shares code with the library.
//! - [`shrink`] reduces a failing world until a person can read it.
//! - [`day`] measures what an ordinary day costs a shop.
//!
//! Each fault is enabled in a quarter of the seeds, and fires there on a quarter of the occasions on average.
//! Faults that end a run or stop a till fire more rarely, because otherwise nothing else would happen.
//!
//! The world keeps to the [`premises`], without which no rule could hold; a small share of the worlds breaks
//! them on purpose.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cli;
pub mod clock;
pub mod day;
pub mod rng;
pub mod disk;
pub mod faults;
pub mod hash;
pub mod oracle;
pub mod plan;
pub mod platform;
pub mod premises;
pub mod runner;
pub mod search;
pub mod shrink;
pub mod till;
pub mod world;

/// Milliseconds.
pub type Ms = u64;
