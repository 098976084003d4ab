use wsy_sandbox::{Fen, RefundedBy, Settings};

use crate::till::{Till, assert_refused, attr};

#[test]
fn part_by_part() {
    let till = Till::new();
    let dm_id = till.paid("0.02");
    let before = till.read(&dm_id);
    assert_eq!(attr(&before, "pay_type"), Some("微信"));
    assert_eq!(attr(&before, "pay_total"), Some("0.02"));
    assert_eq!(attr(&before, "refund_total"), None);
    assert!(before.contains("<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"0.02\""));
    assert!(!before.contains("</dm>"), "as in the document");

    let response = till.refund(&dm_id, "0.01");
    for (name, value) in [
        ("ok", "1"),
        ("info", "退款成功"),
        ("dm_id", dm_id.as_str()),
        ("total", "-0.01"),
        ("pay_type", "4"),
        ("type_id", "2"),
    ] {
        assert_eq!(attr(&response, name), Some(value), "{name}");
    }
    assert!(
        response.contains("退款凭证")
            && response.contains("<Canvas Height=\"215\"")
            && response.ends_with("</dm>")
    );

    till.refund(&dm_id, "0.01");
    let after = till.read(&dm_id);
    assert_eq!(attr(&after, "refund_total"), Some("-0.02"));
    assert_eq!(after.matches("pay_total=\"-0.01\"").count(), 2);
    assert_refused(&till.refund(&dm_id, "0.01"), "退款金额超过可退金额");

    let refunds = till.bills().remove(0).refunds;
    assert_ne!(refunds[0].pay_id, refunds[1].pay_id, "also within a second");
    assert!(refunds.iter().all(|refund| refund.pay_id.starts_with(&dm_id) && refund.by == RefundedBy::Till));
}

#[test]
fn a_bill_has_its_transaction_at_the_top_as_a_setting() {
    let till = Till::new();
    let dm_id = till.paid("0.02");
    let top = |response: &str| attr(response.split('>').next().unwrap(), "pay_id").map(str::to_owned);
    assert_eq!(top(&till.read(&dm_id)), None, "as in the samples");
    till.control.set_settings(Settings { bill_pay_id: true, ..Settings::default() });
    assert_eq!(top(&till.read(&dm_id)), till.bills().remove(0).pay_id, "as in the table");
}

#[test]
fn the_request_is_checked() {
    let till = Till::new();
    let dm_id = till.paid("1");
    assert_refused(&till.refund(&dm_id, "1.01"), "退款金额超过可退金额");
    assert_refused(&till.refund(&dm_id, "0"), "金额错误");
    assert_refused(&till.refund(&dm_id, "x"), "金额错误");
    assert_refused(&till.refund("dm1", "1"), "订单不存在");
    assert_refused(&till.op(&[("action", "refund"), ("dm_id", &dm_id)]), "缺少参数: refund");
    assert_refused(&till.op(&[("action", "refund"), ("refund", "1")]), "缺少参数: dm_id");
    assert_refused(&till.read("dm1"), "订单不存在");
}

#[test]
fn the_back_office_refunds_too() {
    let till = Till::new();
    let dm_id = till.paid("1");
    let id = dm_id.parse().unwrap();
    till.control.refund_bill(id, Fen(60)).unwrap();
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-0.60"));
    assert_refused(&till.refund(&dm_id, "0.50"), "退款金额超过可退金额");
    assert!(till.control.refund_bill(id, Fen(41)).is_err());
    assert!(till.control.refund_bill(id, Fen(0)).is_err());
    let bill = till.control.bill(id).unwrap();
    assert_eq!((bill.refunds.len(), bill.refunds[0].by), (1, RefundedBy::BackOffice));
}

#[test]
fn refunds_fill_the_wallet() {
    let till = Till::new();
    let dm_id = till.paid("1");
    let wallet = till.bills()[0].wallet_id;
    let before = till.control.wallet(wallet).unwrap().balance_fen;
    till.refund(&dm_id, "0.30");
    assert_eq!(till.control.wallet(wallet).unwrap().balance_fen, Fen(before.0 + 30));
}
