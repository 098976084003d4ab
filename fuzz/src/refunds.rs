//! A refund whose world answers as the fuzzer likes: sent at most once, and believed only when the bill
//! shows it.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use wsy::payment::policy::Policy;
use wsy::payment::refund::{Action, Amount, Before, Doubt, Event, Known, Outcome, Record, Refund};
use wsy::payment::{Cause, Delivery, LedgerError, Millis, PersistError};
use wsy::protocol::amount::Fen;
use wsy::protocol::bill::{self, Bill, BillResponse};
use wsy::protocol::response;

use crate::bodies::{self, ORDERS};
use crate::planted;

const MOST_STEPS: usize = 400;

/// Reads the bytes as choices and plays one refund.
pub fn run(data: &[u8]) {
    // Choices that run out end the play early; that is not a failure.
    let _ = play(&mut Unstructured::new(data));
}

#[derive(Default)]
struct Seen {
    resumed: bool,
    intent: Option<Before>,
    offered: bool,
    recorded: Option<Record>,
    bill: Option<Bill>,
}

fn play(u: &mut Unstructured<'_>) -> Result<()> {
    let amount = Fen::new(u.int_in_range(1..=2_000)?).expect("within the bounds");
    let policy = Policy { deadline_ms: u.int_in_range(1..=200_000)?, ..Policy::default() };
    let mut now: Millis = u.int_in_range(0..=1_000_000)?;
    let mut seen = Seen { resumed: u.ratio(1, 4)?, ..Seen::default() };
    let (mut refund, mut action) = if seen.resumed {
        Refund::resume(ORDERS[0], amount, Before::default(), Known::default(), true, policy, now)
    } else {
        Refund::begin(ORDERS[0], Amount::Exactly(amount), Before::default(), policy, now)
    };
    for _ in 0..MOST_STEPS {
        if u.ratio(1, 32)? {
            refund.cancel();
        }
        let event = match action {
            Action::Reveal(outcome) => {
                judge(&seen, amount, &outcome);
                return Ok(());
            }
            Action::ReadBill => {
                now += u.int_in_range(0..=30_000u64)?;
                let delivery = delivery(u)?.unwrap_or(Delivery::Response(bodies::any(u, amount.get())?));
                let delivery = delivery.map(|body| bill::read(&body));
                seen.bill = match &delivery {
                    Delivery::Response(Ok(BillResponse::Found(bill))) => Some(bill.clone()),
                    _ => None,
                };
                Event::Bill(delivery)
            }
            Action::Persist(record) => {
                let full = || PersistError::Storage(LedgerError::Full(Cause::new("full")));
                let written = if u.ratio(1, 16)? { Err(full()) } else { Ok(()) };
                if let (Record::Intent(before, _), Ok(())) = (&record, &written) {
                    within_what_is_left(&seen, amount);
                    seen.intent = Some(before.clone());
                }
                seen.recorded = written.is_ok().then_some(record);
                Event::Persisted(written)
            }
            Action::SendRefund => {
                assert!(seen.intent.is_some() && !seen.resumed, "sent before it was written down");
                assert!(!seen.offered, "refunded twice");
                now += u.int_in_range(0..=30_000u64)?;
                let delivery = delivery(u)?.unwrap_or(Delivery::Response(bodies::any(u, amount.get())?));
                // With a mistake planted, a refund whose response was lost counts as not sent.
                seen.offered = !planted() && !matches!(delivery, Delivery::NotSent(_));
                let told = match delivery {
                    Delivery::MaybeSent(reason) | Delivery::Reset(reason) if planted() => {
                        seen.offered = true;
                        Delivery::NotSent(reason)
                    }
                    other => other,
                };
                Event::Refund(told.map(|body| response::pay(&body)))
            }
            Action::Wait { until } => {
                now = if u.ratio(1, 16)? { now } else { until.max(now) };
                Event::Woke
            }
        };
        action = refund.on(now, event);
    }
    Ok(())
}

/// A missing response with its reason, or one that is still to be made.
fn delivery(u: &mut Unstructured<'_>) -> Result<Option<Delivery<Vec<u8>>>> {
    Ok(match u.int_in_range(0..=7u8)? {
        0 => Some(Delivery::NotSent("refused".to_owned())),
        1 => Some(Delivery::MaybeSent("closed".to_owned())),
        2 => Some(Delivery::Reset("closed".to_owned())),
        _ => None,
    })
}

fn within_what_is_left(seen: &Seen, amount: Fen) {
    let bill = seen.bill.as_ref().expect("an intent without the bill");
    let back: i64 = bill.lines.iter().map(|line| line.total_fen.min(0)).sum();
    assert!(bill.pay_total_fen + back >= amount.get().into(), "more than is left of the bill");
    is_of_the_order(bill);
}

/// A bill that names no order is the response to the request.
fn is_of_the_order(bill: &Bill) {
    assert!(bill.dm_id.is_empty() || bill.dm_id == ORDERS[0], "the bill of another order");
}

fn judge(seen: &Seen, amount: Fen, outcome: &Outcome) {
    match outcome {
        Outcome::Refunded(line) => {
            let bill = seen.bill.as_ref().expect("refunded without a bill that shows it");
            is_of_the_order(bill);
            let Some(Record::Refunded(lines)) = &seen.recorded else {
                panic!("reported before it was written down")
            };
            assert!(lines.contains(line) && lines.iter().all(|line| bill.lines.contains(line)), "{lines:?}");
            let refunded: i64 = lines.iter().map(|line| line.total_fen).sum();
            assert_eq!(refunded, -i64::from(amount.get()), "{lines:?}");
        }
        Outcome::NotRefunded(reason) => {
            assert_eq!(
                seen.recorded,
                Some(Record::NotRefunded(reason.clone())),
                "reported before it was written down"
            );
        }
        Outcome::NotSent(_) | Outcome::Rejected(_) => {
            assert!(!seen.offered && !seen.resumed, "a byte was sent")
        }
        // It may not be reported that nothing was sent before that is written down.
        Outcome::Unknown(Doubt::NotRecorded(_)) => {}
        Outcome::Unknown(_) => assert!(seen.offered || seen.resumed, "unknown, and nothing was sent"),
    }
}
