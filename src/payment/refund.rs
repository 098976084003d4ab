//! One refund under one refund number: at most one send, and the bill before and after as the only proof.

use std::collections::BTreeSet;

use crate::chain::chain;
use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{AnswerError, Order, PayAnswer};
use crate::protocol::bill::{Bill, BillAnswer, Line};
use crate::protocol::moment;
use crate::protocol::sentences::{self, RefundClass};

/// How often the bill is asked for before a refund is given up with nothing sent.
const BILL_TRIES: u32 = 3;

/// How long a bill may lag behind a refund that was accepted. One that is open for longer needs a person.
const LONGEST_LAG_MS: Millis = 24 * 60 * 60 * 1_000;

/// How far apart, in seconds, the platform's clocks may be: that of an answer and that of the bill's lines.
const CLOCKS_APART_S: i64 = 60;

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

    /// What each line refunds, in fen.
    pub fn amounts(&self) -> impl Iterator<Item = i64> {
        self.lines.iter().filter_map(|mark| mark.rsplit('|').next()?.parse().ok()).map(|fen: i64| -fen)
    }

    /// As one text for the ledger.
    pub fn to_text(&self) -> String {
        self.lines.join("\n")
    }

    /// From the ledger's text.
    pub fn from_text(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    /// These and others that were seen later, each as often as the one of the two has it that has it more often; as it was seen
    /// last.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let mut lines = self.lines.clone();
        pair_off(&mut lines, &mut later.lines.iter().map(|line| (line.clone(), ())).collect());
        lines.extend_from_slice(&later.lines);
        Self { lines }
    }

    /// These and others besides, as often as the two have them together.
    pub fn plus(&self, others: &Self) -> Self {
        Self { lines: self.lines.iter().chain(&others.lines).cloned().collect() }
    }

    /// The refund lines that came since; `None` when a line from before is missing, as an old reading may have it.
    fn news<'a>(&self, bill: &'a Bill) -> Option<Vec<&'a Line>> {
        let mut before = self.lines.clone();
        let mut news = bill.refunds().map(|line| (mark(line), line)).collect();
        pair_off(&mut before, &mut news);
        before.is_empty().then(|| news.into_iter().map(|(_, line)| line).collect())
    }
}

/// Removes the lines that are the same from both: first those that are alike in all, so that one which the platform has rewritten
/// takes nobody else's place.
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

/// Whether a line is another one as the platform has rewritten it: of the same amount, with its number at another time, or at its
/// time with a number that one of them lacks. By the amount alone, another's line would pass for it, and it for ours when it is
/// shown again.
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

/// What the platform said to the refund itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Said {
    /// Nothing that proves anything.
    #[default]
    Nothing,
    /// It will not be made.
    Declined,
    /// It is made, or will be, at this time of the platform; empty where it named none.
    Accepted(String),
}

impl Said {
    /// The word for it in the ledger.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Declined => "declined",
            Self::Accepted(_) => "accepted",
        }
    }

    /// The time of an acceptance.
    pub fn time(&self) -> &str {
        match self {
            Self::Accepted(time) => time,
            _ => "",
        }
    }

    /// From the ledger's words.
    pub fn read(word: &str, time: String) -> Option<Self> {
        [Self::Nothing, Self::Declined, Self::Accepted(time)].into_iter().find(|said| said.word() == word)
    }
}

/// What is known of a refund that was sent. It is kept in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known {
    /// What the platform said to it.
    pub said: Said,
    /// For how long it has been quiet.
    pub quiet: Millis,
    /// Readings in a row, apart from each other and late enough to count, that do not show it.
    pub unseen: u32,
    /// The platform's own time just before it was sent; empty where it is not known.
    pub sent_time: String,
}

impl Known {
    /// The same, with what was heard since this was written down, and could not be. The time of the quiet goes on as it was kept.
    #[must_use]
    pub fn with(mut self, heard: &Self) -> Self {
        // The platform answers a refund once, so that nothing else was said to it.
        if self.said == Said::Nothing {
            self.said.clone_from(&heard.said);
        }
        self.unseen = self.unseen.min(heard.unseen);
        self
    }

