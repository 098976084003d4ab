//! The platform's answers as text, in the forms of the document's samples.

use std::fmt::Write;

use super::{Order, Style};
use crate::Ms;

/// What the platform says to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// Paid.
    Paid,
    /// The customer is paying.
    Paying,
    /// The payment failed.
    Failed,
    /// The customer has no money.
    NoMoney,
    /// No such code, or one that is too old.
    BadCode,
    /// The code was used before.
    Used,
    /// No such order.
    NotFound,
    /// Refunded.
    Refunded,
    /// The refund failed.
    RefundFailed,
    /// The refund failed, for good.
    RefundTooLate,
    /// The order is not paid.
    OrderNotPaid,
    /// Maintenance.
    Maintenance,
    /// The sign is wrong.
    Sign,
    /// There is no such device.
    NoDevice,
}

impl Phrase {
    const ALL: [Self; 14] = [
        Self::Paid,
        Self::Paying,
        Self::Failed,
        Self::NoMoney,
        Self::BadCode,
        Self::Used,
        Self::NotFound,
        Self::Refunded,
        Self::RefundFailed,
        Self::RefundTooLate,
        Self::OrderNotPaid,
        Self::Maintenance,
        Self::Sign,
        Self::NoDevice,
    ];

    /// In words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Paid => "支付成功",
            Self::Paying => "用户支付中",
            Self::Failed => "支付失败",
            Self::NoMoney => "余额不足",
            Self::BadCode => "授权码无效",
            Self::Used => "授权码已使用",
            Self::NotFound => "订单不存在",
            Self::Refunded => "退款成功",
            Self::RefundFailed => "退款失败",
            Self::RefundTooLate => "超过退款期限",
            Self::OrderNotPaid => "订单未支付",
            Self::Maintenance => "系统维护中",
            Self::Sign => "签名错误",
            Self::NoDevice => "设备不存在",
        }
    }

    const fn gbk(self) -> &'static [u8] {
        match self {
            Self::Paid => b"\xd6\xa7\xb8\xb6\xb3\xc9\xb9\xa6",
            Self::Paying => b"\xd3\xc3\xbb\xa7\xd6\xa7\xb8\xb6\xd6\xd0",
            Self::Failed => b"\xd6\xa7\xb8\xb6\xca\xa7\xb0\xdc",
            Self::NoMoney => b"\xd3\xe0\xb6\xee\xb2\xbb\xd7\xe3",
            Self::BadCode => b"\xca\xda\xc8\xa8\xc2\xeb\xce\xde\xd0\xa7",
            Self::Used => b"\xca\xda\xc8\xa8\xc2\xeb\xd2\xd1\xca\xb9\xd3\xc3",
            Self::NotFound => b"\xb6\xa9\xb5\xa5\xb2\xbb\xb4\xe6\xd4\xda",
            Self::Refunded => b"\xcd\xcb\xbf\xee\xb3\xc9\xb9\xa6",
            Self::RefundFailed => b"\xcd\xcb\xbf\xee\xca\xa7\xb0\xdc",
            Self::RefundTooLate => b"\xb3\xac\xb9\xfd\xcd\xcb\xbf\xee\xc6\xda\xcf\xde",
            Self::OrderNotPaid => b"\xb6\xa9\xb5\xa5\xce\xb4\xd6\xa7\xb8\xb6",
            Self::Maintenance => b"\xcf\xb5\xcd\xb3\xce\xac\xbb\xa4\xd6\xd0",
            Self::Sign => b"\xc7\xa9\xc3\xfb\xb4\xed\xce\xf3",
            Self::NoDevice => b"\xc9\xe8\xb1\xb8\xb2\xbb\xb4\xe6\xd4\xda",
        }
    }

    /// A refusal of a request, which says nothing about a payment.
    pub fn refusal(self) -> Vec<u8> {
        format!("<dm ok=\"0\" info=\"{}\" />", self.text()).into_bytes()
    }
}

/// The same answer in GBK. Answers hold no other Chinese than one phrase.
pub fn gbk(answer: &[u8]) -> Vec<u8> {
    for phrase in Phrase::ALL {
        let utf8 = phrase.text().as_bytes();
        if let Some(at) = answer.windows(utf8.len()).position(|part| part == utf8) {
            return [&answer[..at], phrase.gbk(), &answer[at + utf8.len()..]].concat();
        }
    }
    answer.to_vec()
}

