//! The requests have exactly the parameters in the table of `docs/protocol.md`.

use std::collections::BTreeSet;
use std::fs;

use wsy_sandbox::{Call, RequestEntry};

use crate::build::root;
use crate::codes;
use crate::shop::Shop;
use crate::till::NONE;

const WECHAT: (&str, &str) = ("paytype", "o2o_dm_code_wxpaysub");

/// The parameters in a section of the table, as they are written on the wire.
fn in_table(section: &str) -> BTreeSet<String> {
    let table = fs::read_to_string(root().join("docs/conformance.tsv")).unwrap();
    let begin = format!("{section}\trequest\t");
    let names = table.lines().filter_map(|line| line.strip_prefix(&begin)?.split('\t').next());
    // The samples send `paytype` where the tables say `pay_type`.
    names.map(|name| if name == "pay_type" { "paytype" } else { name }.to_owned()).collect()
}

fn sent(request: &RequestEntry) -> BTreeSet<String> {
    request.params.iter().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn requests_have_just_the_parameters_of_the_table() {
    let shop = Shop::open_utf8();
    let activation = shop.control.activation_code(None).unwrap();
    shop.till.activate(&activation, "").is(codes::OK);
    shop.till.time().is(codes::OK);
    let code = shop.wechat();
    let all = [
        WECHAT,
        ("noremind", "1"),
        ("info", "A"),
        ("infoaddo", "B"),
        ("operator_id", "7"),
        ("dic_amount", "0.01"),
    ];
    shop.till.micropay("B1", &code, 500, &all).is(codes::PAID);
    let dm_id = shop.bill().dm_id.to_string();
    let with_all = [WECHAT, ("noremind", "1")];
    shop.till.query_auth_code(&code, 500, &with_all).is(codes::OK);
    shop.till.query_order(&dm_id, 500, &with_all).is(codes::OK);
    shop.till.refund("R1", "B1", 100, &[WECHAT]).is(codes::REFUNDED);
    shop.till.read_bill("B1", "").is(codes::OK);
    shop.till.reprint("B1", "").is(codes::OK);
    shop.sell("B2", 100);

    let of = |call: Call, n: usize| sent(&shop.sent(call)[n]);
    for (section, request) in [
        ("1", of(Call::Activate, 0)),
        ("2", of(Call::Config, 0)),
        ("3", of(Call::Time, 0)),
        ("3.1", of(Call::Micropay, 0)),
        ("3.2.1", of(Call::Query, 0)),
        ("3.2.2", of(Call::Query, 1)),
        ("3.3", of(Call::Refund, 0)),
        ("3.4", of(Call::Read, 0)),
        ("3.5", of(Call::Reprint, 0)),
    ] {
        assert_eq!(request, in_table(section), "section {section}");
    }
    // Optional parameters are left out unless they are given.
    let plain = ["action", "authcode", "device_id", "paytype", "sign", "total"].map(str::to_owned);
    assert_eq!(of(Call::Micropay, 1), BTreeSet::from(plain));
    shop.till.find("B2").is(codes::OK);
    shop.till.settle("B2", NONE).is(codes::PAID_EARLIER);
}
