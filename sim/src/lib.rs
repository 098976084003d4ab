//! A world of tills, a platform and faults around the library's own payment machines, searched for violations of the
//! money rules.
//!
//! - [`world`] plays one world from its seed: many tills on disks and clocks that fail, a network that loses, delays and
//!   doubles, customers, cashiers and crashes. After a time everything heals, and has to settle.
//! - [`search`] looks at every order of events in small worlds.
//! - [`oracle`] judges both. Neither it nor the [`platform`] shares code with the library.
//! - [`shrink`] makes a failing world small enough to be read.
//!
//! Each fault is a section: on in a quarter of the seeds, and firing there on a quarter of the occasions on average. What ends
//! a run or stops a till fires more rarely, or nothing else would be seen.
//!
//! The world keeps to what a person at a till would call possible, or no rule could hold: the network holds a request no
//! longer than 45 s after its last byte, and a code lives 45 s; the platform shows nothing older than 10 s, and says
//! of an order that is there at most twice that it is not; an answer to somebody else differs in amount, order or device; no
//! other till and no back office refunds the very same amount of the same bill; and a bill of which a lying sync has lost a
//! write is not judged.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cli;
pub mod clock;
pub mod dice;
pub mod disk;
pub mod faults;
pub mod hash;
pub mod oracle;
pub mod plan;
pub mod platform;
pub mod runner;
pub mod search;
pub mod shrink;
pub mod till;
pub mod world;

/// Milliseconds.
pub type Ms = u64;
