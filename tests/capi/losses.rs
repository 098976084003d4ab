//! Behaviour of a platform on ordinary days, and the reports it requires. Each of these lost money once.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use wsy_sandbox::{
    Behaviour, BillOutcome, BillStateWord, Call, DeviceKey, DmId, Fault, FaultOrder, Fen, NewDevice, Options,
    Sandbox,
};

use crate::codes;
use crate::shop::{NEVER_QUIET, SOON, Setup, Shop};
use crate::till::{NONE, Pairs, Reply};

/// Long enough for every quiet time of these tests.
const PATIENT: Pairs<'static> = &[("deadline_ms", "2500")];

fn says(info: &str) -> Fault {
    Fault::Response { body: format!("<dm ok=\"0\" info=\"{info}\"/>") }
}

fn says_of(info: &str, dm_id: &str) -> Fault {
    Fault::Response { body: format!("<dm ok=\"0\" info=\"{info}\" dm_id=\"{dm_id}\"/>") }
}

fn paid(dm_id: &str, yuan: &str) -> Fault {
    let attributes =
        format!("dm_id=\"{dm_id}\" total=\"{yuan}\" pay_type=\"4\" pay_time=\"2026-11-22 10:00:00\"");
    Fault::Response {
        body: format!("<dm ok=\"1\" info=\"支付成功\" {attributes} pay_id=\"4200\" no=\"\"/>")
    }
}

/// A bill of 10 yuan with these refunds.
fn bill_of(dm_id: &str, refunds: &[(&str, &str)]) -> Fault {
    let all: i64 = refunds.iter().map(|(_, yuan)| fen(yuan)).sum();
    let total =
        if all > 0 { format!(" refund_total=\"-{}.{:02}\"", all / 100, all % 100) } else { String::new() };
    let mut body = format!(
        "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"10.00\" pay_time=\"2026-11-22 10:00:00\" no=\"\"{total}>"
    );
    for (id, yuan) in refunds {
        body += &format!(
            "<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"-{yuan}\" pay_time=\"2099-11-22 11:00:00\" pay_id=\"{id}\"/>"
        );
    }
    Fault::Response { body: body + "</dm>" }
}

fn fen(yuan: &str) -> i64 {
    yuan.replace('.', "").parse().unwrap()
}

fn is_open_with_a_person(reply: &Reply) {
    assert_eq!((reply.text("state"), reply.code), ("open", codes::UNKNOWN));
    assert_ne!(reply.text("needs_person"), "", "{:#?}", reply.fields);
}

/// A bill whose customer is still typing the password; returns its order.
fn still_paying(shop: &Shop, bill: &str, fen: i32) -> String {
    let before = shop.bills();
    shop.till.micropay(bill, &shop.customer(Behaviour::NeverAnswers), fen, SOON).is(codes::UNKNOWN);
    let new = shop.bills().into_iter().find(|b| before.iter().all(|old| old.dm_id != b.dm_id));
    new.unwrap().dm_id.to_string()
}

fn customer_pays(shop: &Shop, dm_id: &str) {
    shop.control.set_bill_outcome(dm_id.parse::<DmId>().unwrap(), &BillOutcome::Paid).unwrap();
}

/// The money that the platform still has from all bills.
fn captured(shop: &Shop) -> i64 {
    let paid = shop.bills().into_iter().filter(|bill| bill.state == BillStateWord::Paid);
    paid.map(|bill| bill.total_fen.0 - bill.refunds.iter().map(|refund| refund.refund_fen.0).sum::<i64>())
        .sum()
}

#[test]
fn a_decline_that_speaks_of_trouble_or_of_an_earlier_use_decides_nothing() {
    for sentence in [
        "网络超时，请稍后查询支付结果",
        "接口返回错误",
        "银行端超时",
        "通道异常",
        "支付结果未知",
        "交易已被支付",
        "每个二维码仅限使用一次，请刷新再试",
        "Service Currently Unavailable",
        "没有听说过",
    ] {
        let shop = Setup::default().option("quiet_ms", NEVER_QUIET).open();
        let code = shop.wechat();
        let body = format!("<dm ok=\"0\" info=\"{sentence}\"/>");
        shop.once(Call::Micropay, Fault::ResponseAfter { body });
        shop.once(Call::Query, Fault::NotFound);
        shop.verify(&shop.till.micropay("B1", &code, 1234, NONE).is(codes::PAID), &code, 1234);
        shop.agree_on_one_capture("B1");
    }
}

