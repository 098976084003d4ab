//! Responses: whatever the platform, a proxy or an attacker sends is read as what it says, or is an error.

use encoding_rs::GBK;
use wsy::protocol::bill::{self, Bill, BillResponse};
use wsy::protocol::config::{self, ConfigResponse};
use wsy::protocol::response::{self, Activation, Order, PayResponse, ResponseError};
use wsy::protocol::sentences::Class;
use wsy::protocol::text::decode_response;
use wsy::protocol::xml::{self, Element};

use crate::planted;

const MAX_DEPTH: usize = 16;
const MAX_ELEMENTS: usize = 4096;

/// Reads the bytes as each kind of response.
pub fn run(data: &[u8]) {
    let text = decode_response(data);
    let tree = text.as_deref().and_then(|text| {
        let whole = xml::parse(text).ok();
        // Something else may come before it.
        let last = || xml::parse(text.get(text.find("<dm")?..)?).ok();
        if whole.as_ref().is_some_and(|tree| tree.name == "dm") { whole } else { last().or(whole) }
    });
    if let Some(tree) = &tree {
        tree_is_bounded(tree, 1);
        assert!(elements(tree) <= MAX_ELEMENTS);
        survives_writing(tree);
    }
    payment(data, tree.as_ref());
    read_bill(data, tree.as_ref());
    other_responses(data, tree.as_ref());
}

fn pay(data: &[u8]) -> Result<PayResponse, ResponseError> {
    let response = response::pay(data);
    match response {
        // An amount without its decimal point.
        Ok(PayResponse::Done(order))
            if planted() && order.total_fen.is_some_and(|fen| fen > 1 && fen < 100) =>
        {
            Ok(PayResponse::Done(Order { total_fen: order.total_fen.map(|fen| fen * 100), ..order }))
        }
        other => other,
    }
}

fn payment(data: &[u8], tree: Option<&Element<'_>>) {
    let Ok(response) = pay(data) else { return };
    let tree = tree.expect("a response that was read is XML");
    // Of two responses in one, the first may lack its end.
    assert!(
        tree.name == "dm" && (tree.closed || may_be_several(data)),
        "a response without its end decides nothing"
    );
    let ok = said(tree);
    match response {
        PayResponse::Done(order) => {
            assert_eq!(ok, "1");
            // It may lack either; then the money rules keep asking.
            assert_eq!(order.total_fen, tree.attribute("total").and_then(fen));
            as_written(&order, tree);
            no_more_when_cut(data, &order);
            same_in_gbk(data, tree, &order);
        }
        PayResponse::Paying(order) => {
            let (info, content) = (order.info.clone(), order.content.clone());
            let only_that = Order { class: Class::Paying, info, content, ..Order::default() };
            let decides_nothing = order == only_that;
            assert!(decides_nothing || !contradicts_itself(tree));
            // The start of a second response may be a part of a value.
            if !(decides_nothing && (contradicts_itself(tree) || may_be_several(data))) {
                assert_eq!(ok, "-1");
                as_written(&order, tree);
            }
        }
        PayResponse::Failed(order) => {
            assert_eq!(ok, "0");
            as_written(&order, tree);
        }
        PayResponse::Refused(info) => {
            assert!(ok == "0" || ok == "-1");
            assert_eq!(tree.attribute("info"), Some(info.as_str()));
        }
    }
}

/// Whether `ok` occurs more than once with different values, or only once more.
fn contradicts_itself(tree: &Element<'_>) -> bool {
    let element = tree.child("ok").map(|element| element.text.trim()).filter(|said| !said.is_empty());
    let attributes = || ["ok", "OK"].into_iter().filter_map(|name| tree.attribute(name)).map(str::trim);
    let Some(first) = attributes().next() else { return element.is_some() };
    attributes().chain(element).any(|other| other != first)
}

/// Whether it may contain more than one response.
fn may_be_several(data: &[u8]) -> bool {
    decode_response(data).is_some_and(|text| text.matches("<dm").count() > 1)
}

fn as_written(order: &Order, tree: &Element<'_>) {
    let is = |name: &str, value: &str| assert_eq!(tree.attribute(name).unwrap_or_default(), value, "{name}");
    assert_eq!(tree.attribute("dm_id").unwrap_or_default().trim(), order.dm_id);
    is("pay_type", &order.pay_type);
    is("pay_time", &order.pay_time);
    is("pay_id", &order.pay_id);
    is("openid", &order.openid);
    is("info", &order.info);
    assert_eq!(order.content.attributes, tree.owned_attributes());
}

/// The start of a good response is the same response or an error: not another order, not another amount.
fn no_more_when_cut(data: &[u8], whole: &Order) {
    // A character that is cut in two may make the rest look like GBK, so the cut is between two.
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A few places that depend on the input and are the same each time.
    let mut at = data.len();
    for _ in 0..6 {
        at = text.floor_char_boundary(at * 7 / 8);
        match pay(&data[..at]) {
            Ok(PayResponse::Done(part)) => assert_eq!(&part, whole, "cut at {at}"),
            Ok(other) => panic!("cut at {at}: {other:?}"),
            Err(_) => {}
        }
    }
}

/// The platform may send the same response in GBK, with the same amount and order.
fn same_in_gbk(data: &[u8], tree: &Element<'_>, whole: &Order) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (gbk, _, lossy) = GBK.encode(text.strip_prefix('\u{feff}').unwrap_or(text));
    if lossy || !names_are_ascii(tree) || !whole.dm_id.is_ascii() {
        return;
    }
    match pay(&gbk) {
        Ok(PayResponse::Done(order)) => {
            assert_eq!((order.dm_id, order.total_fen), (whole.dm_id.clone(), whole.total_fen));
        }
        Ok(other) => panic!("paid in UTF-8 and in GBK {other:?}"),
        Err(_) => {}
    }
}

