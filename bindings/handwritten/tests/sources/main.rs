//! Checks the declarations, helpers and tills as far as possible without the languages' compilers: that the
//! languages can read them, and that the hand-written ones call only existing functions.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod blocks;
mod calls;
mod source;

use std::collections::BTreeSet;
use std::fs;

use interface::face::{self, Face};
use source::{Code, HANDWRITTEN, Language, bytes, every_file, path, text};

fn the_face() -> Face {
    face::read().unwrap()
}

/// The words of the header, which documents fields, lists and options.
fn words_of_the_header() -> BTreeSet<String> {
    let header = fs::read_to_string(path("include/wsy.h")).unwrap();
    header.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').map(str::to_owned).collect()
}

#[test]
fn every_file_is_gbk_with_windows_line_ends() {
    for (_, place) in every_file() {
        let bytes = bytes(place);
        // `text` has looked at the encoding.
        assert!(!text(place).is_empty());
        let line_feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
        let pairs = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
        assert_eq!((line_feeds, pairs), (pairs, line_feeds), "{place}");
        assert!(bytes.ends_with(b"\r\n"), "{place}");
        assert!(!bytes.contains(&0), "{place}");
    }
}

#[test]
fn no_line_is_longer_than_its_language_allows() {
    for (language, place) in every_file() {
        let limit = match language {
            Language::Vb6 => 1023,
            Language::FoxPro => 8192,
            // No limit is documented, but unreadable lines are too long.
            Language::PowerBuilder | Language::Epl => 500,
        };
        for line in bytes(place).split(|byte| *byte == b'\n') {
            assert!(line.len() <= limit, "{place}: {}", String::from_utf8_lossy(line));
        }
    }
    for (_, place) in every_file().filter(|(language, _)| *language == Language::Vb6) {
        let source = text(place);
        let longest = source.split('\n').fold((0, 0), |(longest, running), line| {
            let running = if line.ends_with(" _") { running + 1 } else { 0 };
            (longest.max(running), running)
        });
        assert!(longest.0 <= 24, "{place}");
    }
}

#[test]
fn no_identifier_is_longer_than_powerbuilder_allows() {
    for function in the_face().functions {
        assert!(function.name.len() <= 40, "{}", function.name);
    }
}

/// In a text of PowerBuilder `~` begins an escape, and a GBK character may have that byte as its second.
#[test]
fn powerbuilder_before_10_finds_no_escape_in_the_bytes_of_a_character() {
    for (_, place) in every_file().filter(|(language, _)| *language == Language::PowerBuilder) {
        let bytes = bytes(place);
        let inside = bytes.windows(2).any(|pair| pair[0] >= 0x81 && pair[1] == b'~');
        assert!(!inside, "{place}");
    }
}

#[test]
fn the_tills_call_only_what_there_is() {
    let (face, fields) = (the_face(), words_of_the_header());
    for (language, place) in HANDWRITTEN {
        let defined = calls::defined(language);
        let wrong = calls::complaints(language, &text(place), &face, &defined, &fields);
        assert!(wrong.is_empty(), "{place}: {wrong:?}");
    }
}

#[test]
fn wrong_calls_are_noticed() {
    let (face, fields) = (the_face(), words_of_the_header());
    let complaints = |language, source: &str| {
        calls::complaints(language, source, &face, &calls::defined(language), &fields)
    };
    let fine = [
        (Language::Vb6, "lCode = WsyFind(m_hClient, \"a, b (c\", hReply) ' WsyNone(1)\n"),
        (Language::PowerBuilder, "ll_code = inv_wsy.WsyFind(il_client, 'a', ll_reply) // WsyNone(1)\n"),
        (Language::Epl, "返回码 ＝ WsyFind (收银台, “a”, 回复)  ' WsyNone (1)\n"),
        (Language::FoxPro, "nCode = WsyFind(THIS.nClient, \"a\", @nReply) && WsyNone(1)\n"),
    ];
    for (language, source) in fine {
        let without = source.replace("\"a\"", "cBill").replace("'a'", "as_bill").replace("“a”", "单号");
        assert!(complaints(language, &without).is_empty(), "{:?}", complaints(language, &without));
        for mistake in [
            source.replace("WsyFind", "WsyFound"),
            source.replace("il_client, ", "").replace("m_hClient, ", "").replace("收银台, ", ""),
            source.replace("THIS.nClient, ", "\"a\", "),
        ] {
            let same = mistake == source;
            assert!(same || !complaints(language, &mistake).is_empty(), "{mistake}");
        }
    }
    let wrong = [
        (Language::Vb6, "Call WsyReplyFree(WSY_PAYED)\n"),
        (Language::Vb6, "lFen = WsyNumber(hReply, \"total_cents\")\n"),
        (Language::Vb6, "lFen = WsyNumber(hReply)\n"),
        (Language::Vb6, "WsyReplyFree hReply\n"),
        (Language::Vb6, "Call WsyReplyInt(hReply, \"total_fen\", 0)\n"),
        (Language::FoxPro, "WsyReplyInt(nReply, \"total_fen\", nFen)\n"),
        (Language::FoxPro, "WsyReplyInt(nReply, \"total_fen\", @THIS.nFen)\n"),
        (Language::FoxPro, "WsyReplyInt(@nReply, \"total_fen\", @nFen)\n"),
        (Language::PowerBuilder, "inv_wsy.WsyReplyInt(\"total_fen\", \"total_fen\", ll_fen)\n"),
        (Language::PowerBuilder, "ll_fen = inv_wsy.of_numbers(ll_reply, \"total_fen\")\n"),
        (Language::Epl, "WsyReplyInt (回复, “total_fen”, 1)\n"),
        (Language::Epl, "加一行 (Wsy字段 (回复))\n"),
    ];
    for (language, source) in wrong {
        assert_eq!(complaints(language, source).len(), 1, "{source}");
    }
}

