//! The calls that move no money: time, queries, bill, reprint.

use crate::chain::chain;
use crate::driver::{self, Found, NoBill, Store, Which};
use crate::payment::charge::Amount;
use crate::payment::row::Wallet;
use crate::payment::{Delivery, Millis};
use crate::protocol::amount::{Fen, yuan};
use crate::protocol::answer::{self, AnswerError, Order, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, Bill, BillAnswer};
use crate::protocol::order_number;
use crate::protocol::receipt;
use crate::protocol::request::{self, Extra, Request};
use crate::protocol::sentences::Class;
use crate::protocol::text::decode_answer;
use crate::till::error::Error;
use crate::till::{Till, Watcher, clock};

/// The platform's clock and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformTime {
    /// The platform's Beijing time, `20180710164245`.
    pub time: String,
    /// How many seconds this machine is ahead of it.
    pub ahead_s: i64,
}

/// What the platform says about a payment that it is asked about once. One answer alone proves a payment, and
/// a failure only where it names the order that was asked for.
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
    /// It was paid, and money went back. With the bill, which is read in place of
    /// a query then (section 3.4), or why there is none.
    Refunded(Order, Result<Box<Bill>, String>),
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

    /// How a bill was paid: by what this ledger sent for it, where it
    /// is of this ledger, and by what the bill says.
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
        self.told(asked(answer::pay_about(code, &body)?, total, None)?, total)
    }

    /// Asks once about an order of the platform (section 3.2.2), whose number
    /// is read like that of a [`Which`]. Writes nothing.
    pub fn query_by_order(
        &self,
        dm_id: &str,
        any_number: bool,
        total: Fen,
        paytype: &str,
        noremind: bool,
        extra: &Extra,
    ) -> Result<Asked, Error> {
        let dm_id = self.order_number(dm_id, any_number)?;
        let device = self.device()?;
        let query = request::query_by_order(&device, &dm_id, paytype, noremind, extra);
        let body = self.question(&query)?;
        self.told(asked(answer::pay(&body)?, total, Some(&dm_id))?, total)
    }

    /// What a question came to, with the bill of an order that was refunded.
    fn told(&self, asked: Asked, total: Fen) -> Result<Asked, Error> {
        let order = match asked {
            Asked::Refunded(order, _) if !order.dm_id.is_empty() => order,
            asked => return Ok(asked),
        };
        let which = Which { dm_id: Some(order.dm_id.clone()), any_number: true, ..Which::default() };
        Ok(match self.read_bill(&which, &Extra::default()) {
            Ok(bill) if bill.pay_total_fen != i64::from(total.get()) => {
                let difference = not_of(total, bill.pay_total_fen);
                Asked::Mismatch(order, difference)
            }
            Ok(bill) if bill.refunded_fen == 0 => {
                let difference = format!("answered {}, and its bill shows no refund", order.info);
                Asked::Mismatch(order, difference)
            }
            Ok(bill) => Asked::Refunded(order, Ok(Box::new(bill))),
            Err(error) => Asked::Refunded(order, Err(chain(&error))),
        })
    }

    /// Reads a bill with all its lines (section 3.4).
    pub fn read_bill(&self, which: &Which, extra: &Extra) -> Result<Bill, Error> {
        let found = self.find(which)?;
        let device = self.device()?;
        let body = self.question_about(&found, &request::read(&device, &found.dm_id, extra))?;
        match bill::read(&body)? {
            BillAnswer::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == found.dm_id => Ok(bill),
            BillAnswer::Found(bill) => Err(driver::Error::from(NoBill::Other(bill.dm_id)).into()),
            BillAnswer::NotFound(info) => Err(driver::Error::from(NoBill::NotThere(info)).into()),
            BillAnswer::Refused(info) => Err(driver::Error::Refused(info).into()),
        }
    }

    /// Asks for the receipt of an order once more (section 3.5), as text with escapes. Where the platform has
    /// none (note 10), the ledger's is in the error.
    pub fn reprint(&self, which: &Which, custom_series: u32) -> Result<String, Error> {
        let found = self.find(which)?;
        let number = self.options.dialect.reprint_number;
        let body = self.question_about(&found, &request::reprint(&found.dm_id, number, custom_series));
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

    /// Has every exchange with the platform from now on seen by this one, with all its secrets.
    pub fn watch(&self, watcher: Watcher) {
        self.http.watch(watcher);
    }

    /// Asks the platform something that moves no money, and gives its answer as it came.
    pub fn ask(&self, request: &Request) -> Result<Vec<u8>, Error> {
        self.question(request)
    }

    /// The platform's number of the order that a caller names. What this till has dealt with needs no rule:
    /// its orders, with their `dm` or without, and the channel's transactions (`pay_id`) that paid them. Any
    /// other number has to fit the config's `cancelregex`, unless the caller
    /// insists on `any_number`; it is then taken as it is.
    fn order_number(&self, given: &str, any_number: bool) -> Result<String, Error> {
        let number = if any_number { Some(given.to_owned()) } else { self.meant_number(given)? };
        number.filter(|number| driver::is_number(number)).ok_or_else(|| {
            // Somebody may have scanned the customer's code.
            let shown = AuthCode::parse(given).map_or_else(|_| given.to_owned(), |code| code.masked());
            Error::OrderNumber(shown)
        })
    }

    fn meant_number(&self, given: &str) -> Result<Option<String>, Error> {
        for number in order_number::spellings(given) {
            if self.ledger.knows_order(&number)? {
                return Ok(Some(number));
            }
        }
        if let Some(dm_id) = self.ledger.order_of_channel(given.trim())? {
            return Ok(Some(dm_id));
        }
        let known = self.config();
        Ok(order_number::fitting(given, known.as_deref().map(|known| &known.config)))
    }

    /// The bill that a call names, with the platform's number of it.
    pub(super) fn named(&self, which: &Which) -> Result<Which, Error> {
        let dm_id = which.dm_id.as_deref().map(|given| self.order_number(given, which.any_number));
        Ok(Which { dm_id: dm_id.transpose()?, ..which.clone() })
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
        PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order)
            if order.class == Class::PaidOtherwise && !other(&order) =>
        {
            let dm_id =
                if order.dm_id.is_empty() { dm_id.unwrap_or_default().to_owned() } else { order.dm_id };
            Asked::Refunded(Order { dm_id, ..order }, Err("the answer names no order".to_owned()))
        }
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
            Asked::Mismatch(order, not_of(total, paid))
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

/// How a payment differs from the one that was asked about.
fn not_of(expected: Fen, paid_fen: i64) -> String {
    format!("expected {} yuan, paid {}", expected.to_yuan(), yuan(paid_fen))
}
