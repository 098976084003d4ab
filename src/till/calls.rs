//! The calls that move no money: time, queries, bill and reprint.

use crate::chain::chain;
use crate::driver::{self, Found, NoBill, Store, Which};
use crate::non_empty::NonEmpty;
use crate::payment::charge::Amount;
use crate::payment::row::Wallet;
use crate::payment::{Delivery, Millis};
use crate::protocol::amount::{Fen, yuan};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, Bill, BillResponse};
use crate::protocol::order_number;
use crate::protocol::receipt;
use crate::protocol::request::{self, Extra, Request};
use crate::protocol::response::{self, Order, PayResponse, ResponseError};
use crate::protocol::scan;
use crate::protocol::sentences::Class;
use crate::protocol::text::decode_response;
use crate::till::error::Error;
use crate::till::{Till, Watcher, clock};

/// The platform's time, and how this machine's clock differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformTime {
    /// The platform's Beijing time, `20180710164245`.
    pub time: String,
    /// The seconds that this machine's clock is ahead.
    pub ahead_s: i64,
}

/// The result of a single query about a payment. A single response proves a payment; it proves a failure only
/// if it names the order that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Paid, with the expected amount.
    Paid(Order),
    /// The order that was asked for failed.
    NotPaid(Order),
    /// The customer is still paying.
    Paying(Order),
    /// Failed or not found; a single response does not decide it.
    NotKnown(Order),
    /// Paid, but with another amount or for another order. With the difference.
    Mismatch(Order, String),
    /// Paid, and money went back. With the bill, which is read instead (section 3.4),
    /// or the reason why there is none.
    Refunded(Order, Result<Box<Bill>, String>),
}

impl Till {
    /// Fills in the missing names of a payment type from the config, if they identify one there.
    pub fn completed(&self, mut wallet: Wallet) -> Wallet {
        let Some(known) = self.config() else { return wallet };
        let named = known.config.pay_type_named(&wallet.paytype);
        let Some(of_config) = named.or_else(|| known.config.pay_type_numbered(wallet.pay_type.as_deref()?))
        else {
            return wallet;
        };
        if wallet.paytype.is_empty() {
            wallet.paytype.clone_from(&of_config.code);
        }
        Wallet {
            pay_type: wallet.pay_type.or_else(|| NonEmpty::of(&of_config.number)),
            pay_name: wallet.pay_name.or_else(|| NonEmpty::of(&of_config.name)),
            ..wallet
        }
    }

    /// Returns how a bill was paid, from this ledger's record if it has one, and from the bill.
    pub fn wallet_of(&self, which: &Which, bill: &Bill) -> Result<Wallet, Error> {
        let mut wallet = self.find(which)?.wallet;
        wallet.learn(&bill.pay_type, &bill.pay_name);
        Ok(self.completed(wallet))
    }

    /// Queries the platform's time (section 3).
    pub fn platform_time(&self) -> Result<PlatformTime, Error> {
        let device = self.device()?;
        let body = self.question(&request::time(&device.id))?;
        let time = response::time(&body)?.map_err(driver::Error::Refused)?;
        let ahead_s = clock::ahead_of(&time, clock::wall()).ok_or(ResponseError::Incomplete("time"))?;
        self.log.info(&format!("time platform={time} ahead_s={ahead_s}"));
        Ok(PlatformTime { time, ahead_s })
    }

