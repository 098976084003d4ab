//! What happens in a world, drawn from its seed before it begins: who does what and when, and what goes wrong at large.

use std::collections::BTreeSet;

use crate::Ms;
use crate::dice::Dice;
use crate::faults::{Fault, Fired, Rates};
use crate::hash::mix;
use crate::platform::{Habit, Style, Wording};

/// What a cashier does.
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
        /// Even if the bill is open under another code.
        insist: bool,
        /// Without receipt.
        plain: bool,
        /// Instead of the till's deadline.
        deadline: Option<Ms>,
    },
    /// Refunds a part of a bill of a till.
    Refund {
        /// The refund's number.
        number: u16,
        /// The till that charged.
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
        /// Instead of the till's deadline.
        deadline: Option<Ms>,
    },
    /// Settles everything that is open.
    Recover,
}

/// What goes wrong at large, at a moment and not on an occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upset {
    /// The process is killed, or the power fails.
    Crash {
        /// Which of the two.
        power: bool,
    },
    /// The process is stopped for so long.
    Stop(Ms),
    /// The machine sleeps for so long.
    Sleep(Ms),
    /// The till is closed while calls go on.
    Close,
    /// The wall clock is set.
    WallStep(i64),
    /// The disk is full for so long.
    DiskFull(Ms),
    /// The ledger is locked for so long.
    DiskLocked(Ms),
    /// An endpoint is down for so long; 0 to 4.
    Outage(u8, Ms),
    /// The till's device is deleted for so long.
    DeviceDeleted(Ms),
    /// The back office refunds a part of the till's newest paid bill.
    BackOffice(i64),
    /// Another process tries to open the ledger.
    SecondProcess,
    /// The till is activated again, as another device.
    Activate,
    /// The till is opened at another address of the platform.
    Move,
    /// The next charge of the till loses this.
    Lose(Loss),
}

/// What a charge loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its request.
    Request,
    /// Its answer.
    Answer,
}

/// Something that happens at a till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed<T> {
    /// Its number in the whole plan, which it keeps when others are left out.
    pub id: u32,
    /// When.
    pub at: Ms,
    /// At which till.
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
    /// What the cashiers do.
    pub tasks: Vec<Timed<Task>>,
    /// What goes wrong at large.
    pub upsets: Vec<Timed<Upset>>,
    /// How often the rest goes wrong.
    pub rates: Rates,
    /// What the shrinker has found not to matter.
    pub muted: BTreeSet<Fired>,
    /// What this platform is like.
    pub style: Style,
    /// How much each till's clock gains, in thousandths.
    pub drifts: Vec<i64>,
    /// When the faults heal.
    pub heals: Ms,
    /// Whether the world breaks the premises of the rules, so that a verdict may be wrong.
    pub breaks: bool,
    /// Whether every wait of a cashier is noted.
    pub measured: bool,
}

/// One world of so many breaks the premises.
const BREAKS: u64 = 32;

