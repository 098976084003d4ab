//! The state of a bill, whatever its attempts and refunds did.

use wsy::payment::bill::{
    Attempt, Bill, ChargeState, Charging, ELSEWHERE, RefundState, Refunded, Standing, Telling, VOID,
};

use ChargeState::{DecidedNotPaid, DecidedPaid, NotPaid, NotSent, Open, Paid};

const STATES: [ChargeState; 6] = [Open, Paid, NotPaid, NotSent, DecidedPaid, DecidedNotPaid];

fn attempt(state: ChargeState, code: &str) -> Attempt {
    let order = (state == Paid).then(|| format!("dm-{code}"));
    Attempt { state, fen: 100, order, code: code.to_owned(), is_told: false }
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
    // A refund that reconciling found is a refund like any other, and was not the whole remainder.
    let mut part = bill(&[(Paid, "a")]);
    part.refunds.push(refund(&format!("{ELSEWHERE}1-1"), RefundState::Refunded, 30, "dm-a"));
    assert_eq!((part.standing(), part.captured_fen("dm-a")), (Standing::Paid(0), 70));
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
        (&[(Paid, "a"), (NotPaid, "b")], "c", true, Charging::Paid(0)),
        (&[(Paid, "a"), (NotPaid, "b")], "b", false, Charging::Paid(0)),
        (&[(DecidedPaid, "a")], "a", false, Charging::Recorded(0)),
        (&[(DecidedPaid, "a")], "b", true, Charging::Recorded(0)),
        (&[(DecidedNotPaid, "a")], "a", false, Charging::Recorded(0)),
        (&[(DecidedNotPaid, "a")], "b", false, Charging::New),
        (&[(DecidedNotPaid, "a"), (Open, "b")], "c", false, Charging::StillOpen(1)),
    ] {
        assert_eq!(bill(attempts).admit_charge(100, code, insists), admitted, "{attempts:?} {code}");
    }
    assert_eq!(bill(&[(NotSent, "a")]).admit_charge(99, "a", false), Charging::AmountDiffers(100));
}

#[test]
fn the_words_of_the_states_are_read_back() {
    for state in STATES {
        assert_eq!(ChargeState::read(state.word()), Some(state));
    }
    use RefundState::{Conflict, DecidedNotRefunded, DecidedRefunded, NotRefunded, Refunded};
    let refunds = [RefundState::Open, Refunded, NotRefunded, RefundState::NotSent, Conflict];
    for state in refunds.into_iter().chain([DecidedRefunded, DecidedNotRefunded]) {
        assert_eq!(RefundState::read(state.word()), Some(state));
    }
    assert_eq!((ChargeState::read("shut"), RefundState::read("shut")), (None, None));
}

/// Every bill of two attempts with the codes a and b, with every set of them reported.
fn pairs() -> impl Iterator<Item = Bill> {
    let told = [(false, false), (false, true), (true, false), (true, true)];
    STATES.into_iter().flat_map(move |first| {
        STATES.into_iter().flat_map(move |second| {
            told.into_iter().map(move |(first_told, second_told)| {
                let mut pair = bill(&[(first, "a"), (second, "b")]);
                pair.attempts[0].is_told = first_told;
                pair.attempts[1].is_told = second_told;
                pair
            })
        })
    })
}

#[test]
fn paid_is_told_once_and_to_no_one_who_scans_a_code_that_did_not_pay() {
    let mut told = 0;
    for bill in pairs() {
        let was_told = bill.attempts.iter().any(|attempt| attempt.is_told || attempt.state == DecidedPaid);
        for code in [None, Some("a"), Some("b"), Some("c")] {
            let has_paid = |code| bill.attempts.iter().any(|a| a.state == Paid && a.code == code);
            let is_first = !was_told && code.is_none_or(has_paid);
            let wanted = if is_first { Telling::First } else { Telling::Earlier };
            assert_eq!(bill.telling_to(code), wanted, "{bill:?} {code:?}");
            told += usize::from(is_first);
        }
        let wanted = if was_told { Telling::Earlier } else { Telling::First };
        assert_eq!(bill.telling(), wanted, "{bill:?}");
    }
    // Of 25 pairs without a decision that it was paid, one by number; and one for each attempt that was.
    assert_eq!(told, 25 + 10);
    assert_eq!(Bill::default().telling_to(None), Telling::First);
}
// Of 25 pairs without a decision that it was paid, one by number; and one for each attempt that was.
#[test]
fn a_decision_stands_unless_the_platform_has_shown_a_payment() {
    let last = |bill: &Bill, state| bill.attempts.iter().rposition(|attempt| attempt.state == state);
    for bill in pairs() {
        let wanted = match (last(&bill, Paid), last(&bill, DecidedPaid), last(&bill, Open)) {
            (Some(at), ..) => Standing::Paid(at),
            (None, Some(at), _) => Standing::Decided(at),
            (None, None, Some(at)) => Standing::Open(at),
            (None, None, None) => Standing::NotPaid,
        };
        assert_eq!(bill.standing(), wanted, "{bill:?}");
        let is_void = !bill.attempts.iter().any(|attempt| matches!(attempt.state, Open | Paid));
        assert_eq!(bill.is_void(), is_void, "{bill:?}");
        let to_void = Bill { to_void: true, ..bill };
        assert_eq!(to_void.standing(), Standing::RefundOpen);
    }
}

