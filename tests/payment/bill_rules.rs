//! What a bill comes to, whatever its attempts and refunds did.

use wsy::payment::bill::{Attempt, Bill, ChargeState, Charging, RefundState, Refunded, Standing, VOID};

use ChargeState::{NotPaid, NotSent, Open, Paid};

fn attempt(state: ChargeState, code: &str) -> Attempt {
    let order = if state == Paid { format!("dm-{code}") } else { String::new() };
    Attempt { state, fen: 100, order, code: code.to_owned() }
}

fn refund(number: &str, state: RefundState, fen: i64, order: &str) -> Refunded {
    Refunded { number: number.to_owned(), state, fen, order: order.to_owned() }
}

fn bill(attempts: &[(ChargeState, &str)]) -> Bill {
    let attempts = attempts.iter().map(|(state, code)| attempt(*state, code)).collect();
    Bill { attempts, ..Bill::default() }
}

#[test]
fn one_paid_attempt_makes_a_bill_paid_and_an_open_one_leaves_it_open() {
    for (attempts, standing) in [
        (&[][..], Standing::NotPaid),
        (&[(NotPaid, "a"), (NotSent, "b")], Standing::NotPaid),
        (&[(Open, "a"), (NotPaid, "b")], Standing::Open(0)),
        (&[(Open, "a"), (Paid, "b"), (Open, "c")], Standing::Paid(1)),
        (&[(Paid, "a"), (Paid, "b")], Standing::Paid(1)),
    ] {
        assert_eq!(bill(attempts).standing(), standing);
    }
}

#[test]
fn a_bill_is_refunded_when_no_order_of_it_is_captured() {
    let mut twice = bill(&[(Paid, "a"), (Paid, "b")]);
    twice.refunds.push(refund("R1", RefundState::Refunded, 100, "dm-b"));
    assert_eq!(twice.standing(), Standing::Paid(0));
    assert_eq!((twice.captured_fen("dm-a"), twice.captured_fen("dm-b")), (100, 0));
    assert!(!twice.is_void());
    twice.refunds.push(refund("R2", RefundState::NotRefunded, 100, "dm-a"));
    twice.refunds.push(refund("R3", RefundState::Refunded, 40, "dm-a"));
    assert_eq!((twice.standing(), twice.captured_fen("dm-a")), (Standing::Paid(0), 60));
    // A void refunds whatever the back office has left.
    twice.refunds.push(refund(&format!("{VOID}1-1"), RefundState::Refunded, 10, "dm-a"));
    assert_eq!((twice.standing(), twice.is_void()), (Standing::Refunded(1), true));
    assert_eq!(twice.admit_charge(100, "c", true), Charging::AlreadyRefunded);
    twice.attempts.extend([attempt(NotPaid, "c"), attempt(NotSent, "d")]);
    assert!(twice.is_void());
    let mut open = bill(&[(Paid, "a"), (Open, "b")]);
    open.refunds.push(refund("R1", RefundState::Refunded, 100, "dm-a"));
    assert_eq!((open.standing(), open.is_void()), (Standing::Open(1), false));
}

#[test]
fn a_declined_attempt_is_no_record_of_a_bill_that_another_one_may_have_paid() {
    let open = bill(&[(NotPaid, "a"), (Open, "b")]);
    for insists in [false, true] {
        assert_eq!(open.admit_charge(100, "a", insists), Charging::StillOpen(1));
    }
    assert_eq!(bill(&[(NotPaid, "a"), (NotPaid, "b")]).admit_charge(100, "a", true), Charging::Recorded(0));
}

#[test]
fn while_a_refund_or_a_void_is_open_a_bill_is_neither_paid_nor_charged() {
    for state in [RefundState::Open, RefundState::Conflict] {
        let mut paid = bill(&[(Paid, "a")]);
        paid.refunds.push(refund("R1", state, 10, "dm-a"));
        assert_eq!((paid.standing(), paid.is_void()), (Standing::RefundOpen, false));
        assert_eq!(paid.undecided_refund().map(|refund| refund.number.as_str()), Some("R1"));
        assert_eq!(paid.admit_charge(100, "a", false), Charging::RefundOpen);
    }
    let to_void = Bill { to_void: true, ..bill(&[(Open, "a")]) };
    assert_eq!(to_void.admit_charge(100, "b", true), Charging::RefundOpen);
    assert!(to_void.undecided_refund().is_none());
}

#[test]
fn a_code_is_charged_once_and_a_second_one_only_when_the_first_is_decided() {
    for (attempts, code, insists, admitted) in [
        (&[][..], "a", false, Charging::New),
        (&[(Open, "a")], "a", false, Charging::Resume(0)),
        (&[(Open, "a")], "a", true, Charging::Resume(0)),
        (&[(Open, "a")], "b", false, Charging::StillOpen(0)),
        (&[(Open, "a")], "b", true, Charging::New),
        (&[(Open, "a"), (Open, "b")], "a", true, Charging::Resume(0)),
        (&[(NotPaid, "a")], "a", false, Charging::Recorded(0)),
        (&[(NotPaid, "a")], "b", false, Charging::New),
        (&[(NotSent, "a")], "a", false, Charging::New),
        (&[(Paid, "a"), (NotPaid, "b")], "c", true, Charging::Recorded(0)),
    ] {
        assert_eq!(bill(attempts).admit_charge(100, code, insists), admitted, "{attempts:?} {code}");
    }
    assert_eq!(bill(&[(NotSent, "a")]).admit_charge(99, "a", false), Charging::AmountDiffers(100));
}

#[test]
fn the_words_of_the_states_are_read_back() {
    for state in [Open, Paid, NotPaid, NotSent] {
        assert_eq!(ChargeState::read(state.word()), Some(state));
    }
    use RefundState::{Conflict, NotRefunded, Refunded};
    for state in [RefundState::Open, Refunded, NotRefunded, RefundState::NotSent, Conflict] {
        assert_eq!(RefundState::read(state.word()), Some(state));
    }
    assert_eq!((ChargeState::read("shut"), RefundState::read("shut")), (None, None));
}
