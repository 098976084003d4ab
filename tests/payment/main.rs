//! The money rules, one story each. Worlds of many payments are in the simulator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod archive_rules;
mod bill_rules;
mod charge_rules;
mod day_rules;
mod decision_rules;
mod reconciliation_rules;
mod refund_rules;
mod row_rules;
mod rows;
