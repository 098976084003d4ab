//! Single rules of a charge, one story each.

use wsy::payment::charge::{Action, Charge, Doubt, Event, NotPaid, Outcome, Question, Record};
use wsy::payment::policy::Policy;
use wsy::payment::{Delivery, PersistError, Stage};
use wsy::protocol::amount::Fen;
use wsy::protocol::answer::{AnswerError, Order, PayAnswer};

const TOTAL: i32 = 100;

fn order(dm_id: &str, total_fen: i64) -> Order {
    Order {
        dm_id: dm_id.to_owned(),
        total_fen: Some(total_fen),
        device_id: "D1".to_owned(),
        ..Order::default()
    }
}

fn paid() -> PayAnswer {
    PayAnswer::Done(order("dm1", 100))
}

fn not_found() -> PayAnswer {
    PayAnswer::Failed(Order { info: "订单不存在".to_owned(), ..Order::default() })
}

fn failed(dm_id: &str) -> PayAnswer {
    PayAnswer::Failed(Order { dm_id: dm_id.to_owned(), info: "支付失败".to_owned(), ..Order::default() })
}

fn answer(answer: PayAnswer) -> Event {
    Event::Delivered(Delivery::Answer(Ok(answer)))
}

fn lost() -> Event {
    Event::Delivered(Delivery::MaybeSent("reset".to_owned()))
}

fn written() -> Event {
    Event::Persisted(Ok(()))
}

/// A charge whose intent is written and whose request is on its way.
fn sent() -> Charge {
    let (mut charge, action) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    assert_eq!(action, Action::Persist(Record::Intent));
    assert_eq!(charge.on(0, written()), Action::Send(Question::Micropay));
    charge
}

/// Lets it wait, and returns when it asks again and what.
fn next_question(charge: &mut Charge, action: Action) -> (u64, Question) {
    let Action::Wait { until } = action else { panic!("{action:?}") };
    match charge.on(until, Event::Woke) {
        Action::Send(question) => (until, question),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_paid_answer_is_written_before_it_is_told() {
    let mut charge = sent();
    let action = charge.on(10, answer(paid()));
    assert_eq!(action, Action::Persist(Record::Paid(order("dm1", 100))));
    assert_eq!(charge.on(10, written()), Action::Reveal(Outcome::Paid(order("dm1", 100))));
}

#[test]
fn without_an_intent_nothing_is_sent() {
    let (mut charge, _) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    let error = PersistError::Storage("no space".to_owned());
    let action = charge.on(0, Event::Persisted(Err(error.clone())));
    assert_eq!(action, Action::Reveal(Outcome::NotRecorded(error)));
}

#[test]
fn a_paid_outcome_that_cannot_be_written_is_not_told() {
    let mut charge = sent();
    charge.on(10, answer(paid()));
    let action = charge.on(10, Event::Persisted(Err(PersistError::Storage("no space".to_owned()))));
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::NotRecorded(_)))), "{action:?}");
}

#[test]
fn not_found_is_believed_only_after_the_quiet_time_and_three_times() {
    let mut charge = sent();
    let mut action = charge.on(10, lost());
    let mut after_quiet = 0;
    loop {
        let (now, question) = next_question(&mut charge, action);
        assert_eq!(question, Question::ByAuthCode);
        action = charge.on(now, answer(not_found()));
        after_quiet += u32::from(now >= 10 + Policy::default().quiet_ms);
        if let Action::Persist(record) = action {
            assert_eq!(record, Record::NotPaid(NotPaid::NotFound));
            break;
        }
    }
    assert_eq!(after_quiet, 3);
}

#[test]
fn a_decline_is_told_once_a_question_agrees() {
    let mut charge = sent();
    assert_eq!(charge.on(10, answer(failed("dm1"))), Action::Send(Question::ByAuthCode));
    let action = charge.on(20, answer(failed("dm1")));
    assert_eq!(action, Action::Persist(Record::NotPaid(NotPaid::Declined("支付失败".to_owned()))));
}

#[test]
fn a_decline_of_a_second_delivery_does_not_hide_that_the_first_was_paid() {
    let mut charge = sent();
    let used = Order { info: "授权码已使用".to_owned(), ..Order::default() };
    charge.on(10, answer(PayAnswer::Failed(used)));
    let action = charge.on(20, answer(paid()));
    assert_eq!(action, Action::Persist(Record::Paid(order("dm1", 100))));
}

#[test]
fn a_code_that_was_used_before_is_not_taken_for_a_plain_decline() {
    let mut charge = sent();
    let used = || PayAnswer::Failed(Order { info: "授权码已使用".to_owned(), ..Order::default() });
    charge.on(10, answer(used()));
    let action = charge.on(20, answer(used()));
    assert!(matches!(action, Action::Wait { .. }), "{action:?}");
}

