//! Charges under attack: how a platform, a gateway or a cashier got a wrong verdict, or had a right one
//! forgotten.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, NewDevice};

use crate::codes;
use crate::relay::read_message;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Pairs, Till};

/// Long enough for every quiet time of these tests.
const PATIENT: Pairs<'static> = &[("deadline_ms", "2500")];
const INSIST: Pairs<'static> = &[("insist", "may_charge_twice")];

fn response(attributes: &str) -> String {
    format!("<dm {attributes}/>")
}

fn says(info: &str) -> String {
    response(&format!("ok=\"0\" info=\"{info}\""))
}

fn says_of(info: &str, dm_id: &str) -> String {
    response(&format!("ok=\"0\" info=\"{info}\" dm_id=\"{dm_id}\""))
}

fn paying(dm_id: &str) -> String {
    response(&format!("ok=\"-1\" info=\"用户支付中\" dm_id=\"{dm_id}\""))
}

fn paid(dm_id: &str, yuan: &str) -> String {
    response(&format!("ok=\"1\" dm_id=\"{dm_id}\" total=\"{yuan}\" pay_type=\"4\""))
}

fn fault(body: String) -> Fault {
    Fault::Response { body }
}

/// A gateway's response to a request of the till; `None` to let the platform answer.
type Responses = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A platform that answers as a test wants, backed by the sandbox for everything else.
struct Gateway {
    addr: SocketAddr,
}

impl Gateway {
    /// Listens at an address of this machine.
    fn at(
        ip: &str,
        platform: SocketAddr,
        responses: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let gateway = Self { addr: listener.local_addr().unwrap() };
        let responses: Arc<Responses> = Arc::new(responses);
        thread::spawn(move || {
            for till in listener.incoming().map_while(Result::ok) {
                let responses = responses.clone();
                thread::spawn(move || serve(till, platform, responses.as_ref()));
            }
        });
        gateway
    }

    /// Places itself between a shop's till and the platform.
    fn before(shop: &Shop, responses: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let gateway = Self::at("127.0.0.1", shop.sandbox.addr(), responses);
        move_to(shop, gateway.addr);
        gateway
    }

    fn base(&self) -> String {
        format!("http://{}", self.addr)
    }
}

/// Directs the till's requests there from now on.
fn move_to(shop: &Shop, addr: SocketAddr) {
    let base = format!("http://{addr}");
    shop.control.set_config(&shop.device.device_id, "server", Some(&base)).unwrap();
    assert_eq!(shop.till.config(1).is(codes::OK).text("server"), base);
}

/// An HTTP response.
fn whole(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn serve(mut till: TcpStream, platform: SocketAddr, responses: &Responses) {
    while let Some(request) = read_message(&mut till) {
        let response = match responses(&String::from_utf8_lossy(&request)) {
            Some(body) => Some(whole(&body)),
            None => forward(platform, &request),
        };
        // The till may have hung up.
        if response.is_none_or(|response: Vec<u8>| till.write_all(&response).is_err()) {
            break;
        }
    }
    let _ = till.shutdown(Shutdown::Both);
}

fn forward(platform: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut platform = TcpStream::connect(platform).ok()?;
    platform.write_all(request).ok()?;
    read_message(&mut platform)
}

fn is_charge(request: &str) -> bool {
    request.contains("action=micropay")
}

fn asks_by_order(request: &str) -> bool {
    request.contains("action=query") && request.contains("dm_id=")
}

fn asks_by_code(request: &str) -> bool {
    request.contains("action=query") && !request.contains("dm_id=")
}

fn kinds(shop: &Shop) -> Vec<String> {
    let found = shop.till.reconcile("").is(codes::OK);
    found.list("difference").iter().map(|difference| difference.text("kind").to_owned()).collect()
}

#[test]
fn a_second_attempt_that_is_declined_does_not_decide_a_bill_whose_first_is_open() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, INSIST).is(codes::UNKNOWN);
}

#[test]
fn an_attempt_that_was_declined_is_no_record_of_a_bill_whose_other_is_open() {
    let shop = Shop::open_utf8();
    let poor = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &poor, 100, NONE).is(codes::NOT_PAID);
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.silent(|| shop.till.micropay("B1", &poor, 100, INSIST).is(codes::ERR_STILL_OPEN));
}

