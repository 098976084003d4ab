//! A state of a small world and the moves out of it.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use wsy::payment::Delivery;
use wsy::payment::policy::Policy;

use super::scenario::{Scenario, Then};
use crate::Ms;
use crate::disk::ChargeRow;
use crate::faults::FaultInjector;
use crate::hash::{self, Stable};
use crate::oracle::{Checked, Oracle};
use crate::platform::{Ask, Origin, ParsedRequest, Platform, Style, View, Wallet, number, order_named};
use crate::till::{Admission, CallResult, ChargeAsk, Moment, RefundAsk, Run, Step, Till};

/// The jobs: two charges, and the refund and the void of the first one's bill.
const JOBS: usize = 4;
const REFUND_JOB: usize = 2;
const VOID_JOB: usize = 3;
/// The amount of both charges.
const FEN: i32 = 100;
/// The amount of the refund.
const REFUND: i32 = 60;
/// How many ticks a request is delayed at most; less than the quiet time.
const HELD: Ms = 2;
/// How many ticks a response takes at most.
const RESPONSE: Ms = 1;
/// The platform's time, which never advances.
const STILL: Ms = 0;

/// The real policy scaled to ticks.
pub const POLICY: Policy = Policy {
    poll_ms: 1,
    first_query_ms: 1,
    deadline_ms: 6,
    quiet_ms: 3,
    crashed_quiet_ms: 3,
    refund_quiet_ms: 3,
    agreeing: 2,
    connect_tries: 2,
    retry_ms: 1,
};

/// A move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A charge, the refund or the void begins.
    Begin(usize),
    /// A run takes its next step.
    Step(usize),
    /// It sends, and no byte leaves.
    NotSent(usize),
    /// It sends, and the request is lost.
    Lost(usize),
    /// It sends; the request stays in flight, and the connection dies.
    Late(usize),
    /// It sends, and the request is delivered twice.
    Twice(usize),
    /// A request reaches the platform.
    Arrive(usize),
    /// A request reaches the platform, and the response is lost.
    ResponseLost(usize),
    /// A run receives a response.
    Hear(usize),
    /// A customer pays, or declines.
    Decide(usize, bool),
    /// Time passes.
    Tick,
    /// The process is killed and restarted.
    Crash,
}

/// A request in flight.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Flight {
    /// The run that waits for the response; 0 if none does.
    run: u32,
    parsed: ParsedRequest,
    about: Origin,
    age: Ms,
}

/// A response in flight.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Response {
    run: u32,
    body: Rc<Vec<u8>>,
    age: Ms,
}

/// A state.
#[derive(Clone)]
pub struct State {
    now: Ms,
    pub(super) till: Rc<Till>,
    pub(super) platform: Rc<Platform>,
    pub(super) oracle: Rc<Oracle>,
    flights: Vec<Flight>,
    responses: Vec<Response>,
    begun: [bool; JOBS],
    crashes: u8,
    faults: u8,
    /// The hash of each run, by its number.
    runs: Vec<(u32, u64)>,
}

impl State {
    /// The initial state of a small world.
    pub fn of(scenario: &Scenario) -> Self {
        let wallet = |habit: &crate::platform::Habit| Wallet { habit: *habit, shown: Some(STILL) };
        let style = Style {
            paying_names_device: true,
            closes: true,
            declines_make_orders: false,
            used_is_dead: false,
            ..Style::default()
        };
        Self {
            now: 0,
            till: Rc::new(Till::new(0, POLICY).without_idle_time()),
            platform: Rc::new(Platform::new(scenario.habits.iter().map(wallet).collect(), style)),
            oracle: Rc::new(Oracle::default()),
            flights: Vec::new(),
            responses: Vec::new(),
            begun: [false; JOBS],
            crashes: scenario.crashes,
            faults: scenario.faults,
            runs: Vec::new(),
        }
    }

    /// Returns the hash that identifies this state.
    pub fn key(&self) -> u128 {
        let mut stable = Stable::default();
        (self.now, self.begun, self.crashes, self.faults).hash(&mut stable);
        self.till.disk.ledger.hash(&mut stable);
        self.to_void().hash(&mut stable);
        self.platform.orders.hash(&mut stable);
        self.oracle.hash(&mut stable);
        // Runs are numbered in the order in which they began, which does not matter.
        let mut runs: Vec<u64> = self.runs.iter().map(|(_, hash)| *hash).collect();
        runs.sort_unstable();
        runs.hash(&mut stable);
        let of = |run: u32| self.runs.iter().find(|(id, _)| *id == run).map_or(0, |(_, hash)| *hash);
        let flights = self.flights.iter().map(|f| hash::of(&(of(f.run), f.parsed, f.about, f.age)));
        let responses = self.responses.iter().map(|a| hash::of(&(of(a.run), &a.body, a.age)));
        let mut on_their_way: Vec<u64> = flights.chain(responses).collect();
        on_their_way.sort_unstable();
        on_their_way.hash(&mut stable);
        let _ = stable.finish();
        stable.wide()
    }

