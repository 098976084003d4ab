//! Builds a receipt when the platform sent none: from the config's templates (section 2) or, if a template is
//! empty, in a plain layout.
//!
//! The document does not list the placeholders; those in its sample are interpreted by comparison with the
//! receipts in its other samples.

use super::command::{Token, tokens};
use super::escapes::escape;
use crate::protocol::amount::yuan;

/// The facts about a payment or refund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Whether it is a refund.
    pub refund: bool,
    /// Shop and device, for people.
    pub shop: &'a str,
    /// The caller's number of the bill.
    pub out_trade_no: &'a str,
    /// The caller's number of the refund; empty for a payment.
    pub out_refund_no: &'a str,
    /// The platform's order.
    pub dm_id: &'a str,
    /// The channel's transaction.
    pub pay_id: &'a str,
    /// The payment type's name.
    pub pay_name: &'a str,
    /// Beijing time.
    pub time: &'a str,
    /// The device.
    pub device_id: &'a str,
    /// The amount in fen, positive also for a refund.
    pub fen: i64,
    /// The table, for templates that call it `{tableno}`.
    pub tableno: &'a str,
    /// The table, for templates that call it `{table}`.
    pub table: &'a str,
    /// The person who serves the customer.
    pub staff: &'a str,
    /// A picture as a printer command ([`Raster::to_text`](super::Raster::to_text)), like the two below.
    pub qrcode: &'a str,
    /// The shop's logo.
    pub qrcode_logo: &'a str,
    /// The picture that the config calls `qrcode_image`.
    pub qrcode_image: &'a str,
}

impl Facts<'_> {
    /// Returns the value of a placeholder; empty if it is not known.
    fn value(&self, placeholder: &str) -> String {
        match placeholder {
            // Here the platform prints the order without the prefix that it has elsewhere.
            "id" => self.dm_id.strip_prefix("dm").unwrap_or(self.dm_id).to_owned(),
            "no" => self.out_trade_no.to_owned(),
            "paytime" | "time" => self.time.to_owned(),
            "total" => yuan(self.fen),
            "tableno" => self.tableno.to_owned(),
            "table" => self.table.to_owned(),
            "staff" => self.staff.to_owned(),
            _ => String::new(),
        }
    }

    /// Returns the picture of a placeholder.
    fn picture(&self, placeholder: &str) -> Option<&str> {
        match placeholder {
            "qrcode" => Some(self.qrcode),
            "qrcode_logo" => Some(self.qrcode_logo),
            "qrcode_image" => Some(self.qrcode_image),
            _ => None,
        }
    }
}

/// Fills the placeholders of a template. Leaves out a section between two printer resets (`\x1b\x40`) if all
/// of its placeholders are empty, as the platform does with the table of a shop that has none. `None` for an
/// empty template.
pub fn filled(template: &str, facts: &Facts<'_>) -> Option<String> {
    if template.trim().is_empty() {
        return None;
    }
    let mut out = String::with_capacity(template.len() + 64);
    for section in sections(template) {
        if let Some(section) = filled_section(section, facts) {
            // Some printers discard the current line on a reset. Below a picture that line is empty.
            let is_below_picture = matches!(tokens(&out).last(), Some(Token::Data(_)));
            if !out.is_empty() && !out.ends_with('\n') && !out.ends_with("\\n") && !is_below_picture {
                out.push('\n');
            }
            out.push_str(&section);
        }
    }
    Some(out)
}

/// Splits a template before each printer reset.
fn sections(template: &str) -> Vec<&str> {
    let starts = template.char_indices().map(|(at, _)| at).filter(|at| starts_printer(&template[*at..]));
    let mut bounds: Vec<usize> = std::iter::once(0).chain(starts).chain([template.len()]).collect();
    bounds.dedup();
    bounds.windows(2).filter_map(|pair| template.get(pair[0]..pair[1])).collect()
}

fn starts_printer(text: &str) -> bool {
    let (lead, rest) = byte_of(text);
    lead == Some(0x1b) && byte_of(rest).0 == Some(b'@')
}

