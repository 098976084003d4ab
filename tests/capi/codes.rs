//! The numbers of wsy.h, written down once more: they may never change.

macro_rules! codes {
    ($($name:ident = $number:literal;)*) => {
        $(#[allow(dead_code, reason = "no test has to meet every code")] pub const $name: i32 = $number;)*
        const ALL: &[(&str, i32)] = &[$((stringify!($name), $number),)*];
    };
}

codes! {
    OK = 0;
    PAID = 1;
    REFUNDED = 2;
    NOT_PAID = -1;
    UNKNOWN = -2;
    NOT_REFUNDED = -3;
    PENDING = -4;
    ERR_HANDLE = -101;
    ERR_ARGUMENT = -102;
    ERR_TEXT = -103;
    ERR_BUFFER = -104;
    ERR_NO_FIELD = -105;
    ERR_INTERNAL = -106;
    ERR_BUSY = -107;
    ERR_IN_CALLBACK = -108;
    ERR_OPTIONS = -110;
    ERR_FOLDER = -120;
    ERR_FOLDER_IN_USE = -121;
    ERR_LEDGER = -122;
    ERR_LEDGER_DAMAGED = -123;
    ERR_LEDGER_NEWER = -124;
    ERR_BASE = -125;
    ERR_CA_FILE = -126;
    ERR_LEDGER_COPIED = -127;
    ERR_LEDGER_RESTORED = -128;
    ERR_SERVER_NOT_ALLOWED = -129;
    ERR_NOT_ACTIVATED = -130;
    ERR_ACTIVATION_REFUSED = -131;
    ERR_ACTIVATION_LOST = -132;
    ERR_ACTIVATE_AGAIN = -133;
    ERR_NO_CONFIG = -134;
    ERR_AUTH_CODE = -140;
    ERR_AUTH_CODE_USED = -141;
    ERR_AMOUNT = -142;
    ERR_AMOUNT_NOT_ALLOWED = -143;
    ERR_PAY_TYPE = -144;
    ERR_NOT_LICENSED = -145;
    ERR_OUT_TRADE_NO = -146;
    ERR_AMOUNT_DIFFERS = -147;
    ERR_STILL_OPEN = -148;
    ERR_ALREADY_REFUNDED = -149;
    ERR_PARAM = -150;
    ERR_NO_BILL = -151;
    ERR_BILL_NOT_PAID = -152;
    ERR_OUT_REFUND_NO = -153;
    ERR_REFUND_DIFFERS = -154;
    ERR_REFUND_OPEN = -155;
    ERR_REFUND_TOO_MUCH = -156;
    ERR_NOT_SENT = -160;
    ERR_NO_ANSWER = -161;
    ERR_BAD_ANSWER = -162;
    ERR_REFUSED = -163;
    ERR_NO_RECEIPT = -164;
    ERR_CANCELLED = -165;
    ERR_NO_ALARM = -166;
    ERR_NO_FONT = -167;
    ERR_PICTURE = -168;
    ERR_NO_PRINTER = -170;
    ERR_PRINTER_OFFLINE = -171;
    ERR_NO_PAPER = -172;
    ERR_NOT_PRINTED = -173;
    UTF8 = 65001;
    GBK = 936;
    ZH = 0;
    EN = 1;
}

/// Names that are no codes of calls.
const OTHERS: [&str; 4] = ["UTF8", "GBK", "ZH", "EN"];

/// Every code that a call can return.
pub fn all_of_calls() -> Vec<i32> {
    ALL.iter().filter(|(name, _)| !OTHERS.contains(name)).map(|(_, number)| *number).collect()
}

/// The name of a code, for messages.
pub fn name(code: i32) -> String {
    let known = ALL.iter().find(|(name, number)| *number == code && !OTHERS.contains(name));
    known.map_or_else(|| code.to_string(), |(name, _)| format!("WSY_{name}"))
}

#[test]
fn the_header_has_these_codes_with_these_numbers_and_no_others() {
    let header = std::fs::read_to_string(crate::build::root().join("include/wsy.h")).unwrap();
    let mut defined: Vec<(&str, i32)> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define WSY_")?.split_once(' '))
        .map(|(name, number)| (name, number.trim_matches(['(', ')']).parse().unwrap()))
        .collect();
    let mut known = ALL.to_vec();
    defined.sort_unstable();
    known.sort_unstable();
    assert_eq!(defined, known);
}
