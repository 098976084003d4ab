//! Order numbers as people write them, and the config's rule for them (section 2).

use wsy_sandbox::{Call, DeviceChange, DmCode, Fault, Overrides};

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page, Pairs};

const INSIST: Pairs<'static> = &[("any_number", "1")];
/// Numbers that no rule fits: words, a channel's transaction that the till has not seen, and texts that
/// cannot be sent.
const WRONG: [&str; 8] =
    ["abc", "dm", "dm12x", "xdm1", " ", "单号", "4200000067201804213236197646", "dm 2032288236"];

/// The platform's config with other rules for order numbers.
fn rules(shop: &Shop, rules: &[&str]) {
    let code = |rule: &&str| DmCode { cancelregex: (*rule).to_owned(), ..DmCode::wechat() };
    let overrides = Overrides { dm_codes: Some(rules.iter().map(code).collect()), ..Overrides::default() };
    let change = DeviceChange { overrides: Some(overrides), ..DeviceChange::default() };
    shop.control.update_device(&shop.device.device_id, change).unwrap();
    shop.till.config(1).is(codes::OK);
}

/// The order in the last request of a kind.
fn asked_for(shop: &Shop, call: Call) -> String {
    shop.sent(call).last().unwrap().params.get("dm_id").unwrap().to_owned()
}

/// An order of another till of the shop, and its number without `dm`.
fn order_of_another_till(shop: &Shop, bill: &str) -> (String, String) {
    let other = crate::till::Till::new(shop.till.driver.clone(), 1, Page::Utf8);
    let code = shop.control.activation_code(None).unwrap();
    let base = shop.sandbox.base();
    other.open(&shop.home().join(bill), &[("base", &base)]).is(codes::OK);
    other.activate(&code, "").is(codes::OK);
    let paid = other.micropay(bill, &shop.wechat(), 500, NONE).is(codes::PAID);
    other.close().is(codes::OK);
    let dm_id = paid.text("dm_id").to_owned();
    let bare = dm_id.trim_start_matches("dm").to_owned();
    (dm_id, bare)
}

#[test]
fn a_number_is_meant_however_it_is_written() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let own = shop.sell("B1", 500).text("dm_id").to_owned();
        let own = (own.clone(), own.trim_start_matches("dm").to_owned());
        for (n, (dm_id, bare)) in [own, order_of_another_till(&shop, "other")].iter().enumerate() {
            let written = [bare.clone(), format!("DM{bare}"), format!(" Dm{bare}\t"), dm_id.clone()];
            for (m, number) in written.iter().enumerate() {
                let asked = shop.till.query_order(number, 500, NONE).is(codes::OK);
                assert_eq!(
                    (asked.text("state"), asked.text("dm_id")),
                    ("was_paid", dm_id.as_str()),
                    "{number}"
                );
                assert_eq!(&asked_for(&shop, Call::Query), dm_id);
                assert_eq!(shop.till.read_bill("", number).is(codes::OK).text("dm_id"), dm_id);
                let receipt = shop.till.reprint("", number).is(codes::OK);
                assert!(receipt.text("receipt").contains(bare.as_str()), "{number}");
                assert_eq!(&asked_for(&shop, Call::Reprint), bare);
                let refund = format!("R{n}{m}");
                let refunded = shop.till.refund_order(&refund, "", number, 10).is(codes::REFUNDED);
                assert_eq!(refunded.text("dm_id"), dm_id);
                assert_eq!(&asked_for(&shop, Call::Refund), dm_id);
                // The same refund, with the number as it really is.
                shop.silent(|| shop.till.refund_order(&refund, "", dm_id, 10).is(codes::REFUNDED));
            }
        }
        let own = shop.bills()[0].dm_id.to_string();
        shop.till.read_bill("B1", &own.to_uppercase()).is(codes::OK);
    }
}

