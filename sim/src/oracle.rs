//! The judge. It sees the platform's truth, every byte that is offered, every row that is written and every word that is
//! told, and knows nothing of how the library comes to its answers.

use std::collections::{BTreeMap, BTreeSet};

use wsy::payment::evidence::{Evidence, Said, Tie};
use wsy::payment::refund::Before;

use crate::Ms;
use crate::disk::{Change, ChargeRow, ChargeState, Ledger, Lost, RefundRow, RefundState};
use crate::platform::{Ask, Letter, Line, Order, Origin, Platform, Standing, mark, number, order_named};
use crate::till::{Report, Told, is_device_of};

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number of the invariant.
    pub rule: u8,
    /// What happened.
    pub text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invariant {} is broken: {}", self.rule, self.text)
    }
}

/// What a check comes to.
pub type Checked = Result<(), Violation>;

fn broken(rule: u8, text: String) -> Checked {
    Err(Violation { rule, text })
}

/// What is known of an attempt or a refund.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct History {
    /// The device that it was sent by.
    device: Option<u32>,
    /// How often a byte of its request was offered to a socket.
    offered: u8,
    /// Whether the network delivered its request twice.
    doubled: bool,
    /// Whether an answer was that to somebody else's request, or named another amount.
    misled: bool,
    /// Whether its order was said to have failed by trouble.
    troubled: bool,
    /// The same in words of no table.
    unlisted: bool,
    /// Whether the charge itself was answered so, with its order, and the till has forgotten nothing since.
    named: bool,
    /// What was reported as its end.
    told: Option<Told>,
    /// Questions since everything healed.
    questions: u16,
    /// How far the platform's word for it has come.
    word: Word,
    /// The last write about it failed.
    unwritten: bool,
    /// An answer to a question that does not speak for it was heard as the device that charged.
    denied_here: bool,
    /// The same as another device.
    denied_elsewhere: bool,
    /// The refund was said to be made later, or is not shown for long.
    pends: bool,
    /// The refund became two lines.
    split: bool,
    /// The world has broken the premises about it.
    broken: bool,
    /// The platform's order of a refund.
    order: u64,
}

/// How far a word of the platform for a payment or a refund has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Word {
    /// It has said none.
    #[default]
    None,
    /// It was heard.
    Heard,
    /// It was heard, and the next request left after that: by then it has to be on disk.
    Kept,
}

/// The judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Oracle {
    charges: BTreeMap<Origin, History>,
    refunds: BTreeMap<Origin, History>,
    /// Bills for which a caller accepted to charge twice.
    insisted: BTreeSet<(u8, u16)>,
    /// Codes that more than one bill or till was charged with.
    shared_codes: BTreeSet<u64>,
    /// The bill that each code was first charged for.
    codes: BTreeMap<u64, (u8, u16)>,
    /// Bills and refunds of which a lying disk has lost something.
    excused: BTreeSet<(u8, u16, bool)>,
    excused_codes: BTreeSet<u64>,
    /// Orders of which a lying disk has lost a refund.
    excused_orders: BTreeSet<u64>,
    /// What the back office refunded just as a till did: the order and the amount.
    lookalikes: BTreeSet<(usize, i64)>,
    /// Refunds that were reported as made by such a line.
    mistaken: BTreeSet<Origin>,
    /// What was kept as refunded elsewhere: of which order, and how much.
    elsewhere: BTreeMap<Origin, (String, i64)>,
    /// The charge that each order is bound to, in each ledger.
    bound: BTreeMap<(u8, String), Origin>,
    /// How many refunds own each line.
    owned: BTreeMap<String, usize>,
    /// Tills that became another device, or were opened at another address.
    moved: BTreeSet<u8>,
    /// Bills that were reported as paid in the words upon which goods are handed over.
    handed_over: BTreeSet<(u8, u16)>,
    /// Tills of which a process has ended, or a call has broken off, which may not have heard what was told.
    interrupted: BTreeSet<u8>,
    /// Whether everything has healed.
    healed: bool,
}

/// So many questions about one charge or refund are enough, once everything has healed.
const MAX_QUESTIONS: u16 = 400;

impl Oracle {
    /// From now on everything has to settle.
    pub const fn heal(&mut self) {
        self.healed = true;
    }