    /// Queries the payment of an auth code once (section 3.2.1). Writes nothing.
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
        self.with_bill(asked(response::pay_about(code, &body)?, total, None)?, total)
    }

    /// Queries an order of the platform once (section 3.2.2). The number is
    /// read like that of a [`Which`]. Writes nothing.
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
        self.with_bill(asked(response::pay(&body)?, total, Some(&dm_id))?, total)
    }

    /// Adds the bill if the order was refunded.
    fn with_bill(&self, asked: Asked, total: Fen) -> Result<Asked, Error> {
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
            BillResponse::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == found.dm_id => Ok(bill),
            BillResponse::Found(bill) => Err(NoBill::Other(bill.dm_id).into()),
            BillResponse::NotFound(info) => Err(NoBill::NotThere(info).into()),
            BillResponse::Refused(info) => Err(driver::Error::Refused(info).into()),
        }
    }

    /// Fetches the receipt of an order again (section 3.5), as text with escapes. If the platform has none
    /// (note 10), the error holds the ledger's.
    pub fn reprint(&self, which: &Which, custom_series: u32) -> Result<String, Error> {
        let found = self.find(which)?;
        let number = self.options.dialect.reprint_number;
        let body = self.question_about(&found, &request::reprint(&found.dm_id, number, custom_series));
        let text = body.map(|body| decode_response(&body).unwrap_or_default().into_owned());
        let stored = || -> Result<Option<String>, Error> {
            let row = self.ledger.charge_of_order(&found.dm_id)?;
            Ok(row.and_then(|row| row.printinfo).map(String::from))
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

    /// Passes all later exchanges with the platform to this watcher, secrets included.
    pub fn watch(&self, watcher: Watcher) {
        self.http.watch(watcher);
    }

    /// Sends a request that moves no money, and returns the response unchanged.
    pub fn ask(&self, request: &Request) -> Result<Vec<u8>, Error> {
        self.question(request)
    }

    /// Returns the platform's number of the order that a caller names. Orders of this till are accepted with
    /// or without their `dm`, as are the channel's transactions (`pay_id`) that paid them. Any other number
    /// has to match the config's `cancelregex`. With `any_number` the number is taken unchanged.
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
        if let Some(dm_id) = self.ledger.order_of_channel(&scan::unwrapped(given))? {
            return Ok(Some(dm_id));
        }
        let known = self.config();
        Ok(order_number::fitting(given, known.as_deref().map(|known| &known.config)))
    }

    /// Returns the bill that a call names, with the platform's number.
    pub(super) fn named(&self, which: &Which) -> Result<Which, Error> {
        let dm_id = which.dm_id.as_deref().map(|given| self.order_number(given, which.any_number));
        Ok(Which { dm_id: dm_id.transpose()?, ..which.clone() })
    }

    fn question(&self, request: &Request) -> Result<Vec<u8>, Error> {
        answered(self.http.ask(request, Millis::MAX))
    }

    /// Sends a query to the server that has the order.
    fn question_about(&self, found: &Found, request: &Request) -> Result<Vec<u8>, Error> {
        let server = driver::server_of_order(self, found)?;
        answered(self.http.ask_there(&server, request, Millis::MAX))
    }
}

fn answered(delivery: Delivery<Vec<u8>>) -> Result<Vec<u8>, Error> {
    match delivery {
        Delivery::Response(body) => Ok(body),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => {
            Err(driver::Error::NoResponse(reason).into())
        }
        Delivery::NotSent(reason) => Err(driver::Error::NotSent(reason).into()),
    }
}

fn asked(response: PayResponse, total: Fen, dm_id: Option<&str>) -> Result<Asked, Error> {
    if let PayResponse::Done(order) = &response
        && let Amount::Contradicted(difference) = Amount::of(order)
    {
        return Ok(Asked::Mismatch(order.clone(), difference));
    }
    let other = |order: &Order| dm_id.is_some_and(|dm_id| !order.dm_id.is_empty() && order.dm_id != dm_id);
    Ok(match response {
        PayResponse::Refused(info) => return Err(driver::Error::Refused(info).into()),
        PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order)
            if order.class == Class::PaidOtherwise && !other(&order) =>
        {
            let dm_id =
                if order.dm_id.is_empty() { dm_id.unwrap_or_default().to_owned() } else { order.dm_id };
            Asked::Refunded(Order { dm_id, ..order }, Err("the response names no order".to_owned()))
        }
        PayResponse::Failed(order) if order.class == Class::Trouble => {
            return Err(ResponseError::Trouble(order.info).into());
        }
        PayResponse::Done(order) if dm_id.is_none() && order.dm_id.is_empty() => {
            return Err(ResponseError::Incomplete("dm_id").into());
        }
        PayResponse::Done(order) if order.total_fen.is_none() => {
            return Err(ResponseError::Incomplete("total").into());
        }
        PayResponse::Done(order) if other(&order) => {
            let difference = format!("answered about the order {}", order.dm_id);
            Asked::Mismatch(order, difference)
        }
        PayResponse::Done(order) if order.total_fen != Some(i64::from(total.get())) => {
            let paid = order.total_fen.unwrap_or_default();
            Asked::Mismatch(order, not_of(total, paid))
        }
        PayResponse::Paying(order) => Asked::Paying(order),
        PayResponse::Done(order) if order.class == Class::Paying => Asked::Paying(order),
        PayResponse::Done(order) => Asked::Paid(order),
        PayResponse::Failed(order) if dm_id == Some(order.dm_id.as_str()) && order.class.is_final() => {
            Asked::NotPaid(order)
        }
        PayResponse::Failed(order) => Asked::NotKnown(order),
    })
}

/// Returns whether this is a receipt: text, but not a web page, XML, or the receipt of an unknown order.
fn is_receipt(text: &str) -> bool {
    let text = text.trim_start();
    !text.is_empty() && !text.starts_with('<') && !receipt::is_of_no_order(text)
}

/// Says how a payment differs from the expected one.
fn not_of(expected: Fen, paid_fen: i64) -> String {
    format!("expected {} yuan, paid {}", expected.to_yuan(), yuan(paid_fen))
}
