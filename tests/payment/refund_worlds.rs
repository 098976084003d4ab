//! A till, a bill of the platform, and the network between them, for one refund.

use std::collections::BTreeMap;

use wsy::payment::policy::Policy;
use wsy::payment::refund::{Action, Amount, Before, Event, Known, Outcome, Record, Refund};
use wsy::payment::{Delivery, Millis, PersistError};
use wsy::protocol::amount::Fen;
use wsy::protocol::answer::{AnswerError, Order, PayAnswer};
use wsy::protocol::bill::{Bill, BillAnswer, Line};

use crate::dice::{Dice, how_many};

const OURS: i64 = 300;
const PAID: i64 = 1000;
const WORLDS: u64 = 40_000;

#[derive(Clone)]
struct Made {
    fen: i64,
    ours: bool,
}

#[derive(Default)]
struct Platform {
    refunds: Vec<Made>,
    on_their_way: Vec<Millis>,
}

impl Platform {
    fn pass(&mut self, now: Millis) {
        let due = self.on_their_way.iter().filter(|at| **at <= now).count();
        self.on_their_way.retain(|at| *at > now);
        for _ in 0..due {
            self.refund(OURS, true);
        }
    }

    fn refund(&mut self, fen: i64, ours: bool) -> bool {
        let left = PAID - self.refunds.iter().map(|made| made.fen).sum::<i64>();
        let possible = fen <= left;
        if possible {
            self.refunds.push(Made { fen, ours });
        }
        possible
    }

    fn bill(&self) -> Bill {
        let line = |n: usize, made: &Made| Line {
            pay_type: "4".to_owned(),
            pay_name: "微信".to_owned(),
            total_fen: -made.fen,
            pay_time: String::new(),
            pay_id: format!("r{n}"),
        };
        Bill {
            dm_id: "dm1".to_owned(),
            pay_total_fen: PAID,
            refunded_fen: self.refunds.iter().map(|made| made.fen).sum(),
            pay_type: String::new(),
            pay_time: String::new(),
            lines: self.refunds.iter().enumerate().map(|(n, made)| line(n, made)).collect(),
        }
    }

    fn ours(&self) -> usize {
        self.refunds.iter().filter(|made| made.ours).count()
    }
}

struct World {
    dice: Dice,
    platform: Platform,
    before: Option<Before>,
    known: Known,
    ended: Option<&'static str>,
    now: Millis,
    sends: u32,
    healed: bool,
    quiet: Millis,
}

impl World {
    fn trouble(&mut self, percent: u64) -> bool {
        !self.healed && self.dice.chance(percent)
    }

    fn read(&mut self) -> Delivery<Result<BillAnswer, AnswerError>> {
        self.platform.pass(self.now);
        // The back office refunds too, another amount than ours: one of the same could not be told apart.
        if self.trouble(3) {
            self.platform.refund(70, false);
        }
        if self.trouble(15) {
            return Delivery::MaybeSent("lost".to_owned());
        }
        if self.trouble(5) {
            return Delivery::Answer(Ok(BillAnswer::Refused("签名错误".to_owned())));
        }
        Delivery::Answer(Ok(BillAnswer::Found(self.platform.bill())))
    }

    fn send(&mut self) -> Delivery<Result<PayAnswer, AnswerError>> {
        assert!(self.before.is_some(), "a refund left before its intent was on disk");
        if self.trouble(30) {
            return Delivery::NotSent("refused".to_owned());
        }
        self.sends += 1;
        assert_eq!(self.sends, 1, "a refund was sent twice");
        if self.trouble(15) {
            return Delivery::MaybeSent("lost before the platform".to_owned());
        }
        if self.trouble(15) {
            self.platform.on_their_way.push(self.now + self.dice.below(self.quiet));
            return Delivery::MaybeSent("on its way".to_owned());
        }
        if self.trouble(10) {
            return Delivery::Answer(Ok(PayAnswer::Failed(Order::default())));
        }
        let made = self.platform.refund(OURS, true);
        if self.trouble(20) {
            return Delivery::MaybeSent("the answer was lost".to_owned());
        }
        let order = Order { dm_id: "dm1".to_owned(), total_fen: Some(-OURS), ..Order::default() };
        Delivery::Answer(Ok(if made { PayAnswer::Done(order) } else { PayAnswer::Failed(order) }))
    }

