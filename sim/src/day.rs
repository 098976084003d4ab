//! The cost of an ordinary day to a shop under the library's rules: how long its cashiers wait beyond an
//! ordinary response, and how many rows need a person. It depends on how the platform words failures.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::Ms;
use crate::faults::Rates;
use crate::plan::{Incident, Loss, Plan, Task, Timed};
use crate::platform::{Habit, Style, Wording};
use crate::world::play;

/// How a payment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is paid.
    Paid,
    /// The wallet declines it.
    Declined,
    /// The customer is asked for the password, and cancels.
    Cancelled,
    /// The code is too old.
    DeadCode,
    /// The response is lost; the money was taken.
    ResponseLost,
    /// A refund.
    Refund,
    /// The request is lost. This is not part of an ordinary day, and is counted apart.
    RequestLost,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Paid,
        Self::Declined,
        Self::Cancelled,
        Self::DeadCode,
        Self::ResponseLost,
        Self::Refund,
        Self::RequestLost,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Cancelled => "password cancelled",
            Self::DeadCode => "code too old",
            Self::ResponseLost => "response lost, paid",
            Self::Refund => "refund",
            Self::RequestLost => "request lost (not part of an ordinary day)",
        }
    }

    /// Returns the kind of a bill of the day.
    const fn of(bill: u16) -> Self {
        match bill {
            40 | 120 | 200 | 280 => Self::Declined,
            60 | 140 | 220 | 300 => Self::Cancelled,
            80 | 240 => Self::DeadCode,
            160 => Self::ResponseLost,
            401.. => Self::RequestLost,
            _ => Self::Paid,
        }
    }

    const fn habit(self) -> Habit {
        match self {
            Self::Declined => Habit::NoMoney,
            Self::Cancelled => Habit::DeclinesAfter(CANCELS),
            Self::DeadCode => Habit::OldCode,
            _ => Habit::Pays,
        }
    }
}

/// The payments of the day, plus the one that is counted apart.
const BILLS: u16 = 401;
/// How long a customer takes to cancel.
const CANCELS: Ms = 15_000;
/// The time from one payment to the next, long enough that no cashier waits for two.
const EVERY: Ms = 400_000;
/// When a cashier asks again about a call that ended undecided.
const ASKS_ON: Ms = 121_000;
/// The duration of an ordinary exchange.
const ORDINARY: Ms = 1_000;

/// The measurements of a day.
#[derive(Clone, Debug)]
pub struct Day {
    /// How the platform words failures.
    pub wording: Wording,
    /// For each kind: how often it happened, how long the cashiers waited for all of it beyond an ordinary
    /// response, and how many rows need a person.
    pub kinds: BTreeMap<Kind, (u64, Ms, u64)>,
    /// The rule that was broken, if any.
    pub broken: Option<String>,
}

/// Plays a day.
pub fn day(wording: Wording) -> Day {
    let played = play(&plan(wording), false);
    let mut kinds = BTreeMap::new();
    for kind in (1..=BILLS).map(Kind::of).chain([Kind::Refund, Kind::Refund]) {
        kinds.entry(kind).or_insert((0, 0, 0)).0 += 1;
    }
    let mut waited: BTreeMap<(u16, bool), Ms> = BTreeMap::new();
    for wait in &played.waits {
        *waited.entry((wait.about.number, wait.refund)).or_default() += wait.ms;
    }
    let kind = |number: u16, refund: bool| if refund { Kind::Refund } else { Kind::of(number) };
    for ((number, refund), ms) in waited {
        let own = if kind(number, refund) == Kind::Cancelled { CANCELS } else { 0 };
        kinds.entry(kind(number, refund)).or_insert((0, 0, 0)).1 += ms.saturating_sub(ORDINARY + own);
    }
    for (about, refund) in &played.persons {
        kinds.entry(kind(about.number, *refund)).or_insert((0, 0, 0)).2 += 1;
    }
    Day { wording, kinds, broken: played.violation.map(|violation| violation.to_string()) }
}

impl Day {
    /// Returns how long a cashier waited for one payment of a kind, on average.
    pub fn each(&self, kind: Kind) -> Ms {
        self.kinds.get(&kind).map_or(0, |(n, ms, _)| ms / n)
    }

    /// Returns how long the cashiers waited in the whole day, and how many rows need a person.
    pub fn whole(&self) -> (Ms, u64) {
        let ordinary = self.kinds.iter().filter(|(kind, _)| **kind != Kind::RequestLost);
        ordinary.fold((0, 0), |(ms, persons), (_, (_, more, others))| (ms + more, persons + others))
    }

    /// Describes the day in words.
    pub fn summary(&self) -> String {
        let platform = match self.wording {
            Wording::Document => "a platform that words failures as the document does (支付失败)",
            Wording::Mixed => {
                "a platform that words declines as the tables do, and failed orders as the document does"
            }
            Wording::Tables => "a platform that words failures as the wallets' tables do",
            Wording::Unlisted => "a platform whose sentences are in no table",
        };
        let (ms, persons) = self.whole();
        let mut text = format!(
            "{platform}: cashiers wait {} s beyond ordinary responses, {persons} rows need a person\n",
            ms / 1_000
        );
        for (kind, (n, ms, persons)) in &self.kinds {
            let each = *ms as f64 / 1_000.0 / *n as f64;
            let _ = writeln!(text, "  {n:>3} {}: {each:.1} s each, {persons} need a person", kind.word());
        }
        if let Some(broken) = &self.broken {
            let _ = writeln!(text, "  {broken}");
        }
        text
    }
}

/// 400 payments of one till, with nothing but the failures of every day.
fn plan(wording: Wording) -> Plan {
    let style = Style { paying_names_device: true, closes: true, wording, ..Style::default() };
    let mut plan = Plan { rates: Rates::calm(), style, measured: true, ..Plan::empty(u64::from(BILLS), 1) };
    for bill in 1..=BILLS {
        let kind = Kind::of(bill);
        let at = u64::from(bill) * EVERY;
        plan.wallets.push(kind.habit());
        let charge = Task::Charge {
            bill,
            wallet: usize::from(bill) - 1,
            fen: 1_000,
            insist: false,
            plain: false,
            deadline: None,
        };
        let mut add = |at, what| plan.tasks.push(Timed { id: 0, at, till: 0, what });
        add(at, charge);
        if !matches!(kind, Kind::Paid) {
            add(at + ASKS_ON, Task::Settle { bill });
        }
        if matches!(bill, 100 | 260) {
            add(at + EVERY / 4, Task::Refund { number: bill, of: 0, bill, fen: 300 });
        }
        let loss = match kind {
            Kind::ResponseLost => Some(Loss::Response),
            Kind::RequestLost => Some(Loss::Request),
            _ => None,
        };
        plan.incidents.extend(loss.map(|loss| Timed {
            id: 0,
            at: at - 1,
            till: 0,
            what: Incident::Lose(loss),
        }));
        plan.heals = at + EVERY;
    }
    for (id, task) in (0..).zip(&mut plan.tasks) {
        task.id = id;
    }
    plan
}
