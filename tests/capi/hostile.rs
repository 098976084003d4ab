//! A platform that says one thing and does another, whose book lags, that splits refunds, and whose bills
//! others change.

use std::num::NonZeroU32;

use wsy_sandbox::{Behaviour, BillOutcome, Call, DmId, Fault, FaultOrder, Fen, NewDevice, Says, Settings};

use crate::codes;
use crate::shop::{NEVER_QUIET, SOON, Setup, Shop, eventually};
use crate::till::{NONE, Pairs, Reply};

/// Long enough for the quiet time of a shop and three denials.
const PATIENT: Pairs<'static> = &[("deadline_ms", "2500")];

/// Sentences that decide nothing about a charge, one or two of each class.
const UNDECIDED: [&str; 9] = [
    "网络超时，请稍后查询支付结果",
    "Service Currently Unavailable",
    "该订单已支付",
    "每个二维码仅限使用一次，请刷新再试",
    "签名错误",
    "参数错误",
    "订单不存在",
    "没有听说过",
    "",
];

/// Sentences that decline a charge for good.
const FINAL: [&str; 3] = ["余额不足", "支付失败", "密码错误次数过多"];

fn patient_shop() -> Shop {
    Setup::default().option("quiet_ms", NEVER_QUIET).option("refund_quiet_ms", NEVER_QUIET).open()
}

fn needs_person(reply: &Reply) {
    assert_eq!((reply.text("state"), reply.code), ("open", codes::UNKNOWN));
    assert_ne!(reply.text("needs_person"), "", "{:#?}", reply.fields);
}

/// A bill whose customer is still typing the password; returns its order.
fn still_paying(shop: &Shop, bill: &str) -> String {
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
    order_of(shop, &code)
}

fn order_of(shop: &Shop, code: &str) -> String {
    shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap().dm_id.to_string()
}

fn customer_pays(shop: &Shop, dm_id: &str) {
    shop.control.set_bill_outcome(dm_id.parse::<DmId>().unwrap(), &BillOutcome::Paid).unwrap();
}

/// Moves the platform's clock on by hours, so that everything done before is old.
fn hours_pass(shop: &Shop) {
    let settings = shop.control.settings();
    shop.control.set_settings(Settings { clock_skew_s: settings.clock_skew_s + 4 * 3600, ..settings });
}

const HOUR: Fault = Fault::Stale { ms: 3_600_000 };

#[test]
fn whatever_a_charge_hears_it_is_paid_if_the_money_is_taken() {
    let shop = patient_shop();
    let at_once = || shop.wechat();
    let later = || shop.customer(Behaviour::AsksPassword { ms: 100 });
    let mut bill = 0;
    for sentence in UNDECIDED.iter().chain(&FINAL) {
        let says = Says::failed(sentence);
        let mut charged = |says: Says, code: String| {
            bill += 1;
            shop.once(Call::Micropay, Fault::Says(says));
            let reply = shop.till.micropay(&format!("B{bill}"), &code, 100 + bill, NONE).is(codes::PAID);
            shop.verify(&reply, &code, 100 + bill);
        };
        charged(says.clone().acting_after(0), at_once());
        charged(says.clone().of_own().acting_after(0), at_once());
        charged(says.clone().of_own().acting_after(0), later());
        if !FINAL.contains(sentence) {
            charged(says.acting_after(100), at_once());
        }
    }
    shop.agree();
}

