//! The C ABI: `extern "C"` functions, handles, text, and the guard that stops every panic. No rule about
//! money is defined here.
//!
//! Every function takes the same steps: it gives its pointers types (`pointers`), enters the guard
//! (`guard`), finds its client (`call`), decodes its texts, lets the till do the work, and turns the outcome
//! into a reply (`draft`). A step that fails returns a `failure::Failure`.
//!
//! Public items of this module are for C callers and for the generated header; Rust callers use
//! [`crate::till`].

#![allow(unsafe_code)]
#![allow(non_camel_case_types)]

// In the order of the header.
pub mod numbers;
pub mod client;
pub mod device;
pub mod config;
pub mod time;
pub mod version;
pub mod params;
pub mod charge;
pub mod refund;
pub mod void;
pub mod settle;
pub mod recover;
pub mod started;
pub mod payment;
pub mod query;
pub mod bill;
pub mod reprint;
pub mod find;
pub mod day;
pub mod unresolved;
pub mod decision;
pub mod reconcile;
pub mod alarms;
pub mod reply;
pub mod receipt;
pub mod picture;
pub mod print;
pub mod amount;
pub mod stdcall;
mod call;
mod draft;
mod failure;
mod fields;
mod guard;
mod handle;
mod names;
mod pointers;
mod presence;
mod rows;
