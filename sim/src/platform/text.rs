//! The platform's responses as text, in the forms of the document's samples.

use std::fmt::Write;

use super::sentences::Says;
use super::{Line, Order, Style};
use crate::Ms;

/// Returns the same response in GBK.
pub fn gbk(response: &[u8]) -> Vec<u8> {
    encoding_rs::GBK.encode(&String::from_utf8_lossy(response)).0.into_owned()
}

/// Parses decimal yuan into fen.
pub fn fen(yuan: &str) -> Option<i64> {
    let (whole, places) = yuan.split_once('.')?;
    let places = Some(places).filter(|places| places.len() == 2)?;
    Some(whole.parse::<i64>().ok()? * 100 + places.parse::<i64>().ok()?)
}

struct Yuan(i64);

impl std::fmt::Display for Yuan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}

struct Time(Ms);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = self.0 / 1_000;
        write!(f, "2018-04-{:02} {:02}:{:02}:{:02}", 21 + s / 86_400, s / 3_600 % 24, s / 60 % 60, s % 60)
    }
}

/// Writes into a string, which cannot fail.
macro_rules! put {
    ($out:expr, $($part:tt)*) => { let _ = write!($out, $($part)*); };
}

/// In every sample of a payment or refund the last tag is closed.
fn end(mut out: String) -> Vec<u8> {
    out.push_str("</dm>");
    out.into_bytes()
}

fn receipt(out: &mut String, ok: &str, dm: u64, device: u32, fen: i64) {
    put!(
        out,
        "<ok>{ok}</ok>\n<paylist>\n<pay>\n<id>{dm}</id>\n<device_id>{device}</device_id>\n<total_fen>{fen}</total_fen>\n\
         </pay>\n</paylist>\n"
    );
}

/// Writes the response for a paid order.
pub fn paid(dm: u64, order: &Order, total: i64, plain: bool) -> Vec<u8> {
    let mut out = String::with_capacity(384);
    let at = Time(order.end.map_or(order.made, |(at, _)| at));
    put!(
        out,
        "<dm ok=\"1\" info=\"{}\" dm_id=\"dm{dm}\" total=\"{}\" pay_type=\"4\" pay_time=\"{at}\" pay_id=\"4200{dm}\" \
         no=\"\">\n",
        Says::Paid.sentence(0),
        Yuan(total)
    );
    if !plain {
        receipt(&mut out, "1", dm, order.device, total);
    }
    end(out)
}

/// Writes the response for an order whose customer is still paying.
pub fn paying(dm: u64, order: &Order, sentence: &str, style: Style) -> Vec<u8> {
    let mut out = String::with_capacity(384);
    put!(out, "<dm ok=\"-1\" info=\"{sentence}\" dm_id=\"dm{dm}\" total=\"{}\">\n", Yuan(order.fen));
    if style.paying_names_device {
        receipt(&mut out, "-1", dm, order.device, order.fen);
    }
    end(out)
}

/// Writes the response for something that failed or does not exist.
pub fn failed(sentence: &str, dm: Option<u64>, device: Option<u32>) -> Vec<u8> {
    let mut out = String::with_capacity(128);
    put!(out, "<dm ok=\"0\" info=\"{sentence}\"");
    if let Some(dm) = dm {
        put!(out, " dm_id=\"dm{dm}\">\n");
        if let Some(device) = device {
            receipt(&mut out, "0", dm, device, 0);
        }
        return end(out);
    }
    out.push_str(" />");
    out.into_bytes()
}

/// Writes the response for a refund.
pub fn refunded(dm: u64, fen: i64, now: Ms) -> Vec<u8> {
    let mut out = String::with_capacity(192);
    put!(
        out,
        "<dm ok=\"1\" info=\"{}\" dm_id=\"dm{dm}\" pay_type=\"4\" pay_time=\"{}\" total=\"{}\" pay_id=\"4200{dm}\" \
         type_id=\"2\">\n",
        Says::Refunded.sentence(0),
        Time(now),
        Yuan(-fen)
    );
    end(out)
}

/// Writes the response for a refund that is being made.
pub fn pends(dm: u64, sentence: &str, ok: i8) -> Vec<u8> {
    format!("<dm ok=\"{ok}\" info=\"{sentence}\" dm_id=\"dm{dm}\"></dm>").into_bytes()
}

/// Returns what distinguishes a refund's line from others on the bill.
pub fn mark(dm: u64, line: &Line) -> String {
    format!("{}|{}|{}", line_number(dm, line), Time(line.at), -line.fen)
}

/// A refund's number is the order's number and the time in seconds.
fn line_number(dm: u64, line: &Line) -> String {
    format!("dm{dm}{}", 1_524_314_000 + line.at / 1_000)
}

/// Writes a bill with its lines; `more_fen` is added to what was paid.
pub fn bill(dm: u64, order: &Order, now: Ms, more_fen: i64, style: Style) -> Vec<u8> {
    let mut out = String::with_capacity(512);
    let paid = Time(order.end.map_or(order.made, |(at, _)| at));
    let total = Yuan(order.fen + more_fen);
    put!(out, "<dm ok=\"1\" dm_id=\"dm{dm}\" pay_total=\"{total}\" pay_time=\"{paid}\" no=\"\"");
    let refunds = || order.refunds.iter().filter(|line| line.shown <= now);
    let refunded: i64 = refunds().map(|line| line.fen).sum();
    if refunded > 0 {
        put!(out, " refund_total=\"{}\"", Yuan(-refunded));
    }
    put!(out, ">\n<pay pay_type=\"4\" pay_total=\"{total}\" pay_time=\"{paid}\" pay_id=\"4200{dm}\" />\n");
    for line in refunds() {
        let (number, amount) = (line_number(dm, line), Yuan(-line.fen));
        put!(
            out,
            "<pay pay_type=\"4\" pay_total=\"{amount}\" pay_time=\"{}\" pay_id=\"{number}\" />\n",
            Time(line.at)
        );
    }
    // In the samples of a bill it is not.
    if style.closes { end(out) } else { out.into_bytes() }
}