#[test]
fn the_failure_of_the_order_that_was_named_is_told_at_once() {
    let mut charge = sent();
    let action = charge.on(10, answer(PayAnswer::Paying(order("dm1", 100))));
    assert_eq!(action, Action::Persist(Record::Named { dm_id: "dm1".to_owned() }));
    let action = charge.on(10, written());
    let (now, question) = next_question(&mut charge, action);
    assert_eq!(question, Question::ByOrder { dm_id: "dm1".to_owned() });
    let action = charge.on(now, answer(failed("dm1")));
    assert!(matches!(action, Action::Persist(Record::NotPaid(NotPaid::Declined(_)))), "{action:?}");
}

#[test]
fn another_amount_or_another_order_is_never_paid() {
    for wrong in [order("dm1", 101), order("dm1", 99), order("dm2", 100)] {
        let mut charge = sent();
        charge.on(10, answer(PayAnswer::Paying(order("dm1", 100))));
        let action = charge.on(10, written());
        let (mut now, _) = next_question(&mut charge, action);
        loop {
            let action = charge.on(now, answer(PayAnswer::Done(wrong.clone())));
            if let Action::Persist(record) = action {
                assert!(matches!(record, Record::NeedsPerson(_)), "{record:?}");
                let action = charge.on(now, written());
                assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::Mismatch(_)))));
                break;
            }
            now = next_question(&mut charge, action).0;
        }
    }
}

/// A paid order of the right amount that another device made with the same code.
fn paid_elsewhere() -> PayAnswer {
    PayAnswer::Done(Order { device_id: "D2".to_owned(), ..order("dm9", 100) })
}

#[test]
fn a_code_that_has_paid_at_another_till_is_a_decline_here_once_that_is_certain() {
    let mut charge = sent();
    let used = Order { info: "授权码已使用".to_owned(), ..Order::default() };
    let mut action = charge.on(10, answer(PayAnswer::Failed(used)));
    let mut now = 10;
    if action == Action::Send(Question::ByAuthCode) {
        action = charge.on(now, answer(paid_elsewhere()));
    }
    while matches!(action, Action::Wait { .. }) {
        now = next_question(&mut charge, action).0;
        action = charge.on(now, answer(paid_elsewhere()));
    }
    let declined = NotPaid::Declined("授权码已使用".to_owned());
    assert_eq!(action, Action::Persist(Record::NotPaid(declined)));
    assert!(now >= 10 + Policy::default().quiet_ms, "believed at {now}");
}

#[test]
fn after_a_decline_an_answer_about_another_order_says_nothing_of_ours() {
    let mut charge = sent();
    let used = Order { info: "授权码已使用".to_owned(), ..Order::default() };
    let mut action = charge.on(10, answer(PayAnswer::Failed(used)));
    assert_eq!(action, Action::Send(Question::ByAuthCode));
    action = charge.on(10, answer(PayAnswer::Paying(order("dm1", 100))));
    assert_eq!(action, Action::Persist(Record::Named { dm_id: "dm1".to_owned() }));
    action = charge.on(10, written());
    while action == Action::Send(Question::ByOrder { dm_id: "dm1".to_owned() })
        || matches!(action, Action::Wait { .. })
    {
        let now = match action {
            Action::Wait { until } => next_question(&mut charge, Action::Wait { until }).0,
            _ => 10,
        };
        action = charge.on(now, answer(paid_elsewhere()));
    }
    assert!(matches!(action, Action::Persist(Record::NeedsPerson(_))), "{action:?}");
}

#[test]
fn a_code_that_has_paid_at_another_till_is_not_paid_here_when_our_answer_was_lost() {
    let mut charge = sent();
    let mut action = charge.on(10, lost());
    while matches!(action, Action::Wait { .. }) {
        let (now, _) = next_question(&mut charge, action);
        action = charge.on(now, answer(paid_elsewhere()));
    }
    assert!(matches!(action, Action::Persist(Record::NeedsPerson(_))), "{action:?}");
}

#[test]
fn after_a_decline_a_paid_order_that_does_not_say_whose_it_is_needs_a_person() {
    let mut charge = sent();
    let nobodys = PayAnswer::Done(Order { device_id: String::new(), ..order("dm9", 100) });
    let mut action = charge.on(10, answer(failed("dm1")));
    if action == Action::Send(Question::ByAuthCode) {
        action = charge.on(10, answer(nobodys.clone()));
    }
    while matches!(action, Action::Wait { .. }) {
        let (now, _) = next_question(&mut charge, action);
        // The doubt about whose it is stays, however often the platform says it.
        action = charge.on(now, answer(nobodys.clone()));
    }
    assert!(matches!(action, Action::Persist(Record::NeedsPerson(_))), "{action:?}");
}

