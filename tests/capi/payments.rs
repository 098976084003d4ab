//! Charging: every way a payment can end while the network works.

use std::time::Instant;

use wsy_sandbox::{Behaviour, BillOutcome, BillStateWord, Call, Fault, NewDevice};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Page, Till};

#[test]
fn a_customer_who_pays_at_once_is_told_as_paid_with_wechat_and_alipay_in_both_code_pages() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        for (bill, code, paytype) in [
            ("B1", shop.wechat(), "o2o_dm_code_wxpaysub"),
            ("B2", shop.alipay(), "o2o_dm_code_alipay_isv_beta"),
        ] {
            let reply = shop.till.micropay(bill, &code, 1234, NONE).is(codes::PAID);
            shop.verify(&reply, &code, 1234);
            assert_eq!(reply.text("money"), "moved");
            assert_eq!(reply.text("state"), "paid");
            assert_eq!(reply.text("total"), "12.34");
            assert_eq!(reply.text("paytype"), paytype);
            assert_eq!(reply.text("out_trade_no"), bill);
            assert_eq!(reply.number("attempt"), 1);
            assert_eq!(reply.number("recorded"), 0);
            assert_eq!(reply.text("message_zh"), "支付成功，款已收到。");
            let masked = format!("{}{}{}", &code[..2], "*".repeat(code.len() - 6), &code[code.len() - 4..]);
            assert_eq!(reply.text("auth_code"), masked);
            let booked = shop.bills().into_iter().find(|b| b.auth_code == code).unwrap();
            assert_eq!(reply.text("pay_id"), booked.pay_id.unwrap());
            assert_eq!(reply.text("pay_time"), booked.pay_time.unwrap());
        }
        assert_eq!(shop.sent(Call::Micropay).len(), 2);
        assert!(shop.sent(Call::Query).is_empty());
        shop.agree();
    }
}

#[test]
fn a_customer_who_types_a_password_is_waited_for_and_told_as_paid() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 300 });
    let reply = shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.verify(&reply, &code, 100);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    assert!(!shop.sent(Call::Query).is_empty());
    shop.agree();
}

#[test]
fn a_customer_who_cancels_the_password_is_told_as_not_paid() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let code = shop.customer(Behaviour::CancelsPassword { ms: 200 });
        let reply = shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
        shop.verify(&reply, &code, 100);
        assert_eq!(reply.text("state"), "not_paid");
        assert_eq!(reply.text("money"), "not_moved");
        assert!(reply.text("reason").contains("用户取消"), "{}", reply.text("reason"));
        shop.agree();
    }
}

#[test]
fn a_declined_payment_is_told_as_not_paid_with_the_banks_reason_in_both_code_pages() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let code = shop.customer(Behaviour::Declines { reason: "银行卡交易受限".into() });
        let reply = shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
        assert!(reply.text("reason").contains("银行卡交易受限"), "{}", reply.text("reason"));
        let poor = shop.customer(Behaviour::NoMoney);
        let reply = shop.till.micropay("B2", &poor, 100, NONE).is(codes::NOT_PAID);
        assert!(reply.text("reason").contains("余额不足"), "{}", reply.text("reason"));
        shop.agree();
    }
}

#[test]
fn a_code_that_another_till_spent_is_declined_here_whatever_the_amount() {
    for total_fen in [100, 250] {
        let shop = Shop::open_utf8();
        let code = shop.wechat();
        shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
        let reply = another_till(&shop).micropay("B2", &code, total_fen, NONE).is(codes::NOT_PAID);
        assert_eq!(reply.text("reason"), "授权码已使用");
        assert_eq!(shop.bills().len(), 1);
        shop.agree();
    }
}

#[test]
fn a_code_that_another_till_spent_is_not_told_as_paid_when_our_response_is_lost() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.once(Call::Micropay, Fault::ResponseLost);
    let other = another_till(&shop);
    let asked = shop.sent(Call::Query).len();
    other.micropay_start(1, "B2", &code, 100, NONE).is(codes::PENDING);
    // The response to the first query has been evaluated before the second is sent.
    eventually("it asks again", || shop.sent(Call::Query).len() > asked + 1);
    other.cancel(1).is(codes::OK);
    let reply = other.wait(1).is(codes::UNKNOWN);
    assert!(!reply.text("needs_person").is_empty());
    shop.agree();
}

/// A second till of the shop, in its own program, which is another device.
fn another_till(shop: &Shop) -> Till {
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    let base = shop.sandbox.base();
    let options = [("base", base.as_str()), ("poll_ms", "50"), ("quiet_ms", "200"), ("first_query_ms", "20")];
    till.open(&shop.home().join("other"), &options).is(codes::OK);
    let device = shop.control.add_device(NewDevice::default()).unwrap();
    assert_ne!(device.device_id, shop.device.device_id);
    till.set_device(&device.device_id, &device.key).is(codes::OK);
    till
}

