use proptest::prelude::*;
use wsy::protocol::pattern::Pattern;

use crate::support::cases;

/// A pattern, texts that it matches, and texts that it does not.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const READ: [Case; 22] = [
    (r"^1[0-5]\d{16}$", &["134604005619969099"], &["163460400561996909", "13460400561996909", ""]),
    (r"^1[0-5]\d{16}\$", &["134604005619969099"], &["163460400561996909"]),
    (r"^\d+\Z", &["12"], &["12x", "x12"]),
    (r"\A\d+\z", &["12"], &["12x"]),
    (r"^\\Z$", &["\\Z"], &["\\z", ""]),
    (r"/^\d+$/", &["12"], &["/12/", "x"]),
    (r"#^DM\d+$#i", &["dm12", "DM12"], &["12"]),
    (r"~^\d+\Z~uDS", &["12"], &["x"]),
    (r"/\d+", &["/12"], &["12"]),
    (r"^(?!0\.)\d+\.\d\d$", &["1.00", "10.50"], &["0.50", "1"]),
    (r"^(?=\d{3}\.)\d+\.00$", &["100.00"], &["10.00", "100.50", "1000.00"]),
    (r"^(?!0)(?=.*\.00)\d+\.\d+$", &["1.00"], &["0.00", "1.01"]),
    (r"\A(?!1)\d+\z", &["2"], &["1", "12"]),
    (r"/^(?!dm)[a-z]+$/i", &["AB"], &["DMX", "dm"]),
    (r"^(?!0|1)\d$", &["2"], &["0", "1"]),
    (r"^(?!(0|1))\d$", &["2"], &["0", "1"]),
    (r"^(?![)(]x)..$", &["ab", ")y"], &[")x", "(x"]),
    (r"^(?![]0]x)..$", &["ab"], &["]x", "0x"]),
    (r"^(?![^]0]x)..$", &["]x", "0x", "ab"], &["ax"]),
    (r"^(?!\))(a|b)+$", &["ab"], &[")a", ""]),
    (r"^(?!a)[|]b$", &["|b"], &["ab"]),
    (r"^(?!a)(?:b|c)$", &["b", "c"], &["a"]),
];

#[test]
fn what_php_writes_is_understood() {
    for (pattern, matching, others) in READ {
        let read = Pattern::of(pattern);
        assert!(read.is_read() && read.unread().is_none(), "{pattern}");
        for text in matching {
            assert!(read.takes(text), "{pattern} and {text}");
        }
        for text in others {
            assert!(!read.takes(text), "{pattern} and {text}");
        }
    }
}

#[test]
fn what_is_not_understood_matches_nothing_and_is_named() {
    for pattern in [
        "(",
        r"^(?>\d+)$",
        r"^(\d)\1$",
        r"^1(?=2)\d$",
        r"^(?<=1)2$",
        r"^(?!0)1|2$",
        r"^(?!0)*1$",
        r"^(?!0",
        r"^(?!(?>0))1$",
        "/^1$/e",
    ] {
        let read = Pattern::of(pattern);
        assert_eq!((read.is_read(), read.unread()), (false, Some(pattern)));
        assert!(!read.takes("1") && !read.takes("2") && !read.takes(""), "{pattern}");
    }
}

#[test]
fn no_pattern_is_not_one_that_cannot_be_read() {
    let none = Pattern::of("");
    assert_eq!((none.is_read(), none.unread(), none.takes("")), (false, None, false));
    assert_eq!(none, Pattern::of(""));
    assert_ne!(none, Pattern::of("("));
}

proptest! {
    #![proptest_config(cases(20_000))]

    /// A translated pattern means the same as its parts.
    #[test]
    fn a_look_ahead_at_the_start_is_a_second_pattern(
        ahead in "[01.(]{0,2}[01|.]{0,3}",
        rest in "[01.]{0,3}[$]?",
        text in "[01]{0,4}",
        negative in any::<bool>(),
    ) {
        let (first, second) = (Pattern::of(&format!("^(?:{ahead})")), Pattern::of(&format!("^{rest}")));
        let sign = if negative { '!' } else { '=' };
        let both = Pattern::of(&format!("^(?{sign}{ahead}){rest}"));
        prop_assert_eq!(both.is_read(), first.is_read() && second.is_read());
        if both.is_read() {
            prop_assert_eq!(both.takes(&text), (first.takes(&text) != negative) && second.takes(&text));
        }
    }

    #[test]
    fn whatever_is_written_it_is_read_or_named(pattern in "[\\PC]{0,20}", text in "\\PC{0,20}") {
        let read = Pattern::of(&pattern);
        read.takes(&text);
        prop_assert_eq!(read.unread().is_some(), !read.is_read() && !pattern.is_empty());
    }
}
