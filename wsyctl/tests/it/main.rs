//! The built program against a sandbox, as a person or a script runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod desk;

mod asking;
mod documented;
mod exporting;
mod first_contact;
mod money;
mod receipts;
mod trouble;
mod voiding;
