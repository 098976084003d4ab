//! One run of a machine: does what the machine says, one thing at a time.

use std::hash::Hash;
use std::rc::Rc;

use wsy::payment::charge::{self, Charge, Question};
use wsy::payment::evidence::Evidence;
use wsy::payment::refund::{self, Before, Known, Refund};
use wsy::payment::{Delivery, PersistError};
use wsy::protocol::amount::Fen;
use wsy::protocol::answer::{self, AnswerError, PayAnswer};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::bill;
use wsy::protocol::request::{self, Extra, Goods, Micropay, Request};

use super::{ChargeAsk, RefundAsk, Till};
use crate::Ms;
use crate::disk::{ChargeRow, ChargeState, RefundRow, RefundState, Row, Written};
use crate::faults::{Fate, Spot};
use crate::hash;
use crate::platform::Origin;

/// The payment type that tills send.
const PAY_TYPE: &str = "o2o_dm_code_alipay_isv_beta";

/// A machine with what it wants done next.
#[derive(Clone)]
pub enum Work {
    /// A charge.
    Charge {
        /// The machine.
        machine: Charge,
        /// What it wants.
        action: charge::Action,
        /// What it is about.
        ask: ChargeAsk,
    },
    /// A refund.
    Refund {
        /// The machine.
        machine: Refund,
        /// What it wants.
        action: refund::Action,
        /// What it is about.
        ask: RefundAsk,
    },
}

/// A charge or refund that goes on.
#[derive(Clone)]
pub struct Run {
    /// Its number in this till.
    pub id: u32,
    /// Its row, once there is one.
    pub row: Option<usize>,
    /// Whether it settles what an earlier run left.
    pub resumed: bool,
    /// Whether the caller has cancelled.
    pub cancelled: bool,
    /// Which of its requests is on its way; `None` if none is.
    pub exchange: Option<u32>,
    /// The machine.
    pub work: Work,
    /// How often it has acted.
    pub steps: u32,
    /// Whether the last request left no byte.
    not_sent: bool,
    key: u64,
}

/// What a run wants of the world.
#[derive(Clone, Debug)]
pub enum Step {
    /// Go on at once.
    Go,
    /// Send this, for at most so long.
    Send(Request, Ms),
    /// Go on when the monotonic clock shows this.
    Wait(Ms),
    /// It has ended; this is told.
    Ended(Tale),
    /// The power failed while it wrote.
    Torn,
}

/// What is told to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    /// Paid: this order, this amount.
    Paid {
        /// The order.
        order: Option<usize>,
        /// The amount.
        fen: i64,
    },
    /// Not paid.
    NotPaid,
    /// The refund was made.
    Refunded,
    /// It was not made.
    NotRefunded,
    /// An error: nothing was sent.
    NotSent,
    /// Not known.
    Unknown,
}

/// What is told about what.
#[derive(Clone, Debug)]
pub struct Tale {
    /// About which attempt or refund.
    pub about: Origin,
    /// The amount that the caller has asked for.
    pub fen: i32,
    /// What is told.
    pub told: Told,
    /// Whether it is about a refund.
    pub refund: bool,
}

impl Run {
    /// A run that is about to take its first action.
    pub fn new(id: u32, row: Option<usize>, resumed: bool, work: Work, occasion: &impl Hash) -> Self {
        let key = hash::of(&(occasion, resumed));
        Self { id, row, resumed, cancelled: false, exchange: None, work, steps: 0, not_sent: false, key }
    }

    /// A name for what happens to this run now, the same in every replay.
    pub fn occasion(&self) -> u64 {
        hash::mix(self.key.wrapping_add(u64::from(self.steps)))
    }

    /// Where it stands.
    pub fn spot(&self) -> Spot {
        match &self.work {
            Work::Charge { action, .. } => charge_spot(action, self.resumed, self.not_sent),
            Work::Refund { action, .. } => {
                // Before the intent there is nothing to be sent, and so no row.
                let before = self.row.is_none() && !self.resumed;
                refund_spot(action, self.resumed, before, self.not_sent)
            }
        }
    }

    /// Whether there is something it can do: it waits neither for an answer nor for a later moment.
    pub fn is_ready(&self, now: Ms) -> bool {
        let until = match &self.work {
            Work::Charge { action: charge::Action::Wait { until }, .. }
            | Work::Refund { action: refund::Action::Wait { until }, .. } => *until,
            _ => 0,
        };
        self.exchange.is_none() && (until <= now || self.cancelled)
    }