#[test]
fn what_the_charge_itself_was_answered_outranks_whom_the_order_was_bound_to_by_questions() {
    let shop = Shop::open_utf8();
    // The queries for A return an order that is B's.
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.always(Call::Query, fault(paying("dm7")));
    shop.till.micropay("A", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    shop.once(Call::Micropay, fault(paid("dm7", "1.00")));
    shop.always(Call::Query, Fault::NotFound);
    let told = shop.till.micropay("B", &shop.wechat(), 100, PATIENT);
    assert_ne!(codes::name(told.code), codes::name(codes::NOT_PAID));
}

#[test]
fn the_wish_to_undo_a_started_payment_survives_a_kill() {
    let mut shop = Shop::open_utf8();
    shop.till.micropay_start(0, "B1", &shop.customer(Behaviour::NeverAnswers), 100, NONE).is(codes::PENDING);
    eventually("the customer is asked for the password", || shop.bills().len() == 1);
    shop.till.void_payment(0).is(codes::OK);
    shop.till.driver.kill();
    shop.set_outcome(&BillOutcome::Paid);
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 1);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
}

#[test]
fn a_good_response_that_says_still_paying_is_not_paid_yet() {
    for info in ["用户支付中，需要输入密码", "需要用户输入支付密码", "等待用户付款"]
    {
        let shop = Shop::open_utf8();
        let body = format!("ok=\"1\" info=\"{info}\" dm_id=\"dm7\" total=\"1.00\" pay_type=\"4\"");
        shop.once(Call::Micropay, fault(response(&body)));
        shop.always(Call::Query, fault(response(&body)));
        shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    }
}

#[test]
fn a_good_response_that_says_refunded_since_is_not_told_as_paid() {
    for info in ["转入退款", "订单已退款"] {
        let shop = Shop::open_utf8();
        shop.once(Call::Micropay, Fault::RequestLost);
        let body = format!("ok=\"1\" info=\"{info}\" dm_id=\"dm7\" total=\"1.00\" pay_type=\"4\"");
        shop.always(Call::Query, fault(response(&body)));
        shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    }
}

#[test]
fn sentences_that_speak_for_a_payment_are_no_denials_however_they_are_worded() {
    for sentence in ["该订单已经支付", "银行卡扣款成功"] {
        let shop = Shop::open_utf8();
        shop.once(Call::Micropay, fault(says_of("系统繁忙", "dm7")));
        shop.always(Call::Query, fault(says_of(sentence, "dm7")));
        let told = shop.till.micropay("B1", &shop.wechat(), 100, PATIENT);
        assert_eq!(codes::name(told.code), codes::name(codes::UNKNOWN), "{sentence}");
    }
}

/// A bill whose order was named, failed, and was reported as not paid.
fn failed_by_its_order(shop: &Shop, bill: &str, dm_id: &str) {
    shop.once(Call::Micropay, fault(paying(dm_id)));
    shop.always(Call::Query, fault(says_of("用户取消", dm_id)));
    shop.till.micropay(bill, &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    shop.control.clear_faults();
}

#[test]
fn an_order_that_is_paid_late_raises_an_alarm_whatever_its_response_lacks() {
    for attributes in
        ["ok=\"1\" total=\"1.00\"", "ok=\"1\" dm_id=\"dm7\"", "ok=\"1\" dm_id=\"dm7\" total=\"0.99\""]
    {
        let shop = Shop::open_utf8();
        failed_by_its_order(&shop, "B1", "dm7");
        shop.always(Call::Query, fault(response(attributes)));
        assert_eq!(kinds(&shop), ["paid_there"], "{attributes}");
        assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 1);
    }
}

#[test]
fn a_second_order_of_the_code_that_is_paid_late_raises_an_alarm() {
    let shop = Shop::open_utf8();
    let is_late = Arc::new(AtomicBool::new(false));
    let late = is_late.clone();
    Gateway::before(&shop, move |request| match request {
        charge if is_charge(charge) => Some(paying("dm7")),
        question if asks_by_code(question) && late.load(Ordering::Relaxed) => Some(paid("dm8", "1.00")),
        question if question.contains("action=query") => Some(says_of("用户取消", "dm7")),
        _ => None,
    });
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    is_late.store(true, Ordering::Relaxed);
    assert_eq!(kinds(&shop), ["paid_there"]);
}

