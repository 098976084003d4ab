//! Receipts from the ledger alone, for payments without one from the platform or when it cannot be reached.

use crate::driver::{self, NoBill, Store};
use crate::non_empty::or_empty;
use crate::payment::row::Wallet;
use crate::protocol::config::Config;
use crate::protocol::receipt::{Facts, Placeholders, as_copy, built_in, filled};
use crate::till::error::Error;
use crate::till::ledger::{ChargeRow, ChargeState, RefundState};
use crate::till::pictures::Pictures;
use crate::till::{KnownConfig, Till, clock};

/// The kind of slip to print or show for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// The receipt: the one that the platform sent, else `payremind_template`, filled in.
    Receipt,
    /// A few lines for a window on the screen: `payremind_template_popup`, filled in.
    Popup,
    /// The shop's invitation to pay by phone: `qrcode_template`, filled in.
    Invitation,
    /// The customer's slip for a red packet: `redpack_template`, filled in.
    /// Without that template there is no slip.
    RedPacket,
}

impl Slip {
    const fn template(self) -> &'static str {
        match self {
            Self::Receipt => "payremind_template",
            Self::Popup => "payremind_template_popup",
            Self::Invitation => "qrcode_template",
            Self::RedPacket => "redpack_template",
        }
    }
}

/// The caller's values for the placeholders of a template. They replace
/// those stored with the charge or set at open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Texts.
    pub placeholders: Placeholders,
    /// Pictures.
    pub pictures: Pictures,
}

impl Till {
    /// Returns the slip of a paid bill, as text with escapes; sends nothing. Without a template it has a
    /// plain layout. It is an error if the bill is not known to be paid.
    ///
    /// `copy` marks it as a reprint.
    pub fn slip(&self, out_trade_no: &str, slip: Slip, copy: bool) -> Result<String, Error> {
        self.slip_with(out_trade_no, slip, copy, &Given::default())
    }

    /// Like [`Till::slip`], with the caller's values for a template.
    pub fn slip_with(
        &self,
        out_trade_no: &str,
        slip: Slip,
        copy: bool,
        given: &Given,
    ) -> Result<String, Error> {
        let rows = self.ledger.charges(out_trade_no)?;
        if rows.is_empty() {
            return Err(NoBill::Bill(out_trade_no.to_owned()).into());
        }
        let paid = rows.into_iter().rev().find(|row| row.state == ChargeState::Paid);
        let row = paid.ok_or_else(|| driver::Error::BillNotPaid(out_trade_no.to_owned()))?;
        let text = match (slip, &row.printinfo) {
            (Slip::Receipt, Some(printinfo)) => printinfo.to_string(),
            _ => self.filled_slip(&row, slip, given)?,
        };
        Ok(marked(text, copy))
    }

    /// Returns the receipt of a completed refund, as text with escapes; sends nothing. The config has no
    /// template for refunds, so if the platform sent no receipt, it has a plain layout.
    ///
    /// `copy` marks it as a reprint.
    pub fn refund_slip(&self, out_refund_no: &str, copy: bool) -> Result<String, Error> {
        let row = self.ledger.refund(out_refund_no)?;
        let row = row.filter(|row| row.state == RefundState::Refunded);
        let row = row.ok_or_else(|| NoBill::NotMade(out_refund_no.to_owned()))?;
        if let Some(printinfo) = row.printinfo {
            return Ok(marked(printinfo.into(), copy));
        }
        let known = self.config();
        let time = time_of(row.pay_time.as_deref(), row.ended_ms);
        let facts = Facts {
            refund: true,
            shop: shop(known.as_deref()),
            out_trade_no: or_empty(&row.out_trade_no),
            out_refund_no: &row.out_refund_no,
            dm_id: &row.dm_id,
            pay_id: &row.pay_id,
            pay_name: name_of(&row.wallet, known.as_ref().map(|known| &known.config)),
            time: &time,
            device_id: &row.device_id,
            fen: i64::from(row.refund_fen),
            ..Facts::default()
        };
        Ok(marked(built_in(&facts), copy))
    }

    fn filled_slip(&self, row: &ChargeRow, slip: Slip, given: &Given) -> Result<String, Error> {
        let known = self.config();
        let config = known.as_ref().map(|known| &known.config);
        let time = time_of(row.pay_time.as_deref(), row.ended_ms);
        let template = config.and_then(|config| config.attribute(slip.template())).unwrap_or_default();
        let texts = given.placeholders.or(&row.placeholders);
        let pictures = given.pictures.or(&self.options.pictures);
        let [qrcode, qrcode_logo, qrcode_image] = pictures.drawn(template)?;
        let facts = Facts {
            shop: shop(known.as_deref()),
            out_trade_no: &row.out_trade_no,
            dm_id: or_empty(&row.dm_id),
            pay_id: &row.pay_id,
            pay_name: name_of(&row.wallet, config),
            time: &time,
            device_id: &row.device_id,
            fen: i64::from(row.total_fen),
            tableno: texts.tableno(),
            table: texts.table(),
            // 操作员, the same as the parameter operator_id.
            staff: if texts.staff().is_empty() { &row.operator_id } else { texts.staff() },
            qrcode: &qrcode,
            qrcode_logo: &qrcode_logo,
            qrcode_image: &qrcode_image,
            ..Facts::default()
        };
        match (filled(template, &facts), slip) {
            (Some(text), _) => Ok(text),
            // The plain layout is a receipt, not a red packet.
            (None, Slip::RedPacket) => Err(Error::NoReceipt { stored: None }),
            (None, _) => Ok(built_in(&facts)),
        }
    }
}

/// The display name of a payment type. Rows of earlier schema versions have no name.
fn name_of<'a>(wallet: &'a Wallet, config: Option<&'a Config>) -> &'a str {
    if let Some(name) = &wallet.pay_name {
        return name;
    }
    let known = config.and_then(|config| config.pay_type_named(&wallet.paytype));
    known.map_or(&wallet.paytype, |pay_type| &pay_type.name)
}

fn shop(known: Option<&KnownConfig>) -> &str {
    known.map_or("", |known| &known.config.client_name)
}

/// The platform's time, or this till's if the platform sent none.
fn time_of(platform: Option<&str>, ended_ms: Option<i64>) -> String {
    platform.map(str::to_owned).or_else(|| ended_ms.map(clock::stamp)).unwrap_or_default()
}

fn marked(text: String, copy: bool) -> String {
    if copy { as_copy(&text) } else { text }
}
