//! The key, activation codes and live auth codes: where they may be, and that they are nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use wsy_sandbox::{Behaviour, Call, Fault, NewDevice};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Page, Reply, Till, beijing_day};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

/// The files that contain a text.
fn holders(folder: &Path, secret: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    files(folder).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name).collect()
}

fn everything_said(replies: &[Reply]) -> String {
    let mut said = String::new();
    for reply in replies {
        let lists = ["charge", "refund", "pay", "dm_code", "difference", "unanswered", "alarm"];
        let items = lists.iter().filter_map(|list| reply.maybe_list(list)).flatten();
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
            // The slow ones are not waited for.
            let slow = [3, 4].contains(&n);
            said.push(shop.till.micropay(&bill, code, 100, if slow { SOON } else { NONE }));
            said.push(shop.till.find(&bill));
            said.push(shop.till.query_auth_code(code, 100, NONE));
        }
        // Failures whose messages could repeat the request.
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
            assert_eq!(line, None, "{secret} was revealed");
        }

        let folder = shop.folder();
        assert_eq!(holders(&folder, &key), ["device.key"]);
        assert_eq!(holders(&folder, &initkey), [""; 0]);
        for (n, code) in customers.iter().enumerate() {
            let in_log = holders(&folder, code).iter().any(|name| !name.starts_with("ledger.db"));
            assert!(!in_log, "the code of B{n} is in {:?}", holders(&folder, code));
        }
        // After closing, only a bill that is still open has its code, or one that was not paid and may be
        // asked about again (a declined code is of no use to anybody); and that in the ledger alone.
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
fn a_spent_code_does_not_stay_in_the_journal_of_the_ledger() {
    let shop = Shop::open_utf8();
    let codes: Vec<_> = (0..3).map(|_| shop.wechat()).collect();
    for (n, code) in codes.iter().enumerate() {
        shop.till.micropay(&format!("B{n}"), code, 100, NONE).is(codes::PAID);
    }
    // The program makes calls meanwhile, about other things.
    eventually("no file has the codes", || {
        shop.till.find("B0").is(codes::OK);
        codes.iter().all(|code| holders(&shop.folder(), code).is_empty())
    });
    shop.till.driver.kill();
    let after = Till::new(Driver::spawn(), 0, Page::Utf8);
    shop.open(&after).is(codes::OK);
    after.settle("B2", NONE).is(codes::PAID_EARLIER);
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
    assert_eq!(
        names,
        [
            "codes.key",
            "config.xml",
            "device.key",
            "ledger.db",
            "ledger.db-wal",
            "ledger.lock",
            "ledger.mark",
            "wsy.log"
        ]
    );
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

/// The forms a secret may take to avoid being recognised.
fn disguises(secret: &str) -> BTreeSet<String> {
    let hex = hex::encode(secret);
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let wide: String = secret.chars().flat_map(|c| [c, '\0']).collect();
    let mut found = BTreeSet::from([
        secret.to_owned(),
        secret.to_lowercase(),
        secret.to_uppercase(),
        secret.chars().rev().collect(),
        hex.to_uppercase(),
        hex,
        percent.to_uppercase(),
        percent,
        wide,
    ]);
    // Among other bytes, Base64 has three ways to write the same ones.
    for before in 0..3 {
        let text = format!("{}{secret}", "\0".repeat(before));
        for engine in [&STANDARD, &URL_SAFE] {
            let code = engine.encode(&text[..text.len() / 3 * 3]);
            found.insert(code[(before * 8).div_ceil(6)..].to_owned());
        }
    }
    found
}

#[track_caller]
fn nowhere_in(what: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        for disguise in disguises(secret) {
            let found = bytes.windows(disguise.len()).position(|window| window == disguise.as_bytes());
            let around = found.map(|at| &bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())]);
            assert_eq!(around.map(String::from_utf8_lossy), None, "{secret} is in {what}");
        }
    }
}

const KEY: &str = "PlantedKeyOfThisDevice0123456789abcdefghij";
const INITKEY: &str = "PlantedActivationCode987654321";
/// Not for the log: the goods, and what the shop's program adds for itself.
const PRIVATE: [&str; 3] = ["PlantedGoodsOfTheCustomer", "PlantedAttachment", "PlantedGoodsMark"];

