//! The judge. It sees the platform's truth, every byte that is offered, every row that is written and every word that is
//! told, and knows nothing of how the library comes to its answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::Ms;
use crate::disk::{Change, ChargeRow, ChargeState, Ledger, Lost, RefundRow, RefundState};
use crate::platform::{Ask, Origin, Platform, Standing, order_named};
use crate::till::{Tale, Told, device};

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
struct Story {
    /// How often a byte of its request was offered to a socket.
    offered: u8,
    /// Whether the network delivered its request twice.
    doubled: bool,
    /// Whether an answer was that to somebody else's request, or named another amount.
    misled: bool,
    /// What was told as its end.
    told: Option<Told>,
    /// Questions since everything healed.
    questions: u16,
}

/// The judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Oracle {
    charges: BTreeMap<Origin, Story>,
    refunds: BTreeMap<Origin, Story>,
    /// Bills for which a caller accepted to charge twice.
    insisted: BTreeSet<(u8, u16)>,
    /// Codes that more than one bill or till was charged with.
    shared_codes: BTreeSet<u64>,
    /// The bill that each code was first charged for.
    codes: BTreeMap<u64, (u8, u16)>,
    /// Bills and refunds of which a lying disk has lost something.
    excused: BTreeSet<(u8, u16, bool)>,
    excused_codes: BTreeSet<u64>,
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
                Lost::Refund(number) => drop(self.excused.insert((till, number, true))),
            }
        }
    }

    fn is_excused(&self, origin: Origin, refund: bool) -> bool {
        self.excused.contains(&(origin.till, origin.number, refund))
    }

    fn is_code_excused(&self, code: u64) -> bool {
        self.excused_codes.contains(&code)
    }

    /// The network delivers a request a second time.
    pub fn doubled(&mut self, about: Origin, ask: Ask) {
        let stories = if matches!(ask, Ask::Micropay { .. }) { &mut self.charges } else { &mut self.refunds };
        stories.entry(about).or_default().doubled = true;
    }

    /// The answer to a request is not the one to it: what it says of a payment or a refund nobody may take back alone.
    pub fn misled(&mut self, about: Origin, ask: Ask) {
        let refunds = matches!(ask, Ask::Refund { .. } | Ask::Read { .. });
        let stories = if refunds { &mut self.refunds } else { &mut self.charges };
        stories.entry(about).or_default().misled = true;
    }

    /// A byte of a request is offered to a socket.
    pub fn offered(&mut self, about: Origin, ask: Ask, resumed: bool, ledger: &Ledger) -> Checked {
        match ask {
            Ask::Micropay { code, fen, .. } => self.charge_offered(about, code, fen, resumed, ledger),
            Ask::Refund { dm, fen } => self.refund_offered(about, dm, fen, resumed, ledger),
            Ask::QueryCode { .. } | Ask::QueryOrder { .. } => {
                let healed = self.healed;
                let story = self.charges.entry(about).or_default();
                story.questions += u16::from(healed);
                enough(story, "charge", about)
            }
            Ask::Read { .. } => {
                let healed = self.healed;
                let story = self.refunds.entry(about).or_default();
                story.questions += u16::from(healed);
                enough(story, "refund", about)
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
        let story = self.charges.entry(about).or_default();
        story.offered += 1;
        if story.offered > 1 && !self.is_excused(about, false) {
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
        let story = self.refunds.entry(about).or_default();
        story.offered += 1;
        if story.offered > 1 && !self.is_excused(about, true) {
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

    fn charge_row(&self, till: u8, old: Option<&ChargeRow>, row: &ChargeRow, platform: &Platform) -> Checked {
        let legal = match old.map(|old| old.state) {
            None => row.state == ChargeState::Open,
            Some(state) => state == ChargeState::Open,
        };
        if !legal {
            return broken(6, format!("{old:?} became {row:?}"));
        }
        let about = Origin { till, number: row.bill, attempt: row.attempt };
        if self.is_excused(about, false) || self.is_code_excused(row.code) {
            return Ok(());
        }
        match row.state {
            ChargeState::Paid => self.is_really_paid(about, row, platform),
            ChargeState::NotPaid | ChargeState::NotSent => self.is_really_not_paid(about, platform),
            ChargeState::Open => Ok(()),
        }
    }

    fn is_really_paid(&self, about: Origin, row: &ChargeRow, platform: &Platform) -> Checked {
        let order = order_named(&row.dm_id).and_then(|at| platform.orders.get(at));
        let Some(order) = order else {
            return broken(3, format!("{about:?} is paid by an order that is not there: {row:?}"));
        };
        let device = device(about.till);
        let right = order.captures() && order.fen == i64::from(row.fen) && order.code == row.code;
        if !right || order.device != device || order.origin.number != about.number {
            return broken(
                3,
                format!("{about:?} is told as paid by what it did not pay: {row:?}, {order:?}"),
            );
        }
        Ok(())
    }

    fn is_really_not_paid(&self, about: Origin, platform: &Platform) -> Checked {
        match platform.orders.iter().find(|order| order.origin == about && order.captures()) {
            Some(order) => broken(3, format!("{about:?} is told as not paid, and {order:?} takes the money")),
            None => Ok(()),
        }
    }

    fn refund_row(&self, till: u8, old: Option<&RefundRow>, row: &RefundRow, platform: &Platform) -> Checked {
        let legal = match old.map(|old| old.state) {
            None | Some(RefundState::NotSent) => row.state == RefundState::Open,
            Some(state) => state == RefundState::Open,
        };
        if !legal {
            return broken(6, format!("{old:?} became {row:?}"));
        }
        let about = Origin { till, number: row.number, attempt: 0 };
        if self.is_excused(about, true) {
            return Ok(());
        }
        let story = self.refunds.get(&about);
        let made = refunds_of(about, platform);
        // A refund that the network made twice looks like another one of the same amount.
        let order = order_named(&row.dm_id).and_then(|at| platform.orders.get(at));
        let of_doubled = |line: &crate::platform::Line| {
            let story = line.origin.and_then(|origin| self.refunds.get(&origin));
            story.is_some_and(|story| story.doubled)
        };
        let doubled = story.is_some_and(|story| story.doubled)
            || order.is_some_and(|order| order.refunds.iter().any(of_doubled));
        match row.state {
            RefundState::Refunded if made.is_empty() && !doubled => {
                broken(3, format!("the refund {about:?} is told as made, and was not: {row:?}"))
            }
            RefundState::Refunded if made.iter().any(|fen| *fen != i64::from(row.fen)) => {
                broken(3, format!("the refund {about:?} was made with another amount: {made:?}, {row:?}"))
            }
            RefundState::NotRefunded | RefundState::NotSent if !made.is_empty() => {
                broken(3, format!("the refund {about:?} is told as not made, and was: {row:?}"))
            }
            RefundState::Conflict
                if !doubled && !order.is_some_and(|order| adds_up_elsewhere(order, row)) =>
            {
                broken(7, format!("the refund {about:?} troubles a person without need: {row:?}"))
            }
            _ => Ok(()),
        }
    }

    /// Something is told from the record.
    pub fn told_from_record(
        &mut self,
        tale: &Tale,
        ledger: &Ledger,
        platform: &Platform,
        now: Ms,
    ) -> Checked {
        let about = tale.about;
        let is_its = |row: &&ChargeRow| row.bill == about.number && row.attempt == about.attempt;
        if matches!(tale.told, Told::Paid { .. })
            && let Some(row) = ledger.charges.iter().find(is_its)
        {
            is_not_going_back(about, row, ledger)?;
        }
        self.told(tale, ledger, platform, now)
    }

    /// A bill is told to be undone: no order that it captured has money left.
    pub fn undone(&self, till: u8, bill: u16, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let left = |order: &crate::platform::Order| {
            let refunded: i64 = order.refunds.iter().filter(|line| line.at <= now).map(|line| line.fen).sum();
            order.captures()
                && refunded < order.fen
                && (order.origin.till, order.origin.number) == (till, bill)
        };
        let is_excused = |row: &ChargeRow| row.bill == bill && self.is_code_excused(row.code);
        let excused = self.is_excused(Origin { till, number: bill, attempt: 0 }, false)
            || ledger.charges.iter().any(is_excused);
        match platform.orders.iter().find(|order| left(order)).filter(|_| !excused) {
            Some(order) => {
                broken(14, format!("bill {bill} of till {till} is told to be undone, and is not: {order:?}"))
            }
            None => Ok(()),
        }
    }

    /// Something is told.
    pub fn told(&mut self, tale: &Tale, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = tale.about;
        if self.is_excused(about, tale.refund) {
            return Ok(());
        }
        if tale.refund {
            self.refund_told(tale, ledger)
        } else {
            self.charge_told(tale, ledger, platform, now)
        }
    }

    fn charge_told(&mut self, tale: &Tale, ledger: &Ledger, platform: &Platform, now: Ms) -> Checked {
        let about = tale.about;
        let row = ledger.charges.iter().find(|row| row.bill == about.number && row.attempt == about.attempt);
        if row.is_some_and(|row| self.is_code_excused(row.code)) {
            return Ok(());
        }
        let state = row.map(|row| row.state);
        let durable = match tale.told {
            Told::Paid { .. } => state == Some(ChargeState::Paid),
            Told::NotPaid => state == Some(ChargeState::NotPaid),
            // That nothing was sent may also be told because the intent could not be written.
            Told::NotSent => matches!(state, None | Some(ChargeState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!("{about:?} is told as {:?} before that is on disk: {row:?}", tale.told),
            );
        }
        match tale.told {
            Told::Paid { order, fen } => {
                let order = order.and_then(|at| platform.orders.get(at));
                if order.is_none_or(|order| order.at(now) != Standing::Paid) {
                    return broken(3, format!("{about:?} is told as paid, and is not: {order:?}"));
                }
                if fen != i64::from(tale.fen) {
                    return broken(
                        5,
                        format!("{about:?} is told as paid with {fen}, asked for {}", tale.fen),
                    );
                }
            }
            Told::NotPaid | Told::NotSent => self.is_really_not_paid(about, platform)?,
            _ => {}
        }
        let story = self.charges.entry(about).or_default();
        if tale.told == Told::NotSent && story.offered > 0 {
            return broken(3, format!("{about:?} is told as not sent, and was"));
        }
        same_for_ever(story, tale)
    }

    fn refund_told(&mut self, tale: &Tale, ledger: &Ledger) -> Checked {
        let about = tale.about;
        let row = ledger.refunds.iter().find(|row| row.number == about.number);
        let state = row.map(|row| row.state);
        let durable = match tale.told {
            Told::Refunded => state == Some(RefundState::Refunded),
            Told::NotRefunded => state == Some(RefundState::NotRefunded),
            Told::NotSent => matches!(state, None | Some(RefundState::NotSent)),
            _ => true,
        };
        if !durable {
            return broken(
                4,
                format!("the refund {about:?} is told as {:?} before that is on disk: {row:?}", tale.told),
            );
        }
        if row.is_some_and(|row| row.fen != tale.fen) {
            return broken(5, format!("the refund {about:?} is told with another amount: {row:?}"));
        }
        let story = self.refunds.entry(about).or_default();
        if tale.told == Told::NotSent {
            // It may be tried again under the same number.
            return match story.offered {
                0 => Ok(()),
                _ => broken(3, format!("the refund {about:?} is told as not sent, and was")),
            };
        }
        same_for_ever(story, tale)
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
        let same = |other: &&crate::platform::Order| {
            other.captures() && (other.origin.till, other.origin.number) == (about.till, about.number)
        };
        let captures = platform.orders.iter().filter(same).count();
        if captures > 1 && !self.insisted.contains(&(about.till, about.number)) {
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
        let story = self.refunds.get(&about);
        let made = refunds_of(about, platform).len();
        if made > 1 && !story.is_some_and(|story| story.doubled) {
            return broken(2, format!("the refund {about:?} is made {made} times"));
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
            if let Some(row) = ledger.refunds.iter().find(|row| row.state == RefundState::Open) {
                let about = Origin { till, number: row.number, attempt: 0 };
                let misled = self.refunds.get(&about).is_some_and(|story| story.misled);
                let waits = misled && row.known.said.word() == "accepted";
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
        let story = self.charges.get(&about);
        let odd =
            self.shared_codes.contains(&row.code) || story.is_some_and(|story| story.doubled || story.misled);
        if self.is_excused(about, false) || self.is_code_excused(row.code) || (row.person && odd) {
            return Ok(());
        }
        let what = if row.person { "troubles a person without need" } else { "never ends" };
        broken(7, format!("the charge {about:?} {what}: {row:?}"))
    }

    /// The money of one order, here and there.
    fn is_in_the_books(
        &self,
        at: usize,
        order: &crate::platform::Order,
        ledgers: &[&Ledger],
        now: Ms,
    ) -> Checked {
        let about = order.origin;
        if self.is_excused(about, false) || self.is_code_excused(order.code) {
            return Ok(());
        }
        let dm_id = format!("dm{}", crate::platform::number(at));
        let captured = if order.at(now) == Standing::Paid { order.fen } else { 0 };
        let rows = || ledgers.iter().flat_map(|ledger| &ledger.charges).filter(|row| row.dm_id == dm_id);
        let paid: i64 =
            rows().filter(|row| row.state == ChargeState::Paid).map(|row| i64::from(row.fen)).sum();
        let person = ledgers
            .get(usize::from(about.till))
            .is_some_and(|ledger| ledger.charges.iter().any(|row| row.bill == about.number && row.person));
        if captured != paid && !(person && paid == 0) {
            return broken(1, format!("{captured} fen are taken and {paid} on record: {order:?}"));
        }
        let mut booked = 0;
        for (till, ledger) in (0u8..).zip(ledgers) {
            for row in ledger.refunds.iter().filter(|row| row.dm_id == dm_id) {
                let story = self.refunds.get(&Origin { till, number: row.number, attempt: 0 });
                let doubled = story.is_some_and(|story| story.doubled);
                if self.excused.contains(&(till, row.number, true)) || doubled {
                    return Ok(());
                }
                booked += if row.state == RefundState::Refunded { i64::from(row.fen) } else { 0 };
            }
        }
        let ours =
            |line: &&crate::platform::Line| line.origin.is_some_and(|origin| !self.is_excused(origin, true));
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
        return broken(14, format!("{about:?} is told as paid, and went back or may have: {row:?}"));
    }
    Ok(())
}

fn enough(story: &Story, what: &str, about: Origin) -> Checked {
    if story.questions > MAX_QUESTIONS {
        return broken(7, format!("{} questions about the {what} {about:?} settle nothing", story.questions));
    }
    Ok(())
}

/// What has an end keeps it.
fn same_for_ever(story: &mut Story, tale: &Tale) -> Checked {
    match story.told {
        Some(told) if told != tale.told => {
            broken(4, format!("{:?} was told as {told:?} before, and now as {:?}", tale.about, tale.told))
        }
        None if tale.told != Told::Unknown => {
            story.told = Some(tale.told);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether lines of the back office add up to a refund: nobody can tell them from one that is split.
fn adds_up_elsewhere(order: &crate::platform::Order, row: &RefundRow) -> bool {
    let elsewhere = order.refunds.iter().filter(|line| line.origin.is_none()).map(|line| line.fen);
    elsewhere.sum::<i64>() >= i64::from(row.fen)
}

fn refunds_of(about: Origin, platform: &Platform) -> Vec<i64> {
    let lines = platform.orders.iter().flat_map(|order| &order.refunds);
    lines.filter(|line| line.origin == Some(about)).map(|line| line.fen).collect()
}

#[cfg(test)]
mod tests;
