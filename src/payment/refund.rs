//! The state machine of one refund under one refund number: at most one send, and the bill before and after
//! as the only proof.

use std::collections::BTreeSet;

use crate::chain::chain;
use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError};
use crate::protocol::amount::{Fen, yuan};
use crate::protocol::bill::{Bill, BillResponse, Line};
use crate::protocol::moment;
use crate::protocol::response::{Order, PayResponse, ResponseError};
use crate::protocol::sentences::{self, RefundClass};

/// How often the bill is queried before a refund is given up with nothing sent.
const BILL_TRIES: u32 = 3;

/// How long a bill may lag behind an accepted refund. One that is open for longer needs a person.
const LONGEST_LAG_MS: Millis = 24 * 60 * 60 * 1_000;

/// How many seconds the platform's clocks may differ: that of a response and that of the bill's lines.
const CLOCKS_APART_S: i64 = 60;

/// The one thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write this durably, then report [`Event::Persisted`].
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
    /// Report this; the machine has ended.
    Reveal(Outcome),
}

/// The refund lines of a bill before the refund was sent; new lines are found by comparing with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Before {
    lines: Vec<String>,
}

impl Before {
    /// Takes the refund lines of a bill.
    pub fn of(bill: &Bill) -> Self {
        Self::marks(bill.refunds())
    }

    /// Takes these refund lines.
    pub fn marks<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        Self { lines: lines.into_iter().map(mark).collect() }
    }

    /// Returns the amount of each line, in fen.
    pub fn amounts(&self) -> impl Iterator<Item = i64> {
        self.lines.iter().filter_map(|mark| mark.rsplit('|').next()?.parse().ok()).map(|fen: i64| -fen)
    }

    /// Writes them as one text for the ledger.
    pub fn to_text(&self) -> String {
        self.lines.join("\n")
    }

    /// Reads the ledger's text.
    pub fn from_text(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    /// Merges with lines that were seen later. Each line occurs as often as in the one that has it more
    /// often, in the form in which it was seen last.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let mut lines = self.lines.clone();
        pair_off(&mut lines, &mut later.lines.iter().map(|line| (line.clone(), ())).collect());
        lines.extend_from_slice(&later.lines);
        Self { lines }
    }

    /// Adds other lines. Each line occurs as often as in both together.
    pub fn plus(&self, others: &Self) -> Self {
        Self { lines: self.lines.iter().chain(&others.lines).cloned().collect() }
    }

    /// Returns the refund lines that are new; `None` if an earlier line is missing, as in an outdated
    /// reading.
    fn news<'a>(&self, bill: &'a Bill) -> Option<Vec<&'a Line>> {
        let mut before = self.lines.clone();
        let mut news = bill.refunds().map(|line| (mark(line), line)).collect();
        pair_off(&mut before, &mut news);
        before.is_empty().then(|| news.into_iter().map(|(_, line)| line).collect())
    }
}

/// Removes the lines that are the same from both. Identical lines go first, so that a line which the platform
/// has rewritten does not take the place of another.
fn pair_off<T>(known: &mut Vec<String>, lines: &mut Vec<(String, T)>) {
    for is_same in [|known: &str, line: &str| known == line, is_rewritten] {
        lines.retain(|(line, _)| match known.iter().position(|known| is_same(known, line)) {
            Some(at) => {
                known.swap_remove(at);
                false
            }
            None => true,
        });
    }
}

/// Returns whether one line is the other as rewritten by the platform: the same amount, and either the same
/// number at another time, or the same time if one of them lacks its number. By amount alone, another
/// refund's line would pass for it, and would count as ours when it is shown again.
fn is_rewritten(one: &str, other: &str) -> bool {
    let parts = |mark: &str| {
        let mut parts = mark.splitn(3, '|').map(str::to_owned);
        [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default)
    };
    let ([number, time, fen], [its_number, its_time, its_fen]) = (parts(one), parts(other));
    let is_same_number = number == its_number && !number.is_empty();
    let is_filled_in = time == its_time && !time.is_empty() && (number.is_empty() || its_number.is_empty());
    fen == its_fen && (is_same_number || is_filled_in)
}