    /// A till is another device from now on, or at another address: what was open may need a person.
    pub fn moved(&mut self, till: u8) {
        self.moved.insert(till);
    }

    /// A caller accepts that the customer may pay twice.
    pub fn insists(&mut self, till: u8, bill: u16) {
        self.insisted.insert((till, bill));
    }

    /// A disk that lied has lost writes.
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
        self.excused.contains(&(origin.till, origin.number, refund)) || self.is_broken(origin, refund)
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

    /// The world breaks the premises about a charge or refund: a verdict about it may be wrong, and is counted.
    pub fn breaks(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).broken = true;
    }

    /// A refund is made later, or shown later, than its answer is heard.
    pub fn pends(&mut self, about: Origin) {
        self.history_mut(about, true).pends = true;
    }

    /// A refund becomes two lines.
    pub fn split(&mut self, about: Origin) {
        self.history_mut(about, true).split = true;
    }

    /// The back office refunds just what a till refunds.
    pub fn lookalike(&mut self, order: usize, fen: i64) {
        self.lookalikes.insert((order, fen));
    }

    /// A charge leaves a till that is this device now.
    pub fn sent_by(&mut self, about: Origin, letter: Letter) {
        if matches!(letter.ask, Ask::Micropay { .. }) {
            self.history_mut(about, false).device = Some(letter.device);
        }
    }

    /// Whether a till is another device than it was, or at another address.
    pub fn has_moved(&self, till: u8) -> bool {
        self.moved.contains(&till)
    }

    /// An answer was heard whole, and `speaks` for the payment or the refund, or does not.
    pub fn heard(&mut self, about: Origin, letter: Letter, speaks: bool) {
        let history = self.history_mut(about, is_of_refund(letter.ask));
        if speaks && history.word == Word::None {
            history.word = Word::Heard;
        }
        let asks = matches!(letter.ask, Ask::QueryCode { .. } | Ask::QueryOrder { .. });
        let here = history.device.is_none_or(|device| device == letter.device);
        history.denied_here |= asks && !speaks && here;
        history.denied_elsewhere |= asks && !speaks && !here;
    }

    /// A write about a charge or refund failed.
    pub fn not_written(&mut self, about: Origin, refund: bool) {
        let history = self.history_mut(about, refund);
        history.unwritten = true;
        history.named = false;
    }

    /// A run has ended; what it could not write of a refund it forgets.
    pub fn ended(&mut self, report: &Report) {
        let history = self.history_mut(report.about, report.refund);
        if history.unwritten && report.refund {
            forget(history);
        }
    }

    /// What was heard of a charge or refund and not written is gone.
    pub fn forgets(&mut self, about: Origin, refund: bool) {
        self.interrupted.insert(about.till);
        forget(self.history_mut(about, refund));
    }

    /// The same of a whole till.
    pub fn crashed(&mut self, till: u8) {
        self.interrupted.insert(till);
        let stories = self.charges.iter_mut().chain(&mut self.refunds);
        stories.filter(|(about, _)| about.till == till).for_each(|(_, history)| forget(history));
    }

    /// Whether the platform has spoken for a charge or refund, and that is on disk.
    pub fn has_spoken(&self, about: Origin, refund: bool) -> bool {
        let history = self.history(about, refund);
        history.is_some_and(|history| history.word == Word::Kept) && !self.is_excused(about, refund)
    }

    /// Verdicts that are wrong because the world has broken the premises. A reconciliation has to find each of them.
    pub fn wrong(&self, ledgers: &[&Ledger], platform: &Platform) -> Vec<Origin> {
        let ledger = |about: &Origin| ledgers.get(usize::from(about.till));
        let charges = self.charges.iter().filter(|(_, history)| history.broken).filter(|(about, _)| {
            let is_its = |row: &&ChargeRow| (row.bill, row.attempt) == (about.number, about.attempt);
            let row = ledger(about).and_then(|ledger| ledger.charges.iter().find(is_its));
            row.is_some_and(|row| matches!(row.state, ChargeState::NotPaid | ChargeState::NotSent))
                && self.is_really_not_paid(**about, platform).is_err()
        });
        let refunds = self.refunds.iter().filter(|(_, history)| history.broken).filter(|(about, _)| {
            let is_its = |row: &&RefundRow| row.number == about.number;
            let row = ledger(about).and_then(|ledger| ledger.refunds.iter().find(is_its));
            row.is_some_and(|row| matches!(row.state, RefundState::NotRefunded | RefundState::NotSent))
                && !refunds_of(**about, platform).is_empty()
        });
        charges.chain(refunds).map(|(about, _)| *about).collect()
    }

    /// How many refunds were reported as made by a line of the same amount that is another one's.
    pub fn excused_refunds(&self) -> u64 {
        self.mistaken.len() as u64
    }

    /// A bill is refused as refunded: nothing of it may be captured.
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
                        "bill {bill} of till {till} is reported as refunded, and {left} fen are taken: {order:?}"
                    ),
                );
            }
        }
        Ok(())
    }

    fn is_code_excused(&self, code: u64) -> bool {
        self.excused_codes.contains(&code)
    }

    /// The network delivers a request a second time.
    pub fn doubled(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).doubled = true;
    }

    /// The answer to a request is not the one to it: what it says of a payment or a refund nobody may take back alone.
    pub fn misled(&mut self, about: Origin, ask: Ask) {
        self.history_mut(about, is_of_refund(ask)).misled = true;
    }

    /// The order of a charge is said to have failed by trouble: that ends a charge which knows that the order is its own.
    pub fn troubled(&mut self, about: Origin) {
        self.history_mut(about, false).troubled = true;
    }

    /// The same in words of no table, which end such a charge unless it was being paid.
    pub fn unlisted(&mut self, about: Origin) {
        self.history_mut(about, false).unlisted = true;
    }

    /// That was heard as the answer to the charge itself, with the number of the order.
    pub fn named(&mut self, about: Origin) {
        self.history_mut(about, false).named = true;
    }

    /// A byte of a request is offered to a socket.
    pub fn offered(&mut self, about: Origin, ask: Ask, resumed: bool, ledger: &Ledger) -> Checked {
        let history = self.history_mut(about, is_of_refund(ask));
        if history.word == Word::Heard && !history.unwritten {
            history.word = Word::Kept;
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
            return broken(6, format!("a run that settles sent the charge {about:?}"));
        }
        let intent = |row: &&ChargeRow| row.bill == about.number && row.attempt == about.attempt;
        let Some(row) = ledger.charges.iter().find(intent) else {
            return broken(4, format!("the charge {about:?} left before its intent was on disk"));
        };
        if row.state != ChargeState::Open || row.code != code || i64::from(row.fen) != fen {
            return broken(
                4,
                format!("what left for {about:?} is not what is on disk: {code} {fen} {row:?}"),
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
            return broken(6, format!("a run that settles sent the refund {about:?}"));
        }
        let Some(row) = ledger.refunds.iter().find(|row| row.number == about.number) else {
            return broken(4, format!("the refund {about:?} left before its intent was on disk"));
        };
        if row.state != RefundState::Open || row.dm_id != format!("dm{dm}") || i64::from(row.fen) != fen {
            return broken(4, format!("what left for the refund {about:?} is not what is on disk: {row:?}"));
        }
        let history = self.refunds.entry(about).or_default();
        history.order = dm;
        history.offered += 1;
        if history.offered > 1 && !self.is_excused(about, true) {
            return broken(2, format!("the refund {about:?} was sent a second time"));
        }
        Ok(())
    }

    /// Looks at a write.
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
        // Only whether it was told changes of a row that has ended.
        let only_told = |old: &ChargeRow| {
            old.state != ChargeState::Open
                && *row == ChargeRow { told: row.told, listed: row.listed, ..old.clone() }
        };
        if old.is_some_and(only_told) {
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

    /// An order of the platform belongs to one charge of a ledger.
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

    /// "Not paid" was denied by who would know, and takes back no word for the payment, unless its own order failed.
    fn is_proven(&self, about: Origin, platform: &Platform) -> Checked {
        let Some(history) = self.charges.get(&about) else { return Ok(()) };
        let failed = |order: &Order| order.origin == about && matches!(order.end, Some((_, false)));
        if history.word == Word::Kept && !platform.orders.iter().any(failed) {
            return broken(
                12,
                format!("the platform has spoken for {about:?}, and it is reported as not paid"),
            );
        }
        if history.denied_elsewhere && !history.denied_here {
            return broken(
                16,
                format!("{about:?} is reported as not paid, and only another device was asked"),
            );
        }
        Ok(())
    }

    fn is_really_paid(&self, about: Origin, row: &ChargeRow, platform: &Platform) -> Checked {
        let order = order_named(&row.dm_id).and_then(|at| platform.orders.get(at));
        let Some(order) = order else {
            return broken(3, format!("{about:?} is paid by an order that is not there: {row:?}"));
        };
        let right = order.captures() && order.fen == i64::from(row.fen) && order.code == row.code;
        if !right || !is_device_of(about.till, order.device) || order.origin.number != about.number {
            return broken(
                3,
                format!("{about:?} is reported as paid by what it did not pay: {row:?}, {order:?}"),
            );
        }
        Ok(())
    }

    fn is_really_not_paid(&self, about: Origin, platform: &Platform) -> Checked {
        match platform.orders.iter().find(|order| order.origin == about && order.captures()) {
            Some(order) => {
                broken(3, format!("{about:?} is reported as not paid, and {order:?} takes the money"))
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
        // A refund that the network made twice looks like another one of the same amount.
        let of_doubled = |line: &Line| line.origin.is_some_and(|origin| self.is_doubled(origin));
        let doubled =
            self.is_doubled(about) || order.is_some_and(|order| order.refunds.iter().any(of_doubled));
        let lookalike = at.is_some_and(|at| self.lookalikes.contains(&(at, i64::from(row.fen))));
        let split = self.refunds.get(&about).is_some_and(|history| history.split);
        match row.state {
            RefundState::Refunded
                if made.is_empty()
                    && (lookalike || order.is_some_and(|order| is_sum_of_others(order, row))) =>
            {
                self.mistaken.insert(about);
            }
            RefundState::Refunded if made.is_empty() && !doubled => {
                return broken(3, format!("the refund {about:?} is reported as made, and was not: {row:?}"));
            }
            RefundState::Refunded if !doubled && made.iter().sum::<i64>() != i64::from(row.fen) => {
                return broken(
                    3,
                    format!("the refund {about:?} was made with another amount: {made:?}, {row:?}"),
                );
            }
            RefundState::NotRefunded | RefundState::NotSent if !made.is_empty() => {
                return broken(3, format!("the refund {about:?} is reported as not made, and was: {row:?}"));
            }
            RefundState::NotRefunded
                if self.refunds.get(&about).is_some_and(|history| history.word == Word::Kept) =>
            {
                return broken(12, format!("the refund {about:?} was accepted, and is reported as not made"));
            }
            RefundState::Conflict
                if !doubled
                    && !lookalike
                    && !split
                    && !order.is_some_and(|order| adds_up_elsewhere(order, about, row)) =>
            {
                return broken(7, format!("the refund {about:?} troubles a person without need: {row:?}"));
            }
            _ => {}
        }
        self.owns_its_lines(about, row, platform)
    }

    /// A refund that was made elsewhere is kept without a line of its own, and only where nothing is left of its order, or others
    /// have refunded so much of it.
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
                "{about:?} is kept as refunded elsewhere; {left:?} fen are left, {theirs} of others: {row:?}"
            ),
        )
    }

    fn is_doubled(&self, refund: Origin) -> bool {
        self.refunds.get(&refund).is_some_and(|history| history.doubled)
    }

    /// A line of a bill belongs to one refund. Two that look the same are two lines.
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

    /// Something is told from the record.
    pub fn told_from_record(
        &mut self,
        report: &Report,
        ledger: &Ledger,
        platform: &Platform,
        now: Ms,
    ) -> Checked {
        let about = report.about;
        let is_its = |row: &&ChargeRow| row.bill == about.number && row.attempt == about.attempt;
        if matches!(report.told, Told::Paid { .. })
            && let Some(row) = ledger.charges.iter().find(is_its)
        {
            is_not_going_back(about, row, ledger)?;
        }
        self.told(report, ledger, platform, now)
    }

    /// Something is told.
    pub fn told(&mut self, report: &Report, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = report.about;
        if self.is_excused(about, report.refund) {
            self.hand_over(report);
            return Ok(());
        }
        if report.refund {
            self.refund_told(report, ledger)
        } else {
            self.charge_told(report, ledger, platform, now)
        }
    }

    fn charge_told(&mut self, report: &Report, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = report.about;
        let row = ledger.charges.iter().find(|row| row.bill == about.number && row.attempt == about.attempt);
        if row.is_some_and(|row| self.is_code_excused(row.code)) {
            self.hand_over(report);
            return Ok(());
        }
        let state = row.map(|row| row.state);
        let durable = match report.told {
            Told::Paid { .. } => state == Some(ChargeState::Paid),
            Told::NotPaid => state == Some(ChargeState::NotPaid),
            // That nothing was sent may also be told because the intent could not be written.
            Told::NotSent => matches!(state, None | Some(ChargeState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!("{about:?} is reported as {:?} before that is on disk: {row:?}", report.told),
            );
        }
        match report.told {
            Told::Paid { order, fen } => {
                let order = order.and_then(|at| platform.orders.get(at));
                if order.is_none_or(|order| order.at(now) != Standing::Paid) {
                    return broken(3, format!("{about:?} is reported as paid, and is not: {order:?}"));
                }
                if fen != i64::from(report.fen) {
                    return broken(
                        5,
                        format!("{about:?} is reported as paid with {fen}, asked for {}", report.fen),
                    );
                }
            }
            Told::NotPaid | Told::NotSent => self.is_really_not_paid(about, platform)?,
            _ => {}
        }
        let history = self.charges.entry(about).or_default();
        if report.told == Told::NotSent && history.offered > 0 {
            return broken(3, format!("{about:?} is reported as not sent, and was"));
        }
        same_for_ever(history, report)?;
        if !self.hand_over(report) {
            return broken(19, format!("{about:?} is reported as paid a second time"));
        }
        Ok(())
    }

    /// The goods of a bill are handed over at the first report that it is paid, judged or not; `false` at a second one.
    fn hand_over(&mut self, report: &Report) -> bool {
        !report.is_first || self.handed_over.insert((report.about.till, report.about.number))
    }

    fn refund_told(&mut self, report: &Report, ledger: &Ledger) -> Checked {
        let about = report.about;
        let row = ledger.refunds.iter().find(|row| row.number == about.number);
        if let Some(row) = row.filter(|row| row.fen != report.fen && report.told != Told::NotSent) {
            return broken(5, format!("the refund {about:?} of {} fen is answered with {row:?}", report.fen));
        }
        let state = row.map(|row| row.state);
        let durable = match report.told {
            Told::Refunded => state == Some(RefundState::Refunded),
            Told::NotRefunded => state == Some(RefundState::NotRefunded),
            Told::NotSent => matches!(state, None | Some(RefundState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!(
                    "the refund {about:?} is reported as {:?} before that is on disk: {row:?}",
                    report.told
                ),
            );
        }
        if row.is_some_and(|row| row.fen != report.fen) {
            return broken(5, format!("the refund {about:?} is told with another amount: {row:?}"));
        }
        let history = self.refunds.entry(about).or_default();
        if report.told == Told::NotSent {
            // It may be tried again under the same number.
            return match history.offered {
                0 => Ok(()),
                _ => broken(3, format!("the refund {about:?} is reported as not sent, and was")),
            };
        }
        same_for_ever(history, report)
    }

    /// An order of the platform takes money.
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

    /// The platform has made a refund.
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

    /// At rest: nothing is open but what needs a person, and the money is where the ledgers say.
    pub fn at_rest(&self, ledgers: &[&Ledger], platform: &Platform, now: Ms) -> Checked {
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
                let waits = (odd && row.known.said.word() == "accepted") || self.moved.contains(&till);
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
        let what = if row.person { "troubles a person without need" } else { "never ends" };
        broken(7, format!("the charge {about:?} {what}: {row:?}"))
    }

    /// The money of one order, here and there.
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
                .any(|row| (row.told && interrupted) || row.listed || row.person)
                // Whoever sees to the refund sees to the sale.
                || ledger.refunds.iter().any(|row| row.dm_id == dm_id && row.state == RefundState::Open)
        });
        let handed_over = self.handed_over.contains(&(about.till, about.number));
        if captured > 0 && paid > 0 && order.refunds.is_empty() && !handed_over && !seen_to {
            return broken(19, format!("nobody was told, or is, that {order:?} is paid"));
        }
        if captured != paid && !(person && paid == 0) {
            return broken(1, format!("{captured} fen are taken and {paid} on record: {order:?}"));
        }
        let mut booked = 0;
        // What is open, or in conflict, is in nobody's books yet.
        let mut undecided = BTreeSet::new();
        for (till, ledger) in (0u8..).zip(ledgers) {
            for row in ledger.refunds.iter().filter(|row| row.dm_id == dm_id) {
                let about = Origin { till, number: row.number, attempt: 0 };
                if self.is_excused(about, true) || self.is_doubled(about) || self.mistaken.contains(&about) {
                    return Ok(());
                }
                match row.state {
                    // No line of ours.
                    RefundState::Refunded if self.elsewhere.contains_key(&about) => {}
                    RefundState::Refunded => booked += i64::from(row.fen),
                    RefundState::Open | RefundState::Conflict => drop(undecided.insert(about)),
                    _ => {}
                }
            }
        }
        // What a lying disk has forgotten of a refund may be kept as made elsewhere, and its line may be taken for another's.
        let is_excused = |line: &Line| line.origin.is_some_and(|origin| self.is_excused(origin, true));
        if self.excused_orders.contains(&number(at)) || order.refunds.iter().any(is_excused) {
            return Ok(());
        }
        let ours = |line: &&Line| {
            line.origin.is_some_and(|origin| !self.is_excused(origin, true) && !undecided.contains(&origin))
        };
        let made: i64 = order.refunds.iter().filter(ours).map(|line| line.fen).sum();
        if made != booked {
            return broken(1, format!("{made} fen are refunded and {booked} on record: {order:?}"));
        }
        let all: i64 = order.refunds.iter().map(|line| line.fen).sum();
        if all > captured {
            return broken(2, format!("more is refunded than was taken: {order:?}"));
        }
        Ok(())
    }
}