/// Decimal yuan as fen.
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

/// Writes into a text, which cannot fail.
macro_rules! put {
    ($out:expr, $($part:tt)*) => { let _ = write!($out, $($part)*); };
}

/// Every sample of a payment or refund is closed.
fn end(mut out: String) -> Vec<u8> {
    out.push_str("</dm>");
    out.into_bytes()
}

fn receipt(out: &mut String, dm: u64, device: u32, fen: i64) {
    put!(
        out,
        "<ok>1</ok>\n<paylist>\n<pay>\n<id>{dm}</id>\n<device_id>{device}</device_id>\n<total_fen>{fen}</total_fen>\n\
         </pay>\n</paylist>\n"
    );
}

/// A paid order.
pub fn paid(dm: u64, order: &Order, total: i64, plain: bool) -> Vec<u8> {
    let mut out = String::with_capacity(384);
    let at = Time(order.end.map_or(order.made, |(at, _)| at));
    put!(
        out,
        "<dm ok=\"1\" info=\"{}\" dm_id=\"dm{dm}\" total=\"{}\" pay_type=\"4\" pay_time=\"{at}\" pay_id=\"4200{dm}\" \
         no=\"\">\n",
        Phrase::Paid.text(),
        Yuan(total)
    );
    if !plain {
        receipt(&mut out, dm, order.device, total);
    }
    end(out)
}

/// An order whose customer is still paying.
pub fn paying(dm: u64, order: &Order, style: Style) -> Vec<u8> {
    let mut out = String::with_capacity(384);
    put!(
        out,
        "<dm ok=\"-1\" info=\"{}\" dm_id=\"dm{dm}\" total=\"{}\">\n",
        Phrase::Paying.text(),
        Yuan(order.fen)
    );
    if style.paying_names_device {
        receipt(&mut out, dm, order.device, order.fen);
    }
    end(out)
}

/// Something that failed, or is not there.
pub fn failed(phrase: Phrase, dm: Option<u64>, device: u32) -> Vec<u8> {
    let mut out = String::with_capacity(128);
    put!(out, "<dm ok=\"0\" info=\"{}\"", phrase.text());
    if let Some(dm) = dm {
        put!(out, " dm_id=\"dm{dm}\">\n");
        receipt(&mut out, dm, device, 0);
        return end(out);
    }
    out.push_str(" />");
    out.into_bytes()
}

/// A refund.
pub fn refunded(dm: u64, fen: i64, now: Ms) -> Vec<u8> {
    let mut out = String::with_capacity(192);
    put!(
        out,
        "<dm ok=\"1\" info=\"{}\" dm_id=\"dm{dm}\" pay_type=\"4\" pay_time=\"{}\" total=\"{}\" pay_id=\"4200{dm}\" \
         type_id=\"2\">\n",
        Phrase::Refunded.text(),
        Time(now),
        Yuan(-fen)
    );
    end(out)
}

/// A bill with its lines. The number of a refund is the order's and the time in seconds.
pub fn bill(dm: u64, order: &Order, now: Ms, style: Style) -> Vec<u8> {
    let mut out = String::with_capacity(512);
    let paid = Time(order.end.map_or(order.made, |(at, _)| at));
    let total = Yuan(order.fen);
    put!(out, "<dm ok=\"1\" dm_id=\"dm{dm}\" pay_total=\"{total}\" pay_time=\"{paid}\" no=\"\"");
    let refunds = || order.refunds.iter().filter(|line| line.at <= now);
    let refunded: i64 = refunds().map(|line| line.fen).sum();
    if refunded > 0 {
        put!(out, " refund_total=\"{}\"", Yuan(-refunded));
    }
    put!(out, ">\n<pay pay_type=\"4\" pay_total=\"{total}\" pay_time=\"{paid}\" pay_id=\"4200{dm}\" />\n");
    for line in refunds() {
        let (seconds, amount) = (1_524_314_000 + line.at / 1_000, Yuan(-line.fen));
        put!(
            out,
            "<pay pay_type=\"4\" pay_total=\"{amount}\" pay_time=\"{}\" pay_id=\"dm{dm}{seconds}\" />\n",
            Time(line.at)
        );
    }
    // Samples of a bill are not.
    if style.closes { end(out) } else { out.into_bytes() }
}