    fn write(&mut self, record: &Record) -> Result<(), PersistError> {
        if self.trouble(5) {
            return Err(PersistError::Storage("no space".to_owned()));
        }
        assert_eq!(self.ended, None, "an ended refund was changed by {record:?}");
        match record {
            Record::Intent(before, _) => self.before = Some(before.clone()),
            Record::Known(known) => self.known = known.clone(),
            Record::Refunded(_) => self.ended = Some("refunded"),
            Record::NotRefunded(_) => self.ended = Some("not refunded"),
            Record::NotSent(_) => self.ended = Some("not sent"),
            Record::Conflict(_) => self.ended = Some("conflict"),
        }
        Ok(())
    }

    fn drive(&mut self, mut refund: Refund, mut action: Action, fresh: bool) -> Option<Outcome> {
        for _ in 0..2_000 {
            if self.trouble(1) {
                return None;
            }
            let event = match action {
                Action::Persist(record) => Event::Persisted(self.write(&record)),
                Action::ReadBill => Event::Bill(self.read()),
                Action::SendRefund => {
                    assert!(fresh, "recovery refunded");
                    Event::Refund(self.send())
                }
                Action::Wait { until } => {
                    self.now = self.now.max(until);
                    Event::Woke
                }
                Action::Reveal(outcome) => return Some(outcome),
            };
            action = refund.on(self.now, event);
        }
        panic!("no end after 2,000 steps");
    }
}

fn play(seed: u64) -> Option<&'static str> {
    let mut dice = Dice::new(seed);
    let policy = Policy::default();
    let mut world = World {
        healed: dice.chance(20),
        dice,
        platform: Platform::default(),
        before: None,
        known: Known::default(),
        ended: None,
        now: 1_000,
        sends: 0,
        quiet: policy.quiet_ms,
    };
    let amount = Fen::new(i32::try_from(OURS).unwrap()).unwrap();
    let (refund, action) =
        Refund::begin("dm1", Amount::Exactly(amount), Before::default(), policy, world.now);
    let mut outcome = world.drive(refund, action, true);
    // More than the quiet time of a refund.
    for start in 0..15 {
        let (Some(before), None) = (world.before.clone(), world.ended) else { break };
        world.healed |= start >= 3;
        world.now += world.dice.below(10_000);
        let (refund, action) =
            Refund::resume("dm1", amount, before, world.known.clone(), true, policy, world.now);
        outcome = world.drive(refund, action, false);
    }
    world.platform.pass(world.now + 10 * policy.quiet_ms);
    let ours = world.platform.ours();
    match world.ended {
        Some("refunded") => assert_eq!(ours, 1, "told {outcome:?}"),
        Some("not refunded" | "not sent") => assert_eq!(ours, 0, "told {outcome:?}"),
        Some(other) => panic!("{other} in a world where the bill can always tell"),
        None => assert!(world.before.is_none(), "never settled: {outcome:?}"),
    }
    world.ended
}

#[test]
fn no_world_makes_a_verdict_false_or_refunds_twice_and_every_refund_is_settled() {
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let worlds = how_many("WSY_WORLDS", WORLDS);
    let first = how_many("WSY_SEED", 0);
    for seed in first..first + worlds {
        let played = std::panic::catch_unwind(|| play(seed));
        let ended = played.unwrap_or_else(|_| panic!("world {seed} broke a rule; see above"));
        *ends.entry(format!("{ended:?}")).or_default() += 1;
    }
    println!("{worlds} worlds ended as {ends:?}");
    for end in ["Some(\"refunded\")", "Some(\"not refunded\")", "Some(\"not sent\")", "None"] {
        assert!(ends.get(end).is_some_and(|n| *n > worlds / 500), "{ends:?}");
    }
}
