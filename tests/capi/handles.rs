//! Handles, buffers and callbacks: whatever a caller passes, the result is a code and never a crash.

use std::process::Command;

use wsy_sandbox::{Behaviour, Call, NewAuthCode};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{Setup, Shop, eventually};
use crate::till::{NONE, Page, Till};

#[test]
fn no_handle_buffer_or_size_crashes_the_program() {
    let shop = Setup::default().without_device().open();
    shop.control.set_auth_code("130000000000000001", &NewAuthCode::wechat(Behaviour::Pays)).unwrap();
    let output = Command::new(crate::build::abi())
        .arg(shop.home().join("abi"))
        .arg(shop.sandbox.base())
        .arg(&shop.device.device_id)
        .arg(&shop.device.key)
        .arg("B1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    assert_eq!(shop.bills().len(), 1);
}

#[test]
fn the_header_compiles_on_its_own_as_c_and_as_cpp() {
    let include = crate::build::root().join("include");
    for (compiler, language, standard) in [("cc", "c", "-std=c99"), ("c++", "c++", "-std=c++98")] {
        let checked = Command::new(compiler)
            .args(["-fsyntax-only", "-Wall", "-Wextra", "-Werror", standard, "-x", language])
            .arg(include.join("wsy.h"))
            .output();
        // A machine may have no C++ compiler.
        let Ok(checked) = checked else { continue };
        assert!(checked.status.success(), "{language}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn every_code_has_sentences_in_both_languages_and_code_pages() {
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    for code in codes::all_of_calls() {
        for language in [codes::ZH, codes::EN] {
            let words = ["code_text", &code.to_string(), &language.to_string(), "65001"];
            let text = till.raw(&words).is(codes::OK).said.unwrap();
            let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(chinese, language == codes::ZH, "{text}");
            assert!(text.ends_with(['。', '.']), "{text}");
        }
    }
    for number in [3, 2, -5, -99, -100, -999, i32::MIN, i32::MAX] {
        let known = codes::all_of_calls().contains(&number);
        let reply = till.raw(&["code_text", &number.to_string(), "0", "65001"]);
        assert_eq!(reply.code == codes::OK, known, "{number}");
    }
}

#[test]
fn the_log_callback_cannot_call_back_in() {
    let shop = Shop::open_utf8();
    shop.till.on_log("calling_in").is(codes::OK);
    shop.sell("B1", 100);
    shop.till.on_log("off").is(codes::OK);
    let inside = shop.till.driver.inside();
    assert!(!inside.is_empty());
    assert!(inside.iter().flatten().all(|code| *code == codes::ERR_IN_CALLBACK), "{inside:?}");
    let heard = inside.len();
    shop.sell("B2", 100);
    assert_eq!(shop.till.driver.inside().len(), heard);
    assert_eq!(shop.bills().len(), 2);
    shop.agree();
}

#[test]
fn a_client_that_was_closed_twice_leaves_the_others_alone() {
    let shop = Shop::open_utf8();
    let second = Till::new(shop.till.driver.clone(), 1, shop.till.page);
    second.open(&shop.home().join("second"), &[("base", &shop.sandbox.base())]).is(codes::OK);
    second.close().is(codes::OK);
    second.close().is(codes::ERR_HANDLE);
    second.micropay("B1", "130000000000000001", 100, NONE).is(codes::ERR_HANDLE);
    shop.sell("B1", 100);
}

#[test]
fn opening_and_closing_a_hundred_times_leaves_nothing_behind() {
    let shop = Shop::open_utf8();
    let program = |what: &str| {
        let pid = shop.till.driver.pid();
        std::fs::read_dir(format!("/proc/{pid}/{what}")).unwrap().count()
    };
    let round = || {
        shop.till.close().is(codes::OK);
        // A connection for a payment that never comes is kept for a second.
        shop.open_with(&shop.till, &[("refresh_config", "0"), ("prepare_ms", "1000")]).is(codes::OK);
    };
    round();
    let before = (program("fd"), program("task"));
    for _ in 0..100 {
        round();
    }
    // The system lists a thread for a moment after it has ended.
    eventually("no more is there", || program("fd") <= before.0 && program("task") <= before.1);
}

/// A program that was stopped in its development environment has lost its handles, and the library has not.
#[test]
fn a_program_that_lost_its_handles_closes_what_they_were_about() {
    let shop = Shop::open_utf8();
    let again = Till::new(shop.till.driver.clone(), 1, Page::Gbk);
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(0, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    // The folder is recognised however it is written.
    let elsewhere = shop.folder().join(".").join("..").join("数据");
    again.open(&elsewhere, NONE).is(codes::ERR_ALREADY_OPEN);
    again.close_all().is(codes::OK);
    // The payment that had begun has ended, and is on record.
    shop.till.wait(0).is(codes::UNKNOWN);
    shop.till.close().is(codes::ERR_HANDLE);
    shop.open(&again).is(codes::OK);
    again.find("B1").is(codes::OK);
    again.micropay("B2", &shop.wechat(), 100, NONE).is(codes::PAID);
    again.close_all().is(codes::OK);
    again.close_all().is(codes::OK);
    again.close().is(codes::ERR_HANDLE);
}
