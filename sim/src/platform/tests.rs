use super::*;

const STYLE: Style = Style {
    paying_names_device: true,
    closes: false,
    declines_make_orders: false,
    used_is_dead: false,
    shows_own_device: false,
    wording: Wording::Tables,
    varies: false,
};
const ORIGIN: Origin = Origin { till: 0, number: 1, attempt: 1 };

fn platform(habit: Habit) -> Platform {
    Platform::new(vec![Wallet { habit, shown: Some(0) }], STYLE)
}

fn ask(platform: &mut Platform, now: Ms, ask: Ask) -> String {
    let parsed = ParsedRequest { device: 57201, ask };
    String::from_utf8(platform.take(now, parsed, ORIGIN, View::default())).unwrap()
}

#[test]
fn a_code_pays_once_and_not_after_its_life() {
    let mut shop = platform(Habit::Pays);
    let pay = Ask::Micropay { code: code(0), fen: 100, plain: false };
    assert!(
        ask(&mut shop, 10, pay)
            .starts_with("<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm2034140001\" total=\"1.00\"")
    );
    assert!(ask(&mut shop, 20, pay).contains("授权码已使用"));
    assert_eq!(shop.orders.len(), 1);
    assert!(ask(&mut platform(Habit::Pays), CODE_LIFE + 1, pay).contains("授权码无效"));
}

#[test]
fn a_stale_view_shows_what_was() {
    let mut shop = platform(Habit::PaysAfter(1_000));
    ask(&mut shop, 100, Ask::Micropay { code: code(0), fen: 100, plain: false });
    let parsed = ParsedRequest { device: 57201, ask: Ask::QueryCode { code: code(0) } };
    for (age, shown) in [(0, "ok=\"1\""), (500, "ok=\"-1\""), (2_000, "订单不存在")] {
        let response = shop.take(1_500, parsed, ORIGIN, View { age, ..View::default() });
        assert!(String::from_utf8(response).unwrap().contains(shown), "{age}");
    }
}

#[test]
fn refunds_never_exceed_the_order_and_the_bill_adds_up() {
    let mut shop = platform(Habit::Pays);
    ask(&mut shop, 0, Ask::Micropay { code: code(0), fen: 100, plain: true });
    let refund = Ask::Refund { dm: number(0), fen: 60 };
    assert!(ask(&mut shop, 5_000, refund).contains("total=\"-0.60\""));
    assert!(ask(&mut shop, 6_000, refund).contains("ok=\"0\""));
    assert!(shop.refund_in_back_office(0, 40, 7_000));
    let bill = ask(&mut shop, 8_000, Ask::Read { dm: number(0) });
    assert!(bill.contains("refund_total=\"-1.00\"") && bill.contains("pay_total=\"-0.40\""), "{bill}");
}

fn odd(platform: &mut Platform, now: Ms, ask: Ask, anomaly: Anomaly) -> Reply {
    platform.answer(now, ParsedRequest { device: 57201, ask }, ORIGIN, View { anomaly, ..View::default() })
}

fn text(reply: Reply) -> String {
    String::from_utf8(reply.body).unwrap()
}

#[test]
fn what_is_said_to_have_failed_may_be_paid_a_minute_later() {
    let mut shop = platform(Habit::Pays);
    let pay = Ask::Micropay { code: code(0), fen: 100, plain: false };
    let anomaly = Anomaly::Doubtful { says: Says::Trouble, after: 50_000, names: None };
    assert!(text(odd(&mut shop, 0, pay, anomaly)).starts_with("<dm ok=\"0\" info=\"接口返回错误\" dm_id="));
    let question = Ask::QueryCode { code: code(0) };
    assert!(ask(&mut shop, 49_000, question).contains("订单不存在"));
    assert!(ask(&mut shop, 50_000, question).contains("ok=\"1\""));
}