/// The platform's response to the refund itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Said {
    /// Nothing that proves anything.
    #[default]
    Nothing,
    /// It will not be made.
    Declined,
    /// It is made, or will be, at this time of the platform; empty if it named none.
    Accepted(String),
}

impl Said {
    /// Returns its word in the ledger.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Declined => "declined",
            Self::Accepted(_) => "accepted",
        }
    }

    /// Returns the time of an acceptance.
    pub fn time(&self) -> &str {
        match self {
            Self::Accepted(time) => time,
            _ => "",
        }
    }

    /// Parses the ledger's words.
    pub fn read(word: &str, time: String) -> Option<Self> {
        [Self::Nothing, Self::Declined, Self::Accepted(time)].into_iter().find(|said| said.word() == word)
    }
}

/// The evidence about a refund that was sent. It is stored in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known {
    /// The platform's response to the refund itself.
    pub said: Said,
    /// How long it has been quiet.
    pub quiet: Millis,
    /// The number of readings in a row, spaced apart and late enough to count, that do not show it.
    pub unseen: u32,
    /// The platform's own time just before it was sent; empty if it is not known.
    pub sent_time: String,
}

impl Known {
    /// Adds what was learned since this was stored but could not be written. The quiet time continues as it
    /// was stored.
    #[must_use]
    pub fn with(mut self, heard: &Self) -> Self {
        // The platform answers a refund once, so it said nothing else.
        if self.said == Said::Nothing {
            self.said.clone_from(&heard.said);
        }
        self.unseen = self.unseen.min(heard.unseen);
        self
    }

    /// Returns what a person has to look at while the refund is open, if anything.
    pub const fn needs_person(&self) -> Option<&'static str> {
        Some(match self.said {
            _ if self.quiet < LONGEST_LAG_MS => return None,
            Said::Accepted(_) => "accepted (已受理，尚未到账), and not in the bill after 24 hours",
            Said::Declined => "declined, and no bill that agrees after 24 hours",
            Said::Nothing => "no response, and no bill that decides it after 24 hours",
        })
    }
}

/// How much to refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// This amount.
    Exactly(Fen),
    /// All that is left of the bill.
    Left {
        /// The most to refund.
        most: Fen,
        /// The amount that was charged on it, in fen. A bill that shows less does not show what is left.
        charged_fen: i64,
    },
}

impl Amount {
    const fn most(self) -> Fen {
        match self {
            Self::Exactly(fen) | Self::Left { most: fen, .. } => fen,
        }
    }
}

/// Returns what distinguishes a refund line from others.
fn mark(line: &Line) -> String {
    let clean = |text: &str| text.replace(['\n', '\r', '|'], " ");
    format!("{}|{}|{}", clean(&line.pay_id), clean(&line.pay_time), line.total_fen)
}

/// A change that the ledger has to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A refund of this amount is about to be sent; these lines were on the bill before, or belong to other
    /// refunds.
    Intent(Before, Fen),
    /// The evidence so far. The refund stays open.
    Known(Known),
    /// The refund was made: these lines of the bill, usually one.
    Refunded(Vec<Line>),
    /// The refund was not made and will not be. Carries the reason.
    NotRefunded(String),
    /// Nothing was sent. Carries the reason.
    NotSent(String),
    /// The bill is ambiguous; a person has to look. Carries what it shows.
    Conflict(String),
}

/// The result of the last action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Whether a record was written.
    Persisted(Result<(), PersistError>),
    /// The result of reading the bill.
    Bill(Delivery<Result<BillResponse, ResponseError>>),
    /// The result of sending the refund.
    Refund(Delivery<Result<PayResponse, ResponseError>>),
    /// The wait is over, or was cut short by a cancel.
    Woke,
}

