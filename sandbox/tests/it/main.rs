//! The sandbox as tills and tests see it: over HTTP on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod activation;
mod config;
mod console;
mod control;
mod faults;
mod hostile;
mod http;

mod lifecycle;
mod payment;
mod program;
mod readings;
mod receipts;
mod refunds;
mod till;
mod time;
