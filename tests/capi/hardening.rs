//! Somebody between the till and the platform: where payments may go, and over what.

use wsy_sandbox::Call;

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::NONE;

fn server(shop: &Shop, server: &str) {
    shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
}

#[test]
fn a_config_that_sends_payments_to_another_host_is_not_used() {
    let mut shop = Shop::open_utf8();
    for elsewhere in
        ["http://evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.2:80", "ftp://127.0.0.1"]
    {
        server(&shop, elsewhere);
        let refused = shop.till.config(1);
        assert!(
            [codes::ERR_SERVER_NOT_ALLOWED, codes::ERR_BAD_ANSWER].contains(&refused.code),
            "{elsewhere}"
        );
        // The config in use stays, and with it the way to the platform.
        shop.sell(&format!("B-{}", elsewhere.len()), 100);
    }
    // Nor is it used after a start, whether it comes from the platform or from the file of the last good one.
    server(&shop, "http://evil.example");
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).text("config_source"), "file");
    shop.sell("B9", 100);
    shop.agree();
}

#[test]
fn a_till_without_a_config_of_an_allowed_host_charges_nobody() {
    let shop = Setup::default().without_device().open();
    server(&shop, "http://evil.example");
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    assert_eq!(shop.sent(Call::Micropay).len(), 0);
    server(&shop, &shop.sandbox.base());
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
}

#[test]
fn a_host_that_is_allowed_may_be_named() {
    let shop = Setup::default().option("allowed_hosts", "pay.example, localhost").open();
    let port = shop.sandbox.base().rsplit(':').next().unwrap().to_owned();
    server(&shop, &format!("http://localhost:{port}"));
    shop.till.config(1).is(codes::OK);
    shop.sell("B1", 100);
    server(&shop, "http://other.example");
    shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
}

#[test]
fn where_only_https_is_wanted_plain_http_is_refused_with_nothing_sent() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    shop.silent(|| shop.open_with(&shop.till, &[("https_only", "1")]).is(codes::ERR_BASE));
    shop.silent(|| shop.open_with(&shop.till, &[("https_only", "yes")]).is(codes::ERR_OPTIONS));
    shop.open_with(&shop.till, &[("https_only", "0")]).is(codes::OK);
}