#[test]
fn an_order_of_another_bill_is_never_paid() {
    let mut charge = sent();
    charge.on(10, answer(paid()));
    let taken = PersistError::OrderTaken("B7".to_owned());
    let action = charge.on(10, Event::Persisted(Err(taken)));
    assert!(matches!(action, Action::Wait { .. }), "{action:?}");
}

#[test]
fn answers_that_cannot_be_read_end_at_the_deadline_as_unknown() {
    let mut charge = sent();
    let mut action = charge.on(10, lost());
    let mut questions = 0;
    while !matches!(action, Action::Reveal(_)) {
        let (now, _) = next_question(&mut charge, action);
        let unreadable = Event::Delivered(Delivery::Answer(Err(AnswerError::NotThePlatform)));
        action = charge.on(now, unreadable);
        questions += 1;
    }
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::Lost(_)))), "{action:?}");
    assert!((20..=30).contains(&questions), "{questions} questions in 120 s");
}

#[test]
fn a_refusal_decides_nothing_but_is_not_asked_about_for_two_minutes() {
    let refused = || answer(PayAnswer::Refused("签名错误".to_owned()));
    let mut charge = sent();
    let action = charge.on(10, refused());
    let (now, _) = next_question(&mut charge, action);
    let action = charge.on(now, refused());
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::Refused(_)))), "{action:?}");
}

#[test]
fn a_refusal_of_a_question_does_not_end_the_asking() {
    let mut charge = sent();
    let action = charge.on(10, lost());
    let (now, _) = next_question(&mut charge, action);
    let action = charge.on(now, answer(PayAnswer::Refused("设备不存在".to_owned())));
    let (now, _) = next_question(&mut charge, action);
    assert!(matches!(charge.on(now, answer(paid())), Action::Persist(Record::Paid(_))));
}

#[test]
fn a_charge_that_left_no_byte_is_tried_again_and_then_told_as_not_sent() {
    let not_sent = || Event::Delivered(Delivery::NotSent("refused".to_owned()));
    let mut charge = sent();
    for _ in 1..Policy::default().connect_tries {
        let action = charge.on(10, not_sent());
        assert_eq!(next_question(&mut charge, action).1, Question::Micropay);
    }
    assert!(matches!(charge.on(10, not_sent()), Action::Persist(Record::NotSent(_))));
    assert!(matches!(charge.on(10, written()), Action::Reveal(Outcome::NotSent(_))));
}

#[test]
fn a_cancel_before_the_send_sends_nothing() {
    let (mut charge, _) = Charge::begin(Fen::new(TOTAL).unwrap(), "D1", Policy::default(), 0);
    charge.cancel();
    assert!(matches!(charge.on(0, written()), Action::Persist(Record::NotSent(_))));
}

#[test]
fn a_cancel_after_the_send_still_hears_the_answer_that_is_on_its_way() {
    let mut charge = sent();
    charge.cancel();
    assert!(matches!(charge.on(10, answer(paid())), Action::Persist(Record::Paid(_))));
    let mut charge = sent();
    charge.cancel();
    assert_eq!(charge.on(10, lost()), Action::Reveal(Outcome::Unknown(Doubt::Cancelled)));
}

#[test]
fn a_resumed_charge_asks_and_waits_for_its_own_quiet_time() {
    let (mut charge, action) =
        Charge::resume(Fen::new(TOTAL).unwrap(), "D1", None, Policy::default(), 500_000);
    assert_eq!(action, Action::Send(Question::ByAuthCode));
    let mut action = charge.on(500_000, answer(not_found()));
    let mut now = 500_000;
    while matches!(action, Action::Wait { .. }) {
        let (at, question) = next_question(&mut charge, action);
        assert_ne!(question, Question::Micropay);
        now = at;
        action = charge.on(now, answer(not_found()));
    }
    assert!(matches!(action, Action::Persist(Record::NotPaid(NotPaid::NotFound))));
    assert!(now >= 560_000, "believed at {now}");
}

#[test]
fn a_driver_that_has_lost_track_gets_no_verdict() {
    let mut charge = sent();
    let action = charge.on(10, Event::Woke);
    assert!(matches!(action, Action::Reveal(Outcome::Unknown(_))), "{action:?}");
}

#[test]
fn a_charge_says_how_far_it_is() {
    let mut charge = sent();
    assert_eq!(charge.stage(), Stage::Sending);
    charge.on(10, lost());
    assert_eq!(charge.stage(), Stage::Asking);
    charge.on(1_010, Event::Woke);
    charge.on(1_020, answer(PayAnswer::Paying(order("dm1", 100))));
    assert_eq!(charge.stage(), Stage::CustomerPaying);
    let action = charge.on(1_020, written());
    let (now, _) = next_question(&mut charge, action);
    charge.on(now, answer(PayAnswer::Done(order("dm1", 100))));
    charge.on(now, written());
    assert_eq!(charge.stage(), Stage::Ended);
}