#[test]
fn a_customer_who_never_answers_is_unknown_at_the_deadline_and_recover_then_decides() {
    for (outcome, told, left) in [
        (BillOutcome::Paid, codes::PAID, "有 1 单已收款而商品可能还没有交付。"),
        (BillOutcome::Failed { info: "支付失败:订单已关闭".into() }, codes::NOT_PAID, "完成。"),
    ] {
        let shop = Shop::open_utf8();
        let code = shop.customer(Behaviour::NeverAnswers);
        let reply = shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
        assert_eq!(reply.text("money"), "may_have_moved");
        assert_eq!(reply.text("state"), "open");
        assert_eq!(shop.bill().state, BillStateWord::Paying);
        let open = shop.till.unresolved().is(codes::OK);
        assert_eq!((open.number("open"), open.list("charge").len()), (1, 1));
        let still = shop.till.recover(SOON).is(codes::OK);
        assert_eq!((still.number("settled"), still.number("open")), (0, 1));
        for reply in [open, still, shop.till.find("B1"), shop.till.day("")] {
            assert_eq!(reply.text("message_zh"), "还有 1 笔未查清。");
            assert_eq!(reply.text("message_en"), "1 payment is not settled yet.");
            assert!(
                reply.text("hint_en").contains("wsy_recover") && reply.text("advice_zh").contains("再查")
            );
        }
        shop.set_outcome(&outcome);
        let done = shop.till.recover(NONE).is(codes::OK);
        assert_eq!((done.number("settled"), done.number("open")), (1, 0));
        assert_eq!(done.text("message_zh"), left);
        shop.till.settle("B1", NONE).is(told);
        assert_eq!(shop.sent(Call::Micropay).len(), 1);
        shop.agree();
    }
}

#[test]
fn several_customers_are_charged_at_once_on_one_till() {
    let shop = Shop::open_utf8();
    let codes: Vec<_> = (0..12).map(|_| shop.customer(Behaviour::AsksPassword { ms: 200 })).collect();
    let calls: Vec<_> = codes
        .iter()
        .zip(0..)
        .map(|(code, n)| shop.till.micropay_aside(&format!("B{n}"), code, 100 + n, NONE))
        .collect();
    for ((code, call), n) in codes.iter().zip(calls).zip(0..) {
        shop.verify(&call.end().is(codes::PAID), code, 100 + n);
    }
    assert_eq!(shop.sent(Call::Micropay).len(), 12);
    shop.agree();
}

#[test]
fn one_program_runs_several_tills_in_different_code_pages() {
    let shop = Shop::open_utf8();
    let second = Till::new(shop.till.driver.clone(), 1, Page::Gbk);
    let (base, folder) = (shop.sandbox.base(), shop.home().join("第二"));
    second.open(&folder, &[("base", &base)]).is(codes::OK);
    let device = shop.control.add_device(NewDevice::default()).unwrap();
    second.set_device(&device.device_id, &device.key).is(codes::OK);
    let reply = second.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(reply.text("advice_zh"), "可以交付商品。");
    shop.sell("B1", 200);
    second.close().is(codes::OK);
    second.find("B1").is(codes::ERR_HANDLE);
    shop.till.find("B1").is(codes::OK);
}

#[test]
fn a_query_has_no_word_on_which_goods_change_hands() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 150, NONE).is(codes::PAID).text("dm_id").to_owned();
    let ask = || [shop.till.query_auth_code(&code, 150, NONE), shop.till.query_order(&dm_id, 150, NONE)];
    for refunded in [false, true] {
        if refunded {
            shop.till.void("B1", NONE).is(codes::REFUNDED);
        }
        for reply in ask() {
            let reply = reply.is(codes::OK);
            assert_ne!(reply.text("state"), "paid");
            assert_eq!(reply.text("money"), "not_moved");
        }
    }
    shop.agree();
}

