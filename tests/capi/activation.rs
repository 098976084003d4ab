//! Activating a till as a device, and the config that comes with the activation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wsy_sandbox::{Call, DeviceChange, Fault};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{NOBODY, Setup, Shop};
use crate::till::{NONE, Page, Pairs, Till};

#[test]
fn an_activation_code_makes_the_till_a_device_that_can_charge_at_once() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).without_device().open();
        let code = shop.control.activation_code(None).unwrap();
        let reply = shop.till.activate(&code, "<host cpu=\"甲\" mac=\"00:11:22:33:44:55\" />").is(codes::OK);
        let device = reply.text("device_id").to_owned();
        assert!(shop.control.book().unwrap().devices.iter().any(|known| known.device_id == device));
        assert_eq!(reply.text("config_source"), "platform");
        assert_eq!(reply.list("dm_code").len(), 2);
        assert_eq!(reply.list("dm_code")[0].text("name"), "微信");
        assert_eq!(shop.sell("B1", 100).text("device_id"), device);
        shop.agree();
    }
}

#[test]
fn a_device_outlives_the_program() {
    let mut shop = Setup::default().without_device().open();
    let code = shop.control.activation_code(None).unwrap();
    let device = shop.till.activate(&code, "").is(codes::OK).text("device_id").to_owned();
    shop.till.driver.kill();
    assert_eq!(shop.start_again().is(codes::OK).text("device_id"), device);
    shop.sell("B1", 100);
}

#[test]
fn a_refused_activation_code_is_told_with_the_platforms_sentence() {
    let shop = Setup::default().without_device().open();
    let code = shop.control.activation_code(None).unwrap();
    shop.till.activate(&code, "").is(codes::OK);
    for wrong in [code.as_str(), "no-such-code"] {
        let reply = shop.till.activate(wrong, "").is(codes::ERR_ACTIVATION_REFUSED);
        assert!(!reply.text("info").is_empty());
    }
    shop.silent(|| shop.till.activate("", "").is(codes::ERR_ACTIVATION_REFUSED));
    shop.silent(|| shop.till.activate(" ", "").is(codes::ERR_ACTIVATION_REFUSED));
}

#[test]
fn a_lost_activation_says_that_the_code_may_be_used_up() {
    for fault in [
        Fault::ResponseLost,
        Fault::HtmlAfter,
        Fault::Truncated { bytes: 20 },
        Fault::ResetAfter { bytes: 10 },
        Fault::Garbage { seed: 3, bytes: 100 },
        Fault::Status { code: 500.try_into().unwrap(), before: false },
        Fault::Trickle { ms_per_byte: 700 },
    ] {
        let shop = Setup::default().without_device().option("response_ms", "1000").open();
        let code = shop.control.activation_code(None).unwrap();
        shop.once(Call::Activate, fault.clone());
        let reply = shop.till.activate(&code, "").is(codes::ERR_ACTIVATION_LOST);
        assert_eq!(shop.sent(Call::Activate).len(), 1, "{fault:?}");
        assert!(!reply.text("detail").contains(&code), "{}", reply.text("detail"));
        shop.silent(|| shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_NOT_ACTIVATED));
    }
}

#[test]
fn an_activation_that_cannot_be_sent_or_kept_does_not_use_the_code_up() {
    let shop = Setup::default().without_device().open();
    let code = shop.control.activation_code(None).unwrap();
    let nowhere = Till::new(Driver::spawn(), 0, Page::Utf8);
    nowhere.open(&shop.home().join("nowhere"), &[("base", NOBODY)]).is(codes::OK);
    nowhere.activate(&code, "").is(codes::ERR_NOT_SENT);

    // A folder that disappears: a file takes its place.
    std::fs::rename(shop.folder(), shop.home().join("moved")).unwrap();
    std::fs::write(shop.folder(), "").unwrap();
    shop.silent(|| shop.till.activate(&code, "").is(codes::ERR_FOLDER));
    std::fs::remove_file(shop.folder()).unwrap();
    std::fs::rename(shop.home().join("moved"), shop.folder()).unwrap();
    shop.till.activate(&code, "").is(codes::OK);
}

