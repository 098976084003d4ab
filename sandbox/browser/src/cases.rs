//! The actions of a person at the console, and the expected results.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use super::stage::{Stage, responses, said, types};
use kit::error::Error;

/// A case and its name for people.
pub type Case = (&'static str, fn(&mut Stage<'_>) -> Result<(), Error>);

/// All cases.
pub const CASES: &[Case] = &[
    ("a scanner reads the codes off the screen", scanned),
    ("a payment is confirmed on the phone", confirmed),
    ("a payment is cancelled on the phone", cancelled),
    ("a lost response, a refund and its receipt", lost_and_refunded),
    ("a wrong sign is explained", wrong_sign),
    ("the platform responds with a chosen sentence", sentence_filled_in),
    ("devices, codes and bills are changed by hand", by_hand),
    ("the sandbox is restarted", restarted),
    ("the whole checklist, and its report", whole_checklist),
    ("on a phone's screen", small_screen),
    ("by keyboard, in both languages", keyboard),
    ("hostile text stays text", hostile_text),
];

const PAID: &str = "已收款  PAID";
const NOT_PAID: &str = "没有收款  NOT PAID";

/// More than the page has focusable elements.
const MOST_TABS: usize = 200;

/// Fails unless the page shows this text.
fn check(right: bool, wrong: impl FnOnce() -> String) -> Result<(), Error> {
    if right { Ok(()) } else { Err(Error::Check(wrong())) }
}

fn no_complaints(stage: &Stage<'_>) -> Result<(), Error> {
    let complaints = stage.page.browser.complaints()?;
    check(complaints.is_empty(), || format!("the browser reports errors: {}", complaints.join("; ")))
}

fn scanned(stage: &mut Stage<'_>) -> Result<(), Error> {
    let page = &stage.page;
    for (kind, prefix) in [("wechat", "13"), ("alipay", "28")] {
        let code = page.next_customer(kind, "rich", "pays")?;
        check(code.len() == 18 && code.starts_with(prefix), || format!("{code} is not a {kind} code"))?;
        for (symbol, named) in [("barcode", "CODE-128"), ("qr", "QR-Code")] {
            page.image(&format!("#{symbol}"))?;
            let read = page.scan(&format!("#{symbol}"), &format!("{kind} {symbol}"))?;
            let wanted = [(named.to_owned(), code.clone())];
            check(read == wanted, || format!("the scanner reads {read:?} and not {wanted:?}"))?;
        }
        // Scan the whole phone, as a scanner at a counter sees it.
        let read = page.scan("#phone-screen", &format!("{kind} phone"))?;
        let wanted = [("CODE-128".to_owned(), code.clone()), ("QR-Code".to_owned(), code)];
        check(read == wanted, || format!("the scanner reads {read:?} off the phone and not {wanted:?}"))?;
    }
    no_complaints(stage)
}

fn confirmed(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    page.customer("wechat", "rich", "asks")?;
    let code = page.phone_code()?;
    till.write(&format!("pay A1 12.50 {code}"))?;
    page.phone_shows("¥12.50")?;
    page.browser.shows("#bills", "paying")?;
    page.picture("phone asks for the password")?;
    page.browser.click("#confirm")?;
    page.phone_shows("Paid")?;
    responses(&mut till, PAID)?;
    page.browser.shows("#bills", "¥12.50")?;
    page.browser.shows("#phone-screen", "¥987.50")?;
    page.picture("paid")?;
    page.case_is("password", "seen")?;
    no_complaints(stage)
}

fn cancelled(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    page.customer("alipay", "rich", "asks")?;
    let code = page.phone_code()?;
    till.write(&format!("pay A1 3.20 {code}"))?;
    page.browser.click("#cancel")?;
    page.phone_shows("Not paid")?;
    responses(&mut till, NOT_PAID)?;
    page.browser.shows("#bills", "用户取消支付")?;
    let code = page.next_customer("alipay", "poor", "pays")?;
    types(&mut till, &format!("pay A2 1.00 {code}"), NOT_PAID)?;
    page.phone_shows("余额不足")?;
    page.picture("not paid")?;
    no_complaints(stage)
}

