//! The state machine of one charge of one bill: from the intent to a verdict.

use crate::chain::chain;
use crate::non_empty::NonEmpty;
use crate::payment::evidence::{Evidence, FirstFailure, Said, Tie};
use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError, Stage};
use crate::protocol::amount::{Fen, yuan};
use crate::protocol::response::{Order, PayResponse, ResponseError, TotalFee};
use crate::protocol::sentences::Class;

/// A charge that was watched for this many quiet times without a verdict needs a person.
const WATCHED: Millis = 10;

/// The amount of a payment according to a response: `total` in yuan and, in the part with the receipt,
/// `total_fee` in fen. If the two differ, the response is about a payment of an unknown amount: it confirms
/// that there is one, and decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// This amount, in fen.
    Said(i64),
    /// It has no amount that is reliable by itself.
    Missing,
    /// It contradicts itself. Carries the contradiction.
    Contradicted(String),
}

impl Amount {
    /// Reads the amount from a response about a payment. A response to a refund is different: its `total` is
    /// what was refunded, and the document does not say which of the two its `total_fee` is.
    pub fn of(order: &Order) -> Self {
        match (order.total_fen, order.total_fee) {
            (None, _) => Self::Missing,
            (Some(total), TotalFee::None) => Self::Said(total),
            (Some(total), TotalFee::Fen(fee)) if fee == total => Self::Said(total),
            (Some(total), TotalFee::Fen(fee)) => {
                let total = yuan(total);
                Self::Contradicted(format!(
                    "the response says {total} yuan as total and {fee} fen as total_fee"
                ))
            }
            (Some(total), TotalFee::Unreadable) => Self::Contradicted(format!(
                "the response says {} yuan as total, and its total_fee cannot be read",
                yuan(total)
            )),
        }
    }
}

/// The one thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write this durably, then report [`Event::Persisted`].
    Persist(Record),
    /// Send this, then report [`Event::Delivered`].
    Send(Question),
    /// Wait until this moment, then report [`Event::Woke`].
    Wait {
        /// The moment, on the clock of the events.
        until: Millis,
    },
    /// Report this; the machine has ended.
    Reveal(Outcome),
}

/// A change that the ledger has to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The charge is about to be sent.
    Intent,
    /// The evidence so far. The charge stays open.
    Known(Evidence),
    /// The money was taken.
    Paid(Order),
    /// The money was not taken and will not be.
    NotPaid(NotPaid),
    /// Nothing was sent. Carries the reason.
    NotSent(String),
    /// The evidence so far, and why a person has to look. The charge stays open.
    NeedsPerson(Evidence, String),
}

/// A request about this charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Charge the customer.
    Micropay,
    /// Query the order by its auth code.
    ByAuthCode,
    /// Query this order.
    ByOrder {
        /// The platform's order.
        dm_id: String,
    },
}

/// The result of the last action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Whether a record was written.
    Persisted(Result<(), PersistError>),
    /// The result of a request.
    Delivered(Delivery<Result<PayResponse, ResponseError>>),
    /// The query returned an order that belongs to this other bill, which says nothing about this charge.
    Elsewhere(String),
    /// The query confirmed a payment, but it is not known now whose it is.
    Ownerless(Said),
    /// The wait is over, or was cut short by a cancel.
    Woke,
}

/// Why a payment is certain not to have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// The platform or the wallet declined it. Carries the platform's sentence.
    Declined(String),
    /// The platform knows nothing of it, long after the request could still have arrived.
    NotFound,
}

/// Why a payment is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The response was lost, and no later response decided the payment.
    Lost(String),
    /// The customer is still paying.
    Paying,
    /// The platform declined, but no second response confirmed it. Carries the platform's sentence.
    Declined(String),
    /// The platform rejects our requests. Carries the platform's sentence.
    Refused(String),
    /// The response is about another amount or order than was asked. Carries the difference.
    Mismatch(String),
    /// The caller stopped waiting.
    Cancelled,
    /// The outcome is known, but could not be written, so it may not be reported.
    NotRecorded(String),
}

