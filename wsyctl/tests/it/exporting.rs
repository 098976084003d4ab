//! The ledger for a spreadsheet.

use crate::desk::Desk;

#[test]
fn a_day_is_a_file_that_excel_opens_and_takes_for_no_formula() {
    let desk = Desk::activated();
    desk.sell("=1+1", "12.50");
    desk.json(&["refund", "=1+1", "2.50", "--refund-no", "@R"]).exits(0);
    let file = desk.home().join("a day.csv");
    desk.zh(&["export", "--csv", "--out", file.to_str().unwrap()]).exits(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut rows = text.strip_prefix('\u{feff}').unwrap().split("\r\n");
    let names = rows.next().unwrap();
    assert!(names.starts_with("类型,单号,商户订单号") && names.ends_with(",说明,收银员"), "{names}");
    let charge = rows.next().unwrap();
    assert!(charge.starts_with("收款,'=1+1,'=1+1,1,已支付,12.50,"), "{charge}");
    assert!(rows.next().unwrap().starts_with("退款,'@R,'=1+1,,已退款,2.50,"), "{text}");
    assert_eq!((rows.next(), rows.next()), (Some(""), None));
    let printed = desk.en(&["export", "--csv"]).exits(0);
    assert!(printed.out.starts_with("\u{feff}type,number,"), "{}", printed.out);
    assert_eq!(
        desk.json(&["export", "--csv", "--from", "2020-01-01", "--to", "2020-01-31"]).exits(0).json()["rows"],
        0
    );
}
