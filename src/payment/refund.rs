//! One refund under one refund number: at most one send, and the bill before and after as the only proof.

use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{AnswerError, PayAnswer};
use crate::protocol::bill::{Bill, BillAnswer, Line};

/// How often the bill is asked for before a refund is given up with nothing sent.
const BILL_TRIES: u32 = 3;

/// The one thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write this down durably, then report [`Event::Persisted`].
    Persist(Record),
    /// Read the bill, then report [`Event::Bill`].
    ReadBill,
    /// Send the refund, then report [`Event::Refund`].
    SendRefund,
    /// Wait until this moment, then report [`Event::Woke`].
    Wait {
        /// The moment, on the clock of the events.
        until: Millis,
    },
    /// Tell this; the machine has ended.
    Reveal(Outcome),
}

/// The refund lines of a bill before the refund was sent; what is new afterwards is judged against them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    lines: Vec<String>,
}

impl Before {
    /// Takes the refund lines of a bill.
    pub fn of(bill: &Bill) -> Self {
        Self { lines: bill.refunds().map(mark).collect() }
    }

    /// As one text for the ledger.
    pub fn to_text(&self) -> String {
        self.lines.join("\n")
    }

    /// From the ledger's text.
    pub fn from_text(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    /// The refund lines that came since; `None` when a line from before is missing, as an old reading may have it.
    fn news<'a>(&self, bill: &'a Bill) -> Option<Vec<&'a Line>> {
        let mut before = self.lines.clone();
        let mut news = Vec::new();
        for line in bill.refunds() {
            match before.iter().position(|known| *known == mark(line)) {
                Some(at) => drop(before.swap_remove(at)),
                None => news.push(line),
            }
        }
        before.is_empty().then_some(news)
    }
}

/// What tells one refund line from another.
fn mark(line: &Line) -> String {
    let clean = |text: &str| text.replace(['\n', '\r', '|'], " ");
    format!("{}|{}|{}", clean(&line.pay_id), clean(&line.pay_time), line.total_fen)
}

/// What the ledger is to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The refund is about to be sent; this was the bill.
    Intent(Before),
    /// The refund was made: this line of the bill.
    Refunded(Line),
    /// The refund was not made and will not be. With the reason.
    NotRefunded(String),
    /// Nothing was sent. With the reason.
    NotSent(String),
    /// The bill cannot tell what happened; a person has to look. With what it shows.
    Conflict(String),
}

/// What happened to the last action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A record was written, or not.
    Persisted(Result<(), PersistError>),
    /// What became of reading the bill.
    Bill(Delivery<Result<BillAnswer, AnswerError>>),
    /// What became of the refund.
    Refund(Delivery<Result<PayAnswer, AnswerError>>),
    /// The wait is over, or was cut short by a cancel.
    Woke,
}

/// Why a refund was not begun; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// More than can still be refunded; with that, in fen.
    TooMuch {
        /// What can still be refunded, in fen.
        refundable_fen: i64,
    },
    /// The platform does not know the bill. With its sentence.
    NoBill(String),
    /// The platform refuses our requests. With its sentence.
    Refused(String),
    /// The bill could not be read. With the reason.
    BillUnread(String),
    /// The caller cancelled in time.
    Cancelled,
    /// The intent could not be written.
    NotRecorded(PersistError),
}

/// Why a refund is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The bill does not show it yet, or could not be read.
    NotShown(String),
    /// The bill cannot tell; a person has to look. With what it shows.
    Conflict(String),
    /// The caller stopped waiting.
    Cancelled,
    /// The outcome is known, but could not be written down, so it may not be told.
    NotRecorded(String),
}

/// The end of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The refund was made: this line of the bill.
    Refunded(Line),
    /// The refund was not made. With the reason.
    NotRefunded(String),
    /// Not decided.
    Unknown(Doubt),
    /// Nothing was sent. With the reason.
    NotSent(String),
    /// It was not begun, and nothing was sent.
    Rejected(Rejection),
}

/// What the platform said to the refund itself. It colours the proof, and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Accepted,
    Declined(String),
    Nothing(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    ReadingBefore { tries: u32 },
    PausingBefore { tries: u32 },
    Persisting(Next),
    Refunding { tries: u32 },
    Retrying { tries: u32 },
    ReadingAfter { asked: Millis },
    PausingAfter,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    Refund,
    Reveal(Outcome),
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    policy: Policy,
    dm_id: String,
    amount: Fen,
    deadline: Millis,
    phase: Phase,
    cancelled: bool,
    before: Before,
    last_byte: Millis,
    said: Said,
    /// Readings in a row, old enough to count, that do not show the refund.
    unchanged: u32,
}