#[test]
fn a_channels_transaction_is_that_of_the_order_that_it_paid() {
    let shop = Shop::open_utf8();
    let paid = shop.sell("B1", 500);
    let (dm_id, pay_id) = (paid.text("dm_id"), paid.text("pay_id"));
    assert_eq!(pay_id.len(), 28);
    assert_eq!(shop.till.query_order(pay_id, 500, NONE).is(codes::OK).text("dm_id"), dm_id);
    assert_eq!(shop.till.read_bill("", pay_id).is(codes::OK).text("dm_id"), dm_id);
    assert!(!shop.till.reprint("", pay_id).is(codes::OK).text("printinfo").is_empty());
    let refunded = shop.till.refund_order("R1", "", &format!(" {pay_id} "), 200).is(codes::REFUNDED);
    assert_eq!((refunded.text("dm_id"), refunded.text("out_trade_no")), (dm_id, "B1"));
    shop.till.refund_order("R2", "B1", pay_id, 100).is(codes::REFUNDED);
    shop.agree();

    // The channel's number of a payment at another till is known there.
    let (other, bare) = order_of_another_till(&shop, "other");
    let theirs = shop.bills().into_iter().find(|bill| bill.dm_id.to_string() == other).unwrap();
    shop.silent(|| {
        let pay_id = theirs.pay_id.as_deref().unwrap();
        shop.till.refund_order("R3", "", pay_id, 100).is(codes::ERR_DM_ID);
    });
    shop.till.refund_order("R3", "", &bare, 100).is(codes::REFUNDED);
}

#[test]
fn a_number_that_fits_nothing_is_refused_before_anything_is_sent() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        shop.sell("B1", 500);
        shop.silent(|| {
            for number in WRONG {
                let refused = shop.till.refund_order("R1", "", number, 100).is(codes::ERR_DM_ID);
                let detail = refused.text("detail");
                assert!(detail.contains(if number.len() == 28 { "42*" } else { number }), "{detail}");
                assert_eq!(refused.text("money"), "not_moved");
                assert!(refused.text("hint_en").contains("any_number"), "{}", refused.text("hint_en"));
                shop.till.refund_order("R1", "B1", number, 100).is(codes::ERR_DM_ID);
                shop.till.query_order(number, 500, NONE).is(codes::ERR_DM_ID);
                shop.till.read_bill("", number).is(codes::ERR_DM_ID);
                shop.till.reprint("", number).is(codes::ERR_DM_ID);
            }
        });
    }
}

#[test]
fn blanks_are_not_the_channel_s_number_of_a_payment_that_has_none() {
    let shop = Shop::open_utf8();
    let body = "<dm ok=\"1\" dm_id=\"dm7\" total=\"1.00\" pay_type=\"4\"></dm>".to_owned();
    shop.once(Call::Micropay, Fault::Response { body });
    assert_eq!(shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID).text("pay_id"), "");
    shop.silent(|| shop.till.refund_order("R1", "", " ", 100).is(codes::ERR_DM_ID));
}

#[test]
fn a_customer_s_code_in_place_of_a_number_is_masked() {
    let shop = Shop::open_utf8();
    rules(&shop, &["^dm[0-9]{10}$"]);
    let code = shop.wechat();
    let refused = shop.silent(|| shop.till.refund_order("R1", "", &code, 100).is(codes::ERR_DM_ID));
    assert!(refused.fields.iter().all(|(_, text)| !text.contains(&code)), "{:?}", refused.fields);
}

#[test]
fn the_rule_is_that_of_the_config_and_one_of_several_is_enough() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 500);
    rules(&shop, &[r"^x\d+$", r"^\d{3}$"]);
    for (number, sent) in [("x12", "x12"), (" 123 ", "123"), ("DM123", "")] {
        if sent.is_empty() {
            shop.silent(|| shop.till.query_order(number, 500, NONE).is(codes::ERR_DM_ID));
        } else {
            shop.till.query_order(number, 500, NONE).is(codes::OK);
            assert_eq!(asked_for(&shop, Call::Query), sent);
        }
    }
    // Orders that this till has charged need no rule.
    let dm_id = shop.bill().dm_id.to_string();
    assert_eq!(shop.till.read_bill("", &dm_id[2..]).is(codes::OK).text("dm_id"), dm_id);
    shop.till.refund_order("R1", "", &dm_id, 100).is(codes::REFUNDED);
}