const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let rates = Rates::of(seed);
        let tills = u8::try_from(dice.between(1, 4)).unwrap_or(1);
        let style = Style {
            paying_names_device: dice.chance(75),
            closes: dice.chance(50),
            declines_make_orders: dice.chance(30),
            used_is_dead: dice.chance(12),
            shows_own_device: dice.chance(30),
            wording: dice
                .pick(&[
                    Wording::Mixed,
                    Wording::Mixed,
                    Wording::Tables,
                    Wording::Document,
                    Wording::Unlisted,
                ])
                .unwrap_or_default(),
            varies: dice.chance(60),
        };
        let drifts = (0..tills)
            .map(|_| match rates.get(Fault::Drift) {
                0 => 0,
                _ => i64::try_from(dice.below(81)).unwrap_or_default() - 40,
            })
            .collect();
        let breaks = mix(seed ^ 0xb4ea).is_multiple_of(BREAKS);
        let mut plan = Self { rates, style, drifts, breaks, ..Self::empty(seed, tills) };
        for till in 0..tills {
            plan.shift(till, &mut dice);
        }
        plan.other_amounts();
        for (id, task) in (0..).zip(&mut plan.tasks) {
            task.id = id;
        }
        let last = plan.tasks.iter().map(|task| task.at).max().unwrap_or_default();
        plan.upset(last, &mut dice);
        let ends = |upset: &Timed<Upset>| match upset.what {
            Upset::Stop(ms) | Upset::Sleep(ms) => upset.at + ms,
            _ => upset.at,
        };
        plan.heals =
            plan.upsets.iter().map(ends).max().unwrap_or_default().max(last) + dice.between(1, 5) * MINUTE;
        plan
    }

    /// A plan in which nothing happens.
    pub fn empty(seed: u64, tills: u8) -> Self {
        Self {
            seed,
            tills,
            wallets: Vec::new(),
            tasks: Vec::new(),
            upsets: Vec::new(),
            rates: Rates::calm(),
            muted: BTreeSet::new(),
            style: Style::default(),
            drifts: vec![0; usize::from(tills)],
            heals: 0,
            breaks: false,
            measured: false,
        }
    }

    /// What a cashier does in a shift.
    fn shift(&mut self, till: u8, dice: &mut Dice) {
        let mut at = dice.below(20 * SECOND);
        let bills = u16::try_from(dice.between(3, 14)).unwrap_or(3);
        for bill in 1..=bills {
            self.bill(till, bill, at, dice);
            at += dice.between(SECOND, 90 * SECOND);
        }
        if dice.chance(20) {
            self.tasks.push(Timed { id: 0, at: at / 2, till, what: Task::Recover });
        }
    }

    /// What a cashier does about a bill.
    fn bill(&mut self, till: u8, bill: u16, at: Ms, dice: &mut Dice) {
        let fen = i32::try_from(dice.between(1, 40) * 100).unwrap_or(100);
        let wallet = self.wallet(dice);
        let deadline = if dice.chance(80) { None } else { Some(dice.between(5, 40) * SECOND) };
        let plain = dice.chance(15);
        let charge = Task::Charge { bill, wallet, fen, insist: false, plain, deadline };
        let first = Timed { id: 0, at, till, what: charge };
        self.tasks.push(first);
        let soon = |dice: &mut Dice| at + dice.between(10, 90 * SECOND);
        if dice.chance(12) {
            // A double click, or a cashier who asks again.
            self.tasks.push(Timed { id: 0, at: at + dice.below(2 * SECOND), ..first });
        }
        if dice.chance(15) {
            self.tasks.push(Timed { id: 0, at: soon(dice), ..first });
        }
        if dice.chance(8) {
            let what = Task::Charge { bill, wallet, fen: fen + 1, insist: false, plain, deadline };
            self.tasks.push(Timed { id: 0, at: soon(dice), till, what });
        }
        if dice.chance(8) {
            // The customer's code is scanned again, for another bill of the same amount.
            let what = Task::Charge { bill: bill + 100, wallet, fen, insist: false, plain, deadline };
            self.tasks.push(Timed { id: 0, at: at + dice.below(40 * SECOND), till, what });
        }
        if dice.chance(8) && self.tills > 1 {
            let there = (till + 1) % self.tills;
            let what = Task::Charge {
                bill: 200 + 20 * u16::from(till) + bill,
                wallet,
                fen,
                insist: false,
                plain,
                deadline,
            };
            self.tasks.push(Timed { id: 0, at: at + dice.below(30 * SECOND), till: there, what });
        }
        if dice.chance(15) {
            let wallet = self.wallet(dice);
            let what = Task::Charge { bill, wallet, fen, insist: dice.chance(30), plain, deadline };
            self.tasks.push(Timed { id: 0, at: soon(dice), till, what });
        }
        if dice.chance(10) {
            self.tasks.push(Timed { id: 0, at: soon(dice), till, what: Task::Settle { bill } });
        }
        if dice.chance(12) {
            let void = Task::Void { bill, deadline };
            let when = soon(dice);
            self.tasks.push(Timed { id: 0, at: when, till, what: void });
            if dice.chance(40) {
                self.tasks.push(Timed { id: 0, at: when + dice.below(3 * MINUTE), till, what: void });
            }
        }
        if dice.chance(60) {
            self.refunds(till, bill, fen, at, dice);
        }
    }

    /// Some refund numbers are used once more with another amount. Where there is one till, no other refund has that amount.
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

    /// Refunds of a bill, here and at other tills. Two tills never refund the same amount, which no bill could tell apart.
    fn refunds(&mut self, till: u8, bill: u16, fen: i32, at: Ms, dice: &mut Dice) {
        let at_other = if self.tills > 1 && dice.chance(20) { (till + 1) % self.tills } else { till };
        let less = |here: u8| 2 * i32::from(here) + i32::from(here != till);
        for n in 0..u16::try_from(dice.between(1, 3)).unwrap_or(1) {
            let here = if n == 1 { at_other } else { till };
            let part = match dice.below(4) {
                0 => fen - less(here),
                1 => fen + 1 + i32::from(here != till),
                _ => (fen / 3).max(10) / 10 * 10 - less(here),
            };
            let number = bill * 4 + n + 1_000 * u16::from(till);
            let what = Task::Refund { number, of: till, bill, fen: part };
            let when = at + dice.between(SECOND, 4 * MINUTE);
            self.tasks.push(Timed { id: 0, at: when, till: here, what });
            if dice.chance(25) {
                self.tasks.push(Timed { id: 0, at: when + dice.below(MINUTE), till: here, what });
            }
        }
    }

    fn wallet(&mut self, dice: &mut Dice) -> usize {
        let habit = match dice.below(14) {
            12 => Habit::SecondCard(dice.between(SECOND, 70 * SECOND), dice.between(SECOND, 15 * SECOND)),
            13 => Habit::OldCode,
            0..=4 => Habit::Pays,
            5..=7 => Habit::PaysAfter(dice.below(70 * SECOND)),
            8 => Habit::DeclinesAfter(dice.below(60 * SECOND)),
            9 => Habit::Never,
            10 => Habit::NoMoney,
            _ => Habit::PaysAfter(dice.below(8 * MINUTE)),
        };
        self.wallets.push(habit);
        self.wallets.len() - 1
    }

    /// What goes wrong at large, where its section is on.
    fn upset(&mut self, last: Ms, dice: &mut Dice) {
        for till in 0..self.tills {
            let mut add = |fault: Fault, dice: &mut Dice, draw: &dyn Fn(&mut Dice) -> Upset| {
                if self.rates.get(fault) == 0 {
                    return;
                }
                for _ in 0..dice.below(3) {
                    let upset = Timed { id: 0, at: dice.below(last + 1), till, what: draw(dice) };
                    self.upsets.push(upset);
                }
            };
            add(Fault::Kill, dice, &|_| Upset::Crash { power: false });
            add(Fault::PowerCut, dice, &|_| Upset::Crash { power: true });
            add(Fault::Stopped, dice, &|dice| Upset::Stop(dice.between(SECOND, 120 * MINUTE)));
            add(Fault::Suspended, dice, &|dice| Upset::Sleep(dice.between(SECOND, 60 * MINUTE)));
            add(Fault::Closed, dice, &|_| Upset::Close);
            add(Fault::WallStep, dice, &|dice| {
                let by = i64::try_from(dice.below(20 * 365 * 24 * 60) * MINUTE).unwrap_or_default();
                Upset::WallStep(match dice.below(3) {
                    0 => by,
                    1 => -by,
                    // Back to 1970.
                    _ => -1_531_212_165_000,
                })
            });
            add(Fault::DiskFull, dice, &|dice| Upset::DiskFull(dice.between(SECOND, 5 * MINUTE)));
            add(Fault::DiskLocked, dice, &|dice| Upset::DiskLocked(dice.between(100, 5 * SECOND)));
            add(Fault::Outage, dice, &|dice| {
                let endpoint = u8::try_from(dice.below(5)).unwrap_or_default();
                Upset::Outage(endpoint, dice.between(SECOND, 5 * MINUTE))
            });
            add(Fault::DeviceDeleted, dice, &|dice| Upset::DeviceDeleted(dice.between(SECOND, 10 * MINUTE)));
            add(Fault::BackOffice, dice, &|dice| {
                // Tills refund multiples of ten less 0 to 7.
                Upset::BackOffice(i64::try_from(dice.below(6) * 10 + 2).unwrap_or(2))
            });
            add(Fault::SecondProcess, dice, &|_| Upset::SecondProcess);
            add(Fault::Activated, dice, &|_| Upset::Activate);
            add(Fault::Moved, dice, &|_| Upset::Move);
        }
    }
}
