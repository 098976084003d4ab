//! Responses as a platform writes them, made by the fuzzer's choices: correct, about another order, amount or
//! device, and damaged on the way.

use encoding_rs::GBK;
use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// The device of the till.
pub const DEVICE: &str = "215117";
/// Orders of the platform.
pub const ORDERS: [&str; 4] = ["dm2032288236", "dm2032288237", "dm2032288238", "2032288236"];

const INFOS: [&str; 12] = [
    "支付成功",
    "支付失败",
    "订单不存在",
    "签名错误",
    "设备不存在",
    "参数错误",
    "系统维护中",
    "系统繁忙",
    "付款码已使用",
    "该订单已支付",
    "需要用户输入支付密码",
    "",
];

const SAMPLES: [&[u8]; 10] = [
    include_bytes!("../../tests/vectors/micropay-paid.xml"),
    include_bytes!("../../tests/vectors/micropay-paid-noremind.xml"),
    include_bytes!("../../tests/vectors/query-order-paid.xml"),
    include_bytes!("../../tests/vectors/refund-done.xml"),
    include_bytes!("../../tests/vectors/bill-refunded-twice.xml"),
    include_bytes!("../../tests/vectors/config.xml"),
    include_bytes!("../../tests/vectors/time.xml"),
    include_bytes!("../../tests/vectors/made-up-login-page.html"),
    include_bytes!("../../tests/vectors/made-up-micropay-paid-gbk.xml"),
    include_bytes!("../../tests/vectors/reprint-of-no-order.txt"),
];

/// A response to a query about this amount, in fen.
pub fn any(u: &mut Unstructured<'_>, asked_fen: i32) -> Result<Vec<u8>> {
    let body = match u.int_in_range(0..=7u8)? {
        0..=2 => order(u, "1", asked_fen)?,
        3 => order(u, "-1", asked_fen)?,
        4 => order(u, "0", asked_fen)?,
        5 => bill(u, asked_fen)?,
        6 => u.choose(&SAMPLES)?.to_vec(),
        _ => {
            let length = u.int_in_range(0..=64usize)?;
            u.bytes(length.min(u.len()))?.to_vec()
        }
    };
    damaged(u, body)
}

fn order(u: &mut Unstructured<'_>, ok: &str, asked_fen: i32) -> Result<Vec<u8>> {
    let dm_id = if u.ratio(1, 8)? { "" } else { u.choose(&ORDERS)? };
    let total = amount(u, asked_fen)?;
    let info = u.choose(&INFOS)?;
    let device = match u.int_in_range(0..=3u8)? {
        0 => String::new(),
        1 => "<paylist><pay><device_id>215118</device_id></pay></paylist>".to_owned(),
        _ => format!("<paylist><pay><device_id>{DEVICE}</device_id></pay></paylist>"),
    };
    Ok(format!(
        "<dm ok=\"{ok}\" info=\"{info}\" dm_id=\"{dm_id}\" total=\"{total}\" pay_type=\"4\" \
         pay_time=\"2026-11-22 18:58:01\" pay_id=\"42000\" printinfo=\"\\x1b\\x40付款 {total}\\r\\n\">{device}</dm>"
    )
    .into_bytes())
}

fn bill(u: &mut Unstructured<'_>, asked_fen: i32) -> Result<Vec<u8>> {
    let mut lines = String::new();
    let mut refunded = 0i64;
    for number in 0..u.int_in_range(0..=3u8)? {
        let fen = i64::from(asked_fen).max(1);
        let fen = if u.ratio(1, 4)? { fen / 2 } else { fen };
        refunded += fen;
        lines += &format!(
            "<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"-{}\" pay_time=\"2026-11-22 18:59:0{number}\" pay_id=\"r{number}\" />",
            yuan(fen)
        );
    }
    if u.ratio(1, 8)? {
        refunded += 1;
    }
    let (dm_id, total) = (u.choose(&ORDERS)?, amount(u, asked_fen)?);
    Ok(format!(
        "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"{total}\" pay_time=\"2026-11-22 18:58:01\" \
         refund_total=\"-{}\"><pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"{total}\" \
         pay_time=\"2026-11-22 18:58:01\" pay_id=\"42000\" />{lines}",
        yuan(refunded)
    )
    .into_bytes())
}

fn amount(u: &mut Unstructured<'_>, asked_fen: i32) -> Result<String> {
    let fen = i64::from(asked_fen);
    Ok(match u.int_in_range(0..=7u8)? {
        0 => yuan(fen + 1),
        1 => yuan(fen * 2),
        2 => format!("{}00", yuan(fen)),
        3 => "0".to_owned(),
        4 => format!("-{}", yuan(fen)),
        _ => yuan(fen),
    })
}

/// Decimal yuan, written without the library.
fn yuan(fen: i64) -> String {
    format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100)
}

fn damaged(u: &mut Unstructured<'_>, mut body: Vec<u8>) -> Result<Vec<u8>> {
    if u.ratio(1, 8)? {
        body = GBK.encode(&String::from_utf8_lossy(&body)).0.into_owned();
    }
    let wounds = if u.ratio(1, 2)? { 0 } else { u.int_in_range(1..=3u8)? };
    for _ in 0..wounds {
        let at = u.int_in_range(0..=body.len())?;
        match u.int_in_range(0..=3u8)? {
            0 => body.truncate(at),
            1 => body.insert(at, u.arbitrary()?),
            2 if at < body.len() => body[at] = u.arbitrary()?,
            _ => {
                let part = body[at..(at + 40).min(body.len())].to_vec();
                body.extend(part);
            }
        }
    }
    Ok(body)
}