#[test]
fn whatever_a_charge_hears_it_is_not_paid_if_the_platform_never_acts() {
    let shop = Shop::open_utf8();
    for (at, sentence) in UNDECIDED.iter().chain(&FINAL).enumerate() {
        shop.once(Call::Micropay, Fault::Says(Says::failed(sentence)));
        shop.till.micropay(&format!("B{at}"), &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    }
    assert!(shop.bills().is_empty());
    shop.agree();
}

#[test]
fn what_speaks_for_a_payment_is_not_taken_back_by_its_absence() {
    for says in [
        Says::failed("用户支付中，需要输入密码"),
        Says::failed("支付成功").ok("-1").of("dm7"),
        Says::failed("支付成功").ok("1").of("dm7").with("total", "99.99"),
        Says::failed("订单已退款"),
    ] {
        let shop = Shop::open_utf8();
        shop.once(Call::Micropay, Fault::Says(says));
        needs_person(&shop.till.micropay("B1", &shop.wechat(), 100, PATIENT));
    }
}

#[test]
fn a_final_decline_that_is_paid_after_all_raises_an_alarm() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::Says(Says::failed("余额不足")));
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    let other = shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE);
    other.is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    let alarms = shop.till.alarms().is(codes::OK);
    assert_eq!(alarms.list("alarm")[0].text("kind"), "paid_there");
}

#[test]
fn a_failed_question_decides_nothing_whichever_number_it_names() {
    let shop = patient_shop();
    let sentences = ["查询失败，请稍后重试", "查询过于频繁", "订单不存在", "签名错误", "没有听说过"];
    for (at, sentence) in sentences.into_iter().enumerate() {
        for (named, says) in
            [Says::failed(sentence), Says::failed(sentence).of_own(), Says::failed(sentence).of("dm7")]
                .into_iter()
                .enumerate()
        {
            let bill = format!("B{at}-{named}");
            let dm_id = still_paying(&shop, &bill);
            shop.always(Call::Query, Fault::Says(says));
            shop.till.settle(&bill, SOON).is(codes::UNKNOWN);
            shop.control.clear_faults();
            customer_pays(&shop, &dm_id);
            shop.till.settle(&bill, NONE).is(codes::PAID);
        }
    }
    shop.agree();
}

