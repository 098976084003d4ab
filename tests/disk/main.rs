//! A bad disk under the ledger: power cuts at any moment, failing file operations, damage.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod archive;
mod changes;
mod days;
mod fixture;
mod large;
mod migration;
mod power_loss;
mod trouble;
mod vfs;
