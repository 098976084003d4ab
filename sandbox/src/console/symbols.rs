//! A payment code as a scanner reads it: Code 128 and QR, drawn as SVG.

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};

/// The quiet zones that the two standards require, in modules.
const BARCODE_QUIET: usize = 10;
const QR_QUIET: usize = 4;

const BAR_HEIGHT: usize = 40;

/// Digits as Code 128; `None` for any other text.
pub(super) fn barcode(digits: &str) -> Option<String> {
    let modules = Code128::new(in_code_set(digits)?).ok()?.encode();
    let width = modules.len() + 2 * BARCODE_QUIET;
    let bars = modules.chunk_by(|one, other| one == other).scan(BARCODE_QUIET, |at, run| {
        let start = *at;
        *at += run.len();
        Some((start, run))
    });
    let bars = bars.filter(|(_, run)| run.first() == Some(&1));
    let path: String = bars.map(|(x, run)| format!("M{x} 0h{0}v{BAR_HEIGHT}h-{0}z", run.len())).collect();
    Some(svg(width, BAR_HEIGHT, &path))
}

/// Pairs of digits take half the width; an odd last one is written in the other code set.
fn in_code_set(digits: &str) -> Option<String> {
    const PAIRS: char = '\u{106}';
    const SINGLE: char = '\u{181}';
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (pairs, odd) = digits.split_at(digits.len() & !1);
    Some(match (pairs, odd) {
        ("", odd) => format!("{SINGLE}{odd}"),
        (pairs, "") => format!("{PAIRS}{pairs}"),
        (pairs, odd) => format!("{PAIRS}{pairs}{SINGLE}{odd}"),
    })
}

/// Digits as a QR code; `None` for text that does not fit into one.
pub(super) fn qr(digits: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(digits, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path: String = dark
        .map(|(index, _)| format!("M{} {}h1v1h-1z", index % width + QR_QUIET, index / width + QR_QUIET))
        .collect();
    let side = width + 2 * QR_QUIET;
    Some(svg(side, side, &path))
}

fn svg(width: usize, height: usize, path: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" shape-rendering=\"crispEdges\" \
         preserveAspectRatio=\"none\"><path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/><path d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_digits_take_the_shortest_form() {
        // Start, nine pairs, check and stop: 11 modules each, and two more for the stop.
        let svg = barcode("130000000000000001").unwrap();
        assert!(
            svg.contains(&format!("viewBox=\"0 0 {} {BAR_HEIGHT}\"", 12 * 11 + 2 + 2 * BARCODE_QUIET)),
            "{svg}"
        );
    }

    #[test]
    fn an_odd_number_of_digits_works_too() {
        assert!(barcode("28000000000000001").is_some());
        assert!(barcode("1").is_some());
    }

    #[test]
    fn only_digits_become_a_barcode() {
        for text in ["", "12a", "１２", "\"><script>"] {
            assert_eq!(barcode(text), None, "{text}");
        }
    }

    #[test]
    fn a_qr_code_has_its_margin() {
        // 18 digits at level M fit into version 1, which has 21 modules a side.
        assert!(qr("130000000000000001").unwrap().contains("viewBox=\"0 0 29 29\""));
    }
}
