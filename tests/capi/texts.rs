//! The texts in requests and replies, byte for byte.

use wsy_sandbox::{Call, Fault, Params};

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page, Pairs};

/// The sign as the document defines it: SHA-1 over all parameters but `sign`, sorted by name, and the key.
fn sign(params: &Params, names: &[&str], key: &str) -> String {
    use sha1::Digest;
    let mut names = names.to_vec();
    names.sort_unstable();
    let pairs: Vec<_> = names.iter().map(|name| format!("{name}={}", params.get(name).unwrap())).collect();
    let text = format!("{}&key={key}", pairs.join("&"));
    hex::encode_upper(sha1::Sha1::digest(text))
}

const USUAL: [&str; 5] = ["action", "authcode", "device_id", "paytype", "total"];

/// Charges with these values and checks the request: these values, the usual ones, and a valid sign over all.
fn charge_with(shop: &Shop, given: Pairs, arrive: Pairs) {
    let code = shop.wechat();
    let bill = format!("B{}", shop.bills().len());
    shop.till.micropay(&bill, &code, 1, given).is(codes::PAID);
    let sent = shop.sent(Call::Micropay).pop().unwrap().params;
    for (name, value) in arrive {
        assert_eq!(sent.get(name), Some(*value), "{name}");
    }
    assert_eq!((sent.get("authcode"), sent.get("total")), (Some(code.as_str()), Some("0.01")));
    let names: Vec<_> = USUAL.iter().copied().chain(arrive.iter().map(|(name, _)| *name)).collect();
    assert_eq!(sent.get("sign"), Some(sign(&sent, &names, &shop.device.key).as_str()));
}

#[test]
fn goods_details_arrive_byte_for_byte_with_crlf_and_a_good_sign() {
    let detail =
        "[被扫支付]授权码:287662437041841781\r\n--------------------\r\n苹果 × 2 & 梨=3%+4\t\"<>'\r\n";
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        charge_with(
            &shop,
            &[("info", "堂食 3 号桌"), ("infoaddo", detail)],
            &[("info", "堂食 3 号桌"), ("infoaddo", detail)],
        );
    }
}

#[test]
fn bar_codes_arrive_in_the_second_form_of_the_document() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let code = shop.wechat();
        shop.till.micropay("B1", &code, 1, &[("gs1", "6900138600889,6900138600890")]).is(codes::PAID);
        let sent = shop.sent(Call::Micropay).pop().unwrap().params;
        assert_eq!(sent.get("info"), Some("GS"));
        let detail = sent.get("infoaddo").unwrap();
        assert!(detail.contains(&format!("[被扫支付]授权码:{code}\r\n")), "{detail}");
        assert!(detail.ends_with("\r\nGS1:6900138600889\r\nGS1:6900138600890\r\n"), "{detail}");
        let names: Vec<_> = USUAL.into_iter().chain(["info", "infoaddo"]).collect();
        assert_eq!(sent.get("sign"), Some(sign(&sent, &names, &shop.device.key).as_str()));
    }
}

#[test]
fn further_parameters_are_signed_and_sent_as_they_are() {
    let shop = Setup::default().page(Page::Gbk).open();
    let more = [("operator_id", "小王"), ("dic_amount", "0.01"), ("zz_last", "a+b c%20")];
    charge_with(&shop, &[&more[..], &[("empty", "")]].concat(), &more);
    assert_eq!(shop.sent(Call::Micropay).pop().unwrap().params.get("empty"), None);
    charge_with(&shop, &[("noremind", "1")], &[("noremind", "1")]);
    charge_with(&shop, &[("noremind", "0")], &[]);
    let dm_id = shop.bills()[0].dm_id.to_string();
    shop.till.refund("R1", "B0", 1, &[("operator_id", "小王")]).is(codes::REFUNDED);
    let refund = shop.sent(Call::Refund).pop().unwrap().params;
    assert_eq!((refund.get("operator_id"), refund.get("dm_id")), (Some("小王"), Some(dm_id.as_str())));
    shop.till.query_order(&dm_id, 1, &[("operator_id", "小王")]).is(codes::OK);
    assert_eq!(shop.sent(Call::Query).pop().unwrap().params.get("operator_id"), Some("小王"));
    shop.agree();
}

#[test]
fn responses_in_gbk_under_a_utf8_label_are_understood_everywhere() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        shop.always(Call::Micropay, Fault::Gbk);
        shop.always(Call::Query, Fault::Gbk);
        shop.always(Call::Read, Fault::Gbk);
        shop.always(Call::Refund, Fault::Gbk);
        shop.always(Call::Reprint, Fault::Gbk);
        shop.always(Call::Config, Fault::Gbk);
        shop.till.config(1).is(codes::OK);
        let paid = shop.sell("B1", 1000);
        assert!(paid.text("receipt").contains("付款方式: 微信"), "{}", paid.text("receipt"));
        let asked = shop.till.query_order(paid.text("dm_id"), 1000, NONE).is(codes::OK);
        assert!(asked.text("info").starts_with("支付成功"));
        shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
        assert_eq!(shop.till.read_bill("B1", "").is(codes::OK).text("pay_name"), "微信");
        assert!(shop.till.reprint("B1", "").is(codes::OK).text("receipt").contains("微信支付凭证"));
        let poor = shop.customer(wsy_sandbox::Behaviour::NoMoney);
        let declined = shop.till.micropay("B2", &poor, 100, NONE).is(codes::NOT_PAID);
        assert!(declined.text("reason").contains("余额不足"));
        shop.agree();
    }
}

#[test]
fn what_gbk_cannot_hold_is_replaced_visibly_and_never_cuts_a_text_short() {
    let shop = Setup::default().page(Page::Gbk).config("client_name", "小店 😀 ¥ é 一号").open();
    let config = shop.till.config(1).is(codes::OK);
    let name = config.text("client_name");
    assert!(name.starts_with("小店 ? ￥ ") && name.ends_with(" 一号"), "{name}");
}

#[test]
fn a_chosen_payment_type_is_sent() {
    let shop = Shop::open_utf8();
    charge_with(&shop, &[("paytype", "o2o_dm_code_wxpaysub")], &[]);
    assert_eq!(shop.sent(Call::Micropay)[0].params.get("paytype"), Some("o2o_dm_code_wxpaysub"));
}

#[test]
fn the_version_of_the_program_is_told_to_the_platform() {
    let shop = Setup::default().option("ver", "POS 8.1 中").open();
    shop.till.config(1).is(codes::OK);
    assert_eq!(shop.sent(Call::Config).pop().unwrap().params.get("ver"), Some("POS 8.1 中"));
    let version = shop.till.raw(&["version"]).is(codes::OK).said.unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_named_payment_type_takes_its_own_codes_unless_the_caller_insists() {
    let shop = Shop::open_utf8();
    let wechat = shop.wechat();
    let alipay = ("paytype", "o2o_dm_code_alipay_isv_beta");
    shop.silent(|| shop.till.micropay("B1", &wechat, 100, &[alipay]).is(codes::ERR_PAY_TYPE));
    shop.silent(|| shop.till.micropay("B1", &wechat, 100, &[("any_code", "1")]).is(codes::ERR_OPTIONS));
    shop.till.micropay("B1", &wechat, 100, &[alipay, ("any_code", "1"), ("deadline_ms", "1")]);
    assert_eq!(shop.sent(Call::Micropay)[0].params.get("paytype"), Some(alipay.1));
}
