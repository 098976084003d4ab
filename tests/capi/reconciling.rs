//! Comparing a day of the ledger with the platform's book, and the alarms that result.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, FaultOrder};

use crate::codes;
use crate::decisions::in_time;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Page, Reply};

fn kinds(reply: &Reply) -> Vec<String> {
    reply.list("difference").iter().map(|difference| difference.text("kind").to_owned()).collect()
}

/// A bill that was reported as not paid, and for which the platform then took the money.
fn paid_late(shop: &Shop, bill: &str) {
    shop.till.micropay(bill, &shop.customer(Behaviour::NoMoney), 1250, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
}

#[test]
fn a_day_on_which_both_agree_has_no_differences() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.sell("B2", 200);
    shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 300, NONE).is(codes::NOT_PAID);
    shop.till.refund("R1", "B2", 50, NONE).is(codes::REFUNDED);
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(kinds(&found), [""; 0]);
    assert_eq!((found.number("asked"), found.number("unanswered"), found.number("differences")), (3, 0, 0));
    shop.agree();
}

#[test]
fn reconciling_sends_questions_only() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 300, NONE).is(codes::NOT_PAID);
    shop.control.clear_requests();
    shop.till.reconcile("").is(codes::OK);
    assert_eq!(shop.sent(Call::Micropay).len() + shop.sent(Call::Refund).len(), 0);
    assert_eq!(shop.sent(Call::Read).len() + shop.sent(Call::Query).len(), 2);
}

#[test]
fn a_late_success_is_found_and_its_alarm_stays_until_it_is_acknowledged() {
    for page in Page::BOTH {
        let mut shop = Setup::default().page(page).open();
        paid_late(&shop, "B1");
        assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);

        let found = shop.till.reconcile("").is(codes::OK);
        assert_eq!(kinds(&found), ["paid_there"]);
        let difference = &found.list("difference")[0];
        assert_eq!(difference.text("out_trade_no"), "B1");
        assert_eq!(difference.text("dm_id"), shop.bill().dm_id.to_string());
        assert_eq!((difference.number("here_fen"), difference.number("there_fen")), (0, 1250));
        assert!(difference.text("message_zh").contains("平台后来收到了这笔款"));
        // An earlier report stays.
        assert_eq!(shop.till.find("B1").is(codes::OK).list("charge")[0].text("state"), "not_paid");

        shop.till.reconcile("").is(codes::OK);
        shop.till.close().is(codes::OK);
        let opened = shop.start_again().is(codes::OK);
        assert_eq!(opened.number("alarms"), 1);
        assert_eq!(opened.text("message_zh"), "有 1 条警报。");
        assert_eq!(found.text("message_en"), "1 alarm.");
        assert!(difference.text("hint_zh").contains("wsy_refund"));
        let alarms = shop.till.alarms().is(codes::OK);
        assert_eq!(alarms.list("alarm").len(), 1);
        let alarm = &alarms.list("alarm")[0];
        assert_eq!((alarm.text("kind"), alarm.text("there")), ("paid_there", "12.50"));

        let id = i32::try_from(alarm.number("id")).unwrap();
        shop.till.acknowledge(id, " ").is(codes::ERR_ARGUMENT);
        shop.till.acknowledge(id + 1, "店长").is(codes::ERR_NO_ALARM);
        shop.till.acknowledge(id, "店长").is(codes::OK);
        shop.till.acknowledge(id, "店长").is(codes::ERR_NO_ALARM);
        assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
        // It is still a difference, but nobody is alerted a second time.
        assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["paid_there"]);
        assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
        // It is one bill, though it is asked about as an attempt and as the order that was paid.
        for call in [Call::Query, Call::Read] {
            shop.always(call, Fault::Html);
        }
        let silence = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
        assert_eq!((silence.number("unanswered"), silence.list("unanswered").len()), (1, 1));
    }
}

#[test]
fn a_payment_that_the_platform_no_longer_has_raises_an_alarm() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.set_outcome(&BillOutcome::Failed { info: "订单已关闭".into() });
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["paid_not_there"]);
    assert_eq!(shop.till.alarms().is(codes::OK).list("alarm")[0].text("out_trade_no"), "B1");
}

