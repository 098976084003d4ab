//! The plan of a world, drawn from its seed before it begins: who does what and when, and which incidents
//! happen.

use std::collections::BTreeSet;

use crate::Ms;
use crate::faults::{Fault, Fired, Rates};
use crate::hash::mix;
use crate::platform::{Habit, Style, Wording};
use crate::rng::Rng;

/// A task of a cashier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Charges a bill with a wallet's code.
    Charge {
        /// The bill.
        bill: u16,
        /// The wallet.
        wallet: usize,
        /// The amount.
        fen: i32,
        /// Whether to charge even if the bill is open under another code.
        insist: bool,
        /// Whether to ask for no receipt.
        plain: bool,
        /// Replaces the till's deadline.
        deadline: Option<Ms>,
    },
    /// Refunds a part of a bill of a till.
    Refund {
        /// The refund's number.
        number: u16,
        /// The till that charged the bill.
        of: u8,
        /// The bill.
        bill: u16,
        /// The amount.
        fen: i32,
    },
    /// Asks what became of a bill.
    Settle {
        /// The bill.
        bill: u16,
    },
    /// Undoes a bill.
    Void {
        /// The bill.
        bill: u16,
        /// Replaces the till's deadline.
        deadline: Option<Ms>,
    },
    /// Settles everything that is open.
    Recover,
}

/// An incident: it happens at a set moment rather than on an occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// The process is killed, or the power fails.
    Crash {
        /// Whether the power fails.
        power: bool,
    },
    /// The process is stopped for this long.
    Stop(Ms),
    /// The machine sleeps for this long.
    Sleep(Ms),
    /// The till is closed while calls are in progress.
    Close,
    /// The wall clock is moved by this much.
    WallStep(i64),
    /// The disk is full for this long.
    DiskFull(Ms),
    /// The ledger is locked for this long.
    DiskLocked(Ms),
    /// An endpoint, 0 to 4, is down for this long.
    Outage(u8, Ms),
    /// The till's device is deleted for this long.
    DeviceDeleted(Ms),
    /// The back office refunds a part of the till's newest paid bill.
    BackOffice(i64),
    /// Another process tries to open the ledger.
    SecondProcess,
    /// The till is activated again, as another device.
    Activate,
    /// The till is opened at another address of the platform.
    Move,
    /// The next charge of the till loses its request or its response.
    Lose(Loss),
}

/// The message that a charge loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its request.
    Request,
    /// Its response.
    Response,
}

/// Something that happens at a till at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed<T> {
    /// Its number in the whole plan; it keeps that when others are left out.
    pub id: u32,
    /// When.
    pub at: Ms,
    /// The till.
    pub till: u8,
    /// What.
    pub what: T,
}

/// A world before it begins.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its seed.
    pub seed: u64,
    /// How many tills.
    pub tills: u8,
    /// The customers.
    pub wallets: Vec<Habit>,
    /// The tasks of the cashiers.
    pub tasks: Vec<Timed<Task>>,
    /// The incidents.
    pub incidents: Vec<Timed<Incident>>,
    /// How often each fault fires.
    pub rates: Rates,
    /// The occasions that the shrinker found not to matter.
    pub muted: BTreeSet<Fired>,
    /// How this platform behaves where the document leaves a choice.
    pub style: Style,
    /// How much each till's clock gains, in thousandths.
    pub drifts: Vec<i64>,
    /// When all faults heal.
    pub heals: Ms,
    /// Whether the world breaks the premises of the rules, so that a verdict may be wrong.
    pub breaks: bool,
    /// Whether the waits of the cashiers are measured.
    pub measured: bool,
}

/// One world in this many breaks the premises.
const BREAKS: u64 = 32;

