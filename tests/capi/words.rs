//! Sentences that replace those of a code where they would mislead the cashier.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, FaultOrder};

use crate::codes;
use crate::front::Front;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Reply};

/// The reply says each of these to the cashier, and none of those.
#[track_caller]
fn says(reply: &Reply, these: &[&str], not_those: &[&str]) {
    let all = ["message_zh", "advice_zh", "message_en", "advice_en"].map(|name| reply.text(name)).concat();
    for text in these {
        assert!(all.contains(text), "{text}: {all}");
    }
    for text in not_those {
        assert!(!all.contains(text), "{text}: {all}");
    }
}

#[test]
fn a_bill_that_is_paid_where_nobody_was_told_sends_the_cashier_to_look() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    let untold = shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID_EARLIER);
    assert_eq!(untold.text("first_told"), "");
    says(
        &untold,
        &["结果可能还没有人看到", "再查一下这一单", "nobody has seen the result yet", "check this bill"],
        &["重复交付", "twice"],
    );
    assert!(untold.text("hint_en").contains("wsy_settle"));
    // After it was reported once, the goods are not handed over again.
    shop.till.settle("B1", NONE).is(codes::PAID);
    says(&shop.till.settle("B1", NONE).is(codes::PAID_EARLIER), &["重复交付", "twice"], &["有人看到"]);
}

#[test]
fn a_void_has_words_of_its_own() {
    let shop = Shop::open_utf8();
    // Nothing to undo.
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    says(
        &shop.till.void("B1", NONE).is(codes::NOT_PAID),
        &["不用再撤销", "no need to void it again"],
        &["刷新付款码", "refresh"],
    );
    // The outcome is unknown.
    shop.till.micropay("B2", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    says(
        &shop.till.void("B2", SOON).is(codes::UNKNOWN),
        &["还没有撤销完", "再撤销一次", "not voided yet"],
        &["再查这一单"],
    );
    let failed = BillOutcome::Failed { info: "支付失败:用户取消支付".into() };
    shop.control.set_bill_outcome(shop.bills()[1].dm_id, &failed).unwrap();
    shop.till.void("B2", NONE).is(codes::NOT_PAID);
    // Reading the bill gets no response; the wish to void it stays.
    shop.sell("B3", 100);
    shop.always(Call::Read, Fault::RequestLost);
    let silent = shop.till.void("B3", NONE).is(codes::ERR_NO_RESPONSE);
    says(
        &silent,
        &["还没有撤销", "再撤销一次", "not voided yet", "Void the bill again"],
        &["nothing was charged", "没有收款"],
    );
    assert!(silent.text("hint_en").contains("wsy_void"));
    shop.till.void_start(1, "B3", NONE).is(codes::PENDING);
    says(&shop.till.wait(1).is(codes::ERR_NO_RESPONSE), &["再撤销一次"], &[]);
    assert!(shop.till.cashier(1, codes::ZH).contains("还没有撤销"));
    shop.till.free_payment(1).is(codes::OK);
    shop.control.clear_faults();
    // Refunded in full.
    shop.till.void("B3", NONE).is(codes::REFUNDED);
    shop.till.void("B3", NONE).is(codes::REFUNDED);
    shop.sell("B4", 100);
    shop.till.refund("R4", "B4", 100, NONE).is(codes::REFUNDED);
    says(
        &shop.till.void("B4", NONE).is(codes::ERR_ALREADY_REFUNDED),
        &["不用再撤销", "no need to void it again"],
        &["重新开单", "start a new bill"],
    );
    shop.agree();
}

#[test]
fn a_void_says_of_its_refund_what_to_do_about_the_void() {
    let shop = Shop::open_utf8();
    // Another refund is open.
    shop.sell("B1", 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    let open = shop.till.void("B1", SOON).is(codes::ERR_REFUND_OPEN);
    says(
        &open,
        &["先查清那笔退款，再撤销一次", "then void the bill again"],
        &["没有收款", "nothing was charged"],
    );
    assert_eq!(open.text("out_refund_no"), "R1");
    // Its own refund is.
    shop.sell("B2", 100);
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let unknown = shop.till.void("B2", SOON).is(codes::UNKNOWN);
    says(
        &unknown,
        &["撤销的结果未知", "稍候再撤销一次", "Void the bill again"],
        &["再次退款", "Do not refund again"],
    );
    shop.control.clear_faults();
}

#[test]
fn a_void_without_a_network_says_that_it_is_not_done() {
    let shop = Shop::open_utf8();
    // One that is there already would still lead to the platform.
    let front = Front::before(&shop, &[("prepare", "0")]);
    shop.sell("B1", 100);
    drop(front);
    let void = shop.till.void("B1", SOON).is(codes::ERR_NOT_SENT);
    says(
        &void,
        &["连不上平台", "还没有撤销", "再撤销一次", "not voided yet"],
        &["没有收款", "nothing was charged"],
    );
    assert!(void.text("hint_en").contains("wsy_void"));
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 1);
}

#[test]
fn a_till_that_was_never_activated_says_so_when_it_is_opened() {
    let shop = Setup::default().without_device().open();
    shop.till.close().is(codes::OK);
    let opened = shop.open(&shop.till).is(codes::OK);
    says(&opened, &["还没有激活", "激活码", "not activated yet", "Activate it"], &["可以继续", "carry on"]);
    assert!(opened.text("hint_zh").contains("wsy_activate"));
    let code = shop.control.activation_code(None).unwrap();
    shop.till.activate(&code, "").is(codes::OK);
    shop.till.close().is(codes::OK);
    says(&shop.open(&shop.till).is(codes::OK), &["可以继续"], &["激活"]);
}

#[test]
fn a_reconciliation_lists_apart_what_is_still_being_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    let paying = "<dm ok=\"-1\" info=\"用户支付中\"/>".to_owned();
    shop.always(Call::Query, Fault::Response { body: paying });
    let found = shop.till.reconcile("").is(codes::OK);
    let counts = ["asked", "paying", "unanswered", "differences"].map(|name| found.number(name));
    assert_eq!(counts, [0, 1, 0, 0]);
    let row = &found.list("paying")[0];
    assert_eq!((row.text("out_trade_no"), row.text("reason")), ("B1", "用户支付中"));
    says(
        &found,
        &["有 1 单平台显示顾客还在支付", "不要另外收款", "still paying"],
        &["没有得到平台的答复", "no response"],
    );
    // It was not compared: the next reconciliation asks again.
    shop.control.clear_faults();
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!((found.number("asked"), found.number("paying")), (1, 0));
}