    /// Returns the hash of what matters once everything is at rest.
    pub fn rest_key(&self) -> u128 {
        let mut stable = Stable::default();
        self.till.disk.ledger.hash(&mut stable);
        self.to_void().hash(&mut stable);
        self.platform.orders.hash(&mut stable);
        self.oracle.hash(&mut stable);
        stable.wide()
    }

    /// Returns which charges are to be voided.
    fn to_void(&self) -> Vec<bool> {
        self.till.disk.tables.charges.iter().map(|row| row.to_void).collect()
    }

    /// Whether nothing is in progress.
    pub fn is_at_rest(&self) -> bool {
        self.till.runs.is_empty() && self.flights.is_empty() && self.responses.is_empty()
    }

    /// Ends all faults; from now on everything has to settle.
    pub fn heal(&mut self) {
        self.faults = 0;
        self.crashes = 0;
        self.begun = [true; JOBS];
        Rc::make_mut(&mut self.oracle).heal();
    }

    /// Returns every move possible now.
    pub fn moves(&self, scenario: &Scenario) -> Vec<Move> {
        let mut moves = Vec::with_capacity(12);
        for job in 0..JOBS {
            if !self.begun[job] && self.is_possible(scenario, job) {
                moves.push(Move::Begin(job));
            }
        }
        if self.crashes > 0 && !self.till.runs.is_empty() {
            moves.push(Move::Crash);
        }
        // A run's local steps commute with whatever another run, a customer or the network does, so they come
        // first. Only a crash and the beginning of a charge can tell whether they have been done.
        let by_itself = |run: &Rc<Run>| run.is_ready(self.now) && !run.point().sends();
        if let Some(at) = self.till.runs.iter().position(by_itself) {
            moves.push(Move::Step(at));
            return moves;
        }
        for (at, run) in self.till.runs.iter().enumerate() {
            self.moves_of_run(at, run, &mut moves);
        }
        for at in 0..self.flights.len() {
            moves.push(Move::Arrive(at));
            if self.faults > 0 && self.flights[at].run != 0 {
                moves.push(Move::ResponseLost(at));
            }
        }
        moves.extend((0..self.responses.len()).map(Move::Hear));
        for (at, order) in self.platform.orders.iter().enumerate() {
            if order.end.is_none() {
                moves.extend([Move::Decide(at, true), Move::Decide(at, false)]);
            }
        }
        if self.may_tick() {
            moves.push(Move::Tick);
        }
        moves
    }

    /// A charge may begin at any moment, the refund of the first bill once that is paid, and its void once it
    /// is charged.
    fn is_possible(&self, scenario: &Scenario, job: usize) -> bool {
        let bill = scenario.charges[0].0;
        match job {
            REFUND_JOB => scenario.then != Then::Void && self.till.paid_order(bill).is_some(),
            VOID_JOB => {
                let is_of = |row: &ChargeRow| row.bill == bill;
                scenario.then != Then::Refund && self.till.disk.ledger.charges.iter().any(is_of)
            }
            _ => true,
        }
    }

    fn moves_of_run(&self, at: usize, run: &Run, moves: &mut Vec<Move>) {
        if !run.is_ready(self.now) {
            return;
        }
        moves.push(Move::Step(at));
        let point = run.point();
        if self.faults > 0 {
            moves.push(Move::NotSent(at));
            moves.push(Move::Lost(at));
            if point.moves_money() {
                moves.extend([Move::Late(at), Move::Twice(at)]);
            }
        }
    }

    /// Time passes only while runs wait, and not past what has to happen before.
    fn may_tick(&self) -> bool {
        let waiting = |run: &Rc<Run>| !run.is_ready(self.now);
        !self.till.runs.is_empty()
            && self.till.runs.iter().all(waiting)
            && self.flights.iter().all(|f| f.age < if f.run == 0 { HELD } else { RESPONSE })
            && self.responses.iter().all(|response| response.age < RESPONSE)
    }

