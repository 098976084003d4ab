//! The library as its callers see it: every call below is made by a C program linked with the shared library,
//! against a platform that keeps its own book.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod authority;
mod build;
mod codes;
mod driver;
mod front;
mod impostor;
mod printer;
mod relay;
mod shop;
mod till;

mod activation;
mod archive;
mod responses;
mod attack;
mod attack_charges;
mod attack_driver;
mod attack_refunds;
mod attack_told;
mod bad_input;
mod crashes;
mod conformance;
mod days;
mod decisions;
mod delivery;
mod faults;
mod folder;
mod handles;
mod hostile;
mod hosts;
mod idempotency;
mod keys;
mod kills;
mod logging;
mod losses;
mod order_numbers;
mod methods;
mod network;
mod payments;
mod pictures;
mod printing;
mod readings;
mod receipts;
mod reconciling;
mod hardening;
mod identity;
mod input;
mod limits;
mod time_limits;
mod redirects;
mod races;
mod refunds;
mod resets;
mod secrets;
mod started;
mod texts;
mod tls;
mod told;
mod undone;
mod words;
