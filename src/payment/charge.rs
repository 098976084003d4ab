//! One charge of one bill: from the intent to a verdict.

use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError, Stage};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{AnswerError, Order, PayAnswer};

/// Words of a decline that speak of an earlier use of the code. Such a decline can be the second delivery of a
/// request whose first delivery took the money, so it is not believed at once.
const EARLIER_USE: [&str; 3] = ["已使用", "已支付", "重复"];

/// The one thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write this down durably, then report [`Event::Persisted`].
    Persist(Record),
    /// Send this, then report [`Event::Delivered`].
    Send(Question),
    /// Wait until this moment, then report [`Event::Woke`].
    Wait {
        /// The moment, on the clock of the events.
        until: Millis,
    },
    /// Tell this; the machine has ended.
    Reveal(Outcome),
}

/// What the ledger is to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The charge is about to be sent.
    Intent,
    /// The platform named its order; the customer is still paying.
    Named {
        /// The platform's order.
        dm_id: String,
    },
    /// The money was taken.
    Paid(Order),
    /// The money was not taken and will not be.
    NotPaid(NotPaid),
    /// Nothing was sent. With the reason.
    NotSent(String),
    /// The platform contradicts itself; a person has to look. The charge stays open.
    NeedsPerson(String),
}

/// A request about this charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Charge the customer.
    Micropay,
    /// What became of the auth code?
    ByAuthCode,
    /// What became of this order?
    ByOrder {
        /// The platform's order.
        dm_id: String,
    },
}

/// What happened to the last action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A record was written, or not.
    Persisted(Result<(), PersistError>),
    /// What became of a question.
    Delivered(Delivery<Result<PayAnswer, AnswerError>>),
    /// The wait is over, or was cut short by a cancel.
    Woke,
}

/// Why a payment is certain not to have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// The platform or the wallet declined it. With the platform's sentence.
    Declined(String),
    /// The platform knows nothing of it, long after the request could still arrive.
    NotFound,
}

/// Why a payment is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The answer was lost, and no later answer decided it.
    Lost(String),
    /// The customer is still paying.
    Paying,
    /// The platform declined, but no second answer confirmed it. With its sentence.
    Declined(String),
    /// The platform refuses our requests. With its sentence.
    Refused(String),
    /// The answer is about another amount or order than was asked. With the difference.
    Mismatch(String),
    /// The caller stopped waiting.
    Cancelled,
    /// The outcome is known, but could not be written down, so it may not be told.
    NotRecorded(String),
}

/// The end of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money was taken: this amount, this order.
    Paid(Order),
    /// The money was not taken.
    NotPaid(NotPaid),
    /// Not decided; the charge stays open in the ledger.
    Unknown(Doubt),
    /// Nothing was sent. With the reason.
    NotSent(String),
    /// The intent could not be written, so nothing was sent.
    NotRecorded(PersistError),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// A record is being written; then go on here.
    Persisting(Next),
    /// The charge is on its way.
    Charging { tries: u32 },
    /// No byte was sent; waiting for another try.
    Retrying { tries: u32 },
    /// A question is on its way; it was asked at this moment.
    Asking { asked: Millis },
    /// Waiting to ask again.
    Pausing,
    /// Ended.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    Charge,
    Ask,
    Reveal(Outcome),
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    policy: Policy,
    total: Fen,
    device_id: String,
    deadline: Millis,
    phase: Phase,
    cancelled: bool,
    /// The last moment at which a byte of the charge may have been sent.
    last_byte: Millis,
    dm_id: Option<String>,
    /// The platform's sentence, if it declined the charge itself.
    declined: Option<String>,
    doubt: Doubt,
    /// Answers in a row, asked for after the quiet time, that know nothing of the payment.
    absent: u32,
    /// The charge and every question so far was refused: asking on teaches nothing.
    only_refused: bool,
}

