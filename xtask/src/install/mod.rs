//! `cargo xtask install`: the library, its header and its pkg-config file, laid out as other Unix libraries
//! are.
//!
//! ```text
//! PREFIX/include/wsy.h
//! PREFIX/lib/libwsy.so.0.1.0
//! PREFIX/lib/libwsy.so.0 -> libwsy.so.0.1.0    loaded by programs at their start
//! PREFIX/lib/libwsy.so   -> libwsy.so.0        found by the linker for -lwsy
//! PREFIX/lib/pkgconfig/wsy.pc
//! ```

pub mod check;

use std::fs;
use std::path::{self, Path};

use kit::error::Error;
use kit::workspace::{self, ABI, VERSION};
use kit::{library, say};

/// Builds the library and installs it under a prefix; a relative path starts at the current folder.
pub fn install(prefix: &Path) -> Result<(), Error> {
    let prefix = path::absolute(prefix).map_err(Error::file("find", prefix))?;
    lay_out(&prefix)?;
    say::line(format_args!("wsy {VERSION} is installed in {}", prefix.display()));
    Ok(())
}

fn lay_out(prefix: &Path) -> Result<(), Error> {
    // First, since this can find the prefix unusable.
    let description = pkg_config(prefix)?;
    let built = library::build()?;

    copy(&workspace::root().join("include").join("wsy.h"), &prefix.join("include").join("wsy.h"))?;
    let folder = prefix.join("lib");
    let (file, asked_for) = (format!("libwsy.so.{VERSION}"), format!("libwsy.so.{ABI}"));
    copy(&built, &folder.join(&file))?;
    link(&file, &folder.join(&asked_for))?;
    link(&asked_for, &folder.join("libwsy.so"))?;
    workspace::write(&folder.join("pkgconfig").join("wsy.pc"), &description)
}

/// The file by which `pkg-config` knows how to compile and link against the library: `wsy.pc.in`, filled in.
fn pkg_config(prefix: &Path) -> Result<String, Error> {
    let template = workspace::read(&workspace::root().join("wsy.pc.in"))?;
    // Characters with a meaning of their own in a .pc file, or in the quotes around the paths.
    const SPECIAL: &[char] = &['"', '\\', '$', '#', '\n'];
    match prefix.to_str().filter(|prefix| !prefix.contains(SPECIAL)) {
        Some(prefix) => Ok(template.replace("@PREFIX@", prefix).replace("@VERSION@", VERSION)),
        None => Err(Error::Usage(format!(
            "pkg-config cannot describe the folder {}: its name has to be UTF-8 without \", \\, $ and #",
            prefix.display()
        ))),
    }
}

/// Copies a file into a folder, which is created if missing.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create the directory", folder))?;
    }
    // Under another name first: a program that runs with the old library keeps it instead of finding its code
    // changed.
    let new = to.with_extension("new");
    fs::copy(from, &new).map_err(Error::file("write", &new))?;
    fs::rename(&new, to).map_err(Error::file("write", to))
}

/// Creates a link to a file in the same folder, replacing an older one.
#[cfg(unix)]
fn link(to: &str, at: &Path) -> Result<(), Error> {
    match fs::remove_file(at) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("replace", at)(error)),
        _ => std::os::unix::fs::symlink(to, at).map_err(Error::file("create the link", at)),
    }
}

#[cfg(not(unix))]
fn link(_to: &str, at: &Path) -> Result<(), Error> {
    Err(Error::Check(format!(
        "{} cannot be a link here; this command is for Linux and its like",
        at.display()
    )))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::pkg_config;

    #[test]
    fn the_template_is_filled_in() {
        let text = pkg_config(Path::new("/opt/a till")).unwrap();
        assert!(text.contains(&format!("\nVersion: {}\n", super::VERSION)) && !text.contains('@'), "{text}");
        assert!(text.contains("/opt/a till"), "{text}");
    }

    #[test]
    fn a_prefix_that_cannot_be_written_down_is_refused() {
        for prefix in ["/opt/$HOME", "/opt/a#b", "/opt/a\"b"] {
            assert!(pkg_config(Path::new(prefix)).is_err(), "{prefix}");
        }
    }
}
