//! A world of tills, a platform and faults around the library's own payment machines, searched for violations of the
//! money rules.
//!
//! - [`world`] plays one world from its seed: many tills on disks and clocks that fail, a network that loses, delays and
//!   doubles, customers, cashiers and crashes. After a time everything heals, and has to settle.
//! - [`search`] looks at every order of events in small worlds.
//! - [`oracle`] judges both. Neither it nor the [`platform`] shares code with the library.
//! - [`shrink`] makes a failing world small enough to be read.
//! - [`day`] counts what an ordinary day costs a shop.
//!
//! Each fault is a section: on in a quarter of the seeds, and firing there on a quarter of the occasions on average. What ends
//! a run or stops a till fires more rarely, or nothing else would be seen.
//!
//! The world keeps to the [`premises`], or no rule could hold; a small share of the worlds breaks them on purpose.

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