impl Charge {
    /// A new charge of a device. Its first action writes the intent.
    pub fn begin(total: Fen, device_id: &str, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::Persisting(Next::Charge);
        (Self::new(total, device_id, None, policy, now, phase), Action::Persist(Record::Intent))
    }

    /// A charge that an earlier run left open. It asks and never charges. When the earlier run sent its last byte
    /// is not known here (clocks may have been changed since), so the quiet time starts anew.
    pub fn resume(
        total: Fen,
        device_id: &str,
        dm_id: Option<String>,
        policy: Policy,
        now: Millis,
    ) -> (Self, Action) {
        let mut charge = Self::new(total, device_id, dm_id, policy, now, Phase::Pausing);
        charge.only_refused = true;
        let action = charge.ask(now);
        (charge, action)
    }

    fn new(
        total: Fen,
        device_id: &str,
        dm_id: Option<String>,
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
            last_byte: now,
            dm_id,
            declined: None,
            doubt: Doubt::Lost(String::new()),
            absent: 0,
            only_refused: false,
        }
    }

    /// The caller stops waiting. Takes effect at the next event; what is on its way is still heard, and an answer
    /// that decides is still told.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// How far it is.
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

    /// How long the caller may still have to wait, in ms.
    pub fn left(&self, now: Millis) -> Millis {
        self.deadline.saturating_sub(now)
    }

    /// Takes what happened and says what to do next.
    pub fn on(&mut self, now: Millis, event: Event) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        match (phase, event) {
            (Phase::Persisting(next), Event::Persisted(result)) => self.persisted(now, next, result),
            (Phase::Charging { tries }, Event::Delivered(delivery)) => self.charged(now, tries, delivery),
            (Phase::Retrying { tries }, Event::Woke) => self.charge(now, tries + 1),
            (Phase::Asking { asked }, Event::Delivered(delivery)) => self.answered(now, asked, delivery),
            (Phase::Pausing, Event::Woke) => self.woke(now),
            // A driver that reports what was not asked for has lost track: nothing may be concluded.
            (_, _) => self.reveal(Outcome::Unknown(self.doubt.clone())),
        }
    }

    fn persisted(&mut self, now: Millis, next: Next, result: Result<(), PersistError>) -> Action {
        match (next, result) {
            (Next::Charge, Ok(())) => self.charge(now, 1),
            (Next::Charge, Err(error)) => self.reveal(Outcome::NotRecorded(error)),
            // That the order's number was not kept costs a question by auth code after a crash, no more.
            (Next::Ask, _) => self.pause(now, self.policy.poll_ms),
            (Next::Reveal(outcome), Ok(())) => self.reveal(outcome),
            (Next::Reveal(Outcome::Paid(_)), Err(PersistError::OrderTaken(other))) => {
                self.mismatch(now, format!("the order belongs to the bill {other}"))
            }
            (Next::Reveal(Outcome::Unknown(doubt)), Err(_)) => self.reveal(Outcome::Unknown(doubt)),
            (Next::Reveal(_), Err(error)) => {
                self.reveal(Outcome::Unknown(Doubt::NotRecorded(error.to_string())))
            }
        }
    }

    fn charge(&mut self, now: Millis, tries: u32) -> Action {
        if self.cancelled {
            return self.not_sent("the caller cancelled before anything was sent".to_owned());
        }
        self.last_byte = now;
        self.phase = Phase::Charging { tries };
        Action::Send(Question::Micropay)
    }

    fn charged(
        &mut self,
        now: Millis,
        tries: u32,
        delivery: Delivery<Result<PayAnswer, AnswerError>>,
    ) -> Action {
        // The last byte may have left at any moment up to now.
        self.last_byte = now;
        match delivery {
            Delivery::NotSent(reason) => {
                if tries >= self.policy.connect_tries || now >= self.deadline {
                    return self.not_sent(reason);
                }
                self.phase = Phase::Retrying { tries };
                Action::Wait { until: now.saturating_add(self.policy.retry_ms) }
            }
            // The order that a decline names is that of one delivery; it is not taken for ours before the auth
            // code has been asked for, since another delivery of the same request may have taken the money.
            Delivery::Answer(Ok(PayAnswer::Failed(order))) => {
                self.declined = Some(order.info.clone());
                self.doubt = Doubt::Declined(order.info);
                self.ask(now)
            }
            Delivery::Answer(Ok(PayAnswer::Refused(info))) => {
                self.only_refused = true;
                self.doubt = Doubt::Refused(info);
                self.pause(now, self.policy.first_query_ms)
            }
            Delivery::Answer(Ok(PayAnswer::Done(order))) => self.done(now, order),
            Delivery::Answer(Ok(PayAnswer::Paying(order))) => self.paying(now, order),
            Delivery::Answer(Err(error)) => self.lost(now, error.to_string()),
            Delivery::MaybeSent(reason) => self.lost(now, reason),
        }
    }

    fn lost(&mut self, now: Millis, reason: String) -> Action {
        self.doubt = Doubt::Lost(reason);
        self.pause(now, self.policy.first_query_ms)
    }

    fn answered(
        &mut self,
        now: Millis,
        asked: Millis,
        delivery: Delivery<Result<PayAnswer, AnswerError>>,
    ) -> Action {
        let answer = match delivery {
            Delivery::Answer(Ok(answer)) => answer,
            // A question that was not answered decides nothing and ends nothing.
            Delivery::Answer(Err(_)) | Delivery::MaybeSent(_) | Delivery::NotSent(_) => {
                return self.pause(now, self.policy.poll_ms);
            }
        };
        match answer {
            PayAnswer::Refused(info) if self.only_refused => {
                self.reveal(Outcome::Unknown(Doubt::Refused(info)))
            }
            PayAnswer::Refused(_) => self.pause(now, self.policy.poll_ms),
            PayAnswer::Done(order) | PayAnswer::Paying(order) if self.is_why_declined(&order) => {
                self.absent(now, asked)
            }
            PayAnswer::Done(order) if self.may_be_why_declined(&order) => {
                let difference = format!("declined, yet the code has paid the order {}", order.dm_id);
                self.mismatch(now, difference)
            }
            PayAnswer::Paying(order) if self.may_be_why_declined(&order) => {
                self.absent = 0;
                self.pause(now, self.policy.poll_ms)
            }
            PayAnswer::Done(order) => self.done(now, order),
            PayAnswer::Paying(order) => self.paying(now, order),
            PayAnswer::Failed(order) => self.failed(now, asked, order),
        }
    }

    /// We were declined, and the code has its order at another till: that is why, and nothing of ours is there.
    /// Where ours is known by its number, an answer about another one is no witness of it.
    fn is_why_declined(&self, order: &Order) -> bool {
        self.declined.is_some() && self.other_device(order).is_some() && self.other_order(order).is_none()
    }

    /// The same, where the answer does not say whose order it is: it may be ours, of another delivery.
    fn may_be_why_declined(&self, order: &Order) -> bool {
        self.declined.is_some() && self.dm_id.is_none() && order.device_id.is_empty()
    }

    fn done(&mut self, now: Millis, order: Order) -> Action {
        if let Some(difference) = self.difference(&order) {
            return self.mismatch(now, difference);
        }
        self.persist(Record::Paid(order.clone()), Next::Reveal(Outcome::Paid(order)))
    }

    fn paying(&mut self, now: Millis, order: Order) -> Action {
        self.only_refused = false;
        self.absent = 0;
        if let Some(difference) = self.other_order(&order).or_else(|| self.other_device(&order)) {
            return self.mismatch(now, difference);
        }
        self.doubt = Doubt::Paying;
        if self.learn(&order) {
            return self.persist(Record::Named { dm_id: order.dm_id }, Next::Ask);
        }
        self.pause(now, self.policy.poll_ms)
    }

    fn failed(&mut self, now: Millis, asked: Millis, order: Order) -> Action {
        self.only_refused = false;
        let named = self.dm_id.as_deref() == Some(order.dm_id.as_str());
        let confirmed = self.dm_id.is_none() && self.declined.is_some();
        if (named || confirmed) && !self.speaks_of_earlier_use(&order.info) {
            let first = self.declined.clone().filter(|first| !first.is_empty());
            return self.not_paid(NotPaid::Declined(first.unwrap_or(order.info)));
        }
        self.absent(now, asked)
    }

    /// An answer that knows nothing of the payment. Believed only in a row, and only once the request can no longer
    /// arrive.
    fn absent(&mut self, now: Millis, asked: Millis) -> Action {
        if asked >= self.last_byte.saturating_add(self.policy.quiet_ms) {
            self.absent += 1;
        }
        if self.absent >= self.policy.agreeing {
            return self.not_paid(match &self.declined {
                Some(first) => NotPaid::Declined(first.clone()),
                None => NotPaid::NotFound,
            });
        }
        self.pause(now, self.policy.poll_ms)
    }

    fn speaks_of_earlier_use(&self, info: &str) -> bool {
        let used = |text: &str| EARLIER_USE.iter().any(|word| text.contains(word));
        used(info) || self.declined.as_deref().is_some_and(used)
    }

    fn mismatch(&mut self, now: Millis, difference: String) -> Action {
        self.absent = 0;
        self.only_refused = false;
        self.doubt = Doubt::Mismatch(difference);
        self.pause(now, self.policy.poll_ms)
    }

    /// What makes a good answer one about another payment.
    fn difference(&self, order: &Order) -> Option<String> {
        let asked = i64::from(self.total.get());
        match order.total_fen {
            Some(total) if total == asked => self.other_order(order).or_else(|| self.other_device(order)),
            total => Some(format!("asked for {asked} fen, answered {}", total.unwrap_or(0))),
        }
    }

    /// A code that is scanned at two tills pays one bill; the other till must not take that for its own.
    fn other_device(&self, order: &Order) -> Option<String> {
        let other = !order.device_id.is_empty() && order.device_id != self.device_id;
        other.then(|| format!("the order {} is of the device {}", order.dm_id, order.device_id))
    }

    fn other_order(&self, order: &Order) -> Option<String> {
        match &self.dm_id {
            Some(known) if !order.dm_id.is_empty() && *known != order.dm_id => {
                Some(format!("asked for the order {known}, answered {}", order.dm_id))
            }
            _ => None,
        }
    }

    /// Keeps the platform's order number the first time it is named.
    fn learn(&mut self, order: &Order) -> bool {
        let new = self.dm_id.is_none() && !order.dm_id.is_empty();
        if new {
            self.dm_id = Some(order.dm_id.clone());
        }
        new
    }

    fn woke(&mut self, now: Millis) -> Action {
        if self.cancelled { self.give_up(Doubt::Cancelled) } else { self.ask(now) }
    }

    fn ask(&mut self, now: Millis) -> Action {
        self.phase = Phase::Asking { asked: now };
        Action::Send(match &self.dm_id {
            Some(dm_id) => Question::ByOrder { dm_id: dm_id.clone() },
            None => Question::ByAuthCode,
        })
    }

    fn pause(&mut self, now: Millis, pause: Millis) -> Action {
        if self.cancelled {
            return self.give_up(Doubt::Cancelled);
        }
        if now >= self.deadline {
            return self.give_up(self.doubt.clone());
        }
        self.phase = Phase::Pausing;
        Action::Wait { until: now.saturating_add(pause).min(self.deadline) }
    }

    fn give_up(&mut self, doubt: Doubt) -> Action {
        let outcome = Outcome::Unknown(doubt);
        match &self.doubt {
            Doubt::Mismatch(difference) => {
                self.persist(Record::NeedsPerson(difference.clone()), Next::Reveal(outcome))
            }
            _ => self.reveal(outcome),
        }
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
