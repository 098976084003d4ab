//! Calls that meet: a scheduler tries every order of what a careless program does to one payment, each step
//! as soon as the one before has been accepted. Whatever the order, every call ends and reports the truth,
//! and the money matches the book.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use wsy_sandbox::{Behaviour, BillOutcome, Call};

use crate::codes;
use crate::shop::{Setup, Shop, eventually};
use crate::till::{NONE, Pending, Reply};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The customer types the password.
    Pays,
    Cancel,
    /// The client is closed, on another thread.
    Close,
    /// The same bill again, on another thread.
    Again,
    Poll,
    /// The payment's handle is freed.
    Free,
}

const STEPS: [Step; 6] = [Step::Pays, Step::Cancel, Step::Close, Step::Again, Step::Poll, Step::Free];

/// Every order of these steps.
fn orders(steps: &[Step]) -> Vec<Vec<Step>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let begun_with = |first: usize| {
        let rest: Vec<Step> =
            steps.iter().enumerate().filter(|(at, _)| *at != first).map(|(_, s)| *s).collect();
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, steps[first]);
            order
        })
    };
    (0..steps.len()).flat_map(begun_with).collect()
}

fn expect(step: Step, reply: &Reply, allowed: &[i32], order: &[Step]) {
    assert!(allowed.contains(&reply.code), "{step:?} in {order:?} gave {}", codes::name(reply.code));
}

fn play(order: &[Step]) {
    let mut shop = Setup::default().option("quiet_ms", "200").open();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);

    let (mut closing, mut again): (Option<Pending>, Option<Pending>) = (None, None);
    let (mut freed, mut freed_before_again) = (false, false);
    // On a slow machine the payment ends between two steps, and somebody hears that it is paid.
    let mut heard = false;
    for step in order {
        match step {
            Step::Pays => shop.set_outcome(&BillOutcome::Paid),
            Step::Cancel => {
                let wanted = if freed { codes::ERR_HANDLE } else { codes::OK };
                expect(*step, &shop.till.cancel(1), &[wanted], order);
            }
            Step::Close => closing = Some(shop.till.start_close()),
            Step::Again => {
                freed_before_again = freed;
                again = Some(shop.till.micropay_aside("B1", &shop.wechat(), 100, NONE));
            }
            Step::Poll if freed => expect(*step, &shop.till.poll(1), &[codes::ERR_HANDLE], order),
            Step::Poll => {
                let polled = shop.till.poll(1);
                expect(*step, &polled, &[codes::PENDING, codes::PAID, codes::UNKNOWN], order);
                heard |= polled.code == codes::PAID;
            }
            Step::Free => {
                expect(*step, &shop.till.free_payment(1), &[codes::OK], order);
                freed = true;
            }
        }
    }

    let again = again.map(Pending::end).unwrap();
    let told = [
        codes::PAID,
        codes::PAID_EARLIER,
        codes::UNKNOWN,
        codes::ERR_BUSY,
        codes::ERR_STILL_OPEN,
        codes::ERR_HANDLE,
    ];
    expect(Step::Again, &again, &told, order);
    if freed_before_again && again.code == codes::PAID_EARLIER {
        assert_eq!(again.text("first_told"), "", "nobody hears it from a payment that was freed: {order:?}");
    }
    // An error says only that this call did nothing.
    if again.code == codes::PAID {
        shop.verify(&again, &code, 100);
        heard = true;
    }
    expect(Step::Close, &closing.map(Pending::end).unwrap(), &[codes::OK], order);
    expect(Step::Close, &shop.till.close(), &[codes::ERR_HANDLE], order);
    let wanted = if heard { codes::PAID_EARLIER } else { codes::PAID };
    let told = ends_paid(&mut shop, &code);
    assert_eq!(codes::name(told), codes::name(wanted), "{order:?}");
}

/// The next client on the folder finds out the truth, and says whether it was heard before.
fn ends_paid(shop: &mut Shop, code: &str) -> i32 {
    shop.open(&shop.till).is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    let settled = shop.till.settle("B1", NONE);
    shop.verify(&settled, code, 100);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree_on_one_capture("B1");
    settled.code
}

#[test]
fn whatever_meets_in_whatever_order_every_call_ends_and_the_money_is_the_books() {
    let orders = orders(&STEPS);
    assert_eq!(orders.len(), 720);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(order) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    play(order);
                }
            });
        }
    });
}
