//! A charge whose world answers as the fuzzer likes: the money rules must hold in any case.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use wsy::non_empty::NonEmpty;
use wsy::payment::charge::{Action, Charge, Doubt, Event, NotPaid, Outcome, Question, Record};
use wsy::payment::evidence::{Evidence, Said, Tie};
use wsy::payment::policy::Policy;
use wsy::payment::{Cause, Delivery, LedgerError, Millis, PersistError, Stage};
use wsy::protocol::amount::Fen;
use wsy::protocol::response::{self, Order, PayResponse, ResponseError};

use crate::bodies::{self, DEVICE};
use crate::planted;

/// More steps than a charge with these times can take.
const MOST_STEPS: usize = 400;

/// Reads the bytes as choices and plays one charge.
pub fn run(data: &[u8]) {
    // Choices that run out end the play early; that is not a failure.
    let _ = play(&mut Unstructured::new(data));
}

/// Everything that has happened so far, as the world saw it.
#[derive(Default)]
struct Seen {
    intent: bool,
    resumed: bool,
    offered: bool,
    recorded: Option<Record>,
    /// Responses that know of no payment.
    absent: u32,
    done: Option<Order>,
    known_order: Option<String>,
}

fn play(u: &mut Unstructured<'_>) -> Result<()> {
    let total = Fen::new(u.int_in_range(1..=2_000)?).expect("within the bounds");
    let policy = Policy { deadline_ms: u.int_in_range(1..=200_000)?, ..Policy::default() };
    let mut now: Millis = u.int_in_range(0..=1_000_000)?;
    let mut seen = Seen { resumed: u.ratio(1, 4)?, ..Seen::default() };
    let (mut charge, mut action) = if seen.resumed {
        seen.known_order = if u.arbitrary()? { Some((*u.choose(&bodies::ORDERS)?).to_owned()) } else { None };
        let known = known(seen.known_order.as_deref());
        Charge::resume(total, DEVICE, known.clone(), &known, true, policy, now)
    } else {
        Charge::begin(total, DEVICE, policy, now)
    };
    for _ in 0..MOST_STEPS {
        if u.ratio(1, 32)? {
            charge.cancel();
        }
        let event = match action {
            Action::Reveal(outcome) => {
                judge(&seen, total, &outcome);
                assert_eq!(charge.stage(), Stage::Ended);
                return Ok(());
            }
            Action::Persist(record) => {
                let written = written(u)?;
                seen.persist(record, &written);
                Event::Persisted(written)
            }
            Action::Send(question) => {
                now += u.int_in_range(0..=30_000u64)?;
                let delivery = delivery(u, total)?;
                seen.send(&question, &delivery);
                Event::Delivered(mistaken(delivery, total))
            }
            Action::Wait { until } => {
                assert!(until > now || charge.left(now) == 0, "a wait that is over already");
                // A cancel cuts a wait short.
                now = if u.ratio(1, 16)? { now } else { until.max(now) };
                Event::Woke
            }
        };
        action = charge.on(now, event);
    }
    // The fuzzer may cut waits short over and over; time has to pass for an end.
    Ok(())
}

/// The knowledge about a charge from an earlier run.
fn known(order: Option<&str>) -> Evidence {
    let dm_id = order.and_then(NonEmpty::of);
    let (said, tie) = if order.is_some() { (Said::Paying, Tie::Own) } else { (Said::Nothing, Tie::None) };
    Evidence { said, tie, dm_id, ended: true, ..Evidence::default() }
}

fn written(u: &mut Unstructured<'_>) -> Result<std::result::Result<(), PersistError>> {
    Ok(match u.int_in_range(0..=15u8)? {
        0 => Err(PersistError::Storage(LedgerError::Full(Cause::new("full")))),
        1 => Err(PersistError::OrderTaken("B-1".to_owned())),
        _ => Ok(()),
    })
}

fn delivery(
    u: &mut Unstructured<'_>,
    total: Fen,
) -> Result<Delivery<std::result::Result<PayResponse, ResponseError>>> {
    Ok(match u.int_in_range(0..=7u8)? {
        0 => Delivery::NotSent("refused".to_owned()),
        1 => Delivery::MaybeSent("closed".to_owned()),
        2 => Delivery::Reset("closed".to_owned()),
        _ => Delivery::Response(response::pay(&bodies::any(u, total.get())?)),
    })
}

/// The machine's input. With a mistake planted, the requested amount replaces the one in the response.
fn mistaken(
    delivery: Delivery<std::result::Result<PayResponse, ResponseError>>,
    total: Fen,
) -> Delivery<std::result::Result<PayResponse, ResponseError>> {
    match delivery {
        Delivery::Response(Ok(PayResponse::Done(order))) if planted() => {
            Delivery::Response(Ok(PayResponse::Done(Order { total_fen: Some(total.get().into()), ..order })))
        }
        other => other,
    }
}

impl Seen {
    fn persist(&mut self, record: Record, written: &std::result::Result<(), PersistError>) {
        match (&record, written) {
            (Record::Intent, Ok(())) => self.intent = true,
            (_, Err(PersistError::OrderTaken(_))) => self.known_order = None,
            (Record::Known(evidence), _) => self.known_order = evidence.order().map(str::to_owned),
            _ => {}
        }
        self.recorded = written.is_ok().then_some(record);
    }

    fn send(
        &mut self,
        question: &Question,
        delivery: &Delivery<std::result::Result<PayResponse, ResponseError>>,
    ) {
        if *question == Question::Micropay {
            assert!(self.intent, "sent before it was written down");
            assert!(!self.offered && !self.resumed, "charged twice");
        } else {
            assert!(self.offered || self.resumed, "asked about what was never sent");
        }
        self.offered |= !matches!(delivery, Delivery::NotSent(_));
        self.recorded = None;
        self.done = None;
        match delivery {
            Delivery::Response(Ok(PayResponse::Done(order))) => self.done = Some(order.clone()),
            // A decline of the charge itself counts as one that knows of no payment.
            Delivery::Response(Ok(PayResponse::Failed(_))) => self.absent += 1,
            _ => {}
        }
    }
}

fn judge(seen: &Seen, total: Fen, outcome: &Outcome) {
    match outcome {
        Outcome::Paid(order) => {
            let said = seen.done.as_ref().expect("paid without a response that says so");
            assert_eq!(said.total_fen, Some(i64::from(total.get())), "paid with another amount");
            assert!(said.dm_id.is_empty() || said.dm_id == order.dm_id);
            assert!(said.device_id.is_empty() || said.device_id == DEVICE, "paid at another till");
            assert!(seen.known_order.as_ref().is_none_or(|known| *known == order.dm_id), "another order");
            assert_eq!(
                seen.recorded,
                Some(Record::Paid(order.clone())),
                "reported before it was written down"
            );
        }
        Outcome::NotPaid(why) => {
            assert_eq!(
                seen.recorded,
                Some(Record::NotPaid(why.clone())),
                "reported before it was written down"
            );
            if *why == NotPaid::NotFound {
                assert!(seen.absent >= 3, "not found was believed after {} responses", seen.absent);
            }
        }
        Outcome::NotSent(_) => assert!(!seen.offered && !seen.resumed, "a byte was sent"),
        Outcome::NotRecorded(_) => assert!(!seen.intent && !seen.offered),
        // It may not be reported that nothing was sent before that is written down.
        Outcome::Unknown(Doubt::NotRecorded(_)) => {}
        Outcome::Unknown(_) => assert!(seen.offered || seen.resumed, "unknown, and nothing was sent"),
    }
}