/// The end of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money was taken: this amount, this order.
    Paid(Order),
    /// The money was not taken.
    NotPaid(NotPaid),
    /// Undecided; the charge stays open in the ledger.
    Unknown(Doubt),
    /// Nothing was sent. Carries the reason.
    NotSent(String),
    /// The intent could not be written, so nothing was sent.
    NotRecorded(PersistError),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// A record is being written; then continue here.
    Persisting(Next),
    /// The charge is in flight.
    Charging { tries: u32 },
    /// No byte was sent; waiting to try again.
    Retrying { tries: u32 },
    /// A query is in flight; it was sent at this moment.
    Asking { asked: Millis, by_order: bool },
    /// Waiting to ask again.
    Pausing,
    /// Ended.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    Charge,
    Ask,
    Pause(Millis),
    Reveal(Outcome),
}

/// A decline of the charge itself that is final.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decline {
    heard: Millis,
    /// How many queries by auth code have to be denied.
    needed: u32,
    /// How many were denied.
    denied: u32,
}

/// How far it is proven that the order failed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failure {
    /// It was reported once, at [`Evidence::first_failure`]; ask again after this long.
    Once { gap: Millis },
    /// It was reported twice. A denied query by auth code is still missing.
    Twice,
}

/// The state machine of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    policy: Policy,
    total: Fen,
    device_id: String,
    deadline: Millis,
    phase: Phase,
    cancelled: bool,
    evidence: Evidence,
    /// The part of it that is in the ledger.
    kept: Evidence,
    /// The moment at which `evidence.quiet` was measured.
    quiet_at: Millis,
    /// Whether the queries come from the device that charged and go to the server that charged. Otherwise an
    /// absence proves nothing.
    is_witness: bool,
    decline: Option<Decline>,
    failure: Option<Failure>,
    /// The platform's sentence about the decline or the failure.
    reason: Option<String>,
    doubt: Doubt,
    /// The charge and every query so far were rejected: further queries would learn nothing.
    only_refused: bool,
}

impl Charge {
    /// Starts a new charge of a device. Its first action writes the intent.
    pub fn begin(total: Fen, device_id: &str, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::Persisting(Next::Charge);
        (
            Self::new(total, device_id, Evidence::default(), policy, now, phase),
            Action::Persist(Record::Intent),
        )
    }

    /// Resumes a charge that an earlier run left open, with the evidence at this moment, and the part of it
    /// that is in the ledger: an earlier run of this process may have failed to write the rest. It only
    /// queries and never charges.
    pub fn resume(
        total: Fen,
        device_id: &str,
        evidence: Evidence,
        kept: &Evidence,
        is_witness: bool,
        policy: Policy,
        now: Millis,
    ) -> (Self, Action) {
        let mut charge = Self::new(total, device_id, evidence, policy, now, Phase::Pausing);
        charge.kept.clone_from(kept);
        // The wording of the failure is not stored, so assume the longer gap.
        let first = charge.evidence.first_failure.as_ref();
        charge.failure = first.map(|_| Failure::Once { gap: policy.bare_failure_ms() });
        charge.is_witness = is_witness;
        charge.only_refused = true;
        let action = charge.ask(now);
        (charge, action)
    }

    fn new(
        total: Fen,
        device_id: &str,
        evidence: Evidence,
        policy: Policy,
        now: Millis,
        phase: Phase,
    ) -> Self {
        Self {
            policy,
            total,
            device_id: device_id.to_owned(),
            deadline: now.saturating_add(policy.deadline_ms),
            phase,
            cancelled: false,
            kept: evidence.clone(),
            evidence,
            quiet_at: now,
            is_witness: true,
            decline: None,
            failure: None,
            reason: None,
            doubt: Doubt::Lost(String::new()),
            only_refused: false,
        }
    }

    /// Cancels the wait of the caller. Takes effect at the next event; the response to a request in flight is
    /// still processed, and a verdict is still reported.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Returns the stage of the charge.
    pub fn stage(&self) -> Stage {
        match (&self.phase, &self.doubt) {
            (Phase::Ended, _) => Stage::Ended,
            (Phase::Persisting(Next::Charge), _) | (Phase::Charging { .. } | Phase::Retrying { .. }, _) => {
                Stage::Sending
            }
            (_, Doubt::Paying) => Stage::CustomerPaying,
            _ => Stage::Asking,
        }
    }

    /// Returns the amount.
    pub const fn total(&self) -> Fen {
        self.total
    }

    /// Returns the evidence.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Returns how long the caller may still have to wait, in ms.
    pub fn left(&self, now: Millis) -> Millis {
        self.deadline.saturating_sub(now)
    }

