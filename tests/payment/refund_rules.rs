//! Single rules of a refund, one story each.

use wsy::payment::Delivery;
use wsy::payment::policy::Policy;
use wsy::payment::refund::{Action, Before, Doubt, Event, Outcome, Record, Refund, Rejection};
use wsy::protocol::amount::Fen;
use wsy::protocol::answer::{Order, PayAnswer};
use wsy::protocol::bill::{Bill, BillAnswer, Line};

fn line(pay_id: &str, total_fen: i64) -> Line {
    Line {
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen,
        pay_time: "2018-04-21 20:38:55".to_owned(),
        pay_id: pay_id.to_owned(),
    }
}

fn bill(refunds: &[(&str, i64)]) -> Event {
    let mut lines = vec![line("4200", 1000)];
    lines.extend(refunds.iter().map(|(id, fen)| line(id, -fen)));
    Event::Bill(Delivery::Answer(Ok(BillAnswer::Found(Bill {
        dm_id: "dm1".to_owned(),
        pay_total_fen: 1000,
        refunded_fen: refunds.iter().map(|(_, fen)| fen).sum(),
        pay_type: "微信".to_owned(),
        pay_time: String::new(),
        lines,
    }))))
}

fn accepted() -> Event {
    let order = Order { dm_id: "dm1".to_owned(), total_fen: Some(-100), ..Order::default() };
    Event::Refund(Delivery::Answer(Ok(PayAnswer::Done(order))))
}

fn declined() -> Event {
    let order = Order { info: "退款失败".to_owned(), ..Order::default() };
    Event::Refund(Delivery::Answer(Ok(PayAnswer::Failed(order))))
}

fn lost() -> Event {
    Event::Refund(Delivery::MaybeSent("reset".to_owned()))
}

fn written() -> Event {
    Event::Persisted(Ok(()))
}

/// A refund of 1 yuan of a bill with these refunds before, on its way.
fn sent(before: &[(&str, i64)]) -> Refund {
    let (mut refund, action) = Refund::begin("dm1", Fen::new(100).unwrap(), Policy::default(), 0);
    assert_eq!(action, Action::ReadBill);
    assert!(matches!(refund.on(0, bill(before)), Action::Persist(Record::Intent(_))));
    assert_eq!(refund.on(0, written()), Action::SendRefund);
    refund
}

/// Shows the same bill until it ends; returns when and how.
fn show(refund: &mut Refund, mut action: Action, refunds: &[(&str, i64)]) -> (u64, Action) {
    let mut now = 10;
    loop {
        action = match action {
            Action::ReadBill => refund.on(now, bill(refunds)),
            Action::Wait { until } => {
                now = until;
                refund.on(now, Event::Woke)
            }
            end => return (now, end),
        };
    }
}

#[test]
fn the_bill_proves_an_accepted_refund() {
    let mut refund = sent(&[("a", 100)]);
    let action = refund.on(10, accepted());
    let (_, end) = show(&mut refund, action, &[("a", 100), ("b", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(line("b", -100))));
}

#[test]
fn the_bill_proves_a_refund_whose_answer_was_lost() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(line("a", -100))));
}

#[test]
fn an_accepted_refund_that_the_bill_does_not_show_is_unknown() {
    let mut refund = sent(&[]);
    let action = refund.on(10, accepted());
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Reveal(Outcome::Unknown(Doubt::NotShown(_)))), "{end:?}");
    assert!(now >= Policy::default().deadline_ms);
}

#[test]
fn a_lost_refund_is_given_up_only_after_the_quiet_time() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Persist(Record::NotRefunded(_))), "{end:?}");
    assert!(now >= 10 + Policy::default().quiet_ms, "given up at {now}");
}

#[test]
fn a_declined_refund_is_believed_when_the_bill_agrees() {
    let mut refund = sent(&[]);
    let action = refund.on(10, declined());
    let (now, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Persist(Record::NotRefunded(_))), "{end:?}");
    assert!(now < 10_000);
}