#[test]
fn a_charge_that_the_platform_cannot_be_asked_about_now_is_not_reconciled() {
    for sentence in ["系统繁忙", "订单已支付", "转入退款"] {
        let shop = Shop::open_utf8();
        shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
        shop.always(Call::Query, fault(says(sentence)));
        let found = shop.till.reconcile("");
        assert_eq!(codes::name(found.code), codes::name(codes::ERR_NO_RESPONSE), "{sentence}");
        assert_eq!(found.number("unanswered"), 1);
    }
}

#[test]
fn a_charge_is_reconciled_at_the_server_that_was_charged() {
    let shop = Shop::open_utf8();
    shop.sell("B0", 100);
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 200, NONE).is(codes::NOT_PAID);
    let late = shop.bills().into_iter().find(|bill| bill.total_fen.0 == 200).unwrap();
    shop.control.set_bill_outcome(late.dm_id, &BillOutcome::Paid).unwrap();
    // The config names a server that does not have them.
    Gateway::before(&shop, |request| {
        let asks = request.contains("action=query") || request.contains("action=read");
        asks.then(|| says("订单不存在"))
    });
    assert_eq!(kinds(&shop), ["paid_there"]);
}

#[test]
fn an_order_that_may_be_of_the_till_where_the_code_went_next_does_not_pay_the_bill() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, fault(says("余额不足")));
    shop.once(Call::Query, Fault::NotFound);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    // Paid at another till; the response does not say whose order it is.
    shop.always(Call::Query, fault(paid("dm7", "1.00")));
    shop.till.reconcile("").is(codes::OK);
    let told = shop.till.settle("B1", NONE);
    assert_ne!(codes::name(told.code), codes::name(codes::PAID));
}

#[test]
fn a_response_that_was_left_on_a_connection_is_not_that_to_the_next_question() {
    let shop = Shop::open_utf8();
    let (again, may_answer_again) = mpsc::channel();
    let (twice, was_answered_twice) = mpsc::channel();
    let first = Arc::new(Mutex::new(Some((may_answer_again, twice))));
    let platform = shop.sandbox.addr();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    move_to(&shop, listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            let first = first.clone();
            thread::spawn(move || {
                while let Some(request) = read_message(&mut till) {
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let twice = if asks_by_code(&text) { first.lock().unwrap().take() } else { None };
                    let truth = forward(platform, &request).unwrap();
                    // The first delivery of the charge pays; the response is that of the second one.
                    let response = if is_charge(&text) { whole(&says("余额不足")) } else { truth };
                    till.write_all(&response).unwrap();
                    if let Some((may_answer_again, twice)) = twice {
                        may_answer_again.recv().unwrap();
                        till.write_all(&response).unwrap();
                        twice.send(()).unwrap();
                    }
                }
            });
        }
    });
    shop.till.query_auth_code(&shop.wechat(), 100, NONE).is(codes::OK);
    again.send(()).unwrap();
    was_answered_twice.recv().unwrap();
    let code = shop.wechat();
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
}

#[test]
fn an_order_that_failed_without_a_reason_ends_however_short_the_deadlines_are() {
    let shop = Setup::default().option("deadline_ms", "150").open();
    shop.once(Call::Micropay, fault(paying("dm7")));
    Gateway::before(&shop, |request| {
        if is_charge(request) {
            return Some(paying("dm7"));
        }
        (asks_by_order(request) || asks_by_code(request)).then(|| says_of("支付失败", "dm7"))
    });
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::UNKNOWN);
    let told = (0..60).map(|_| shop.till.settle("B1", NONE).code).find(|code| *code != codes::UNKNOWN);
    assert_eq!(told, Some(codes::NOT_PAID));
}

#[test]
fn an_order_of_another_platform_is_not_ours_though_it_has_our_number() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    let ours = shop.bill().dm_id.to_string();
    // Another platform, whose numbers start where ours did, and whose responses name no device.
    let other = Gateway::at("127.0.0.2", shop.sandbox.addr(), move |request| {
        request.contains("action=query").then(|| paid(&ours, "1.00"))
    });
    shop.till.close().is(codes::OK);
    shop.control.set_config(&shop.device.device_id, "server", Some(&other.base())).unwrap();
    shop.open_with(&shop.till, &[("base", &other.base())]).is(codes::OK);
    shop.control.clear_requests();
    let told = shop.till.settle("B1", PATIENT).is(codes::UNKNOWN);
    assert_ne!(told.text("needs_person"), "");
    assert!(shop.sent(Call::Query).is_empty());
}

