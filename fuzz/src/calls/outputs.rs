//! Outputs as a C program passes them: memory with something else on both sides.

use std::ffi::{CString, c_char};
use std::ptr;

use encoding_rs::GBK as GBK_TEXT;
use wsy::capi::picture::*;
use wsy::capi::reply::*;

use super::codes::{ARGUMENT, BUFFER, GBK, HANDLE, NO_FIELD, OK, UTF8, is_error};

const AROUND: usize = 16;
const CANARY: u8 = 0xa5;
const NEEDED: i32 = 0x5a5a_5a5a;

/// Reads a text by a function of the form "buffer, size, needed": its size, into a buffer that is too small,
/// and complete. Returns the code of the first call, and the bytes if there are any.
pub fn text(
    code_page: i32,
    short: usize,
    ends: bool,
    mut read: impl FnMut(*mut c_char, i32, *mut i32) -> i32,
) -> (i32, Option<Vec<u8>>) {
    let mut needed = NEEDED;
    let code = read(ptr::null_mut(), 0, &mut needed);
    // Without bytes, no size is needed.
    if code != BUFFER && !(code == OK && !ends && needed == 0) {
        assert!(is_error(code) && needed == NEEDED, "{code}, needed {needed}");
        return (code, None);
    }
    let size = usize::try_from(needed).expect("a size");
    let whole = into(size, ends, &mut read, OK);
    if short < size {
        let part = into(short, ends, &mut read, BUFFER);
        assert!(!ends || whole.starts_with(&part), "the part is not a start of the whole");
        if ends {
            assert!(is_text(&part, code_page), "cut inside a character");
        }
    }
    into(size + 7, ends, &mut read, OK);
    assert_eq!(read(ptr::null_mut(), -1, &mut needed), ARGUMENT);
    assert!(!ends || is_text(&whole, code_page), "{whole:?} is not text in the code page {code_page}");
    (OK, Some(whole))
}

/// Reads a text once, with enough room.
pub fn once(code_page: i32, mut read: impl FnMut(*mut c_char, i32, *mut i32) -> i32) -> i32 {
    const ROOM: usize = 1024;
    let mut memory = vec![CANARY; AROUND + ROOM + AROUND];
    let mut needed = NEEDED;
    let code = read(memory[AROUND..].as_mut_ptr().cast(), 1024, &mut needed);
    if code == OK {
        let length = usize::try_from(needed).expect("a size");
        let (text, behind) = memory[AROUND..].split_at(length);
        assert!(text.ends_with(&[0]) && is_text(&text[..length - 1], code_page), "{text:?}");
        assert!(behind.iter().all(|byte| *byte == CANARY), "written behind the end");
    } else {
        assert!(is_error(code) && needed == NEEDED && memory.iter().all(|byte| *byte == CANARY), "{code}");
    }
    code
}

/// Reads into this much room; nothing around it may change.
fn into(
    size: usize,
    ends: bool,
    read: &mut impl FnMut(*mut c_char, i32, *mut i32) -> i32,
    wanted: i32,
) -> Vec<u8> {
    let mut memory = vec![CANARY; AROUND + size + AROUND];
    let mut needed = NEEDED;
    let room = i32::try_from(size).expect("a size");
    let code = read(memory[AROUND..].as_mut_ptr().cast(), room, &mut needed);
    assert_eq!(code, wanted, "with room for {size}");
    assert!(needed != NEEDED);
    assert!(memory[..AROUND].iter().all(|byte| *byte == CANARY), "written in front of the buffer");
    assert!(memory[AROUND + size..].iter().all(|byte| *byte == CANARY), "written behind the buffer");
    let inside = &memory[AROUND..AROUND + size];
    if !ends {
        assert!(code == OK || inside.iter().all(|byte| *byte == CANARY), "all or none");
        return inside[..usize::try_from(needed).unwrap_or(0).min(size)].to_vec();
    }
    if size == 0 {
        return Vec::new();
    }
    let end = inside.iter().position(|byte| *byte == 0).expect("a text that does not end");
    assert!(inside[end + 1..].iter().all(|byte| *byte == CANARY), "written behind the end");
    inside[..end].to_vec()
}

fn is_text(bytes: &[u8], code_page: i32) -> bool {
    match code_page {
        GBK => GBK_TEXT.decode_without_bom_handling_and_without_replacement(bytes).is_some(),
        _ => std::str::from_utf8(bytes).is_ok(),
    }
}

/// The fields of a reply that matter for money.
#[derive(Debug, Default)]
pub struct Read {
    pub dm_id: Option<String>,
    pub total_fen: Option<i32>,
    pub state: Option<String>,
    pub recorded: bool,
}