    /// The bill of a charge, or the number of a refund.
    pub const fn number(&self) -> u16 {
        match &self.work {
            Work::Charge { ask, .. } => ask.bill,
            Work::Refund { ask, .. } => ask.number,
        }
    }

    /// Whether it is a refund.
    pub const fn refunds(&self) -> bool {
        matches!(self.work, Work::Refund { .. })
    }

    /// Whether it is about to send what moves money.
    pub const fn moves_money(&self) -> bool {
        matches!(
            self.work,
            Work::Charge { action: charge::Action::Send(Question::Micropay), .. }
                | Work::Refund { action: refund::Action::SendRefund, .. }
        )
    }

    /// A wait that has been cut short, or is over.
    fn wake(&mut self, now: Ms) {
        match &mut self.work {
            Work::Charge { machine, action, .. } => *action = machine.on(now, charge::Event::Woke),
            Work::Refund { machine, action, .. } => *action = machine.on(now, refund::Event::Woke),
        }
    }

    /// What became of its request.
    /// `owner` gives the other bill that an order belongs to.
    pub fn hear(&mut self, now: Ms, delivery: Delivery<Vec<u8>>, owner: impl Fn(&str) -> Option<u16>) {
        let elsewhere = |delivery: &Delivery<Result<PayAnswer, AnswerError>>| match delivery {
            Delivery::Answer(Ok(
                PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order),
            )) if !order.dm_id.is_empty() => owner(&order.dm_id).map(|bill| bill.to_string()),
            _ => None,
        };
        self.exchange = None;
        self.steps += 1;
        self.not_sent = matches!(delivery, Delivery::NotSent(_));
        if self.cancelled {
            self.cancel_machine();
        }
        match &mut self.work {
            Work::Charge { machine, action, .. } => {
                let delivery = delivery.map(|body| answer::pay(&body));
                let event = match elsewhere(&delivery) {
                    Some(bill) => charge::Event::Elsewhere(bill),
                    None => charge::Event::Delivered(delivery),
                };
                *action = machine.on(now, event);
            }
            Work::Refund { machine, action, .. } => {
                let event = match action {
                    refund::Action::SendRefund => {
                        refund::Event::Refund(delivery.map(|body| answer::pay(&body)))
                    }
                    _ => refund::Event::Bill(delivery.map(|body| bill::read(&body))),
                };
                *action = machine.on(now, event);
            }
        }
    }

    fn cancel_machine(&mut self) {
        match &mut self.work {
            Work::Charge { machine, .. } => machine.cancel(),
            Work::Refund { machine, .. } => machine.cancel(),
        }
    }

    fn left(&self, now: Ms) -> Ms {
        match &self.work {
            Work::Charge { machine, .. } => machine.left(now),
            Work::Refund { machine, .. } => machine.left(now),
        }
    }

    fn persisted(&mut self, now: Ms, result: Result<(), PersistError>) {
        match &mut self.work {
            Work::Charge { machine, action, .. } => {
                *action = machine.on(now, charge::Event::Persisted(result))
            }
            Work::Refund { machine, action, .. } => {
                *action = machine.on(now, refund::Event::Persisted(result))
            }
        }
    }
}

/// What a run does next, taken out of it.
enum Next {
    Write,
    Send,
    Wait(Ms),
    Reveal,
}

impl Till {
    /// What a request or a tale of a run is about.
    pub fn origin(&self, run: &Run) -> Origin {
        let attempt = match &run.work {
            Work::Refund { .. } => 0,
            Work::Charge { .. } => {
                run.row.and_then(|at| self.disk.ledger.charges.get(at)).map_or(0, |row| row.attempt)
            }
        };
        Origin { till: self.id, number: run.number(), attempt }
    }

    /// A run hears what became of its request.
    pub fn hear(&mut self, id: u32, now: Ms, delivery: Delivery<Vec<u8>>) {
        let Some(at) = self.runs.iter().position(|run| run.id == id) else { return };
        let row = self.runs[at].row;
        let mut run = Rc::clone(&self.runs[at]);
        Rc::make_mut(&mut run).hear(now, delivery, |dm_id| self.other_owner(row, dm_id));
        self.runs[at] = run;
    }