#[test]
fn both_queries_say_once_what_they_see_and_leave_the_ledger_alone() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 150, NONE).is(codes::PAID).text("dm_id").to_owned();
    for reply in [shop.till.query_auth_code(&code, 150, NONE), shop.till.query_order(&dm_id, 150, NONE)] {
        let reply = reply.is(codes::OK);
        assert_eq!((reply.text("state"), reply.text("money")), ("was_paid", "not_moved"));
        assert_eq!(reply.text("dm_id"), dm_id);
        assert_eq!(reply.text("total"), "1.50");
        assert_eq!(reply.number("total_fen"), 150);
        assert!(!reply.text("pay_id").is_empty());
        assert!(!reply.text("receipt").is_empty());
    }
    let by_code =
        |code: &str, fen| shop.till.query_auth_code(code, fen, NONE).is(codes::OK).text("state").to_owned();
    let by_order =
        |dm_id: &str, fen| shop.till.query_order(dm_id, fen, NONE).is(codes::OK).text("state").to_owned();
    assert_eq!([by_code(&code, 151), by_order(&dm_id, 149)], ["differs", "differs"]);
    assert_eq!([by_code(&shop.wechat(), 150), by_order("dm1", 150)], ["not_known", "not_known"]);

    let declined = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B2", &declined, 150, NONE).is(codes::NOT_PAID);
    assert_eq!(by_code(&declined, 150), "not_known");
    let failed = shop.bills().into_iter().find(|bill| bill.auth_code == declined).unwrap();
    assert_eq!(by_order(&failed.dm_id.to_string(), 150), "failed");

    let paying = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B3", &paying, 150, SOON).is(codes::UNKNOWN);
    assert_eq!(by_code(&paying, 150), "paying");
    let bill = shop.bills().into_iter().find(|bill| bill.auth_code == paying).unwrap();
    shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
    assert_eq!(by_order(&bill.dm_id.to_string(), 150), "was_paid");
    // The ledger learns it only from wsy_settle.
    assert_eq!(shop.till.find("B3").is(codes::OK).text("state"), "open");
    shop.till.settle("B3", NONE).is(codes::PAID);
    shop.agree();
}

#[test]
fn the_day_lists_what_was_begun_and_sums_it_up() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 300);
    shop.sell("B2", 200);
    shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 500, NONE).is(codes::NOT_PAID);
    shop.till.refund("R1", "B1", 120, NONE).is(codes::REFUNDED);
    let day = shop.till.day("").is(codes::OK);
    assert_eq!(day.text("day"), crate::till::beijing_day(0));
    assert_eq!((day.number("paid_fen"), day.number("refunded_fen"), day.number("open")), (500, 120, 0));
    let bills: Vec<_> = day.list("charge").iter().map(|charge| charge.text("out_trade_no")).collect();
    assert_eq!(bills, ["B1", "B2", "B3"]);
    assert_eq!(day.list("refund")[0].text("out_refund_no"), "R1");
    assert_eq!(shop.till.day("2001-01-01").is(codes::OK).list("charge").len(), 0);
    for wrong in ["yesterday", "2026-13-01", "2026-2-1", "20260201"] {
        shop.till.day(wrong).is(codes::ERR_ARGUMENT);
    }
    shop.agree();
}

#[test]
fn the_platforms_clock_is_read_and_compared() {
    let shop = Shop::open_utf8();
    shop.control.set_settings(wsy_sandbox::Settings { clock_skew_s: 3600, ..shop.control.settings() });
    let begun = Instant::now();
    let reply = shop.till.time().is(codes::OK);
    assert_eq!(reply.text("time").len(), 14);
    let ahead = reply.number("ahead_s");
    // Both clocks are read to the second, at any moment of the call.
    let took = i64::try_from(begun.elapsed().as_secs()).unwrap() + 2;
    assert!((-3600 - took..=-3600 + took).contains(&ahead), "{ahead}");
    assert_eq!(reply.text("time")[..4], crate::till::beijing_day(3600)[..4]);
}

#[test]
fn a_config_that_sends_payments_to_another_server_is_followed() {
    let shop = Shop::open_utf8();
    let second = wsy_sandbox::Sandbox::start(wsy_sandbox::Options::default()).unwrap();
    let device = wsy_sandbox::NewDevice {
        device_id: Some(shop.device.device_id.clone()),
        key: Some(shop.device.key.clone()),
        ..wsy_sandbox::NewDevice::default()
    };
    second.control().add_device(device).unwrap();
    shop.control.set_config(&shop.device.device_id, "server", Some(&second.base())).unwrap();
    shop.till.config(1).is(codes::OK);
    shop.control.clear_requests();
    let code = second.control().new_auth_code(&wsy_sandbox::NewAuthCode::wechat(Behaviour::Pays)).unwrap();
    shop.silent(|| shop.till.micropay("B1", &code.auth_code, 100, NONE).is(codes::PAID));
    eventually("the other server has the bill", || second.control().book().unwrap().bills.len() == 1);
}

/// A response to a query that says that money of an order went back.
fn says_refunded(ok: &str, info: &str, order: &str) -> Fault {
    Fault::Response { body: format!("<dm ok=\"{ok}\" info=\"{info}\"{order}/>") }
}

