//! Compares the tills' ledgers with the platform's book.

use serde_json::Value;

use super::ledger::{Kind, Row};
use super::story::{Charged, Told};
use kit::error::Error;
use kit::say;

/// A bill of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    auth_code: String,
    order: String,
    sums: Sums,
}

impl Bill {
    /// The code on the customer's phone.
    pub fn auth_code(&self) -> &str {
        &self.auth_code
    }

    /// The platform's order.
    pub fn order(&self) -> &str {
        &self.order
    }
}

/// The amounts taken and refunded, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    paid: i64,
    refunded: i64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.paid += other.paid;
        self.refunded += other.refunded;
    }
}

/// The bills of the platform's book, if it can be read.
pub fn bills(book: &Value) -> Option<Vec<Bill>> {
    book["bills"].as_array()?.iter().map(bill).collect()
}

fn bill(bill: &Value) -> Option<Bill> {
    let paid = if bill["state"] == "paid" { bill["total_fen"].as_i64()? } else { 0 };
    let refunds: Option<Vec<i64>> =
        bill["refunds"].as_array()?.iter().map(|refund| refund["refund_fen"].as_i64()).collect();
    Some(Bill {
        auth_code: bill["auth_code"].as_str()?.to_owned(),
        order: bill["dm_id"].as_str()?.to_owned(),
        sums: Sums { paid, refunded: refunds?.iter().sum() },
    })
}

/// What all tills have reported.
#[derive(Default)]
pub struct Comparison {
    charged: Vec<Charged>,
    rows: Vec<Row>,
    late: Vec<String>,
}

/// A line of the comparison.
struct Line {
    number: String,
    order: String,
    ledger: Sums,
    platform: Sums,
}

impl Line {
    fn agrees(&self) -> bool {
        self.ledger == self.platform
    }

    fn text(&self) -> String {
        let Self { number, order, ledger, platform } = self;
        let sums = [ledger.paid, ledger.refunded, platform.paid, platform.refunded];
        let sums = sums.map(|fen| format!("{:>10}", yuan(fen))).join("  ");
        let mark = if self.agrees() { "" } else { "  <-- DIFFERS" };
        format!("  {number:<6}  {order:<14}  {sums}{mark}")
    }
}

impl Comparison {
    /// Adds what one till has reported.
    pub fn add(&mut self, told: Told) {
        self.charged.extend(told.charged);
        self.rows.extend(told.rows);
        self.late.extend(told.late);
    }

    /// Shows the ledgers beside the book, order by order. Fails if they differ by a fen.
    pub fn tell(&self, book: &[Bill]) -> Result<(), Error> {
        let lines = self.lines(book);
        say::line("\n######## The tills' ledgers beside the platform's book 账本与平台对账 ########\n");
        say::line("                            in the till's ledger    in the platform's book");
        say::line("  number  order                 paid    refunded        paid    refunded");
        for line in &lines {
            say::line(line.text());
        }
        say::line(sum(&lines).text());
        self.check(book)?;
        say::line(format_args!(
            "\nThe ledgers and the platform's book agree on all {} orders, to the fen. 账本与平台完全一致。",
            lines.len()
        ));
        Ok(())
    }

    fn check(&self, book: &[Bill]) -> Result<(), Error> {
        if let Some(stray) = self.stray(book) {
            return Err(Error::Check(format!("the ledgers and the book DO NOT AGREE: {stray}")));
        }
        match self.lines(book).iter().find(|line| !line.agrees()) {
            None => Ok(()),
            Some(line) => {
                Err(Error::Check(format!("the ledgers and the book DO NOT AGREE about {}", line.number)))
            }
        }
    }

    fn lines(&self, book: &[Bill]) -> Vec<Line> {
        self.charged.iter().map(|charged| self.line(charged, book)).collect()
    }

    fn line(&self, charged: &Charged, book: &[Bill]) -> Line {
        let bill = bill_of(charged, book);
        let order = bill.map(|bill| bill.order.clone()).unwrap_or_default();
        let mut ledger = Sums::default();
        for row in &self.rows {
            // What was reported as not paid stays so in the ledger; its alarm counts it as paid.
            let is_late = row.state == "not_paid" && self.late.contains(&row.number);
            match (row.kind, row.state.as_str()) {
                (Kind::Charge, state) if row.number == charged.number && (state == "paid" || is_late) => {
                    ledger.paid += row.fen;
                }
                (Kind::Refund, "refunded") if row.order == order => ledger.refunded += row.fen,
                _ => {}
            }
        }
        let platform = bill.map(|bill| bill.sums).unwrap_or_default();
        Line { number: charged.number.clone(), order, ledger, platform }
    }

