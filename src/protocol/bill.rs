//! Parses the bill that `action=read` returns (section 3.4): the only witness of refunds (note 4).

use crate::protocol::amount::parse_yuan;
use crate::protocol::response::{Named, ResponseError, document, info, ok, text};
use crate::protocol::sentences::{self, Class};
use crate::protocol::xml::Element;

/// One `<pay>` line: a payment, or a refund with a negative amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The platform's number of the payment type, such as `4`.
    pub pay_type: String,
    /// Its name, such as 微信.
    pub pay_name: String,
    /// The amount in fen, negative for a refund.
    pub total_fen: i64,
    /// Beijing time.
    pub pay_time: String,
    /// The channel's transaction number, or the platform's number of the refund.
    pub pay_id: String,
    /// Every attribute of the line, unchanged.
    pub attributes: Named,
}

/// A bill with all its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The platform's order number.
    pub dm_id: String,
    /// The sum that was paid, in fen.
    pub pay_total_fen: i64,
    /// The sum that was refunded, in fen, as a positive number.
    pub refunded_fen: i64,
    /// The platform's number of the payment type, such as `4`, from the lines (note 7).
    pub pay_type: String,
    /// Its name, such as 微信, from the `pay_type` at the top.
    pub pay_name: String,
    /// Beijing time of the payment.
    pub pay_time: String,
    /// The channel's transaction number: at the top according to the table, but in the samples only in the
    /// line of the payment.
    pub pay_id: String,
    /// `no` at the top.
    pub no: String,
    /// Every line, in the order of the response.
    pub lines: Vec<Line>,
    /// Every attribute at the top, unchanged.
    pub attributes: Named,
}

impl Bill {
    /// Returns how much can still be refunded, in fen (section 3.4: `pay_total + refund_total`), by the total
    /// or by the lines, whichever leaves less.
    pub fn refundable_fen(&self) -> i64 {
        (self.pay_total_fen - self.refunded_fen.max(self.listed_fen())).max(0)
    }

    /// Returns whether its refund lines add up to its `refund_total`. If they do not, a line may be missing
    /// or show less than was refunded, so a missing refund proves nothing.
    pub fn adds_up(&self) -> bool {
        self.listed_fen() == self.refunded_fen
    }

    /// Returns the sum of its refund lines, in fen, as a positive number.
    fn listed_fen(&self) -> i64 {
        self.refunds().map(|line| -line.total_fen).sum()
    }

    /// Returns the refund lines.
    pub fn refunds(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.total_fen < 0)
    }
}

/// The response to a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillResponse {
    /// The bill.
    Found(Bill),
    /// The bill does not exist or was not paid. Carries the platform's sentence.
    NotFound(String),
    /// The request was rejected; says nothing about the bill (note 2).
    Refused(String),
}

/// Reads the response to `action=read`.
pub fn read(body: &[u8]) -> Result<BillResponse, ResponseError> {
    let decoded = text(body)?;
    let root = document(&decoded)?;
    let info = info(&root);
    match ok(&root)? {
        "1" => {}
        "0" | "-1" => {
            return match sentences::class(&info) {
                Class::Refusal => Ok(BillResponse::Refused(info)),
                class if class.denies() => Ok(BillResponse::NotFound(info)),
                // An unlisted sentence proves nothing here either.
                _ => Err(ResponseError::Trouble(info)),
            };
        }
        _ => return Err(ResponseError::Incomplete("ok")),
    }
    let text = |name| root.attribute(name).unwrap_or_default().to_owned();
    let lines = root.children("pay").map(line).collect::<Result<Vec<_>, _>>()?;
    let of_payment = |value: fn(&Line) -> &String| {
        lines.iter().find(|line| line.total_fen > 0).map(value).cloned().unwrap_or_default()
    };
    let or = |said: String, other: String| if said.is_empty() { other } else { said };
    // It is a name in the samples, and a number in the table.
    let (number, name) = match text("pay_type") {
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => (number, String::new()),
        name => (String::new(), name),
    };
    Ok(BillResponse::Found(Bill {
        dm_id: text("dm_id"),
        pay_total_fen: amount(&root, "pay_total")?,
        refunded_fen: match root.attribute("refund_total") {
            None | Some("") => 0,
            Some(_) => amount(&root, "refund_total")?.abs(),
        },
        pay_type: or(of_payment(|line| &line.pay_type), number),
        pay_name: or(name, of_payment(|line| &line.pay_name)),
        pay_time: text("pay_time"),
        pay_id: or(text("pay_id"), of_payment(|line| &line.pay_id)),
        no: text("no"),
        attributes: root.owned_attributes(),
        lines,
    }))
}

fn line(pay: &Element<'_>) -> Result<Line, ResponseError> {
    let text = |name| pay.attribute(name).unwrap_or_default().to_owned();
    Ok(Line {
        pay_type: text("pay_type"),
        pay_name: text("pay_name"),
        total_fen: amount(pay, "pay_total")?,
        pay_time: text("pay_time"),
        pay_id: text("pay_id"),
        attributes: pay.owned_attributes(),
    })
}

fn amount(element: &Element<'_>, name: &'static str) -> Result<i64, ResponseError> {
    element.attribute(name).and_then(|text| parse_yuan(text).ok()).ok_or(ResponseError::Incomplete(name))
}