    /// Handles an event and returns the next action.
    pub fn on(&mut self, now: Millis, event: Event) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        match (phase, event) {
            (Phase::Persisting(next), Event::Persisted(result)) => self.persisted(now, next, result),
            (Phase::Charging { tries }, Event::Delivered(delivery)) => self.charged(now, tries, delivery),
            (Phase::Charging { .. }, Event::Elsewhere(bill)) => {
                self.ended_now(now);
                self.lost(now, belongs_to(&bill))
            }
            (Phase::Retrying { tries }, Event::Woke) => self.charge(tries + 1),
            (Phase::Asking { asked, by_order }, Event::Delivered(delivery)) => {
                self.answered(now, asked, by_order, delivery)
            }
            (Phase::Asking { .. }, Event::Elsewhere(bill)) => self.mismatch(now, belongs_to(&bill)),
            (Phase::Charging { .. }, Event::Ownerless(said)) => {
                self.ended_now(now);
                self.ownerless(now, said)
            }
            (Phase::Asking { .. }, Event::Ownerless(said)) => self.ownerless(now, said),
            (Phase::Pausing, Event::Woke) => self.woke(now),
            // A driver that reports what was not asked for is out of step: nothing may be concluded.
            (_, _) => self.reveal(Outcome::Unknown(self.doubt.clone())),
        }
    }

    fn persisted(&mut self, now: Millis, next: Next, result: Result<(), PersistError>) -> Action {
        match (next, result) {
            (Next::Charge, Ok(())) => self.charge(1),
            (Next::Charge, Err(error)) => self.reveal(Outcome::NotRecorded(error)),
            (Next::Reveal(outcome), Ok(())) => self.reveal(outcome),
            (Next::Reveal(Outcome::Paid(_)), Err(PersistError::OrderTaken(other))) => {
                self.evidence.untie();
                self.mismatch(now, belongs_to(&other))
            }
            (Next::Reveal(Outcome::Unknown(_)), Err(PersistError::OrderTaken(other))) => {
                // Everything else that is known is stored without the order.
                self.evidence.untie();
                self.doubt = Doubt::Mismatch(belongs_to(&other));
                self.give_up(now, self.doubt.clone())
            }
            (Next::Reveal(Outcome::Unknown(doubt)), Err(_)) => self.reveal(Outcome::Unknown(doubt)),
            (Next::Reveal(_), Err(error)) => self.reveal(Outcome::Unknown(Doubt::NotRecorded(chain(&error)))),
            (_, Err(PersistError::OrderTaken(other))) => {
                self.evidence.untie();
                self.mismatch(now, belongs_to(&other))
            }
            // A record that could not be stored is tried again with the next pause.
            (Next::Pause(pause), Err(_)) => self.pause_now(now, pause),
            (Next::Ask, Err(_)) => self.pause_now(now, self.policy.poll_ms),
            (next, Ok(())) => {
                self.kept = self.evidence.clone();
                match next {
                    Next::Pause(pause) => self.pause_now(now, pause),
                    _ => self.ask_now(now),
                }
            }
        }
    }

    fn charge(&mut self, tries: u32) -> Action {
        if self.cancelled {
            return self.not_sent("the caller cancelled before anything was sent".to_owned());
        }
        self.phase = Phase::Charging { tries };
        Action::Send(Question::Micropay)
    }

    fn charged(
        &mut self,
        now: Millis,
        tries: u32,
        delivery: Delivery<Result<PayResponse, ResponseError>>,
    ) -> Action {
        self.ended_now(now);
        match delivery {
            Delivery::NotSent(reason) => {
                if tries >= self.policy.connect_tries || now >= self.deadline {
                    return self.not_sent(reason);
                }
                self.phase = Phase::Retrying { tries };
                Action::Wait { until: now.saturating_add(self.policy.retry_ms) }
            }
            Delivery::Response(Ok(PayResponse::Failed(order))) => self.declined(now, order),
            Delivery::Response(Ok(PayResponse::Refused(info))) => {
                self.only_refused = true;
                self.doubt = Doubt::Refused(info);
                self.pause(now, self.policy.first_query_ms)
            }
            Delivery::Response(Ok(PayResponse::Done(order))) => self.done(now, order, Source::Charge),
            Delivery::Response(Ok(PayResponse::Paying(order))) => self.paying(now, order, Source::Charge),
            Delivery::Response(Err(error)) => self.lost(now, chain(&error)),
            Delivery::MaybeSent(reason) => {
                self.evidence.ended = false;
                self.lost(now, reason)
            }
            Delivery::Reset(reason) => self.lost(now, reason),
        }
    }

    /// Marks the end of the exchange. The last byte may have left at any moment until now; the quiet time
    /// begins.
    fn ended_now(&mut self, now: Millis) {
        self.evidence.ended = true;
        self.evidence.quiet = 0;
        self.quiet_at = now;
    }

    /// Returns how long it has been quiet, up to the point where more changes nothing: when it needs a
    /// person, or when a second failure of the order counts.
    fn quiet(&self, at: Millis) -> Millis {
        let quiet = self.evidence.quiet.saturating_add(at.saturating_sub(self.quiet_at));
        let second = self.second_card();
        quiet.min(self.watched().max(self.evidence.quiet_time(&self.policy)).max(second))
    }

    fn watched(&self) -> Millis {
        self.policy.quiet_ms.saturating_mul(WATCHED)
    }

    fn is_quiet(&self, asked: Millis) -> bool {
        self.quiet(asked) >= self.evidence.quiet_time(&self.policy)
    }

    fn lost(&mut self, now: Millis, reason: String) -> Action {
        self.doubt = Doubt::Lost(reason);
        self.pause(now, self.policy.first_query_ms)
    }

    /// Handles `ok="0"` in response to the charge itself. The order that a decline names belongs to one
    /// delivery; query the auth code, since another delivery of the same request may have taken the money.
    fn declined(&mut self, now: Millis, order: Order) -> Action {
        if self.other_device(&order) {
            return self.lost(now, format!("the order {} is of the device {}", order.dm_id, order.device_id));
        }
        let needed = match order.class {
            Class::Paying => return self.paying(now, order, Source::Charge),
            Class::PaidOtherwise => return self.paid_otherwise(now, order, Source::Charge),
            Class::Final | Class::Bare => 1,
            Class::DeadCode => 2,
            Class::EarlierUse => 0,
            _ => {
                self.name(&order);
                return self.lost(now, order.info);
            }
        };
        self.name(&order);
        self.evidence.declined = true;
        self.reason = Some(order.info.clone());
        self.doubt = Doubt::Declined(order.info);
        self.evidence.hear(if needed > 0 { Said::Declined } else { Said::EarlierUse });
        self.decline = (needed > 0).then_some(Decline { heard: now, needed, denied: 0 });
        self.pause(now, self.policy.first_query_ms)
    }

    fn name(&mut self, order: &Order) {
        if let (Tie::None, Some(dm_id)) = (self.evidence.tie, NonEmpty::of(&order.dm_id)) {
            self.evidence.tie = Tie::Declined;
            self.evidence.dm_id = Some(dm_id);
        }
    }

    fn answered(
        &mut self,
        now: Millis,
        asked: Millis,
        by_order: bool,
        delivery: Delivery<Result<PayResponse, ResponseError>>,
    ) -> Action {
        let response = match delivery {
            Delivery::Response(Ok(response)) => response,
            // A query without a response decides nothing and ends nothing.
            Delivery::Response(Err(_))
            | Delivery::MaybeSent(_)
            | Delivery::Reset(_)
            | Delivery::NotSent(_) => {
                return self.pause(now, self.policy.poll_ms);
            }
        };
        let source = if by_order { Source::Order } else { Source::Code };
        match response {
            PayResponse::Refused(info) if self.only_refused => self.give_up(now, Doubt::Refused(info)),
            PayResponse::Refused(_) => self.pause(now, self.policy.poll_ms),
            PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order)
                if self.other_device(&order) =>
            {
                self.of_other_device(now, asked, &order)
            }
            PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order)
                if self.other_order(&order) =>
            {
                let ours = self.evidence.order().unwrap_or_default();
                self.mismatch(now, format!("asked for the order {ours}, answered {}", order.dm_id))
            }
            PayResponse::Done(order) => self.done(now, order, source),
            PayResponse::Paying(order) if order.dm_id.is_empty() && order.class != Class::Paying => {
                self.pause(now, self.policy.poll_ms)
            }
            PayResponse::Paying(order) => self.paying(now, order, source),
            PayResponse::Failed(order) => self.failed(now, asked, order, source),
        }
    }

    /// Handles an order of another device. A code scanned at two tills pays one bill, and the other till must
    /// not take that payment for its own. If our charge was declined, this is the reason, and there is no
    /// order of ours; but a single such response may belong to somebody else's query.
    fn of_other_device(&mut self, now: Millis, asked: Millis, order: &Order) -> Action {
        if self.evidence.declined && self.evidence.order().is_none() {
            self.only_refused = false;
            return self.denied_once_quiet(now, asked);
        }
        self.mismatch(now, format!("the order {} is of the device {}", order.dm_id, order.device_id))
    }

    fn other_device(&self, order: &Order) -> bool {
        !order.device_id.is_empty() && order.device_id != self.device_id
    }

    fn other_order(&self, order: &Order) -> bool {
        self.evidence.order().is_some_and(|known| !order.dm_id.is_empty() && known != order.dm_id)
    }

    fn done(&mut self, now: Millis, order: Order, source: Source) -> Action {
        let asked_for = i64::from(self.total.get());
        self.for_the_payment();
        if source == Source::Charge && self.other_device(&order) {
            return self
                .mismatch(now, format!("the order {} is of the device {}", order.dm_id, order.device_id));
        }
        match order.class {
            Class::Paying => return self.paying(now, order, source),
            Class::PaidOtherwise => return self.paid_otherwise(now, order, source),
            _ => {}
        }
        let total = match Amount::of(&order) {
            Amount::Said(total) => total,
            Amount::Missing => return self.paid_otherwise(now, order, source),
            Amount::Contradicted(difference) => return self.paid_yet(now, &order, source, difference),
        };
        if total != asked_for {
            self.evidence.hear(Said::PaidOtherwise);
            return self.mismatch(now, other_amount(asked_for, total));
        }
        if self.may_be_why_declined(&order, source) {
            self.evidence.hear(Said::PaidOtherwise);
            return self.mismatch(now, format!("declined, yet the code has paid the order {}", order.dm_id));
        }
        self.evidence.hear(Said::Paid);
        let order = self.with_number(order, source);
        if order.dm_id.is_empty() {
            self.doubt = Doubt::Mismatch("paid, but the response names no order".to_owned());
            return self.pause(now, self.policy.poll_ms);
        }
        let seen = self.evidence.dm_id.clone().filter(|_| self.evidence.tie == Tie::Seen);
        self.tie(&order, source);
        match (self.evidence.order(), seen) {
            (Some(_), _) => {}
            // A single response about an auth code may belong to somebody else's query.
            (None, None) => return self.ask(now),
            // Querying at once every time would never end if two orders alternate.
            (None, Some(seen)) => {
                return self
                    .mismatch(now, format!("the code has paid the orders {seen} and {}", order.dm_id));
            }
        }
        self.persist(Record::Paid(order.clone()), Next::Reveal(Outcome::Paid(order)))
    }

    /// Returns whether we were declined and the code has paid an order without saying whose it is.
    fn may_be_why_declined(&self, order: &Order, source: Source) -> bool {
        self.evidence.declined
            && source == Source::Code
            && order.device_id.is_empty()
            && !self.was_named(&order.dm_id)
    }

    /// Returns whether this order is the one that is tied, however loosely.
    fn was_named(&self, dm_id: &str) -> bool {
        self.evidence.tie != Tie::None && self.evidence.dm_id.as_deref() == Some(dm_id)
    }

    /// Returns whether a failure by auth code names another order than the decline did: the response may be
    /// somebody else's.
    fn names_another(&self, order: &Order, source: Source) -> bool {
        source == Source::Code
            && self.evidence.tie != Tie::None
            && !order.dm_id.is_empty()
            && self.evidence.dm_id.as_deref() != Some(&order.dm_id)
    }

    /// Fills in the number: a response without one to a query by our order is about our order.
    fn with_number(&self, mut order: Order, source: Source) -> Order {
        if let (Source::Order, "", Some(ours)) = (source, &*order.dm_id, &self.evidence.dm_id) {
            order.dm_id = ours.to_string();
        }
        order
    }

    /// Handles a payment whose response lacks the amount, or reports that something happened since.
    fn paid_otherwise(&mut self, now: Millis, order: Order, source: Source) -> Action {
        let difference = format!("paid, but the response is not that of a payment: {}", order.info);
        self.paid_yet(now, &order, source, difference)
    }

    /// Handles a payment with this difference.
    fn paid_yet(&mut self, now: Millis, order: &Order, source: Source, difference: String) -> Action {
        self.for_the_payment();
        self.evidence.hear(Said::PaidOtherwise);
        self.tie(order, source);
        self.mismatch(now, difference)
    }

    fn paying(&mut self, now: Millis, order: Order, source: Source) -> Action {
        if source == Source::Charge && order.dm_id.is_empty() && order.class != Class::Paying {
            return self.lost(now, order.info);
        }
        if source == Source::Charge && self.other_device(&order) {
            return self
                .mismatch(now, format!("the order {} is of the device {}", order.dm_id, order.device_id));
        }
        self.for_the_payment();
        self.evidence.hear(Said::Paying);
        let asked_for = i64::from(self.total.get());
        match Amount::of(&order) {
            Amount::Contradicted(difference) => return self.mismatch(now, difference),
            Amount::Said(total) if total != asked_for => {
                return self.mismatch(now, other_amount(asked_for, total));
            }
            Amount::Said(_) | Amount::Missing => {}
        }
        self.doubt = Doubt::Paying;
        if !self.may_be_why_declined(&order, source) {
            self.tie(&order, source);
        }
        self.pause(now, self.policy.poll_ms)
    }

    fn tie(&mut self, order: &Order, source: Source) {
        if let (Source::Charge | Source::Code, Some(dm_id)) = (source, NonEmpty::of(&order.dm_id)) {
            self.evidence.tie_to(dm_id, source == Source::Charge);
        }
    }

    /// Restarts every count of responses against the payment when one confirms it.
    fn for_the_payment(&mut self) {
        self.only_refused = false;
        self.evidence.denials = 0;
        self.forget_failure();
        if let Some(decline) = &mut self.decline {
            decline.denied = 0;
        }
    }

    fn forget_failure(&mut self) {
        self.failure = None;
        self.evidence.first_failure = None;
    }

    /// Handles `ok="0"` in response to a query.
    fn failed(&mut self, now: Millis, asked: Millis, order: Order, source: Source) -> Action {
        self.only_refused = false;
        let is_ours = source == Source::Order || self.was_named(&order.dm_id);
        if is_ours && self.evidence.tie == Tie::Seen && self.evidence.said <= Said::Paying {
            // This is the second response about the auth code that names it. A failure never confirms whose
            // an order is that was said to be paid.
            self.tie(&order, source);
        }
        match order.class {
            Class::Paying => self.paying(now, order, source),
            Class::PaidOtherwise => self.paid_otherwise(now, order, source),
            Class::EarlierUse => {
                self.for_the_payment();
                self.evidence.hear(Said::EarlierUse);
                self.pause(now, self.policy.poll_ms)
            }
            Class::Final | Class::Bare if source == Source::Order => self.order_failed(now, asked, order),
            Class::TroubledFailure if source == Source::Order && self.is_quiet(asked) => {
                self.order_failed(now, asked, order)
            }
            Class::Unlisted | Class::TroubledFailure if is_ours && self.is_quiet(asked) => {
                self.order_is_failing(now, asked, &order, source);
                self.evidence.hear(Said::NotThere);
                self.denied(now, asked, source)
            }
            class if class.denies() => {
                if class == Class::Bare {
                    self.order_is_failing(now, asked, &order, source);
                }
                let names_another = self.names_another(&order, source);
                self.evidence.hear(Said::NotThere);
                if names_another {
                    self.denied_once_quiet(now, asked)
                } else {
                    self.denied(now, asked, source)
                }
            }
            _ => self.pause(now, self.policy.poll_ms),
        }
    }

    /// Handles a failed order of the auth code without a final reason: the customer may choose another card.
    fn order_is_failing(&mut self, now: Millis, asked: Millis, order: &Order, source: Source) {
        if let (Source::Code, Some(dm_id)) = (source, NonEmpty::of(&order.dm_id)) {
            self.failed_at(now, asked, dm_id);
        }
    }

    /// Handles a failure of the order. It counts once it was reported twice and the auth code has no payment.
    fn order_failed(&mut self, now: Millis, asked: Millis, order: Order) -> Action {
        let Some(dm_id) = NonEmpty::of(order.dm_id) else {
            // Somebody else's response would look like this.
            return self.pause(now, self.policy.poll_ms);
        };
        let gap = match order.class {
            Class::Bare => self.policy.bare_failure_ms(),
            _ => self.policy.first_query_ms,
        };
        self.reason.get_or_insert(order.info);
        // The customer may try another card after either failure.
        let gap = match self.failure {
            Some(Failure::Once { gap: known }) => known.max(gap),
            _ => gap,
        };
        let (first, asked) = (self.failed_at(now, asked, dm_id), self.quiet(asked));
        let second = first.saturating_add(gap);
        if asked > first && asked >= second {
            self.failure = Some(Failure::Twice);
            return self.ask(now);
        }
        self.failure = Some(Failure::Once { gap });
        self.pause(now, second.saturating_sub(self.quiet(now)))
    }

    /// Returns when the order was first reported as failed; sets it to now if this is the first time. The
    /// query may have waited for its turn, and its response may have taken long: it failed as late as now.
    fn failed_at(&mut self, now: Millis, asked: Millis, dm_id: NonEmpty) -> Millis {
        // The failure of another order says nothing about how long this one has been failing.
        let dm_id = Some(dm_id);
        if let Some(first) = self.evidence.first_failure.as_ref().filter(|first| first.dm_id == dm_id) {
            return first.at;
        }
        // From here on `quiet` is read beyond its usual limit, so store it now instead of letting it run on
        // unread.
        self.evidence.quiet = self.quiet(asked);
        self.quiet_at = asked;
        let at = self.evidence.quiet.saturating_add(now.saturating_sub(asked));
        self.evidence.first_failure = Some(FirstFailure { dm_id, at });
        at
    }

    /// Handles a response that knows nothing of the payment.
    fn denied(&mut self, now: Millis, asked: Millis, source: Source) -> Action {
        if source == Source::Order {
            self.forget_failure();
        } else if self.is_proven_by_code(asked) {
            let reason = self.reason.clone().unwrap_or_default();
            return self.not_paid(NotPaid::Declined(reason));
        }
        self.denied_once_quiet(now, asked)
    }

    /// Counts a denial. Enough of them in a row after the quiet time mean that there is no payment.
    fn denied_once_quiet(&mut self, now: Millis, asked: Millis) -> Action {
        if self.is_quiet(asked) && self.is_witness && !self.may_pay_yet(asked) {
            self.evidence.denials += 1;
        }
        if self.evidence.said <= Said::EarlierUse && self.evidence.denials >= self.policy.agreeing {
            return self.not_paid(match &self.reason {
                Some(info) => NotPaid::Declined(info.clone()),
                None => NotPaid::NotFound,
            });
        }
        self.pause(now, self.policy.poll_ms)
    }

    /// Returns until when the customer may choose another card for an order that has failed without a reason;
    /// 0 if none has.
    fn second_card(&self) -> Millis {
        let first = self.evidence.first_failure.as_ref();
        first.map_or(0, |first| first.at.saturating_add(self.policy.bare_failure_ms()))
    }

    /// Returns whether the customer may still choose another card for an order that has failed without a
    /// reason.
    fn may_pay_yet(&self, asked: Millis) -> bool {
        self.quiet(asked) < self.second_card()
    }

    /// Returns whether this denial by auth code completes the proof of a decline, or of the failure of our
    /// order.
    fn is_proven_by_code(&mut self, asked: Millis) -> bool {
        if self.failure == Some(Failure::Twice) {
            return self.evidence.said <= Said::Paying && self.is_witness;
        }
        let earliest = self.policy.first_query_ms;
        let may_pay_yet = self.may_pay_yet(asked);
        match &mut self.decline {
            Some(decline) if asked >= decline.heard.saturating_add(earliest) => {
                decline.denied += 1;
                // A second delivery is told that the code is dead while the customer pays for the first.
                let is_final = decline.needed == 1 || !may_pay_yet;
                decline.denied >= decline.needed && is_final && self.evidence.said <= Said::Declined
            }
            _ => false,
        }
    }

    /// Handles a response that may confirm this payment: an absence does not revoke it.
    fn ownerless(&mut self, now: Millis, said: Said) -> Action {
        self.for_the_payment();
        self.evidence.hear(said);
        self.lost(now, "whose order the response names cannot be told".to_owned())
    }

    /// Handles a response about another payment.
    fn mismatch(&mut self, now: Millis, difference: String) -> Action {
        self.for_the_payment();
        self.doubt = Doubt::Mismatch(difference);
        self.pause(now, self.policy.poll_ms)
    }

    fn woke(&mut self, now: Millis) -> Action {
        if self.cancelled { self.give_up(now, Doubt::Cancelled) } else { self.ask(now) }
    }

    /// Queries at once, after writing what may not be forgotten.
    fn ask(&mut self, now: Millis) -> Action {
        if self.evidence.outweighs(&self.kept) { self.keep(now, Next::Ask) } else { self.ask_now(now) }
    }

    fn ask_now(&mut self, now: Millis) -> Action {
        let order = self.evidence.order().filter(|_| self.failure != Some(Failure::Twice));
        let question = match order {
            Some(dm_id) => Question::ByOrder { dm_id: dm_id.to_owned() },
            None => Question::ByAuthCode,
        };
        self.phase = Phase::Asking { asked: now, by_order: question != Question::ByAuthCode };
        Action::Send(question)
    }

    /// Waits and queries again, after writing what may not be forgotten.
    fn pause(&mut self, now: Millis, pause: Millis) -> Action {
        let goes_on = !self.cancelled && now < self.deadline;
        if goes_on && self.evidence.outweighs(&self.kept) {
            return self.keep(now, Next::Pause(pause));
        }
        self.pause_now(now, pause)
    }

    fn pause_now(&mut self, now: Millis, pause: Millis) -> Action {
        if self.cancelled {
            return self.give_up(now, Doubt::Cancelled);
        }
        if now >= self.deadline {
            return self.give_up(now, self.doubt.clone());
        }
        self.phase = Phase::Pausing;
        Action::Wait { until: now.saturating_add(pause.max(1)).min(self.deadline) }
    }

    /// Writes the evidence at this moment.
    fn keep(&mut self, now: Millis, next: Next) -> Action {
        self.evidence.quiet = self.quiet(now);
        self.quiet_at = now;
        self.persist(Record::Known(self.evidence.clone()), next)
    }

    /// Ends undecided. Writes the evidence first, so that the next run continues from there.
    fn give_up(&mut self, now: Millis, doubt: Doubt) -> Action {
        self.evidence.quiet = self.quiet(now);
        self.quiet_at = now;
        let known = self.evidence.clone();
        let next = Next::Reveal(Outcome::Unknown(doubt));
        match self.needs_person() {
            Some(why) => self.persist(Record::NeedsPerson(known, why), next),
            None => self.persist(Record::Known(known), next),
        }
    }

    /// Returns why a person has to look at an undecided charge, if one has to.
    fn needs_person(&self) -> Option<String> {
        let Evidence { said, denials, quiet, .. } = self.evidence;
        if let Doubt::Mismatch(difference) = &self.doubt {
            return Some(difference.clone());
        }
        if said >= Said::Paying && denials >= self.policy.agreeing {
            return Some("the platform spoke of a payment, and does not know it any more".to_owned());
        }
        if !self.is_witness && self.is_quiet(self.quiet_at) {
            return Some(
                "charged as another device or at another server, which cannot be asked now".to_owned(),
            );
        }
        if quiet >= self.watched() {
            return Some("watched for long without a verdict".to_owned());
        }
        None
    }

    fn not_paid(&mut self, why: NotPaid) -> Action {
        self.persist(Record::NotPaid(why.clone()), Next::Reveal(Outcome::NotPaid(why)))
    }

    fn not_sent(&mut self, reason: String) -> Action {
        self.persist(Record::NotSent(reason.clone()), Next::Reveal(Outcome::NotSent(reason)))
    }

    fn persist(&mut self, record: Record, next: Next) -> Action {
        self.phase = Phase::Persisting(next);
        Action::Persist(record)
    }

    fn reveal(&mut self, outcome: Outcome) -> Action {
        self.phase = Phase::Ended;
        Action::Reveal(outcome)
    }
}

/// The request that a response belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Charge,
    Code,
    Order,
}

fn belongs_to(bill: &str) -> String {
    format!("the order belongs to the bill {bill}")
}

/// Says that another amount was paid than was asked for.
fn other_amount(asked_for: i64, answered: i64) -> String {
    format!("asked for {} yuan, answered {}", yuan(asked_for), yuan(answered))
}