    /// Does the one thing that a run wants done.
    pub fn step(&mut self, id: u32, now: Ms, wall: i64, fate: &mut Fate) -> Step {
        let Some(at) = self.runs.iter().position(|run| run.id == id) else { return Step::Torn };
        if self.runs[at].cancelled {
            self.change(at).cancel_machine();
        }
        let run = &self.runs[at];
        let next = match &run.work {
            Work::Charge { action, .. } => match action {
                charge::Action::Persist(_) => Next::Write,
                charge::Action::Send(_) => Next::Send,
                charge::Action::Wait { until } => Next::Wait(*until),
                charge::Action::Reveal(_) => Next::Reveal,
            },
            Work::Refund { action, .. } => match action {
                refund::Action::Persist(_) => Next::Write,
                refund::Action::ReadBill | refund::Action::SendRefund => Next::Send,
                refund::Action::Wait { until } => Next::Wait(*until),
                refund::Action::Reveal(_) => Next::Reveal,
            },
        };
        match next {
            Next::Write => {
                let Some(result) = self.write(at, wall, fate) else { return Step::Torn };
                let run = self.change(at);
                run.steps += 1;
                run.persisted(now, result);
                Step::Go
            }
            Next::Send => {
                let run = self.change(at);
                run.exchange = Some(run.steps);
                let left = run.left(now);
                match self.request(at) {
                    Some(request) => Step::Send(request, left),
                    // The library's driver refuses to charge for a run that settles; see `ChargeRun::send`.
                    None => {
                        let never = Delivery::MaybeSent("a charge is only settled".to_owned());
                        self.change(at).hear(now, never, |_| None);
                        Step::Go
                    }
                }
            }
            Next::Wait(until) if now < until && !self.runs[at].cancelled => Step::Wait(until),
            Next::Wait(_) => {
                let run = self.change(at);
                run.steps += 1;
                run.wake(now);
                Step::Go
            }
            Next::Reveal => {
                let tale = self.tale(at);
                self.runs.remove(at);
                Step::Ended(tale)
            }
        }
    }

    fn change(&mut self, at: usize) -> &mut Run {
        Rc::make_mut(&mut self.runs[at])
    }

    fn write(&mut self, at: usize, wall: i64, fate: &mut Fate) -> Option<Result<(), PersistError>> {
        let run = &self.runs[at];
        let (spot, occasion) = (run.spot(), run.occasion());
        let row = match &run.work {
            Work::Charge { action: charge::Action::Persist(record), ask, .. } => {
                self.charge_row(run.row, record, ask, wall)
            }
            Work::Refund { action: refund::Action::Persist(record), ask, .. } => {
                self.refund_row(run.row, record, ask)
            }
            _ => Err(PersistError::Storage("nothing to write".to_owned())),
        };
        let (row, place) = match row {
            Ok(Row::Charge(at, row)) => (Row::Charge(at, row), at),
            Ok(Row::Refund(at, row)) => (Row::Refund(at, row), at),
            Err(error) => return Some(Err(error)),
        };
        match self.disk.write(row, fate, spot, occasion) {
            Written::Done => {
                self.change(at).row = Some(place);
                Some(Ok(()))
            }
            Written::Failed(why) => Some(Err(PersistError::Storage(why.to_owned()))),
            Written::Torn => None,
        }
    }