impl Refund {
    /// A new refund. Its first action reads the bill.
    pub fn begin(dm_id: &str, amount: Fen, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::ReadingBefore { tries: 1 };
        (Self::new(dm_id, amount, Before::default(), policy, now, phase), Action::ReadBill)
    }

    /// A refund that an earlier run left open. It reads and never sends.
    pub fn resume(dm_id: &str, amount: Fen, before: Before, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::ReadingAfter { asked: now };
        (Self::new(dm_id, amount, before, policy, now, phase), Action::ReadBill)
    }

    fn new(dm_id: &str, amount: Fen, before: Before, policy: Policy, now: Millis, phase: Phase) -> Self {
        Self {
            policy,
            dm_id: dm_id.to_owned(),
            amount,
            deadline: now.saturating_add(policy.deadline_ms),
            phase,
            cancelled: false,
            before,
            last_byte: now,
            said: Said::Nothing(String::new()),
            unchanged: 0,
        }
    }

    /// The caller stops waiting. Takes effect at the next event.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// How long the caller may still have to wait, in ms.
    pub fn left(&self, now: Millis) -> Millis {
        self.deadline.saturating_sub(now)
    }

    /// Takes what happened and says what to do next.
    pub fn on(&mut self, now: Millis, event: Event) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        match (phase, event) {
            (Phase::ReadingBefore { tries }, Event::Bill(delivery)) => self.bill_before(now, tries, delivery),
            (Phase::PausingBefore { tries }, Event::Woke) => self.read_before(tries + 1),
            (Phase::Persisting(next), Event::Persisted(result)) => self.persisted(now, next, result),
            (Phase::Refunding { tries }, Event::Refund(delivery)) => self.refunded(now, tries, delivery),
            (Phase::Retrying { tries }, Event::Woke) => self.send(now, tries + 1),
            (Phase::ReadingAfter { asked }, Event::Bill(delivery)) => self.bill_after(now, asked, delivery),
            (Phase::PausingAfter, Event::Woke) if self.cancelled => self.give_up(Doubt::Cancelled),
            (Phase::PausingAfter, Event::Woke) => self.read_after(now),
            // A driver that reports what was not asked for has lost track: nothing may be concluded.
            (_, _) => self.reveal(Outcome::Unknown(Doubt::NotShown("out of step".to_owned()))),
        }
    }

    fn read_before(&mut self, tries: u32) -> Action {
        if self.cancelled {
            return self.reveal(Outcome::Rejected(Rejection::Cancelled));
        }
        self.phase = Phase::ReadingBefore { tries };
        Action::ReadBill
    }

    fn bill_before(
        &mut self,
        now: Millis,
        tries: u32,
        delivery: Delivery<Result<BillAnswer, AnswerError>>,
    ) -> Action {
        let reason = match delivery {
            Delivery::Answer(Ok(BillAnswer::Found(bill))) if self.is_ours(&bill) => {
                return self.weigh(&bill);
            }
            Delivery::Answer(Ok(BillAnswer::Found(bill))) => {
                format!("asked for the bill {}, answered {}", self.dm_id, bill.dm_id)
            }
            Delivery::Answer(Ok(BillAnswer::NotFound(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::NoBill(info)));
            }
            Delivery::Answer(Ok(BillAnswer::Refused(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::Refused(info)));
            }
            Delivery::Answer(Err(error)) => error.to_string(),
            Delivery::MaybeSent(reason) | Delivery::NotSent(reason) => reason,
        };
        if tries >= BILL_TRIES || now >= self.deadline {
            return self.reveal(Outcome::Rejected(Rejection::BillUnread(reason)));
        }
        self.phase = Phase::PausingBefore { tries };
        Action::Wait { until: now.saturating_add(self.policy.retry_ms) }
    }

    fn weigh(&mut self, bill: &Bill) -> Action {
        let refundable_fen = bill.refundable_fen();
        if i64::from(self.amount.get()) > refundable_fen {
            return self.reveal(Outcome::Rejected(Rejection::TooMuch { refundable_fen }));
        }
        if self.cancelled {
            return self.reveal(Outcome::Rejected(Rejection::Cancelled));
        }
        self.before = Before::of(bill);
        self.persist(Record::Intent(self.before.clone()), Next::Refund)
    }

    fn persisted(&mut self, now: Millis, next: Next, result: Result<(), PersistError>) -> Action {
        match (next, result) {
            (Next::Refund, Ok(())) => self.send(now, 1),
            (Next::Refund, Err(error)) => self.reveal(Outcome::Rejected(Rejection::NotRecorded(error))),
            (Next::Reveal(outcome), Ok(())) => self.reveal(outcome),
            (Next::Reveal(_), Err(error)) => {
                self.reveal(Outcome::Unknown(Doubt::NotRecorded(error.to_string())))
            }
        }
    }

    fn send(&mut self, now: Millis, tries: u32) -> Action {
        if self.cancelled {
            return self.not_sent("the caller cancelled before anything was sent".to_owned());
        }
        self.last_byte = now;
        self.phase = Phase::Refunding { tries };
        Action::SendRefund
    }

    fn refunded(
        &mut self,
        now: Millis,
        tries: u32,
        delivery: Delivery<Result<PayAnswer, AnswerError>>,
    ) -> Action {
        self.last_byte = now;
        self.said = match delivery {
            Delivery::NotSent(reason) => {
                if tries >= self.policy.connect_tries || now >= self.deadline {
                    return self.not_sent(reason);
                }
                self.phase = Phase::Retrying { tries };
                return Action::Wait { until: now.saturating_add(self.policy.retry_ms) };
            }
            Delivery::Answer(Ok(PayAnswer::Done(order)))
                if order.dm_id == self.dm_id
                    && order.total_fen.map(i64::abs) == Some(i64::from(self.amount.get())) =>
            {
                Said::Accepted
            }
            Delivery::Answer(Ok(PayAnswer::Failed(order))) => Said::Declined(order.info),
            Delivery::Answer(Ok(PayAnswer::Refused(info))) => Said::Nothing(info),
            Delivery::Answer(Ok(_)) => Said::Nothing("the answer is about another refund".to_owned()),
            Delivery::Answer(Err(error)) => Said::Nothing(error.to_string()),
            Delivery::MaybeSent(reason) => Said::Nothing(reason),
        };
        self.read_after(now)
    }

    fn read_after(&mut self, now: Millis) -> Action {
        self.phase = Phase::ReadingAfter { asked: now };
        Action::ReadBill
    }

    fn bill_after(
        &mut self,
        now: Millis,
        asked: Millis,
        delivery: Delivery<Result<BillAnswer, AnswerError>>,
    ) -> Action {
        let Delivery::Answer(Ok(BillAnswer::Found(bill))) = delivery else {
            return self.pause(now);
        };
        if !self.is_ours(&bill) {
            return self.pause(now);
        }
        let Some(news) = self.before.news(&bill) else {
            return self.pause(now);
        };
        let asked_for = -i64::from(self.amount.get());
        let ours: Vec<_> = news.into_iter().filter(|line| line.total_fen == asked_for).collect();
        match (ours.as_slice(), &self.said) {
            ([], _) => self.not_shown(now, asked),
            ([_], Said::Declined(info)) => {
                let shown = format!("the refund was declined ({info}), yet the bill shows one like it");
                self.conflict(shown)
            }
            ([line], _) => {
                let line = (*line).clone();
                self.persist(Record::Refunded(line.clone()), Next::Reveal(Outcome::Refunded(line)))
            }
            (many, _) => {
                let shown = format!("the bill shows {} new refunds of this amount", many.len());
                self.conflict(shown)
            }
        }
    }

    /// The bill does not show the refund. That is believed only in a row, and after a lost answer only once the
    /// request can no longer arrive.
    fn not_shown(&mut self, now: Millis, asked: Millis) -> Action {
        let (believable, reason) = match &self.said {
            Said::Accepted => (false, String::new()),
            Said::Declined(info) => (true, info.clone()),
            Said::Nothing(reason) => {
                (asked >= self.last_byte.saturating_add(self.policy.quiet_ms), reason.clone())
            }
        };
        if believable {
            self.unchanged += 1;
        }
        if self.unchanged >= self.policy.agreeing {
            return self
                .persist(Record::NotRefunded(reason.clone()), Next::Reveal(Outcome::NotRefunded(reason)));
        }
        self.pause(now)
    }

    fn is_ours(&self, bill: &Bill) -> bool {
        bill.dm_id.is_empty() || bill.dm_id == self.dm_id
    }

    fn pause(&mut self, now: Millis) -> Action {
        if self.cancelled {
            return self.give_up(Doubt::Cancelled);
        }
        if now >= self.deadline {
            let reason = match &self.said {
                Said::Accepted => "accepted, but the bill does not show it".to_owned(),
                Said::Declined(info) | Said::Nothing(info) => info.clone(),
            };
            return self.give_up(Doubt::NotShown(reason));
        }
        self.phase = Phase::PausingAfter;
        let soon = now < self.last_byte.saturating_add(self.policy.poll_ms);
        let pause = if soon { self.policy.first_query_ms } else { self.policy.poll_ms };
        Action::Wait { until: now.saturating_add(pause).min(self.deadline) }
    }

    fn give_up(&mut self, doubt: Doubt) -> Action {
        self.reveal(Outcome::Unknown(doubt))
    }

    fn conflict(&mut self, shown: String) -> Action {
        self.persist(Record::Conflict(shown.clone()), Next::Reveal(Outcome::Unknown(Doubt::Conflict(shown))))
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
