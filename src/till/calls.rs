//! The calls that move no money: time, queries, bill, reprint.

use crate::driver;
use crate::driver::{Found, Store, Which};
use crate::payment::charge::Amount;
use crate::payment::row::Wallet;
use crate::payment::{Delivery, Millis};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{self, AnswerError, Order, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, Bill, BillAnswer};
use crate::protocol::receipt;
use crate::protocol::request::{self, Extra, Request};
use crate::protocol::sentences::Class;
use crate::protocol::text::decode_answer;
use crate::till::error::Error;
use crate::till::{Till, clock};

/// The platform's clock and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformTime {
    /// The platform's Beijing time, `20180710164245`.
    pub time: String,
    /// How many seconds this machine is ahead of it.
    pub ahead_s: i64,
}

/// What the platform says about a payment that it is asked about once. One answer alone proves a payment, and a
/// failure only where it names the order that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Paid, with the amount that was expected.
    Paid(Order),
    /// That very order failed.
    NotPaid(Order),
    /// The customer is still paying.
    Paying(Order),
    /// Failed or not found; one answer cannot tell.
    NotKnown(Order),
    /// Paid, but not this amount or not this order. With the difference.
    Mismatch(Order, String),
}

impl Till {
    /// Completes the names of a payment type from the config, as far as they say which one it is.
    pub fn completed(&self, mut wallet: Wallet) -> Wallet {
        let Some(known) = self.config() else { return wallet };
        let named = known.config.pay_type_named(&wallet.paytype);
        let Some(of_config) = named.or_else(|| known.config.pay_type_numbered(&wallet.pay_type)) else {
            return wallet;
        };
        let Wallet { paytype, pay_type, pay_name } = &mut wallet;
        for (name, known) in
            [(paytype, &of_config.code), (pay_type, &of_config.number), (pay_name, &of_config.name)]
        {
            if name.is_empty() {
                name.clone_from(known);
            }
        }
        wallet
    }

    /// How a bill was paid: by what this ledger sent for it, where it is of this ledger, and by what the bill says.
    pub fn wallet_of(&self, which: &Which, bill: &Bill) -> Result<Wallet, Error> {
        let mut wallet = self.find(which)?.wallet;
        wallet.learn(&bill.pay_type, &bill.pay_name);
        Ok(self.completed(wallet))
    }

    /// Asks for the platform's time (section 3).
    pub fn platform_time(&self) -> Result<PlatformTime, Error> {
        let device = self.device()?;
        let body = self.question(&request::time(&device.id))?;
        let time = answer::time(&body)?.map_err(driver::Error::Refused)?;
        let ahead_s = clock::ahead_of(&time, clock::wall()).ok_or(AnswerError::Incomplete("time"))?;
        self.log.info(&format!("time platform={time} ahead_s={ahead_s}"));
        Ok(PlatformTime { time, ahead_s })
    }

    /// Asks once about the payment of an auth code (section 3.2.1). Writes nothing.
    pub fn query_by_auth_code(
        &self,
        code: &AuthCode,
        total: Fen,
        paytype: &str,
        noremind: bool,
        extra: &Extra,
    ) -> Result<Asked, Error> {
        let device = self.device()?;
        let query = request::query_by_auth_code(&device, code, paytype, noremind, extra);
        let body = self.question(&query)?;
        asked(answer::pay_about(code, &body)?, total, None)
    }

    /// Asks once about an order of the platform (section 3.2.2). Writes nothing.
    pub fn query_by_order(
        &self,
        dm_id: &str,
        total: Fen,
        paytype: &str,
        noremind: bool,
        extra: &Extra,
    ) -> Result<Asked, Error> {
        let device = self.device()?;
        let query = request::query_by_order(&device, dm_id, paytype, noremind, extra);
        let body = self.question(&query)?;
        asked(answer::pay(&body)?, total, Some(dm_id))
    }

    /// Reads a bill with all its lines (section 3.4).
    pub fn read_bill(&self, which: &Which, extra: &Extra) -> Result<Bill, Error> {
        let found = self.find(which)?;
        let device = self.device()?;
        let body = self.question_about(&found, &request::read(&device, &found.dm_id, extra))?;
        match bill::read(&body)? {
            BillAnswer::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == found.dm_id => Ok(bill),
            BillAnswer::Found(bill) => {
                Err(driver::Error::NoBill(format!("answered about the order {}", bill.dm_id)).into())
            }
            BillAnswer::NotFound(info) => Err(driver::Error::NoBill(info).into()),
            BillAnswer::Refused(info) => Err(driver::Error::Refused(info).into()),
        }
    }

