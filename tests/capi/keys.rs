//! Keys and codes that cannot be saved, or cannot be read any more: they cost what needs them, and nothing
//! else.

use std::fs;

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, NewDevice, Settings};

use crate::codes;
use crate::folder::{hindered, unhinder};
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Till};

fn key_file(shop: &Shop) -> String {
    fs::read_to_string(shop.folder().join("device.key")).unwrap()
}

fn activated_in_memory() -> (Shop, Till, String) {
    let shop = Setup::default().without_device().open();
    shop.till.close().is(codes::OK);
    let till = hindered(&shop, "1000000 device.key");
    shop.open(&till).is(codes::OK);
    let code = shop.control.activation_code(None).unwrap();
    let reply = till.activate(&code, "").is(codes::ERR_DEVICE_NOT_SAVED);
    assert_eq!((reply.number("device_saved"), reply.text("config_source")), (0, "platform"));
    assert_eq!(reply.text("money"), "not_moved");
    let device = reply.text("device_id").to_owned();
    assert!(!shop.folder().join("device.key").exists());
    // The code is spent, the device is not lost.
    till.activate(&code, "").is(codes::ERR_ACTIVATION_REFUSED);
    let paid = till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(paid.text("device_id"), device);
    (shop, till, device)
}

#[test]
fn an_activation_whose_key_cannot_be_saved_is_used_and_saved_later() {
    let (shop, till, device) = activated_in_memory();
    unhinder(&shop);
    eventually("the key is saved", || till.config(0).is(codes::OK).number("device_saved") == 1);
    till.driver.kill();
    assert_eq!(shop.open(&shop.till).is(codes::OK).text("device_id"), device);
    shop.sell("B2", 100);
}

#[test]
fn an_activation_whose_key_cannot_be_saved_is_saved_at_the_latest_by_the_close() {
    let (shop, till, device) = activated_in_memory();
    unhinder(&shop);
    till.close().is(codes::OK);
    assert_eq!(shop.open(&shop.till).is(codes::OK).text("device_id"), device);
}

#[test]
fn a_key_that_cannot_be_read_leaves_a_till_that_opens_and_says_why() {
    for damaged in ["device_id=215117\nkey=dpapi:AAAA\n", "", "device_id=215117\n"] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        shop.till.close().is(codes::OK);
        fs::write(shop.folder().join("device.key"), damaged).unwrap();
        let opened = shop.silent(|| shop.open(&shop.till)).is(codes::OK);
        assert_eq!((opened.text("device_id"), opened.text("config_refusal")), ("", "key"));
        assert_ne!(opened.text("config_refusal_info"), "");
        assert!(opened.text("message_zh").contains("密钥读不出来"), "{}", opened.text("message_zh"));
        shop.silent(|| {
            let code = shop.wechat();
            shop.till.micropay("B2", &code, 100, NONE).is(codes::ERR_DEVICE_UNREADABLE);
            shop.till.refund("R1", "B1", 100, NONE).is(codes::ERR_DEVICE_UNREADABLE);
            shop.till.config(1).is(codes::ERR_DEVICE_UNREADABLE);
            shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
        });
        assert_eq!(key_file(&shop), damaged);
        // Activated again: the old file is kept.
        let set = shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
        assert_eq!(set.text("config_refusal"), "");
        shop.sell("B2", 100);
        let name = if damaged.is_empty() { "device-unreadable.key" } else { "device-215117.key" };
        assert_eq!(fs::read_to_string(shop.folder().join(name)).unwrap(), damaged);
        shop.till.close().is(codes::OK);
        shop.open(&shop.till).is(codes::OK);
        assert!(shop.folder().join(name).exists() || damaged.is_empty());
        shop.sell("B3", 100);
    }
}

/// A shop with a charge whose order is known and whose code cannot be read any more.
fn with_sealed_code() -> Shop {
    let mut shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    let changed = ledger.execute("UPDATE charge SET auth_code = 'dpapi:AAAA' WHERE dm_id <> ''", []).unwrap();
    assert_eq!(changed, 1);
    drop(ledger);
    shop.start_again().is(codes::OK);
    shop
}