const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let rates = Rates::of(seed);
        let tills = u8::try_from(rng.between(1, 4)).unwrap_or(1);
        let style = Style {
            paying_names_device: rng.chance(75),
            closes: rng.chance(50),
            declines_make_orders: rng.chance(30),
            used_is_dead: rng.chance(12),
            shows_own_device: rng.chance(30),
            wording: rng
                .pick(&[
                    Wording::Mixed,
                    Wording::Mixed,
                    Wording::Tables,
                    Wording::Document,
                    Wording::Unlisted,
                ])
                .unwrap_or_default(),
            varies: rng.chance(60),
        };
        let drifts = (0..tills)
            .map(|_| match rates.get(Fault::Drift) {
                0 => 0,
                _ => i64::try_from(rng.below(81)).unwrap_or_default() - 40,
            })
            .collect();
        let breaks = mix(seed ^ 0xb4ea).is_multiple_of(BREAKS);
        let mut plan = Self { rates, style, drifts, breaks, ..Self::empty(seed, tills) };
        for till in 0..tills {
            plan.shift(till, &mut rng);
        }
        plan.other_amounts();
        for (id, task) in (0..).zip(&mut plan.tasks) {
            task.id = id;
        }
        let last = plan.tasks.iter().map(|task| task.at).max().unwrap_or_default();
        plan.incident(last, &mut rng);
        let ends = |incident: &Timed<Incident>| match incident.what {
            Incident::Stop(ms) | Incident::Sleep(ms) => incident.at + ms,
            _ => incident.at,
        };
        plan.heals =
            plan.incidents.iter().map(ends).max().unwrap_or_default().max(last) + rng.between(1, 5) * MINUTE;
        plan
    }

    /// A plan in which nothing happens.
    pub fn empty(seed: u64, tills: u8) -> Self {
        Self {
            seed,
            tills,
            wallets: Vec::new(),
            tasks: Vec::new(),
            incidents: Vec::new(),
            rates: Rates::calm(),
            muted: BTreeSet::new(),
            style: Style::default(),
            drifts: vec![0; usize::from(tills)],
            heals: 0,
            breaks: false,
            measured: false,
        }
    }

    /// Plans what a cashier does in a shift.
    fn shift(&mut self, till: u8, rng: &mut Rng) {
        let mut at = rng.below(20 * SECOND);
        let bills = u16::try_from(rng.between(3, 14)).unwrap_or(3);
        for bill in 1..=bills {
            self.bill(till, bill, at, rng);
            at += rng.between(SECOND, 90 * SECOND);
        }
        if rng.chance(20) {
            self.tasks.push(Timed { id: 0, at: at / 2, till, what: Task::Recover });
        }
    }

    /// Plans what a cashier does about a bill.
    fn bill(&mut self, till: u8, bill: u16, at: Ms, rng: &mut Rng) {
        let fen = i32::try_from(rng.between(1, 40) * 100).unwrap_or(100);
        let wallet = self.wallet(rng);
        let deadline = if rng.chance(80) { None } else { Some(rng.between(5, 40) * SECOND) };
        let plain = rng.chance(15);
        let charge = Task::Charge { bill, wallet, fen, insist: false, plain, deadline };
        let first = Timed { id: 0, at, till, what: charge };
        self.tasks.push(first);
        let soon = |rng: &mut Rng| at + rng.between(10, 90 * SECOND);
        if rng.chance(12) {
            // A double click, or a cashier who asks again.
            self.tasks.push(Timed { id: 0, at: at + rng.below(2 * SECOND), ..first });
        }
        if rng.chance(15) {
            self.tasks.push(Timed { id: 0, at: soon(rng), ..first });
        }
        if rng.chance(8) {
            let what = Task::Charge { bill, wallet, fen: fen + 1, insist: false, plain, deadline };
            self.tasks.push(Timed { id: 0, at: soon(rng), till, what });
        }
        if rng.chance(8) {
            // The customer's code is scanned again, for another bill of the same amount.
            let what = Task::Charge { bill: bill + 100, wallet, fen, insist: false, plain, deadline };
            self.tasks.push(Timed { id: 0, at: at + rng.below(40 * SECOND), till, what });
        }
        if rng.chance(8) && self.tills > 1 {
            let there = (till + 1) % self.tills;
            let what = Task::Charge {
                bill: 200 + 20 * u16::from(till) + bill,
                wallet,
                fen,
                insist: false,
                plain,
                deadline,
            };
            self.tasks.push(Timed { id: 0, at: at + rng.below(30 * SECOND), till: there, what });
        }
        if rng.chance(15) {
            let wallet = self.wallet(rng);
            let what = Task::Charge { bill, wallet, fen, insist: rng.chance(30), plain, deadline };
            self.tasks.push(Timed { id: 0, at: soon(rng), till, what });
        }
        if rng.chance(10) {
            self.tasks.push(Timed { id: 0, at: soon(rng), till, what: Task::Settle { bill } });
        }
        if rng.chance(12) {
            let void = Task::Void { bill, deadline };
            let when = soon(rng);
            self.tasks.push(Timed { id: 0, at: when, till, what: void });
            if rng.chance(40) {
                self.tasks.push(Timed { id: 0, at: when + rng.below(3 * MINUTE), till, what: void });
            }
        }
        if rng.chance(60) {
            self.refunds(till, bill, fen, at, rng);
        }
    }

    /// Reuses some refund numbers with another amount. Where there is one till, no other refund has that
    /// amount.
    fn other_amounts(&mut self) {
        if self.tills > 1 {
            return;
        }
        let other = |task: &Timed<Task>| match task.what {
            Task::Refund { number, of, bill, fen }
                if mix(self.seed ^ u64::from(number)).is_multiple_of(6) =>
            {
                let what = Task::Refund { number, of, bill, fen: fen + 3 };
                Some(Timed { at: task.at + 40 * SECOND, what, ..*task })
            }
            _ => None,
        };
        let others: Vec<_> = self.tasks.iter().filter_map(other).collect();
        self.tasks.extend(others);
    }

    /// Plans refunds of a bill, here and at other tills. Two tills never refund the same amount, since no
    /// bill could tell the two apart.
    fn refunds(&mut self, till: u8, bill: u16, fen: i32, at: Ms, rng: &mut Rng) {
        let at_other = if self.tills > 1 && rng.chance(20) { (till + 1) % self.tills } else { till };
        let less = |here: u8| 2 * i32::from(here) + i32::from(here != till);
        for n in 0..u16::try_from(rng.between(1, 3)).unwrap_or(1) {
            let here = if n == 1 { at_other } else { till };
            let part = match rng.below(4) {
                0 => fen - less(here),
                1 => fen + 1 + i32::from(here != till),
                _ => (fen / 3).max(10) / 10 * 10 - less(here),
            };
            let number = bill * 4 + n + 1_000 * u16::from(till);
            let what = Task::Refund { number, of: till, bill, fen: part };
            let when = at + rng.between(SECOND, 4 * MINUTE);
            self.tasks.push(Timed { id: 0, at: when, till: here, what });
            if rng.chance(25) {
                self.tasks.push(Timed { id: 0, at: when + rng.below(MINUTE), till: here, what });
            }
        }
    }

    fn wallet(&mut self, rng: &mut Rng) -> usize {
        let habit = match rng.below(14) {
            12 => Habit::SecondCard(rng.between(SECOND, 70 * SECOND), rng.between(SECOND, 15 * SECOND)),
            13 => Habit::OldCode,
            0..=4 => Habit::Pays,
            5..=7 => Habit::PaysAfter(rng.below(70 * SECOND)),
            8 => Habit::DeclinesAfter(rng.below(60 * SECOND)),
            9 => Habit::Never,
            10 => Habit::NoMoney,
            _ => Habit::PaysAfter(rng.below(8 * MINUTE)),
        };
        self.wallets.push(habit);
        self.wallets.len() - 1
    }

    /// Plans an incident of each enabled kind.
    fn incident(&mut self, last: Ms, rng: &mut Rng) {
        for till in 0..self.tills {
            let mut add = |fault: Fault, rng: &mut Rng, draw: &dyn Fn(&mut Rng) -> Incident| {
                if self.rates.get(fault) == 0 {
                    return;
                }
                for _ in 0..rng.below(3) {
                    let incident = Timed { id: 0, at: rng.below(last + 1), till, what: draw(rng) };
                    self.incidents.push(incident);
                }
            };
            add(Fault::Kill, rng, &|_| Incident::Crash { power: false });
            add(Fault::PowerCut, rng, &|_| Incident::Crash { power: true });
            add(Fault::Stopped, rng, &|rng| Incident::Stop(rng.between(SECOND, 120 * MINUTE)));
            add(Fault::Suspended, rng, &|rng| Incident::Sleep(rng.between(SECOND, 60 * MINUTE)));
            add(Fault::Closed, rng, &|_| Incident::Close);
            add(Fault::WallStep, rng, &|rng| {
                let by = i64::try_from(rng.below(20 * 365 * 24 * 60) * MINUTE).unwrap_or_default();
                Incident::WallStep(match rng.below(3) {
                    0 => by,
                    1 => -by,
                    // Back to 1970.
                    _ => -1_531_212_165_000,
                })
            });
            add(Fault::DiskFull, rng, &|rng| Incident::DiskFull(rng.between(SECOND, 5 * MINUTE)));
            add(Fault::DiskLocked, rng, &|rng| Incident::DiskLocked(rng.between(100, 5 * SECOND)));
            add(Fault::Outage, rng, &|rng| {
                let endpoint = u8::try_from(rng.below(5)).unwrap_or_default();
                Incident::Outage(endpoint, rng.between(SECOND, 5 * MINUTE))
            });
            add(Fault::DeviceDeleted, rng, &|rng| Incident::DeviceDeleted(rng.between(SECOND, 10 * MINUTE)));
            add(Fault::BackOffice, rng, &|rng| {
                // Tills refund multiples of ten less 0 to 7.
                Incident::BackOffice(i64::try_from(rng.below(6) * 10 + 2).unwrap_or(2))
            });
            add(Fault::SecondProcess, rng, &|_| Incident::SecondProcess);
            add(Fault::Activated, rng, &|_| Incident::Activate);
            add(Fault::Moved, rng, &|_| Incident::Move);
        }
    }
}
