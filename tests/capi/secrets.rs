//! The key, activation codes and live auth codes: where they may be, and nowhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use wsy_sandbox::{Behaviour, Call, Fault};

use crate::codes;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Page, Reply};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

/// The files that a text stands in.
fn holders(folder: &Path, secret: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    files(folder).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name).collect()
}

fn everything_said(replies: &[Reply]) -> String {
    let mut said = String::new();
    for reply in replies {
        let items = ["charge", "refund"].iter().filter_map(|list| reply.maybe_list(list)).flatten();
        for fields in items.chain([&reply.fields]) {
            for (name, value) in fields.iter() {
                said.push_str(&format!("{name}={value}\n"));
            }
        }
    }
    said
}

#[test]
fn no_secret_is_in_a_log_line_a_reply_or_a_file_that_has_no_business_with_it() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).without_device().open();
        shop.till.on_log("on").is(codes::OK);
        let initkey = shop.control.activation_code(None).unwrap();
        let mut said = vec![shop.till.activate(&initkey, "")];
        let key = fs::read_to_string(shop.folder().join("device.key")).unwrap();
        let key = key.lines().find_map(|line| line.strip_prefix("key=")).unwrap().to_owned();
        assert!(key.len() > 10);

        let customers = [
            shop.wechat(),
            shop.alipay(),
            shop.customer(Behaviour::NoMoney),
            shop.customer(Behaviour::AsksPassword { ms: 300 }),
            shop.customer(Behaviour::NeverAnswers),
            shop.wechat(),
        ];
        for (n, code) in customers.iter().enumerate() {
            let bill = format!("B{n}");
            said.push(shop.till.micropay(&bill, code, 100, SOON));
            said.push(shop.till.find(&bill));
            said.push(shop.till.query_auth_code(code, 100, NONE));
        }
        // Ways of failing whose words could carry the request along.
        for fault in
            [Fault::RequestLost, Fault::Html, Fault::Redirect { location: "/x".into() }, Fault::SignError]
        {
            shop.always(Call::Config, fault.clone());
            said.push(shop.till.config(1));
            shop.always(Call::Query, fault.clone());
            said.push(shop.till.query_auth_code(&customers[5], 100, NONE));
            said.push(shop.till.settle("B4", SOON));
            shop.control.clear_faults();
        }
        said.push(shop.till.micropay("B9", &customers[0], 100, NONE));
        said.push(shop.till.refund("R1", "B0", 50, NONE));
        said.push(shop.till.day(""));
        said.push(shop.till.unresolved());
        said.push(shop.till.config(0));
        let said = everything_said(&said) + &shop.till.log().join("\n");
        for secret in customers.iter().chain([&initkey, &key]) {
            let line = said.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} was said");
        }

        let folder = shop.folder();
        assert_eq!(holders(&folder, &key), ["device.key"]);
        assert_eq!(holders(&folder, &initkey), [""; 0]);
        for (n, code) in customers.iter().enumerate() {
            let in_log = holders(&folder, code).iter().any(|name| !name.starts_with("ledger.db"));
            assert!(!in_log, "the code of B{n} is in {:?}", holders(&folder, code));
        }
        // Closed, only what is still open has its code, or was not paid and may be asked about again (a code that was
        // declined is of no use to anybody); and that in the ledger alone.
        shop.till.settle("B3", NONE).is(codes::PAID);
        shop.till.close().is(codes::OK);
        for (n, code) in customers.iter().enumerate() {
            let holders = holders(&folder, code);
            if [2, 4].contains(&n) {
                assert_eq!(holders, ["ledger.db"]);
            } else {
                assert!(holders.is_empty(), "the code of B{n} is still in {holders:?}");
            }
        }
    }
}

#[test]
fn files_with_secrets_are_for_their_owner_alone() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let mut names = Vec::new();
    for entry in fs::read_dir(shop.folder()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["config.xml", "device.key", "ledger.db", "ledger.db-wal", "ledger.mark", "wsy.log"]);
    let folder = fs::metadata(shop.folder()).unwrap().permissions().mode() & 0o777;
    assert_eq!(folder, 0o700);
}

#[test]
fn requests_that_carry_a_live_code_have_it_in_the_body_where_no_proxy_logs_it() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::AsksPassword { ms: 200 }), 100, NONE).is(codes::PAID);
    let requests = shop.control.requests().requests;
    for request in requests.iter().filter(|request| request.params.get("authcode").is_some()) {
        assert_eq!(request.method, "POST");
    }
    assert!(requests.iter().all(|request| request.params.get("key").is_none()));
}
