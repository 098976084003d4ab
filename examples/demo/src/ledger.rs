//! The ledger as a till prints it: one line for each charge and refund.

/// The kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money taken.
    Charge,
    /// Money refunded.
    Refund,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// A charge or a refund.
    pub kind: Kind,
    /// The till's number of it.
    pub number: String,
    /// The platform's order; empty while it is not known.
    pub order: String,
    /// The amount.
    pub fen: i64,
    /// `paid`, `refunded` and so on.
    pub state: String,
}

/// The ledger lines among these lines.
pub fn rows(lines: &[String]) -> Vec<Row> {
    lines.iter().filter_map(|line| row(line)).collect()
}

fn row(line: &str) -> Option<Row> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (kind, number, order, yuan, state) = match words[..] {
        [kind, number, order, yuan, state, _, _] => (kind, number, order, yuan, state),
        // Without an order, because the platform never named one.
        [kind, number, yuan, state, _, _] => (kind, number, "", yuan, state),
        _ => return None,
    };
    let kind = match kind {
        "charge" => Kind::Charge,
        "refund" => Kind::Refund,
        _ => return None,
    };
    let fen = fen(yuan)?;
    Some(Row { kind, number: number.to_owned(), order: order.to_owned(), fen, state: state.to_owned() })
}

/// Reads an amount such as `12.50`.
fn fen(yuan: &str) -> Option<i64> {
    let (whole, part) = yuan.split_once('.')?;
    let part = Some(part).filter(|part| part.len() == 2)?;
    format!("{whole}{part}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Row, fen, rows};

    #[test]
    fn rows_are_found_among_other_lines() {
        let lines = [
            "  kind    number            order                   yuan  state         begun",
            "  charge  C1                dm1                    12.50  paid          2026-11-23 07:00:02",
            "  charge  C5                                       66.00  not_paid      2026-11-23 07:00:04",
            "  refund  CR1               dm1                     6.25  refunded      2026-11-23 07:00:04",
            "  收款 paid 12.50   退款 refunded 6.25   未查清 open 0",
        ];
        let of = |kind, number: &str, order: &str, fen, state: &str| {
            let (number, order, state) = (number.to_owned(), order.to_owned(), state.to_owned());
            Row { kind, number, order, fen, state }
        };
        assert_eq!(
            rows(&lines.map(str::to_owned)),
            [
                of(Kind::Charge, "C1", "dm1", 1250, "paid"),
                of(Kind::Charge, "C5", "", 6600, "not_paid"),
                of(Kind::Refund, "CR1", "dm1", 625, "refunded"),
            ]
        );
    }

    #[test]
    fn amounts_are_read_to_the_fen() {
        assert_eq!(fen("12.50"), Some(1250));
        assert_eq!(fen("0.01"), Some(1));
        assert_eq!(fen("12.5"), None);
        assert_eq!(fen("12"), None);
    }
}