#[test]
fn a_question_that_fails_is_no_failed_payment() {
    for sentence in ["查询失败，请稍后重试", "查询过于频繁", "订单不存在"] {
        let shop = Shop::open_utf8();
        let dm_id = still_paying(&shop, "B1", 100);
        shop.once(Call::Query, says_of(sentence, &dm_id));
        shop.till.settle("B1", SOON).is(codes::UNKNOWN);
        customer_pays(&shop, &dm_id);
        shop.till.settle("B1", NONE).is(codes::PAID);
        shop.agree_on_one_capture("B1");
    }
}

#[test]
fn a_bill_that_was_being_paid_is_not_taken_back_by_what_is_not_its_failure() {
    let responses: [fn(&Shop, &str); 5] = [
        |shop, _| shop.always(Call::Query, says_of("支付失败", "dm7")),
        |shop, ours| shop.always(Call::Query, says_of("该订单已支付", ours)),
        |shop, _| shop.always(Call::Query, says("订单不存在")),
        |shop, ours| shop.always(Call::Query, paid(ours, "99.99")),
        |shop, ours| {
            shop.once(Call::Query, paid(ours, "99.99"));
            shop.always(Call::Query, says("订单不存在"));
        },
    ];
    for response in responses {
        // A bill that is watched for ten quiet times needs a person.
        let mut shop = Setup::default().option("quiet_ms", "100").open();
        let dm_id = still_paying(&shop, "B1", 100);
        response(&shop, &dm_id);
        is_open_with_a_person(&shop.till.settle("B1", PATIENT));
        shop.till.close().is(codes::OK);
        shop.start_again().is(codes::OK);
        shop.till.recover(PATIENT).is(codes::OK);
        let listed = shop.till.unresolved().is(codes::OK);
        assert_ne!(listed.list("charge")[0].text("needs_person"), "");
        shop.control.clear_faults();
        customer_pays(&shop, &dm_id);
        shop.till.settle("B1", NONE).is(codes::PAID);
        shop.agree_on_one_capture("B1");
    }
}

#[test]
fn another_amount_and_then_nothing_needs_a_person() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, paid("dm7", "99.99"));
    shop.always(Call::Query, Fault::NotFound);
    is_open_with_a_person(&shop.till.micropay("B1", &shop.wechat(), 100, PATIENT));
    is_open_with_a_person(&shop.till.settle("B1", PATIENT));
}

#[test]
fn the_order_of_an_open_bill_pays_no_other() {
    let shop = Shop::open_utf8();
    let first = still_paying(&shop, "A", 100);
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, paid(&first, "1.00"));
    is_open_with_a_person(&shop.till.micropay("B", &code, 100, PATIENT));
    shop.control.clear_faults();
    customer_pays(&shop, &first);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.settle("A", NONE).is(codes::PAID).text("dm_id"), first);
    shop.verify(&shop.till.settle("B", NONE).is(codes::PAID), &code, 100);
    shop.agree();
}

#[test]
fn an_accepted_refund_that_the_bill_does_not_show_is_never_told_as_not_made() {
    let mut shop = Setup::default().option("refund_quiet_ms", "200").open();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.control.add_fault(FaultOrder::always(Call::Read, bill_of(&dm_id, &[])).after(1));
    shop.till.refund("R1", "B1", 300, PATIENT).is(codes::UNKNOWN);
    shop.till.refund("R1", "B1", 300, PATIENT).is(codes::UNKNOWN);
    shop.silent(|| shop.till.refund("R2", "B1", 300, NONE).is(codes::ERR_REFUND_OPEN));
    shop.till.close().is(codes::OK);
    shop.start_again().is(codes::OK);
    shop.till.recover(PATIENT).is(codes::OK);
    shop.till.refund("R1", "B1", 300, PATIENT).is(codes::UNKNOWN);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::ERR_REFUND_OPEN);
    shop.control.clear_faults();
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_refund_that_is_being_processed_is_one_that_was_accepted() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let body = "<dm ok=\"0\" info=\"退款处理中，请稍后查询\"/>".to_owned();
    shop.once(Call::Refund, Fault::ResponseAfter { body });
    shop.control.add_fault(FaultOrder::once(Call::Read, bill_of(&dm_id, &[])).after(1).times(12));
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_line_of_the_bill_is_the_proof_of_one_refund_only() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.once(Call::Read, bill_of(&dm_id, &[]));
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::NOT_REFUNDED);
    shop.agree();
}

