//! The decisions a person may make about a row, and when.

use wsy::non_empty::NonEmpty;
use wsy::payment::bill::{Attempt, Bill, ChargeState, RefundState};
use wsy::payment::decision::{Undecidable, Verdict, waiting};
use wsy::payment::evidence::{Evidence, Said};
use wsy::payment::policy::Policy;
use wsy::payment::refund::Known;
use wsy::payment::row::{ChargeRow, RefundRow};

use crate::rows::{DAY, at, charge, refund};

const VERDICTS: [Verdict; 5] =
    [Verdict::Paid, Verdict::NotPaid, Verdict::Refunded, Verdict::NotRefunded, Verdict::Keep];

/// Long enough for a person to be allowed to decide.
fn quiet() -> Evidence {
    Evidence { ended: true, quiet: Policy::default().quiet_ms, ..Evidence::default() }
}

fn decided(row: &ChargeRow, verdict: Verdict) -> Result<ChargeRow, Undecidable> {
    row.decided(verdict, &quiet(), &Policy::default(), &at(5))
}

#[test]
fn the_words_of_the_verdicts_are_read_back() {
    for verdict in VERDICTS {
        assert_eq!(Verdict::read(verdict.word()), Some(verdict));
    }
    assert_eq!(Verdict::read("perhaps"), None);
}

#[test]
fn every_word_about_a_charge_in_every_state() {
    use ChargeState::{DecidedNotPaid, DecidedPaid, NotPaid, NotSent, Open, Paid};
    use Undecidable::{NotOpen, OtherKind};
    for state in [Open, Paid, NotPaid, NotSent, DecidedPaid, DecidedNotPaid] {
        for (to_void, is_unfinished) in [(false, false), (true, false), (false, true), (true, true)] {
            let row = ChargeRow { state, to_void, is_unfinished, ..charge() };
            let waits = to_void || is_unfinished;
            for verdict in VERDICTS {
                let wanted = match (verdict, state) {
                    (Verdict::Refunded | Verdict::NotRefunded, _) => Err(OtherKind),
                    (Verdict::Paid, Open) => Ok(DecidedPaid),
                    (Verdict::NotPaid, Open) => Ok(DecidedNotPaid),
                    (Verdict::Keep, Open) => Ok(Open),
                    (Verdict::Paid, Paid) if waits => Ok(Paid),
                    (Verdict::Keep, _) if waits => Ok(state),
                    _ => Err(NotOpen),
                };
                let found = decided(&row, verdict);
                let what = format!("{verdict:?} of {state:?}, {to_void} {is_unfinished}");
                assert_eq!(
                    found.as_ref().map(|row| row.state),
                    wanted.as_ref().map(|state| *state),
                    "{what}"
                );
                let Ok(found) = found else { continue };
                // Whether the wish ends depends on the whole bill.
                assert_eq!(found.to_void, to_void, "{what}");
                if found.state == state {
                    assert_eq!((found.ended_ms, &found.ended_day), (row.ended_ms, &row.ended_day), "{what}");
                } else {
                    assert_eq!((found.ended_ms, found.ended_day.as_deref()), (Some(5), Some(DAY)), "{what}");
                }
                // "Paid" means that the goods are handed over; keeping a payment does not.
                let is_told = (verdict, state) == (Verdict::Paid, Paid);
                assert_eq!(found.told_ms, is_told.then_some(5), "{what}");
                let is_kept = state == Paid && to_void;
                assert_eq!(found.is_unfinished, !is_told && (is_unfinished || is_kept), "{what}");
                assert_eq!(found.auth_code, row.auth_code, "{what}");
            }
        }
    }
}

#[test]
fn a_charge_is_decided_after_its_quiet_time_and_kept_at_any() {
    let policy = Policy::default();
    let row = ChargeRow { needs_person: NonEmpty::of("look"), ..charge() };
    for ended in [false, true] {
        let quiet_time = if ended { policy.quiet_ms } else { policy.crashed_quiet_ms };
        let early = Evidence { ended, quiet: quiet_time - 1, ..Evidence::default() };
        let late = Evidence { quiet: quiet_time, ..early.clone() };
        for verdict in [Verdict::Paid, Verdict::NotPaid] {
            let refused = row.decided(verdict, &early, &policy, &at(5));
            assert_eq!(refused.unwrap_err(), Undecidable::TooEarly(1));
            let decided = row.decided(verdict, &late, &policy, &at(5)).unwrap();
            assert_eq!(decided.needs_person, None);
        }
        let kept = row.decided(Verdict::Keep, &early, &policy, &at(5)).unwrap();
        assert_eq!((kept.needs_person.as_deref(), kept.ended_ms), (Some("look"), None));
    }
}

#[test]
fn nobody_decides_as_not_paid_what_was_said_to_be_paid_and_could_not_be_written() {
    let policy = Policy::default();
    let heard = Evidence { said: Said::Paid, ..quiet() };
    let row = charge();
    let decided = |row: &ChargeRow, verdict| row.decided(verdict, &heard, &policy, &at(5));
    assert_eq!(decided(&row, Verdict::NotPaid).unwrap_err(), Undecidable::NotOpen);
    assert_eq!(decided(&row, Verdict::Paid).unwrap().state, ChargeState::DecidedPaid);
    assert_eq!(decided(&row, Verdict::Keep).unwrap().state, ChargeState::Open);
    // A payment that is on record but still open was not confirmed since: a person has to be able to end it.
    let written = ChargeRow { evidence: heard.clone(), ..charge() };
    assert_eq!(decided(&written, Verdict::NotPaid).unwrap().state, ChargeState::DecidedNotPaid);
    for said in [Said::Nothing, Said::Paying, Said::PaidOtherwise] {
        let heard = Evidence { said, ..quiet() };
        assert!(row.decided(Verdict::NotPaid, &heard, &policy, &at(5)).is_ok(), "{said:?}");
    }
}

