//! Input as scanners, programs and back offices really hand it over: codes with a frame, amounts with a unit,
//! patterns with look-aheads, names with a slip.

use wsy_sandbox::{Call, Fault};

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page, hex_arg};

#[test]
fn what_a_scanner_adds_to_a_code_is_taken_off() {
    let shop = Shop::open_utf8();
    let full_width = |code: &str| -> String {
        code.chars().map(|digit| char::from_u32(u32::from(digit) + 0xfee0).unwrap()).collect()
    };
    let wrappings: [fn(&str) -> String; 9] = [
        |code| format!("\u{2}{code}\u{3}"),
        |code| format!("]Q1{code}\r\n"),
        |code| format!("\u{2}]C0{code}\u{3}\t"),
        |code| format!("\u{1d}{code}\u{1d}"),
        |code| format!("{code}\u{4}"),
        |code| format!("\u{feff}{code}\u{200b}"),
        |code| format!("{}\u{200d}{}", &code[..4], &code[4..]),
        |code| format!("\u{3000}{code}\u{a0}"),
        |code| format!("]q1{code}").replace("]q", "]Q"),
    ];
    for (at, wrapped) in wrappings.into_iter().enumerate() {
        let code = shop.wechat();
        let reply = shop.till.micropay(&format!("B{at}"), &wrapped(&code), 100, NONE).is(codes::PAID);
        shop.verify(&reply, &code, 100);
    }
    let code = shop.alipay();
    shop.verify(&shop.till.micropay("A1", &full_width(&code), 100, NONE).is(codes::PAID), &code, 100);
    // The same customer's code is the same code, however it is framed.
    shop.till.micropay("A2", &format!("\u{2}{code}"), 100, NONE).is(codes::ERR_AUTH_CODE_USED);
    // A receipt is scanned as well.
    let dm_id = shop.till.find("B1").is(codes::OK).text("dm_id").to_owned();
    shop.till.refund_order("R1", "", &format!("]Q1{dm_id}\u{4}"), 100).is(codes::REFUNDED);
    shop.agree();

    let shop = Setup::default().page(Page::Gbk).open();
    let code = shop.wechat();
    shop.till.micropay("B1", &full_width(&code), 100, NONE).is(codes::PAID);
}

#[test]
fn codes_of_goods_and_of_other_payments_stay_refused() {
    let shop = Shop::open_utf8();
    shop.silent(|| {
        for (code, refused) in [
            ("690123456789012345", codes::ERR_PAY_TYPE),
            ("006901234567890123", codes::ERR_PAY_TYPE),
            ("6901234567892", codes::ERR_PAY_TYPE),
            // GS1-128: batch 10..., which reads like a code of WeChat's.
            ("]C1101234567890123456", codes::ERR_AUTH_CODE),
            ("]E06901234567892", codes::ERR_AUTH_CODE),
            ("wxp://f2f0AbCdEfGhIjKlMnOpQrStUvWxYz", codes::ERR_AUTH_CODE),
            ("https://qr.alipay.com/fkx1234567890", codes::ERR_AUTH_CODE),
            ("1345 6789 0123 4567 89", codes::ERR_AUTH_CODE),
            ("]Q", codes::ERR_AUTH_CODE),
            ("\u{2}\u{3}", codes::ERR_AUTH_CODE),
        ] {
            let reply = shop.till.micropay("B1", code, 100, NONE);
            assert_eq!(codes::name(reply.code), codes::name(refused), "{code}");
        }
    });
}