fn lost_and_refunded(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    page.tab("trouble")?;
    page.browser.click("#next-response_lost")?;
    page.browser.shows("#ordered", "Response lost")?;
    page.picture("trouble")?;
    let code = page.next_customer("wechat", "rich", "pays")?;
    types(&mut till, &format!("pay A1 20.00 {code}"), PAID)?;
    page.browser.shows("#panel-trouble", "No faults are active")?;
    types(&mut till, "refund R1 A1 7.50", "REFUNDED")?;
    page.tab("book")?;
    page.browser.shows("#bills", "-¥7.50")?;
    page.phone_shows("¥7.50 refunded")?;

    page.browser.click("#bills tr.link")?;
    page.browser.shows("#panel-book", "Refundable\n¥12.50")?;
    page.browser.click("#bill-requests li:first-child summary")?;
    page.browser.shows("#bill-requests li:first-child", "The response that the platform meant to send")?;
    page.browser.shows("#bill-requests li:first-child .sign", "right")?;
    let shown = page.browser.text("#bill-requests li:first-child .sign")?;
    check(shown.contains("&key=***"), || format!("the key is not masked: {shown}"))?;
    page.picture("bill with a lost response")?;

    page.tab("receipt")?;
    check(page.image("#paper")?.0 == 448, || "the paper is not 58 mm wide".to_owned())?;
    page.browser.shows("#commands", "1B 40")?;
    page.browser.shows("#commands", "退款凭证")?;
    page.image("#popup")?;
    page.picture("receipt on 58 mm")?;
    page.browser.click("#paper-80")?;
    page.browser
        .until("receipt on 80 mm", || Ok(Some(page.image("#paper")?.0).filter(|width| *width == 640)))?;
    page.picture("receipt on 80 mm")?;
    page.case_is("lost_response", "seen")?;
    page.case_is("partial_refund", "seen")?;
    no_complaints(stage)
}

fn wrong_sign(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    page.browser.click("#devices button[data-key^=change_key]")?;
    page.browser.shows("#key", "It is shown only this once")?;
    page.browser.click("#key button.main")?;
    let code = page.next_customer("wechat", "rich", "pays")?;
    let response = till.type_line(&format!("pay A1 1.00 {code}"))?;
    check(!response.contains(PAID), || format!("paid with a wrong sign: {response}"))?;
    page.tab("requests")?;
    page.browser.shows("#requests", "签名错误")?;
    page.browser.click("#requests .state.failed")?;
    page.browser.shows("#requests .sign.wrong", "it is most likely the key")?;
    page.picture("wrong sign")?;
    no_complaints(stage)
}

/// The platform shows the input, and takes the money later.
fn sentence_filled_in(stage: &mut Stage<'_>) -> Result<(), Error> {
    const SENTENCE: &str = "支付结果未知，请稍后查询";
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    let code = page.next_customer("wechat", "rich", "pays")?;
    page.tab("trouble")?;
    page.browser.element("#says-info")?;
    for (field, value) in [("info", SENTENCE), ("acts_ms", "700"), ("dm_id", "")] {
        let fill = "const input = document.querySelector(arguments[0]); input.value = arguments[1];\
                    input.dispatchEvent(new Event('change'));";
        page.browser.script(fill, json!([format!("#says-{field}"), value]))?;
    }
    page.browser.click("#next-says")?;
    page.browser.shows("#ordered", SENTENCE)?;
    page.picture("any sentence")?;
    types(&mut till, &format!("pay A1 5.00 {code}"), PAID)?;
    page.browser.click("button[data-key=own_device_only]")?;
    page.browser.click("button[data-key='lines 2']")?;
    page.browser.element("button[data-key='lines 2'][aria-pressed=true]")?;
    types(&mut till, "refund R1 A1 1.50", "REFUNDED")?;
    page.tab("book")?;
    page.browser.shows("#bills", "-¥0.75")?;
    page.tab("requests")?;
    page.browser.shows("#requests", SENTENCE)?;
    no_complaints(stage)
}