#[test]
fn a_late_payments_alarm_covers_each_way_the_sale_may_have_ended() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 1250, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    let alarms = shop.till.alarms().is(codes::OK);
    let alarm = &alarms.list("alarm")[0];
    for ways in [
        (
            "message_zh",
            ["已付现金或用别的付款码又付过", "没有另外收款的，按已支付入账", "商品没有交付的，交付商品，或"],
        ),
        (
            "message_en",
            ["paid again, in cash or with another code", "book it as paid", "hand them over or refund"],
        ),
    ] {
        for way in ways.1 {
            assert!(alarm.text(ways.0).contains(way), "{way}: {}", alarm.text(ways.0));
        }
    }
    for call in ["wsy_refund", "wsy_settle", "wsy_acknowledge"] {
        assert!(alarm.text("hint_zh").contains(call) && alarm.text("hint_en").contains(call));
    }
}

#[test]
fn amounts_in_the_reason_are_in_yuan() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1250);
    let differs = shop.till.micropay("B1", &shop.wechat(), 1300, NONE).is(codes::ERR_AMOUNT_DIFFERS);
    assert!(differs.text("detail").contains("12.50 yuan"), "{}", differs.text("detail"));
    let much = shop.till.refund("R1", "B1", 1300, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    assert!(much.text("detail").contains("12.50 yuan"), "{}", much.text("detail"));
    shop.till.refund("R1", "B1", 250, NONE).is(codes::REFUNDED);
    let differs = shop.till.refund("R1", "B1", 300, NONE).is(codes::ERR_REFUND_DIFFERS);
    assert!(differs.text("detail").contains("2.50 yuan"), "{}", differs.text("detail"));
}