#[test]
fn one_response_that_is_out_of_date_raises_no_alarm() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Read, Fault::NotFound);
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
}

#[test]
fn a_refund_of_the_back_office_is_told_and_is_no_alarm() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.refund("R1", "B1", 20, NONE).is(codes::REFUNDED);
    shop.control.refund_bill(shop.bill().dm_id, wsy_sandbox::Fen(30)).unwrap();
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(kinds(&found), ["refunded_elsewhere"]);
    let difference = &found.list("difference")[0];
    assert_eq!((difference.number("here_fen"), difference.number("there_fen")), (20, 50));
    assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
}

#[test]
fn what_reconciling_finds_refunded_elsewhere_counts_as_refunded_from_then_on() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.control.refund_bill(shop.bill().dm_id, wsy_sandbox::Fen(100)).unwrap();
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["refunded_elsewhere"]);
    shop.silent(|| {
        shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
        shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_ALREADY_REFUNDED);
        shop.till.refund("R1", "B1", 1, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    });
    shop.till.void("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    // It is on record now, and no longer a difference.
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
}

#[test]
fn a_part_that_was_refunded_elsewhere_and_the_rest_that_is_refunded_here_are_the_whole_bill() {
    for by_void in [false, true] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        for fen in [10, 20] {
            shop.control.refund_bill(shop.bill().dm_id, wsy_sandbox::Fen(fen)).unwrap();
            let found = shop.till.reconcile("").is(codes::OK);
            assert_eq!(kinds(&found), ["refunded_elsewhere"]);
        }
        shop.silent(|| shop.till.refund("R1", "B1", 71, NONE).is(codes::ERR_REFUND_TOO_MUCH));
        shop.silent(|| shop.till.settle("B1", NONE).is(codes::PAID_EARLIER));
        let refunded = match by_void {
            true => shop.till.void("B1", NONE),
            false => shop.till.refund("R1", "B1", 70, NONE),
        };
        assert_eq!(refunded.is(codes::REFUNDED).number("refund_fen"), 70);
        shop.silent(|| shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED));
        assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    }
}

#[test]
fn what_was_refunded_elsewhere_of_a_bill_that_a_person_decided_as_paid_counts() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    in_time(|| shop.till.decide("B1", 0, "paid")).is(codes::OK);
    shop.set_outcome(&BillOutcome::Paid);
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    let dm_id = shop.bill().dm_id;
    shop.control.refund_bill(dm_id, wsy_sandbox::Fen(40)).unwrap();
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(kinds(&found), ["refunded_elsewhere"]);
    let decided = shop.silent(|| shop.till.settle("B1", NONE).is(codes::DECIDED));
    assert_eq!(decided.number("refunded_fen"), 40);
    // It is on record now and no longer a difference.
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    shop.silent(|| {
        shop.till.refund_order("R1", "", &dm_id.to_string(), 61).is(codes::ERR_REFUND_TOO_MUCH);
    });
    shop.control.refund_bill(dm_id, wsy_sandbox::Fen(60)).unwrap();
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["refunded_elsewhere"]);
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED));
}

#[test]
fn a_refund_that_was_reported_as_not_made_and_turns_up_raises_an_alarm() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let dm_id = shop.bill().dm_id;
    shop.once(Call::Refund, Fault::Response { body: r#"<dm ok="0" info="超过退款期限"/>"#.to_owned() });
    shop.till.refund("R1", "B1", 40, NONE).is(codes::NOT_REFUNDED);
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    // The platform has made it after all; on the bill it could be anybody's refund.
    shop.control.refund_bill(dm_id, wsy_sandbox::Fen(40)).unwrap();
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(kinds(&found), ["refunded_elsewhere", "refund_there"]);
    assert_eq!(found.list("difference")[1].text("out_refund_no"), "R1");
    // The money is recorded as refunded; the wrong report on R1 remains a difference.
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["refund_there"]);
    let alarms = shop.till.alarms().is(codes::OK);
    assert_eq!((alarms.number("alarms"), alarms.list("alarm")[0].text("kind")), (1, "refund_there"));
    shop.silent(|| shop.till.refund("R2", "B1", 61, NONE).is(codes::ERR_REFUND_TOO_MUCH));
}