#[test]
fn the_order_of_another_bill_says_nothing_about_this_one() {
    let responses: [fn(&str) -> Says; 3] = [
        |theirs| Says::failed("支付失败").of(theirs),
        |theirs| Says::failed("用户支付中").ok("-1").of(theirs),
        |theirs| Says::failed("支付成功").ok("1").of(theirs).with("total", "1.00"),
    ];
    for response in responses {
        let shop = Shop::open_utf8();
        let theirs = shop.sell("A", 100).text("dm_id").to_owned();
        shop.once(Call::Micropay, Fault::Says(response(&theirs)));
        shop.till.micropay("B", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
        let code = shop.wechat();
        shop.once(Call::Micropay, Fault::Says(response(&theirs).acting_after(0)));
        shop.once(Call::Query, Fault::Says(response(&theirs)));
        let reply = shop.till.micropay("C", &code, 100, NONE).is(codes::PAID);
        assert_ne!(reply.text("dm_id"), theirs);
        shop.verify(&reply, &code, 100);
        shop.agree();
    }
}

#[test]
fn a_response_that_contradicts_itself_proves_nothing() {
    let paid = || Says::failed("支付成功").ok("1").of_own().with("total", "1.00");
    let failed = || Says::failed("余额不足").of_own();
    for says in [
        paid().with("OK", "0"),
        paid().with_element("0"),
        failed().with("OK", "1"),
        failed().with_element("1"),
    ] {
        let shop = patient_shop();
        let code = shop.customer(Behaviour::NeverAnswers);
        shop.once(Call::Micropay, Fault::Says(says.clone().acting_after(0)));
        shop.always(Call::Query, Fault::Says(says));
        shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
        shop.control.clear_faults();
        customer_pays(&shop, &order_of(&shop, &code));
        shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    }
}

#[test]
fn a_replica_that_does_not_know_the_order_yet_is_asked_again() {
    let shop = patient_shop();
    for (at, fault) in
        [Fault::ResponseLost, Fault::Says(Says::failed("系统繁忙").acting_after(0))].into_iter().enumerate()
    {
        let code = shop.wechat();
        shop.once(Call::Micropay, fault);
        shop.control.add_fault(FaultOrder::once(Call::Query, HOUR).times(5));
        let reply = shop.till.micropay(&format!("B{at}"), &code, 100, NONE).is(codes::PAID);
        shop.verify(&reply, &code, 100);
    }
    shop.agree();
}

#[test]
fn an_order_that_is_gone_from_a_reading_and_there_again_was_always_there() {
    let shop = Shop::open_utf8();
    let dm_id = still_paying(&shop, "B1");
    shop.always(Call::Query, HOUR);
    needs_person(&shop.till.settle("B1", PATIENT));
    shop.control.clear_faults();
    customer_pays(&shop, &dm_id);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.agree();
}

#[test]
fn a_refund_that_the_bill_does_not_show_yet_is_not_made_a_second_time() {
    for fault in
        [None, Some(Fault::ResponseLost), Some(Fault::Says(Says::failed("退款处理中").acting_after(0)))]
    {
        let shop = patient_shop();
        shop.sell("B1", 1000);
        hours_pass(&shop);
        shop.always(Call::Read, HOUR);
        fault.into_iter().for_each(|fault| shop.once(Call::Refund, fault));
        shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
        shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
        shop.silent(|| shop.till.refund("R2", "B1", 300, NONE).is(codes::ERR_REFUND_OPEN));
        shop.control.clear_faults();
        shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
        assert_eq!(shop.sent(Call::Refund).len(), 1);
        shop.agree();
    }
}

#[test]
fn a_refund_in_processing_is_made_later_or_waits_for_a_person_but_is_never_not_made() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    shop.sell("B1", 1000);
    for (refund, says) in [
        ("R1", Says::failed("退款处理中，请稍后查询").acting_after(300)),
        ("R2", Says::failed("退款申请已提交").of_own().acting_after(300)),
    ] {
        shop.once(Call::Refund, Fault::Says(says));
        shop.till.refund(refund, "B1", 100, NONE).is(codes::REFUNDED);
    }
    shop.agree();
    shop.once(Call::Refund, Fault::Says(Says::failed("退款处理中")));
    shop.till.refund("R3", "B1", 100, PATIENT).is(codes::UNKNOWN);
    shop.till.refund("R4", "B1", 100, NONE).is(codes::ERR_REFUND_OPEN);
}

#[test]
fn a_refund_hears_any_sentence_and_the_bill_decides() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let sentences = ["系统繁忙", "签名错误", "退款金额超出", "没有听说过", "订单不存在"];
    for (at, sentence) in sentences.into_iter().enumerate() {
        let bill = format!("B{at}");
        shop.sell(&bill, 1000);
        shop.once(Call::Refund, Fault::Says(Says::failed(sentence)));
        shop.till.refund(&format!("lost-{at}"), &bill, 100, NONE).is(codes::NOT_REFUNDED);
        shop.once(Call::Refund, Fault::Says(Says::failed(sentence).of_own().acting_after(0)));
        shop.till.refund(&format!("made-{at}"), &bill, 100, NONE).is(codes::REFUNDED);
    }
    shop.agree();
}

#[test]
fn a_refund_in_several_lines_is_made_if_it_was_accepted_and_a_conflict_if_nothing_was_said() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    shop.control.set_settings(Settings { refund_lines: NonZeroU32::new(3), ..Settings::default() });
    shop.sell("B1", 1000);
    shop.till.refund("R1", "B1", 400, NONE).is(codes::REFUNDED);
    shop.agree();
    shop.sell("B2", 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    let reply = shop.till.refund("R2", "B2", 400, NONE).is(codes::UNKNOWN);
    assert_eq!(reply.text("state"), "conflict");
}

#[test]
fn a_reading_from_before_another_refund_proves_nothing_with_its_line() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    shop.sell("B1", 1000);
    hours_pass(&shop);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.once(Call::Read, HOUR);
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::NOT_REFUNDED);
    shop.agree();
}

