//! Order numbers as people write them, against the config's rules.

use wsy::protocol::config::{self, Config, ConfigResponse};
use wsy::protocol::order_number::{fitting, spellings};

fn config(rules: &[&str]) -> Config {
    let codes: String =
        rules.iter().map(|rule| format!("<dm_code code=\"c\" cancelregex=\"{rule}\"/>")).collect();
    let body = format!("<dm ok=\"1\" server=\"http://a.test\" device_id=\"1\">{codes}</dm>");
    match config::parse(body.as_bytes()) {
        Ok(ConfigResponse::Good(config)) => *config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_likeliest_spelling_comes_first() {
    for (given, expected) in [
        ("dm2032288236", &["dm2032288236"][..]),
        ("2032288236", &["dm2032288236", "2032288236"]),
        (" DM2032288236\t", &["dm2032288236", "DM2032288236"]),
        ("Dm1", &["dm1", "Dm1"]),
        ("1234567890123456789", &["dm1234567890123456789", "1234567890123456789"]),
        // A channel's transaction.
        ("4200000067201804213236197646", &["4200000067201804213236197646"]),
        // The number of a refund on a bill.
        ("DM20329722201524314334", &["dm20329722201524314334", "DM20329722201524314334"]),
        ("dm", &["dm"]),
        ("dm1x", &["dm1x"]),
        ("账单1", &["账单1"]),
        ("d", &["d"]),
        ("", &[""]),
    ] {
        assert_eq!(spellings(given).collect::<Vec<_>>(), expected, "{given:?}");
    }
}

#[test]
fn a_rule_of_the_config_chooses_the_spelling() {
    let dm = config(&[r"^dm\d+$"]);
    let table = config(&[r"^dm\d+\$"]);
    let several = config(&[r"^dm\d+$", r"^\d{28}$"]);
    let capitals = config(&[r"^DM\d+$"]);
    let bare = config(&[r"^\d+$"]);
    for (given, config, expected) in [
        ("2032288236", &dm, Some("dm2032288236")),
        ("2032288236", &table, Some("dm2032288236")),
        ("DM2032288236", &capitals, Some("DM2032288236")),
        ("DM2032288236", &bare, None),
        ("2032288236", &bare, Some("2032288236")),
        ("4200000067201804213236197646", &dm, None),
        ("4200000067201804213236197646", &several, Some("4200000067201804213236197646")),
        ("abc", &dm, None),
        (" ", &dm, None),
    ] {
        assert_eq!(fitting(given, Some(config)).as_deref(), expected, "{given} by {config:?}");
    }
}

#[test]
fn without_a_rule_that_can_be_read_every_number_is_as_likely_as_another() {
    assert_eq!(fitting("abc", None).as_deref(), Some("abc"));
    assert_eq!(fitting("7", None).as_deref(), Some("dm7"));
    for rules in [&[][..], &[""], &["("], &["^(?>x)dm"], &[r"^y\d$", ""]] {
        let config = config(rules);
        assert_eq!(fitting("abc", Some(&config)).as_deref(), Some("abc"), "{rules:?}");
        assert_eq!(fitting("7", Some(&config)).as_deref(), Some("dm7"), "{rules:?}");
    }
    // A rule that can be read and matches a spelling is followed anyway.
    assert_eq!(fitting("y1", Some(&config(&[r"^y\d$", ""]))).as_deref(), Some("y1"));
    assert_eq!(config(&[r"^y\d$", ""]).takes_order("y1"), Some(true));
    assert_eq!(config(&[r"^y\d$"]).takes_order("z1"), Some(false));
    assert_eq!(config(&[r"^y\d$", ""]).takes_order("z1"), None);
}
