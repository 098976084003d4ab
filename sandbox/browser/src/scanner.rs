//! An independent scanner that reads codes off a screenshot.

use std::path::Path;

use kit::error::Error;
use kit::process;
use kit::tools::Tool;

/// zbarimg.
pub struct Scanner(pub Tool);

impl Scanner {
    /// The codes in a picture, sorted: the kind of each and its text, such as `("QR-Code", "1300...")`.
    pub fn read(&self, picture: &Path) -> Result<Vec<(String, String)>, Error> {
        let printed = process::output(self.0.command().arg("--quiet").arg(picture))?;
        let codes = printed.lines().filter_map(|line| line.split_once(':'));
        let mut codes: Vec<_> = codes.map(|(kind, text)| (kind.to_owned(), text.to_owned())).collect();
        codes.sort();
        Ok(codes)
    }
}
