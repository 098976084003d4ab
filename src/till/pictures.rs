//! Pictures: of receipts and windows, and those that the caller has for the templates.

use std::path::{Path, PathBuf};

use crate::picture::{self, Font};
use crate::protocol::popup;
use crate::protocol::receipt::{Paper, has_placeholder, laid_out, rows};
use crate::till::error::Error;
use crate::till::files;
use crate::till::fonts::{NoFont, font_for};

/// Larger than any picture that fits on a receipt, in bytes.
const LARGEST_PICTURE: u64 = 4 << 20;

/// Picture files (PNG) of the caller's for the placeholders of the same names. The config's own are addresses
/// at the platform, from where nothing is fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    qrcode: Option<PathBuf>,
    qrcode_logo: Option<PathBuf>,
    qrcode_image: Option<PathBuf>,
}

impl Pictures {
    /// Sets the file for the placeholder of this name, empty for none;
    /// false where there is no such placeholder.
    pub fn set(&mut self, name: &str, file: &str) -> bool {
        let place = match name {
            "qrcode" => &mut self.qrcode,
            "qrcode_logo" => &mut self.qrcode_logo,
            "qrcode_image" => &mut self.qrcode_image,
            _ => return false,
        };
        *place = (!file.is_empty()).then(|| PathBuf::from(file));
        true
    }

    /// These; and where one is not given, that of `usual`.
    pub(super) fn or(&self, usual: &Self) -> Self {
        let of =
            |given: &Option<PathBuf>, usual: &Option<PathBuf>| given.as_ref().or(usual.as_ref()).cloned();
        Self {
            qrcode: of(&self.qrcode, &usual.qrcode),
            qrcode_logo: of(&self.qrcode_logo, &usual.qrcode_logo),
            qrcode_image: of(&self.qrcode_image, &usual.qrcode_image),
        }
    }

    /// The pictures that a template has places for, as commands of a printer.
    pub(super) fn drawn(&self, template: &str) -> Result<[String; 3], Error> {
        Ok([
            drawn(template, "qrcode", self.qrcode.as_deref())?,
            drawn(template, "qrcode_logo", self.qrcode_logo.as_deref())?,
            drawn(template, "qrcode_image", self.qrcode_image.as_deref())?,
        ])
    }
}

fn drawn(template: &str, name: &str, file: Option<&Path>) -> Result<String, Error> {
    let Some(file) = file.filter(|_| has_placeholder(template, name)) else { return Ok(String::new()) };
    let bad = |reason: &dyn std::fmt::Display| Error::Option {
        name: name.to_owned(),
        reason: format!("the picture {} cannot be printed: {reason}", file.display()),
    };
    let bytes = files::read_named(file, LARGEST_PICTURE).map_err(|error| bad(&error))?;
    Ok(picture::scanned(&bytes).map_err(|error| bad(&error))?.to_text())
}

/// The picture of a receipt, as a PNG with 8 dots for each mm of the paper. Drawn with the font in this file
/// (`.ttf`, `.otf`, or the first of a `.ttc`), else with the first of
/// the system's that has all of its characters.
pub fn receipt_png(printinfo: &str, paper: Paper, font: Option<&Path>) -> Result<Vec<u8>, Error> {
    let rows = laid_out(rows(printinfo), paper);
    let file = font_for(picture::characters(&rows), font)?;
    let font = parsed(&file, font)?;
    Ok(picture::png(&rows, paper, &font)?)
}

/// The picture of the platform's pop-up window, as a PNG in colours; its images lie in the platform's client,
/// and are left out. The font is found as for [`receipt_png`]. `None` for what is no such window.
pub fn popup_png(canvas: &str, font: Option<&Path>) -> Result<Option<Vec<u8>>, Error> {
    let Some(popup) = popup::parse(canvas) else { return Ok(None) };
    let file = font_for(picture::popup_characters(&popup), font)?;
    let font = parsed(&file, font)?;
    Ok(Some(picture::popup_png(&popup, &font)?))
}

/// A font that [`font_for`] has found.
fn parsed<'a>(file: &'a [u8], named: Option<&Path>) -> Result<Font<'a>, NoFont> {
    Font::parse(file).map_err(|error| NoFont::Font(named.map(Path::to_owned).unwrap_or_default(), error))
}