#[test]
fn a_planted_secret_is_found_in_no_disguise() {
    let mut shop = Setup::default().without_device().open();
    shop.till.on_log("on").is(codes::OK);
    let planted = NewDevice { key: Some(KEY.to_owned()), ..NewDevice::default() };
    let device = shop.control.add_device(planted).unwrap();
    shop.control.activation_code(Some(INITKEY)).unwrap();
    let mut said = Vec::new();
    // Refusals whose messages could repeat the request, or the secret.
    for (call, fault) in [
        (Call::Activate, Fault::RequestLost),
        (Call::Activate, Fault::Redirect { location: "/elsewhere".into() }),
        (
            Call::Activate,
            Fault::Response { body: format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}\" x=&y;/>") },
        ),
        (Call::Activate, Fault::Response { body: format!("<dm ok=\"1\" key=\"{KEY}\" key=\"{KEY}\"/>") }),
        (Call::Activate, Fault::Response { body: format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}") }),
        (Call::Activate, Fault::Response { body: format!("<dm ok=\"1\" device_id=\"\" key=\"{KEY}\"/>") }),
        (Call::Activate, Fault::Response { body: format!("<{KEY} ok=\"1\"></{KEY}>") }),
    ] {
        shop.once(call, fault);
        said.push(shop.till.activate(INITKEY, "").is(codes::ERR_ACTIVATION_LOST));
    }
    said.push(shop.till.set_device(&device.device_id, &format!("{KEY} {KEY}")));
    said.push(shop.till.set_device("", KEY));
    said.push(shop.till.set_device(&device.device_id, KEY).is(codes::OK));
    assert_eq!(said.last().unwrap().text("config_source"), "platform");

    let goods = [
        ("info", PRIVATE[2]),
        ("infoaddo", PRIVATE[0]),
        ("attach", PRIVATE[1]),
        ("operator_id", "PlantedOperator"),
        ("deadline_ms", "200"),
    ];
    let paid = shop.customer(Behaviour::AsksPassword { ms: 1 });
    said.push(shop.till.micropay("B1", &paid, 100, &goods));
    let wanted = if said.last().unwrap().code == codes::PAID { codes::PAID_EARLIER } else { codes::PAID };
    said.push(shop.till.settle("B1", NONE).is(wanted));
    let declined = shop.customer(Behaviour::Declines { reason: "余额不足".into() });
    said.push(shop.till.micropay("B2", &declined, 100, &goods[..4]).is(codes::NOT_PAID));
    let lost = shop.wechat();
    for fault in [Fault::ResponseLost, Fault::SignError, Fault::Html, Fault::DeviceError] {
        shop.once(Call::Micropay, fault.clone());
        shop.always(Call::Query, fault);
        said.push(shop.till.micropay("B3", &lost, 100, &goods));
        said.push(shop.till.query_auth_code(&lost, 100, NONE));
        said.push(shop.till.read_bill("B1", ""));
        shop.control.clear_faults();
    }
    // Arguments in the wrong places.
    for wrong in [&[(INITKEY, "1")], &[("key", KEY)], &[("insist", KEY)], &[("deadline_ms", KEY)]] {
        said.push(shop.till.micropay("B4", &shop.wechat(), 100, wrong));
    }
    said.push(shop.till.refund("R1", "B1", 40, &[("attach", PRIVATE[1])]).is(codes::REFUNDED));
    said.push(shop.till.reconcile(""));
    said.push(shop.till.day(""));
    said.push(shop.till.config(1).is(codes::OK));
    said.push(shop.till.config(0).is(codes::OK));
    said.push(shop.till.find("B1").is(codes::OK));
    said.push(shop.till.unresolved().is(codes::OK));

    let heard = shop.till.log().join("\n");
    let spoken = everything_said(&said);
    let secrets = [KEY, INITKEY, &paid, &declined, &lost];
    nowhere_in("what was said", spoken.as_bytes(), &secrets);
    nowhere_in("the log callback", heard.as_bytes(), &secrets);
    nowhere_in("the log callback", heard.as_bytes(), &PRIVATE);

    // While it runs, after it was killed, and after it was closed.
    let look = |when: &str, codes_in_ledger: bool| {
        for (name, bytes) in files(&shop.folder()) {
            let what = format!("{name} {when}");
            nowhere_in(&what, &bytes, &[INITKEY]);
            nowhere_in(&what, &bytes, &PRIVATE);
            if name != "device.key" {
                nowhere_in(&what, &bytes, &[KEY]);
            }
            if !(codes_in_ledger && name.starts_with("ledger.db")) {
                nowhere_in(&what, &bytes, &[&paid]);
            }
            if !name.starts_with("ledger.db") {
                nowhere_in(&what, &bytes, &[&declined, &lost]);
            }
        }
    };
    look("of the running till", true);
    shop.till.driver.kill();
    look("of the till that was killed", true);
    shop.start_again().is(codes::OK);
    shop.till.settle("B3", NONE).is(codes::PAID);
    shop.till.close().is(codes::OK);
    for (name, bytes) in files(&shop.folder()) {
        nowhere_in(&name, &bytes, &[INITKEY, &paid, &lost]);
        nowhere_in(&name, &bytes, &PRIVATE);
    }
}

/// A platform, or a gateway before it, that repeats the request in its sentence.
#[test]
fn a_sentence_that_repeats_the_request_does_not_bring_a_live_code_into_log_or_replies() {
    let shop = Shop::open_utf8();
    shop.till.on_log("on").is(codes::OK);
    for (n, (ok, call)) in
        [("0", Call::Micropay), ("-1", Call::Micropay), ("0", Call::Query), ("-1", Call::Query)]
            .iter()
            .enumerate()
    {
        let code = shop.wechat();
        let body = format!("<dm ok=\"{ok}\" info=\"授权码{code}处理中\"/>");
        shop.always(*call, Fault::Response { body });
        shop.once(Call::Micropay, Fault::ResponseLost);
        let bill = format!("B{n}");
        let replies = [
            shop.till.micropay(&bill, &code, 100, SOON),
            shop.till.query_auth_code(&code, 100, NONE),
            shop.till.find(&bill),
            shop.till.reconcile(&beijing_day(0)),
        ];
        shop.control.clear_faults();
        for reply in replies {
            nowhere_in("a reply", format!("{reply:?}").as_bytes(), &[&code]);
        }
        nowhere_in("the log callback", shop.till.log().join("\n").as_bytes(), &[&code]);
        nowhere_in("the log", &fs::read(shop.folder().join("wsy.log")).unwrap(), &[&code]);
    }
}

/// For whom secrets are sealed is a matter of Windows; see tests/windows/secrets.c. Here the option changes
/// nothing.
#[test]
fn secrets_are_for_the_user_or_for_the_machine() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    for scope in ["machine", "user"] {
        shop.open_with(&shop.till, &[("secret_scope", scope)]).is(codes::OK);
        shop.sell(scope, 100);
        shop.till.close().is(codes::OK);
    }
    for bad in ["", "Machine", "all"] {
        let reply = shop.open_with(&shop.till, &[("secret_scope", bad)]).is(codes::ERR_OPTIONS);
        assert!(reply.text("detail").contains("secret_scope"), "{}", reply.text("detail"));
    }
}