    /// Entries that one side lacks or has differently.
    fn stray(&self, book: &[Bill]) -> Option<String> {
        let asked = |code: &str| self.charged.iter().any(|charged| charged.auth_code == code);
        let bill = book.iter().find(|bill| !asked(&bill.auth_code));
        let row = self.rows.iter().find(|row| !self.is_known(row, book));
        bill.map(|bill| format!("nobody asked for the platform's order {}", bill.order))
            .or_else(|| row.map(|row| format!("{} in the ledger is of no such order", row.number)))
    }

    fn is_known(&self, row: &Row, book: &[Bill]) -> bool {
        let is_order = |order: &str| row.order == order || row.order.is_empty() && row.state != "paid";
        match row.kind {
            Kind::Charge => self.charged.iter().any(|charged| {
                charged.number == row.number
                    && bill_of(charged, book).is_none_or(|bill| is_order(&bill.order))
            }),
            Kind::Refund => book.iter().any(|bill| bill.order == row.order),
        }
    }
}

/// A bill is found by the customer's code, so this does not rely on the till.
fn bill_of<'a>(charged: &Charged, book: &'a [Bill]) -> Option<&'a Bill> {
    book.iter().find(|bill| bill.auth_code == charged.auth_code)
}

fn sum(lines: &[Line]) -> Line {
    let mut sum = Line {
        number: "sum".to_owned(),
        order: String::new(),
        ledger: Sums::default(),
        platform: Sums::default(),
    };
    for line in lines {
        sum.ledger.add(line.ledger);
        sum.platform.add(line.platform);
    }
    sum
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ledger::rows;
    use super::{Bill, Charged, Comparison, Sums, Told, bills};

    fn book() -> Vec<Bill> {
        bills(&json!({"devices": [], "bills": [
            {"dm_id": "dm1", "auth_code": "131", "state": "paid", "total_fen": 1250,
             "refunds": [{"refund_fen": 625}]},
            {"dm_id": "dm2", "auth_code": "132", "state": "failed", "total_fen": 6600, "refunds": []},
        ]}))
        .unwrap_or_default()
    }

    fn told(ledger: &[&str]) -> Comparison {
        let charged = [("C1", "131"), ("C2", "132")]
            .map(|(number, code)| Charged { number: number.to_owned(), auth_code: code.to_owned() });
        let lines: Vec<String> = ledger.iter().map(|line| (*line).to_owned()).collect();
        let mut comparison = Comparison::default();
        comparison.add(Told { charged: charged.to_vec(), rows: rows(&lines), late: Vec::new() });
        comparison
    }

    #[test]
    fn the_book_is_read() {
        assert_eq!(book().len(), 2);
        assert_eq!(book()[0].sums, Sums { paid: 1250, refunded: 625 });
        assert_eq!(book()[1].sums, Sums::default());
        assert_eq!(bills(&json!({"bills": [{"dm_id": "dm1"}]})), None);
    }

    #[test]
    fn what_agrees_agrees() {
        let good = [
            "charge C1 dm1 12.50 paid d t",
            "charge C2 66.00 not_paid d t",
            "refund R1 dm1 6.25 refunded d t",
        ];
        assert!(told(&good).check(&book()).is_ok());
    }

    #[test]
    fn what_was_paid_late_counts_as_paid() {
        let book =
            bills(&json!({"bills": [{"dm_id": "dm1", "auth_code": "131", "state": "paid", "total_fen": 1250,
            "refunds": [{"refund_fen": 1250}]}]}));
        let charged = vec![Charged { number: "C1".to_owned(), auth_code: "131".to_owned() }];
        let lines = ["charge C1 12.50 not_paid d t", "refund R1 dm1 12.50 refunded d t"].map(str::to_owned);
        for (late, agrees) in [(vec!["C1".to_owned()], true), (Vec::new(), false)] {
            let mut comparison = Comparison::default();
            comparison.add(Told { charged: charged.clone(), rows: rows(&lines), late });
            assert_eq!(comparison.check(book.as_deref().unwrap_or_default()).is_ok(), agrees);
        }
    }

    #[test]
    fn every_difference_is_seen() {
        for bad in [
            &["charge C1 dm1 12.50 paid d t"][..],
            &["charge C1 dm1 12.49 paid d t", "refund R1 dm1 6.25 refunded d t"],
            &["charge C1 dm1 12.50 open d t", "refund R1 dm1 6.25 refunded d t"],
            &["charge C1 dm1 12.50 paid d t", "charge C2 66.00 paid d t", "refund R1 dm1 6.25 refunded d t"],
            &[
                "charge C1 dm1 12.50 paid d t",
                "charge C9 1.00 not_paid d t",
                "refund R1 dm1 6.25 refunded d t",
            ],
            &["charge C1 dm1 12.50 paid d t", "refund R1 dm9 6.25 refunded d t"],
            &["charge C1 dm2 12.50 paid d t", "refund R1 dm1 6.25 refunded d t"],
        ] {
            assert!(told(bad).check(&book()).is_err(), "{bad:?}");
        }
    }
}