#[test]
fn a_sentence_that_nobody_knows_raises_no_alarm() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.always(Call::Read, fault(says("暂时不能为您服务")));
    let found = shop.till.reconcile("");
    assert_eq!(codes::name(found.code), codes::name(codes::ERR_NO_RESPONSE));
    assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
}

#[test]
fn one_question_that_is_refused_hides_no_other_bill() {
    let shop = Shop::open_utf8();
    let refused = shop.wechat();
    shop.once(Call::Micropay, fault(says("余额不足")));
    shop.till.micropay("B1", &refused, 100, NONE).is(codes::NOT_PAID);
    shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 200, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.once(Call::Query, fault(says("参数错误")));
    let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert_eq!((found.number("unanswered"), found.number("alarms")), (1, 1));
    // If every response is a refusal, the reply says so.
    shop.always(Call::Query, fault(says("参数错误")));
    shop.always(Call::Read, Fault::SignError);
    shop.till.reconcile("").is(codes::ERR_REFUSED);
}

#[test]
fn a_bill_that_was_paid_late_with_another_amount_is_not_charged_again() {
    let shop = Shop::open_utf8();
    failed_by_its_order(&shop, "B1", "dm7");
    shop.always(Call::Query, fault(paid("dm7", "0.99")));
    assert_eq!(kinds(&shop), ["paid_there"]);
    shop.control.clear_requests();
    shop.till.micropay("B1", &shop.wechat(), 100, SOON);
    assert!(shop.sent(Call::Micropay).is_empty());
}

#[test]
fn a_bill_that_was_not_paid_in_so_many_words_needs_no_person() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.always(Call::Query, fault(says("该订单未支付成功")));
    shop.till.micropay("B1", &shop.wechat(), 100, PATIENT).is(codes::NOT_PAID);
}

#[test]
fn openings_that_are_too_short_for_the_quiet_time_settle_in_the_end() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    let ended = (0..100).any(|_| {
        shop.open_again_with(&[]);
        shop.till.recover(&[("deadline_ms", "60")]).is(codes::OK).number("open") == 0
    });
    assert!(ended);
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
}

#[test]
fn a_code_that_is_scanned_for_two_bills_at_once_is_charged_once() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let both: Vec<_> = ["A", "B"]
        .map(|bill| shop.till.micropay_aside(bill, &code, 100, NONE))
        .into_iter()
        .map(|call| call.end())
        .collect();
    assert_eq!(both.iter().filter(|reply| reply.code == codes::PAID).count(), 1);
    assert!(both.iter().any(|reply| [codes::ERR_BUSY, codes::ERR_AUTH_CODE_USED].contains(&reply.code)));
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
}

#[test]
fn a_payment_that_is_cancelled_at_once_is_sent_or_not_and_never_half_told() {
    let shop = Shop::open_utf8();
    for n in 0..10 {
        let (bill, code) = (format!("B{n}"), shop.wechat());
        shop.till.micropay_start(n, &bill, &code, 100, NONE).is(codes::PENDING);
        shop.till.cancel(n).is(codes::OK);
        let reply = shop.till.wait(n);
        shop.verify(&reply, &code, 100);
        if reply.code == codes::UNKNOWN {
            shop.verify(&shop.till.settle(&bill, NONE), &code, 100);
        }
    }
    shop.agree();
}

#[test]
fn responses_that_trickle_do_not_outlast_the_deadline() {
    let shop = Shop::open_utf8();
    shop.always(Call::Micropay, Fault::Trickle { ms_per_byte: 40 });
    shop.always(Call::Query, Fault::Trickle { ms_per_byte: 40 });
    let begun = Instant::now();
    shop.till.micropay("B1", &shop.wechat(), 100, &[("deadline_ms", "300")]).is(codes::UNKNOWN);
    // A whole response would take longer.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_charge_of_version_1_is_not_denied_by_a_server_that_it_may_not_have_been_sent_to() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ledgers/version-1.db");
    for file in ["ledger.db-wal", "ledger.mark"] {
        let _ = std::fs::remove_file(shop.folder().join(file));
    }
    std::fs::copy(old, shop.folder().join("ledger.db")).unwrap();
    let device = shop
        .control
        .add_device(NewDevice { device_id: Some("57201".into()), ..NewDevice::default() })
        .unwrap();
    shop.start_again().is(codes::OK);
    shop.till.set_device(&device.device_id, &device.key).is(codes::OK);
    shop.till.settle("lost", PATIENT).is(codes::UNKNOWN);
}

