//! The status that an ESC/POS printer reports when queried in the middle of anything (`DLE EOT`).

use super::PrintError;

/// Asks for the offline cause, then for the paper status. A printer answers each with a byte; many do not
/// answer at all.
pub(super) const QUESTIONS: [u8; 6] = [0x10, 0x04, 2, 0x10, 0x04, 4];

/// The length of the response in bytes.
pub(super) const RESPONSES: usize = 2;

/// The fixed bits of every response, and their values.
const FRAME: u8 = 0b1001_0011;
const FRAMED: u8 = 0b0001_0010;

/// Fails if the printer reports that it cannot print. An invalid response means nothing.
pub(super) fn trouble(responses: &[u8]) -> Result<(), PrintError> {
    let is = |at: usize, bits: u8| {
        responses.get(at).is_some_and(|byte| byte & FRAME == FRAMED && byte & bits != 0)
    };
    let (offline, paper) = (0, 1);
    match () {
        () if is(paper, 0x60) || is(offline, 0x20) => Err(PrintError::NoPaper),
        () if is(offline, 0x04) => {
            Err(PrintError::Offline("the printer reports that its cover is open".to_owned()))
        }
        () if is(offline, 0x40) => Err(PrintError::Offline("the printer reports an error".to_owned())),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printer_that_is_ready_or_silent_is_no_trouble() {
        for responses in [&[0x12, 0x12][..], &[], &[0x12], b"ok", &[0x12, 0x1e], &[0xff, 0xff]] {
            assert_eq!(trouble(responses), Ok(()), "{responses:x?}");
        }
    }

    #[test]
    fn paper_cover_and_error_are_distinguished() {
        assert_eq!(trouble(&[0x12, 0x72]), Err(PrintError::NoPaper));
        assert_eq!(trouble(&[0x32]), Err(PrintError::NoPaper));
        assert!(matches!(trouble(&[0x16, 0x12]), Err(PrintError::Offline(why)) if why.contains("cover")));
        assert!(matches!(trouble(&[0x52, 0x12]), Err(PrintError::Offline(why)) if why.contains("error")));
    }
}