/// Why a refund was not started; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// More than can still be refunded.
    TooMuch {
        /// The amount that can still be refunded, in fen.
        refundable_fen: i64,
    },
    /// Two readings, spaced apart, show that all of the payment was refunded.
    NothingLeft {
        /// The amount that was paid, in fen.
        paid_fen: i64,
    },
    /// The platform does not know the bill. Carries the platform's sentence.
    NoBill(String),
    /// The platform rejects our requests. Carries the platform's sentence.
    Refused(String),
    /// The bill could not be read. Carries the reason.
    BillUnread(String),
    /// The bill lacks a known refund, or shows it in another form, so new lines could not be recognised
    /// afterwards.
    BillLacks,
    /// The caller cancelled in time.
    Cancelled,
    /// The intent could not be written.
    NotRecorded(PersistError),
}

/// Why a refund is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The platform has accepted it, and the bill does not show it yet.
    Accepted,
    /// The bill does not show it yet, or could not be read.
    NotShown(String),
    /// The bill is ambiguous; a person has to look. Carries what it shows.
    Conflict(String),
    /// The caller stopped waiting.
    Cancelled,
    /// The outcome is known, but could not be written, so it may not be reported.
    NotRecorded(String),
}

/// The end of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The refund was made: this line of the bill, and possibly more.
    Refunded(Line),
    /// The refund was not made. Carries the reason.
    NotRefunded(String),
    /// Undecided.
    Unknown(Doubt),
    /// Nothing was sent. Carries the reason.
    NotSent(String),
    /// It was not started, and nothing was sent.
    Rejected(Rejection),
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
    ReadAfter,
    Reveal(Outcome),
}

/// The evidence about the refund in a reading of the bill.
enum Shown {
    /// These lines are the refund; the first one represents it.
    Refunded(Line, Vec<Line>),
    Nothing,
    /// A matching line that is older than the refund; it may be somebody else's that the bill was slow to
    /// show.
    Older,
    Conflict(String),
}

/// The state machine of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    policy: Policy,
    dm_id: String,
    amount: Amount,
    deadline: Millis,
    phase: Phase,
    cancelled: bool,
    /// Whether a reading has shown that all of the payment was refunded.
    nothing_left: bool,
    /// The lines that are not ours.
    before: Before,
    /// Lines that a reading has shown; a reading that lacks them is outdated.
    seen: Before,
    known: Known,
    /// The moment at which `known.quiet` was measured.
    quiet_at: Millis,
    /// When the last reading that counts came. Its request may have waited for its turn, and its response may
    /// have taken long, so it shows the bill as late as that.
    counted: Option<Millis>,
    /// Why it was not made, or is not known: the platform's sentence or the network's error.
    reason: String,
    /// Whether the bill is read as the device, and at the server, of the refund. Otherwise an absence proves
    /// nothing.
    is_witness: bool,
}

impl Refund {
    /// Starts a new refund; `others` are the lines that belong to other refunds of the order. Its first
    /// action reads the bill.
    pub fn begin(dm_id: &str, amount: Amount, others: Before, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::ReadingBefore { tries: 1 };
        (Self::new(dm_id, amount, others, policy, now, phase), Action::ReadBill)
    }

    /// Resumes a refund that an earlier run left open, with the evidence at this moment. It only reads and
    /// never sends.
    pub fn resume(
        dm_id: &str,
        amount: Fen,
        before: Before,
        known: Known,
        is_witness: bool,
        policy: Policy,
        now: Millis,
    ) -> (Self, Action) {
        let phase = Phase::ReadingAfter { asked: now };
        let mut refund = Self::new(dm_id, Amount::Exactly(amount), before, policy, now, phase);
        refund.known = known;
        refund.is_witness = is_witness;
        (refund, Action::ReadBill)
    }

    fn new(dm_id: &str, amount: Amount, before: Before, policy: Policy, now: Millis, phase: Phase) -> Self {
        Self {
            policy,
            dm_id: dm_id.to_owned(),
            amount,
            deadline: now.saturating_add(policy.deadline_ms),
            phase,
            cancelled: false,
            nothing_left: false,
            before,
            seen: Before::default(),
            known: Known::default(),
            quiet_at: now,
            counted: None,
            reason: String::new(),
            is_witness: true,
        }
    }