#[test]
fn a_refund_in_two_lines_is_a_conflict_and_one_that_was_accepted_is_made() {
    for (accepted, told) in [(false, codes::UNKNOWN), (true, codes::REFUNDED)] {
        let shop = Setup::default().option("refund_quiet_ms", "200").open();
        let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
        let fault = if accepted { says("退款申请已提交") } else { Fault::RequestLost };
        shop.once(Call::Refund, fault);
        let split = bill_of(&dm_id, &[("r1", "3.00"), ("r2", "1.00")]);
        shop.control.add_fault(FaultOrder::always(Call::Read, split).after(1));
        let reply = shop.till.refund("R1", "B1", 400, NONE).is(told);
        assert_eq!(reply.text("state"), if accepted { "refunded" } else { "conflict" });
    }
}

/// A bill with two paid orders, the result of a caller who insists.
fn paid_twice(shop: &Shop) -> [String; 2] {
    let first = still_paying(shop, "B1", 100);
    let insist = [("insist", "may_charge_twice")];
    let second =
        shop.till.micropay("B1", &shop.wechat(), 100, &insist).is(codes::PAID).text("dm_id").to_owned();
    [first, second]
}

#[test]
fn a_bill_that_was_paid_twice_is_void_when_both_orders_are_refunded() {
    let shop = Shop::open_utf8();
    let [first, _] = paid_twice(&shop);
    customer_pays(&shop, &first);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(captured(&shop), 200);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.agree();
}

#[test]
fn a_bill_of_which_one_of_two_orders_is_refunded_is_still_paid() {
    let shop = Shop::open_utf8();
    let [first, second] = paid_twice(&shop);
    customer_pays(&shop, &first);
    shop.till.recover(NONE).is(codes::OK);
    shop.till.refund_order("R1", "", &second, 100).is(codes::REFUNDED);
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).text("dm_id"), first);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.agree();
}

#[test]
fn a_void_is_not_done_while_an_attempt_is_open() {
    let shop = Shop::open_utf8();
    let [first, _] = paid_twice(&shop);
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    shop.till.settle("B1", SOON).is(codes::ERR_REFUND_OPEN);
    customer_pays(&shop, &first);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    shop.agree();
}

#[test]
fn while_the_refund_of_a_void_is_open_the_bill_is_neither_paid_nor_charged() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 1000, NONE).is(codes::PAID).text("dm_id").to_owned();
    shop.control.add_fault(FaultOrder::always(Call::Read, bill_of(&dm_id, &[])).after(1));
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN));
    shop.silent(|| shop.till.micropay("B1", &code, 1000, NONE).is(codes::ERR_REFUND_OPEN));
    let other = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &other, 1000, NONE).is(codes::ERR_REFUND_OPEN));
    shop.control.clear_faults();
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
}

#[test]
fn a_void_refunds_what_the_back_office_has_left() {
    let mut shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(300)).unwrap();
    assert_eq!(shop.till.void("B1", NONE).is(codes::REFUNDED).number("refund_fen"), 700);
    assert_eq!(captured(&shop), 0);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    let all = shop.sell("B2", 1000).text("dm_id").to_owned();
    shop.control.refund_bill(all.parse::<DmId>().unwrap(), Fen(1000)).unwrap();
    for _ in 0..2 {
        shop.till.void("B2", NONE).is(codes::ERR_ALREADY_REFUNDED);
        shop.till.settle("B2", NONE).is(codes::ERR_ALREADY_REFUNDED);
        shop.till.micropay("B2", &shop.wechat(), 1000, NONE).is(codes::ERR_ALREADY_REFUNDED);
        drop(shop.start_again());
    }
    assert_eq!(captured(&shop), 0);
}

#[test]
fn the_wish_to_void_survives_a_power_cut_and_can_be_finished() {
    let mut shop = Shop::open_utf8();
    let dm_id = still_paying(&shop, "B1", 100);
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    drop(shop.start_again());
    customer_pays(&shop, &dm_id);
    shop.till.recover(NONE).is(codes::OK);
    let listed = shop.till.unresolved().is(codes::OK);
    assert_eq!(listed.number("open"), 1);
    let charge = &listed.list("charge")[0];
    assert_eq!((charge.text("out_trade_no"), charge.text("state")), ("B1", "paid"));
    assert!(charge.text("needs_person").contains("to be voided"), "{charge:?}");
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    assert_eq!(captured(&shop), 0);
    shop.agree();
}

/// A bill whose customer has paid, and whose order is not known here. Returns the code.
fn paid_unheard(shop: &Shop, bill: &str) -> String {
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    code
}

/// The same device at a platform, with the same key.
fn same_device(shop: &Shop) -> NewDevice {
    let DeviceKey { device_id, key } = shop.device.clone();
    NewDevice { device_id: Some(device_id), key: Some(key), ..NewDevice::default() }
}

