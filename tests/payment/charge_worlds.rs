//! A till, a platform and the network between them, for one bill.

use std::collections::BTreeMap;

use wsy::payment::charge::{Action, Charge, Event, Outcome, Question, Record};
use wsy::payment::evidence::Evidence;
use wsy::payment::policy::Policy;
use wsy::payment::{Delivery, Millis, PersistError};
use wsy::protocol::amount::Fen;
use wsy::protocol::answer::{AnswerError, Order, PayAnswer};
use wsy::protocol::sentences;

use crate::dice::{Dice, how_many};

const TOTAL: i32 = 1234;
const WORLDS: u64 = 60_000;

/// What the customer will do when asked.
#[derive(Clone, Copy, PartialEq)]
enum Customer {
    Pays,
    PaysAfter(Millis),
    CancelsAfter(Millis),
    NeverAnswers,
    HasNoMoney,
    /// Has shown the same code at another till, for the same amount.
    PaidElsewhere,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Truth {
    Paying { until: Millis },
    Paid,
    Failed,
}

/// The platform's side: orders by number, and charges that are still on their way.
struct Platform {
    customer: Customer,
    orders: BTreeMap<u32, Truth>,
    on_their_way: Vec<Millis>,
}

impl Platform {
    /// Brings the orders up to a moment.
    fn pass(&mut self, now: Millis) {
        let due: Vec<Millis> = self.on_their_way.iter().copied().filter(|at| *at <= now).collect();
        self.on_their_way.retain(|at| *at > now);
        for at in due {
            self.act(at);
        }
        let ends_well = matches!(self.customer, Customer::PaysAfter(_));
        for truth in self.orders.values_mut() {
            if matches!(truth, Truth::Paying { until } if *until <= now) {
                *truth = if ends_well { Truth::Paid } else { Truth::Failed };
            }
        }
    }

    /// A charge arrives. A code is good for one order.
    fn act(&mut self, now: Millis) -> PayAnswer {
        if !self.orders.is_empty() || self.customer == Customer::PaidElsewhere {
            return PayAnswer::Failed(order(None, "授权码已使用"));
        }
        let truth = match self.customer {
            Customer::Pays => Truth::Paid,
            Customer::PaysAfter(ms) | Customer::CancelsAfter(ms) => Truth::Paying { until: now + ms },
            Customer::NeverAnswers => Truth::Paying { until: Millis::MAX },
            Customer::HasNoMoney | Customer::PaidElsewhere => Truth::Failed,
        };
        self.orders.insert(7001, truth);
        self.answer()
    }

    /// What the platform says about the order of the code.
    fn answer(&self) -> PayAnswer {
        match self.orders.first_key_value() {
            None if self.customer == Customer::PaidElsewhere => {
                let device_id = "D2".to_owned();
                PayAnswer::Done(Order { device_id, ..order(Some(6001), "支付成功") })
            }
            None => PayAnswer::Failed(order(None, "订单不存在")),
            Some((n, Truth::Paid)) => PayAnswer::Done(order(Some(*n), "支付成功")),
            Some((n, Truth::Failed)) => PayAnswer::Failed(order(Some(*n), "支付失败")),
            Some((n, Truth::Paying { .. })) => PayAnswer::Paying(order(Some(*n), "支付中")),
        }
    }

    fn captured(&self) -> usize {
        self.orders.values().filter(|truth| **truth == Truth::Paid).count()
    }
}

fn order(number: Option<u32>, info: &str) -> Order {
    Order {
        dm_id: number.map(|n| format!("dm{n}")).unwrap_or_default(),
        total_fen: number.map(|_| i64::from(TOTAL)),
        info: info.to_owned(),
        class: sentences::class(info),
        device_id: number.map(|_| "D1".to_owned()).unwrap_or_default(),
        ..Order::default()
    }
}

/// What is on the till's disk.
#[derive(Clone, Debug, Default, PartialEq)]
struct Disk {
    intent: bool,
    evidence: Evidence,
    ended: Option<&'static str>,
}

struct World {
    dice: Dice,
    platform: Platform,
    disk: Disk,
    now: Millis,
    charges_offered: u32,
    healed: bool,
    quiet: Millis,
    /// An answer spoke of a payment of another amount, which only a person can take back.
    misled: bool,
}

type Answered = Delivery<Result<PayAnswer, AnswerError>>;

impl World {
    fn trouble(&mut self, percent: u64) -> bool {
        !self.healed && self.dice.chance(percent)
    }