#[test]
fn a_second_failure_without_a_reason_is_waited_for_as_a_first_one_is() {
    let shop = Shop::open_utf8();
    let asked = AtomicUsize::new(0);
    Gateway::before(&shop, move |request| match request {
        charge if is_charge(charge) => Some(paying("dm7")),
        // The customer has no money on one card, is declined with the next, and pays with a third.
        question if asks_by_order(question) => Some(match asked.fetch_add(1, Ordering::Relaxed) {
            0 => says_of("余额不足", "dm7"),
            1 => says_of("支付失败", "dm7"),
            _ => paid("dm7", "1.00"),
        }),
        question if asks_by_code(question) => Some(says_of("支付失败", "dm7")),
        _ => None,
    });
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
}

#[test]
fn an_attempt_whose_code_cannot_be_read_does_not_hide_that_another_one_is_paid() {
    let mut shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    shop.till.micropay("B1", &shop.wechat(), 100, INSIST).is(codes::PAID);
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger
        .execute("UPDATE charge SET auth_code = 'sealed by another machine' WHERE state = 'open'", [])
        .unwrap();
    drop(ledger);
    shop.start_again().is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    // The first attempt may still be paid.
    shop.till.void("B1", NONE).is(codes::UNKNOWN);
    assert_eq!(shop.bill().refunds.len(), 1);
}

#[test]
fn a_charge_whose_code_cannot_be_read_is_asked_about_by_its_order() {
    let mut shop = Shop::open_utf8();
    for (bill, fen) in [("B1", 100), ("B2", 200)] {
        shop.till.micropay(bill, &shop.customer(Behaviour::NeverAnswers), fen, SOON).is(codes::UNKNOWN);
    }
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute("UPDATE charge SET auth_code = 'sealed by another machine'", []).unwrap();
    drop(ledger);
    for bill in shop.bills() {
        let outcome = if bill.total_fen.0 == 100 {
            BillOutcome::Paid
        } else {
            BillOutcome::Failed { info: "用户取消".into() }
        };
        shop.control.set_bill_outcome(bill.dm_id, &outcome).unwrap();
    }
    shop.start_again().is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID);
    // A failed order is not enough: another delivery of the charge may have paid.
    let told = shop.till.settle("B2", PATIENT).is(codes::UNKNOWN);
    assert_ne!(told.text("needs_person"), "");
}

#[test]
fn two_clients_of_one_program_are_not_the_same_device() {
    let shop = Shop::open_utf8();
    let other = Till::new(shop.till.driver.clone(), 1, shop.till.page);
    let (folder, options) = (shop.home().join("second"), [("base", &*shop.sandbox.base())]);
    other.open(&folder, &options).is(codes::OK);
    // Neither till would know that the other has charged a code, and a payment with it would count for a bill
    // of each.
    let device = &shop.device;
    other.set_device(&device.device_id, &device.key).is(codes::ERR_DEVICE_IN_USE);
    other.micropay("B", &shop.wechat(), 100, NONE).is(codes::ERR_NOT_ACTIVATED);
    // Its own device may have another key.
    shop.till.set_device(&device.device_id, &device.key).is(codes::OK);
    shop.till.close().is(codes::OK);
    other.set_device(&device.device_id, &device.key).is(codes::OK);
    shop.open(&shop.till).is(codes::ERR_DEVICE_IN_USE);
    other.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.sell("A", 100);
}

#[test]
fn a_device_that_an_activation_gives_twice_is_kept_and_not_shared() {
    let shop = Shop::open_utf8();
    let other = Till::new(shop.till.driver.clone(), 1, shop.till.page);
    let (folder, options) = (shop.home().join("second"), [("base", &*shop.sandbox.base())]);
    other.open(&folder, &options).is(codes::OK);
    let (device_id, key) = (&shop.device.device_id, &shop.device.key);
    shop.once(Call::Activate, fault(response(&format!("ok=\"1\" device_id=\"{device_id}\" key=\"{key}\""))));
    other.activate("CODE", "").is(codes::ERR_DEVICE_IN_USE);
    other.close().is(codes::OK);
    shop.till.close().is(codes::OK);
    assert_eq!(other.open(&folder, &options).is(codes::OK).text("device_id"), *device_id);
}