/// Reads everything in a reply twice over and frees it. `code` is what the call returned.
pub fn reply(reply: *mut wsy_reply, code: i32, code_page: i32, short: usize) -> Read {
    assert_eq!(wsy_reply_code(reply), code, "the reply is about another call");
    let mut read = Read::default();
    let mut index = 0;
    loop {
        let (code, name) = text(UTF8, short, true, |buffer, size, needed| {
            // SAFETY: the buffer has room for size bytes.
            unsafe { wsy_reply_name(reply, index, buffer, size, needed) }
        });
        let Some(name) = name else {
            assert_eq!(code, NO_FIELD);
            break;
        };
        field(reply, &CString::new(name).expect("no zero inside"), code_page, short, &mut read);
        index += 1;
    }
    assert!(index >= 7, "a reply has at least the fields that all have");
    lists(reply, code_page, short);
    receipt(reply, code_page, short);
    assert_eq!(wsy_reply_free(reply), OK);
    assert_eq!(wsy_reply_free(reply), HANDLE);
    assert_eq!(wsy_reply_code(reply), HANDLE);
    read
}

fn field(reply: *mut wsy_reply, name: &CString, code_page: i32, short: usize, read: &mut Read) {
    let (code, value) = text(code_page, short, true, |buffer, size, needed| {
        // SAFETY: the buffer has room for size bytes.
        unsafe { wsy_reply_text(reply, name.as_ptr(), buffer, size, needed) }
    });
    let Some(value) = value else {
        // A name from a damaged response need not be text in the caller's code page.
        assert!(name.to_bytes().iter().any(|byte| !byte.is_ascii_alphanumeric()), "{name:?} returns {code}");
        return;
    };
    let mut number = NEEDED;
    // SAFETY: the number is one.
    let code = unsafe { wsy_reply_int(reply, name.as_ptr(), &mut number) };
    match (code, std::str::from_utf8(&value).ok().map(str::parse::<i32>)) {
        (OK, Some(Ok(same))) => assert_eq!(same, number, "{name:?}"),
        (OK, other) => panic!("{name:?} is the number {number} and the text {other:?}"),
        (code, _) => assert!(code == NO_FIELD && number == NEEDED, "{name:?} returns {code}"),
    }
    let text = || Some(String::from_utf8_lossy(&value).into_owned());
    match name.to_bytes() {
        b"dm_id" => read.dm_id = text(),
        b"state" => read.state = text(),
        b"total_fen" if code == OK => read.total_fen = Some(number),
        b"recorded" => read.recorded = value == b"1",
        _ => {}
    }
}

fn lists(reply: *mut wsy_reply, code_page: i32, short: usize) {
    let (of_bills, of_walks) =
        ([c"charge", c"refund", c"pay"], [c"difference", c"alarm", c"paying", c"unanswered"]);
    for list in of_bills.into_iter().chain(of_walks).chain([c"dm_code", c"nothing"]) {
        let mut count = NEEDED;
        // SAFETY: the count is one.
        let code = unsafe { wsy_reply_count(reply, list.as_ptr(), &mut count) };
        if code != OK {
            assert!(code == NO_FIELD && count == NEEDED, "{list:?} returns {code}");
            continue;
        }
        assert!(list != c"nothing" && count >= 0);
        for index in [0, count - 1, count, -1, i32::MAX] {
            for name in [c"out_trade_no", c"dm_id", c"pay_total", c"reason", c"name"] {
                let (code, _) = text(code_page, short, true, |buffer, size, needed| {
                    // SAFETY: the buffer has room for size bytes.
                    unsafe {
                        wsy_reply_item_text(reply, list.as_ptr(), index, name.as_ptr(), buffer, size, needed)
                    }
                });
                assert!((0..count).contains(&index) || code != OK, "an item that does not exist");
            }
        }
    }
}

fn receipt(reply: *mut wsy_reply, code_page: i32, short: usize) {
    let (code, _) = text(UTF8, short, false, |buffer, size, needed| {
        // SAFETY: the buffer has room for size bytes.
        unsafe { wsy_reply_receipt_bytes(reply, buffer, size, needed) }
    });
    assert!(code == OK || code == NO_FIELD, "the receipt returns {code}");
    // The narrow font fits the most characters.
    for (width_mm, columns) in [(58, 384 / 9), (80, 576 / 9)] {
        let (in_columns, lines) = text(code_page, short, true, |buffer, size, needed| {
            // SAFETY: the buffer has room for size bytes.
            unsafe { wsy_reply_receipt_text(reply, width_mm, buffer, size, needed) }
        });
        assert_eq!(in_columns, code, "a receipt on {width_mm} mm");
        let lines = lines.unwrap_or_default();
        assert!(code_page != GBK || lines.split(|byte| *byte == b'\n').all(|line| line.len() <= columns));
    }
}
