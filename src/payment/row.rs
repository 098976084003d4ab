//! The ledger's rows of charges and refunds, and how a record changes them. A decided row never changes.

use std::fmt;

use crate::payment::PersistError;
use crate::payment::bill::{ChargeState, RefundState, Telling, VOID};
use crate::payment::charge::{NotPaid, Record as ChargeRecord};
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::refund::{Before, Known, Record as RefundRecord};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::receipt::Placeholders;
use crate::protocol::response::Order;

/// A payment type with its three names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wallet {
    /// The `paytype` that a charge sends, such as `o2o_dm_code_wxpaysub`.
    pub paytype: String,
    /// The platform's number of it, such as `4`: from its response, or from the config if no response named
    /// one. May be empty.
    pub pay_type: String,
    /// Its name for people, such as 微信; from the same source as the number.
    pub pay_name: String,
}

impl Wallet {
    /// Takes over the names in a response.
    pub fn learn(&mut self, pay_type: &str, pay_name: &str) {
        for (known, said) in [(&mut self.pay_type, pay_type), (&mut self.pay_name, pay_name)] {
            if !said.trim().is_empty() {
                said.trim().clone_into(known);
            }
        }
    }
}

/// One attempt to charge a bill.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ChargeRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the bill.
    pub out_trade_no: String,
    /// 1 for the first attempt under that number.
    pub attempt: i64,
    /// The device that charged.
    pub device_id: String,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that was sent.
    pub wallet: Wallet,
    /// The masked auth code, for people.
    pub code_masked: String,
    /// The keyed print of the auth code, which recognises it when it is scanned again; the code cannot be
    /// found from it.
    pub code_print: String,
    /// The auth code itself, sealed: while the charge is open, and after it was not paid, to check that it
    /// stayed unpaid.
    pub auth_code: Option<String>,
    /// Its state.
    pub state: ChargeState,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// The day of the intent, `2026-11-22`.
    pub day: String,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The platform's order; empty while it is not known.
    pub dm_id: String,
    /// The channel's transaction.
    pub pay_id: String,
    /// The platform's time of the payment.
    pub pay_time: String,
    /// The customer's id in the wallet.
    pub openid: String,
    /// The platform's sentence, or the reason for the outcome.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
    /// The reason why a person has to look at it; empty for none.
    pub needs_person: String,
    /// The server it was sent to; empty in rows of schema version 1.
    pub server: String,
    /// The evidence about it; the order in it is `dm_id`.
    pub evidence: Evidence,
    /// Whether the bill is to be voided.
    pub to_void: bool,
    /// The cashier, as the caller named it; empty for none.
    pub operator_id: String,
    /// The wall time at which "paid" was reported, once per bill; `None` if the call that found the payment
    /// does not report it.
    pub told_ms: Option<i64>,
    /// Whether it is paid and nobody is known to have received that report: a person has to check whether the
    /// goods were handed over.
    pub is_unfinished: bool,
    /// The day of the outcome, `2026-11-22`; never a day that was already closed. Empty while there is no
    /// outcome.
    pub ended_day: String,
    /// The day on which it was found to be paid after it was reported as not paid; never a day that was
    /// already closed. Empty if that did not happen.
    pub late_day: String,
    /// The caller's values for the placeholders of receipts.
    pub placeholders: Placeholders,
}

/// How the call that writes the outcome "paid" reports it to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tells {
    /// A charge and a settling report it, and the caller may then hand over the goods.
    Paid,
    /// The bill was reported as paid before, because of another attempt.
    PaidEarlier,
    /// A recovery and a void do not report it.
    Nothing,
}

impl Tells {
    /// Returns what a call reports; `hears` says whether it reports the outcome to its caller.
    pub fn of(telling: Telling, hears: bool) -> Self {
        match (telling, hears) {
            (Telling::Earlier, _) => Self::PaidEarlier,
            (Telling::First, true) => Self::Paid,
            (Telling::First, false) => Self::Nothing,
        }
    }
}