    /// Describes a move for people.
    pub fn describe(&self, action: Move) -> String {
        let run = |at: usize| {
            let Some(run) = self.till.runs.get(at) else { return "nothing".to_owned() };
            format!("{} of {}", run.point().word(), run.number())
        };
        let asks = |at: usize| {
            self.flights.get(at).map_or_else(String::new, |flight| format!("{:?}", flight.parsed.ask))
        };
        let what = match action {
            Move::Begin(REFUND_JOB) => "the refund begins".to_owned(),
            Move::Begin(VOID_JOB) => "the void begins".to_owned(),
            Move::Begin(job) => format!("charge {} begins", job + 1),
            Move::Step(at) => run(at),
            Move::NotSent(at) => format!("{}, and no byte leaves", run(at)),
            Move::Lost(at) => format!("{}, and the request is lost", run(at)),
            Move::Late(at) => format!("{}, and the connection dies with the request in flight", run(at)),
            Move::Twice(at) => format!("{}, and the request is duplicated", run(at)),
            Move::Arrive(at) => format!("the platform takes {}", asks(at)),
            Move::ResponseLost(at) => format!("the platform takes {}, and the response is lost", asks(at)),
            Move::Hear(at) => {
                let body = self
                    .responses
                    .get(at)
                    .map(|response| String::from_utf8_lossy(&response.body).into_owned());
                format!("the till receives {}", body.unwrap_or_default().lines().next().unwrap_or_default())
            }
            Move::Decide(order, true) => format!("the customer of order {order} pays"),
            Move::Decide(order, false) => format!("the customer of order {order} declines"),
            Move::Tick => "time passes".to_owned(),
            Move::Crash => "the process is killed and restarted".to_owned(),
        };
        format!("{:>2}  {what}", self.now)
    }

    /// Makes a move.
    pub fn make(&mut self, scenario: &Scenario, action: Move) -> Checked {
        match action {
            Move::Begin(job) => self.begin(scenario, job)?,
            Move::Step(at) | Move::NotSent(at) | Move::Lost(at) | Move::Late(at) | Move::Twice(at) => {
                self.step(at, action)?;
            }
            Move::Arrive(at) => self.arrive(at, true)?,
            Move::ResponseLost(at) => {
                self.faults -= 1;
                self.arrive(at, false)?;
            }
            Move::Hear(at) => {
                let response = self.responses.remove(at);
                self.hear(response.run, Delivery::Response(response.body.to_vec()));
            }
            Move::Decide(order, paid) => self.decide(order, paid)?,
            Move::Tick => {
                self.now += 1;
                self.flights.iter_mut().for_each(|flight| flight.age += 1);
                self.responses.iter_mut().for_each(|response| response.age += 1);
            }
            Move::Crash => self.crash()?,
        }
        if self.till.runs.is_empty() {
            self.now = 0;
        }
        self.runs.retain(|(id, _)| self.till.run(*id).is_some());
        Ok(())
    }

    /// A customer decides.
    pub fn decide(&mut self, order: usize, paid: bool) -> Checked {
        Rc::make_mut(&mut self.platform).end_by(order, STILL, paid);
        if paid {
            self.oracle.captured(order, &self.till.disk.ledger, &self.platform)?;
        }
        Ok(())
    }

    /// Settles everything that is open.
    pub fn recover(&mut self) -> Checked {
        let admission = self.request(|till, moment| till.recover(moment, 0));
        self.admitted(admission)
    }

