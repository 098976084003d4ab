//! The driver under attack: how a moving server, a slow replica, another device or a second caller got a
//! wrong verdict.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use socket2::{Domain, SockAddr, Socket, Type};
use wsy_sandbox::{
    Behaviour, BillOutcome, Call, DeviceKey, Fault, FaultOrder, NewAuthCode, NewDevice, Options, Sandbox,
};

use crate::codes;
use crate::driver::Driver;
use crate::relay::read_message;
use crate::shop::{SOON, Shop, eventually};
use crate::till::{NONE, Reply, Till};

fn says(info: &str) -> Fault {
    Fault::Response { body: format!("<dm ok=\"0\" info=\"{info}\"/>") }
}

fn kinds(found: &Reply) -> Vec<&str> {
    found.list("difference").iter().map(|difference| difference.text("kind")).collect()
}

/// Directs the till's requests there from now on.
fn move_to(shop: &Shop, base: &str) {
    shop.control.set_config(&shop.device.device_id, "server", Some(base)).unwrap();
    assert_eq!(shop.till.config(1).is(codes::OK).text("server"), base);
}

/// A server that refuses connections until it listens.
struct Down(Socket);

impl Down {
    fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).unwrap();
        Self(socket)
    }

    fn base(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap().as_socket().unwrap())
    }

    /// Brings it up again, with no orders.
    fn listen(self) {
        self.0.listen(16).unwrap();
        let listener = TcpListener::from(self.0);
        thread::spawn(move || {
            for mut till in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || {
                    while read_message(&mut till).is_some() {
                        let body = "<dm ok=\"0\" info=\"订单不存在\"/>";
                        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                        if std::io::Write::write_all(&mut till, (head + body).as_bytes()).is_err() {
                            break;
                        }
                    }
                });
            }
        });
    }
}

#[test]
fn a_charge_that_is_tried_again_goes_where_its_intent_says() {
    let shop = Shop::open_utf8();
    let down = Down::new();
    move_to(&shop, &down.base());
    shop.once(Call::Micropay, Fault::ResponseLost);
    let code = shop.wechat();
    shop.till.micropay_start(0, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the intent is written", || shop.till.find("B1").code == codes::OK);
    // The platform moves between two tries; the till's queries go to the server of the intent.
    move_to(&shop, &shop.sandbox.base());
    eventually("it is sent, or is not", || {
        !shop.sent(Call::Micropay).is_empty() || shop.till.poll(0).code != codes::PENDING
    });
    down.listen();
    let told = shop.till.wait(0);
    shop.verify(&told, &code, 100);
    told.is(codes::ERR_NOT_SENT);
    assert!(shop.sent(Call::Micropay).is_empty());
}

#[test]
fn a_code_that_has_paid_two_orders_in_turn_is_not_asked_about_without_end() {
    let shop = Shop::open_utf8();
    let paid = |dm_id: &str| Fault::Response {
        body: format!("<dm ok=\"1\" dm_id=\"{dm_id}\" total=\"1.00\" pay_type=\"4\"/>"),
    };
    shop.once(Call::Micropay, Fault::RequestLost);
    // Two deliveries each made an order, and each of two replicas knows one of them.
    for n in 0..400 {
        shop.once(Call::Query, paid(if n % 2 == 0 { "dm7" } else { "dm8" }));
    }
    let code = shop.wechat();
    shop.till.micropay_start(0, "B1", &code, 100, SOON).is(codes::PENDING);
    let asked = || shop.sent(Call::Query).len();
    eventually("it ends", || shop.till.poll(0).code != codes::PENDING || asked() >= 400);
    assert!(asked() < 20, "{} questions in 200 ms", asked());
    assert_ne!(shop.till.wait(0).is(codes::UNKNOWN).text("needs_person"), "");
}

#[test]
fn another_device_that_does_not_know_a_charge_does_not_clear_it() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.replace_device();
    // A platform that shows orders only to their own device.
    shop.always(Call::Query, Fault::NotFound);
    let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert_eq!((found.number("asked"), found.number("unanswered")), (0, 1));
    shop.control.clear_faults();
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["paid_there"]);
}