/// A moment on this till's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Wall time, ms since 1970.
    pub ms: i64,
    /// The day in Beijing, corrected by the known error of the clock.
    pub day: String,
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the refund.
    pub out_refund_no: String,
    /// The caller's number of the bill; empty if the bill is not in this ledger.
    pub out_trade_no: String,
    /// The platform's order.
    pub dm_id: String,
    /// The payment type of its charge, as known when the refund was started: what is learned later moves no
    /// refund of a day to another wallet. For a bill that is not in this ledger, the platform's names without
    /// a `paytype`.
    pub wallet: Wallet,
    /// The device that refunded.
    pub device_id: String,
    /// The amount, in fen.
    pub refund_fen: i32,
    /// Its state.
    pub state: RefundState,
    /// The refund lines of the bill before it was sent.
    pub before: Before,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// The day of the intent, `2026-11-22`.
    pub day: String,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The channel's transaction from the response to the refund; empty if that was lost.
    pub pay_id: String,
    /// The platform's number of the refund, as the bill shows it.
    pub refund_id: String,
    /// The platform's time of the refund.
    pub pay_time: String,
    /// The platform's sentence, or the reason for the outcome.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
    /// The server it was sent to; empty in rows of schema version 1.
    pub server: String,
    /// The evidence about it.
    pub known: Known,
    /// The lines of the bill that belong to this refund.
    pub lines: Before,
    /// The cashier who refunded, as the caller named them; empty for none.
    pub operator_id: String,
    /// The day of the outcome, `2026-11-22`; never a day that was already closed. Empty while there is no
    /// outcome.
    pub ended_day: String,
}

/// The content of a new charge.
#[derive(Clone)]
pub struct NewCharge<'a> {
    /// The caller's number of the bill.
    pub out_trade_no: &'a str,
    /// The device that charges.
    pub device_id: &'a str,
    /// The server it will be sent to.
    pub server: &'a str,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that will be sent.
    pub wallet: &'a Wallet,
    /// The auth code.
    pub auth_code: &'a AuthCode,
    /// The same, sealed.
    pub sealed_code: &'a str,
    /// Its keyed print, which the ledger keeps forever to recognise it.
    pub code_print: &'a str,
    /// The cashier, as the caller names it; empty for none.
    pub operator_id: &'a str,
    /// The caller's values for the placeholders of receipts.
    pub placeholders: &'a Placeholders,
    /// The moment of the intent.
    pub started: &'a Moment,
}

/// The content of a new refund.
#[derive(Clone, Debug)]
pub struct NewRefund<'a> {
    /// The caller's number of the refund.
    pub out_refund_no: &'a str,
    /// The caller's number of the bill, or empty.
    pub out_trade_no: &'a str,
    /// The platform's order.
    pub dm_id: &'a str,
    /// The payment type of its charge, as far as known.
    pub wallet: &'a Wallet,
    /// The device that refunds.
    pub device_id: &'a str,
    /// The server it will be sent to.
    pub server: &'a str,
    /// The amount, in fen.
    pub refund_fen: i32,
    /// The refund lines of the bill that do not belong to this refund.
    pub before: &'a Before,
    /// The platform's own time; empty if it is not known.
    pub sent_time: &'a str,
    /// The cashier who refunds, as the caller names them; empty for none.
    pub operator_id: &'a str,
    /// The moment of the intent.
    pub started: &'a Moment,
}

impl ChargeRow {
    /// Creates the row of a new charge.
    pub fn begun(new: &NewCharge<'_>, id: i64, attempt: i64) -> Self {
        Self {
            id,
            out_trade_no: new.out_trade_no.to_owned(),
            attempt,
            device_id: new.device_id.to_owned(),
            total_fen: new.total_fen,
            wallet: new.wallet.clone(),
            code_masked: new.auth_code.masked(),
            code_print: new.code_print.to_owned(),
            auth_code: Some(new.sealed_code.to_owned()),
            state: ChargeState::Open,
            started_ms: new.started.ms,
            day: new.started.day.clone(),
            ended_ms: None,
            dm_id: String::new(),
            pay_id: String::new(),
            pay_time: String::new(),
            openid: String::new(),
            reason: String::new(),
            printinfo: String::new(),
            needs_person: String::new(),
            server: new.server.to_owned(),
            evidence: Evidence::default(),
            to_void: false,
            operator_id: new.operator_id.to_owned(),
            told_ms: None,
            is_unfinished: false,
            ended_day: String::new(),
            late_day: String::new(),
            placeholders: new.placeholders.clone(),
        }
    }

