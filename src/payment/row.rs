//! What the ledger keeps of a charge and of a refund, and what a record makes of it. A row that is decided never changes.

use std::fmt;

use crate::payment::PersistError;
use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::charge::{NotPaid, Record as ChargeRecord};
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::refund::{Before, Known, Record as RefundRecord};
use crate::protocol::auth_code::AuthCode;

/// One attempt to charge a bill.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ChargeRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the bill.
    pub out_trade_no: String,
    /// 1 for the first attempt on that number.
    pub attempt: i64,
    /// The device that charged.
    pub device_id: String,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that was sent.
    pub pay_type: String,
    /// The auth code for people.
    pub code_masked: String,
    /// The auth code's fingerprint.
    pub code_print: String,
    /// The auth code itself, sealed, while the charge is open; and after it was not paid, to ask whether it stayed so.
    pub auth_code: Option<String>,
    /// Where it stands.
    pub state: ChargeState,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The platform's order, empty while it is not known.
    pub dm_id: String,
    /// The channel's transaction.
    pub pay_id: String,
    /// The platform's time of the payment.
    pub pay_time: String,
    /// The customer's id in the wallet.
    pub openid: String,
    /// The platform's sentence, or why it ended so.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
    /// What a person has to look at; empty for nothing.
    pub needs_person: String,
    /// Where it was sent; empty in rows of schema version 1.
    pub server: String,
    /// What is known of it; the order in it is `dm_id`.
    pub evidence: Evidence,
    /// The bill is to be undone.
    pub to_void: bool,
    /// The cashier, as the caller named it; empty for none.
    pub operator_id: String,
    /// Wall time at which "paid" was first told, by the call that had it; `None` where a call found it that does not tell.
    pub told_ms: Option<i64>,
}

/// Whether the call that writes an outcome tells it to its caller, who may then hand over the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tells {
    /// A charge and a settling do.
    Yes,
    /// A recovery and a void do not.
    No,
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the refund.
    pub out_refund_no: String,
    /// The caller's number of the bill; empty for a bill that is not of this ledger.
    pub out_trade_no: String,
    /// The platform's order.
    pub dm_id: String,
    /// The device that refunded.
    pub device_id: String,
    /// The amount, in fen.
    pub refund_fen: i32,
    /// Where it stands.
    pub state: RefundState,
    /// The bill's refund lines before.
    pub before: Before,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The platform's number of the refund line.
    pub pay_id: String,
    /// The platform's time of the refund.
    pub pay_time: String,
    /// The platform's sentence, or why it ended so.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
    /// Where it was sent; empty in rows of schema version 1.
    pub server: String,
    /// What is known of it.
    pub known: Known,
    /// The lines of the bill that are this refund's.
    pub lines: Before,
}

/// What a new charge writes down.
#[derive(Clone)]
pub struct NewCharge<'a> {
    /// The caller's number of the bill.
    pub out_trade_no: &'a str,
    /// The device that charges.
    pub device_id: &'a str,
    /// Where it will be sent.
    pub server: &'a str,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that will be sent.
    pub pay_type: &'a str,
    /// The auth code.
    pub auth_code: &'a AuthCode,
    /// The same, sealed.
    pub sealed_code: &'a str,
    /// The cashier, as the caller names it; empty for none.
    pub operator_id: &'a str,
    /// Wall time, ms since 1970.
    pub started_ms: i64,
}

/// What a new refund writes down.
#[derive(Clone, Debug)]
pub struct NewRefund<'a> {
    /// The caller's number of the refund.
    pub out_refund_no: &'a str,
    /// The caller's number of the bill, or empty.
    pub out_trade_no: &'a str,
    /// The platform's order.
    pub dm_id: &'a str,
    /// The device that refunds.
    pub device_id: &'a str,
    /// Where it will be sent.
    pub server: &'a str,
    /// The amount, in fen.
    pub refund_fen: i32,
    /// The refund lines of the bill that are not this refund's.
    pub before: &'a Before,
    /// The platform's own time; empty where it is not known.
    pub sent_time: &'a str,
    /// Wall time, ms since 1970.
    pub started_ms: i64,
}