/// Returns the first byte of a text, escaped or plain, and the rest.
fn byte_of(text: &str) -> (Option<u8>, &str) {
    if let Some((byte, used)) = escape(text) {
        return (Some(byte), text.get(used..).unwrap_or_default());
    }
    let mut rest = text.chars();
    let byte = rest.next().and_then(|c| u8::try_from(c).ok());
    (byte, rest.as_str())
}

fn filled_section(section: &str, facts: &Facts<'_>) -> Option<String> {
    let mut out = String::with_capacity(section.len() + 32);
    let (mut placeholders, mut known) = (0, 0);
    let mut rest = section;
    while let Some((before, name, after)) = next_placeholder(rest) {
        out.push_str(before);
        let had = out.len();
        match facts.picture(name) {
            Some(picture) => push_picture(&mut out, picture),
            None => push_text(&mut out, &facts.value(name)),
        }
        placeholders += 1;
        known += usize::from(out.len() > had);
        rest = after;
    }
    out.push_str(rest);
    (placeholders == 0 || known > 0).then_some(out)
}

/// Returns whether a template has this placeholder.
pub fn has_placeholder(template: &str, name: &str) -> bool {
    let mut rest = template;
    while let Some((_, found, after)) = next_placeholder(rest) {
        if found == name {
            return true;
        }
        rest = after;
    }
    false
}

/// Returns the text before the next placeholder, its name, and the rest.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let inside = text.get(at + 1..)?;
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|end| *end > 0)?;
        let (name, after) = inside.split_at(end);
        Some((text.get(..at)?, name, after.strip_prefix('}')?))
    })
}

/// Adds text that must remain text: a backslash in a number must not become a printer command.
fn push_text(out: &mut String, text: &str) {
    for c in text.chars().filter(|c| !c.is_control()) {
        if c == '\\' { out.push_str("\\x5c") } else { out.push(c) }
    }
}

/// Adds a picture. Printers accept one only at the start of a line, and continue below it.
fn push_picture(out: &mut String, picture: &str) {
    if picture.is_empty() {
        return;
    }
    let is_line_begun = tokens(out).fold(false, |begun, token| match token {
        Token::Char('\n') | Token::Byte(b'\n') => false,
        Token::Char(c) => begun || !c.is_control(),
        Token::Byte(byte) => begun || byte >= b' ',
        Token::Command(_) | Token::Data(_) => begun,
    });
    if is_line_begun {
        out.push('\n');
    }
    out.push_str(picture);
}

/// Builds a receipt in a plain layout.
pub fn built_in(facts: &Facts<'_>) -> String {
    let (title, when, amount) = if facts.refund {
        ("退款凭证", "退款时间", "退款金额")
    } else {
        ("支付凭证", "付款时间", "付款金额")
    };
    let mut out = format!("\\x1b\\x40\\x1b\\x61\\x01\\x1d\\x21\\x11{title}\n\\x1b\\x40\n");
    for (label, value) in [
        ("商户名称", facts.shop),
        ("设备编号", facts.device_id),
        ("账单号", facts.out_trade_no),
        ("退款单号", facts.out_refund_no),
        ("订单号", facts.dm_id),
        ("流水号", facts.pay_id),
        ("付款方式", facts.pay_name),
        (when, facts.time),
    ] {
        if !value.is_empty() {
            out.push_str(label);
            out.push_str(": ");
            push_text(&mut out, value);
            out.push('\n');
        }
    }
    out.push_str(&format!("{amount}: \\x1d\\x21\\x11￥{}\n\\x1b\\x40", yuan(facts.fen)));
    out.push_str("--------------------------------\n客户签字:\n\n\n\\x1b\\x69");
    out
}

/// Marks the receipt as a copy.
pub fn as_copy(printinfo: &str) -> String {
    format!("\\x1b\\x40\\x1b\\x61\\x01补打\n\\x1b\\x40{printinfo}")
}
