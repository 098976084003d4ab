//! Findings that need a payment: each is of 0.01 yuan, and made only after asking.

use std::sync::Arc;
use std::time::Instant;

use wsy::driver::Context;
use wsy::non_empty::or_empty;
use wsy::protocol::amount::{Fen, parse_yuan};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::config::PayType;
use wsy::protocol::dialect::ReprintNumber;
use wsy::protocol::receipt::{self, Placeholders};
use wsy::protocol::request::{self, Device, Extra, Goods};
use wsy::protocol::response::{self, PayResponse};
use wsy::protocol::text::decode_response;
use wsy::protocol::xml::{self, Element};
use wsy::till::code::Language;
use wsy::till::{
    ChargeReport, ChargeRequest, ChargeVerdict, Error, Insist, PayTypeChoice, RefundRequest, RefundVerdict,
    Till, Which,
};

use super::finding::Finding;
use super::person::Person;
use super::transcript::Transcript;
use crate::failure::Failure;
use crate::progress;
use crate::wording::pick;

/// The smallest amount there is, in fen.
const LEAST_FEN: i32 = 1;

pub struct Payments<'a> {
    pub till: Arc<Till>,
    pub transcript: &'a Transcript,
    pub language: Language,
    /// The prefix of the numbers of bills and refunds.
    pub number: String,
}

