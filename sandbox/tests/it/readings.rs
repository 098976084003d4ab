//! The other reading of everything that the document leaves open.

use serde_json::json;
use wsy_sandbox::{
    BillLines, EmptyValues, Gs1List, Patterns, QueryPayType, Readings, Refusals, ReprintNumber, Settings,
    TemplateBreaks,
};

use crate::config;
use crate::receipts::reprint;
use crate::till::{Till, WECHAT, assert_refused, attr, fresh_code, micropay};

fn reading(change: impl FnOnce(&mut Readings)) -> Till {
    let till = Till::new();
    let mut settings = Settings::default();
    change(&mut settings.readings);
    till.control.set_settings(settings);
    till
}

#[test]
fn an_empty_value_is_part_of_the_sign_or_not() {
    let empty = |till: &Till| {
        let mut pairs = micropay("130000000000000001", WECHAT, "0.01").to_vec();
        pairs.push(("noremind", ""));
        till.op(&pairs)
    };
    assert_eq!(attr(&empty(&Till::new()), "ok"), Some("1"));
    assert_refused(&empty(&reading(|all| all.empty_values = EmptyValues::LeftOut)), "签名错误");
}

#[test]
fn a_query_names_the_payment_type_in_one_of_two_ways() {
    for (name, other, reads) in
        [("paytype", "pay_type", QueryPayType::Paytype), ("pay_type", "paytype", QueryPayType::PayType)]
    {
        let till = reading(|all| all.query_pay_type = reads);
        let dm_id = till.paid("1");
        let query = |name| till.op(&[("action", "query"), ("dm_id", &dm_id), (name, WECHAT)]);
        assert_eq!(attr(&query(name), "ok"), Some("1"));
        assert_refused(&query(other), &format!("参数错误: {other}"));
        assert_eq!(attr(&till.op(&[("action", "query"), ("dm_id", &dm_id)]), "ok"), Some("1"));
    }
}

#[test]
fn a_reprint_takes_the_number_without_or_with_its_letters() {
    for (reads, bare, whole) in [(ReprintNumber::Bare, true, false), (ReprintNumber::Whole, false, true)] {
        let till = reading(|all| all.reprint_number = reads);
        let dm_id = till.paid("1");
        let is_known = |number: &str| !reprint(&till, number).contains("1970-01-01");
        assert_eq!((is_known(dm_id.strip_prefix("dm").unwrap()), is_known(&dm_id)), (bare, whole));
    }
}

#[test]
fn a_list_of_bar_codes_has_one_form() {
    let code = fresh_code();
    let with = |rule: &str, end: &str| format!("[被扫支付]授权码:{code}\r\n{rule}\r\nGS1:69\r\nGS1:70{end}");
    let (appendix, section) = (with(&"-".repeat(20), "\r\n"), with("", ""));
    for (form, of_appendix, of_section) in
        [(Gs1List::Any, true, true), (Gs1List::Appendix, true, false), (Gs1List::Section, false, true)]
    {
        for (list, is_taken) in [(&appendix, of_appendix), (&section, of_section)] {
            let till = reading(|all| all.gs1_list = form);
            let mut pairs = micropay(&code, WECHAT, "0.01").to_vec();
            pairs.extend([("info", "GS"), ("infoaddo", list)]);
            assert_eq!(attr(&till.op(&pairs), "ok") == Some("1"), is_taken, "{form:?} {list}");
        }
    }
}

#[test]
fn patterns_may_be_such_as_only_perl_reads() {
    let plain = config::config(&Till::new());
    let till = reading(|all| all.patterns = Patterns::Perl);
    let perl = config::config(&till);
    assert_eq!(attr(&plain, "coderegex"), Some(r"^1[0-5]\d{16}$"));
    assert_eq!(attr(&perl, "coderegex"), Some(r"^()(?:\1)1[0-5]\d{16}$"));
    assert_eq!(attr(&perl, "cancelregex"), Some(r"^()(?:\1)dm\d+$"));
    // The platform itself reads them anyway.
    till.paid("1");
}

#[test]
fn refusals_may_have_other_words() {
    let till = reading(|all| all.refusals = Refusals::Other);
    assert_refused(&till.read("dm1"), "没有相应的流水");
    let stranger = Till { device: Till::new().device, ..reading(|all| all.refusals = Refusals::Other) };
    assert_refused(&stranger.read("dm1"), "验签未通过");
    till.control.delete_device(&till.device.device_id).unwrap();
    assert_refused(&till.read("dm1"), "机具号无效");
    assert!(config::config(&till).contains("机具未开通"));
}

#[test]
fn lines_of_a_bill_may_lack_a_discount() {
    let till = reading(|all| all.bill_lines = BillLines::Discounted);
    let dm_id = till.paid("10");
    till.refund(&dm_id, "4");
    let bill = till.read(&dm_id);
    assert_eq!((attr(&bill, "pay_total"), attr(&bill, "refund_total")), (Some("10.00"), Some("-4.00")));
    assert!(bill.contains(r#"pay_total="9.00""#) && bill.contains(r#"pay_total="-3.60""#), "{bill}");
}

#[test]
fn templates_may_be_one_line() {
    let template = |till: &Till| attr(&config::config(till), "payremind_template").unwrap().to_owned();
    let (printed, one_line) = (Till::new(), reading(|all| all.template_breaks = TemplateBreaks::None));
    assert_eq!(template(&printed).replace('\n', ""), template(&one_line));
    assert!(template(&printed).contains('\n'));
}

#[test]
fn a_reading_is_changed_alone() {
    let till = Till::new();
    let change = |changes| crate::control::ok(&till, "PUT", "settings", &changes);
    change(json!({"readings": {"sign_case": "lower"}}));
    let all = change(json!({"readings": {"gs1_list": "section"}}));
    assert_eq!(
        (&all["readings"]["sign_case"], &all["readings"]["gs1_list"]),
        (&json!("lower"), &json!("section"))
    );
}