fn by_hand(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    let browser = &page.browser;
    browser.click("#add-device")?;
    browser.shows("#key", "The new key of device")?;
    browser.click("#key button.main")?;
    browser.click("#devices li:nth-child(2) button[data-key^=delete]")?;
    browser.shows("#codes", "used by device")?;
    browser.click("#codes button")?;
    browser.shows("#panel-book", "No activation codes")?;
    let code = page.next_customer("wechat", "rich", "asks")?;
    till.write(&format!("pay A1 4.00 {code}"))?;
    browser.click("#bills tr.link")?;
    browser.click("button[data-key=make_paid]")?;
    responses(&mut till, PAID)?;
    browser.click("button[data-key=back_office_refund]")?;
    browser.answer("1.50")?;
    browser.shows("#panel-book", "by the back office")?;
    browser.shows("#panel-book", "-¥1.50")?;
    types(&mut till, "bill A1", "2.50")?;
    browser.click("#back")?;
    browser.click("#devices button[data-key^=delete]")?;
    browser.shows("#panel-book", "No devices")?;
    let response = till.type_line("bill A1")?;
    check(response.contains("(-163)"), || format!("the device is still known: {response}"))?;
    page.case_is("device_deleted", "seen")?;
    no_complaints(stage)
}

fn restarted(stage: &mut Stage<'_>) -> Result<(), Error> {
    let code = stage.page.phone_code()?;
    stage.stop_platform();
    stage.page.browser.shows("#live", "cannot be reached")?;
    stage.restart_platform()?;
    let page = &stage.page;
    page.browser.shows("#live", "live")?;
    // The new book does not know the old code, so the phone gets a new one.
    let code = page.other_code(&code)?;
    let mut till = stage.activated_till()?;
    till.write(&format!("pay A1 1.00 {code}"))?;
    stage.page.browser.click("#confirm")?;
    responses(&mut till, PAID)
}

fn whole_checklist(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    let arrange = |case: &str| {
        page.tab("checklist")?;
        page.browser.click(&format!(".case[data-case={case}] button[data-key^=arrange]"))
    };
    // Close the phone of the previous payment first.
    let ready = |case: &str| -> Result<String, Error> {
        page.browser.click("#fresh")?;
        let old = page.phone_code()?;
        arrange(case)?;
        page.other_code(&old)
    };

    let paid = page.next_customer("wechat", "rich", "pays")?;
    types(&mut till, &format!("pay A1 10.00 {paid}"), PAID)?;
    page.case_is("paid", "seen")?;

    for (number, case, response, verdict) in [
        ("A2", "declined", None, NOT_PAID),
        ("A3", "password", Some("#confirm"), PAID),
        ("A4", "cancelled", Some("#cancel"), NOT_PAID),
        ("A5", "lost_response", None, PAID),
    ] {
        let code = ready(case)?;
        till.write(&format!("pay {number} 3.00 {code}"))?;
        response.map_or(Ok(()), |response| page.browser.click(response))?;
        responses(&mut till, verdict)?;
        page.case_is(case, "seen")?;
    }

    let code = ready("recovery")?;
    till.write(&format!("pay A6 6.00 {code}"))?;
    page.browser.element("#confirm")?;
    till.until("Waiting for the customer")?;
    drop(till);
    page.browser.click("#confirm")?;
    let (mut till, greeting) = stage.till()?;
    said(&greeting, "asking about them in the background")?;
    // It may have exited before its first prompt.
    said(&(greeting + &till.type_line("wait")?), "settled 1")?;
    types(&mut till, "settle A6", PAID)?;
    page.case_is("recovery", "seen")?;

    types(&mut till, "refund R1 A1 2.50", "REFUNDED")?;
    page.case_is("partial_refund", "seen")?;

    arrange("lost_refund")?;
    page.browser.shows("#tab-trouble", "1")?;
    types(&mut till, "refund R2 A3 3.00", "REFUNDED")?;
    page.case_is("lost_refund", "seen")?;

    // This till knows the code and does not even send it, so the cashier confirms the case by hand.
    let again = till.type_line(&format!("pay A7 1.00 {paid}"))?;
    said(&again, "NOTHING SENT")?;
    page.browser.click(".case[data-case=second_scan] button[data-key=second_scan]")?;
    page.case_is("second_scan", "by_hand")?;

    let code = ready("clock_wrong")?;
    types(&mut till, &format!("pay A8 8.00 {code}"), PAID)?;
    page.case_is("clock_wrong", "seen")?;
    page.browser.click("button[data-key='clock right']")?;

    arrange("device_deleted")?;
    page.browser.shows("#tab-trouble", "1")?;
    till.type_line("bill A1")?;
    page.case_is("device_deleted", "seen")?;
    page.browser.shows(".score", "11 of 11")?;
    page.picture("checklist")?;
    no_complaints(stage)?;
    saved_report(stage)
}

