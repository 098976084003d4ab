//! Chinese characters on the screenshots: a font that has them.

use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools::{self, Missing};

const PACKAGE: &str = "fonts-wqy-zenhei";

/// Finds a font with Chinese characters, or installs one.
pub fn ensure() -> Result<(), Error> {
    let list = tools::ensure("fc-list", "fontconfig")?;
    let found =
        || process::output(list.command().arg(":lang=zh-cn")).is_ok_and(|fonts| !fonts.trim().is_empty());
    if found() {
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
