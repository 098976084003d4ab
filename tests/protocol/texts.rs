use proptest::prelude::*;
use wsy::protocol::text::{Charset, TextError, decode_response};

use crate::support::cases;

#[test]
fn two_code_pages_are_known() {
    assert_eq!(Charset::from_code_page(65001), Some(Charset::Utf8));
    assert_eq!(Charset::from_code_page(936), Some(Charset::Gbk));
    for other in [0, 1, 437, 950, 1200, 54936, -1] {
        assert_eq!(Charset::from_code_page(other), None, "{other}");
    }
    for charset in [Charset::Utf8, Charset::Gbk] {
        assert_eq!(Charset::from_code_page(charset.code_page()), Some(charset));
    }
}

#[test]
fn gbk_is_code_page_936() {
    let bytes = b"\xce\xa2\xca\xd5\xd2\xf8 \xa3\xa4";
    assert_eq!(Charset::Gbk.encode("微收银 ￥"), bytes);
    assert_eq!(Charset::Gbk.decode(bytes).unwrap(), "微收银 ￥");
    assert_eq!(Charset::Gbk.encode("€"), b"\x80");
}

#[test]
fn what_gbk_lacks_becomes_a_question_mark_but_the_yuan_sign_a_wide_one() {
    assert_eq!(Charset::Gbk.encode("¥"), b"\xa3\xa4");
    assert_eq!(Charset::Gbk.encode("1😀2😀"), b"1?2?");
    assert_eq!(Charset::Gbk.encode("한¥글¥"), b"?\xa3\xa4?\xa3\xa4");
    let long = "😀".repeat(10_000);
    assert_eq!(Charset::Gbk.encode(&long), b"?".repeat(10_000));
}

#[test]
fn bytes_that_are_no_text_are_an_error_and_never_mojibake() {
    for bytes in [b"\xff".as_slice(), b"a\xce", b"\xce\x20", b"\xce\xff"] {
        assert_eq!(Charset::Gbk.decode(bytes), Err(TextError(Charset::Gbk)), "{bytes:x?}");
    }
    for bytes in [b"\xff".as_slice(), b"\xe5\xbe", b"\xc0\x80", b"\xed\xa0\x80", b"\xce\xa2\xca\xd5"] {
        assert_eq!(Charset::Utf8.decode(bytes), Err(TextError(Charset::Utf8)), "{bytes:x?}");
    }
    assert!(TextError(Charset::Gbk).to_string().contains("936"));
}

#[test]
fn a_response_is_utf8_before_it_is_gbk_and_loses_its_mark() {
    assert_eq!(decode_response("微信".as_bytes()).as_deref(), Some("微信"));
    assert_eq!(decode_response("\u{feff}微信".as_bytes()).as_deref(), Some("微信"));
    assert_eq!(decode_response("\u{feff}\u{feff}微信".as_bytes()).as_deref(), Some("微信"));
    let gbk = [&b"\xef\xbb\xbf\xef\xbb\xbf"[..], b"\xce\xa2\xd0\xc5"].concat();
    assert_eq!(decode_response(&gbk).as_deref(), Some("微信"));
    assert_eq!(decode_response(b"\xce\xa2\xd0\xc5").as_deref(), Some("微信"));
    assert_eq!(decode_response(b"\xff\xfe<\0d\0"), None);
    assert_eq!(decode_response(b"").as_deref(), Some(""));
}

#[test]
fn every_character_of_gbk_comes_back_and_every_other_is_one_byte() {
    let mut kept = 0;
    for c in (0..=0x1_ffff).filter_map(char::from_u32) {
        let bytes = Charset::Gbk.encode(c.encode_utf8(&mut [0; 4]));
        assert!((1..=2).contains(&bytes.len()), "{c:?}");
        let private_use = ('\u{e000}'..='\u{f8ff}').contains(&c);
        if bytes == b"?" || c == '¥' || private_use {
            continue;
        }
        kept += 1;
        assert_eq!(Charset::Gbk.decode(&bytes).unwrap(), c.to_string(), "{c:?}");
    }
    // ASCII but the question mark, the 21886 characters of GBK and some that later editions added.
    assert!((22_000..=22_200).contains(&kept), "{kept}");
}

#[test]
fn a_cut_keeps_the_first_and_the_last_rows_of_gbk_whole() {
    for character in ["\u{4e02}", "\u{2e81}"] {
        let bytes = Charset::Gbk.encode(&character.repeat(2));
        assert!(matches!(bytes[0], 0x81 | 0xfe));
        assert_eq!(Charset::Gbk.cut(&bytes, 1), b"");
        assert_eq!(Charset::Gbk.cut(&bytes, 3), &bytes[..2]);
    }
}

fn longest_start_that_fits(charset: Charset, text: &str, room: usize) -> usize {
    let mut used = 0;
    for c in text.chars() {
        let width = charset.encode(&c.to_string()).len();
        if used + width > room {
            break;
        }
        used += width;
    }
    used
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn utf8_comes_back(text in any::<String>()) {
        prop_assert_eq!(Charset::Utf8.decode(&Charset::Utf8.encode(&text)).unwrap(), text);
    }

    #[test]
    fn chinese_comes_back_from_gbk(text in "[ -~\u{4e00}-\u{9fa5}，。：￥（）　△]{0,40}") {
        prop_assert_eq!(Charset::Gbk.decode(&Charset::Gbk.encode(&text)).unwrap(), text);
    }

    #[test]
    fn a_cut_is_the_longest_start_that_ends_with_a_whole_character(
        text in "([ -~]|[一-龥]|[é￥¥€△]|\\PC){0,24}",
        room in 0usize..60,
    ) {
        for charset in [Charset::Utf8, Charset::Gbk] {
            let bytes = charset.encode(&text);
            let cut = charset.cut(&bytes, room);
            prop_assert!(bytes.starts_with(cut));
            prop_assert!(charset.decode(cut).is_ok());
            prop_assert_eq!(cut.len(), longest_start_that_fits(charset, &text, room));
        }
    }

    #[test]
    fn cutting_and_decoding_arbitrary_bytes_never_panics(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        room in 0usize..70,
    ) {
        for charset in [Charset::Utf8, Charset::Gbk] {
            prop_assert!(charset.cut(&bytes, room).len() <= room);
            let _ = charset.decode(&bytes);
        }
        let _ = decode_response(&bytes);
    }

    #[test]
    fn a_gbk_response_is_read_as_gbk(text in "[\u{4e00}-\u{9fa5}]{4,30}") {
        let bytes = Charset::Gbk.encode(&text);
        prop_assume!(std::str::from_utf8(&bytes).is_err());
        let decoded = decode_response(&bytes);
        prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
    }
}

#[test]
fn utf8_with_one_character_cut_in_two_stays_readable() {
    let mut bytes =
        "<dm ok=\"0\" info=\"签名错误，请联系技术对接同事\" name=\"测试读取配置文件接".as_bytes().to_vec();
    bytes.truncate(bytes.len() - 1);
    bytes.extend_from_slice(b"\" />");
    let text = decode_response(&bytes).unwrap();
    assert!(text.contains("签名错误"), "{text}");
}