#[test]
fn a_refund_that_a_person_decided_counts_as_what_was_decided() {
    for (number, state, standing, left) in [
        ("R1", RefundState::DecidedRefunded, Standing::Paid(0), 60),
        ("R1", RefundState::DecidedNotRefunded, Standing::Paid(0), 100),
        ("void-1-1", RefundState::DecidedRefunded, Standing::Refunded(0), 0),
        ("void-1-1", RefundState::DecidedNotRefunded, Standing::Paid(0), 100),
    ] {
        let mut paid = bill(&[(Paid, "a")]);
        paid.refunds.push(refund(number, state, 40, "dm-a"));
        assert_eq!((paid.standing(), paid.captured_fen("dm-a")), (standing, left), "{number} {state:?}");
    }
}

#[test]
fn paid_that_nobody_has_heard_is_heard_only_while_the_bill_stands_so() {
    let mut paid = bill(&[(NotPaid, "a"), (Paid, "b")]);
    assert!(paid.may_be_heard());
    paid.refunds.push(refund("R1", RefundState::Refunded, 40, "dm-b"));
    assert!(paid.may_be_heard());
    assert!(!Bill { to_void: true, ..paid.clone() }.may_be_heard());
    for state in [RefundState::Open, RefundState::Conflict, RefundState::Refunded] {
        let mut back = paid.clone();
        back.refunds.push(refund("R2", state, 60, "dm-b"));
        assert!(!back.may_be_heard(), "{state:?}");
    }
    // A person has decided it about another attempt, or about one that the platform also reports as paid.
    assert!(!bill(&[(DecidedPaid, "a"), (Paid, "b")]).may_be_heard());
    assert!(!Bill { is_decided_paid: true, ..paid }.may_be_heard());
}

#[test]
fn a_person_who_decides_that_a_bill_is_paid_has_told_it_whatever_became_of_what_a_call_told() {
    let untold = bill(&[(Paid, "a")]);
    assert_eq!((untold.telling(), untold.is_told_by_person()), (Telling::First, false));
    for told in [bill(&[(DecidedPaid, "a")]), Bill { is_decided_paid: true, ..untold }] {
        assert_eq!((told.telling(), told.is_told_by_person()), (Telling::Earlier, true));
        assert_eq!(told.telling_to(Some("a")), Telling::Earlier);
    }
}

#[test]
fn attempts_count_as_paid_whoever_says_so() {
    assert_eq!(bill(&[]).paid_attempts(), 0);
    assert_eq!(bill(&[(Paid, "a"), (NotPaid, "b"), (DecidedPaid, "c"), (Open, "d")]).paid_attempts(), 2);
}

#[test]
fn a_decision_leaves_the_bill_as_it_would_stand() {
    let open = bill(&[(Open, "a"), (Paid, "b")]);
    let decided = open.clone().with_attempt(0, DecidedNotPaid);
    assert_eq!((decided.attempts[0].state, decided.attempts[1].state), (DecidedNotPaid, Paid));
    assert_eq!(open.clone().with_attempt(2, DecidedPaid), open);

    let mut asked = bill(&[(Paid, "a"), (Paid, "b")]);
    for (number, order) in [("R1", "dm-a"), ("R2", "dm-b")] {
        asked.refunds.push(refund(number, RefundState::Open, 100, order));
    }
    let part = asked.with_refund("R1", RefundState::DecidedRefunded);
    assert_eq!((part.captured_fen("dm-a"), part.is_void()), (0, false));
    assert!(part.with_refund("R2", RefundState::DecidedRefunded).is_void());
}