    fn send(&mut self, question: &Question) -> Answered {
        self.platform.pass(self.now);
        match question {
            Question::Micropay => self.charge(),
            Question::ByAuthCode | Question::ByOrder { .. } => self.query(),
        }
    }

    fn charge(&mut self) -> Answered {
        assert!(self.disk.intent, "a charge left before its intent was on disk");
        if self.trouble(10) {
            return Delivery::NotSent("refused".to_owned());
        }
        self.charges_offered += 1;
        assert_eq!(self.charges_offered, 1, "one attempt was sent twice");
        self.now += self.dice.below(300);
        if self.trouble(10) {
            return self.lost("lost before the platform");
        }
        if self.trouble(10) {
            // Late, but within the time in which a code can still be charged.
            self.platform.on_their_way.push(self.now + self.dice.below(self.quiet));
            return self.lost("on its way");
        }
        if self.trouble(5) {
            return Delivery::Answer(Ok(PayAnswer::Refused("签名错误".to_owned())));
        }
        let mut answer = self.platform.act(self.now);
        if self.trouble(10) {
            answer = self.platform.act(self.now);
        }
        self.spoil(answer)
    }

    fn query(&mut self) -> Answered {
        if self.trouble(10) {
            return Delivery::NotSent("refused".to_owned());
        }
        self.now += self.dice.below(300);
        if self.trouble(5) {
            return Delivery::Answer(Ok(PayAnswer::Refused("设备不存在".to_owned())));
        }
        let answer = self.platform.answer();
        self.spoil(answer)
    }

    /// An exchange that ended without an answer, mostly with a reset.
    fn lost(&mut self, reason: &str) -> Answered {
        let reason = reason.to_owned();
        if self.dice.chance(70) { Delivery::Reset(reason) } else { Delivery::MaybeSent(reason) }
    }

    /// What can happen to an answer on its way back.
    fn spoil(&mut self, answer: PayAnswer) -> Answered {
        if self.trouble(15) {
            return self.lost("the answer was lost");
        }
        if self.trouble(5) {
            return Delivery::Answer(Err(AnswerError::NotThePlatform));
        }
        if self.trouble(5) {
            self.misled = true;
            let mut other = order(Some(8001), "支付成功");
            other.total_fen = Some(i64::from(TOTAL) + 1);
            return Delivery::Answer(Ok(PayAnswer::Done(other)));
        }
        Delivery::Answer(Ok(answer))
    }

    fn write(&mut self, record: &Record) -> Result<(), PersistError> {
        if self.trouble(5) {
            return Err(PersistError::Storage("no space".to_owned()));
        }
        assert_eq!(self.disk.ended, None, "an ended charge was changed by {record:?}");
        match record {
            Record::Intent => self.disk.intent = true,
            Record::Known(evidence) | Record::NeedsPerson(evidence, _) => {
                self.disk.evidence = evidence.clone()
            }
            Record::Paid(_) => self.disk.ended = Some("paid"),
            Record::NotPaid(_) => self.disk.ended = Some("not paid"),
            Record::NotSent(_) => self.disk.ended = Some("not sent"),
        }
        Ok(())
    }

    /// Drives a machine to its end, or to a crash.
    fn drive(&mut self, mut charge: Charge, mut action: Action, fresh: bool) -> Option<Outcome> {
        for _ in 0..2_000 {
            if self.trouble(1) {
                return None;
            }
            if self.trouble(1) {
                charge.cancel();
            }
            let event = match action {
                Action::Persist(record) => Event::Persisted(self.write(&record)),
                Action::Send(question) => {
                    assert!(fresh || question != Question::Micropay, "recovery charged");
                    Event::Delivered(self.send(&question))
                }
                Action::Wait { until } => {
                    self.now = self.now.max(until);
                    Event::Woke
                }
                Action::Reveal(outcome) => {
                    self.told(&outcome);
                    return Some(outcome);
                }
            };
            action = charge.on(self.now, event);
        }
        panic!("no end after 2,000 steps");
    }