#[test]
fn a_device_of_the_back_office_is_taken_by_hand() {
    let shop = Setup::default().without_device().open();
    for (id, key) in [("", "k"), ("1", ""), ("1 2", "k"), ("1", "k\n")] {
        shop.silent(|| shop.till.set_device(id, key).is(codes::ERR_ACTIVATION_REFUSED));
    }
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    shop.sell("B1", 100);
}

#[test]
fn the_config_comes_with_every_attribute_under_its_own_name() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).config("client_name", "小店 - 一号").open();
        let config = shop.till.config(1).is(codes::OK);
        assert_eq!(config.text("client_name"), "小店 - 一号");
        assert_eq!(config.text("server"), shop.sandbox.base());
        assert_eq!(config.text("license_micropay"), "1");
        assert_eq!(config.text("device_id"), shop.device.device_id);
        assert!(config.number("config_age_s") < 60);
        let [wechat, alipay] = config.list("dm_code") else { panic!("{:?}", config.list("dm_code")) };
        assert_eq!((wechat.text("type"), wechat.text("name")), ("4", "微信"));
        assert_eq!(wechat.text("coderegex"), r"^1[0-5]\d{16}$");
        assert_eq!(alipay.text("code"), "o2o_dm_code_alipay_isv_beta");
        let same = shop.silent(|| shop.till.config(0).is(codes::OK));
        assert_eq!(same.text("client_name"), "小店 - 一号");
    }
}

#[test]
fn a_device_that_the_platform_disowns_has_to_be_activated_again() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let change = DeviceChange { key: Some("another".into()), ..DeviceChange::default() };
    shop.control.update_device(&shop.device.device_id, change).unwrap();
    shop.till.config(1).is(codes::ERR_ACTIVATE_AGAIN);
    shop.silent(|| shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::ERR_ACTIVATE_AGAIN));
    let code = shop.control.activation_code(None).unwrap();
    shop.till.activate(&code, "").is(codes::OK);
    shop.sell("B2", 100);
    shop.agree();
}

pub fn new_key(shop: &Shop, key: &str) {
    let change = DeviceChange { key: Some(key.into()), ..DeviceChange::default() };
    shop.control.update_device(&shop.device.device_id, change).unwrap();
}

#[test]
fn a_disowned_device_is_remembered_over_restarts_until_a_config_is_good_again() {
    let mut shop = Shop::open_utf8();
    shop.sell("B1", 100);
    new_key(&shop, "another");
    for away in [false, true] {
        if away {
            shop.always(Call::Config, Fault::RequestLost);
        }
        shop.till.close().is(codes::OK);
        let opened = shop.start_again().is(codes::OK);
        assert_eq!((opened.text("config_source"), opened.text("config_refusal")), ("file", "device"));
        assert!(!opened.text("config_refusal_info").is_empty());
        for (name, word) in
            [("message_zh", "不认可这台收银机"), ("hint_zh", "wsy_activate"), ("hint_en", "wsy_activate")]
        {
            assert!(opened.text(name).contains(word), "{name}: {}", opened.text(name));
        }
        shop.silent(|| shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::ERR_ACTIVATE_AGAIN));
    }
    shop.control.clear_faults();
    new_key(&shop, &shop.device.key);
    assert_eq!(shop.till.config(1).is(codes::OK).text("config_refusal"), "");
    shop.sell("B2", 100);
    // And it is deleted for good.
    shop.always(Call::Config, Fault::RequestLost);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).text("config_refusal"), "");
    shop.sell("B3", 100);
    shop.agree();
}

#[test]
fn another_device_is_not_refused_for_the_one_before_it() {
    let shop = Shop::open_utf8();
    new_key(&shop, "another");
    shop.till.config(1).is(codes::ERR_ACTIVATE_AGAIN);
    let code = shop.control.activation_code(None).unwrap();
    shop.always(Call::Config, Fault::RequestLost);
    assert_eq!(shop.till.activate(&code, "").is(codes::OK).text("config_refusal"), "");
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_NO_CONFIG);
    shop.control.clear_faults();
    shop.sell("B1", 100);
}

