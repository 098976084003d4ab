//! The C ABI: `extern "C"` functions, handles, text, and the guard that no panic passes. It holds no rule
//! about money.
//!
//! Every function goes the same way: its pointers are typed (`pointers`), the guard is passed (`guard`),
//! its client is found (`call`), its texts are decoded, the till does the work, and the outcome becomes a
//! reply (`draft`). What is wrong on the way is one `failure::Failure`.
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
mod rows;
