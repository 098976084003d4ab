//! The oracle. It sees the platform's true state, every byte that is offered, every row that is written and
//! every result that is reported, and knows nothing of how the library decides.

use std::collections::{BTreeMap, BTreeSet};

use wsy::payment::evidence::{Evidence, Said, Tie};
use wsy::payment::refund::Before;

use crate::Ms;
use crate::disk::{Change, ChargeRow, ChargeState, Ledger, Lost, RefundRow, RefundState};
use crate::platform::{
    Ask, Line, Order, Origin, ParsedRequest, Platform, Standing, mark, number, order_named,
};
use crate::till::{Outcome, Report, is_device_of};

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number of the invariant.
    pub rule: u8,
    /// The description of the violation.
    pub text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invariant {} is broken: {}", self.rule, self.text)
    }
}

/// The result of a check.
pub type Checked = Result<(), Violation>;

fn broken(rule: u8, text: String) -> Checked {
    Err(Violation { rule, text })
}

/// The oracle's knowledge of an attempt or a refund.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct History {
    /// The device that sent it.
    device: Option<u32>,
    /// How often a byte of its request was offered to a socket.
    offered: u8,
    /// Whether the network duplicated its request.
    doubled: bool,
    /// Whether a response belonged to somebody else's request, or named another amount.
    misled: bool,
    /// Whether its order was reported to have failed because of trouble.
    troubled: bool,
    /// The same in words that are in no table.
    unlisted: bool,
    /// Whether the charge itself got that response with its order, and the till has forgotten nothing since.
    named: bool,
    /// The end that was reported.
    outcome: Option<Outcome>,
    /// The number of queries since everything healed.
    questions: u16,
    /// How far the platform's confirmation of it has come.
    confirmation: Confirmation,
    /// Whether the last write about it failed.
    unwritten: bool,
    /// Whether the device that charged received a query response that does not confirm it.
    denied_here: bool,
    /// The same for another device.
    denied_elsewhere: bool,
    /// Whether the refund was said to be made later, or stays hidden for long.
    pends: bool,
    /// Whether the refund became two lines.
    split: bool,
    /// Whether the world has broken the premises about it.
    broken: bool,
    /// The platform's order, for a refund.
    order: u64,
}

/// How far the platform's confirmation of a payment or a refund has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Confirmation {
    /// There is no confirmation.
    #[default]
    None,
    /// A run has received it.
    Heard,
    /// A run has received it, and the next request left after that: by then it has to be on disk.
    Kept,
}

/// The oracle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Oracle {
    charges: BTreeMap<Origin, History>,
    refunds: BTreeMap<Origin, History>,
    /// Bills for which a caller agreed to charge twice.
    insisted: BTreeSet<(u8, u16)>,
    /// Codes that were charged for more than one bill, or by more than one till.
    shared_codes: BTreeSet<u64>,
    /// The bill for which each code was first charged.
    codes: BTreeMap<u64, (u8, u16)>,
    /// Bills and refunds that a lying disk has lost part of.
    excused: BTreeSet<(u8, u16, bool)>,
    excused_codes: BTreeSet<u64>,
    /// Orders with a refund that a lying disk has lost.
    excused_orders: BTreeSet<u64>,
    /// Back-office refunds that are made to look exactly like a till's: the order and the amount.
    lookalikes: BTreeSet<(usize, i64)>,
    /// Refunds that were reported as made because of another's line of the same amount.
    mistaken: BTreeSet<Origin>,
    /// Refunds recorded as made elsewhere: the order and the amount.
    elsewhere: BTreeMap<Origin, (String, i64)>,
    /// The charge that each order is bound to, per ledger.
    bound: BTreeMap<(u8, String), Origin>,
    /// How many refunds own each line.
    owned: BTreeMap<String, usize>,
    /// Tills that became another device, or were opened at another address.
    moved: BTreeSet<u8>,
    /// Bills reported as paid in the form on which goods are handed over.
    handed_over: BTreeSet<(u8, u16)>,
    /// Tills where a process has ended or a call was interrupted: the caller may not have received the
    /// report.
    interrupted: BTreeSet<u8>,
    /// Whether everything has healed.
    healed: bool,
}

/// After everything has healed, this many queries about one charge or refund are enough.
const MAX_QUESTIONS: u16 = 400;

impl Oracle {
    /// From now on everything has to settle.
    pub const fn heal(&mut self) {
        self.healed = true;
    }

    /// Notes that a till has become another device or moved to another address: what was open may need a
    /// person.
    pub fn moved(&mut self, till: u8) {
        self.moved.insert(till);
    }

    /// Notes that a caller accepts that the customer may pay twice.
    pub fn insists(&mut self, till: u8, bill: u16) {
        self.insisted.insert((till, bill));
    }

    /// Notes that a lying disk has lost writes.
    pub fn lost(&mut self, till: u8, lost: &[Lost]) {
        for lost in lost {
            match *lost {
                Lost::Charge(bill, code) => {
                    self.excused.insert((till, bill, false));
                    self.excused_codes.insert(code);
                }
                Lost::Refund(number) => {
                    self.excused.insert((till, number, true));
                    let history = self.refunds.get(&Origin { till, number, attempt: 0 });
                    self.excused_orders.extend(history.map(|history| history.order));
                }
            }
        }
    }