#[test]
fn a_payment_that_is_refused_for_its_device_has_the_next_one_read_the_config_first() {
    let shop = Shop::open_utf8();
    new_key(&shop, "another");
    let refused = shop.till.micropay("B1", &shop.wechat(), 100, &[("deadline_ms", "1")]);
    assert_ne!(refused.code, codes::PAID);
    let payments = shop.sent(Call::Micropay).len();
    shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::ERR_ACTIVATE_AGAIN);
    let pending = shop.till.micropay_start(1, "B3", &shop.wechat(), 100, NONE);
    let ended = if pending.code == codes::PENDING { shop.till.wait(1) } else { pending };
    ended.is(codes::ERR_ACTIVATE_AGAIN);
    assert_eq!(shop.sent(Call::Micropay).len(), payments);

    // The device turns out to be valid: that is read once, and selling goes on.
    new_key(&shop, &shop.device.key);
    shop.till.config(1).is(codes::OK);
    shop.once(Call::Micropay, Fault::DeviceError);
    shop.till.micropay("B4", &shop.wechat(), 100, &[("deadline_ms", "1")]);
    let read = shop.sent(Call::Config).len();
    shop.sell("B5", 100);
    shop.sell("B6", 100);
    assert_eq!(shop.sent(Call::Config).len(), read + 1);
}

#[test]
fn the_config_of_another_device_is_not_used() {
    let mut shop = Shop::open_utf8();
    shop.control.set_config(&shop.device.device_id, "device_id", Some("999999")).unwrap();
    shop.till.config(1).is(codes::ERR_BAD_RESPONSE);
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).text("config_source"), "file");
    shop.sell("B2", 100);
    shop.agree();
}

#[test]
fn a_version_that_cannot_be_signed_is_refused() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    for ver in ["", "1\n2", "1\r"] {
        shop.open_with(&shop.till, &[("ver", ver)]).is(codes::ERR_OPTIONS);
    }
    shop.open_with(&shop.till, &[("ver", "V1.01")]).is(codes::OK);
}

#[test]
fn a_till_that_starts_without_the_platform_uses_the_saved_config_and_says_how_old_it_is() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let saved = shop.folder().join("config.xml");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    std::fs::File::options().write(true).open(saved).unwrap().set_modified(hour_ago).unwrap();
    for fault in [Fault::RequestLost, Fault::Html, Fault::Garbage { seed: 2, bytes: 50 }] {
        shop.always(Call::Config, fault);
        let opened = shop.start_again().is(codes::OK);
        assert_eq!(opened.text("config_source"), "file");
        assert!((3600..3700).contains(&opened.number("config_age_s")), "{}", opened.text("config_age_s"));
        assert_eq!(opened.list("dm_code").len(), 2);
        shop.till.config(1);
        shop.sell(&format!("B{}", shop.bills().len()), 100);
        shop.control.clear_faults();
        shop.till.close().is(codes::OK);
    }
    shop.start_again().is(codes::OK);
    shop.agree();
}

#[test]
fn a_till_that_never_had_a_config_refuses_to_charge_and_reads_it_as_soon_as_it_can() {
    let shop = Setup::default().without_device().open();
    shop.always(Call::Config, Fault::RequestLost);
    let set = shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    assert_eq!(set.text("config_source"), "none");
    shop.till.config(0).is(codes::ERR_NO_CONFIG);
    shop.till.config(1).is(codes::ERR_NO_RESPONSE);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_NO_CONFIG);
    assert!(shop.sent(Call::Micropay).is_empty());
    shop.control.clear_faults();
    shop.sell("B1", 100);
    shop.agree();
}