#[test]
fn one_response_that_shows_a_refund_of_the_back_office_keeps_nothing() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 100).text("dm_id").to_owned();
    let body = format!(
        "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_total=\"1.00\" refund_total=\"-1.00\">\
         <pay pay_type=\"4\" pay_total=\"-1.00\" pay_time=\"2026-11-22 12:00:00\" pay_id=\"x\"/></dm>"
    );
    shop.once(Call::Read, Fault::Response { body });
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), [""; 0]);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

#[test]
fn a_code_that_was_declined_here_and_has_paid_another_amount_raises_an_alarm() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    let paid = r#"<dm ok="1" dm_id="dm7" total="1.01" pay_type="4"/>"#;
    shop.always(Call::Query, Fault::Response { body: paid.to_owned() });
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(kinds(&found), ["maybe_paid_there"]);
    assert_eq!(found.list("difference")[0].number("there_fen"), 101);
    let alarms = shop.till.alarms().is(codes::OK);
    let alarm = &alarms.list("alarm")[0];
    assert_eq!((alarm.text("out_trade_no"), alarm.text("dm_id")), ("B1", "dm7"));
    // A person finds out whose order it is: the bill is not reported as paid by it.
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
}

#[test]
fn what_is_open_is_told_as_undecided() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["undecided"]);
}

#[test]
fn a_bill_without_a_response_is_named_and_the_others_are_still_asked_about() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.sell("B2", 100);
    shop.once(Call::Read, Fault::Html);
    let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert_eq!((found.number("asked"), found.number("unanswered")), (1, 1));
    assert_eq!(found.list("unanswered").len(), 1);
    shop.till.reconcile("").is(codes::OK);
}

#[test]
fn a_walk_that_was_started_shows_how_far_it_is_and_can_be_ended() {
    let shop = Shop::open_utf8();
    for n in 0..3 {
        shop.sell(&format!("B{n}"), 100);
    }
    shop.till.reconcile_start(0, "").is(codes::PENDING);
    let found = shop.till.wait(0).is(codes::OK);
    assert_eq!(found.number("asked"), 3);
    shop.till.void_payment(0).is(codes::ERR_ARGUMENT);
    shop.till.free_payment(0).is(codes::OK);

    // The second query is held: the first one has been answered.
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::Held).after(1));
    shop.till.reconcile_start(1, "").is(codes::PENDING);
    eventually("the first bill was asked about", || shop.till.cashier(1, codes::EN) == "Reconciling, 1 of 3");
    assert_eq!(shop.till.cashier(1, codes::ZH), "正在对账，1/3");
    eventually("the second bill is asked about", || shop.sent(Call::Read).len() == 5);
    shop.till.cancel(1).is(codes::OK);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::ERR_CANCELLED);
}

#[test]
fn a_day_has_to_be_one() {
    let shop = Shop::open_utf8();
    shop.till.reconcile("2026-02-30").is(codes::ERR_ARGUMENT);
    shop.silent(|| assert_eq!(shop.till.reconcile("2020-02-29").is(codes::OK).number("asked"), 0));
}

#[test]
fn a_paid_bill_of_which_the_platform_says_refunded_is_no_bill_that_is_not_there() {
    for info in ["订单已退款", "订单已全额退款", "订单已部分退款"] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 300, NONE).is(codes::NOT_PAID);
        let refunded = Fault::Response { body: format!("<dm ok=\"0\" info=\"{info}\"/>") };
        shop.always(Call::Query, refunded);
        let found = shop.till.reconcile("");
        assert!(!kinds(&found).contains(&"paid_not_there".to_owned()), "{found:#?}");
        // For the bill that was reported as not paid it is not a confirmation.
        assert_eq!(found.list("unanswered")[0].text("out_trade_no"), "B2", "{info}");
    }
}