#[test]
fn a_charge_whose_code_cannot_be_read_is_reported_as_paid_by_its_order() {
    let shop = with_sealed_code();
    shop.till.settle("B1", SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_charge_whose_code_cannot_be_read_is_never_reported_as_not_paid_without_a_person() {
    let shop = with_sealed_code();
    shop.set_outcome(&BillOutcome::Failed { info: "余额不足".into() });
    for _ in 0..2 {
        let reply = shop.till.settle("B1", &[("deadline_ms", "3000")]).is(codes::UNKNOWN);
        assert_ne!(reply.text("needs_person"), "");
    }
    let other = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &other, 100, NONE).is(codes::ERR_STILL_OPEN));
}

#[test]
fn what_an_earlier_device_charged_is_asked_about_as_that_device() {
    let mut shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    let second = shop.control.add_device(NewDevice::default()).unwrap();
    shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
    let kept = shop.folder().join(format!("device-{}.key", shop.device.device_id));
    assert!(kept.exists());
    for restarts in [false, true] {
        if restarts {
            shop.till.close().is(codes::OK);
            assert_eq!(shop.start_again().is(codes::OK).text("device_id"), second.device_id);
        }
        shop.control.clear_requests();
        shop.till.settle("B1", SOON).is(codes::UNKNOWN);
        let asked = shop.sent(Call::Query);
        assert!(!asked.is_empty());
        for query in &asked {
            assert_eq!(query.params.get("device_id"), Some(shop.device.device_id.as_str()));
        }
    }
    let sold = shop.sell("B2", 100);
    assert_eq!(sold.text("device_id"), second.device_id);
    let bill = shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap();
    shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Failed { info: "余额不足".into() }).unwrap();
    // As another device, an absence would prove nothing, and a person would be needed.
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
}

#[test]
fn what_an_earlier_device_charged_that_the_platform_has_removed_is_asked_about_as_this_one() {
    for removed_first in [false, true] {
        let shop = Shop::open_utf8();
        let code = shop.customer(Behaviour::NeverAnswers);
        shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
        let second = shop.control.add_device(NewDevice::default()).unwrap();
        let remove = || shop.control.delete_device(&shop.device.device_id).unwrap();
        if removed_first {
            remove();
            shop.till.config(1).is(codes::ERR_ACTIVATE_AGAIN);
        }
        shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
        if !removed_first {
            remove();
            // It is refused, and says nothing about the money.
            shop.till.settle("B1", SOON).is(codes::UNKNOWN);
        }
        shop.set_outcome(&BillOutcome::Paid);
        shop.till.settle("B1", NONE).is(codes::PAID);
        let asked_last = shop.sent(Call::Query).pop().unwrap();
        assert_eq!(asked_last.params.get("device_id"), Some(second.device_id.as_str()));
    }
}

/// Sets an open charge of the shop's first device as paid, and shows it to that device alone.
fn paid_and_shown_to_its_device(shop: &Shop) {
    shop.set_outcome(&BillOutcome::Paid);
    shop.control.set_settings(Settings { own_device_only: true, ..Settings::default() });
}

#[test]
fn a_key_that_an_open_charge_needs_outlasts_a_refusal_that_passes() {
    for refused in [Call::Config, Call::Query] {
        for restarts in [false, true] {
            let mut shop = Shop::open_utf8();
            let code = shop.customer(Behaviour::NeverAnswers);
            shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
            let second = shop.control.add_device(NewDevice::default()).unwrap();
            shop.once(refused, Fault::DeviceError);
            if refused == Call::Config {
                shop.till.config(1).is(codes::ERR_ACTIVATE_AGAIN);
            }
            shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
            if refused == Call::Query {
                shop.till.settle("B1", SOON).is(codes::UNKNOWN);
            }
            assert!(shop.folder().join(format!("device-{}.key", shop.device.device_id)).exists());
            if restarts {
                shop.till.close().is(codes::OK);
                shop.start_again().is(codes::OK);
            }
            paid_and_shown_to_its_device(&shop);
            // Meanwhile it is asked about as the second device, which is told nothing.
            eventually("the charge is asked about as its device", || {
                let settled = shop.till.settle("B1", &[("deadline_ms", "2000")]);
                assert!(matches!(settled.code, codes::PAID | codes::UNKNOWN), "{settled:?}");
                settled.code == codes::PAID
            });
            shop.agree_on_one_capture("B1");
        }
    }
}

