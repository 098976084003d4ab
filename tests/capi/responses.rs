//! The platform's responses, as far as a caller can reach them: the three names of a payment type, every
//! attribute, the list of payments, the pop-up.

use std::fs;

use wsy_sandbox::{Behaviour, Call, Fault, Settings};

use crate::build::root;
use crate::codes;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{Fields, NONE, Page, Reply};

const WECHAT: [&str; 3] = ["o2o_dm_code_wxpaysub", "4", "微信"];
const ALIPAY: [&str; 3] = ["o2o_dm_code_alipay_isv_beta", "30", "支付宝"];

fn names(fields: &Fields) -> [&str; 3] {
    ["paytype", "pay_type", "pay_name"].map(|name| fields.text(name))
}

/// The attributes of the response that a reply is about.
fn response(reply: &Reply) -> &Fields {
    let [response] = reply.list("response") else { panic!("{:?}", reply.maybe_list("response")) };
    response
}

fn paid(attributes: &str, inner: &str) -> Fault {
    let head = "ok=\"1\" info=\"支付成功\" dm_id=\"dm77\" pay_type=\"4\" pay_time=\"2026-11-22 08:00:00\" pay_id=\"4200\"";
    Fault::Response { body: format!("<dm {head} {attributes}>{inner}</dm>") }
}

#[test]
fn the_three_names_of_a_payment_type_are_there_whatever_the_call() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        for (bill, code, wallet) in [("B1", shop.wechat(), WECHAT), ("B2", shop.alipay(), ALIPAY)] {
            let sold = shop.till.micropay(bill, &code, 500, &[("noremind", "1")]).is(codes::PAID);
            assert_eq!(names(&sold.fields), wallet);
            let dm_id = sold.text("dm_id");
            let refund = format!("R{bill}");
            let refunded = shop.till.refund(&refund, bill, 200, NONE).is(codes::REFUNDED);
            for reply in [
                refunded,
                shop.till.query_order(dm_id, 500, NONE),
                shop.till.query_auth_code(&code, 500, &[("paytype", wallet[0])]),
                shop.till.read_bill(bill, ""),
                shop.till.read_bill("", dm_id),
                shop.till.find(bill),
                shop.till.find_refund(&refund),
                shop.till.settle(bill, NONE),
            ] {
                assert_eq!(names(&reply.fields), wallet, "{reply:?}");
            }
        }
        let day = shop.till.day("").is(codes::OK);
        let wallets: Vec<_> = day.list("wallet").iter().map(|sums| sums.text("paytype")).collect();
        assert_eq!(wallets, [ALIPAY[0], WECHAT[0]]);
    }
}

#[test]
fn what_the_platform_calls_a_payment_type_is_kept_with_the_charge() {
    let mut shop = Shop::open_utf8();
    let inner = "<ok>1</ok><paylist><pay><paymode>微信立减</paymode></pay></paylist>";
    shop.once(Call::Micropay, paid("total=\"1.00\"", inner));
    let fault = Fault::Response {
        body: "<dm ok=\"0\" info=\"支付失败：余额不足\" dm_id=\"dm78\"/>".to_owned(),
    };
    let sold = shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(names(&sold.fields), [WECHAT[0], "4", "微信立减"]);
    shop.once(Call::Micropay, fault);
    let declined = shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    assert_eq!(names(&declined.fields), WECHAT);
    shop.start_again();
    assert_eq!(names(&shop.till.find("B1").fields), [WECHAT[0], "4", "微信立减"]);
    let again = shop.till.micropay("B1", &shop.wechat(), 100, NONE);
    assert_eq!(names(&again.fields), [WECHAT[0], "4", "微信立减"]);
    assert!(again.list("response").is_empty() && again.text("canvas").is_empty());
}

#[test]
fn every_attribute_of_a_response_is_read_under_its_own_name() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 500);
        let said = response(&sold);
        assert_eq!((said.text("ok"), said.text("info"), said.text("total")), ("1", "支付成功", "5.00"));
        for name in ["dm_id", "pay_type", "pay_time", "pay_id", "openid"] {
            assert_eq!(said.text(name), sold.text(name), "{name}");
        }
        assert_eq!(said.text("no"), "");

        let asked = shop.till.query_order(sold.text("dm_id"), 500, NONE).is(codes::OK);
        assert_eq!(response(&asked).text("remark"), sold.text("pay_id"));
        assert_eq!(asked.text("remark"), sold.text("pay_id"));

        // The library's own fields have some of these names.
        let clash = "total=\"1.00\" state=\"x\" code=\"y\" money=\"z\" coupon_fee=\"0.30\"";
        shop.once(Call::Micropay, paid(clash, ""));
        let clashing = shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::PAID);
        assert_eq!((clashing.text("state"), clashing.text("money")), ("paid", "moved"));
        let said = ["state", "code", "money", "coupon_fee"].map(|name| response(&clashing).text(name));
        assert_eq!(said, ["x", "y", "z", "0.30"]);

        let declined = shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 100, NONE);
        assert_eq!(response(&declined.is(codes::NOT_PAID)).text("ok"), "0");
    }
}