/// The report is self-contained: it holds everything it shows, and runs no script.
fn saved_report(stage: &Stage<'_>) -> Result<(), Error> {
    let browser = &stage.page.browser;
    browser.click("#checklist-save")?;
    let report = browser.until("saved report", || {
        let Ok(files) = fs::read_dir(browser.downloads()) else {
            return Ok(None);
        };
        let mut files = files.filter_map(Result::ok).map(|entry| entry.path());
        let file = files.find(|path| path.extension().is_some_and(|end| end == "html"));
        let report = file.and_then(|file| Some((fs::read_to_string(&file).ok()?, file)));
        Ok(report.filter(|(text, _)| text.ends_with("</html>\n")))
    })?;
    let (report, file) = report;
    for wanted in [
        "11 of 11 seen",
        "Learned that it was paid",
        "confirmed by hand",
        "Power cut and recovery",
        "<style>",
    ] {
        check(report.contains(wanted), || format!("the report does not contain \"{wanted}\""))?;
    }
    check(!report.contains("<script"), || "there is a script in the report".to_owned())?;
    browser.go(&format!("file://{}", file.display().to_string().replace(' ', "%20")))?;
    browser.shows("body", "11 of 11 seen")?;
    stage.page.picture("report").map(drop)
}

fn small_screen(stage: &mut Stage<'_>) -> Result<(), Error> {
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    let code = page.next_customer("wechat", "rich", "pays")?;
    types(&mut till, &format!("pay A1 88.00 {code}"), PAID)?;
    page.browser.resize(390, 844)?;
    for tab in ["book", "requests", "trouble", "receipt", "checklist"] {
        page.tab(tab)?;
        if tab == "receipt" {
            page.image("#paper")?;
        }
        if tab == "requests" {
            page.browser.click("#requests .state.paid")?;
            page.browser.element("#requests .sign")?;
        }
        let overflow = page.overflow()?;
        check(overflow <= 0, || format!("{tab} is {overflow} pixels wider than a phone"))?;
        page.picture(&format!("small {tab}"))?;
    }
    page.browser.click("#fresh")?;
    let code = page.phone_code()?;
    let read = page.scan("#phone-screen", "small phone")?;
    check(read.iter().any(|(_, text)| *text == code), || {
        format!("the scanner reads {read:?} and not {code}")
    })?;
    no_complaints(stage)
}