impl ChargeRow {
    /// The row after a record. `now_ms` is the wall time.
    pub fn after(&self, record: &ChargeRecord, tells: Tells, now_ms: i64) -> Result<Self, PersistError> {
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
                row.end(ChargeState::Paid, &order.info, now_ms);
                row.auth_code = None;
                row.told_ms = (tells == Tells::Yes).then_some(now_ms);
                row.dm_id.clone_from(&order.dm_id);
                row.pay_id.clone_from(&order.pay_id);
                row.pay_time.clone_from(&order.pay_time);
                row.openid.clone_from(&order.openid);
                row.printinfo.clone_from(&order.printinfo);
                // Whatever the order was tied by, one that has paid belongs to its charge for ever.
                row.evidence.tie = Tie::Own;
                row.evidence.said = Said::Paid;
                row.evidence.dm_id.clone_from(&order.dm_id);
            }
            // The code is kept: only by it can be found out whether the platform took the money after all.
            ChargeRecord::NotPaid(NotPaid::Declined(info)) => row.end(ChargeState::NotPaid, info, now_ms),
            ChargeRecord::NotPaid(NotPaid::NotFound) => row.end(ChargeState::NotPaid, "not found", now_ms),
            ChargeRecord::NotSent(reason) => {
                row.end(ChargeState::NotSent, reason, now_ms);
                row.auth_code = None;
            }
        }
        Ok(row)
    }

    fn know(&mut self, evidence: &Evidence) {
        self.evidence.clone_from(evidence);
        self.dm_id.clone_from(&evidence.dm_id);
    }

    fn end(&mut self, state: ChargeState, reason: &str, now_ms: i64) {
        self.state = state;
        self.ended_ms = Some(now_ms);
        self.needs_person.clear();
        reason.clone_into(&mut self.reason);
    }

    /// The row after its order, which only questions had bound to it, was named in answer to the charge of this other bill. That it
    /// was not paid stays so: it was not told by the order alone.
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

    /// The order that this row claims for itself alone.
    pub fn order(&self) -> Option<&str> {
        self.evidence.order()
    }
}

impl RefundRow {
    /// The row after a record, with the receipt that came with the answer, if one did. `now_ms` is the wall time.
    pub fn after(&self, record: &RefundRecord, printinfo: &str, now_ms: i64) -> Result<Self, PersistError> {
        if self.state != RefundState::Open {
            return Err(PersistError::Closed);
        }
        let mut row = self.clone();
        if !printinfo.is_empty() {
            printinfo.clone_into(&mut row.printinfo);
        }
        match record {
            RefundRecord::Intent(..) => {}
            RefundRecord::Known(known) => row.known.clone_from(known),
            RefundRecord::Refunded(lines) => {
                row.end(RefundState::Refunded, "", now_ms);
                if let Some(line) = lines.first() {
                    row.pay_id.clone_from(&line.pay_id);
                    row.pay_time.clone_from(&line.pay_time);
                }
                row.lines = Before::marks(lines);
            }
            RefundRecord::NotRefunded(reason) => row.end(RefundState::NotRefunded, reason, now_ms),
            RefundRecord::NotSent(reason) => row.end(RefundState::NotSent, reason, now_ms),
            RefundRecord::Conflict(shown) => row.end(RefundState::Conflict, shown, now_ms),
        }
        Ok(row)
    }

    /// What a person has to look at; empty for nothing.
    pub fn needs_person(&self) -> &str {
        match self.state {
            RefundState::Open => self.known.needs_person(),
            RefundState::Conflict => &self.reason,
            RefundState::Refunded | RefundState::NotRefunded | RefundState::NotSent => "",
        }
    }

    /// The row of a refund that was made elsewhere when it was begun here: no line of the bill is its own.
    pub fn made_elsewhere(&self) -> Result<Self, PersistError> {
        self.after(&RefundRecord::Refunded(Vec::new()), "", self.started_ms)
    }

    fn end(&mut self, state: RefundState, reason: &str, now_ms: i64) {
        self.state = state;
        self.ended_ms = Some(now_ms);
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