#[test]
fn a_charge_that_is_settled_later_has_the_response_that_settled_it() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::ResponseLost);
    let code = shop.wechat();
    let sold = shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    assert_eq!(response(&sold).text("remark"), sold.text("pay_id"));
    shop.always(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::Html);
    shop.till.micropay("B2", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    let settled = shop.till.settle("B2", NONE).is(codes::PAID);
    assert_eq!(response(&settled).text("pay_id"), settled.text("pay_id"));
    assert_eq!(settled.list("paylist").len(), 1);
}

#[test]
fn a_refund_has_the_attributes_of_its_response_and_a_name_of_its_own_for_its_line() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 500);
        let refunded = shop.till.refund("R1", "B1", 200, NONE).is(codes::REFUNDED);
        let said = response(&refunded);
        assert_eq!((said.text("type_id"), said.text("total")), ("2", "-2.00"));
        assert_eq!((said.text("info"), said.text("pay_type")), ("退款成功", "4"));
        assert_eq!(
            (said.text("pay_id"), refunded.text("pay_id")),
            (sold.text("pay_id"), sold.text("pay_id"))
        );
        let line = &shop.bill().refunds[0];
        assert_eq!((refunded.text("refund_id"), refunded.text("pay_time")), (&*line.pay_id, &*line.time));
        assert_eq!(refunded.list("paylist")[0].text("paymode"), "微信");
        let found = shop.till.find_refund("R1").is(codes::OK);
        assert_eq!((found.text("pay_id"), found.text("refund_id")), (sold.text("pay_id"), &*line.pay_id));
    }
}

#[test]
fn a_bill_keeps_its_top_and_all_of_its_lines_in_both_forms() {
    for (page, bill_pay_id) in [(Page::Utf8, false), (Page::Gbk, true)] {
        let shop = Setup::default().page(page).open();
        shop.control.set_settings(Settings { bill_pay_id, ..Settings::default() });
        let sold = shop.sell("B1", 500);
        shop.till.refund("R1", "B1", 200, NONE).is(codes::REFUNDED);
        let bill = shop.till.read_bill("B1", "").is(codes::OK);
        assert_eq!((bill.text("pay_id"), bill.text("no")), (sold.text("pay_id"), ""));
        assert_eq!(bill.text("refund_total"), "-2.00");
        let top = response(&bill);
        assert_eq!((top.text("pay_type"), top.text("refund_total")), ("微信", "-2.00"));
        let top_pay_id = top.iter().find(|(name, _)| *name == "pay_id").map(|(_, value)| value.as_str());
        assert_eq!(top_pay_id, bill_pay_id.then(|| sold.text("pay_id")));

        let body = "<dm ok=\"1\" dm_id=\"dm9\" pay_type=\"4\" pay_total=\"1.00\" pay_time=\"t\" no=\"T7\" shop=\"3\">\
            <pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"1.00\" pay_id=\"42\" bank=\"招商银行\"/></dm>";
        shop.once(Call::Read, Fault::Response { body: body.to_owned() });
        let bill = shop.till.read_bill("", "dm9").is(codes::OK);
        assert_eq!(names(&bill.fields), WECHAT);
        assert_eq!((bill.text("no"), bill.text("pay_id"), response(&bill).text("shop")), ("T7", "42", "3"));
        assert_eq!(bill.list("pay")[0].text("bank"), "招商银行");
    }
}

#[test]
fn the_list_of_payments_is_read_under_the_platform_s_names() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 1234);
        let [pay] = sold.list("paylist") else { panic!("{:?}", sold.list("paylist")) };
        assert_eq!(pay.text("id"), sold.text("dm_id").strip_prefix("dm").unwrap());
        assert_eq!(pay.text("device_id"), sold.text("device_id"));
        assert_eq!((pay.text("paymode"), pay.number("total_fee")), ("微信", 1234));
        assert_eq!(pay.text("time"), sold.text("pay_time"));
        assert!(!pay.text("company").is_empty() && !pay.text("opentime").is_empty());
        assert_eq!(["no", "tabno", "user"].map(|name| pay.text(name)), ["", "", ""]);
        assert!(pay.iter().all(|(name, _)| name != "printinfo"));

        let two = "<paylist><pay><total_fee>30</total_fee><seal>红</seal></pay>\
            <pay><total_fee>70</total_fee><printinfo>p</printinfo></pay></paylist>";
        shop.once(Call::Micropay, paid("total=\"1.00\"", two));
        let split = shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::PAID);
        let [one, other] = split.list("paylist") else { panic!() };
        assert_eq!((one.text("seal"), other.text("printinfo")), ("红", "p"));

        let plain = shop.till.micropay("B3", &shop.wechat(), 100, &[("noremind", "1")]).is(codes::PAID);
        assert!(plain.list("paylist").is_empty() && plain.text("canvas").is_empty());
    }
}