    /// Sets the platform's time at which it is about to be sent.
    pub fn sent_at(&mut self, sent_time: &str) {
        sent_time.clone_into(&mut self.known.sent_time);
    }

    /// Cancels the wait of the caller. Takes effect at the next event.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Returns how long the caller may still have to wait, in ms.
    pub fn left(&self, now: Millis) -> Millis {
        self.deadline.saturating_sub(now)
    }

    /// Returns the evidence.
    pub const fn known(&self) -> &Known {
        &self.known
    }

    /// Returns the amount, or the most that is refunded.
    pub fn amount(&self) -> Fen {
        self.amount.most()
    }

    /// Handles an event and returns the next action.
    pub fn on(&mut self, now: Millis, event: Event) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        match (phase, event) {
            (Phase::ReadingBefore { tries }, Event::Bill(delivery)) => self.bill_before(now, tries, delivery),
            (Phase::PausingBefore { tries }, Event::Woke) => self.read_before(tries + 1),
            (Phase::Persisting(next), Event::Persisted(result)) => self.persisted(now, next, result),
            (Phase::Refunding { tries }, Event::Refund(delivery)) => self.refunded(now, tries, delivery),
            (Phase::Retrying { tries }, Event::Woke) => self.send(tries + 1),
            (Phase::ReadingAfter { asked }, Event::Bill(delivery)) => self.bill_after(now, asked, delivery),
            (Phase::PausingAfter, Event::Woke) if self.cancelled => self.give_up(now, Doubt::Cancelled),
            (Phase::PausingAfter, Event::Woke) => self.read_after(now),
            // A driver that reports what was not asked for is out of step: nothing may be concluded.
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
        delivery: Delivery<Result<BillResponse, ResponseError>>,
    ) -> Action {
        let unread = Rejection::BillUnread;
        let rejection = match delivery {
            Delivery::Response(Ok(BillResponse::Found(bill))) if self.is_ours(&bill) && !bill.adds_up() => {
                unread("the bill's lines do not add up to its refund_total".to_owned())
            }
            Delivery::Response(Ok(BillResponse::Found(bill))) if self.is_ours(&bill) => {
                // Lines that an outdated reading lacks would look like ours afterwards. If nothing is left of
                // a bill, nothing is refunded.
                if self.before.news(&bill).is_none() && bill.refundable_fen() > 0 {
                    Rejection::BillLacks
                } else if self.shows_the_payment(&bill) {
                    return self.weigh(now, tries, &bill);
                } else {
                    unread(format!("the bill shows a payment of {} yuan only", yuan(bill.pay_total_fen)))
                }
            }
            Delivery::Response(Ok(BillResponse::Found(bill))) => {
                unread(format!("asked for the bill {}, answered {}", self.dm_id, bill.dm_id))
            }
            Delivery::Response(Ok(BillResponse::NotFound(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::NoBill(info)));
            }
            Delivery::Response(Ok(BillResponse::Refused(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::Refused(info)));
            }
            Delivery::Response(Err(error)) => unread(chain(&error)),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) | Delivery::NotSent(reason) => {
                unread(reason)
            }
        };
        if tries >= BILL_TRIES || now >= self.deadline {
            return self.reveal(Outcome::Rejected(rejection));
        }
        self.phase = Phase::PausingBefore { tries };
        Action::Wait { until: now.saturating_add(self.policy.retry_ms) }
    }

    /// Returns whether the bill shows the whole payment. One that does not hides what is left, and "nothing
    /// left" would look like undone.
    fn shows_the_payment(&self, bill: &Bill) -> bool {
        match self.amount {
            Amount::Left { charged_fen, .. } => bill.pay_total_fen >= charged_fen,
            Amount::Exactly(_) => true,
        }
    }

    fn weigh(&mut self, now: Millis, tries: u32, bill: &Bill) -> Action {
        let refundable_fen = bill.refundable_fen();
        let wanted = i64::from(self.amount.most().get());
        let amount = match self.amount {
            Amount::Left { .. } => {
                i32::try_from(refundable_fen.min(wanted)).ok().and_then(|fen| Fen::new(fen).ok())
            }
            Amount::Exactly(fen) => (wanted <= refundable_fen).then_some(fen),
        };
        let Some(amount) = amount else {
            return self.too_much(now, tries, bill);
        };
        if self.cancelled {
            return self.reveal(Outcome::Rejected(Rejection::Cancelled));
        }
        self.amount = Amount::Exactly(amount);
        self.before = Before::of(bill);
        self.persist(Record::Intent(self.before.clone(), amount), Next::Refund)
    }

    /// Rejects the refund. "All of the payment was refunded" counts only when a second reading agrees.
    fn too_much(&mut self, now: Millis, tries: u32, bill: &Bill) -> Action {
        let refundable_fen = bill.refundable_fen();
        let again = now.saturating_add(self.policy.poll_ms);
        let rejection = match (refundable_fen == 0 && bill.refunded_fen > 0, self.nothing_left) {
            (true, true) => Rejection::NothingLeft { paid_fen: bill.pay_total_fen },
            (true, false) if again < self.deadline => {
                self.nothing_left = true;
                // A reading that lacks what this one shows is outdated.
                self.before = Before::of(bill);
                self.phase = Phase::PausingBefore { tries };
                return Action::Wait { until: again };
            }
            _ => Rejection::TooMuch { refundable_fen },
        };
        self.reveal(Outcome::Rejected(rejection))
    }

    fn persisted(&mut self, now: Millis, next: Next, result: Result<(), PersistError>) -> Action {
        match (next, result) {
            (Next::Refund, Ok(())) => self.send(1),
            (Next::Refund, Err(error)) => self.reveal(Outcome::Rejected(Rejection::NotRecorded(error))),
            // Evidence that could not be stored now is stored with the outcome.
            (Next::ReadAfter, _) => self.read_after(now),
            (Next::Reveal(outcome), Ok(())) => self.reveal(outcome),
            (Next::Reveal(Outcome::Unknown(doubt)), Err(_)) => self.reveal(Outcome::Unknown(doubt)),
            (Next::Reveal(_), Err(error)) => self.reveal(Outcome::Unknown(Doubt::NotRecorded(chain(&error)))),
        }
    }

    fn send(&mut self, tries: u32) -> Action {
        if self.cancelled {
            return self.not_sent("the caller cancelled before anything was sent".to_owned());
        }
        self.phase = Phase::Refunding { tries };
        Action::SendRefund
    }

    fn refunded(
        &mut self,
        now: Millis,
        tries: u32,
        delivery: Delivery<Result<PayResponse, ResponseError>>,
    ) -> Action {
        self.quiet_at = now;
        match delivery {
            Delivery::NotSent(reason) => {
                if tries >= self.policy.connect_tries || now >= self.deadline {
                    return self.not_sent(reason);
                }
                self.phase = Phase::Retrying { tries };
                return Action::Wait { until: now.saturating_add(self.policy.retry_ms) };
            }
            Delivery::Response(Ok(response)) => self.hear(response),
            Delivery::Response(Err(error)) => self.reason = chain(&error),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => self.reason = reason,
        }
        match self.known.said {
            Said::Nothing => self.read_after(now),
            // The platform's statement is never forgotten.
            _ => self.persist(Record::Known(self.known.clone()), Next::ReadAfter),
        }
    }

    /// Notes a response to the refund. One that names another order says nothing.
    fn hear(&mut self, response: PayResponse) {
        let is_ours = |order: &Order| order.dm_id.is_empty() || order.dm_id == self.dm_id;
        let (said, reason) = match response {
            PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order)
                if !is_ours(&order) =>
            {
                (Said::Nothing, format!("answered about the order {}", order.dm_id))
            }
            PayResponse::Done(order) | PayResponse::Paying(order) => {
                (Said::Accepted(order.pay_time), order.info)
            }
            PayResponse::Failed(order) => match sentences::refund_class(&order.info) {
                RefundClass::Accepted => (Said::Accepted(order.pay_time), order.info),
                RefundClass::Final => (Said::Declined, order.info),
                RefundClass::EarlierUse | RefundClass::Nothing => (Said::Nothing, order.info),
            },
            PayResponse::Refused(info) => (Said::Nothing, info),
        };
        self.known.said = said;
        self.reason = reason;
    }

    fn read_after(&mut self, now: Millis) -> Action {
        self.phase = Phase::ReadingAfter { asked: now };
        Action::ReadBill
    }

    fn bill_after(
        &mut self,
        now: Millis,
        asked: Millis,
        delivery: Delivery<Result<BillResponse, ResponseError>>,
    ) -> Action {
        let Delivery::Response(Ok(BillResponse::Found(bill))) = delivery else {
            return self.pause(now);
        };
        if !self.is_ours(&bill) {
            return self.pause(now);
        }
        if !bill.adds_up() {
            return match self.shown_by_its_total(&bill) {
                Some(line) => self.persist(
                    Record::Refunded(vec![line.clone()]),
                    Next::Reveal(Outcome::Refunded(line.clone())),
                ),
                None => self.pause(now),
            };
        }
        // A reading that lacks a line seen before is outdated.
        let (Some(_), Some(news)) = (self.seen.news(&bill), self.before.news(&bill)) else {
            return self.pause(now);
        };
        self.seen = Before::of(&bill);
        // A line made before the platform accepted this refund, or before it was sent, is not ours: the bill
        // was slow to show it.
        let earliest = match &self.known.said {
            Said::Accepted(time) if time.is_empty() => &self.known.sent_time,
            said => said.time(),
        };
        let news: Vec<_> = news.into_iter().filter(|line| !is_older(line, earliest)).collect();
        match self.shown(&news) {
            Shown::Refunded(first, all) => {
                self.persist(Record::Refunded(all), Next::Reveal(Outcome::Refunded(first)))
            }
            Shown::Nothing => self.not_shown(now, asked),
            Shown::Older if self.quiet(asked) < self.policy.refund_quiet_ms => self.pause(now),
            Shown::Older => {
                self.conflict("the bill shows one like it that is older than the refund".to_owned())
            }
            Shown::Conflict(shown) => self.conflict(shown),
        }
    }

    /// Returns the one new line of a bill whose lines show less than was refunded, as after a discount. It is
    /// ours if the refund was accepted and the total has grown by exactly our amount; such a bill proves
    /// nothing else.
    fn shown_by_its_total<'a>(&self, bill: &'a Bill) -> Option<&'a Line> {
        let wanted = i64::from(self.amount.most().get());
        let [line] = self.before.news(bill)?[..] else { return None };
        let is_accepted = matches!(self.known.said, Said::Accepted(_));
        let has_grown = bill.refunded_fen == self.before.amounts().sum::<i64>() + wanted;
        (is_accepted && has_grown && -line.total_fen < wanted).then_some(line)
    }

    /// Returns what the new lines of the bill show of the refund.
    fn shown(&self, news: &[&Line]) -> Shown {
        let wanted = -i64::from(self.amount.most().get());
        let refunded = |first: &Line, all: &[&Line]| {
            Shown::Refunded(first.clone(), all.iter().map(|line| (*line).clone()).collect())
        };
        let exact: Vec<_> = news.iter().copied().filter(|line| line.total_fen == wanted).collect();
        let is_all_of_it = news.len() > 1 && news.iter().map(|line| line.total_fen).sum::<i64>() == wanted;
        // An accepted refund may wait for its other lines; any other refund might be among these.
        let is_split = exact.is_empty()
            && match self.known.said {
                Said::Accepted(_) => is_all_of_it,
                _ => may_add_up(news.iter().map(|line| line.total_fen), wanted),
            };
        match (&self.known.said, exact.as_slice(), news) {
            (_, [], _) if !is_split => Shown::Nothing,
            (Said::Declined, ..) => Shown::Conflict(format!(
                "the refund was declined ({}), yet the bill shows one like it",
                self.reason
            )),
            (Said::Accepted(_), [], [first, ..]) => refunded(first, news),
            (_, [], _) => Shown::Conflict("the bill shows new refunds of this amount together".to_owned()),
            (Said::Nothing, [line], _) if is_older(line, &self.known.sent_time) => Shown::Older,
            (_, [line], _) => refunded(line, &[*line]),
            // Even if one of them has the time of the acceptance: a second delivery may be a second later.
            (_, lines, _) => many(lines.len()),
        }
    }

    /// Handles a bill that does not show the refund. That counts only in a row of readings spaced apart,
    /// never for an accepted refund, and without a decline only once the request can no longer arrive and no
    /// bill can still lag.
    fn not_shown(&mut self, now: Millis, asked: Millis) -> Action {
        let quiet = self.quiet(asked);
        let counts = match self.known.said {
            Said::Accepted(_) => false,
            Said::Declined => true,
            Said::Nothing => quiet >= self.policy.refund_quiet_ms,
        };
        let is_apart = self.counted.is_none_or(|last| asked >= last.saturating_add(self.policy.poll_ms));
        if counts && is_apart && self.is_witness {
            self.counted = Some(now);
            self.known.unseen += 1;
        }
        if self.known.unseen >= self.policy.agreeing {
            let reason = self.reason.clone();
            return self
                .persist(Record::NotRefunded(reason.clone()), Next::Reveal(Outcome::NotRefunded(reason)));
        }
        self.pause(now)
    }

    fn quiet(&self, at: Millis) -> Millis {
        self.known.quiet.saturating_add(at.saturating_sub(self.quiet_at)).min(LONGEST_LAG_MS)
    }

    fn is_ours(&self, bill: &Bill) -> bool {
        bill.dm_id.is_empty() || bill.dm_id == self.dm_id
    }

    fn pause(&mut self, now: Millis) -> Action {
        if self.cancelled {
            return self.give_up(now, Doubt::Cancelled);
        }
        if now >= self.deadline {
            let doubt = match self.known.said {
                Said::Accepted(_) => Doubt::Accepted,
                _ => Doubt::NotShown(self.reason.clone()),
            };
            return self.give_up(now, doubt);
        }
        self.phase = Phase::PausingAfter;
        let soon = self.quiet(now) < self.policy.poll_ms;
        let pause = if soon { self.policy.first_query_ms } else { self.policy.poll_ms };
        // The next reading that counts is not put off by one that came too early to count.
        let counts = self.counted.map_or(Millis::MAX, |last| last.saturating_add(self.policy.poll_ms));
        let earliest = now.saturating_add(self.policy.first_query_ms);
        Action::Wait { until: now.saturating_add(pause).min(counts.max(earliest)).min(self.deadline) }
    }

    /// Ends undecided. Writes the evidence first, so that the next run continues from there.
    fn give_up(&mut self, now: Millis, doubt: Doubt) -> Action {
        self.known.quiet = self.quiet(now);
        self.quiet_at = now;
        self.persist(Record::Known(self.known.clone()), Next::Reveal(Outcome::Unknown(doubt)))
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

/// The most sums that are tried.
const SUMS: usize = 10_000;

/// Returns whether some of the lines, by their amounts in fen, may be one refund that was split.
pub(super) fn may_add_up(lines: impl IntoIterator<Item = i64>, wanted: i64) -> bool {
    let mut sums = BTreeSet::from([0]);
    for line in lines {
        // Refunds are negative: a sum beyond the wanted one never comes back to it.
        let more = sums.iter().map(|sum: &i64| sum.saturating_add(line));
        let more: Vec<i64> = more.filter(|sum| *sum >= wanted).collect();
        sums.extend(more);
        if sums.contains(&wanted) || sums.len() > SUMS {
            return true;
        }
    }
    false
}

/// Returns whether a line was made before a moment, by the platform's own clocks.
fn is_older(line: &Line, moment: &str) -> bool {
    let times = (moment::seconds(&line.pay_time), moment::seconds(moment));
    matches!(times, (Some(made), Some(moment)) if made < moment - CLOCKS_APART_S)
}

fn many(lines: usize) -> Shown {
    Shown::Conflict(format!("the bill shows {lines} new refunds of this amount"))
}