fn keyboard(stage: &mut Stage<'_>) -> Result<(), Error> {
    const ENTER: &str = "\u{e007}";
    const TAB: &str = "\u{e004}";
    const RIGHT: &str = "\u{e014}";
    const ESCAPE: &str = "\u{e00c}";
    let mut till = stage.activated_till()?;
    let page = &stage.page;
    let browser = &page.browser;
    browser.press("3")?;
    browser.element("#panel-trouble")?;
    let code = page.phone_code()?;
    browser.press("n")?;
    let code = page.other_code(&code)?;
    till.write(&format!("pay A1 6.60 {code}"))?;
    browser.element("#confirm")?;
    focus(stage, TAB, "confirm")?;
    browser.press(ENTER)?;
    responses(&mut till, PAID)?;

    browser.press("/")?;
    browser.press("nothing like it")?;
    browser.shows("#panel-book", "Nothing found")?;
    browser.script("document.activeElement.select()", json!([]))?;
    browser.press("6.60")?;
    browser.shows("#bills", "¥6.60")?;
    focus(stage, TAB, "dm2032288236")?;
    browser.press(ENTER)?;
    browser.element("#bill-requests")?;
    browser.press(ESCAPE)?;
    browser.element("#bills")?;

    focus(stage, TAB, "book")?;
    browser.press(RIGHT)?;
    browser.element("#panel-requests")?;

    let differing = browser.script(ONE_LANGUAGE_ONLY, json!([]))?;
    check(differing.as_array().is_some_and(Vec::is_empty), || format!("in one language only: {differing}"))?;
    browser.click("#language")?;
    browser.shows(".top", "收银机连接的地址")?;
    browser.shows("#phone", "顾客的手机")?;
    for (number, tab) in ["book", "requests", "trouble", "receipt", "checklist"].into_iter().enumerate() {
        browser.press(&(number + 1).to_string())?;
        browser.element(&format!("#panel-{tab}"))?;
        if tab == "receipt" {
            page.image("#paper")?;
        }
        let raw = browser.script(WITHOUT_WORDS, json!([]))?;
        check(raw.as_array().is_some_and(Vec::is_empty), || format!("texts are missing on {tab}: {raw}"))?;
        page.picture(&format!("Chinese {tab}"))?;
    }
    no_complaints(stage)
}

/// Keys that were shown instead of their text.
const WITHOUT_WORDS: &str = "return document.body.innerText.match(/\\b(phone|book|requests|call|sign|trouble|fault|receipt|checklist|verdict|case|step|state|tabs)\\.[a-z_.]+/g) ?? [];";

/// Keys that only one of the two languages defines.
const ONE_LANGUAGE_ONLY: &str = "\
    const keys = (table, path) => Object.entries(table).flatMap(([name, value]) => \
        typeof value === 'string' ? [`${path}${name}`] : keys(value, `${path}${name}.`));\
    return Promise.all([import('./zh.js'), import('./en.js')]).then(([{ zh }, { en }]) => {\
        const [one, other] = [keys(zh, ''), keys(en, '')];\
        return [...one.filter((key) => !other.includes(key)), ...other.filter((key) => !one.includes(key))];\
    });";

/// Presses the tab key until this element has the focus.
fn focus(stage: &Stage<'_>, tab: &str, key: &str) -> Result<(), Error> {
    let script = "return [document.activeElement.dataset.key, document.activeElement.id];";
    for _ in 0..MOST_TABS {
        let focused = stage.page.browser.script(script, json!([]))?;
        if focused[0] == key || focused[1] == key {
            return Ok(());
        }
        stage.page.browser.press(tab)?;
    }
    Err(Error::Check(format!("the tab key does not reach {key}")))
}

fn hostile_text(stage: &mut Stage<'_>) -> Result<(), Error> {
    let page = &stage.page;
    page.tab("requests")?;
    let hostile = "%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D'broken'%22%3E%3Cscript%3Edocument.title%3D'broken'%3C/script%3E";
    ask(
        stage.base(),
        &format!("/o2o-dm/op.php?action=micropay&authcode={hostile}&device_id={hostile}&total={hostile}"),
    )?;
    page.browser.shows("#requests", "<script>document.title='broken'</script>")?;
    page.browser.click("#requests summary")?;
    page.browser.shows("#requests .detail", "onerror=")?;
    page.picture("hostile text")?;
    let title = page.browser.script("return document.title", json!([]))?;
    check(title == "wsy sandbox", || format!("the page's title became {title}"))?;
    let foreign: Vec<_> =
        page.loaded()?.into_iter().filter(|address| !address.starts_with(stage.base())).collect();
    check(foreign.is_empty(), || format!("the page loads from elsewhere: {}", foreign.join(", ")))?;
    no_complaints(stage)
}

/// A request that no till makes; the response does not matter.
fn ask(base: &str, target: &str) -> Result<(), Error> {
    let host = base.trim_start_matches("http://");
    let failed = |error: std::io::Error| Error::Check(format!("could not reach the sandbox: {error}"));
    let mut stream = TcpStream::connect(host).map_err(failed)?;
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").map_err(failed)?;
    stream.read_to_end(&mut Vec::new()).map(drop).map_err(failed)
}