    fn request(&mut self, ask: impl FnOnce(&mut Till, &mut Moment<'_>) -> Admission) -> Admission {
        let (now, mut injector) = (self.now, FaultInjector::calm());
        ask(Rc::make_mut(&mut self.till), &mut Moment { now, wall: 0, injector: &mut injector })
    }

    fn admitted(&mut self, admission: Admission) -> Checked {
        self.look_at_writes()?;
        match admission {
            Admission::Begun(run) => self.note(run),
            Admission::Recorded(report) => {
                let oracle = Rc::make_mut(&mut self.oracle);
                oracle.reported_from_record(&report, &self.till.disk.ledger, &self.platform, STILL)?;
            }
            Admission::Refused(_) | Admission::Torn => {}
        }
        Ok(())
    }

    fn look_at_writes(&mut self) -> Checked {
        for change in Rc::make_mut(&mut self.till).disk.changed() {
            Rc::make_mut(&mut self.oracle).wrote(0, &change, &self.platform)?;
        }
        Ok(())
    }

    fn begin(&mut self, scenario: &Scenario, job: usize) -> Checked {
        self.begun[job] = true;
        let admission = match scenario.charges.get(job) {
            Some((bill, wallet)) => {
                let insist = scenario.insist && job == 1;
                if insist {
                    Rc::make_mut(&mut self.oracle).insists(0, *bill);
                }
                let code = crate::platform::code(*wallet);
                let ask = ChargeAsk { bill: *bill, fen: FEN, code, insist, plain: false, deadline: None };
                self.request(|till, moment| till.charge(&ask, moment, 0))
            }
            None if job == VOID_JOB => {
                let bill = scenario.charges[0].0;
                self.request(|till, moment| till.void(bill, None, moment, 0))
            }
            None => {
                let Some(dm_id) = self.till.paid_order(scenario.charges[0].0) else { return Ok(()) };
                let ask = RefundAsk { number: 9, dm_id, fen: REFUND, deadline: None };
                self.request(|till, moment| till.refund(&ask, moment, 0))
            }
        };
        self.admitted(admission)
    }

    fn step(&mut self, at: usize, how: Move) -> Checked {
        let run = self.till.runs[at].id;
        let (now, mut injector) = (self.now, FaultInjector::calm());
        let step =
            Rc::make_mut(&mut self.till).step(run, &mut Moment { now, wall: 0, injector: &mut injector });
        self.look_at_writes()?;
        match step {
            Step::Send(request, _) => self.send(run, how, ParsedRequest::read(request.params()))?,
            Step::Ended(results) => results.iter().try_for_each(|result| self.reported(result))?,
            Step::Go | Step::Wait(_) | Step::Torn => {}
        }
        self.note(run);
        Ok(())
    }

    fn reported(&mut self, result: &CallResult) -> Checked {
        let (ledger, oracle) = (&self.till.disk.ledger, Rc::make_mut(&mut self.oracle));
        if let Some(report) = &result.report {
            let check = if result.recorded { Oracle::reported_from_record } else { Oracle::reported };
            check(oracle, report, ledger, &self.platform, STILL)?;
        }
        match result.undone {
            Some(bill) => oracle.already_refunded(0, bill, &self.platform),
            None => Ok(()),
        }
    }

    fn send(&mut self, run: u32, how: Move, parsed: Option<ParsedRequest>) -> Checked {
        if !matches!(how, Move::Step(_)) {
            self.faults -= 1;
        }
        if matches!(how, Move::NotSent(_)) {
            self.hear(run, Delivery::NotSent("refused".to_owned()));
            return Ok(());
        }
        let (Some(parsed), Some(sender)) = (parsed, self.till.run(run)) else {
            let text = "a request that the platform cannot read".to_owned();
            return Err(crate::oracle::Violation { rule: 3, text });
        };
        let (about, resumed) = (self.till.origin(sender), sender.is_resumed());
        Rc::make_mut(&mut self.oracle).offered(about, parsed.ask, resumed, &self.till.disk.ledger)?;
        match how {
            Move::Lost(_) => self.hear(run, Delivery::MaybeSent("lost".to_owned())),
            Move::Late(_) => {
                self.flights.push(Flight { run: 0, parsed, about, age: 0 });
                self.hear(run, Delivery::MaybeSent("late".to_owned()));
            }
            _ => self.flights.push(Flight { run, parsed, about, age: 0 }),
        }
        if matches!(how, Move::Twice(_)) {
            Rc::make_mut(&mut self.oracle).doubled(about, parsed.ask);
            self.flights.push(Flight { run: 0, parsed, about, age: 0 });
        }
        Ok(())
    }

    fn arrive(&mut self, at: usize, responses: bool) -> Checked {
        let flight = self.flights.remove(at);
        let platform = Rc::make_mut(&mut self.platform);
        let orders = platform.orders.len();
        let body = platform.take(STILL, flight.parsed, flight.about, View::default());
        let ledger = &self.till.disk.ledger;
        if self.platform.orders.len() > orders && self.platform.orders[orders].captures() {
            self.oracle.captured(orders, ledger, &self.platform)?;
        }
        if let Ask::Refund { dm, .. } = flight.parsed.ask
            && let Some(order) = order_named(&format!("dm{dm}")).filter(|at| number(*at) == dm)
            && body.starts_with(b"<dm ok=\"1\"")
        {
            self.oracle.refunded(order, ledger, &self.platform)?;
        }
        let waits = self.till.run(flight.run).is_some();
        if waits && responses {
            self.responses.push(Response { run: flight.run, body: Rc::new(body), age: flight.age });
        } else if waits {
            self.hear(flight.run, Delivery::MaybeSent("response lost".to_owned()));
        }
        Ok(())
    }

    fn hear(&mut self, run: u32, delivery: Delivery<Vec<u8>>) {
        let (now, mut injector) = (self.now, FaultInjector::calm());
        let moment = &mut Moment { now, wall: 0, injector: &mut injector };
        Rc::make_mut(&mut self.till).hear(run, delivery, moment);
        self.note(run);
    }

    fn crash(&mut self) -> Checked {
        self.crashes -= 1;
        self.now = 0;
        let till = Rc::make_mut(&mut self.till);
        till.start();
        till.disk.crash(false, 0);
        Rc::make_mut(&mut self.oracle).crashed(0);
        self.responses.clear();
        self.flights.iter_mut().for_each(|flight| flight.run = 0);
        self.recover()
    }

    /// Records the hash of a run that has changed.
    fn note(&mut self, run: u32) {
        self.runs.retain(|(id, _)| *id != run);
        if let Some(found) = self.till.run(run) {
            self.runs.push((run, found.state()));
        }
    }
}