#[test]
fn what_the_bill_cannot_tell_is_a_conflict_and_not_a_guess() {
    let mut refund = sent(&[]);
    let action = refund.on(10, declined());
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("a", 100), ("b", 100)]);
    assert!(matches!(end, Action::Persist(Record::Conflict(_))), "{end:?}");
}

#[test]
fn a_refund_of_another_amount_made_elsewhere_is_not_ours() {
    let mut refund = sent(&[]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[("x", 250)]);
    assert!(matches!(end, Action::Persist(Record::NotRefunded(_))), "{end:?}");
}

#[test]
fn a_reading_that_lacks_an_earlier_refund_is_old_and_proves_nothing() {
    let mut refund = sent(&[("a", 100)]);
    let action = refund.on(10, lost());
    let (_, end) = show(&mut refund, action, &[]);
    assert!(matches!(end, Action::Reveal(Outcome::Unknown(_))), "{end:?}");
}

#[test]
fn more_than_is_left_is_refused_with_nothing_written_or_sent() {
    let (mut refund, _) = Refund::begin("dm1", Fen::new(100).unwrap(), Policy::default(), 0);
    let action = refund.on(0, bill(&[("a", 950)]));
    let too_much = Rejection::TooMuch { refundable_fen: 50 };
    assert_eq!(action, Action::Reveal(Outcome::Rejected(too_much)));
}

#[test]
fn a_bill_that_cannot_be_read_begins_no_refund() {
    let unread = || Event::Bill(Delivery::MaybeSent("reset".to_owned()));
    let (mut refund, _) = Refund::begin("dm1", Fen::new(100).unwrap(), Policy::default(), 0);
    let mut now = 0;
    let mut action = refund.on(now, unread());
    while let Action::Wait { until } = action {
        now = until;
        assert_eq!(refund.on(now, Event::Woke), Action::ReadBill);
        action = refund.on(now, unread());
    }
    assert!(matches!(action, Action::Reveal(Outcome::Rejected(Rejection::BillUnread(_)))));
}

#[test]
fn a_resumed_refund_reads_and_never_sends() {
    let before = Before::from_text("");
    let (mut refund, action) = Refund::resume("dm1", Fen::new(100).unwrap(), before, Policy::default(), 10);
    let (_, end) = show(&mut refund, action, &[("a", 100)]);
    assert_eq!(end, Action::Persist(Record::Refunded(line("a", -100))));
}

#[test]
fn the_refunds_before_survive_the_ledger() {
    let Event::Bill(Delivery::Answer(Ok(BillAnswer::Found(bill)))) = bill(&[("a|b\nc", 1), ("d", 2)]) else {
        panic!("no bill");
    };
    let before = Before::of(&bill);
    assert_eq!(Before::from_text(&before.to_text()), before);
}

#[test]
fn a_bill_that_is_not_there_begins_no_refund() {
    let (mut refund, _) = Refund::begin("dm1", Fen::new(100).unwrap(), Policy::default(), 0);
    let nothing = Event::Bill(Delivery::Answer(Ok(BillAnswer::NotFound("账单不存在".to_owned()))));
    let rejected = Outcome::Rejected(Rejection::NoBill("账单不存在".to_owned()));
    assert_eq!(refund.on(0, nothing), Action::Reveal(rejected));
}

#[test]
fn a_report_of_what_was_not_asked_for_decides_nothing() {
    for event in [written(), accepted(), declined(), lost()] {
        let (mut refund, _) = Refund::begin("dm1", Fen::new(100).unwrap(), Policy::default(), 0);
        let action = refund.on(0, event);
        assert!(matches!(action, Action::Reveal(Outcome::Unknown(Doubt::NotShown(_)))), "{action:?}");
    }
}

#[test]
fn a_refund_that_cannot_be_sent_before_its_deadline_was_not_sent() {
    let mut refund = sent(&[]);
    let late = Policy::default().deadline_ms;
    let action = refund.on(late, Event::Refund(Delivery::NotSent("refused".to_owned())));
    assert!(matches!(action, Action::Persist(Record::NotSent(_))), "{action:?}");
}