fn read_bill(data: &[u8], tree: Option<&Element<'_>>) {
    let Ok(BillResponse::Found(bill)) = bill::read(data) else { return };
    let tree = tree.expect("a bill that was read is XML");
    assert_eq!(said(tree), "1");
    adds_up(&bill);
    let written: Vec<i64> = tree
        .children
        .iter()
        .filter(|child| child.name == "pay")
        .map(|pay| pay.attribute("pay_total").and_then(fen).expect("a line without an amount"))
        .collect();
    assert_eq!(written, bill.lines.iter().map(|line| line.total_fen).collect::<Vec<_>>());
    assert_eq!(tree.attribute("pay_total").and_then(fen), Some(bill.pay_total_fen));
}

fn adds_up(bill: &Bill) {
    let back: i64 = bill.lines.iter().map(|line| line.total_fen.min(0)).sum();
    assert_eq!(bill.adds_up(), -back == bill.refunded_fen, "the lines add up to the refunded total");
    assert!(bill.refundable_fen() >= 0 && bill.refundable_fen() <= bill.pay_total_fen.max(0));
}

fn other_responses(data: &[u8], tree: Option<&Element<'_>>) {
    if let Ok(Activation::Done(device)) = response::activation(data) {
        assert!(!device.id.is_empty() && !device.key.is_empty());
        assert!(
            !format!("{device:?}").contains(&device.key)
                || device.id.contains(&device.key)
                || device.key.len() < 12
        );
    }
    if let Ok(Ok(time)) = response::time(data) {
        assert!(time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit()));
    }
    if let Ok(ConfigResponse::Good(config)) = config::parse(data) {
        let tree = tree.expect("a config that was read is XML");
        assert!(config.server.starts_with("http://") || config.server.starts_with("https://"));
        assert_eq!(config.pay_types.len(), tree.children.iter().filter(|c| c.name == "dm_code").count());
        patterns(&config);
    }
}

/// Patterns come from the platform: none may take long or panic, and a code is accepted by the first one that
/// matches.
fn patterns(config: &config::Config) {
    let code = wsy::protocol::auth_code::AuthCode::parse("134567890123456789").expect("18 digits");
    let total = wsy::protocol::amount::Fen::new(1250).expect("12.50");
    let _ = (config.allows(total), config.may_charge());
    if let Some(found) = config.pay_type_for(&code) {
        assert!(config.pay_types.contains(found) && !found.coderegex.is_empty());
    }
}

fn said<'a>(tree: &'a Element<'_>) -> &'a str {
    tree.attribute("ok").or_else(|| tree.attribute("OK")).unwrap_or_default().trim()
}

/// Decimal yuan in fen, read without the library.
pub fn fen(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix('元').unwrap_or(text).trim_end();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, places) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let number = |text: &str| {
        text.chars()
            .try_fold(0i128, |sum, c| Some((sum * 10 + i128::from(c.to_digit(10)?)).min(i128::MAX / 100)))
    };
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = (groups[0], &groups[1..]);
    let begins_well = matches!(first.len(), 1..=3) && !first.starts_with('0');
    let is_grouped = rest.is_empty() || begins_well && rest.iter().all(|group| group.len() == 3);
    let whole = &*groups.concat();
    if !places.is_ascii()
        || !is_grouped
        || whole.is_empty() && places.is_empty()
        || places.get(2..).is_some_and(|rest| rest.contains(|c| c != '0'))
    {
        return None;
    }
    let cents = number(&format!("{places:0<2}")[..2])?;
    let all = number(whole)?.checked_mul(100)?.checked_add(cents)?;
    (all <= 10_000_000_000).then(|| sign * i64::try_from(all).unwrap_or(0))
}

fn tree_is_bounded(tree: &Element<'_>, depth: usize) {
    // An element without content is not another level to the reader.
    assert!(depth <= MAX_DEPTH + 1, "deeper than {MAX_DEPTH}");
    tree.children.iter().for_each(|child| tree_is_bounded(child, depth + 1));
}

fn elements(tree: &Element<'_>) -> usize {
    1 + tree.children.iter().map(elements).sum::<usize>()
}

fn names_are_ascii(tree: &Element<'_>) -> bool {
    tree.name.is_ascii()
        && tree.attributes.iter().all(|(name, _)| name.is_ascii())
        && tree.children.iter().all(names_are_ascii)
}

/// A result can be written as strict XML and read again.
fn survives_writing(tree: &Element<'_>) {
    if !names_are_plain(tree) {
        return;
    }
    let mut text = String::new();
    write(tree, &mut text);
    let again = xml::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again, as_written_again(tree), "{text}");
}

fn names_are_plain(tree: &Element<'_>) -> bool {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain(tree.name)
        && tree.attributes.iter().all(|(name, _)| plain(name))
        && tree.children.iter().all(names_are_plain)
}

fn write(tree: &Element<'_>, out: &mut String) {
    out.extend(["<", tree.name]);
    for (name, value) in &tree.attributes {
        out.extend([" ", name, "=\"", &escaped(value), "\""]);
    }
    out.push('>');
    out.push_str(&escaped(&tree.text));
    tree.children.iter().for_each(|child| write(child, out));
    out.extend(["</", tree.name, ">"]);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Characters outside of XML are not written.
fn as_written_again<'a>(tree: &Element<'a>) -> Element<'a> {
    let children = tree.children.iter().map(as_written_again).collect();
    Element { closed: true, children, foreign: Vec::new(), ..tree.clone() }
}
