//! Two readers, two texts: what a cashier sees names no function, field, option or file and uses no
//! programmer's term. The programmer has a separate hint.

use crate::payment::Stage;
use crate::till::DifferenceKind;
use crate::till::code::{Code, Language};
use crate::till::ledger::AlarmKind;
use crate::till::sentences::{Left, OWN, Own, doing, hint, own, sentence};

const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// Options and parameters that look like ordinary words.
const OPTIONS: [&str; 9] =
    ["base", "proxy", "ver", "paytype", "info", "infoaddo", "gs1", "noremind", "insist"];

/// Terms that programmers use and cashiers do not.
const TERMS: [&str; 36] = [
    "argument",
    "ascii",
    "buffer",
    "callback",
    "client",
    "config",
    "dll",
    "fen",
    "field",
    "gbk",
    "handle",
    "http",
    "https",
    "json",
    "ledger",
    "null",
    "option",
    "parameter",
    "pem",
    "pointer",
    "poll",
    "sqlite",
    "string",
    "thread",
    "timeout",
    "utf",
    "句柄",
    "缓冲区",
    "回调",
    "线程",
    "代码页",
    "参数",
    "字段",
    "指针",
    "选项",
    "程序库",
];

/// The kind of a text, its subject, and the text.
type Said = (&'static str, String, String);

fn for_cashiers() -> Vec<Said> {
    let mut all = Vec::new();
    for language in LANGUAGES {
        for code in Code::ALL {
            all.push(("message", format!("{code:?}"), code.sentence(language).to_owned()));
            all.push(("advice", format!("{code:?}"), code.advice(language).to_owned()));
        }
        for kind in differences() {
            all.push(("message", format!("{kind:?}"), sentence(kind, language).to_owned()));
        }
        for left in lefts() {
            let words = left.words(language).unwrap();
            all.push(("message", format!("{left:?}"), words.message.into_owned()));
            all.push(("advice", format!("{left:?}"), words.advice.into_owned()));
        }
    }
    for own in owns() {
        let texts = own.message.iter().map(|text| ("message", *text));
        let texts = texts.chain(own.advice.iter().map(|text| ("advice", *text)));
        all.extend(texts.map(|(what, text)| (what, format!("{own:?}"), text.to_owned())));
    }
    all
}

fn for_programmers() -> Vec<Said> {
    let mut all = Vec::new();
    for language in LANGUAGES {
        for code in Code::ALL {
            all.push(("hint", format!("{code:?}"), code.hint(language).to_owned()));
        }
        for kind in differences() {
            all.push(("hint", format!("{kind:?}"), hint(kind, language).to_owned()));
        }
        for left in lefts() {
            all.push(("hint", format!("{left:?}"), left.words(language).unwrap().hint.into_owned()));
        }
    }
    for own in owns() {
        all.extend(own.hint.iter().map(|text| ("hint", format!("{own:?}"), (*text).to_owned())));
    }
    all
}

fn owns() -> impl Iterator<Item = &'static Own> {
    OWN.into_iter().chain(own::ALL)
}

fn stages() -> Vec<Said> {
    let all = [Stage::Sending, Stage::CustomerPaying, Stage::Asking, Stage::Refunding, Stage::Ended];
    let of = |language| all.map(|stage| ("stage", format!("{stage:?}"), doing(stage, None, language)));
    LANGUAGES.into_iter().flat_map(of).collect()
}

fn differences() -> impl Iterator<Item = DifferenceKind> {
    let others = [DifferenceKind::RefundedElsewhere, DifferenceKind::Undecided];
    AlarmKind::ALL.into_iter().map(DifferenceKind::Alarm).chain(others)
}

fn lefts() -> [Left; 13] {
    let none = Left::default();
    [
        Left { inactive: 1, ..none },
        Left { unreadable: 1, ..none },
        Left { disowned: 1, ..none },
        Left { moved: 1, ..none },
        Left { charges: 1, ..none },
        Left { refunds: 2, ..none },
        Left { undoing: 1, ..none },
        Left { unfinished: 2, ..none },
        Left { persons: 2, ..none },
        Left { paying: 2, ..none },
        Left { unanswered: 1, ..none },
        Left { differences: 2, ..none },
        Left { alarms: 1, ..none },
    ]
}

#[test]
fn a_cashier_reads_of_no_function_field_option_or_file() {
    for (what, about, text) in for_cashiers().into_iter().chain(stages()) {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.map(str::to_ascii_lowercase) {
            let is_named = word.contains('_') || word.starts_with("wsy") || OPTIONS.contains(&word.as_str());
            assert!(!is_named, "the {what} of {about} names {word}: {text}");
            let is_term = TERMS.iter().any(|term| *term == word || format!("{term}s") == word);
            assert!(!is_term, "the {what} of {about} says {word}: {text}");
        }
        for part in ["=", "/", "\\", "::", "()", ".db", ".log", ".h "].iter().chain(&TERMS[26..]) {
            assert!(!text.contains(part), "the {what} of {about} has {part}: {text}");
        }
    }
}

#[test]
fn nobody_is_told_that_there_is_nothing_to_do() {
    for (what, about, text) in for_cashiers().into_iter().chain(for_programmers()) {
        for part in ["无需处理", "无须处理", "othing to do"] {
            assert!(!text.contains(part), "the {what} of {about}: {text}");
        }
    }
}

#[test]
fn every_sentence_ends_as_one() {
    for (what, about, text) in for_cashiers().into_iter().chain(for_programmers()) {
        assert!(!text.trim().is_empty(), "the {what} of {about} is empty");
        assert_eq!(text.trim(), text, "the {what} of {about}");
        assert!(text.ends_with(['。', '.']), "the {what} of {about} does not end: {text}");
        let is_english = text.ends_with('.');
        let has_chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(is_english != has_chinese, "the {what} of {about} mixes languages: {text}");
    }
}

#[test]
fn a_number_in_a_sentence_is_the_codes_own() {
    for code in Code::ALL {
        for language in LANGUAGES {
            let text = code.sentence(language);
            let number = text.split(['（', '(']).find_map(|part| part.strip_prefix('-'));
            let digits = number.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
            if let Some(digits) = digits {
                assert_eq!(format!("-{digits}"), code.number().to_string(), "{text}");
            }
        }
    }
}

#[test]
fn what_is_waited_for_is_shown_with_the_platforms_sentence() {
    let said = Some("用户支付中");
    assert_eq!(doing(Stage::CustomerPaying, said, Language::Zh), "等待顾客输入密码（平台：用户支付中）");
    assert_eq!(
        doing(Stage::CustomerPaying, said, Language::En),
        "Waiting for the customer's password (platform: 用户支付中)"
    );
    assert_eq!(doing(Stage::Ended, said, Language::Zh), "正在结束");
}
