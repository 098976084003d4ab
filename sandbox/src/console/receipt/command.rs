//! Splits the bytes for a printer into commands (ESC/POS).

use encoding_rs::GBK;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(super) enum Command {
    Text {
        text: String,
    },
    LineFeed,
    CarriageReturn,
    Initialise,
    Align {
        align: Align,
    },
    Size {
        width: u8,
        height: u8,
    },
    Font {
        font: u8,
    },
    Bold {
        on: bool,
    },
    Underline {
        on: bool,
    },
    UpsideDown {
        on: bool,
    },
    Chinese {
        on: bool,
    },
    CodePage {
        page: u8,
    },
    LineSpacing {
        dots: Option<u8>,
    },
    Feed {
        lines: u8,
    },
    Cut,
    /// A command that this printer does not know and skips.
    Unknown,
}

const ESC: u8 = 0x1b;
const FS: u8 = 0x1c;
const GS: u8 = 0x1d;

/// Each command with its bytes. Nothing is left out and nothing is read past the end.
pub(super) fn commands(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Command)> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, command) = next(rest)?;
        let (bytes, after) = rest.split_at(length.clamp(1, rest.len()));
        rest = after;
        Some((bytes, command))
    })
}

fn next(bytes: &[u8]) -> Option<(usize, Command)> {
    Some(match *bytes.first()? {
        b'\n' => (1, Command::LineFeed),
        b'\r' => (1, Command::CarriageReturn),
        ESC => escape(bytes),
        FS => chinese(bytes),
        GS => group(bytes),
        byte if byte < 0x20 => (1, Command::Unknown),
        _ => text(bytes),
    })
}

fn text(bytes: &[u8]) -> (usize, Command) {
    let mut length = 0;
    while let Some(byte) = bytes.get(length).filter(|byte| **byte >= 0x20) {
        // The second byte of a character may be anything.
        length += if *byte >= 0x81 { 2 } else { 1 };
    }
    let length = length.min(bytes.len());
    let (text, _) = GBK.decode_without_bom_handling(&bytes[..length]);
    (length, Command::Text { text: text.into_owned() })
}

/// Decodes a size byte: the upper half is the width, the lower the height, both less one.
fn size(byte: u8) -> Command {
    Command::Size { width: (byte >> 4 & 7) + 1, height: (byte & 7) + 1 }
}

/// Decodes the mode byte of `ESC !`: double height and width.
fn mode(byte: u8) -> Command {
    Command::Size { width: (byte >> 5 & 1) + 1, height: (byte >> 4 & 1) + 1 }
}

fn align(byte: u8) -> Command {
    match byte {
        0 | b'0' => Command::Align { align: Align::Left },
        1 | b'1' => Command::Align { align: Align::Center },
        2 | b'2' => Command::Align { align: Align::Right },
        _ => Command::Unknown,
    }
}

fn escape(bytes: &[u8]) -> (usize, Command) {
    let argument = bytes.get(2).copied().unwrap_or_default();
    let on = argument & 1 == 1;
    match bytes.get(1) {
        Some(b'@') => (2, Command::Initialise),
        Some(b'2') => (2, Command::LineSpacing { dots: None }),
        Some(b'i' | b'm') => (2, Command::Cut),
        Some(b'a') => (3, align(argument)),
        Some(b'M') => (3, Command::Font { font: argument }),
        Some(b'!') => (3, mode(argument)),
        Some(b'E' | b'G') => (3, Command::Bold { on }),
        Some(b'-') => (3, Command::Underline { on: argument != 0 && argument != b'0' }),
        Some(b'{') => (3, Command::UpsideDown { on }),
        Some(b't') => (3, Command::CodePage { page: argument }),
        Some(b'3') => (3, Command::LineSpacing { dots: Some(argument) }),
        Some(b'd') => (3, Command::Feed { lines: argument }),
        Some(b'J' | b'R' | b' ' | b'c' | b'r') => (3, Command::Unknown),
        Some(b'$' | b'\\') => (4, Command::Unknown),
        Some(b'p') => (5, Command::Unknown),
        _ => (2, Command::Unknown),
    }
}