    /// What the ledger's row becomes by a record.
    fn charge_row(
        &self,
        at: Option<usize>,
        record: &charge::Record,
        ask: &ChargeAsk,
        wall: i64,
    ) -> Result<Row, PersistError> {
        let rows = &self.disk.ledger.charges;
        let Some(at) = at else {
            let attempts = rows.iter().filter(|row| row.bill == ask.bill).count();
            let attempt = u8::try_from(attempts + 1).unwrap_or(u8::MAX);
            let row = ChargeRow {
                bill: ask.bill,
                attempt,
                fen: ask.fen,
                code: ask.code,
                state: ChargeState::Open,
                dm_id: String::new(),
                evidence: Evidence::default(),
                person: false,
                wall,
            };
            return match record {
                charge::Record::Intent => Ok(Row::Charge(rows.len(), row)),
                _ => Err(PersistError::Storage("there is no intent".to_owned())),
            };
        };
        let mut row = rows[at].clone();
        if row.state != ChargeState::Open {
            return Err(PersistError::Storage("the charge is not open any more".to_owned()));
        }
        match record {
            charge::Record::Intent => {}
            charge::Record::Known(evidence) | charge::Record::NeedsPerson(evidence, _) => {
                if let Some(dm_id) = evidence.order() {
                    self.not_taken(at, dm_id)?;
                }
                row.dm_id.clone_from(&evidence.dm_id);
                row.evidence = evidence.clone();
                row.person |= matches!(record, charge::Record::NeedsPerson(..));
            }
            charge::Record::Paid(order) => {
                self.not_taken(at, &order.dm_id)?;
                row.state = ChargeState::Paid;
                row.dm_id.clone_from(&order.dm_id);
                row.evidence.tie_to(&order.dm_id, true);
                row.person = false;
            }
            charge::Record::NotPaid(_) => {
                row.state = ChargeState::NotPaid;
                row.person = false;
            }
            charge::Record::NotSent(_) => row.state = ChargeState::NotSent,
        }
        Ok(Row::Charge(at, row))
    }

    /// One order belongs to one charge, also while that is open.
    fn not_taken(&self, at: usize, dm_id: &str) -> Result<(), PersistError> {
        match self.other_owner(Some(at), dm_id) {
            Some(bill) => Err(PersistError::OrderTaken(bill.to_string())),
            None => Ok(()),
        }
    }

    /// The bill of a charge other than this one that an order belongs to.
    fn other_owner(&self, at: Option<usize>, dm_id: &str) -> Option<u16> {
        let owns = |(other, row): &(usize, &ChargeRow)| {
            Some(*other) != at
                && row.dm_id == dm_id
                && (row.state == ChargeState::Paid || row.evidence.tie.binds())
        };
        self.disk.ledger.charges.iter().enumerate().find(owns).map(|(_, row)| row.bill)
    }

    fn refund_row(
        &self,
        at: Option<usize>,
        record: &refund::Record,
        ask: &RefundAsk,
    ) -> Result<Row, PersistError> {
        let rows = &self.disk.ledger.refunds;
        if let refund::Record::Intent(before, amount) = record {
            let row = RefundRow {
                number: ask.number,
                dm_id: ask.dm_id.clone(),
                fen: amount.get(),
                state: RefundState::Open,
                before: before.to_text(),
                known: Known::default(),
                lines: Before::default(),
            };
            // A number whose refund was never sent is used again.
            let again = rows.iter().position(|row| row.number == ask.number);
            return match again.and_then(|at| rows.get(at)) {
                Some(old) if old.state != RefundState::NotSent => {
                    Err(PersistError::Storage("the number is taken".to_owned()))
                }
                _ => Ok(Row::Refund(again.unwrap_or(rows.len()), row)),
            };
        }
        let Some(at) = at else { return Err(PersistError::Storage("there is no intent".to_owned())) };
        let mut row = rows[at].clone();
        if row.state != RefundState::Open {
            return Err(PersistError::Storage("the refund is not open any more".to_owned()));
        }
        row.state = match record {
            refund::Record::Intent(..) => RefundState::Open,
            refund::Record::Known(known) => {
                row.known = known.clone();
                RefundState::Open
            }
            refund::Record::Refunded(lines) => {
                row.lines = Before::marks(lines);
                RefundState::Refunded
            }
            refund::Record::NotRefunded(_) => RefundState::NotRefunded,
            refund::Record::NotSent(_) => RefundState::NotSent,
            refund::Record::Conflict(_) => RefundState::Conflict,
        };
        Ok(Row::Refund(at, row))
    }

    /// The library's request for what a run wants to send.
    fn request(&self, at: usize) -> Option<Request> {
        let (run, none) = (&self.runs[at], Extra::default());
        match &run.work {
            Work::Charge { action: charge::Action::Send(question), ask, .. } => {
                let code = AuthCode::parse(&ask.code.to_string()).ok()?;
                Some(match question {
                    Question::Micropay if run.resumed => return None,
                    Question::Micropay => {
                        let pay = Micropay {
                            auth_code: code,
                            pay_type: PAY_TYPE.to_owned(),
                            total: Fen::new(ask.fen).ok()?,
                            goods: Goods::None,
                            noremind: ask.plain,
                            extra: none,
                        };
                        request::micropay(&self.device, &pay)
                    }
                    Question::ByAuthCode => {
                        request::query_by_auth_code(&self.device, &code, PAY_TYPE, false, &none)
                    }
                    Question::ByOrder { dm_id } => {
                        request::query_by_order(&self.device, dm_id, PAY_TYPE, false, &none)
                    }
                })
            }
            Work::Refund { action: refund::Action::SendRefund, ask, .. } => {
                Some(request::refund(&self.device, &ask.dm_id, Fen::new(ask.fen).ok()?, PAY_TYPE, &none))
            }
            Work::Refund { ask, .. } => Some(request::read(&self.device, &ask.dm_id, &none)),
            Work::Charge { .. } => None,
        }
    }
}