#[test]
fn one_absence_does_not_take_back_that_a_bill_was_paid_after_all() {
    for skipped in [1, 2] {
        let shop = Shop::open_utf8();
        shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
        shop.set_outcome(&BillOutcome::Paid);
        // A replica that is behind.
        shop.control.add_fault(FaultOrder::once(Call::Query, Fault::NotFound).after(skipped));
        let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
        assert_eq!((found.number("asked"), found.number("unanswered")), (0, 1));
        assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), ["paid_there"]);
    }
}

#[test]
fn an_accepted_refund_without_a_time_does_not_take_a_line_that_is_older_than_it() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let bill = |lines: &str| Fault::Response {
        body: format!(
            "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"10.00\" pay_time=\"2018-11-22 10:00:00\" no=\"\"{lines}</dm>"
        ),
    };
    shop.once(Call::Read, bill(">"));
    shop.once(Call::Refund, says("退款申请已提交"));
    // The back office refunded long before; the bill is slow to show it.
    let theirs = " refund_total=\"-3.00\"><pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"-3.00\" pay_time=\"2018-11-22 11:00:00\" pay_id=\"x\"/>";
    shop.always(Call::Read, bill(theirs));
    let accepted = shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
    assert_eq!(accepted.text("message_zh"), "平台已受理退款，尚未到账。");
}

#[test]
fn a_charge_that_ends_while_its_bill_is_to_be_voided_is_not_told_as_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay_start(0, "B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::PENDING);
    shop.till.wait(0).is(codes::NOT_PAID);
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 2);
    // The older payment of the bill undoes it as well, and finds it busy.
    shop.till.void_payment(0).is(codes::OK);
    shop.till.wait(0).is(codes::ERR_BUSY);
    let second = shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap();
    shop.control.set_bill_outcome(second.dm_id, &BillOutcome::Paid).unwrap();
    shop.till.wait(1).is(codes::UNKNOWN);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn an_order_of_another_platform_is_not_refunded_though_it_has_our_number() {
    let shop = Shop::open_utf8();
    let ours = shop.sell("B1", 100).text("dm_id").to_owned();
    // Another platform, whose numbers start where ours did, and one of its customers.
    let elsewhere = Sandbox::start(Options::default()).unwrap();
    let control = elsewhere.control();
    let DeviceKey { device_id, key } = shop.device.clone();
    control
        .add_device(NewDevice {
            device_id: Some(device_id.clone()),
            key: Some(key.clone()),
            ..NewDevice::default()
        })
        .unwrap();
    // In another program: in one, a number and key is one device.
    let theirs = Till::new(Driver::spawn(), 0, shop.till.page);
    theirs.open(&shop.home().join("theirs"), &[("base", &*elsewhere.base())]).is(codes::OK);
    theirs.set_device(&device_id, &key).is(codes::OK);
    let code = control.new_auth_code(&NewAuthCode::wechat(Behaviour::Pays)).unwrap().auth_code;
    assert_eq!(theirs.micropay("T1", &code, 100, NONE).is(codes::PAID).text("dm_id"), ours);
    move_to(&shop, &elsewhere.base());
    let read = shop.till.read_bill("B1", "").is(codes::OK);
    assert_eq!(read.number("pay_total_fen"), 100);
    shop.till.refund("R1", "B1", 30, NONE).is(codes::REFUNDED);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert!(control.book().unwrap().bills[0].refunds.is_empty());
    let sent = control.requests().requests;
    assert!(!sent.iter().any(|request| matches!(request.action, Call::Read | Call::Refund)), "{sent:#?}");
    shop.agree();
}

#[test]
fn a_refund_is_refused_while_the_server_of_its_order_is_not_allowed() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 100).text("dm_id").to_owned();
    // The same platform by another name; the till has not been configured to treat the two as one.
    let moved = [("base", &*shop.sandbox.base().replace("127.0.0.1", "localhost"))];
    shop.open_again_with(&moved);
    shop.silent(|| {
        shop.till.refund("R1", "B1", 30, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
        shop.till.refund_order("R1", "", &dm_id, 30).is(codes::ERR_SERVER_NOT_ALLOWED);
        shop.till.read_bill("B1", "").is(codes::ERR_SERVER_NOT_ALLOWED);
        shop.till.void("B1", NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    });
    let allowed = [moved[0], ("allowed_hosts", "127.0.0.1")];
    shop.open_again_with(&allowed);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.agree();
}