    /// What a person has to look at while the refund is open; empty for nothing.
    pub const fn needs_person(&self) -> &'static str {
        match self.said {
            _ if self.quiet < LONGEST_LAG_MS => "",
            Said::Accepted(_) => "accepted (已受理，尚未到账), and not in the bill after 24 hours",
            Said::Declined => "declined, and no bill that agrees after 24 hours",
            Said::Nothing => "no answer, and no bill that decides it after 24 hours",
        }
    }
}

/// How much to refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// This much.
    Exactly(Fen),
    /// All that is left of the bill.
    Left {
        /// But no more than this.
        most: Fen,
        /// What was charged on it, in fen. A bill that shows less does not tell what is left.
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

/// What tells one refund line from another.
fn mark(line: &Line) -> String {
    let clean = |text: &str| text.replace(['\n', '\r', '|'], " ");
    format!("{}|{}|{}", clean(&line.pay_id), clean(&line.pay_time), line.total_fen)
}

/// What the ledger is to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The refund of so much is about to be sent; these lines the bill had before, or other refunds own.
    Intent(Before, Fen),
    /// What is known now. The refund stays open.
    Known(Known),
    /// The refund was made: these lines of the bill, mostly one.
    Refunded(Vec<Line>),
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
    /// Two readings that are apart from each other show that all of the payment was refunded; with that, in fen.
    NothingLeft {
        /// What was paid, in fen.
        paid_fen: i64,
    },
    /// The platform does not know the bill. With its sentence.
    NoBill(String),
    /// The platform refuses our requests. With its sentence.
    Refused(String),
    /// The bill could not be read. With the reason.
    BillUnread(String),
    /// The bill lacks a refund that is known, or shows it as another one. Which lines are new could not be told afterwards.
    BillLacks,
    /// The caller cancelled in time.
    Cancelled,
    /// The intent could not be written.
    NotRecorded(PersistError),
}

/// Why a refund is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The platform has accepted it, and the bill does not show it yet.
    Accepted,
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
    /// The refund was made: this line of the bill, and maybe others.
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

/// What a reading of the bill shows of the refund.
enum Shown {
    /// By these lines, the first of which stands for the refund.
    Refunded(Line, Vec<Line>),
    Nothing,
    /// A line like it that is older than it, which may be somebody else's that the bill was slow to show.
    Older,
    Conflict(String),
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    policy: Policy,
    dm_id: String,
    amount: Amount,
    deadline: Millis,
    phase: Phase,
    cancelled: bool,
    /// A reading has shown that all of the payment was refunded.
    nothing_left: bool,
    /// The lines that are not ours.
    before: Before,
    /// Lines that a reading has shown; one that lacks them is older.
    seen: Before,
    known: Known,
    /// `known.quiet` is of this moment.
    quiet_at: Millis,
    /// When the last reading was asked for that counts.
    counted: Option<Millis>,
    /// Why it is not made, or not known: the platform's sentence or the network's.
    reason: String,
    /// Whether the bill is read as the device and at the server of the refund. Else an absence proves nothing.
    is_witness: bool,
}

impl Refund {
    /// A new refund; `others` are the lines that other refunds of the order own. Its first action reads the bill.
    pub fn begin(dm_id: &str, amount: Amount, others: Before, policy: Policy, now: Millis) -> (Self, Action) {
        let phase = Phase::ReadingBefore { tries: 1 };
        (Self::new(dm_id, amount, others, policy, now, phase), Action::ReadBill)
    }

    /// A refund that an earlier run left open, with what is known of it at this moment. It reads and never sends.
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

    /// It is about to be sent, at this time of the platform.
    pub fn sent_at(&mut self, sent_time: &str) {
        sent_time.clone_into(&mut self.known.sent_time);
    }