    fn is_excused(&self, origin: Origin, refund: bool) -> bool {
        self.is_lost(origin, refund) || self.is_broken(origin, refund)
    }

    /// Whether a lying disk has lost part of a charge's bill or of a refund.
    fn is_lost(&self, about: Origin, refund: bool) -> bool {
        self.excused.contains(&(about.till, about.number, refund))
    }

    /// Whether the world has broken the premises about a charge or refund.
    fn is_broken(&self, about: Origin, refund: bool) -> bool {
        self.history(about, refund).is_some_and(|history| history.broken)
    }

    fn history(&self, about: Origin, refund: bool) -> Option<&History> {
        if refund { self.refunds.get(&about) } else { self.charges.get(&about) }
    }

    fn history_mut(&mut self, about: Origin, refund: bool) -> &mut History {
        if refund { self.refunds.entry(about).or_default() } else { self.charges.entry(about).or_default() }
    }

    /// Notes that the world breaks the premises about a charge or refund: a verdict about it may be wrong,
    /// and is counted.
    pub fn breaks(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).broken = true;
    }

    /// Notes that a refund is made or shown later than its response is received.
    pub fn pends(&mut self, about: Origin) {
        self.history_mut(about, true).pends = true;
    }

    /// Notes that a refund becomes two lines.
    pub fn split(&mut self, about: Origin) {
        self.history_mut(about, true).split = true;
    }

    /// Notes that the back office refunds exactly what a till refunds.
    pub fn lookalike(&mut self, order: usize, fen: i64) {
        self.lookalikes.insert((order, fen));
    }

    /// Notes the device with which a charge leaves a till.
    pub fn sent_by(&mut self, about: Origin, parsed: ParsedRequest) {
        if matches!(parsed.ask, Ask::Micropay { .. }) {
            self.history_mut(about, false).device = Some(parsed.device);
        }
    }

    /// Whether a till has become another device or moved to another address.
    pub fn has_moved(&self, till: u8) -> bool {
        self.moved.contains(&till)
    }

    /// Notes that a whole response was received, and whether it `confirms` the payment or the refund.
    pub fn heard(&mut self, about: Origin, parsed: ParsedRequest, confirms: bool) {
        let history = self.history_mut(about, is_of_refund(parsed.ask));
        if confirms && history.confirmation == Confirmation::None {
            history.confirmation = Confirmation::Heard;
        }
        let asks = matches!(parsed.ask, Ask::QueryCode { .. } | Ask::QueryOrder { .. });
        let here = history.device.is_none_or(|device| device == parsed.device);
        history.denied_here |= asks && !confirms && here;
        history.denied_elsewhere |= asks && !confirms && !here;
    }

    /// Notes that a write about a charge or refund failed.
    pub fn not_written(&mut self, about: Origin, refund: bool) {
        let history = self.history_mut(about, refund);
        history.unwritten = true;
        history.named = false;
    }

    /// Notes that a run has ended; it forgets what it could not write of a refund.
    pub fn ended(&mut self, report: &Report) {
        let history = self.history_mut(report.about, report.refund);
        if history.unwritten && report.refund {
            forget(history);
        }
    }

    /// Notes that what was received about a charge or refund and not written is lost.
    pub fn forgets(&mut self, about: Origin, refund: bool) {
        self.interrupted.insert(about.till);
        forget(self.history_mut(about, refund));
    }

    /// The same for a whole till, or for a run that works on several of them.
    pub fn crashed(&mut self, till: u8) {
        self.interrupted.insert(till);
        let stories = self.charges.iter_mut().chain(&mut self.refunds);
        stories.filter(|(about, _)| about.till == till).for_each(|(_, history)| forget(history));
    }

    /// Whether the platform has confirmed a charge or refund, and the confirmation is on disk.
    pub fn is_confirmed(&self, about: Origin, refund: bool) -> bool {
        let history = self.history(about, refund);
        history.is_some_and(|history| history.confirmation == Confirmation::Kept)
            && !self.is_excused(about, refund)
    }

    /// Returns the verdicts that are wrong because the world has broken the premises. Reconciliation has to
    /// find each of them, except those that a lying disk has lost.
    pub fn wrong(&self, ledgers: &[&Ledger], platform: &Platform) -> Vec<Origin> {
        let ledger = |about: &Origin| ledgers.get(usize::from(about.till));
        let is_judged =
            |about: &Origin, history: &History, refund| history.broken && !self.is_lost(*about, refund);
        let charges = self.charges.iter().filter(|(about, history)| is_judged(about, history, false));
        let charges = charges.filter(|(about, _)| {
            let is_its = |row: &&ChargeRow| (row.bill, row.attempt) == (about.number, about.attempt);
            let row = ledger(about).and_then(|ledger| ledger.charges.iter().find(is_its));
            row.is_some_and(|row| matches!(row.state, ChargeState::NotPaid | ChargeState::NotSent))
                && self.is_really_not_paid(**about, platform).is_err()
        });
        let refunds = self.refunds.iter().filter(|(about, history)| is_judged(about, history, true));
        let refunds = refunds.filter(|(about, _)| {
            let is_its = |row: &&RefundRow| row.number == about.number;
            let row = ledger(about).and_then(|ledger| ledger.refunds.iter().find(is_its));
            row.is_some_and(|row| matches!(row.state, RefundState::NotRefunded | RefundState::NotSent))
                && !refunds_of(**about, platform).is_empty()
        });
        charges.chain(refunds).map(|(about, _)| *about).collect()
    }

    /// Returns how many refunds were reported as made because of another refund's line of the same amount.
    pub fn excused_refunds(&self) -> u64 {
        self.mistaken.len() as u64
    }

    /// Checks a bill that is refused as refunded: none of it may be captured.
    pub fn already_refunded(&self, till: u8, bill: u16, platform: &Platform) -> Checked {
        let of_bill = |order: &&Order| {
            (order.origin.till, order.origin.number) == (till, bill)
                && order.captures()
                && !self.is_excused(order.origin, false)
                && !self.is_code_excused(order.code)
        };
        for (at, order) in platform.orders.iter().enumerate().filter(|(_, order)| of_bill(order)) {
            let left = order.fen - order.refunds.iter().map(|line| line.fen).sum::<i64>();
            if left > 0 && !self.excused_orders.contains(&number(at)) {
                return broken(
                    14,
                    format!(
                        "bill {bill} of till {till} is reported as refunded, \
                         but {left} fen are captured: {order:?}"
                    ),
                );
            }
        }
        Ok(())
    }

    fn is_code_excused(&self, code: u64) -> bool {
        self.excused_codes.contains(&code)
    }

    /// Notes that the network delivers a request a second time.
    pub fn doubled(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).doubled = true;
    }

    /// Notes that the response belongs to another request: no till may take back alone what it says of a
    /// payment or a refund.
    pub fn misled(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).misled = true;
    }

    /// Notes that the order of a charge is said to have failed because of trouble: that ends a charge which
    /// knows that the order is its own.
    pub fn troubled(&mut self, about: Origin) {
        self.history_mut(about, false).troubled = true;
    }

    /// The same in words of no table, which end such a charge unless it was being paid.
    pub fn unlisted(&mut self, about: Origin) {
        self.history_mut(about, false).unlisted = true;
    }

    /// Notes that this was the response to the charge itself, with the number of the order.
    pub fn named(&mut self, about: Origin) {
        self.history_mut(about, false).named = true;
    }

    /// Checks a request of which a byte is offered to a socket.
    pub fn offered(&mut self, about: Origin, ask: Ask, resumed: bool, ledger: &Ledger) -> Checked {
        let history = self.history_mut(about, is_of_refund(ask));
        if history.confirmation == Confirmation::Heard && !history.unwritten {
            history.confirmation = Confirmation::Kept;
        }
        match ask {
            Ask::Micropay { code, fen, .. } => self.charge_offered(about, code, fen, resumed, ledger),
            Ask::Refund { dm, fen } => self.refund_offered(about, dm, fen, resumed, ledger),
            Ask::QueryCode { .. } | Ask::QueryOrder { .. } => {
                let healed = self.healed;
                let history = self.charges.entry(about).or_default();
                history.questions += u16::from(healed);
                enough(history, "charge", about)
            }
            Ask::Read { .. } => {
                let healed = self.healed;
                let history = self.refunds.entry(about).or_default();
                history.questions += u16::from(healed);
                enough(history, "refund", about)
            }
        }
    }

    fn charge_offered(
        &mut self,
        about: Origin,
        code: u64,
        fen: i64,
        resumed: bool,
        ledger: &Ledger,
    ) -> Checked {
        if resumed {
            return broken(6, format!("a settling run sent the charge {about:?}"));
        }
        let intent = |row: &&ChargeRow| row.bill == about.number && row.attempt == about.attempt;
        let Some(row) = ledger.charges.iter().find(intent) else {
            return broken(4, format!("the charge {about:?} left before its intent was on disk"));
        };
        if row.state != ChargeState::Open || row.code != code || i64::from(row.fen) != fen {
            return broken(
                4,
                format!("what was sent for {about:?} differs from what is on disk: {code} {fen} {row:?}"),
            );
        }
        let paid = |row: &&ChargeRow| row.bill == about.number && row.state == ChargeState::Paid;
        if let Some(paid) = ledger.charges.iter().find(paid) {
            return broken(17, format!("{about:?} is charged, though its bill is paid: {paid:?}"));
        }
        let history = self.charges.entry(about).or_default();
        history.offered += 1;
        if history.offered > 1 && !self.is_excused(about, false) {
            return broken(2, format!("the charge {about:?} was sent a second time"));
        }
        Ok(())
    }

    fn refund_offered(
        &mut self,
        about: Origin,
        dm: u64,
        fen: i64,
        resumed: bool,
        ledger: &Ledger,
    ) -> Checked {
        if resumed {
            return broken(6, format!("a settling run sent the refund {about:?}"));
        }
        let Some(row) = ledger.refunds.iter().find(|row| row.number == about.number) else {
            return broken(4, format!("the refund {about:?} left before its intent was on disk"));
        };
        if row.state != RefundState::Open || row.dm_id != format!("dm{dm}") || i64::from(row.fen) != fen {
            return broken(
                4,
                format!("what was sent for the refund {about:?} differs from what is on disk: {row:?}"),
            );
        }
        let history = self.refunds.entry(about).or_default();
        history.order = dm;
        history.offered += 1;
        if history.offered > 1 && !self.is_excused(about, true) {
            return broken(2, format!("the refund {about:?} was sent a second time"));
        }
        Ok(())
    }

    /// Checks a write.
    pub fn wrote(&mut self, till: u8, change: &Change, platform: &Platform) -> Checked {
        if let Change::Charge(None, row) = change
            && *self.codes.entry(row.code).or_insert((till, row.bill)) != (till, row.bill)
        {
            self.shared_codes.insert(row.code);
        }
        match change {
            Change::Charge(old, row) => self.charge_row(till, old.as_ref(), row, platform),
            Change::Refund(old, row) => self.refund_row(till, old.as_ref(), row, platform),
        }
    }

    fn charge_row(
        &mut self,
        till: u8,
        old: Option<&ChargeRow>,
        row: &ChargeRow,
        platform: &Platform,
    ) -> Checked {
        let about = Origin { till, number: row.bill, attempt: row.attempt };
        if let Some(old) = old.filter(|old| has_lost_its_order(old, row)) {
            self.bound.remove(&(till, old.dm_id.clone()));
            return Ok(());
        }
        let legal = match old.map(|old| old.state) {
            None => row.state == ChargeState::Open,
            Some(state) => state == ChargeState::Open,
        };
        // Of a row that has ended, only the mark that it was reported may change.
        let only_reported = |old: &ChargeRow| {
            old.state != ChargeState::Open
                && *row == ChargeRow { reported: row.reported, listed: row.listed, ..old.clone() }
        };
        if old.is_some_and(only_reported) {
            return Ok(());
        }
        if !legal {
            return broken(6, format!("{old:?} became {row:?}"));
        }
        self.history_mut(about, false).unwritten = false;
        if self.is_excused(about, false) || self.is_code_excused(row.code) {
            return Ok(());
        }
        self.is_bound_once(about, row)?;
        match row.state {
            ChargeState::Paid => self.is_really_paid(about, row, platform),
            ChargeState::NotPaid => {
                self.is_really_not_paid(about, platform)?;
                self.is_proven(about, platform)
            }
            ChargeState::NotSent => self.is_really_not_paid(about, platform),
            ChargeState::Open | ChargeState::DecidedPaid | ChargeState::DecidedNotPaid => Ok(()),
        }
    }

    /// Checks that an order of the platform belongs to one charge of a ledger.
    fn is_bound_once(&mut self, about: Origin, row: &ChargeRow) -> Checked {
        if row.dm_id.is_empty() || !(row.state == ChargeState::Paid || row.evidence.tie.binds()) {
            return Ok(());
        }
        let owner = *self.bound.entry((about.till, row.dm_id.clone())).or_insert(about);
        if owner != about && !self.is_excused(owner, false) {
            return broken(13, format!("{} belongs to {owner:?} and to {about:?}", row.dm_id));
        }
        Ok(())
    }

    /// Checks that "not paid" was concluded from a denial by the right device, and does not contradict a
    /// confirmation unless its own order failed.
    fn is_proven(&self, about: Origin, platform: &Platform) -> Checked {
        let Some(history) = self.charges.get(&about) else { return Ok(()) };
        let failed = |order: &Order| order.origin == about && matches!(order.end, Some((_, false)));
        if history.confirmation == Confirmation::Kept && !platform.orders.iter().any(failed) {
            return broken(
                12,
                format!("the platform has confirmed {about:?}, but it is reported as not paid"),
            );
        }
        if history.denied_elsewhere && !history.denied_here {
            return broken(
                16,
                format!("{about:?} is reported as not paid, but only another device was asked"),
            );
        }
        Ok(())
    }

    fn is_really_paid(&self, about: Origin, row: &ChargeRow, platform: &Platform) -> Checked {
        let order = order_named(&row.dm_id).and_then(|at| platform.orders.get(at));
        let Some(order) = order else {
            return broken(3, format!("{about:?} is paid by an order that does not exist: {row:?}"));
        };
        let right = order.captures() && order.fen == i64::from(row.fen) && order.code == row.code;
        if !right || !is_device_of(about.till, order.device) || order.origin.number != about.number {
            return broken(
                3,
                format!("{about:?} is reported as paid by an order that did not pay it: {row:?}, {order:?}"),
            );
        }
        Ok(())
    }

    fn is_really_not_paid(&self, about: Origin, platform: &Platform) -> Checked {
        match platform.orders.iter().find(|order| order.origin == about && order.captures()) {
            Some(order) => {
                broken(3, format!("{about:?} is reported as not paid, but {order:?} takes the money"))
            }
            None => Ok(()),
        }
    }

    fn refund_row(
        &mut self,
        till: u8,
        old: Option<&RefundRow>,
        row: &RefundRow,
        platform: &Platform,
    ) -> Checked {
        let is_elsewhere = old.is_none() && row.state == RefundState::Refunded;
        let legal = match old.map(|old| old.state) {
            None | Some(RefundState::NotSent) => row.state == RefundState::Open || is_elsewhere,
            Some(state) => state == RefundState::Open,
        };
        if !legal {
            return broken(6, format!("{old:?} became {row:?}"));
        }
        let about = Origin { till, number: row.number, attempt: 0 };
        if self.is_excused(about, true) {
            return Ok(());
        }
        self.history_mut(about, true).unwritten = false;
        let made = refunds_of(about, platform);
        let at = order_named(&row.dm_id);
        let order = at.and_then(|at| platform.orders.get(at));
        let kept = is_elsewhere.then(|| self.is_refunded_elsewhere(about, row, order));
        if at.is_some_and(|at| self.excused_orders.contains(&number(at))) {
            return Ok(());
        }
        if let Some(kept) = kept {
            return kept;
        }
        // A refund that the network duplicated looks like another one of the same amount.
        let of_doubled = |line: &Line| line.origin.is_some_and(|origin| self.is_doubled(origin));
        let doubled =
            self.is_doubled(about) || order.is_some_and(|order| order.refunds.iter().any(of_doubled));
        let lookalike = at.zip(order).is_some_and(|(at, order)| self.has_lookalike(at, order, row));
        let split = self.refunds.get(&about).is_some_and(|history| history.split);
        match row.state {
            RefundState::Refunded
                if made.is_empty()
                    && (lookalike || order.is_some_and(|order| is_sum_of_others(order, row))) =>
            {
                self.mistaken.insert(about);
            }
            RefundState::Refunded if made.is_empty() && !doubled => {
                return broken(3, format!("the refund {about:?} is reported as made, but was not: {row:?}"));
            }
            RefundState::Refunded if !doubled && made.iter().sum::<i64>() != i64::from(row.fen) => {
                return broken(
                    3,
                    format!("the refund {about:?} was made with another amount: {made:?}, {row:?}"),
                );
            }
            RefundState::NotRefunded | RefundState::NotSent if !made.is_empty() => {
                return broken(3, format!("the refund {about:?} is reported as not made, but was: {row:?}"));
            }
            RefundState::NotRefunded
                if self
                    .refunds
                    .get(&about)
                    .is_some_and(|history| history.confirmation == Confirmation::Kept) =>
            {
                return broken(12, format!("the refund {about:?} was accepted, but is reported as not made"));
            }
            RefundState::Conflict
                if !doubled
                    && !lookalike
                    && !split
                    && !order.is_some_and(|order| adds_up_elsewhere(order, about, row)) =>
            {
                return broken(7, format!("the refund {about:?} calls for a person without need: {row:?}"));
            }
            _ => {}
        }
        self.owns_its_lines(about, row, platform)
    }

    /// Whether the back office has refunded exactly the amount of a refund, on purpose or by chance, and
    /// nothing tells the two apart: in a line that the till had not seen before, or that an earlier refund
    /// took for its own, whose own line may be taken for this one's.
    fn has_lookalike(&self, at: usize, order: &Order, row: &RefundRow) -> bool {
        let fen = i64::from(row.fen);
        let marks = |by_back_office: bool| {
            let lines = order.refunds.iter().filter(move |line| !by_back_office || line.origin.is_none());
            lines.filter(|line| line.fen == fen).map(|line| mark(number(at), line))
        };
        let is_new = |line: &String| {
            let seen = row.before.lines().filter(|known| known == line).count();
            marks(false).filter(|other| other == line).count() > seen
        };
        self.lookalikes.contains(&(at, fen))
            || marks(true).any(|line| self.owned.contains_key(&line) || is_new(&line))
    }

    /// Checks that a refund recorded as made elsewhere has no line of its own, and exists only where nothing
    /// is left of its order or others have refunded that much of it.
    fn is_refunded_elsewhere(&mut self, about: Origin, row: &RefundRow, order: Option<&Order>) -> Checked {
        let of_others = |line: &&Line| {
            line.origin.is_none_or(|origin| {
                origin.till != about.till || self.is_excused(origin, true) || self.is_doubled(origin)
            })
        };
        let lines = order.map_or(&[][..], |order| &order.refunds);
        let theirs: i64 = lines.iter().filter(of_others).map(|line| line.fen).sum();
        let left = order.map(Order::left);
        let is_same = |origin: &Origin, dm_id: &str| origin.till == about.till && dm_id == row.dm_id;
        let kept = self.elsewhere.iter().filter(|(origin, (dm_id, _))| is_same(origin, dm_id));
        let kept: i64 = kept.map(|(_, (_, fen))| fen).sum::<i64>() + i64::from(row.fen);
        self.elsewhere.insert(about, (row.dm_id.clone(), i64::from(row.fen)));
        if (left == Some(0) || kept <= theirs) && row.lines == Before::default() {
            return Ok(());
        }
        broken(
            3,
            format!(
                "{about:?} is recorded as refunded elsewhere; \
                 {left:?} fen are left, others refunded {theirs}: {row:?}"
            ),
        )
    }

    fn is_doubled(&self, refund: Origin) -> bool {
        self.refunds.get(&refund).is_some_and(|history| history.doubled)
    }

    /// Checks that a line of a bill belongs to one refund. Two lines that look the same are two lines.
    fn owns_its_lines(&mut self, about: Origin, row: &RefundRow, platform: &Platform) -> Checked {
        let Some(at) = order_named(&row.dm_id).filter(|_| row.state == RefundState::Refunded) else {
            return Ok(());
        };
        let order = platform.orders.get(at);
        for line in row.lines.to_text().lines() {
            let there =
                |order: &Order| order.refunds.iter().filter(|made| mark(number(at), made) == line).count();
            let owned = self.owned.entry(line.to_owned()).or_default();
            *owned += 1;
            if *owned > order.map_or(0, there) {
                return broken(13, format!("the line {line} belongs to {about:?} and to another refund"));
            }
        }
        Ok(())
    }

    /// Checks a report that is made from the record.
    pub fn reported_from_record(
        &mut self,
        report: &Report,
        ledger: &Ledger,
        platform: &Platform,
        now: Ms,
    ) -> Checked {
        let about = report.about;
        let is_its = |row: &&ChargeRow| row.bill == about.number && row.attempt == about.attempt;
        if matches!(report.outcome, Outcome::Paid { .. })
            && let Some(row) = ledger.charges.iter().find(is_its)
        {
            is_not_going_back(about, row, ledger)?;
        }
        self.reported(report, ledger, platform, now)
    }

    /// Checks a report.
    pub fn reported(&mut self, report: &Report, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = report.about;
        if self.is_excused(about, report.refund) {
            self.hand_over(report);
            return Ok(());
        }
        if report.refund {
            self.refund_reported(report, ledger)
        } else {
            self.charge_reported(report, ledger, platform, now)
        }
    }

    fn charge_reported(&mut self, report: &Report, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = report.about;
        let row = ledger.charges.iter().find(|row| row.bill == about.number && row.attempt == about.attempt);
        if row.is_some_and(|row| self.is_code_excused(row.code)) {
            self.hand_over(report);
            return Ok(());
        }
        let state = row.map(|row| row.state);
        let durable = match report.outcome {
            Outcome::Paid { .. } => state == Some(ChargeState::Paid),
            Outcome::NotPaid => state == Some(ChargeState::NotPaid),
            // "Not sent" may also be reported because the intent could not be written.
            Outcome::NotSent => matches!(state, None | Some(ChargeState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!("{about:?} is reported as {:?} before that is on disk: {row:?}", report.outcome),
            );
        }
        match report.outcome {
            Outcome::Paid { order, fen } => {
                let order = order.and_then(|at| platform.orders.get(at));
                if order.is_none_or(|order| order.at(now) != Standing::Paid) {
                    return broken(3, format!("{about:?} is reported as paid, but is not: {order:?}"));
                }
                if fen != i64::from(report.fen) {
                    return broken(
                        5,
                        format!("{about:?} is reported as paid with {fen} fen instead of {}", report.fen),
                    );
                }
            }
            Outcome::NotPaid | Outcome::NotSent => self.is_really_not_paid(about, platform)?,
            _ => {}
        }
        let history = self.charges.entry(about).or_default();
        if report.outcome == Outcome::NotSent && history.offered > 0 {
            return broken(3, format!("{about:?} is reported as not sent, but was"));
        }
        // A recovery that lists the payment does not tell it; while a refund is open, nobody is told "paid".
        if report.outcome != Outcome::Unknown || !row.is_some_and(|row| may_have_gone_back(row, ledger)) {
            same_for_ever(history, report)?;
        }
        if !self.hand_over(report) {
            return broken(19, format!("{about:?} is reported as paid a second time"));
        }
        Ok(())
    }

    /// Notes that the goods of a bill are handed over, which happens at the first report that it is paid,
    /// whether that is checked or not; `false` if they already were.
    fn hand_over(&mut self, report: &Report) -> bool {
        !report.is_first || self.handed_over.insert((report.about.till, report.about.number))
    }

    fn refund_reported(&mut self, report: &Report, ledger: &Ledger) -> Checked {
        let about = report.about;
        let row = ledger.refunds.iter().find(|row| row.number == about.number);
        if let Some(row) = row.filter(|row| row.fen != report.fen && report.outcome != Outcome::NotSent) {
            return broken(
                5,
                format!("the refund {about:?} of {} fen is reported with another row: {row:?}", report.fen),
            );
        }
        let state = row.map(|row| row.state);
        let durable = match report.outcome {
            Outcome::Refunded => state == Some(RefundState::Refunded),
            Outcome::NotRefunded => state == Some(RefundState::NotRefunded),
            Outcome::NotSent => matches!(state, None | Some(RefundState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!(
                    "the refund {about:?} is reported as {:?} before that is on disk: {row:?}",
                    report.outcome
                ),
            );
        }
        if row.is_some_and(|row| row.fen != report.fen) {
            return broken(5, format!("the refund {about:?} is reported with another amount: {row:?}"));
        }
        let history = self.refunds.entry(about).or_default();
        if report.outcome == Outcome::NotSent {
            // It may be sent again under the same number.
            return match history.offered {
                0 => Ok(()),
                _ => broken(3, format!("the refund {about:?} is reported as not sent, but was")),
            };
        }
        same_for_ever(history, report)
    }

    /// Checks an order that takes money.
    pub fn captured(&self, at: usize, ledger: &Ledger, platform: &Platform) -> Checked {
        let order = &platform.orders[at];
        let about = order.origin;
        if self.is_excused(about, false) {
            return Ok(());
        }
        let row = ledger.charges.iter().find(|row| row.bill == about.number && row.attempt == about.attempt);
        if row.is_none_or(|row| matches!(row.state, ChargeState::NotPaid | ChargeState::NotSent)) {
            return broken(3, format!("{order:?} takes the money of {row:?}"));
        }
        let same = |other: &&Order| {
            other.captures() && (other.origin.till, other.origin.number) == (about.till, about.number)
        };
        let captures = platform.orders.iter().filter(same).count();
        let premises_broken =
            platform.orders.iter().filter(same).any(|other| self.is_broken(other.origin, false));
        if captures > 1 && !self.insisted.contains(&(about.till, about.number)) && !premises_broken {
            return broken(2, format!("the bill {about:?} is charged {captures} times"));
        }
        Ok(())
    }

    /// Checks a refund that the platform has made.
    pub fn refunded(&self, at: usize, ledger: &Ledger, platform: &Platform) -> Checked {
        let order = &platform.orders[at];
        let Some(about) = order.refunds.last().and_then(|line| line.origin) else { return Ok(()) };
        if self.is_excused(about, true) {
            return Ok(());
        }
        let history = self.refunds.get(&about);
        let made = refunds_of(about, platform);
        let times = if history.is_some_and(|history| history.split) { made.len() - 1 } else { made.len() };
        if times > 1 && !history.is_some_and(|history| history.doubled) {
            return broken(2, format!("the refund {about:?} is made {times} times"));
        }
        let row = ledger.refunds.iter().find(|row| row.number == about.number);
        if row.is_none_or(|row| matches!(row.state, RefundState::NotRefunded | RefundState::NotSent)) {
            return broken(3, format!("a refund is made of {row:?}"));
        }
        Ok(())
    }

    /// Checks the world at rest, where the tills `recovered` last at that moment: nothing is open except what
    /// needs a person, and the money is where the ledgers say.
    pub fn at_rest(&self, ledgers: &[&Ledger], platform: &Platform, recovered: Ms, now: Ms) -> Checked {
        for (till, ledger) in (0u8..).zip(ledgers) {
            for row in ledger.charges.iter().filter(|row| row.state == ChargeState::Open) {
                let about = Origin { till, number: row.bill, attempt: row.attempt };
                self.may_stay_open(about, row)?;
            }
            for row in ledger.refunds.iter().filter(|row| row.state == RefundState::Open) {
                let about = Origin { till, number: row.number, attempt: 0 };
                let odd = self
                    .refunds
                    .get(&about)
                    .is_some_and(|history| history.misled || history.pends || history.split);
                let waits = (odd && row.known.said.word() == "accepted")
                    || self.moved.contains(&till)
                    || is_hidden(&row.dm_id, platform, recovered);
                if !self.is_excused(about, true) && !waits {
                    return broken(7, format!("a refund of till {till} never ends: {row:?}"));
                }
            }
        }
        for (at, order) in platform.orders.iter().enumerate() {
            self.is_in_the_books(at, order, ledgers, now)?;
        }
        Ok(())
    }

    fn may_stay_open(&self, about: Origin, row: &ChargeRow) -> Checked {
        let history = self.charges.get(&about);
        let is_odd = |history: &History| {
            let is_its_own = history.named || row.evidence.tie.binds();
            let was_paying = row.evidence.said >= Said::Paying;
            history.doubled
                || history.misled
                || (history.troubled && !is_its_own)
                || (history.unlisted && (was_paying || !is_its_own))
        };
        let odd = self.shared_codes.contains(&row.code) || history.is_some_and(is_odd);
        let odd = odd || self.moved.contains(&about.till);
        if self.is_excused(about, false) || self.is_code_excused(row.code) || (row.person && odd) {
            return Ok(());
        }
        let what = if row.person { "calls for a person without need" } else { "never ends" };
        broken(7, format!("the charge {about:?} {what}: {row:?}"))
    }

    /// Checks the money of one order against the ledgers.
    fn is_in_the_books(&self, at: usize, order: &Order, ledgers: &[&Ledger], now: Ms) -> Checked {
        let about = order.origin;
        if self.is_excused(about, false) || self.is_code_excused(order.code) {
            return Ok(());
        }
        let dm_id = format!("dm{}", number(at));
        let captured = if order.at(now) == Standing::Paid { order.fen } else { 0 };
        let rows = || ledgers.iter().flat_map(|ledger| &ledger.charges).filter(|row| row.dm_id == dm_id);
        let paid: i64 =
            rows().filter(|row| row.state == ChargeState::Paid).map(|row| i64::from(row.fen)).sum();
        let person = ledgers
            .get(usize::from(about.till))
            .is_some_and(|ledger| ledger.charges.iter().any(|row| row.bill == about.number && row.person));
        let of_bill = |row: &&ChargeRow| row.bill == about.number;
        let ledger = ledgers.get(usize::from(about.till));
        let interrupted = self.interrupted.contains(&about.till);
        let seen_to = ledger.is_some_and(|ledger| {
            ledger
                .charges
                .iter()
                .filter(of_bill)
                .any(|row| (row.reported && interrupted) || row.listed || row.person)
                // The person who handles the refund handles the sale.
                || ledger.refunds.iter().any(|row| row.dm_id == dm_id && row.state == RefundState::Open)
        });
        let handed_over = self.handed_over.contains(&(about.till, about.number));
        if captured > 0 && paid > 0 && order.refunds.is_empty() && !handed_over && !seen_to {
            return broken(19, format!("it was never reported that {order:?} is paid"));
        }
        if captured != paid && !(person && paid == 0) {
            return broken(1, format!("{captured} fen are captured, but {paid} are on record: {order:?}"));
        }
        let mut booked = 0;
        // Open and conflicting refunds are in nobody's books yet.
        let mut undecided = BTreeSet::new();
        for (till, ledger) in (0u8..).zip(ledgers) {
            for row in ledger.refunds.iter().filter(|row| row.dm_id == dm_id) {
                let about = Origin { till, number: row.number, attempt: 0 };
                if self.is_excused(about, true) || self.is_doubled(about) || self.mistaken.contains(&about) {
                    return Ok(());
                }
                match row.state {
                    // It has no line of ours.
                    RefundState::Refunded if self.elsewhere.contains_key(&about) => {}
                    RefundState::Refunded => booked += i64::from(row.fen),
                    RefundState::Open | RefundState::Conflict => drop(undecided.insert(about)),
                    _ => {}
                }
            }
        }
        // A refund of which a lying disk has lost part may be recorded as made elsewhere, and its line may be
        // taken for another's.
        let is_excused = |line: &Line| line.origin.is_some_and(|origin| self.is_excused(origin, true));
        if self.excused_orders.contains(&number(at)) || order.refunds.iter().any(is_excused) {
            return Ok(());
        }
        let ours = |line: &&Line| {
            line.origin.is_some_and(|origin| !self.is_excused(origin, true) && !undecided.contains(&origin))
        };
        let made: i64 = order.refunds.iter().filter(ours).map(|line| line.fen).sum();
        if made != booked {
            return broken(1, format!("{made} fen are refunded, but {booked} are on record: {order:?}"));
        }
        let all: i64 = order.refunds.iter().map(|line| line.fen).sum();
        if all > captured {
            return broken(2, format!("more is refunded than was captured: {order:?}"));
        }
        Ok(())
    }
}

/// Checks that an order is not reported as paid once it was refunded or may have been.
fn is_not_going_back(about: Origin, row: &ChargeRow, ledger: &Ledger) -> Checked {
    let refunds = || ledger.refunds.iter().filter(|refund| refund.dm_id == row.dm_id);
    let undecided = refunds().any(|refund| matches!(refund.state, RefundState::Open | RefundState::Conflict));
    let made = refunds().filter(|refund| refund.state == RefundState::Refunded);
    if undecided || made.map(|refund| refund.fen).sum::<i32>() >= row.fen {
        return broken(
            14,
            format!("{about:?} is reported as paid, but was refunded or may have been: {row:?}"),
        );
    }
    Ok(())
}

/// Whether a refund of a paid charge is undecided.
fn may_have_gone_back(row: &ChargeRow, ledger: &Ledger) -> bool {
    let is_its = |refund: &&RefundRow| refund.dm_id == row.dm_id;
    let mut refunds = ledger.refunds.iter().filter(is_its);
    row.state == ChargeState::Paid
        && refunds.any(|refund| matches!(refund.state, RefundState::Open | RefundState::Conflict))
}

fn enough(history: &History, what: &str, about: Origin) -> Checked {
    if history.questions > MAX_QUESTIONS {
        return broken(7, format!("{} queries about the {what} {about:?} settle nothing", history.questions));
    }
    Ok(())
}

/// Whether a row lost an order that only queries had bound to it, and is unchanged otherwise.
fn has_lost_its_order(old: &ChargeRow, row: &ChargeRow) -> bool {
    let Evidence { tie, .. } = old.evidence;
    let evidence = Evidence { tie: Tie::None, dm_id: None, ..old.evidence.clone() };
    let without = ChargeRow { dm_id: String::new(), evidence, person: row.person, ..old.clone() };
    tie == Tie::Asked && *row == without
}

/// Checks that a reported end stays the same.
fn same_for_ever(history: &mut History, report: &Report) -> Checked {
    match history.outcome {
        Some(outcome) if outcome != report.outcome => broken(
            4,
            format!("{:?} was reported as {outcome:?} before, and now as {:?}", report.about, report.outcome),
        ),
        None if report.outcome != Outcome::Unknown => {
            history.outcome = Some(report.outcome);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn forget(history: &mut History) {
    history.unwritten = false;
    history.named = false;
    if history.confirmation == Confirmation::Heard {
        history.confirmation = Confirmation::None;
    }
}

/// Whether the bill of an order does not show one of its lines yet, or any more. Whoever knows that line
/// takes no reading without it for the truth.
pub fn is_hidden(dm_id: &str, platform: &Platform, now: Ms) -> bool {
    let order = order_named(dm_id).and_then(|at| platform.orders.get(at));
    order.is_some_and(|order| order.refunds.iter().any(|line| line.shown > now))
}

const fn is_of_refund(ask: Ask) -> bool {
    matches!(ask, Ask::Refund { .. } | Ask::Read { .. })
}

/// Whether lines that belong to others add up to a refund: nobody can tell them from a split refund.
fn adds_up_elsewhere(order: &Order, about: Origin, row: &RefundRow) -> bool {
    let elsewhere = order.refunds.iter().filter(|line| line.origin != Some(about)).map(|line| line.fen);
    elsewhere.sum::<i64>() >= i64::from(row.fen)
}

/// Whether several lines of the back office add up to exactly the amount of a refund.
fn is_sum_of_others(order: &Order, row: &RefundRow) -> bool {
    let lines = order.refunds.iter().filter(|line| line.origin.is_none());
    let (mut single, mut sums) = (BTreeSet::new(), BTreeSet::new());
    for line in lines {
        let more: Vec<i64> = single.iter().chain(&sums).map(|sum: &i64| sum + line.fen).collect();
        sums.extend(more);
        single.insert(line.fen);
    }
    sums.contains(&i64::from(row.fen))
}

fn refunds_of(about: Origin, platform: &Platform) -> Vec<i64> {
    let lines = platform.orders.iter().flat_map(|order| &order.refunds);
    lines.filter(|line| line.origin == Some(about)).map(|line| line.fen).collect()
}

#[cfg(test)]
mod tests;
