//! A receipt in a font of the system, which must be installed; `cargo xtask test --part "system's font"`
//! checks that.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod drawn;

use drawn::{same_as_committed, vector};
use wsy::protocol::receipt::Paper;
use wsy::till::receipt_png;

#[test]
fn every_style_is_drawn_in_wenquanyi_zen_hei_as_a_person_has_seen_it() {
    let receipt = std::fs::read_to_string(vector("receipt-styles.txt")).unwrap();
    same_as_committed(&receipt_png(&receipt, Paper::Mm58, None).unwrap(), "receipt-styles-58-zen-hei.png");
}