    /// The caller stops waiting. Takes effect at the next event.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// How long the caller may still have to wait, in ms.
    pub fn left(&self, now: Millis) -> Millis {
        self.deadline.saturating_sub(now)
    }

    /// What is known of it.
    pub const fn known(&self) -> &Known {
        &self.known
    }

    /// How much is refunded, or at most.
    pub fn amount(&self) -> Fen {
        self.amount.most()
    }

    /// Takes what happened and says what to do next.
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
        let unread = Rejection::BillUnread;
        let rejection = match delivery {
            Delivery::Answer(Ok(BillAnswer::Found(bill))) if self.is_ours(&bill) && !bill.adds_up() => {
                unread("the bill's lines do not add up to its refund_total".to_owned())
            }
            Delivery::Answer(Ok(BillAnswer::Found(bill))) if self.is_ours(&bill) => {
                // What an old reading lacks besides would look like ours afterwards. Of a bill of which nothing is left, nothing
                // is refunded.
                if self.before.news(&bill).is_none() && bill.refundable_fen() > 0 {
                    Rejection::BillLacks
                } else if self.shows_the_payment(&bill) {
                    return self.weigh(now, tries, &bill);
                } else {
                    unread(format!("the bill shows a payment of {} fen only", bill.pay_total_fen))
                }
            }
            Delivery::Answer(Ok(BillAnswer::Found(bill))) => {
                unread(format!("asked for the bill {}, answered {}", self.dm_id, bill.dm_id))
            }
            Delivery::Answer(Ok(BillAnswer::NotFound(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::NoBill(info)));
            }
            Delivery::Answer(Ok(BillAnswer::Refused(info))) => {
                return self.reveal(Outcome::Rejected(Rejection::Refused(info)));
            }
            Delivery::Answer(Err(error)) => unread(chain(&error)),
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

    /// How much is left is not known from a bill that does not show the whole payment: nothing left would look like undone.
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

    /// That all of the payment was refunded is believed when another reading agrees.
    fn too_much(&mut self, now: Millis, tries: u32, bill: &Bill) -> Action {
        let refundable_fen = bill.refundable_fen();
        let again = now.saturating_add(self.policy.poll_ms);
        let rejection = match (refundable_fen == 0 && bill.refunded_fen > 0, self.nothing_left) {
            (true, true) => Rejection::NothingLeft { paid_fen: bill.pay_total_fen },
            (true, false) if again < self.deadline => {
                self.nothing_left = true;
                // A reading that lacks what this one shows is an old one.
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
            // What could not be kept now is kept with the end.
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
        delivery: Delivery<Result<PayAnswer, AnswerError>>,
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
            Delivery::Answer(Ok(answer)) => self.hear(answer),
            Delivery::Answer(Err(error)) => self.reason = chain(&error),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => self.reason = reason,
        }
        match self.known.said {
            Said::Nothing => self.read_after(now),
            // What was said is never forgotten.
            _ => self.persist(Record::Known(self.known.clone()), Next::ReadAfter),
        }
    }

    /// An answer that names another order says nothing.
    fn hear(&mut self, answer: PayAnswer) {
        let is_ours = |order: &Order| order.dm_id.is_empty() || order.dm_id == self.dm_id;
        let (said, reason) = match answer {
            PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order)
                if !is_ours(&order) =>
            {
                (Said::Nothing, format!("answered about the order {}", order.dm_id))
            }
            PayAnswer::Done(order) | PayAnswer::Paying(order) => (Said::Accepted(order.pay_time), order.info),
            PayAnswer::Failed(order) => match sentences::refund_class(&order.info) {
                RefundClass::Accepted => (Said::Accepted(order.pay_time), order.info),
                RefundClass::Final => (Said::Declined, order.info),
                RefundClass::EarlierUse | RefundClass::Nothing => (Said::Nothing, order.info),
            },
            PayAnswer::Refused(info) => (Said::Nothing, info),
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
        delivery: Delivery<Result<BillAnswer, AnswerError>>,
    ) -> Action {
        let Delivery::Answer(Ok(BillAnswer::Found(bill))) = delivery else {
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
        // A reading that lacks a line which was there is an old one.
        let (Some(_), Some(news)) = (self.seen.news(&bill), self.before.news(&bill)) else {
            return self.pause(now);
        };
        self.seen = Before::of(&bill);
        // Made before the platform accepted this one, or before it was sent: the bill was slow to show it.
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

    /// The one new line of a bill whose lines show less than was refunded, as after a discount. With an acceptance, and a total
    /// that has grown by just our amount, it is ours; nothing else is certain of such a bill.
    fn shown_by_its_total<'a>(&self, bill: &'a Bill) -> Option<&'a Line> {
        let wanted = i64::from(self.amount.most().get());
        let [line] = self.before.news(bill)?[..] else { return None };
        let is_accepted = matches!(self.known.said, Said::Accepted(_));
        let has_grown = bill.refunded_fen == self.before.amounts().sum::<i64>() + wanted;
        (is_accepted && has_grown && -line.total_fen < wanted).then_some(line)
    }

    /// What the new lines of the bill say about the refund.
    fn shown(&self, news: &[&Line]) -> Shown {
        let wanted = -i64::from(self.amount.most().get());
        let refunded = |first: &Line, all: &[&Line]| {
            Shown::Refunded(first.clone(), all.iter().map(|line| (*line).clone()).collect())
        };
        let exact: Vec<_> = news.iter().copied().filter(|line| line.total_fen == wanted).collect();
        let is_all_of_it = news.len() > 1 && news.iter().map(|line| line.total_fen).sum::<i64>() == wanted;
        // One that was accepted may wait for its other lines; any other might be among these.
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
            // Also where one of them has the time of the acceptance: a second delivery may be a second later.
            (_, lines, _) => many(lines.len()),
        }
    }

    /// The bill does not show the refund. That is believed only in a row of readings apart from each other, never of one
    /// that was accepted, and without a decline only once the request can no longer arrive and a bill no longer lag.
    fn not_shown(&mut self, now: Millis, asked: Millis) -> Action {
        let quiet = self.quiet(asked);
        let counts = match self.known.said {
            Said::Accepted(_) => false,
            Said::Declined => true,
            Said::Nothing => quiet >= self.policy.refund_quiet_ms,
        };
        let is_apart = self.counted.is_none_or(|last| asked >= last.saturating_add(self.policy.poll_ms));
        if counts && is_apart && self.is_witness {
            self.counted = Some(asked);
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
        Action::Wait { until: now.saturating_add(pause).min(self.deadline) }
    }

    /// Ends undecided. What is known is written down first, so that the next run goes on from there.
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

/// More sums than this are not looked at.
const SUMS: usize = 10_000;

/// Whether some of the lines, by their amounts in fen, may be one refund that was split.
pub(super) fn may_add_up(lines: impl IntoIterator<Item = i64>, wanted: i64) -> bool {
    let mut sums = BTreeSet::from([0]);
    for line in lines {
        // Refunds are negative: what has gone beyond does not come back.
        let more = sums.iter().map(|sum: &i64| sum.saturating_add(line));
        let more: Vec<i64> = more.filter(|sum| *sum >= wanted).collect();
        sums.extend(more);
        if sums.contains(&wanted) || sums.len() > SUMS {
            return true;
        }
    }
    false
}

/// Whether a line was made before a moment, by the platform's own clocks.
fn is_older(line: &Line, moment: &str) -> bool {
    let times = (moment::seconds(&line.pay_time), moment::seconds(moment));
    matches!(times, (Some(made), Some(moment)) if made < moment - CLOCKS_APART_S)
}

fn many(lines: usize) -> Shown {
    Shown::Conflict(format!("the bill shows {lines} new refunds of this amount"))
}