    /// Returns whether it was found to be paid after it was reported as not
    /// paid. The customer may have paid in another way since.
    pub const fn is_paid_late(&self) -> bool {
        !self.late_day.is_empty()
    }

    /// Returns whether it was reported as paid.
    pub const fn is_told(&self) -> bool {
        self.told_ms.is_some()
    }

    /// Returns when it was reported as paid, by a call or by the person who decided so.
    pub const fn told_at(&self) -> Option<i64> {
        match (self.told_ms, self.state) {
            (None, ChargeState::DecidedPaid) => self.ended_ms,
            (told_ms, _) => told_ms,
        }
    }

    /// Returns the row after a record.
    pub fn after(&self, record: &ChargeRecord, tells: Tells, now: &Moment) -> Result<Self, PersistError> {
        if self.state != ChargeState::Open {
            return Err(PersistError::Closed);
        }
        let mut row = self.clone();
        match record {
            ChargeRecord::Intent => {}
            ChargeRecord::Known(evidence) => row.know(evidence),
            ChargeRecord::NeedsPerson(evidence, why) => {
                row.know(evidence);
                row.needs_person.clone_from(why);
            }
            ChargeRecord::Paid(order) => {
                row.end(ChargeState::Paid, &order.info, now);
                row.auth_code = None;
                row.told_ms = (tells == Tells::Paid).then_some(now.ms);
                row.is_unfinished = tells == Tells::Nothing;
                row.dm_id.clone_from(&order.dm_id);
                row.pay_id.clone_from(&order.pay_id);
                row.pay_time.clone_from(&order.pay_time);
                row.openid.clone_from(&order.openid);
                row.wallet.learn(&order.pay_type, &order.pay_name);
                row.printinfo.clone_from(&order.printinfo);
                // However the order was tied: one that has paid belongs to its charge permanently.
                row.evidence.tie = Tie::Own;
                row.evidence.said = Said::Paid;
                row.evidence.dm_id.clone_from(&order.dm_id);
            }
            // The code is kept: only with it can the library find out whether the platform took the money
            // after all.
            ChargeRecord::NotPaid(NotPaid::Declined(info)) => row.end(ChargeState::NotPaid, info, now),
            ChargeRecord::NotPaid(NotPaid::NotFound) => row.end(ChargeState::NotPaid, "not found", now),
            ChargeRecord::NotSent(reason) => {
                row.end(ChargeState::NotSent, reason, now);
                row.auth_code = None;
            }
        }
        Ok(row)
    }

    fn know(&mut self, evidence: &Evidence) {
        self.evidence.clone_from(evidence);
        self.dm_id.clone_from(&evidence.dm_id);
    }

    fn end(&mut self, state: ChargeState, reason: &str, now: &Moment) {
        self.state = state;
        self.ended_ms = Some(now.ms);
        self.ended_day.clone_from(&now.day);
        self.needs_person.clear();
        reason.clone_into(&mut self.reason);
    }

    /// Returns the row without its order, which only queries had bound to it, after the response to the
    /// charge of this other bill named that order. "Not paid" remains: it was not concluded from the order
    /// alone.
    #[must_use]
    pub fn without_order(&self, bill: &str) -> Self {
        let mut row = self.clone();
        if row.state == ChargeState::Open {
            row.needs_person = format!("its order {} turned out to be that of the bill {bill}", row.dm_id);
        }
        row.evidence.untie();
        row.dm_id.clear();
        row
    }

    /// Returns the order that belongs to this row alone.
    pub fn order(&self) -> Option<&str> {
        self.evidence.order()
    }

    /// Returns the order whose refunds belong to its bill. A charge that a person decided as paid may have
    /// none, or one that is not known to be its own.
    pub fn paid_order(&self) -> Option<&str> {
        match self.state {
            ChargeState::Paid => Some(&self.dm_id),
            ChargeState::DecidedPaid => self.order(),
            _ => None,
        }
    }
}