/// Paid is not told of an order that went back, or may have.
fn is_not_going_back(about: Origin, row: &ChargeRow, ledger: &Ledger) -> Checked {
    let refunds = || ledger.refunds.iter().filter(|refund| refund.dm_id == row.dm_id);
    let undecided = refunds().any(|refund| matches!(refund.state, RefundState::Open | RefundState::Conflict));
    let made = refunds().filter(|refund| refund.state == RefundState::Refunded);
    if undecided || made.map(|refund| refund.fen).sum::<i32>() >= row.fen {
        return broken(14, format!("{about:?} is reported as paid, and went back or may have: {row:?}"));
    }
    Ok(())
}

fn enough(history: &History, what: &str, about: Origin) -> Checked {
    if history.questions > MAX_QUESTIONS {
        return broken(
            7,
            format!("{} questions about the {what} {about:?} settle nothing", history.questions),
        );
    }
    Ok(())
}

/// Whether a row lost an order that only questions had bound to it, and is else as it was.
fn has_lost_its_order(old: &ChargeRow, row: &ChargeRow) -> bool {
    let Evidence { tie, .. } = old.evidence;
    let evidence = Evidence { tie: Tie::None, dm_id: String::new(), ..old.evidence.clone() };
    let without = ChargeRow { dm_id: String::new(), evidence, person: row.person, ..old.clone() };
    tie == Tie::Asked && *row == without
}

/// What has an end keeps it.
fn same_for_ever(history: &mut History, report: &Report) -> Checked {
    match history.told {
        Some(told) if told != report.told => broken(
            4,
            format!("{:?} was reported as {told:?} before, and now as {:?}", report.about, report.told),
        ),
        None if report.told != Told::Unknown => {
            history.told = Some(report.told);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn forget(history: &mut History) {
    history.unwritten = false;
    history.named = false;
    if history.word == Word::Heard {
        history.word = Word::None;
    }
}

const fn is_of_refund(ask: Ask) -> bool {
    matches!(ask, Ask::Refund { .. } | Ask::Read { .. })
}

/// Whether lines that are not its own add up to a refund: nobody can tell them from one that is split.
fn adds_up_elsewhere(order: &Order, about: Origin, row: &RefundRow) -> bool {
    let elsewhere = order.refunds.iter().filter(|line| line.origin != Some(about)).map(|line| line.fen);
    elsewhere.sum::<i64>() >= i64::from(row.fen)
}

/// Whether several lines of the back office come to just the amount of a refund.
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