    /// What may be told.
    fn told(&self, outcome: &Outcome) {
        match outcome {
            Outcome::Paid(order) => {
                assert_eq!(self.disk.ended, Some("paid"), "told before it was written");
                assert_eq!(self.platform.captured(), 1, "told paid, and nothing was captured");
                assert_eq!(order.total_fen, Some(i64::from(TOTAL)));
            }
            Outcome::NotPaid(_) => {
                assert_eq!(self.disk.ended, Some("not paid"), "told before it was written");
            }
            Outcome::NotSent(_) | Outcome::NotRecorded(_) => assert_eq!(self.charges_offered, 0),
            Outcome::Unknown(_) => assert!(self.disk.ended.is_none()),
        }
    }
}

fn customer(dice: &mut Dice) -> Customer {
    match dice.below(6) {
        0 => Customer::Pays,
        1 => Customer::PaysAfter(dice.below(60_000)),
        2 => Customer::CancelsAfter(dice.below(60_000)),
        3 => Customer::NeverAnswers,
        4 => Customer::PaidElsewhere,
        _ => Customer::HasNoMoney,
    }
}

fn play(seed: u64) -> (Disk, Customer) {
    let mut dice = Dice::new(seed);
    let policy = Policy::default();
    let customer = customer(&mut dice);
    let platform = Platform { customer, orders: BTreeMap::new(), on_their_way: Vec::new() };
    let mut world = World {
        healed: dice.chance(20),
        dice,
        platform,
        disk: Disk::default(),
        now: 1_000,
        charges_offered: 0,
        quiet: policy.quiet_ms,
        misled: false,
    };
    let total = Fen::new(TOTAL).unwrap();
    let (charge, action) = Charge::begin(total, "D1", policy, world.now);
    let mut fresh = true;
    let mut outcome = world.drive(charge, action, fresh);
    for start in 0..6 {
        let undecided = world.disk.intent && world.disk.ended.is_none();
        if !undecided {
            break;
        }
        // After three starts full of trouble the faults heal.
        world.healed |= start >= 3;
        fresh = false;
        world.now += world.dice.below(10_000);
        let (charge, action) =
            Charge::resume(total, "D1", world.disk.evidence.clone(), true, policy, world.now);
        outcome = world.drive(charge, action, fresh);
    }
    // Whatever was on its way has arrived, and whoever was typing has finished.
    world.platform.pass(world.now + 10 * policy.quiet_ms);
    let captured = world.platform.captured();
    match world.disk.ended {
        Some("paid") => assert_eq!(captured, 1),
        Some(_) => assert_eq!(captured, 0, "told {outcome:?}, and the money was taken"),
        None => {
            assert!(
                !world.disk.intent
                    || world.misled
                    || matches!(customer, Customer::NeverAnswers | Customer::PaidElsewhere),
                "never settled: {outcome:?}"
            )
        }
    }
    (world.disk, customer)
}

#[test]
fn no_world_makes_a_verdict_false_or_charges_twice_and_every_bill_is_settled() {
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let worlds = how_many("WSY_WORLDS", WORLDS);
    let first = how_many("WSY_SEED", 0);
    for seed in first..first + worlds {
        let played = std::panic::catch_unwind(|| play(seed));
        let (disk, _) = played.unwrap_or_else(|_| panic!("world {seed} broke a rule; see above"));
        *ends.entry(format!("{:?}", disk.ended)).or_default() += 1;
    }
    println!("{worlds} worlds ended as {ends:?}");
    // Worlds that never reach an end of some kind would prove nothing about it.
    for end in ["Some(\"paid\")", "Some(\"not paid\")", "Some(\"not sent\")", "None"] {
        assert!(ends.get(end).is_some_and(|n| *n > worlds / 500), "{ends:?}");
    }
}