#[test]
fn the_back_office_may_refund_before_between_and_after_our_readings() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let office = |refund_fen, after| Fault::BackOffice { refund_fen: Fen(refund_fen), after };
    let moments =
        [(Call::Read, 0, false), (Call::Read, 0, true), (Call::Refund, 0, true), (Call::Read, 1, false)];
    for (at, (call, skip, after)) in moments.into_iter().enumerate() {
        let bill = format!("B{at}");
        shop.sell(&bill, 1000);
        shop.control.add_fault(FaultOrder::once(call, office(200, after)).after(skip));
        let reply = shop.till.refund(&format!("R{at}"), &bill, 300, NONE).is(codes::REFUNDED);
        let booked = shop.bills().into_iter().find(|bill| bill.dm_id.to_string() == reply.text("dm_id"));
        let lines = booked.unwrap().refunds;
        let ours = lines.iter().find(|line| line.refund_fen == Fen(300)).unwrap();
        assert_eq!((lines.len(), reply.text("refund_id")), (2, ours.pay_id.as_str()));
    }

    shop.sell("C", 1000);
    shop.once(Call::Read, office(800, false));
    shop.till.refund("RC", "C", 300, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    shop.sell("D", 1000);
    shop.once(Call::Refund, office(800, false));
    shop.till.refund("RD", "D", 300, NONE).is(codes::NOT_REFUNDED);
    shop.agree();
}

#[test]
fn a_bill_that_only_its_own_device_may_see_is_not_lost_to_another() {
    let shop = Shop::open_utf8();
    shop.control.set_settings(Settings { own_device_only: true, ..Settings::default() });
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    shop.sell("B2", 1000);
    let second = shop.control.add_device(NewDevice::default()).unwrap();
    shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
    needs_person(&shop.till.settle("B1", PATIENT));
    let sent = shop.sent(Call::Refund).len();
    assert!(shop.till.refund("R1", "B2", 300, NONE).code < -100, "an error, and nothing is sent");
    assert_eq!(shop.sent(Call::Refund).len(), sent);
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    shop.till.refund("R1", "B2", 300, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_second_delivery_meets_what_the_first_has_done() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    for (at, ms) in [0, 100].into_iter().enumerate() {
        let (bill, refund, code) = (format!("B{at}"), format!("R{at}"), shop.wechat());
        shop.once(Call::Micropay, Fault::DeliveredTwice { first: false, ms });
        shop.verify(&shop.till.micropay(&bill, &code, 1000, NONE).is(codes::PAID), &code, 1000);
        shop.once(Call::Refund, Fault::DeliveredTwice { first: false, ms });
        shop.till.refund(&refund, &bill, 1000, NONE).is(codes::REFUNDED);
    }
    shop.agree();
}

#[test]
fn a_refund_that_a_proxy_repeats_is_found_by_reconciling() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1000);
    shop.once(Call::Refund, Fault::DeliveredTwice { first: true, ms: 300 });
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    eventually("the second delivery is made", || shop.bill().refunds.len() == 2);
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!(found.number("differences"), 1);
    assert_eq!(found.list("difference")[0].number("there_fen"), 600);
}

#[test]
fn a_leftover_response_on_a_kept_connection_is_nobodys() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    let paid = |dm_id: &str| {
        format!(
            "<dm ok=\"1\" info=\"支付成功\" dm_id=\"{dm_id}\" total=\"1.00\" pay_type=\"4\" pay_id=\"4200\"/>"
        )
    };
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    let dm_id = order_of(&shop, &code);
    shop.always(Call::Query, Fault::Leftover { body: paid(&dm_id) });
    shop.till.settle("B1", &[("deadline_ms", "1000")]).is(codes::UNKNOWN);
    assert!(shop.sent(Call::Query).len() > 3, "it went on asking");
    shop.control.clear_faults();
    shop.set_outcome(&BillOutcome::Failed { info: "支付失败:用户取消支付".to_owned() });
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
    shop.agree();
}