#[test]
fn amounts_of_a_response_are_read_as_databases_and_programs_write_them() {
    let shop = Shop::open_utf8();
    for (bill, fen, total) in
        [("B1", 50, ".50"), ("B2", 123_450, "1,234.50"), ("B3", 100, "1.00元"), ("B4", 100, " 1.0000 ")]
    {
        let body = format!(
            "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm{bill}\" total=\"{total}\" pay_type=\"4\" pay_id=\"4200\"/>"
        );
        shop.once(Call::Micropay, Fault::Response { body });
        let reply = shop.till.micropay(bill, &shop.wechat(), fen, NONE).is(codes::PAID);
        assert_eq!(reply.number("total_fen"), i64::from(fen), "{total}");
    }
    // An amount that can be read in two ways decides nothing.
    let body = "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm77\" total=\"1,23\" pay_type=\"4\"/>".to_owned();
    for call in [Call::Micropay, Call::Query] {
        shop.always(call, Fault::Response { body: body.clone() });
    }
    shop.till.micropay("B5", &shop.wechat(), 123, crate::shop::SOON).is(codes::UNKNOWN);
}

/// The till reads a config with these patterns. The sandbox would not take all of them for its own.
fn with_patterns(shop: &Shop, total: &str, wechat: &str) {
    let (server, device) = (shop.sandbox.base(), &shop.device.device_id);
    let wallet = |number, code, pattern| {
        format!(
            "<dm_code type=\"{number}\" code=\"{code}\" name=\"x\" coderegex=\"{pattern}\" cancelregex=\"^dm\\d+$\"/>"
        )
    };
    let wallets = wallet(4, WECHAT, wechat) + &wallet(30, "o2o_dm_code_alipay_isv_beta", r"^28\d{15,16}$");
    let attributes = format!("server=\"{server}\" device_id=\"{device}\" micropay_total_regex=\"{total}\"");
    shop.once(Call::Config, Fault::Response { body: format!("<dm ok=\"1\" {attributes}>{wallets}</dm>") });
    shop.till.config(1).is(codes::OK);
}

const WECHAT: &str = "o2o_dm_code_wxpaysub";

#[test]
fn patterns_of_php_are_understood_and_one_that_is_not_is_named() {
    let shop = Shop::open_utf8();
    with_patterns(&shop, r"/^(?!0\.)(?=\d{1,3}\.)\d+\.\d\d\Z/i", r"#^1[0-5]\d{16}\Z#D");
    let code = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &code, 50, NONE).is(codes::ERR_AMOUNT_NOT_ALLOWED));
    shop.silent(|| shop.till.micropay("B1", &code, 100_000, NONE).is(codes::ERR_AMOUNT_NOT_ALLOWED));
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);

    let pattern = r"^(?>\d+)\.00$";
    with_patterns(&shop, pattern, r"^1[0-5]\d{16}$");
    let code = shop.wechat();
    let reply = shop.silent(|| shop.till.micropay("B2", &code, 100, NONE)).is(codes::ERR_AMOUNT_NOT_ALLOWED);
    for (field, words) in [
        ("detail", pattern),
        ("message_zh", "收款规则无法识别"),
        ("message_en", "cannot be read"),
        ("advice_zh", "技术支持"),
    ] {
        assert!(reply.text(field).contains(words), "{field}: {}", reply.text(field));
    }
    let log = std::fs::read_to_string(shop.folder().join("wsy.log")).unwrap();
    let line = format!("config.pattern_not_read name=micropay_total_regex pattern={pattern}");
    assert!(log.contains(&line), "{log}");
}

#[test]
fn a_coderegex_that_is_not_understood_is_named_and_costs_only_its_own_payment_type() {
    let shop = Shop::open_utf8();
    let pattern = r"^(?>1[0-5])\d{16}$";
    with_patterns(&shop, "", pattern);
    shop.till.micropay("B1", &shop.alipay(), 100, NONE).is(codes::PAID);
    let code = shop.wechat();
    for pairs in [&[][..], &[("paytype", WECHAT)]] {
        let reply = shop.silent(|| shop.till.micropay("B2", &code, 100, pairs)).is(codes::ERR_PAY_TYPE);
        assert!(reply.text("detail").contains(pattern), "{}", reply.text("detail"));
        assert!(reply.text("hint_en").contains("any_code=1"), "{}", reply.text("hint_en"));
    }
    shop.till.micropay("B2", &code, 100, &[("paytype", WECHAT), ("any_code", "1")]).is(codes::PAID);
}