#[test]
fn every_block_is_closed() {
    for (language, place) in HANDWRITTEN {
        let wrong = blocks::complaints(language, &text(place));
        assert!(wrong.is_empty(), "{place}: {wrong:?}");
    }
}

#[test]
fn a_lost_line_is_noticed() {
    for (language, place) in HANDWRITTEN {
        let source = text(place);
        let ends = match language {
            Language::Vb6 => ["\n    End If\n", "\nEnd Function\n"],
            Language::PowerBuilder => ["\nend event\n", "\nend type\n"],
            Language::Epl => ["\n.如果真结束\n", "\n.如果结束\n"],
            Language::FoxPro => ["\n        ENDIF\n", "\n    ENDIF\n"],
        };
        let present: Vec<&str> = ends.into_iter().filter(|end| source.contains(end)).collect();
        assert!(!present.is_empty(), "{place}");
        for end in present {
            let cut = source.replacen(end, "\n", 1);
            assert!(!blocks::complaints(language, &cut).is_empty(), "{place} without {end:?}");
        }
    }
}

#[test]
fn the_vb6_project_has_its_files_and_its_events_have_their_controls() {
    let project = text("examples/vb6/Till.vbp");
    let files = project.lines().filter_map(|line| {
        let module = line.strip_prefix("Module=").and_then(|line| line.split("; ").nth(1));
        module.or_else(|| line.strip_prefix("Form="))
    });
    let mut count = 0;
    for file in files {
        assert!(path("examples/vb6").join(file.replace('\\', "/")).is_file(), "{file}");
        count += 1;
    }
    assert_eq!(count, 3);

    let form = text("examples/vb6/frmTill.frm");
    let control = |line: &str| line.trim().strip_prefix("Begin VB.")?.split(' ').nth(1).map(str::to_owned);
    let controls: BTreeSet<String> = form.lines().filter_map(control).collect();
    let event = |line: &str| Some(line.strip_prefix("Private Sub ")?.split_once('_')?.0.to_owned());
    for owner in form.lines().filter_map(event) {
        assert!(owner == "Form" || controls.contains(&owner), "{owner}");
    }
    for button in controls.iter().filter(|name| name.starts_with("cmd")) {
        assert!(form.contains(&format!("Private Sub {button}_Click()")), "{button}");
    }
}

/// The window of an 易语言 program is drawn, not written: the table in the README lists its controls.
#[test]
fn the_epl_window_has_every_control_that_its_code_names() {
    let readme = fs::read_to_string(path("examples/epl/README.zh-CN.md")).unwrap();
    let listed: BTreeSet<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let source = text("examples/epl/till.txt");
    let code: String = Code::new(Language::Epl, &source).masked.into_iter().collect();
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.');
    let members = words.filter_map(|word| word.split_once('.')).map(|(owner, _)| owner);
    let members = members.filter(|owner| !owner.is_ascii());
    let events = source.lines().filter_map(|line| line.strip_prefix(".子程序 _")?.split('_').next());
    let used: BTreeSet<&str> = members.chain(events).filter(|name| !name.is_empty()).collect();
    assert!(used.len() > 10, "{used:?}");
    assert_eq!(used, listed);
}

/// The quick start's shortest programs, for those who copy from there.
#[test]
fn the_quick_start_calls_only_what_there_is() {
    let document = fs::read_to_string(path("docs/快速开始.md")).unwrap();
    let (face, fields) = (the_face(), words_of_the_header());
    let programs = [
        (Language::Vb6, "vb"),
        (Language::PowerBuilder, "powerscript"),
        (Language::Epl, "epl"),
        (Language::FoxPro, "foxpro"),
    ];
    for (language, name) in programs {
        let start = format!("```{name}\n");
        let (_, rest) = document.split_once(&start).unwrap();
        let program = rest.split("```").next().unwrap();
        assert!(program.contains("WsyMicropay"), "{name}");
        let defined = calls::defined(language);
        let wrong = calls::complaints(language, program, &face, &defined, &fields);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let wrong = blocks::complaints(language, program);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}
