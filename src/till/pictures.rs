//! Pictures of receipts and pop-up windows, and the caller's pictures for templates.

use std::path::{Path, PathBuf};

use crate::picture::{self, Font};
use crate::protocol::popup;
use crate::protocol::receipt::{Paper, has_placeholder, laid_out, rows};
use crate::sys::threads::on_own_stack;
use crate::till::error::Error;
use crate::till::files;
use crate::till::fonts::{NoFont, font_for};

/// Larger than any picture that fits on a receipt, in bytes.
const LARGEST_PICTURE: u64 = 4 << 20;

/// The caller's picture files (PNG) for the placeholders of the same names. The config has only addresses at
/// the platform, and nothing is fetched from there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    qrcode: Option<PathBuf>,
    qrcode_logo: Option<PathBuf>,
    qrcode_image: Option<PathBuf>,
}

impl Pictures {
    /// Sets the file for the placeholder of this name, or clears it if empty.
    /// Returns false if the placeholder is unknown.
    pub fn set(&mut self, name: &str, file: &str) -> bool {
        let place = match name {
            "qrcode" => &mut self.qrcode,
            "qrcode_logo" => &mut self.qrcode_logo,
            "qrcode_image" => &mut self.qrcode_image,
            _ => return false,
        };
        // The program may change its current directory before a template needs the picture.
        let absolute = || std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        *place = (!file.is_empty()).then(absolute);
        true
    }

    /// Returns these pictures, with those of `usual` where one is missing.
    pub(super) fn or(&self, usual: &Self) -> Self {
        let of =
            |given: &Option<PathBuf>, usual: &Option<PathBuf>| given.as_ref().or(usual.as_ref()).cloned();
        Self {
            qrcode: of(&self.qrcode, &usual.qrcode),
            qrcode_logo: of(&self.qrcode_logo, &usual.qrcode_logo),
            qrcode_image: of(&self.qrcode_image, &usual.qrcode_image),
        }
    }

    /// Returns the pictures that a template has placeholders for, as printer commands.
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
        reason: format!("could not print the picture {}: {reason}", file.display()),
    };
    let bytes = files::read_named(file, LARGEST_PICTURE).map_err(|error| bad(&error))?;
    Ok(picture::scanned(&bytes).map_err(|error| bad(&error))?.to_text())
}

/// Draws a receipt as a PNG with 8 dots per mm of paper. Uses the font in this file (`.ttf`, `.otf`, or the
/// first of a `.ttc`), else the first one of the system that has all the characters.
pub fn receipt_png(printinfo: &str, paper: Paper, font: Option<&Path>) -> Result<Vec<u8>, Error> {
    on_own_stack(|| {
        let rows = laid_out(rows(printinfo), paper);
        let file = font_for(picture::characters(&rows), font)?;
        let font = parsed(&file, font)?;
        Ok(picture::png(&rows, paper, &font)?)
    })
}

/// Draws the platform's pop-up window as a PNG in colour. Its images are part of the platform's client and
/// are left out. The font is chosen as for [`receipt_png`]. Returns `None` if this is not such a window.
pub fn popup_png(canvas: &str, font: Option<&Path>) -> Result<Option<Vec<u8>>, Error> {
    on_own_stack(|| {
        let Some(popup) = popup::parse(canvas) else { return Ok(None) };
        let file = font_for(picture::popup_characters(&popup), font)?;
        let font = parsed(&file, font)?;
        Ok(Some(picture::popup_png(&popup, &font)?))
    })
}

/// Parses a font that [`font_for`] has found.
fn parsed<'a>(file: &'a [u8], named: Option<&Path>) -> Result<Font<'a>, NoFont> {
    Font::parse(file).map_err(|error| NoFont::Font(named.map(Path::to_owned).unwrap_or_default(), error))
}