fn charge_spot(action: &charge::Action, resumed: bool, not_sent: bool) -> Spot {
    use charge::{Action, Record};
    match (action, resumed) {
        (Action::Persist(Record::Intent), _) => Spot::ChargeIntent,
        (Action::Persist(Record::NotSent(_)), _) => Spot::ChargeNotSent,
        (Action::Persist(Record::Known(_)), false) => Spot::ChargeKnown,
        (Action::Persist(Record::Known(_)), true) => Spot::SettleKnown,
        (Action::Persist(Record::Paid(_)), false) => Spot::ChargePaid,
        (Action::Persist(Record::Paid(_)), true) => Spot::SettlePaid,
        (Action::Persist(Record::NotPaid(_)), false) => Spot::ChargeNotPaid,
        (Action::Persist(Record::NotPaid(_)), true) => Spot::SettleNotPaid,
        (Action::Persist(Record::NeedsPerson(..)), false) => Spot::ChargePerson,
        (Action::Persist(Record::NeedsPerson(..)), true) => Spot::SettlePerson,
        (Action::Send(Question::Micropay), _) => Spot::ChargeSend,
        (Action::Send(Question::ByAuthCode), false) => Spot::ChargeAskCode,
        (Action::Send(Question::ByAuthCode), true) => Spot::SettleAskCode,
        (Action::Send(Question::ByOrder { .. }), false) => Spot::ChargeAskOrder,
        (Action::Send(Question::ByOrder { .. }), true) => Spot::SettleAskOrder,
        (Action::Wait { .. }, true) => Spot::SettlePause,
        (Action::Wait { .. }, false) if not_sent => Spot::ChargeRetry,
        (Action::Wait { .. }, false) => Spot::ChargePause,
        (Action::Reveal(_), false) => Spot::ChargeTell,
        (Action::Reveal(_), true) => Spot::SettleTell,
    }
}

fn refund_spot(action: &refund::Action, resumed: bool, before: bool, not_sent: bool) -> Spot {
    use refund::{Action, Record};
    match (action, resumed) {
        (Action::Persist(Record::Intent(..)), _) => Spot::RefundIntent,
        (Action::Persist(Record::NotSent(_)), _) => Spot::RefundNotSent,
        (Action::Persist(Record::Known(_)), false) => Spot::RefundKnown,
        (Action::Persist(Record::Known(_)), true) => Spot::ResumeKnown,
        (Action::Persist(Record::Refunded(_)), false) => Spot::RefundDone,
        (Action::Persist(Record::Refunded(_)), true) => Spot::ResumeDone,
        (Action::Persist(Record::NotRefunded(_)), false) => Spot::RefundNotDone,
        (Action::Persist(Record::NotRefunded(_)), true) => Spot::ResumeNotDone,
        (Action::Persist(Record::Conflict(_)), false) => Spot::RefundConflict,
        (Action::Persist(Record::Conflict(_)), true) => Spot::ResumeConflict,
        (Action::SendRefund, _) => Spot::RefundSend,
        (Action::ReadBill, true) => Spot::ResumeReadAfter,
        (Action::ReadBill, false) if before => Spot::RefundReadBefore,
        (Action::ReadBill, false) => Spot::RefundReadAfter,
        (Action::Wait { .. }, true) => Spot::ResumePause,
        (Action::Wait { .. }, false) if before => Spot::RefundPauseBefore,
        (Action::Wait { .. }, false) if not_sent => Spot::RefundRetry,
        (Action::Wait { .. }, false) => Spot::RefundPause,
        (Action::Reveal(_), false) => Spot::RefundTell,
        (Action::Reveal(_), true) => Spot::ResumeTell,
    }
}
