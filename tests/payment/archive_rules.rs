//! A bill moves to the archive, and a code is forgotten, only when nothing can be asked about it any more.

use wsy::payment::archive::{
    DAYS_BEFORE_ARCHIVE, DAYS_OF_CODES, Outcome, Stay, WholeBill, is_before, may_forget_code,
};
use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::row::{ChargeRow, RefundRow};

use crate::rows::{DAY, charge, refund};

const NEXT: &str = "2026-11-23";

fn whole(charge: ChargeRow, refunds: Vec<RefundRow>) -> WholeBill {
    WholeBill {
        charges: vec![charge],
        refunds,
        last_day: DAY.to_owned(),
        is_compared: true,
        is_heard: true,
        has_alarm: false,
        is_entangled: false,
    }
}

fn paid() -> ChargeRow {
    ChargeRow { state: ChargeState::Paid, ..charge() }
}

#[test]
fn a_bill_goes_once_every_part_of_it_is_done_with() {
    assert_eq!(whole(paid(), Vec::new()).stays(DAY), None);
    assert_eq!(whole(paid(), Vec::new()).stays(NEXT), None);
    type Change = fn(&mut WholeBill);
    let wrong: [(Stay, Change); 10] = [
        (Stay::Open, |bill| bill.charges.clear()),
        (Stay::Open, |bill| bill.charges.push(charge())),
        (Stay::Open, |bill| bill.has_alarm = true),
        (Stay::ToVoid, |bill| bill.charges[0].to_void = true),
        (Stay::Unfinished, |bill| bill.charges[0].is_unfinished = true),
        (Stay::Unfinished, |bill| bill.is_heard = false),
        (Stay::Recent, |bill| bill.last_day = NEXT.to_owned()),
        (Stay::Recent, |bill| bill.last_day.clear()),
        (Stay::NotCompared, |bill| bill.is_compared = false),
        (Stay::Entangled, |bill| bill.is_entangled = true),
    ];
    for (stay, change) in wrong {
        let mut bill = whole(paid(), vec![RefundRow { state: RefundState::Refunded, ..refund() }]);
        assert_eq!(bill.stays(DAY), None);
        change(&mut bill);
        assert_eq!(bill.stays(DAY), Some(stay), "{bill:?}");
    }
}

#[test]
fn only_what_is_decided_goes() {
    for (state, goes) in [
        (ChargeState::Open, false),
        (ChargeState::Paid, true),
        (ChargeState::NotPaid, true),
        (ChargeState::NotSent, true),
        (ChargeState::DecidedPaid, true),
        (ChargeState::DecidedNotPaid, true),
    ] {
        let bill = whole(ChargeRow { state, ..charge() }, Vec::new());
        assert_eq!(bill.stays(DAY).is_none(), goes, "{state:?}");
    }
    for (state, goes) in [
        (RefundState::Open, false),
        (RefundState::Conflict, false),
        (RefundState::Refunded, true),
        (RefundState::NotRefunded, true),
        (RefundState::NotSent, true),
        (RefundState::DecidedRefunded, true),
        (RefundState::DecidedNotRefunded, true),
    ] {
        let bill = whole(paid(), vec![RefundRow { state, ..refund() }]);
        assert_eq!(bill.stays(DAY).is_none(), goes, "{state:?}");
    }
}

#[test]
fn days_are_counted_by_the_calendar() {
    assert!(is_before("2026-08-24", DAY, DAYS_BEFORE_ARCHIVE));
    assert!(!is_before("2026-08-25", DAY, DAYS_BEFORE_ARCHIVE));
    assert!(is_before("2024-02-28", "2024-03-01", 2));
    assert!(!is_before("2023-02-28", "2023-03-01", 2));
    assert!(!is_before("2999-01-01", DAY, 0));
    for nonsense in ["", "yesterday", "2026-13-01", "2026-01-32", "2026-01"] {
        assert!(!is_before(nonsense, DAY, 0) && !is_before(DAY, nonsense, 0), "{nonsense}");
    }
}

#[test]
fn a_code_is_kept_for_as_long_as_it_may_be_asked_by() {
    const { assert!(DAYS_OF_CODES <= DAYS_BEFORE_ARCHIVE) };
    let good = Outcome { state: ChargeState::NotPaid, ended_day: DAY, is_compared: true };
    let month_later = "2026-12-22";
    assert!(may_forget_code(&good, DAY, month_later));
    assert!(!may_forget_code(&good, DAY, "2026-12-21"), "too early");
    assert!(!may_forget_code(&good, "2026-11-21", month_later), "the day is open");
    let open = Outcome { state: ChargeState::Open, ..good };
    let not_compared = Outcome { is_compared: false, ..good };
    let no_outcome = Outcome { ended_day: "", ..good };
    for kept in [open, not_compared, no_outcome] {
        assert!(!may_forget_code(&kept, DAY, month_later), "{kept:?}");
    }
}