/// Activates the till as another device, which cannot be saved.
fn activate_unsaved(shop: &Shop, till: &Till) -> String {
    let code = shop.control.activation_code(None).unwrap();
    till.activate(&code, "").is(codes::ERR_DEVICE_NOT_SAVED).text("device_id").to_owned()
}

#[test]
fn a_key_that_could_not_be_saved_is_not_forgotten_by_the_next_activation() {
    for (refused, restarts) in [("device.key", false), ("device.key", true), ("*", false), ("*", true)] {
        let mut shop = Shop::open_utf8();
        shop.till.close().is(codes::OK);
        let till = hindered(&shop, &format!("1000000 {refused}"));
        shop.open(&till).is(codes::OK);
        let first = activate_unsaved(&shop, &till);
        let code = shop.customer(Behaviour::NeverAnswers);
        till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
        let second = activate_unsaved(&shop, &till);
        unhinder(&shop);
        eventually("the key is saved", || till.config(0).is(codes::OK).number("device_saved") == 1);
        assert!(key_file(&shop).contains(&second));
        let kept = fs::read_to_string(shop.folder().join(format!("device-{first}.key"))).unwrap();
        assert!(kept.contains(&first), "{kept}");
        paid_and_shown_to_its_device(&shop);
        if restarts {
            till.close().is(codes::OK);
            assert_eq!(shop.start_again().is(codes::OK).text("device_id"), second);
            shop.till.settle("B1", NONE).is(codes::PAID);
        } else {
            till.settle("B1", NONE).is(codes::PAID);
        }
    }
}

#[test]
fn what_a_till_sends_after_an_activation_that_it_cannot_use_needs_the_key_it_goes_on_with() {
    let shop = Shop::open_utf8();
    let other = Till::new(shop.till.driver.clone(), 1, shop.till.page);
    other.open(&shop.home().join("second"), &[("base", &*shop.sandbox.base())]).is(codes::OK);
    let second = shop.control.add_device(NewDevice::default()).unwrap();
    other.set_device(&second.device_id, &second.key).is(codes::OK);
    let given = format!("ok=\"1\" device_id=\"{}\" key=\"{}\"", second.device_id, second.key);
    shop.once(Call::Activate, Fault::Response { body: format!("<dm {given}/>") });
    shop.till.activate("CODE", "").is(codes::ERR_DEVICE_IN_USE);
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    other.close().is(codes::OK);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.open(&shop.till).is(codes::OK).text("device_id"), second.device_id);
    paid_and_shown_to_its_device(&shop);
    shop.till.settle("B1", NONE).is(codes::PAID);
}

#[test]
fn a_device_is_the_same_one_however_the_address_of_its_platform_is_written() {
    let shop = Shop::open_utf8();
    let base = shop.sandbox.base();
    let port = base.rsplit(':').next().unwrap();
    let other = Till::new(shop.till.driver.clone(), 1, shop.till.page);
    for (at, base) in [
        format!("{base}/"),
        format!("HTTP://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://LocalHost:{port}"),
        format!("http://127.1:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
    ]
    .iter()
    .enumerate()
    {
        other.open(&shop.home().join(format!("folder {at}")), &[("base", base)]).is(codes::OK);
        other.set_device(&shop.device.device_id, &shop.device.key).is(codes::ERR_DEVICE_IN_USE);
        other.close().is(codes::OK);
    }
    // Another key under the same number, at the same platform, is no other device.
    other.open(&shop.home().join("last"), &[("base", &base.to_uppercase().replace("HTTP", "http"))]);
    other.set_device(&shop.device.device_id, "another key").is(codes::ERR_ACTIVATION_REFUSED);
    other.set_device(&shop.device.device_id, "anotherkey").is(codes::ERR_DEVICE_IN_USE);
}
