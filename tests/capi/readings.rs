//! A platform that reads its document differently than the library expects, and the option that fixes it.

use wsy_sandbox::{
    BillLines, Call, CloseTags, EmptyValues, Fault, Gs1List, Patterns, QueryPayType, Readings, Refusals,
    ReprintNumber, Settings, SignCase,
};

use crate::activation::new_key;
use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Pairs};

fn read(shop: &Shop, change: impl FnOnce(&mut Readings)) {
    let mut settings = Settings::default();
    change(&mut settings.readings);
    shop.control.set_settings(settings);
}

#[test]
fn a_refusal_of_the_device_in_other_words_is_known_once_it_is_named() {
    let mut shop = Setup::default().option("device_sentences", "机具未开通\n验签未通过").open();
    read(&shop, |all| all.refusals = Refusals::Other);
    shop.sell("B1", 100);
    new_key(&shop, "another");
    let refused = shop.till.micropay("B2", &shop.wechat(), 100, &[("deadline_ms", "1")]);
    assert_ne!(refused.code, codes::PAID);
    let payments = shop.sent(Call::Micropay).len();
    shop.till.micropay("B3", &shop.wechat(), 100, NONE).is(codes::ERR_ACTIVATE_AGAIN);
    assert_eq!(shop.sent(Call::Micropay).len(), payments);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).text("config_refusal"), "device");
}

/// A day at a till, as far as readings differ. Returns whether everything succeeds.
fn goes_well(shop: &Shop, goods: Pairs) -> bool {
    let code = shop.wechat();
    let mut pairs = vec![("deadline_ms", "1000"), ("operator_id", "")];
    pairs.extend(goods);
    if shop.till.micropay("B1", &code, 1250, &pairs).code != codes::PAID {
        return false;
    }
    let dm_id = shop.bill().dm_id.to_string();
    let wechat = [("paytype", "o2o_dm_code_wxpaysub")];
    shop.till.query_order(&dm_id, 1250, &wechat).code == codes::OK
        && shop.till.query_auth_code(&code, 1250, &wechat).code == codes::OK
        && shop.till.read_bill("B1", "").code == codes::OK
        && shop.till.reprint("B1", "").code == codes::OK
        && shop.till.refund("R1", "B1", 250, &[("deadline_ms", "1000")]).code == codes::REFUNDED
}

#[test]
fn each_other_reading_is_met_by_its_option() {
    type Change = fn(&mut Settings);
    type Case<'a> = (Change, Option<(&'a str, &'a str)>, Pairs<'a>);
    let open_tags = CloseTags { micropay: false, query: false, refund: false, read: false };
    let other: [Case; 7] = [
        (|all| all.readings.sign_case = SignCase::Lower, Some(("sign_case", "lower")), NONE),
        (
            |all| all.readings.query_pay_type = QueryPayType::PayType,
            Some(("query_pay_type", "pay_type")),
            NONE,
        ),
        (|all| all.readings.query_pay_type = QueryPayType::PayType, Some(("query_pay_type", "none")), NONE),
        (|all| all.readings.reprint_number = ReprintNumber::Whole, Some(("reprint_number", "whole")), NONE),
        (
            |all| all.readings.gs1_list = Gs1List::Section,
            Some(("gs1_list", "section")),
            &[("gs1", "6900138600889")],
        ),
        // Nothing empty is sent, so that both readings sign alike.
        (|all| all.readings.empty_values = EmptyValues::LeftOut, None, NONE),
        (
            |all| all.readings.patterns = Patterns::Perl,
            None,
            &[("paytype", "o2o_dm_code_wxpaysub"), ("any_code", "1")],
        ),
    ];
    let run = |change: &dyn Fn(&mut Settings), option: Option<(&str, &str)>, goods| {
        let setup = Setup::default();
        let shop = match option {
            Some((name, value)) => setup.option(name, value).open(),
            None => setup.open(),
        };
        let mut settings = Settings::default();
        change(&mut settings);
        shop.control.set_settings(settings);
        shop.till.config(1).is(codes::OK);
        goes_well(&shop, goods)
    };
    for (change, option, goods) in other {
        assert!(run(&change, option, goods), "{option:?} does not fix it");
        assert!(run(&|_| (), None, goods), "as the library expects");
        if option.is_some() {
            assert!(!run(&change, None, goods), "{option:?} is of no use");
        }
    }
    let open = |all: &mut Settings| all.close_tags = open_tags;
    assert!(run(&open, Some(("missing_end_tags", "1")), NONE));
    assert!(!run(&open, None, NONE));
    assert!(run(&|_| (), Some(("missing_end_tags", "1")), NONE));
}

#[test]
fn a_bill_whose_lines_show_a_discount_is_read_and_refunded_within_what_is_certain() {
    let shop = Shop::open_utf8();
    read(&shop, |all| all.bill_lines = BillLines::Discounted);
    shop.sell("B1", 1000);
    shop.till.refund("R1", "B1", 400, NONE).is(codes::REFUNDED);
    let bill = shop.till.read_bill("B1", "").is(codes::OK);
    assert_eq!(
        (bill.number("adds_up"), bill.number("refunded_fen"), bill.number("refundable_fen")),
        (0, 400, 600)
    );
    // Its lines would not distinguish a second refund from the first.
    shop.till.refund("R2", "B1", 400, &[("deadline_ms", "200")]).is(codes::ERR_NO_RESPONSE);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert!(found.list("unanswered")[0].text("reason").contains("do not add up"));
    // Such a bill does not show one that is lost.
    shop.sell("B2", 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.till.refund("R3", "B2", 400, &[("deadline_ms", "1500")]).is(codes::UNKNOWN);
}