#[test]
fn when_a_payment_was_told_is_not_changed_by_a_decision() {
    let told = ChargeRow { state: ChargeState::Paid, told_ms: Some(3), is_unfinished: true, ..charge() };
    let decided = decided(&told, Verdict::Paid).unwrap();
    assert_eq!((decided.told_ms, decided.is_unfinished), (Some(3), false));
    let to_void = ChargeRow { to_void: true, is_unfinished: false, ..told };
    let kept = self::decided(&to_void, Verdict::Keep).unwrap();
    assert_eq!((kept.told_ms, kept.is_unfinished), (Some(3), false));
}

#[test]
fn every_word_about_a_refund_in_every_state() {
    use RefundState::{Conflict, DecidedNotRefunded, DecidedRefunded, NotRefunded, NotSent, Open, Refunded};
    let policy = Policy::default();
    let (early, late) = (policy.refund_quiet_ms - 1, policy.refund_quiet_ms);
    for state in [Open, Refunded, NotRefunded, NotSent, Conflict, DecidedRefunded, DecidedNotRefunded] {
        for verdict in VERDICTS {
            let wanted = |quiet| match (verdict, state) {
                (Verdict::Paid | Verdict::NotPaid, _) => Err(Undecidable::OtherKind),
                (Verdict::Keep, Open | Conflict) => Ok(state),
                (_, Open) if quiet < late => Err(Undecidable::TooEarly(1)),
                (Verdict::Refunded, Open | Conflict) => Ok(DecidedRefunded),
                (Verdict::NotRefunded, Open | Conflict) => Ok(DecidedNotRefunded),
                _ => Err(Undecidable::NotOpen),
            };
            for quiet in [early, late] {
                let row = RefundRow { state, ..refund() };
                let known = Known { quiet, ..Known::default() };
                let found = row.decided(verdict, &known, &policy, &at(5));
                assert_eq!(found.as_ref().map(|row| row.state), wanted(quiet).as_ref().map(|s| *s));
                if let Ok(found) = found
                    && found.state != state
                {
                    assert_eq!((found.ended_ms, found.ended_day.as_deref()), (Some(5), Some(DAY)));
                    assert!(!found.ends_wish(&captured()));
                    let void = RefundRow { out_refund_no: "void-1-1".to_owned(), ..found };
                    // Deciding that money went back does not mean that the rest of the bill is kept.
                    assert_eq!(void.ends_wish(&captured()), verdict == Verdict::NotRefunded);
                    assert!(void.ends_wish(&Bill::default()));
                }
            }
        }
        let is_decided = matches!(state, DecidedRefunded | DecidedNotRefunded);
        let void = RefundRow { state, out_refund_no: "void-1-1".to_owned(), ..refund() };
        assert_eq!(void.ends_wish(&Bill::default()), is_decided);
        let elsewhere = RefundRow { out_refund_no: "void-elsewhere-1-1".to_owned(), ..void };
        assert!(!elsewhere.ends_wish(&captured()));
    }
}

#[test]
fn only_a_word_for_the_whole_bill_ends_the_wish_to_undo_it() {
    let to_void = ChargeRow { to_void: true, ..charge() };
    for (verdict, of_a_part) in [(Verdict::Paid, true), (Verdict::Keep, true), (Verdict::NotPaid, false)] {
        let row = self::decided(&to_void, verdict).unwrap();
        assert_eq!(row.ends_wish(&captured()), of_a_part, "{verdict:?}");
        assert!(row.ends_wish(&Bill::default()), "{verdict:?}");
    }
}

/// A bill with a paid order.
fn captured() -> Bill {
    let paid = Attempt {
        state: ChargeState::Paid,
        fen: 100,
        order: Some("dm1".to_owned()),
        code: "a".to_owned(),
        is_told: false,
    };
    Bill { attempts: vec![paid], ..Bill::default() }
}

#[test]
fn what_waits_for_a_decision_is_open_unfinished_or_paid_and_to_be_undone() {
    use ChargeState::{NotPaid, Open, Paid};
    let row = |attempt, state, to_void, is_unfinished| ChargeRow {
        attempt,
        state,
        to_void,
        is_unfinished,
        ..charge()
    };
    for (rows, wanted) in [
        (vec![], &[][..]),
        (vec![row(1, Paid, false, false)], &[]),
        (vec![row(1, Paid, false, true), row(2, Open, false, false)], &[1, 2]),
        (vec![row(1, NotPaid, true, false), row(2, Open, true, false)], &[2]),
        (vec![row(1, Paid, true, false), row(2, NotPaid, true, false)], &[1]),
        // None of it is known to be paid, and yet it is to be voided.
        (vec![row(1, NotPaid, true, false), row(2, NotPaid, true, false)], &[2]),
        (vec![row(1, NotPaid, false, false)], &[]),
    ] {
        let found: Vec<_> = waiting(&rows).iter().map(|row| row.attempt).collect();
        assert_eq!(found, wanted);
    }
}