impl RefundRow {
    /// Creates the row of a new refund.
    pub fn begun(new: &NewRefund<'_>, id: i64) -> Self {
        Self {
            id,
            out_refund_no: new.out_refund_no.to_owned(),
            out_trade_no: new.out_trade_no.to_owned(),
            dm_id: new.dm_id.to_owned(),
            wallet: new.wallet.clone(),
            device_id: new.device_id.to_owned(),
            refund_fen: new.refund_fen,
            state: RefundState::Open,
            before: new.before.clone(),
            started_ms: new.started.ms,
            day: new.started.day.clone(),
            ended_ms: None,
            pay_id: String::new(),
            refund_id: String::new(),
            pay_time: String::new(),
            reason: String::new(),
            printinfo: String::new(),
            server: new.server.to_owned(),
            known: Known { sent_time: new.sent_time.to_owned(), ..Known::default() },
            lines: Before::default(),
            operator_id: new.operator_id.to_owned(),
            ended_day: String::new(),
        }
    }

    /// Returns the row after a record. `response` is the platform's response to the refund, if one came.
    pub fn after(
        &self,
        record: &RefundRecord,
        response: Option<&Order>,
        now: &Moment,
    ) -> Result<Self, PersistError> {
        if self.state != RefundState::Open {
            return Err(PersistError::Closed);
        }
        let mut row = self.clone();
        if let Some(order) = response {
            row.printinfo.clone_from(&order.printinfo);
            row.pay_id.clone_from(&order.pay_id);
            row.wallet.learn(&order.pay_type, &order.pay_name);
        }
        match record {
            RefundRecord::Intent(..) => {}
            RefundRecord::Known(known) => row.known.clone_from(known),
            RefundRecord::Refunded(lines) => {
                row.end(RefundState::Refunded, "", now);
                if let Some(line) = lines.first() {
                    row.refund_id.clone_from(&line.pay_id);
                    row.pay_time.clone_from(&line.pay_time);
                }
                row.lines = Before::marks(lines);
            }
            RefundRecord::NotRefunded(reason) => row.end(RefundState::NotRefunded, reason, now),
            RefundRecord::NotSent(reason) => row.end(RefundState::NotSent, reason, now),
            RefundRecord::Conflict(shown) => row.end(RefundState::Conflict, shown, now),
        }
        Ok(row)
    }

    /// Returns why a person has to look at it; empty for no reason.
    pub fn needs_person(&self) -> &str {
        match self.state {
            RefundState::Open => self.known.needs_person(),
            RefundState::Conflict => &self.reason,
            _ => "",
        }
    }

    /// Returns the row of a refund that was already made elsewhere when it was
    /// started here. It has no line of its own on the bill.
    pub fn made_elsewhere(&self, started: &Moment) -> Result<Self, PersistError> {
        self.after(&RefundRecord::Refunded(Vec::new()), None, started)
    }

    /// Returns whether it is recorded as made elsewhere.
    pub fn is_elsewhere(&self) -> bool {
        let is_ours = !self.out_refund_no.starts_with(VOID) || self.lines != Before::default();
        self.state == RefundState::Refunded && !is_ours
    }

    fn end(&mut self, state: RefundState, reason: &str, now: &Moment) {
        self.state = state;
        self.ended_ms = Some(now.ms);
        self.ended_day.clone_from(&now.day);
        reason.clone_into(&mut self.reason);
    }
}

impl fmt::Debug for ChargeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChargeRow")
            .field("out_trade_no", &self.out_trade_no)
            .field("attempt", &self.attempt)
            .field("total_fen", &self.total_fen)
            .field("code", &self.code_masked)
            .field("state", &self.state)
            .field("dm_id", &self.dm_id)
            .field("evidence", &self.evidence)
            .field("needs_person", &self.needs_person)
            .field("to_void", &self.to_void)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewCharge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCharge")
            .field("out_trade_no", &self.out_trade_no)
            .field("total_fen", &self.total_fen)
            .field("code", self.auth_code)
            .finish_non_exhaustive()
    }
}
