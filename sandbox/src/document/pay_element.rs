//! The `paylist` of a response: one `pay` with the text for the printer.

use super::xml::element;
use crate::{
    book::{Bill, Device, Payment},
    moment::Moment,
};

/// The horizontal rule between the parts of a slip.
pub(super) const RULE: &str = "--------------------------------";

pub(super) struct PayElement<'a> {
    pub bill: &'a Bill,
    pub device: &'a Device,
    pub payment: &'a Payment,
    /// Empty in queries.
    pub opened: Option<Moment>,
    pub print_text: String,
    /// In fen.
    pub total_fee: String,
}

impl PayElement<'_> {
    /// Writes `<ok>1</ok>` and the `paylist`, one line each.
    pub(super) fn xml(&self) -> String {
        let lines = [
            element("id", &self.bill.dm_id.number().to_string()),
            element("device_id", &self.bill.device_id),
            element("no", ""),
            element("tabno", ""),
            element("company", self.device.merchant()),
            element("opentime", &self.opened.map(Moment::text).unwrap_or_default()),
            element("paymode", &self.bill.channel.name),
            element("user", ""),
            element("total_fee", &self.total_fee),
            element("time", &self.payment.at.text()),
            element("printinfo", &self.print_text),
        ];
        format!("<ok>1</ok>\n<paylist>\n<pay>\n{}\n</pay>\n</paylist>", lines.join("\n"))
    }
}

/// `001(215117)`, the way slips print a till's number.
pub(super) fn till_name(device: &Device) -> String {
    format!("{}({})", device.till(), device.device_id)
}
