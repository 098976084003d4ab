//! Chinese characters on pictures: a font that has them.

use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools::{self, Missing};

const PACKAGE: &str = "fonts-wqy-zenhei";
const FILE: &str = "wqy-zenhei.ttc";

/// Finds a font with Chinese characters, or installs one.
pub fn ensure() -> Result<(), Error> {
    let list = tools::ensure("fc-list", "fontconfig")?;
    // This one and no other: there are pictures to compare with.
    if process::output(&mut list.command()).is_ok_and(|fonts| fonts.contains(FILE)) {
        return Ok(());
    }
    say::line(format_args!("installing {PACKAGE} with apt-get"));
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args([
        "-qq",
        "install",
        "-y",
        "--no-install-recommends",
        PACKAGE,
    ]);
    process::output(&mut command).map_err(Missing::download("a font with Chinese characters"))?;
    Ok(())
}