impl Payments<'_> {
    /// Makes a charge, every query about it, and its refund.
    pub fn plain(&self, person: &mut Person) -> Result<Vec<Finding>, Failure> {
        let Some(paid) = self.charge(person, "1", Goods::None)? else { return Ok(Vec::new()) };
        let dm_id = or_empty(&paid.row.dm_id);
        let mut found = vec![total_fee(&self.heard("micropay"), self.language)];
        self.till.query_by_order(
            dm_id,
            false,
            least()?,
            &paid.row.wallet.paytype,
            false,
            &Extra::default(),
        )?;
        self.till.read_bill(&order(dm_id), &Extra::default())?;
        found.push(self.reprint(dm_id)?);
        found.extend(self.other_device(person, dm_id)?);
        found.extend(self.refund(person, "1", dm_id)?);
        Ok(found)
    }

    /// Charges with a list of bar codes, and refunds. Returns whether it was accepted; `None` if it was
    /// skipped.
    pub fn with_goods(
        &self,
        person: &mut Person,
        barcode: &str,
        turn: &str,
    ) -> Result<Option<bool>, Failure> {
        let goods = Goods::gs1(barcode).map_err(Error::from)?;
        let asked = self.asked();
        let paid = self.charge(person, turn, goods)?;
        let taken = paid.is_some();
        if let Some(paid) = paid {
            self.refund(person, turn, or_empty(&paid.row.dm_id))?;
        }
        Ok((taken || self.asked() > asked).then_some(taken))
    }

    /// The number of charges that the platform has answered.
    fn asked(&self) -> usize {
        self.transcript.text().matches("action=micropay").count()
    }

    /// Charges a code that is scanned; `None` if none is. An undecided charge is left to `settle`.
    fn charge(&self, person: &mut Person, turn: &str, goods: Goods) -> Result<Option<ChargeReport>, Failure> {
        let Some(auth_code) = self.scanned(person)? else { return Ok(None) };
        let request = ChargeRequest {
            out_trade_no: format!("{}-{turn}", self.number),
            auth_code,
            total: least()?,
            paytype: self.pay_type(person)?,
            goods,
            noremind: false,
            extra: Extra::default(),
            placeholders: Placeholders::default(),
            insist: Insist::No,
            deadline_ms: None,
        };
        let token = self.till.cancellation_token();
        let report = progress::shown(&token, self.language, || self.till.charge(request, &token))?;
        person.says(&match report.verdict {
            ChargeVerdict::Paid => pick(self.language, "已支付。".to_owned(), "Paid.".to_owned()),
            ChargeVerdict::NotPaid => {
                let reason = &report.row.reason;
                pick(self.language, format!("未支付：{reason}"), format!("Not paid: {reason}"))
            }
            _ => pick(
                self.language,
                "结果未知，款项可能已经变动！请稍后运行 wsyctl settle。".to_owned(),
                "Unknown: MONEY MAY HAVE MOVED. Run wsyctl settle in a moment.".to_owned(),
            ),
        });
        Ok(Some(report).filter(|report| report.verdict == ChargeVerdict::Paid))
    }

    /// The payment type to charge: if the config has a rule that cannot be read, the person chooses.
    fn pay_type(&self, person: &mut Person) -> Result<PayTypeChoice, Failure> {
        let Some(known) = self.till.config() else { return Ok(PayTypeChoice::ByCode) };
        let all = &known.config.pay_types;
        if all.iter().all(PayType::is_readable) {
            return Ok(PayTypeChoice::ByCode);
        }
        let list: Vec<String> = all.iter().map(|one| format!("{} {}", one.code, one.name)).collect();
        let list = list.join(", ");
        let ask = pick(
            self.language,
            format!("这个码属于哪种支付方式？输入代码，直接回车则为第一种：{list}"),
            format!("Which payment type does the code belong to? Type it; Enter takes the first: {list}"),
        );
        let first = || all.first().map(|one| one.code.clone()).unwrap_or_default();
        Ok(PayTypeChoice::ForAnyCode(person.answers(&ask)?.unwrap_or_else(first)))
    }

    /// Reads a code from the scanner, with as many tries as it takes; `None` if none is scanned.
    fn scanned(&self, person: &mut Person) -> Result<Option<AuthCode>, Failure> {
        let ask = pick(
            self.language,
            "收款 0.01 元：请扫描你自己手机上的付款码（直接回车则略过）",
            "A payment of 0.01 yuan: scan the code on your own phone (Enter skips it)",
        );
        while let Some(code) = person.answers(ask)? {
            match AuthCode::parse(&code) {
                Ok(code) => return Ok(Some(code)),
                Err(error) => person.says(Failure::from(Error::from(error)).sentences(self.language).0),
            }
        }
        Ok(None)
    }

    /// Refunds an order of 0.01 yuan, and checks how the refund shows.
    fn refund(&self, person: &mut Person, turn: &str, dm_id: &str) -> Result<Vec<Finding>, Failure> {
        let wants = pick(
            self.language,
            "把这 0.01 元退回？输入 y 退款，直接回车则不退",
            "Refund this 0.01 yuan? y refunds it, Enter keeps the payment",
        );
        if !person.agrees(wants)? {
            return Ok(Vec::new());
        }
        let request = RefundRequest {
            out_refund_no: format!("{}-R{turn}", self.number),
            bill: order(dm_id),
            refund: least()?,
            paytype: None,
            extra: Extra::default(),
            deadline_ms: None,
        };
        let token = self.till.cancellation_token();
        let begun = Instant::now();
        let report = progress::shown(&token, self.language, || self.till.refund(request, &token))?;
        let seconds = begun.elapsed().as_secs();
        if report.verdict != RefundVerdict::Refunded {
            person.says(pick(
                self.language,
                "退款没有结果。请稍后运行 wsyctl settle。",
                "The refund is not decided. Run wsyctl settle in a moment.",
            ));
        }
        let _ = self.till.read_bill(&order(dm_id), &Extra::default());
        // The document reads refunded orders instead of querying them; the query's response is for the
        // record.
        let device = self.device()?;
        let said = self.till.ask(&request::query_by_order(&device, dm_id, "", true, &Extra::default()));
        let said = said.ok().and_then(|body| response::pay(&xml::with_end_tag(body)).ok()).map(info);
        let said = said.unwrap_or_default();
        Ok(vec![
            bill_lines(&self.heard("read"), self.language),
            Finding::expected(
                "refund",
                pick(
                    self.language,
                    format!("{seconds} 秒后账单里看得到；再查询这笔订单，平台回答：{said}"),
                    format!("shown by the bill after {seconds} s; a query then says: {said}"),
                ),
            ),
        ])
    }

    fn reprint(&self, dm_id: &str) -> Result<Finding, Failure> {
        let name = "reprint_number";
        let is_receipt = |number| {
            let body = self.till.ask(&request::reprint(dm_id, number, 0))?;
            let text = decode_response(&body).unwrap_or_default();
            let is_one = !text.trim().is_empty() && !text.trim_start().starts_with('<');
            Ok::<_, Failure>(is_one && !receipt::is_of_no_order(&text))
        };
        Ok(if is_receipt(ReprintNumber::Bare)? {
            Finding::expected(name, pick(self.language, "不带 dm 的单号", "the number without dm"))
        } else if is_receipt(ReprintNumber::Whole)? {
            let seen = pick(self.language, "带 dm 的单号", "the number with dm");
            Finding::mended_by(name, seen, "reprint_number", "whole")
        } else {
            let why = pick(self.language, "两种单号都补打不出", "neither number gives a receipt");
            Finding::not_shown(name, why)
        })
    }

    /// Whether another device of the shop may query the order.
    fn other_device(&self, person: &mut Person, dm_id: &str) -> Result<Option<Finding>, Failure> {
        let name = "own_device_only";
        let Some(words) = person.answers(pick(
            self.language,
            "若有同一商户的另一台设备，请输入它的设备编号和密钥，中间用空格隔开（直接回车则略过）",
            "If the shop has another device, type its number and key with a space between (Enter skips it)",
        ))?
        else {
            return Ok(None);
        };
        let (id, key) = words.split_once(' ').unwrap_or((&words, ""));
        let dialect = self.device()?.dialect;
        let device = Device { dialect, ..Device::new(id, key.trim()) };
        let body = self.till.ask(&request::query_by_order(&device, dm_id, "", true, &Extra::default()))?;
        let response = response::pay(&xml::with_end_tag(body)).map_err(Error::from)?;
        Ok(Some(if matches!(&response, PayResponse::Done(order) if order.dm_id == dm_id) {
            Finding::expected(name, pick(self.language, "别的设备也查得到", "other devices see it too"))
        } else {
            let info = info(response);
            Finding::otherwise(
                name,
                pick(
                    self.language,
                    format!("别的设备查不到（{info}）；换设备前请先查清未决的款项"),
                    format!(
                        "other devices do not see it ({info}): settle what is open before a till becomes another device"
                    ),
                ),
            )
        }))
    }

    fn heard(&self, action: &str) -> Vec<u8> {
        self.transcript.last(action).unwrap_or_default()
    }

    fn device(&self) -> Result<Device, Failure> {
        let none = || Error::from(wsy::driver::Error::NotActivated);
        Ok(Context::device(&*self.till).ok_or_else(none)?)
    }
}