#[test]
fn a_refund_that_pends_is_shown_later_and_may_be_hidden_for_long() {
    let mut shop = platform(Habit::Pays);
    ask(&mut shop, 0, Ask::Micropay { code: code(0), fen: 100, plain: true });
    let refund = Ask::Refund { dm: number(0), fen: 60 };
    let reply = odd(&mut shop, 1_000, refund, Anomaly::Pends(Some(9_000)));
    assert_eq!(reply.meaning, Meaning::Confirms);
    assert!(text(reply).contains("退款处理中"));
    let read = Ask::Read { dm: number(0) };
    assert!(!ask(&mut shop, 9_000, read).contains("-0.60"));
    assert!(ask(&mut shop, 10_000, read).contains("-0.60"));
    shop.hide_refund(ORIGIN, 90_000);
    assert!(!ask(&mut shop, 80_000, read).contains("-0.60"));
    assert!(text(odd(&mut shop, 80_000, read, Anomaly::Larger(7))).contains("pay_total=\"1.07\""));
    assert!(
        !ask(&mut shop, 80_000, refund).contains("ok=\"1\""),
        "an accepted refund no longer counts as left"
    );
}

#[test]
fn a_refund_may_become_two_lines() {
    let mut shop = platform(Habit::Pays);
    ask(&mut shop, 0, Ask::Micropay { code: code(0), fen: 400, plain: true });
    odd(&mut shop, 1_000, Ask::Refund { dm: number(0), fen: 400 }, Anomaly::Split);
    let bill = ask(&mut shop, 2_000, Ask::Read { dm: number(0) });
    assert!(bill.contains("\"-2.99\"") && bill.contains("\"-1.01\"") && bill.contains("\"-4.00\""), "{bill}");
}

#[test]
fn between_two_cards_an_order_is_said_to_have_failed() {
    let mut shop = platform(Habit::SecondCard(10_000, 5_000));
    ask(&mut shop, 0, Ask::Micropay { code: code(0), fen: 100, plain: false });
    let question = Ask::QueryCode { code: code(0) };
    for (at, shown) in
        [(9_000, "ok=\"-1\""), (10_000, "支付失败"), (14_999, "支付失败"), (15_000, "ok=\"1\"")]
    {
        assert!(ask(&mut shop, at, question).contains(shown), "{at}");
    }
}

#[test]
fn an_order_may_be_shown_to_its_own_device_only() {
    let wallet = Wallet { habit: Habit::Pays, shown: Some(0) };
    let mut shop = Platform::new(vec![wallet], Style { shows_own_device: true, ..STYLE });
    ask(&mut shop, 0, Ask::Micropay { code: code(0), fen: 100, plain: false });
    for question in [Ask::QueryCode { code: code(0) }, Ask::QueryOrder { dm: number(0) }] {
        assert!(ask(&mut shop, 1_000, question).contains("ok=\"1\""));
        let other = shop.take(1_000, ParsedRequest { device: 57202, ask: question }, ORIGIN, View::default());
        assert!(String::from_utf8(other).unwrap().contains("订单不存在"));
    }
}

#[test]
fn each_platform_has_its_own_words_for_what_failed() {
    let says = |wording, habit| {
        let mut shop = Platform::new(vec![Wallet { habit, shown: Some(0) }], Style { wording, ..STYLE });
        ask(&mut shop, 10, Ask::Micropay { code: code(0), fen: 100, plain: false })
    };
    assert!(says(Wording::Tables, Habit::NoMoney).contains("余额不足"));
    assert!(says(Wording::Document, Habit::NoMoney).contains("支付失败"));
    assert!(says(Wording::Document, Habit::OldCode).contains("支付失败"));
    assert!(says(Wording::Unlisted, Habit::OldCode).contains("交易被拒绝"));
}

#[test]
fn a_request_is_read_from_its_parameters_alone() {
    let sign = "0".repeat(40);
    let params = [
        ("action", "micropay"),
        ("authcode", "280000000000000007"),
        ("device_id", "57201"),
        ("total", "12.34"),
        ("sign", &sign),
    ];
    let read = |params: &[(&'static str, &str)]| ParsedRequest::read(params.iter().map(|(n, v)| (*n, *v)));
    let ask = Ask::Micropay { code: code(7), fen: 1_234, plain: false };
    assert_eq!(read(&params), Some(ParsedRequest { device: 57201, ask }));
    assert_eq!(read(&params[..4]), None, "not signed");
}

#[test]
fn a_response_is_the_same_in_gbk() {
    let response = Says::Sign.refusal(0);
    assert_eq!(gbk(&response), b"<dm ok=\"0\" info=\"\xc7\xa9\xc3\xfb\xb4\xed\xce\xf3\" />");
}
