//! A scanner that somebody else wrote: it reads codes off a picture of the screen.

use std::path::Path;

use kit::error::Error;
use kit::process;
use kit::tools::Tool;

/// zbarimg.
pub struct Scanner(pub Tool);

impl Scanner {
    /// What it reads on the picture: the kind of each code and its text, such as `("QR-Code", "1300...")`, sorted.
    pub fn read(&self, picture: &Path) -> Result<Vec<(String, String)>, Error> {
        let printed = process::output(self.0.command().arg("--quiet").arg(picture))?;
        let codes = printed.lines().filter_map(|line| line.split_once(':'));
        let mut codes: Vec<_> = codes.map(|(kind, text)| (kind.to_owned(), text.to_owned())).collect();
        codes.sort();
        Ok(codes)
    }
}
