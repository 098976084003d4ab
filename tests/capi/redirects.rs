//! Redirects are not followed: the other address gets no connection, let alone a request.

use std::net::TcpListener;

use crate::codes;
use crate::impostor::{Impostor, Lie, lie};
use crate::shop::{SOON, Setup};
use crate::till::NONE;

fn elsewhere_is_not_visited(status: &str) {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = elsewhere.local_addr().unwrap();
    for location in
        [format!("http://{address}/o2o-dm/op.php"), format!("//{address}/"), "/elsewhere".to_owned()]
    {
        let redirect = redirect(status, &location);
        let shop = Setup::default().open();
        let impostor = Impostor::before(&shop);
        shop.sell("B0", 500);
        shop.control.clear_requests();
        let every = ["activate", "config", "time", "micropay", "query", "refund", "reprint"];
        impostor.lie(&every, &redirect);
        let code = shop.wechat();
        shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
        shop.till.query_auth_code(&code, 100, NONE).is(codes::ERR_NO_RESPONSE);
        let refund = shop.till.refund("R1", "B0", 100, NONE);
        assert!([codes::REFUNDED, codes::UNKNOWN].contains(&refund.code), "{}", codes::name(refund.code));
        shop.till.config(1).is(codes::ERR_NO_RESPONSE);
        shop.till.time().is(codes::ERR_NO_RESPONSE);
        let initkey = shop.control.activation_code(None).unwrap();
        shop.till.activate(&initkey, "").is(codes::ERR_ACTIVATION_LOST);
        assert!(elsewhere.accept().is_err(), "{status} to {location} was followed");
        // Following it at the same address would be a request to a path that the platform does not have.
        let paths: Vec<_> = shop.control.requests().requests.into_iter().map(|sent| sent.endpoint).collect();
        assert!(paths.iter().all(|path| !path.contains("elsewhere")), "{paths:?}");
        impostor.tell_the_truth();
        shop.till.settle("B1", NONE).is(codes::PAID);
        shop.till.refund("R1", "B0", 100, NONE).is(codes::REFUNDED);
        shop.agree();
    }
    assert!(elsewhere.accept().is_err(), "{status} was followed");
}

fn redirect(status: &str, location: &str) -> Lie {
    let head = format!("HTTP/1.1 {status}\r\nLocation: {location}\r\n");
    lie(move |till, body| {
        use std::io::Write;
        // The body is the right response, but with this status it does not count.
        till.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
    })
}

#[test]
fn no_redirect_is_followed_by_any_call() {
    const STATUS: [&str; 6] = [
        "300 Multiple Choices",
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ];
    std::thread::scope(|scope| {
        for status in STATUS {
            scope.spawn(|| elsewhere_is_not_visited(status));
        }
    });
}