fn least() -> Result<Fen, Error> {
    Ok(Fen::new(LEAST_FEN)?)
}

fn order(dm_id: &str) -> Which {
    Which { out_trade_no: None, dm_id: Some(dm_id.to_owned()), any_number: false }
}

fn info(response: PayResponse) -> String {
    match response {
        PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order) => order.info,
        PayResponse::Refused(info) => info,
    }
}

/// `total_fee` in fen next to `total` in yuan.
fn total_fee(body: &[u8], language: Language) -> Finding {
    let name = "total_fee";
    let text = decode_response(body).unwrap_or_default();
    let root = xml::parse(&text).unwrap_or_default();
    let total = root.attribute("total").and_then(|total| parse_yuan(total).ok());
    let pay = root.child("paylist").and_then(|list| list.child("pay"));
    let fee = pay.and_then(|pay| pay.child("total_fee")).map(|fee| fee.text.trim().to_owned());
    match (fee, total) {
        (Some(fee), Some(total)) if fee == total.to_string() => {
            Finding::expected(name, pick(language, "以分为单位", "it is in fen"))
        }
        (Some(fee), total) => Finding::otherwise(name, format!("total_fee={fee}, total={total:?}")),
        (None, _) => Finding::not_shown(name, pick(language, "答复里没有", "the response has none")),
    }
}

/// Whether the lines of the last bill add up to the totals above them.
fn bill_lines(body: &[u8], language: Language) -> Finding {
    let name = "bill_lines";
    let text = decode_response(body).unwrap_or_default();
    let root = xml::parse(&text).unwrap_or_default();
    let fen = |element: &Element<'_>, name| {
        element.attribute(name).and_then(|yuan| parse_yuan(yuan).ok()).unwrap_or_default()
    };
    let (mut paid, mut refunded) = (0, 0);
    for line in root.children("pay").map(|line| fen(line, "pay_total")) {
        if line < 0 { refunded += line } else { paid += line }
    }
    let adds_up = (paid, refunded) == (fen(&root, "pay_total"), fen(&root, "refund_total"));
    let seen = pick(
        language,
        format!("各行相加：付 {paid} 分，退 {refunded} 分"),
        format!("the lines add up to {paid} fen paid and {refunded} fen refunded"),
    );
    if adds_up { Finding::expected(name, seen) } else { Finding::otherwise(name, seen) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lack_a_discount_do_not_add_up() {
        let bill = |paid: &str, refunded: &str| {
            let body = format!(
                "<dm ok=\"1\" pay_total=\"10.00\" refund_total=\"-4.00\"><pay pay_total=\"{paid}\" />\
                 <pay pay_total=\"{refunded}\" /></dm>"
            );
            bill_lines(body.as_bytes(), Language::En).is_otherwise()
        };
        assert!(!bill("10.00", "-4.00"));
        assert!(bill("9.00", "-4.00") && bill("10.00", "-3.60"));
    }

    #[test]
    fn a_fee_that_is_not_in_fen_is_found() {
        let response = |fee: &str| {
            let fee = format!("<total_fee>{fee}</total_fee>");
            let body = format!("<dm ok=\"1\" total=\"0.01\"><paylist><pay>{fee}</pay></paylist></dm>");
            total_fee(body.as_bytes(), Language::En).is_otherwise()
        };
        assert!(!response("1") && response("0.01") && response(""));
        assert!(!total_fee(b"<dm ok=\"1\" total=\"0.01\" />", Language::En).is_otherwise());
    }
}