fn chinese(bytes: &[u8]) -> (usize, Command) {
    match bytes.get(1) {
        Some(b'&') => (2, Command::Chinese { on: true }),
        Some(b'.') => (2, Command::Chinese { on: false }),
        Some(b'!' | b'-' | b'W') => (3, Command::Unknown),
        Some(b'S' | b'p') => (4, Command::Unknown),
        _ => (2, Command::Unknown),
    }
}

fn group(bytes: &[u8]) -> (usize, Command) {
    let argument = bytes.get(2).copied().unwrap_or_default();
    match bytes.get(1) {
        Some(b'!') => (3, size(argument)),
        // Modes 65 and up take one more byte, the distance to feed.
        Some(b'V') if argument >= 65 => (4, Command::Cut),
        Some(b'V') => (3, Command::Cut),
        Some(b'B' | b'H' | b'a' | b'b' | b'f' | b'h' | b'w') => (3, Command::Unknown),
        Some(b'L' | b'P' | b'W') => (4, Command::Unknown),
        Some(b'k') => (barcode_length(bytes), Command::Unknown),
        Some(b'v') => (raster_length(bytes), Command::Unknown),
        _ => (2, Command::Unknown),
    }
}

/// `GS k m d1 ... NUL`, or for `m` >= 65 `GS k m n d1 ... dn`.
fn barcode_length(bytes: &[u8]) -> usize {
    match (bytes.get(2), bytes.get(3)) {
        (Some(65..), Some(count)) => 4 + usize::from(*count),
        _ => bytes.iter().skip(3).position(|byte| *byte == 0).map_or(bytes.len(), |end| end + 4),
    }
}

/// `GS v 0 m xL xH yL yH`, followed by the raster data: `x` bytes a row, `y` rows.
fn raster_length(bytes: &[u8]) -> usize {
    let number = |at: usize| usize::from(bytes.get(at).copied().unwrap_or_default());
    8 + (number(4) + number(5) * 256) * (number(6) + number(7) * 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Command> {
        commands(bytes).map(|(_, command)| command).collect()
    }

    #[test]
    fn reads_what_the_platform_prints() {
        let bytes = b"\x1b@\x1c&\x1bt\0\x1ba\x01\x1d!\x10\xcd\xcb\xbf\xee\n\x1d!\x01x\r\n\x1bi";
        let text = |text: &str| Command::Text { text: text.into() };
        assert_eq!(
            read(bytes),
            [
                Command::Initialise,
                Command::Chinese { on: true },
                Command::CodePage { page: 0 },
                Command::Align { align: Align::Center },
                Command::Size { width: 2, height: 1 },
                text("退款"),
                Command::LineFeed,
                Command::Size { width: 1, height: 2 },
                text("x"),
                Command::CarriageReturn,
                Command::LineFeed,
                Command::Cut,
            ]
        );
    }

    #[test]
    fn unknown_commands_are_skipped_whole() {
        assert_eq!(read(b"\x1dk\x04123\0a").len(), 2);
        assert_eq!(read(b"\x1dkI\x03123a").len(), 2);
        assert_eq!(read(b"\x1dv0\0\x01\0\x02\0ABa").len(), 2);
        assert_eq!(read(b"\x1bp\0\x01\x02a").len(), 2);
    }

    #[test]
    fn no_bytes_lead_past_the_end() {
        for first in [ESC, FS, GS] {
            for second in 0..=255 {
                for bytes in [&[first, second][..], &[first, second, 255], &[first, second, 65, 255, 255]] {
                    let read: usize = commands(bytes).map(|(bytes, _)| bytes.len()).sum();
                    assert_eq!(read, bytes.len());
                }
            }
        }
        assert_eq!(read(&[0x81]), [Command::Text { text: "\u{fffd}".into() }]);
    }
}