#[test]
fn where_a_rule_cannot_be_read_or_is_not_known_no_number_is_refused_for_its_form() {
    // The library has no atomic groups; PCRE does.
    for rule in ["", "(", r"^(?>d)m\d+$"] {
        let shop = Shop::open_utf8();
        rules(&shop, &[rule, r"^y\d$"]);
        for (number, sent) in [("DM7", "dm7"), ("7", "dm7"), ("y1", "y1"), ("abc", "abc")] {
            shop.till.query_order(number, 500, NONE).is(codes::OK);
            assert_eq!(asked_for(&shop, Call::Query), sent, "{rule}");
        }
        // Texts that cannot be a number of any platform.
        shop.silent(|| shop.till.query_order("单号", 500, NONE).is(codes::ERR_DM_ID));
    }
    let shop = Setup::default().without_device().open();
    shop.always(Call::Config, Fault::RequestLost);
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    shop.control.clear_requests();
    shop.till.query_order("abc", 500, NONE);
    shop.till.read_bill("", "7").is(codes::ERR_NO_BILL);
    assert_eq!(asked_for(&shop, Call::Read), "dm7");
}

#[test]
fn a_caller_who_insists_has_the_number_sent_as_it_is() {
    let shop = Shop::open_utf8();
    for number in ["abc", "DM7", "7", "4200000067201804213236197646"] {
        shop.till.query_order(number, 500, INSIST).is(codes::OK);
        assert_eq!(asked_for(&shop, Call::Query), number);
        shop.till.read_bill_with("", number, INSIST).is(codes::ERR_NO_BILL);
        assert_eq!(asked_for(&shop, Call::Read), number);
        shop.till.reprint_with("", number, INSIST).is(codes::ERR_NO_RECEIPT);
        assert_eq!(asked_for(&shop, Call::Reprint), number);
        shop.till.refund_order_with("R1", "", number, 100, INSIST).is(codes::ERR_NO_BILL);
    }
    // It is a parameter of the library and not of the platform.
    assert!(shop.sent(Call::Read).iter().all(|request| request.params.get("any_number").is_none()));
    shop.silent(|| {
        shop.till.query_order("单号", 500, INSIST).is(codes::ERR_DM_ID);
        shop.till.query_order("dm1", 500, &[("any_number", "yes")]).is(codes::ERR_OPTIONS);
        shop.till.query_auth_code(&shop.wechat(), 500, INSIST).is(codes::ERR_OPTIONS);
        shop.till.read_bill_with("B1", "", INSIST).is(codes::ERR_OPTIONS);
        shop.till.reprint_with("B1", "", INSIST).is(codes::ERR_OPTIONS);
        shop.till.refund("R1", "B1", 100, INSIST).is(codes::ERR_OPTIONS);
    });
}

#[test]
fn a_reprint_names_the_series_that_its_caller_gives() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 500);
    let series = || shop.sent(Call::Reprint).last().unwrap().params.get("custom_series").unwrap().to_owned();
    shop.till.reprint("B1", "").is(codes::OK);
    assert_eq!(series(), "0");
    for given in ["0", "7", "2147483647"] {
        shop.till.reprint_with("B1", "", &[("custom_series", given)]).is(codes::OK);
        assert_eq!(series(), given);
    }
    let slow = shop.till.list(&[("custom_series", "9")]);
    shop.till.raw(&["reprint_start", "0", &shop.till.arg("B1"), "-", &slow, "1"]).is(codes::PENDING);
    shop.till.wait(1).is(codes::OK);
    assert_eq!(series(), "9");
    shop.silent(|| {
        for bad in ["", "-1", "2147483648", "a"] {
            shop.till.reprint_with("B1", "", &[("custom_series", bad)]).is(codes::ERR_OPTIONS);
        }
        shop.till.reprint_with("B1", "", &[("series", "1")]).is(codes::ERR_OPTIONS);
    });
}
