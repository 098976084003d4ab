//! Plays a world from its plan: tills, the platform and the time between them, one event after the other on
//! one thread. Everything in it is derived from the seed.

mod crashes;
mod exchange;
mod queue;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use wsy::payment::Delivery;
use wsy::payment::policy::Policy;
use wsy::payment::reconciliation::{AlarmKind, NewAlarm};

use crate::Ms;
use crate::clock::Clock;
use crate::disk::{ChargeRow, ChargeState, RefundRow, RefundState, Twin};
use crate::faults::{FailPoint, Fault, FaultInjector};
use crate::hash::{self, Stable};
use crate::oracle::{Checked, Oracle, Violation, is_hidden};
use crate::plan::{Incident, Loss, Plan, Task};
use crate::platform::{self, Ask, Order, Origin, Platform, Reply, Wallet};
use crate::till::{
    Admission, CallResult, ChargeAsk, Moment, Outcome, RefundAsk, Refusal, Report, Step, Till,
};
use crashes::Interrupt;
use exchange::News;
use queue::Queue;

pub use report::{Counts, Played, Wait};

/// How many endpoints there are: micropay, query by code, query by order, refund, read.
const ENDPOINTS: usize = 5;
/// This many recoveries take longer than the quiet time of a refund.
const ROUNDS: u8 = 12;
/// After the faults have healed, a recovery takes no longer than this.
const RECOVERY: Ms = 200_000;
/// No terminating world has this many events; one that has more is stuck in a loop.
const MAX_EVENTS: u64 = 2_000_000;

/// The next event.
#[derive(Clone, Debug)]
enum Event {
    /// A task of the plan.
    Task(usize),
    /// An incident of the plan.
    Incident(usize),
    /// A run takes a step.
    Go(Who),
    /// A run's wait may be over.
    Wake(Who, u32),
    /// A request reaches the platform.
    Arrive(Box<exchange::Flight>),
    /// A run receives the result of its request.
    Hear(Who, u32, Delivery<Vec<u8>>, Option<News>),
    /// A till's process dies.
    Crash { till: u8, epoch: u32, power: bool },
    /// A till's process starts.
    Restart(u8),
    /// A fault that lasts for a while is over.
    Over(u8, Fault),
    /// An endpoint is up again.
    Restored(u8),
    /// The faults heal.
    Heal,
    /// Every till recovers after the faults have healed, in several rounds.
    Settle(u8),
    /// Every till reconciles.
    Reconcile,
    /// Everything has to be settled.
    Rest,
}

/// A run within one life of a till's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Who {
    till: u8,
    epoch: u32,
    run: u32,
}

/// A till with its surroundings.
struct Node {
    till: Till,
    clock: Clock,
    /// Counts the lives of its process.
    epoch: u32,
    up: bool,
    /// Stopped until this moment.
    stopped: Ms,
    /// Whether the platform has deleted its device.
    deleted: bool,
    /// The last response in flight to it, with the operation it answers.
    leftover: Option<(Ask, Reply)>,
    /// The message that the next charge loses.
    loses: Option<Loss>,
}

struct World<'a> {
    plan: &'a Plan,
    now: Ms,
    queue: Queue<Event>,
    nodes: Vec<Node>,
    platform: Platform,
    /// How often a response has denied an existing charge after the quiet time.
    misled: BTreeMap<Origin, u32>,
    /// Charges about which a query was answered once with another payment that nothing tells apart from
    /// theirs.
    looked_alike: BTreeSet<Origin>,
    /// Charges that the platform has confirmed, and denies from then on.
    forgotten: BTreeSet<Origin>,
    /// When the request of a charge or refund left.
    sent: BTreeMap<Origin, Ms>,
    /// When each run began, where waits are measured.
    begun: BTreeMap<(u8, u32), Ms>,
    /// When the time limit of each settling call ends, by its till's clock.
    limits: BTreeMap<(u8, u32), Ms>,
    waits: Vec<Wait>,
    persons: Vec<(Origin, bool)>,
    down: [bool; ENDPOINTS],
    /// When the tills last recovered after everything has healed.
    recovered: Ms,
    /// Bills that cashiers have started to void.
    voids: BTreeSet<(u8, u16)>,
    injector: FaultInjector,
    oracle: Oracle,
    counts: Counts,
    hash: Stable,
    trace: Option<Vec<String>>,
}

