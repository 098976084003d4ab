//! The C ABI: `extern "C"` functions, handles, text, and the guard that no panic passes. It holds no rule about
//! money; every function here finds its handles, decodes its arguments, calls the till and fills a reply.
//!
//! Public items of this module are for C callers and for the generated header; Rust callers use [`crate::till`].

#![allow(unsafe_code)]
#![allow(non_camel_case_types)]

// In the order of the header.
pub mod numbers;
pub mod client;
pub mod params;
pub mod money;
pub mod payment;
pub mod call;
pub mod ledger;
pub mod decision;
pub mod reconcile;
pub mod reply;
pub mod receipt;
pub mod print;
pub mod amount;
pub mod stdcall;
#[cfg(windows)]
mod adapters;
#[cfg(windows)]
mod dpapi;
mod fields;
mod fpu;
mod guard;
mod handle;
pub mod left;
mod names;
pub mod own;
#[cfg(test)]
mod readers;
#[cfg(windows)]
mod pin;
mod text;
#[cfg(windows)]
mod winspool;
