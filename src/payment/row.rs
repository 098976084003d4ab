//! What the ledger keeps of a charge and of a refund, and what a record makes of it. A row that is decided never changes.

use std::fmt;

use crate::payment::PersistError;
use crate::payment::bill::{ChargeState, RefundState, Telling, VOID};
use crate::payment::charge::{NotPaid, Record as ChargeRecord};
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::refund::{Before, Known, Record as RefundRecord};
use crate::protocol::answer::Order;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::receipt::Placeholders;

/// A payment type, by its three names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wallet {
    /// What a charge sends as `paytype`, such as `o2o_dm_code_wxpaysub`.
    pub paytype: String,
    /// The platform's number of it, such as `4`: of its answer, or of the config where no answer named one. May be empty.
    pub pay_type: String,
    /// Its name for people, such as 微信; from where the number is.
    pub pay_name: String,
}

impl Wallet {
    /// Takes over how an answer calls it.
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
    /// 1 for the first attempt on that number.
    pub attempt: i64,
    /// The device that charged.
    pub device_id: String,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that was sent.
    pub wallet: Wallet,
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
    /// The day of the intent, `2026-11-22`.
    pub day: String,
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
    /// Wall time at which "paid" was told, once for a bill; `None` where a call found it that does not tell.
    pub told_ms: Option<i64>,
    /// It is paid, and nobody is known to have heard that: a person has to see whether the goods were handed over.
    pub is_unfinished: bool,
    /// The day of the outcome, `2026-11-22`; never one that was closed before it. Empty while there is none.
    pub ended_day: String,
    /// The day on which it was found to be paid after it was reported as not paid; never one that was closed before. Empty where it
    /// was not.
    pub late_day: String,
    /// What the caller has for the placeholders of receipts.
    pub placeholders: Placeholders,
}

/// What the caller is told by whom the outcome "paid" is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tells {
    /// A charge and a settling tell it, and the caller may then hand over the goods.
    Paid,
    /// The bill was told as paid before, by another attempt.
    PaidEarlier,
    /// A recovery and a void do not tell it.
    Nothing,
}

impl Tells {
    /// What a call tells that reports the outcome to its caller or, `hears` being false, does not.
    pub fn of(telling: Telling, hears: bool) -> Self {
        match (telling, hears) {
            (Telling::Earlier, _) => Self::PaidEarlier,
            (Telling::First, true) => Self::Paid,
            (Telling::First, false) => Self::Nothing,
        }
    }
}

/// A moment by this till's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Wall time, ms since 1970.
    pub ms: i64,
    /// The day in Beijing, corrected by what is known of the clock's error.
    pub day: String,
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
    /// The payment type of its charge, as it was known when the refund was begun: what is learned later moves no refund of a day to
    /// another wallet. Of a bill that was not of this ledger, what the platform calls it, and no `paytype`.
    pub wallet: Wallet,
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
    /// The day of the intent, `2026-11-22`.
    pub day: String,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The channel's transaction, as the answer to the refund named it; empty where that was lost.
    pub pay_id: String,
    /// The platform's number of the refund, as the bill shows it.
    pub refund_id: String,
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
    /// Who refunded, as the caller named them; empty for none.
    pub operator_id: String,
    /// The day of the outcome, `2026-11-22`; never one that was closed before it. Empty while there is none.
    pub ended_day: String,
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
    pub wallet: &'a Wallet,
    /// The auth code.
    pub auth_code: &'a AuthCode,
    /// The same, sealed.
    pub sealed_code: &'a str,
    /// The cashier, as the caller names it; empty for none.
    pub operator_id: &'a str,
    /// What the caller has for the placeholders of receipts.
    pub placeholders: &'a Placeholders,
    /// The moment of the intent.
    pub started: &'a Moment,
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
    /// The payment type of its charge, as far as it is known.
    pub wallet: &'a Wallet,
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
    /// Who refunds, as the caller names them; empty for none.
    pub operator_id: &'a str,
    /// The moment of the intent.
    pub started: &'a Moment,
}

impl ChargeRow {
    /// The row of a new charge.
    pub fn begun(new: &NewCharge<'_>, id: i64, attempt: i64) -> Self {
        Self {
            id,
            out_trade_no: new.out_trade_no.to_owned(),
            attempt,
            device_id: new.device_id.to_owned(),
            total_fen: new.total_fen,
            wallet: new.wallet.clone(),
            code_masked: new.auth_code.masked(),
            code_print: new.auth_code.fingerprint(),
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

    /// Whether it was told as paid.
    pub const fn is_told(&self) -> bool {
        self.told_ms.is_some()
    }

    /// When it was told as paid, by a call or by the person who decided so.
    pub const fn told_at(&self) -> Option<i64> {
        match (self.told_ms, self.state) {
            (None, ChargeState::DecidedPaid) => self.ended_ms,
            (told_ms, _) => told_ms,
        }
    }

    /// The row after a record.
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
                // Whatever the order was tied by, one that has paid belongs to its charge for ever.
                row.evidence.tie = Tie::Own;
                row.evidence.said = Said::Paid;
                row.evidence.dm_id.clone_from(&order.dm_id);
            }
            // The code is kept: only by it can be found out whether the platform took the money after all.
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

    /// The order that this row binds to itself alone.
    pub fn order(&self) -> Option<&str> {
        self.evidence.order()
    }

    /// The order whose refunds are those of its bill. One that a person decided as paid may have none, or one that is not known to
    /// be its own.
    pub fn paid_order(&self) -> Option<&str> {
        match self.state {
            ChargeState::Paid => Some(&self.dm_id),
            ChargeState::DecidedPaid => self.order(),
            _ => None,
        }
    }
}

impl RefundRow {
    /// The row of a new refund.
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

    /// The row after a record, with what the answer to the refund said of it, if one came.
    pub fn after(
        &self,
        record: &RefundRecord,
        answer: Option<&Order>,
        now: &Moment,
    ) -> Result<Self, PersistError> {
        if self.state != RefundState::Open {
            return Err(PersistError::Closed);
        }
        let mut row = self.clone();
        if let Some(order) = answer {
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

    /// What a person has to look at; empty for nothing.
    pub fn needs_person(&self) -> &str {
        match self.state {
            RefundState::Open => self.known.needs_person(),
            RefundState::Conflict => &self.reason,
            _ => "",
        }
    }

    /// The row of a refund that was made elsewhere when it was begun here: no line of the bill is its own.
    pub fn made_elsewhere(&self, started: &Moment) -> Result<Self, PersistError> {
        self.after(&RefundRecord::Refunded(Vec::new()), None, started)
    }

    /// Whether it is kept as made elsewhere.
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