const REFUNDED: [&str; 8] = [
    "订单已退款",
    "订单已全额退款",
    "该订单已全部退款",
    "订单已部分退款",
    "转入退款",
    "已经退款",
    "退款成功",
    "订单退款中",
];

#[test]
fn a_query_about_a_refunded_order_reads_its_bill() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 150, NONE).is(codes::PAID).text("dm_id").to_owned();
    shop.till.refund("R1", "B1", 50, NONE).is(codes::REFUNDED);
    let named = format!(" dm_id=\"{dm_id}\"");
    for (n, info) in REFUNDED.iter().enumerate() {
        let ok = ["0", "-1", "1"][n % 3];
        shop.always(Call::Query, says_refunded(ok, info, &named));
        for reply in [shop.till.query_auth_code(&code, 150, NONE), shop.till.query_order(&dm_id, 150, NONE)] {
            let reply = reply.is(codes::OK);
            assert_eq!((reply.text("state"), reply.text("money")), ("was_refunded", "not_moved"), "{info}");
            assert_eq!((reply.text("ok"), reply.text("info"), reply.text("detail")), (ok, *info, *info));
            let money = ["pay_total_fen", "refunded_fen", "refundable_fen"].map(|name| reply.number(name));
            assert_eq!(money, [150, 50, 100]);
            assert_eq!((reply.text("pay_total"), reply.text("refund_total")), ("1.50", "-0.50"));
            assert_eq!(reply.list("pay").len(), 2);
            assert!(reply.text("message_zh").contains("退过款"), "{}", reply.text("message_zh"));
            assert!(!reply.text("message_en").contains("no money"));
        }
        // Another amount than that of the bill.
        assert_eq!(shop.till.query_order(&dm_id, 151, NONE).is(codes::OK).text("state"), "differs");
        shop.control.clear_faults();
    }
    assert_eq!(shop.sent(Call::Read).len() % 3, 2);
    shop.agree();
}

#[test]
fn a_refunded_order_whose_bill_cannot_be_read_or_denies_it_is_not_told_as_not_paid_either() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 150, NONE).is(codes::PAID).text("dm_id").to_owned();
    // The bill shows no refund.
    shop.always(Call::Query, says_refunded("0", "订单已退款", ""));
    let denied = shop.till.query_order(&dm_id, 150, NONE).is(codes::OK);
    assert_eq!(denied.text("state"), "differs");
    assert!(denied.text("detail").contains("no refund"), "{}", denied.text("detail"));
    // The response names no order, so there is no bill to read.
    let nameless = shop.till.query_auth_code(&code, 150, NONE).is(codes::OK);
    assert_eq!(nameless.text("state"), "was_refunded");
    assert!(nameless.text("detail").contains("names no order"), "{}", nameless.text("detail"));
    assert_eq!(nameless.maybe_list("pay"), None);
    // Another order than the one asked about.
    shop.control.clear_faults();
    shop.always(Call::Query, says_refunded("0", "订单已退款", " dm_id=\"dm7\""));
    assert_eq!(shop.till.query_order(&dm_id, 150, NONE).is(codes::OK).text("state"), "not_known");
    // Its bill does not exist.
    let gone = shop.till.query_auth_code(&code, 150, NONE).is(codes::OK);
    assert_eq!((gone.text("state"), gone.text("dm_id")), ("was_refunded", "dm7"));
    assert!(gone.text("detail").contains("could not be read"), "{}", gone.text("detail"));
}

#[test]
fn a_charge_whose_question_says_refunded_is_never_told_as_not_paid() {
    for info in REFUNDED {
        let shop = Shop::open_utf8();
        // The charge names an order and decides nothing, and every query about it then says refunded.
        shop.once(Call::Micropay, says_refunded("0", "系统繁忙", " dm_id=\"dm7\""));
        shop.always(Call::Query, says_refunded("0", info, " dm_id=\"dm7\""));
        let verdicts = [
            shop.till.micropay("B1", &shop.wechat(), 150, &[("deadline_ms", "2000")]),
            shop.till.settle("B1", SOON),
            shop.till.micropay("B1", &shop.wechat(), 150, SOON),
        ];
        assert_eq!(verdicts.map(|verdict| codes::name(verdict.code)), UNDECIDED, "{info}");
        shop.till.recover(SOON).is(codes::OK);
        shop.till.reconcile("").is(codes::OK);
        assert_eq!(shop.till.find("B1").is(codes::OK).text("state"), "open", "{info}");
    }
}

const UNDECIDED: [&str; 3] = ["WSY_UNKNOWN", "WSY_UNKNOWN", "WSY_ERR_STILL_OPEN"];
