//! The protocol against the platform's own samples, made-up failures and arbitrary input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod amounts;
mod responses;
mod auth_codes;
mod bills;
mod configs;
mod hostile_input;
mod moments;
mod order_numbers;
mod patterns;
mod popups;
mod receipt_lines;
mod receipt_templates;
mod receipts;
mod requests;
mod secrets;
mod sentences;
mod signs;
mod support;
mod texts;
mod xmls;