#[test]
fn a_list_remembers_a_value_that_was_refused_and_no_call_is_made_without_it() {
    let shop = Shop::open_utf8();
    let text = |text: &str| shop.till.arg(text);
    let (name, good, bad) = (text("operator_id"), text("7"), hex_arg(b"\xd6\xd0"));
    let code = shop.wechat();
    let pay = ["micropay", "0", &text("B1"), &text(&code), "100", "9"];
    for (refused, code) in [(&*bad, codes::ERR_TEXT), ("-", codes::ERR_ARGUMENT)] {
        shop.till.raw(&["params_new", "9", "65001"]).is(codes::OK);
        shop.till.raw(&["params_set", "9", &name, &good]).is(codes::OK);
        // A program that does not look at the code.
        shop.till.raw(&["params_set", "9", &name, refused]).is(code);
        shop.silent(|| {
            shop.till.raw(&pay).is(code);
            shop.till.raw(&["open", "5", &text("elsewhere"), "65001", "9"]).is(code);
            shop.till.raw(&["settle", "0", &text("B1"), "9"]).is(code);
        });
        shop.till.raw(&["params_set", "9", &text("other"), &good]).is(codes::OK);
        shop.till.raw(&pay).is(code);
        shop.till.raw(&["params_free", "9"]).is(codes::OK);
    }
    // A name that was not read cannot be set again; one that was can.
    shop.till.raw(&["params_new", "9", "65001"]).is(codes::OK);
    shop.till.raw(&["params_set", "9", &name, &bad]).is(codes::ERR_TEXT);
    shop.till.raw(&["params_set", "9", &name, &good]).is(codes::OK);
    let sold = shop.till.raw(&pay).is(codes::PAID);
    assert_eq!(sold.text("operator_id"), "7");
    shop.till.raw(&["params_set", "9", &bad, &good]).is(codes::ERR_TEXT);
    shop.till.raw(&["params_set", "9", &name, &good]).is(codes::OK);
    shop.till.raw(&pay).is(codes::ERR_TEXT);
    shop.agree();
}

#[test]
fn a_parameter_that_is_almost_one_of_the_library_s_is_refused_unless_it_is_marked() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.silent(|| {
        for (slip, meant) in [
            ("noremnid", "noremind"),
            ("NoRemind", "noremind"),
            ("deadline", "deadline_ms"),
            ("Insist", "insist"),
            ("table_no", "tableno"),
            ("pay_typ", "paytype"),
            ("operatorid", "operator_id"),
            ("infoadd", "infoaddo"),
            ("total_fee", "total_fen"),
            ("amount", "total_fen"),
            ("out_trade_no", "out_trade_no"),
        ] {
            let reply = shop.till.micropay("B1", &code, 100, &[(slip, "1")]).is(codes::ERR_PARAM);
            for name in [meant.to_owned(), format!("extra:{slip}")] {
                assert!(reply.text("detail").contains(&format!("`{name}`")), "{}", reply.text("detail"));
            }
        }
        // A parameter of another call is not sent to the platform either.
        shop.till.refund("R1", "B1", 100, &[("insist", "may_charge_twice")]).is(codes::ERR_PARAM);
        shop.till.refund("R1", "B1", 100, &[("refund_fee", "1")]).is(codes::ERR_PARAM);
        shop.till.micropay("B1", &code, 100, &[("extra:sign", "x")]).is(codes::ERR_PARAM);
    });
    let pairs = [("extra:noremnid", "1"), ("dic_amount", "0.01"), ("operator_id", "7"), ("shop_floor", "2")];
    shop.till.micropay("B1", &code, 100, &pairs).is(codes::PAID);
    let sent = shop.sent(Call::Micropay).remove(0);
    for (name, value) in
        [("noremnid", "1"), ("dic_amount", "0.01"), ("operator_id", "7"), ("shop_floor", "2")]
    {
        assert_eq!(sent.params.get(name), Some(value), "{name}: {sent:?}");
    }
    shop.agree();
}