#[test]
fn the_pop_up_is_read_as_it_came_as_lines_and_as_a_picture() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 1234);
        let canvas = sold.text("canvas");
        assert!(canvas.starts_with("<Canvas Height=\"200\"") && canvas.ends_with("</Canvas>"), "{canvas}");
        let kept = shop.till.keep_query(sold.text("dm_id"), 1234, 0).is(codes::OK);
        assert!(kept.text("canvas").contains("支付提示"));
        let lines = shop.till.canvas_text(0).is(codes::OK).said.unwrap();
        let time = sold.text("pay_time");
        assert_eq!(lines, format!("支付提示\n桌台:\n单号:\n时间: {time}\n消费金额: 12.34"));

        let font = root().join("tests/vectors/receipt-font.ttf").to_str().unwrap().to_owned();
        let body = "<dm ok=\"1\" dm_id=\"dm7\" total=\"1.00\"><Canvas Width=\"246\" Height=\"170\" xmlns=\"urn:x\">\
            <Image Source=\"a.png\"/><TextBlock Canvas.Left=\"36\" Canvas.Top=\"125\" Text=\"付款 12.34\" \
            Foreground=\"#FFC90202\" FontSize=\"22\"/></Canvas></dm>";
        shop.once(Call::Query, Fault::Response { body: body.to_owned() });
        shop.till.keep_query("dm7", 100, 1).is(codes::OK);
        let picture = shop.till.canvas_png(1, &font).is(codes::OK).picture.unwrap();
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(&picture[16..24], [0, 0, 0, 246, 0, 0, 0, 170]);
        let file = shop.home().join("弹窗.png");
        shop.till.canvas_png_file(1, &font, file.to_str().unwrap()).is(codes::OK);
        assert_eq!(fs::read(&file).unwrap(), picture);

        let nowhere = shop.home().join("no such folder/popup.png");
        shop.till.canvas_png_file(1, &font, nowhere.to_str().unwrap()).is(codes::ERR_PICTURE);
        shop.till.canvas_png_file(1, &font, "").is(codes::ERR_ARGUMENT);
        shop.till.canvas_png(1, "no such font.ttf").is(codes::ERR_NO_FONT);
        let large = body.replace("246", "9000").replace("22\"", "2000\"");
        shop.once(Call::Query, Fault::Response { body: large });
        shop.till.keep_query("dm7", 100, 2).is(codes::OK);
        shop.till.canvas_png(2, &font).is(codes::ERR_PICTURE);
        for not_a_window in ["", "<Canvas xmlns=\"urn:x\">&amp;<a b></Canvas>", "<Grid xmlns=\"urn:x\"/>"] {
            let body = format!("<dm ok=\"1\" dm_id=\"dm7\" total=\"1.00\">{not_a_window}</dm>");
            shop.once(Call::Query, Fault::Response { body });
            shop.till.keep_query("dm7", 100, 3).is(codes::OK);
            shop.till.canvas_text(3).is(codes::ERR_NO_FIELD);
            shop.till.canvas_png(3, &font).is(codes::ERR_NO_FIELD);
        }
        assert_eq!(shop.till.canvas_text(9).code, codes::ERR_HANDLE);
    }
}

#[test]
fn a_response_that_names_two_amounts_decides_nothing() {
    let shop = Shop::open_utf8();
    let two = |bill: &str, total: &str, fee: &str| Fault::Response {
        body: format!(
            "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm{bill}\" total=\"{total}\"><paylist><pay><total_fee>{fee}</total_fee>\
             </pay></paylist></dm>"
        ),
    };
    for (bill, total, fee) in [("B1", "1.00", "1"), ("B2", "0.01", "100"), ("B3", "1.00", "1.00")] {
        for call in [Call::Micropay, Call::Query] {
            shop.always(call, two(bill, total, fee));
        }
        let code = shop.wechat();
        let unknown = shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
        assert!(unknown.text("needs_person").contains("total_fee"), "{}", unknown.text("needs_person"));
        let asked = shop.till.query_auth_code(&code, 100, NONE).is(codes::OK);
        assert_eq!(asked.text("state"), "differs");
        shop.control.clear_faults();
    }
    // It confirms a payment: finding nothing afterwards does not take that back.
    shop.till.settle("B1", SOON).is(codes::UNKNOWN);
    // A bill that is settled by a consistent response is paid.
    shop.once(Call::Micropay, two("B4", "1.00", "1"));
    shop.always(Call::Query, two("B4", "1.00", "100"));
    shop.till.micropay("B4", &shop.wechat(), 100, NONE).is(codes::PAID);
}