    /// Asks for the receipt of an order once more (section 3.5), as text with escapes. Where the platform has none
    /// (note 10), the ledger's is in the error.
    pub fn reprint(&self, which: &Which) -> Result<String, Error> {
        let found = self.find(which)?;
        let body = self.question_about(&found, &request::reprint(&found.dm_id));
        let text = body.map(|body| decode_answer(&body).unwrap_or_default().into_owned());
        let stored = || -> Result<Option<String>, Error> {
            let row = self.ledger.charge_of_order(&found.dm_id)?;
            Ok(row.map(|row| row.printinfo).filter(|receipt| !receipt.is_empty()))
        };
        match text {
            Ok(text) if is_receipt(&text) => Ok(text),
            Ok(_) => Err(Error::NoReceipt { stored: stored()? }),
            Err(error) => match stored()? {
                Some(receipt) => Err(Error::NoReceipt { stored: Some(receipt) }),
                None => Err(error),
            },
        }
    }

    fn question(&self, request: &Request) -> Result<Vec<u8>, Error> {
        answered(self.http.ask(request, Millis::MAX))
    }

    /// Asks the server that has the order.
    fn question_about(&self, found: &Found, request: &Request) -> Result<Vec<u8>, Error> {
        let server = driver::server_of_order(self, found)?;
        answered(self.http.ask_there(&server, request, Millis::MAX))
    }
}

fn answered(delivery: Delivery<Vec<u8>>) -> Result<Vec<u8>, Error> {
    match delivery {
        Delivery::Answer(body) => Ok(body),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => Err(driver::Error::NoAnswer(reason).into()),
        Delivery::NotSent(reason) => Err(driver::Error::NotSent(reason).into()),
    }
}

fn asked(answer: PayAnswer, total: Fen, dm_id: Option<&str>) -> Result<Asked, Error> {
    if let PayAnswer::Done(order) = &answer
        && let Amount::Contradicted(difference) = Amount::of(order)
    {
        return Ok(Asked::Mismatch(order.clone(), difference));
    }
    let other = |order: &Order| dm_id.is_some_and(|dm_id| !order.dm_id.is_empty() && order.dm_id != dm_id);
    Ok(match answer {
        PayAnswer::Refused(info) => return Err(driver::Error::Refused(info).into()),
        PayAnswer::Failed(order) if order.class == Class::Trouble => {
            return Err(AnswerError::Trouble(order.info).into());
        }
        PayAnswer::Done(order) if dm_id.is_none() && order.dm_id.is_empty() => {
            return Err(AnswerError::Incomplete("dm_id").into());
        }
        PayAnswer::Done(order) if order.total_fen.is_none() => {
            return Err(AnswerError::Incomplete("total").into());
        }
        PayAnswer::Done(order) if other(&order) => {
            let difference = format!("answered about the order {}", order.dm_id);
            Asked::Mismatch(order, difference)
        }
        PayAnswer::Done(order) if order.total_fen != Some(i64::from(total.get())) => {
            let paid = order.total_fen.unwrap_or_default();
            Asked::Mismatch(order, format!("expected {} fen, paid {paid}", total.get()))
        }
        PayAnswer::Done(order) if order.class == Class::PaidOtherwise => {
            let difference = order.info.clone();
            Asked::Mismatch(order, difference)
        }
        PayAnswer::Paying(order) => Asked::Paying(order),
        PayAnswer::Done(order) if order.class == Class::Paying => Asked::Paying(order),
        PayAnswer::Done(order) => Asked::Paid(order),
        PayAnswer::Failed(order) if dm_id == Some(order.dm_id.as_str()) && order.class.is_final() => {
            Asked::NotPaid(order)
        }
        PayAnswer::Failed(order) => Asked::NotKnown(order),
    })
}

/// A receipt is text; a page or an XML answer in its place is none, nor is that of no order.
fn is_receipt(text: &str) -> bool {
    let text = text.trim_start();
    !text.is_empty() && !text.starts_with('<') && !receipt::is_of_no_order(text)
}