/// Plays a world until its end or the first broken rule.
pub fn play(plan: &Plan, with_trace: bool) -> Played {
    play_beside(plan, with_trace, |_| None)
}

/// The same, with a second ledger beside that of each till.
pub fn play_beside(plan: &Plan, with_trace: bool, twin: impl Fn(u8) -> Option<Twin>) -> Played {
    let mut world = World::new(plan, with_trace);
    for node in &mut world.nodes {
        node.till.disk.twin = twin(node.till.id);
    }
    let violation = world.play().err();
    if let Some(violation) = &violation {
        let text = violation.to_string();
        world.note(|| text);
    }
    world.counts.worlds = 1;
    world.counts.breaking = u64::from(plan.breaks);
    world.counts.simulated_ms = world.now;
    Played {
        counts: world.counts,
        hash: world.hash.finish(),
        violation,
        fired: world.injector.fired,
        coverage: world.injector.coverage,
        waits: world.waits,
        persons: world.persons,
        trace: world.trace.unwrap_or_default(),
    }
}

impl<'a> World<'a> {
    fn new(plan: &'a Plan, with_trace: bool) -> Self {
        let node = |till: u8| Node {
            till: Till::new(till, Policy::default()),
            clock: Clock::new(plan.drifts.get(usize::from(till)).copied().unwrap_or_default()),
            epoch: 0,
            up: true,
            stopped: 0,
            deleted: false,
            leftover: None,
            loses: None,
        };
        let wallets = plan.wallets.iter().map(|habit| Wallet { habit: *habit, shown: None }).collect();
        let mut queue = Queue::default();
        for (at, task) in plan.tasks.iter().enumerate() {
            queue.push(task.at, Event::Task(at));
        }
        for (at, incident) in plan.incidents.iter().enumerate() {
            queue.push(incident.at, Event::Incident(at));
        }
        queue.push(plan.heals, Event::Heal);
        Self {
            plan,
            now: 0,
            queue,
            nodes: (0..plan.tills).map(node).collect(),
            platform: Platform::new(wallets, plan.style),
            misled: BTreeMap::new(),
            looked_alike: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            sent: BTreeMap::new(),
            begun: BTreeMap::new(),
            limits: BTreeMap::new(),
            waits: Vec::new(),
            persons: Vec::new(),
            down: [false; ENDPOINTS],
            recovered: 0,
            voids: BTreeSet::new(),
            injector: FaultInjector::new(plan.seed, plan.rates.clone(), plan.muted.clone()),
            oracle: Oracle::default(),
            counts: Counts::default(),
            hash: Stable::default(),
            trace: with_trace.then(Vec::new),
        }
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>10.3} s  {}", self.now as f64 / 1_000.0, text()));
        }
    }

    /// Adds to the trace's hash what happens, where and when.
    fn mix(&mut self, what: u64, who: u64) {
        self.hash.write_u64(self.now);
        self.hash.write_u64((what << 48) ^ who);
    }

    fn play(&mut self) -> Checked {
        let mut events = 0;
        while let Some((at, event)) = self.queue.pop() {
            self.now = self.now.max(at);
            events += 1;
            if events > MAX_EVENTS {
                let text = "the world is stuck in a loop".to_owned();
                return Err(Violation { rule: 7, text });
            }
            if matches!(event, Event::Rest) {
                return self.rest();
            }
            self.happen(event)?;
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Checked {
        match event {
            Event::Task(at) => self.task(at),
            Event::Incident(at) => self.incident(at),
            Event::Go(who) => self.go(who),
            Event::Wake(who, step) => match self.run_of(who) {
                Some(steps) if steps == step => self.go(who),
                _ => Ok(()),
            },
            Event::Arrive(flight) => self.arrive(*flight),
            Event::Hear(who, exchange, delivery, news) => self.hear(who, exchange, delivery, news),
            Event::Crash { till, epoch, power } => self.crash(till, epoch, power),
            Event::Restart(till) => self.restart(till),
            Event::Over(till, fault) => {
                self.over(till, fault);
                Ok(())
            }
            Event::Restored(endpoint) => {
                self.down[usize::from(endpoint)] = false;
                Ok(())
            }
            Event::Heal => self.heal(),
            Event::Settle(round) => self.settle(round),
            Event::Reconcile => self.reconcile(),
            Event::Rest => Ok(()),
        }
    }

    fn node(&mut self, till: u8) -> &mut Node {
        &mut self.nodes[usize::from(till)]
    }

    /// Returns the step count of a run if its process still lives.
    fn run_of(&self, who: Who) -> Option<u32> {
        let node = &self.nodes[usize::from(who.till)];
        let run = node.till.run(who.run).filter(|_| node.epoch == who.epoch && node.up)?;
        Some(run.steps)
    }

    /// Whether a run lives and does not wait for a response.
    fn can_go(&self, who: Who) -> bool {
        let waits = |run: &crate::till::Run| run.exchange.is_some();
        self.run_of(who).is_some() && !self.nodes[usize::from(who.till)].till.run(who.run).is_some_and(waits)
    }

    /// Postpones an event while the process is stopped.
    fn is_postponed(&mut self, till: u8, event: impl FnOnce() -> Event) -> bool {
        let until = self.nodes[usize::from(till)].stopped;
        if until <= self.now {
            return false;
        }
        self.queue.push(until, event());
        true
    }

    /// Counts a fault at the points at which a till's runs are.
    fn mark(&mut self, fault: Fault, till: u8) {
        let node = &self.nodes[usize::from(till)];
        for run in &node.till.runs {
            self.injector.coverage.hit(fault, run.point());
        }
    }

    fn task(&mut self, at: usize) -> Checked {
        let Some(task) = self.plan.tasks.get(at).copied() else { return Ok(()) };
        if self.is_postponed(task.till, || Event::Task(at)) {
            return Ok(());
        }
        if self.injector.is_healed() {
            // The cashier has gone home.
            return Ok(());
        }
        if !self.nodes[usize::from(task.till)].up {
            // The cashier waits for the till.
            self.queue.push(self.now + 5_000, Event::Task(at));
            return Ok(());
        }
        let occasion = u64::from(task.id);
        self.mix(1, occasion);
        self.note(|| format!("till {}: {:?}", task.till, task.what));
        match task.what {
            Task::Charge { bill, wallet, fen, insist, plain, deadline } => {
                let code = self.platform.show(wallet, self.now);
                let ask = ChargeAsk { bill, fen, code, insist, plain, deadline };
                self.charge(task.till, &ask, occasion)
            }
            Task::Refund { number, of, bill, fen } => {
                let Some(dm_id) = self.nodes[usize::from(of)].till.paid_order(bill) else { return Ok(()) };
                let ask = RefundAsk { number, dm_id, fen, deadline: None };
                self.request(task.till, |till, moment| till.refund(&ask, moment, occasion)).map(drop)
            }
            Task::Settle { bill } => {
                let refusal =
                    self.request(task.till, |till, moment| till.settle(bill, None, moment, occasion))?;
                self.refused(task.till, bill, refusal)
            }
            Task::Void { bill, deadline } => {
                let ledger = &self.nodes[usize::from(task.till)].till.disk.ledger;
                let is_to_undo = |row: &ChargeRow| {
                    row.bill == bill && matches!(row.state, ChargeState::Open | ChargeState::Paid)
                };
                let is_to_undo = ledger.charges.iter().any(is_to_undo);
                let refusal =
                    self.request(task.till, |till, moment| till.void(bill, deadline, moment, occasion))?;
                if is_to_undo && refusal.is_none() && self.nodes[usize::from(task.till)].up {
                    self.voids.insert((task.till, bill));
                }
                Ok(())
            }
            Task::Recover => self.recover(task.till, occasion),
        }
    }

    /// Makes a request to a till.
    fn request(
        &mut self,
        till: u8,
        ask: impl FnOnce(&mut Till, &mut Moment<'_>) -> Admission,
    ) -> Result<Option<Refusal>, Violation> {
        let node = &mut self.nodes[usize::from(till)];
        let (now, wall) = (node.clock.monotonic(self.now), node.clock.wall(self.now));
        let admission = ask(&mut node.till, &mut Moment { now, wall, injector: &mut self.injector });
        self.look_at_writes(till)?;
        match admission {
            Admission::Begun(run) => {
                let node = &self.nodes[usize::from(till)];
                let epoch = node.epoch;
                if node.till.run(run).is_some_and(crate::till::Run::settles) {
                    self.limits.insert((till, run), now + Policy::default().deadline_ms);
                }
                if self.plan.measured {
                    self.begun.insert((till, run), self.now);
                }
                self.queue.push(self.now, Event::Go(Who { till, epoch, run }));
                Ok(None)
            }
            Admission::Recorded(report) => {
                self.note(|| format!("till {till}: already on record {report:?}"));
                let node = &self.nodes[usize::from(till)];
                self.oracle.reported_from_record(
                    &report,
                    &node.till.disk.ledger,
                    &self.platform,
                    self.now,
                )?;
                Ok(None)
            }
            Admission::Refused(refusal) => {
                self.note(|| format!("till {till}: refused, {refusal:?}"));
                Ok(Some(refusal))
            }
            Admission::Torn => {
                let epoch = self.nodes[usize::from(till)].epoch;
                self.crash(till, epoch, true)?;
                Ok(None)
            }
        }
    }

    /// Shows the oracle the latest writes; `false` if there are none.
    fn look_at_writes(&mut self, till: u8) -> Result<bool, Violation> {
        let twin = self.nodes[usize::from(till)].till.disk.twin.as_ref();
        if let Some(text) = twin.and_then(crate::disk::Twin::differs) {
            return Err(Violation { rule: 1, text });
        }
        let changes = self.node(till).till.disk.changed();
        for change in &changes {
            self.note(|| format!("till {till}: writes {change:?}"));
            self.oracle.wrote(till, change, &self.platform)?;
        }
        Ok(!changes.is_empty())
    }

    fn charge(&mut self, till: u8, ask: &ChargeAsk, occasion: u64) -> Checked {
        self.mark_caller(till, ask);
        let before = self.nodes[usize::from(till)].till.runs.len();
        let refusal = self.request(till, |till, moment| till.charge(ask, moment, occasion))?;
        let runs = &self.nodes[usize::from(till)].till.runs;
        if runs.len() > before && runs.last().is_some_and(|run| !run.is_resumed()) {
            self.counts.payments += 1;
            if ask.insist {
                self.oracle.insists(till, ask.bill);
            }
        }
        let Some(refusal) = refusal else { return Ok(()) };
        self.counts.refused += 1;
        if !self.is_fair(till, ask.bill, ask.fen, ask.code, refusal) {
            let text = format!("till {till} refuses bill {} as {refusal:?} without a reason", ask.bill);
            return Err(Violation { rule: 5, text });
        }
        self.refused(till, ask.bill, Some(refusal))
    }

    /// Checks what a refusal of a request says about its bill.
    fn refused(&self, till: u8, bill: u16, refusal: Option<Refusal>) -> Checked {
        match refusal {
            Some(Refusal::AlreadyRefunded) => self.oracle.already_refunded(till, bill, &self.platform),
            _ => Ok(()),
        }
    }

    /// Whether a refusal has a reason in the ledger or in what is in progress.
    fn is_fair(&self, till: u8, bill: u16, fen: i32, code: u64, refusal: Refusal) -> bool {
        let till = &self.nodes[usize::from(till)].till;
        let mut rows = till.disk.ledger.charges.iter();
        match refusal {
            Refusal::AmountDiffers => rows.any(|row| row.bill == bill && row.fen != fen),
            Refusal::StillOpen => rows.any(|row| row.bill == bill && row.code != code),
            Refusal::CodeUsed => {
                rows.any(|row| row.bill != bill && row.code == code) || !till.runs.is_empty()
            }
            Refusal::AlreadyRefunded => {
                rows.any(|row| row.bill == bill) && !till.disk.ledger.refunds.is_empty()
            }
            Refusal::RefundOpen => {
                let undecided =
                    |row: &RefundRow| matches!(row.state, RefundState::Open | RefundState::Conflict);
                till.disk.ledger.refunds.iter().any(undecided)
                    || till.disk.tables.charges.iter().any(|row| row.to_void)
            }
            // The fact that it is reported has to be written first.
            Refusal::NotWritten => {
                rows.any(|row| row.bill == bill && row.state == ChargeState::Paid && !row.reported)
            }
            _ => !till.runs.is_empty(),
        }
    }

    /// Counts the mistakes of callers, at the points of the runs in progress.
    fn mark_caller(&mut self, till: u8, ask: &ChargeAsk) {
        for (at, node) in (0u8..).zip(&self.nodes) {
            for run in &node.till.runs {
                let Some((bill, fen, code)) = run.charging() else { continue };
                let (here, same_bill) = (at == till, bill == ask.bill);
                let fault = match (here, same_bill, code == ask.code) {
                    (true, true, _) if fen != ask.fen => Fault::OtherAmount,
                    (true, true, true) => Fault::AgainAtOnce,
                    (true, true, false) => Fault::SecondCode,
                    (true, false, true) => Fault::CodeAgain,
                    (false, _, true) => Fault::CodeElsewhere,
                    _ => continue,
                };
                self.injector.coverage.hit(fault, run.point());
            }
        }
    }

    fn recover(&mut self, till: u8, occasion: u64) -> Checked {
        let epoch = self.nodes[usize::from(till)].epoch;
        let occasion = hash::of(&(epoch, occasion, "recover"));
        self.request(till, |till, moment| till.recover(moment, occasion)).map(drop)
    }

    /// Takes the next step of a run if it can.
    fn go(&mut self, who: Who) -> Checked {
        if self.is_postponed(who.till, || Event::Go(who)) {
            return Ok(());
        }
        loop {
            if !self.can_go(who) {
                return Ok(());
            }
            match self.interrupts(who)? {
                Interrupt::None => {}
                Interrupt::Ended => return Ok(()),
                Interrupt::Stopped => {
                    let until = self.nodes[usize::from(who.till)].stopped;
                    self.queue.push(until, Event::Go(who));
                    return Ok(());
                }
            }
            let (now, wall) = {
                let clock = &self.nodes[usize::from(who.till)].clock;
                (clock.monotonic(self.now), clock.wall(self.now))
            };
            let node = &mut self.nodes[usize::from(who.till)];
            let point = node.till.run(who.run).map_or(FailPoint::ChargeTell, crate::till::Run::point);
            let step = node.till.step(who.run, &mut Moment { now, wall, injector: &mut self.injector });
            self.mix(2 + point as u64, u64::from(who.run) << 8 | u64::from(who.till));
            let has_written = self.look_at_writes(who.till)?;
            if !has_written && point.writes() {
                let node = &self.nodes[usize::from(who.till)];
                if let Some(run) = node.till.run(who.run) {
                    self.oracle.not_written(node.till.origin(run), run.refunds());
                }
            }
            match step {
                Step::Go if self.is_slow(who, point) => return Ok(()),
                Step::Go => {}
                Step::Send(request, left) => return self.dispatch(who, &request, left, point),
                Step::Wait(until) => {
                    let at = self.nodes[usize::from(who.till)].clock.when(until);
                    let steps = self.run_of(who).unwrap_or_default();
                    self.queue.push(at, Event::Wake(who, steps));
                    return Ok(());
                }
                Step::Ended(results) => {
                    let report = results.first().and_then(|result| result.report.as_ref());
                    if let Some(begun) = self.begun.remove(&(who.till, who.run))
                        && let Some(report) = report
                    {
                        let ms = self.now - begun;
                        self.waits.push(Wait { about: report.about, refund: report.refund, ms });
                    }
                    return results.into_iter().try_for_each(|result| self.reported(who.till, &result));
                }
                Step::Torn => {
                    let epoch = self.nodes[usize::from(who.till)].epoch;
                    return self.crash(who.till, epoch, true);
                }
            }
        }
    }

    fn reported(&mut self, till: u8, result: &CallResult) -> Checked {
        self.note(|| format!("till {till}: reports {result:?}"));
        let ledger = &self.nodes[usize::from(till)].till.disk.ledger;
        if let Some(report) = &result.report {
            self.counts.count(report);
            self.oracle.ended(report);
            let check = if result.recorded { Oracle::reported_from_record } else { Oracle::reported };
            check(&mut self.oracle, report, ledger, &self.platform, self.now)?;
        }
        if let Some(bill) = result.void {
            self.voids.remove(&(till, bill));
        }
        if let Some((bill, left)) = result.refused {
            let text = format!("the void of bill {bill} of till {till} is refused, but {left} fen are left");
            return Err(Violation { rule: 15, text });
        }
        let is_paid = |report: &Report| !report.refund && matches!(report.outcome, Outcome::Paid { .. });
        if let Some(report) = result.report.as_ref().filter(|report| is_paid(report) && !result.listed)
            && self.is_to_void(till, report.about.number)
        {
            let text = format!("{:?} is reported as paid while its void is not finished", report.about);
            return Err(Violation { rule: 14, text });
        }
        match result.undone {
            Some(bill) => self.oracle.already_refunded(till, bill, &self.platform),
            None => Ok(()),
        }
    }

    /// Whether a till has on disk that a bill is to be voided.
    fn is_to_void(&self, till: u8, bill: u16) -> bool {
        let tables = &self.nodes[usize::from(till)].till.disk.tables;
        tables.charges.iter().any(|row| row.to_void && row.out_trade_no == bill.to_string())
    }

    /// Checks that every void that was begun is finished or still on
    /// record, also if the platform declined its refund.
    fn voids_are_kept(&self) -> Checked {
        // A lying disk may have lost the request.
        let voids = self.voids.iter().filter(|_| self.plan.rates.get(Fault::SyncLies) == 0);
        for &(till, bill) in voids {
            if !self.is_to_void(till, bill) {
                let left = self.oracle.already_refunded(till, bill, &self.platform);
                left.map_err(|found| Violation {
                    rule: 15,
                    text: format!("a void is forgotten: {}", found.text),
                })?;
            }
        }
        Ok(())
    }

    /// Whether a write takes seconds.
    fn is_slow(&mut self, who: Who, point: FailPoint) -> bool {
        let occasion = self.occasion(who);
        if !self.injector.fires(Fault::DiskSlow, point, occasion) {
            return false;
        }
        let ms = 100 + self.injector.draw(occasion, 20_000);
        self.queue.push(self.now + ms, Event::Go(who));
        true
    }

    fn occasion(&self, who: Who) -> u64 {
        let node = &self.nodes[usize::from(who.till)];
        node.till.run(who.run).map_or(0, crate::till::Run::occasion)
    }

    fn hear(&mut self, who: Who, exchange: u32, delivery: Delivery<Vec<u8>>, news: Option<News>) -> Checked {
        let now = self.now;
        let waits = |run: &crate::till::Run| run.exchange == Some(exchange);
        let node = &self.nodes[usize::from(who.till)];
        let waiting = node.epoch == who.epoch && node.up && node.till.run(who.run).is_some_and(waits);
        if !waiting || self.is_postponed(who.till, || Event::Hear(who, exchange, delivery.clone(), news)) {
            return Ok(());
        }
        // The process may die before it has looked at the response.
        match self.interrupts(who)? {
            Interrupt::None => {}
            Interrupt::Ended => return Ok(()),
            Interrupt::Stopped => {
                let until = self.nodes[usize::from(who.till)].stopped;
                self.queue.push(until, Event::Hear(who, exchange, delivery, news));
                return Ok(());
            }
        }
        self.note(|| format!("till {} run {}: hears {}", who.till, who.run, report::heard(&delivery)));
        self.mix(60, u64::from(who.run) << 8 | u64::from(who.till));
        if let Some(News { about, parsed, confirms, names }) = news {
            self.oracle.heard(about, parsed, confirms);
            if names {
                self.oracle.named(about);
            }
        }
        let node = &mut self.nodes[usize::from(who.till)];
        let (monotonic, wall) = (node.clock.monotonic(now), node.clock.wall(now));
        node.till.hear(who.run, delivery, &mut Moment { now: monotonic, wall, injector: &mut self.injector });
        self.go(who)
    }

    fn heal(&mut self) -> Checked {
        let stopped = self.nodes.iter().map(|node| node.stopped).max().unwrap_or_default();
        if stopped > self.now {
            self.queue.push(stopped, Event::Heal);
            return Ok(());
        }
        self.note(|| "everything heals".to_owned());
        self.injector.heal();
        self.oracle.heal();
        self.down = [false; ENDPOINTS];
        for at in 0..self.platform.orders.len() {
            self.captured(at)?;
        }
        for till in 0..self.plan.tills {
            let now = self.now;
            let node = self.node(till);
            node.deleted = false;
            node.till.disk.heal();
            if !node.up {
                node.up = true;
                node.clock.restart(now);
            }
        }
        self.queue.push(self.now + RECOVERY, Event::Settle(0));
        Ok(())
    }

    /// Makes every till recover twice, again while a refund may still be in flight, and finally asks about
    /// every bill once more.
    fn settle(&mut self, round: u8) -> Checked {
        if round < 2 || (round < ROUNDS && self.recovery_was_enough(|_| false).is_err()) {
            self.recovered = self.now;
            for till in 0..self.plan.tills {
                self.recover(till, u64::from(round))?;
            }
            self.queue.push(self.now + RECOVERY, Event::Settle(round + 1));
            return Ok(());
        }
        // A bill that hid one of its lines when it was read last decides nothing.
        self.recovery_was_enough(|row| is_hidden(&row.dm_id, &self.platform, self.recovered))?;
        for till in 0..self.plan.tills {
            let rows = self.nodes[usize::from(till)].till.disk.ledger.charges.clone();
            for row in &rows {
                let refusal = self.request(till, |till, moment| till.settle(row.bill, None, moment, 0))?;
                self.refused(till, row.bill, refusal)?;
            }
        }
        let later = if self.plan.breaks { exchange::TOO_LATE } else { 0 };
        self.queue.push(self.now + RECOVERY + later, Event::Reconcile);
        Ok(())
    }

    /// Makes every till ask about everything that is decided.
    fn reconcile(&mut self) -> Checked {
        for till in 0..self.plan.tills {
            self.request(till, |till, moment| till.reconcile(moment, 0))?;
        }
        self.queue.push(self.now + RECOVERY, Event::Rest);
        Ok(())
    }

    /// Checks that a verdict of "not paid" or "not refunded" that turned out to be wrong has raised an alarm.
    fn alarms(&mut self, wrong: &[Origin]) -> Checked {
        for about in wrong {
            let disk = &self.nodes[usize::from(about.till)].till.disk;
            let refund =
                disk.ledger.refunds.iter().find(|row| about.attempt == 0 && row.number == about.number);
            let is_about = |alarm: &NewAlarm| match refund {
                Some(row) => {
                    alarm.kind == AlarmKind::RefundThere && alarm.dm_id.as_deref() == Some(&row.dm_id)
                }
                None => {
                    matches!(alarm.kind, AlarmKind::PaidThere | AlarmKind::MaybePaidThere)
                        && alarm.out_trade_no.as_deref() == Some(&about.number.to_string())
                }
            };
            let alarms = &disk.tables.alarms;
            if alarms.iter().any(is_about) {
                self.counts.alarms += 1;
            } else if self.oracle.has_moved(about.till) {
                // The platform may not show the order to a till that has become another device or moved.
                self.counts.unseen += 1;
            } else {
                let text = format!("the verdict about {about:?} is wrong, but raises no alarm: {alarms:?}");
                return Err(Violation { rule: 18, text });
            }
        }
        Ok(())
    }

    /// Checks that a bill refunded in full before the reconciliation, by whomever, no longer counts as paid
    /// after it.
    fn refunds_are_kept(&self) -> Checked {
        let asked = self.now.saturating_sub(RECOVERY);
        let is_gone =
            |order: &Order| order.left() == 0 && order.refunds.iter().all(|line| line.shown <= asked);
        for (at, order) in self.platform.orders.iter().enumerate().filter(|(_, order)| is_gone(order)) {
            let dm_id = format!("dm{}", platform::number(at));
            for node in self.nodes.iter().filter(|node| !self.oracle.has_moved(node.till.id)) {
                let ledger = &node.till.disk.ledger;
                let refunds = || ledger.refunds.iter().filter(|row| row.dm_id == dm_id);
                let is_open =
                    refunds().any(|row| matches!(row.state, RefundState::Open | RefundState::Conflict));
                let back = refunds().filter(|row| row.state == RefundState::Refunded).map(|row| row.fen);
                let back = back.sum::<i32>();
                let is_paid = |row: &&ChargeRow| row.state == ChargeState::Paid && row.dm_id == dm_id;
                if let Some(row) =
                    ledger.charges.iter().find(is_paid).filter(|row| !is_open && back < row.fen)
                {
                    let text =
                        format!("{row:?} was refunded in full, but {back} fen are on record: {order:?}");
                    return Err(Violation { rule: 14, text });
                }
            }
        }
        Ok(())
    }

    /// Checks that a recovery without faults leaves nothing open except what needs a person, and refunds that
    /// `may_wait`.
    fn recovery_was_enough(&self, may_wait: impl Fn(&RefundRow) -> bool) -> Checked {
        for node in self.nodes.iter().filter(|node| !self.oracle.has_moved(node.till.id)) {
            let ledger = &node.till.disk.ledger;
            let charge = ledger.charges.iter().find(|row| row.state == ChargeState::Open && !row.person);
            // A refund that was accepted and never made waits for a person.
            let is_left = |row: &&RefundRow| {
                row.state == RefundState::Open && row.known.said.word() != "accepted" && !may_wait(row)
            };
            let refund = ledger.refunds.iter().find(is_left);
            if charge.is_some() || refund.is_some() {
                let text =
                    format!("the recoveries of till {} leave open {charge:?} {refund:?}", node.till.id);
                return Err(Violation { rule: 7, text });
            }
        }
        Ok(())
    }

    fn rest(&mut self) -> Checked {
        let ledgers: Vec<_> = self.nodes.iter().map(|node| &node.till.disk.ledger).collect();
        if let Some(node) = self.nodes.iter().find(|node| !node.till.runs.is_empty()) {
            let text = format!("till {} is still busy long after everything has healed", node.till.id);
            return Err(Violation { rule: 7, text });
        }
        if self.plan.measured {
            self.persons = report::persons(&ledgers);
        }
        let wrong = self.oracle.wrong(&ledgers, &self.platform);
        self.counts.wrong += wrong.len() as u64;
        self.counts.excused += self.oracle.excused_refunds();
        self.counts.needs_person +=
            ledgers.iter().flat_map(|ledger| &ledger.charges).filter(|row| row.person).count() as u64;
        self.oracle.at_rest(&ledgers, &self.platform, self.recovered, self.now)?;
        self.voids_are_kept()?;
        self.refunds_are_kept()?;
        self.alarms(&wrong)?;
        self.late_payments_are_kept()
    }

    /// Checks that a bill which turned out to be paid after it was reported as not paid counts as paid: no
    /// other code is charged for it.
    fn late_payments_are_kept(&mut self) -> Checked {
        let code = platform::code(self.plan.wallets.len());
        for (till, node) in (0u8..).zip(&mut self.nodes) {
            let is_late = |row: &&ChargeRow| {
                let number = row.bill.to_string();
                node.till
                    .disk
                    .tables
                    .late_payments()
                    .any(|late| late.out_trade_no.as_deref() == Some(&number))
            };
            let late: Vec<_> = node.till.disk.ledger.charges.iter().filter(is_late).cloned().collect();
            for ChargeRow { bill, fen, .. } in late {
                let ask = ChargeAsk { bill, fen, code, insist: false, plain: false, deadline: None };
                let (now, wall) = (node.clock.monotonic(self.now), node.clock.wall(self.now));
                let moment = &mut Moment { now, wall, injector: &mut self.injector };
                if let Admission::Begun(_) = node.till.charge(&ask, moment, 0) {
                    let text =
                        format!("bill {bill} of till {till} turned out to be paid, but is charged again");
                    return Err(Violation { rule: 17, text });
                }
            }
        }
        Ok(())
    }

    /// Checks an order that has taken money, or will.
    fn captured(&mut self, at: usize) -> Checked {
        if self.injector.is_healed() {
            let paid = hash::mix(self.plan.seed ^ at as u64).is_multiple_of(2);
            self.platform.end_by(at, self.now + 20_000, paid);
        }
        let Some(order) = self.platform.orders.get(at).filter(|order| order.captures()) else {
            return Ok(());
        };
        let till = order.origin.till;
        let ledger = &self.nodes[usize::from(till)].till.disk.ledger;
        self.oracle.captured(at, ledger, &self.platform)
    }
}
