//! The additions of a scanner, or of the keyboard that it plays, to a code.

/// The AIM identifiers of the symbologies that wallets show: QR, and Code 128 that is not GS1. Those of other
/// symbologies stand before goods codes, which are not payment codes even where they look like one.
const SYMBOLOGIES: [&str; 2] = ["]Q", "]C"];
/// `]C1` and `]C2` mark GS1-128.
const GS1: [char; 2] = ['1', '2'];

/// Takes off what was added to a scanned code: blanks and control characters around it, such as the frame of
/// STX and ETX, GS, EOT and line ends; an AIM identifier before it; characters without width anywhere. Digits
/// that an input method made full-width become ASCII.
pub fn unwrapped(scanned: &str) -> String {
    let kept = scanned.chars().filter(|c| !has_no_width(*c)).map(narrow).collect::<String>();
    let code = kept.trim_matches(is_around);
    without_symbology(code).unwrap_or(code).trim_matches(is_around).to_owned()
}

/// Returns what follows the AIM identifier of a symbology that wallets show.
fn without_symbology(code: &str) -> Option<&str> {
    let rest = SYMBOLOGIES.iter().find_map(|symbology| code.strip_prefix(symbology))?;
    let modifier = rest.chars().next().filter(char::is_ascii_digit)?;
    let is_gs1 = code.starts_with("]C") && GS1.contains(&modifier);
    if is_gs1 { None } else { rest.get(1..) }
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

const fn has_no_width(c: char) -> bool {
    // Zero-width spaces and joiners, marks of direction, and the byte order mark.
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Makes a full-width character of an input method the ASCII one that was typed.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