#[test]
fn another_device_does_not_know_what_the_first_has_charged() {
    for is_deleted in [false, true] {
        let shop = Shop::open_utf8();
        let code = paid_unheard(&shop, "B1");
        if is_deleted {
            shop.control.delete_device(&shop.device.device_id).unwrap();
        }
        // A platform that shows orders only to their own device.
        shop.always(Call::Query, Fault::NotFound);
        let second = shop.control.add_device(NewDevice::default()).unwrap();
        shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
        is_open_with_a_person(&shop.till.settle("B1", PATIENT));
        if is_deleted {
            shop.control.add_device(same_device(&shop)).unwrap();
        }
        shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
        shop.control.clear_faults();
        shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
        shop.agree_on_one_capture("B1");
    }
}

#[test]
fn another_address_does_not_know_what_was_charged_at_the_first() {
    let shop = Shop::open_utf8();
    let code = paid_unheard(&shop, "B1");
    let elsewhere = (Ipv4Addr::new(127, 0, 0, 2), 0).into();
    let elsewhere = Sandbox::start(Options { listen: elsewhere, ..Options::default() }).unwrap();
    elsewhere.control().add_device(same_device(&shop)).unwrap();
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("base", &elsewhere.base())]).is(codes::OK);
    is_open_with_a_person(&shop.till.settle("B1", PATIENT));
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn our_order_that_failed_for_a_reason_of_trouble_is_not_paid_after_the_quiet_time() {
    for reason in ["银行系统异常", "当前设备环境异常"] {
        let shop = Shop::open_utf8();
        let code = shop.customer(Behaviour::Declines { reason: reason.to_owned() });
        let begun = Instant::now();
        shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
        assert!(begun.elapsed() >= Duration::from_millis(500));
        shop.agree();
    }
    let shop = Shop::open_utf8();
    let body = "<dm ok=\"-1\" info=\"请在手机终端上确认支付\" dm_id=\"dm7\"/>".to_owned();
    shop.once(Call::Micropay, Fault::Response { body });
    let reply = shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    assert_eq!(reply.text("dm_id"), "dm7");
}

#[test]
fn deadlines_shorter_than_the_quiet_time_settle_in_the_end() {
    let shop = Setup::default().option("deadline_ms", "150").open();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::UNKNOWN);
    let told = (0..60).map(|_| shop.till.settle("B1", NONE).code).find(|code| *code != codes::UNKNOWN);
    assert_eq!(told, Some(codes::NOT_PAID));
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::UNKNOWN);
    assert!((0..60).any(|_| shop.till.recover(NONE).is(codes::OK).number("open") == 0));
    shop.till.settle("B2", NONE).is(codes::NOT_PAID);
    shop.agree();
}

#[test]
fn a_bill_that_turned_out_to_be_paid_is_a_paid_bill() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &code, 1250, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    let other = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &other, 1250, NONE).is(codes::PAID_EARLIER));
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::PAID));
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    shop.till.micropay("B1", &other, 1250, NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn settling_and_recovering_keep_their_limit() {
    let shop = Setup::default().option("response_ms", "30000").open();
    let insist = [("deadline_ms", "1"), ("insist", "may_charge_twice")];
    for bill in ["B1", "B1", "B1", "B1", "B1", "B2", "B3", "B4", "B5", "B6"] {
        shop.once(Call::Micropay, Fault::RequestLost);
        shop.till.micropay(bill, &shop.wechat(), 100, &insist).is(codes::UNKNOWN);
    }
    shop.always(Call::Query, Fault::DelayBefore { ms: 20_000 });
    let begun = Instant::now();
    shop.till.settle("B1", &[("deadline_ms", "300")]).is(codes::UNKNOWN);
    assert!(begun.elapsed() < Duration::from_millis(2_800), "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(shop.till.recover(&[("deadline_ms", "300")]).is(codes::OK).number("open"), 10);
    assert!(begun.elapsed() < Duration::from_millis(2_800), "{:?}", begun.elapsed());
}

#[test]
fn sentences_that_the_integrator_knows_are_believed() {
    let taught = [("final_sentences", "本店今日不收此卡\n余额宝不可用"), ("absent_sentences", "没有这张单")];
    let mut setup = Setup::default().option("quiet_ms", "3600000");
    for (name, value) in taught {
        setup = setup.option(name, value);
    }
    let shop = setup.open();
    shop.once(Call::Micropay, says("本店今日不收此卡"));
    shop.always(Call::Query, says("没有这张单"));
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    shop.once(Call::Micropay, says("本店今日不收此卡，请稍后再试"));
    shop.till.micropay("B2", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
}