#[test]
fn questions_have_a_code_of_their_own_for_every_way_of_failing() {
    let shop = Shop::open_utf8();
    let cases = [
        (Fault::RequestLost, codes::ERR_NO_RESPONSE),
        (Fault::Html, codes::ERR_BAD_RESPONSE),
        (Fault::Truncated { bytes: 3 }, codes::ERR_NO_RESPONSE),
        (Fault::SignError, codes::ERR_REFUSED),
        (Fault::Redirect { location: "http://127.0.0.1:1/".into() }, codes::ERR_NO_RESPONSE),
        (Fault::Huge { bytes: 3 << 20 }, codes::ERR_NO_RESPONSE),
    ];
    for (fault, code) in cases {
        shop.always(Call::Time, fault.clone());
        let reply = shop.till.time();
        assert_eq!(codes::name(reply.code), codes::name(code), "{fault:?}");
        assert_eq!(reply.text("money"), "not_moved");
        shop.control.clear_faults();
    }
    shop.till.time().is(codes::OK);
    shop.control.set_config(&shop.device.device_id, "server", Some(NOBODY)).unwrap();
    shop.till.config(1).is(codes::OK);
    shop.till.time().is(codes::ERR_NOT_SENT);
}

/// The host id that the last activation sent.
fn host_id(shop: &Shop) -> Vec<u8> {
    STANDARD.decode(sent_host_id(shop)).unwrap()
}

fn sent_host_id(shop: &Shop) -> String {
    shop.sent(Call::Activate).last().unwrap().params.get("hostid").unwrap().to_owned()
}

#[test]
fn a_host_id_is_encoded_whatever_it_looks_like_unless_the_caller_has_done_so() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).without_device().open();
        let activate = |host: &str, pairs: Pairs| {
            shop.till.activate_with(&shop.control.activation_code(None).unwrap(), host, pairs)
        };
        let content = "<host cpu=\"甲\" mac=\"00:11:22:33:44:55\" />";
        for host in ["001122334455", "abcd", content] {
            activate(host, NONE).is(codes::OK);
            assert_eq!(host_id(&shop), host.as_bytes());
            activate(host, &[("hostid_base64", "0")]).is(codes::OK);
            assert_eq!(host_id(&shop), host.as_bytes());
        }
        let encoded = STANDARD.encode(content);
        activate(&encoded, &[("hostid_base64", "1")]).is(codes::OK);
        assert_eq!(sent_host_id(&shop), encoded);
        shop.sell("B1", 100);
    }
}

#[test]
fn a_host_id_that_is_empty_or_not_what_its_caller_says_is_refused() {
    let shop = Setup::default().without_device().open();
    let code = shop.control.activation_code(None).unwrap();
    let empty = ["activate", "0", &shop.till.arg(&code), &shop.till.arg(""), "-"];
    shop.silent(|| {
        let refused = shop.till.raw(&empty).is(codes::ERR_OPTIONS);
        assert!(refused.text("detail").contains("hostid"), "{}", refused.text("detail"));
        shop.till.activate_with(&code, " ", NONE).is(codes::ERR_OPTIONS);
        for (host, pairs) in [
            ("<host />", &[("hostid_base64", "1")]),
            ("PGhvc3QgLz4", &[("hostid_base64", "1")]),
            ("", &[("hostid_base64", "1")]),
            ("a", &[("hostid_base64", "2")]),
            ("a", &[("base64", "1")]),
        ] {
            shop.till.activate_with(&code, host, pairs).is(codes::ERR_OPTIONS);
        }
    });
    shop.till.activate(&code, "").is(codes::OK);
}

#[test]
fn the_host_id_of_the_library_is_of_this_machine_and_the_same_each_time() {
    let shop = Setup::default().without_device().open();
    let mut sent = Vec::new();
    for _ in 0..2 {
        shop.till.activate(&shop.control.activation_code(None).unwrap(), "").is(codes::OK);
        sent.push(String::from_utf8(host_id(&shop)).unwrap());
    }
    assert_eq!(sent[0], sent[1]);
    let mac = sent[0].strip_prefix("<host cpu=\"").unwrap().strip_suffix("\" />").unwrap();
    let (_, mac) = mac.split_once("\" mac=\"").unwrap();
    // The addresses of docker, a bridge or a tunnel change with each start.
    for interface in std::fs::read_dir("/sys/class/net").into_iter().flatten().flatten() {
        let path = interface.path();
        if !path.join("device").exists() {
            assert_ne!(std::fs::read_to_string(path.join("address")).unwrap_or_default().trim(), mac);
        }
    }
}
