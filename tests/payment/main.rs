//! The money rules against small worlds of their own: every world is made from a number, so that a failure can be
//! played again, and knows the truth that the machines can only ask for. Shares no rule with the library.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bill_rules;
mod charge_rules;
mod charge_worlds;
mod dice;
mod refund_rules;
mod refund_worlds;
