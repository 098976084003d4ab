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
    let letter = Letter { device: 57201, ask };
    String::from_utf8(platform.take(now, letter, ORIGIN, View::default())).unwrap()
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
    let letter = Letter { device: 57201, ask: Ask::QueryCode { code: code(0) } };
    for (age, shown) in [(0, "ok=\"1\""), (500, "ok=\"-1\""), (2_000, "订单不存在")] {
        let answer = shop.take(1_500, letter, ORIGIN, View { age, ..View::default() });
        assert!(String::from_utf8(answer).unwrap().contains(shown), "{age}");
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
    let read = |params: &[(&'static str, &str)]| Letter::read(params.iter().map(|(n, v)| (*n, *v)));
    let ask = Ask::Micropay { code: code(7), fen: 1_234, plain: false };
    assert_eq!(read(&params), Some(Letter { device: 57201, ask }));
    assert_eq!(read(&params[..4]), None, "not signed");
}

#[test]
fn an_answer_is_the_same_in_gbk() {
    let answer = Says::Sign.refusal(0);
    assert_eq!(gbk(&answer), b"<dm ok=\"0\" info=\"\xc7\xa9\xc3\xfb\xb4\xed\xce\xf3\" />");
}
