//! `cargo xtask header`: the C header, which is made from `src/capi` and committed.

pub mod compile;
pub mod interface;
mod tidy;

use std::path::{Path, PathBuf};

use interface::Interface;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// Writes the header anew.
pub fn write() -> Result<(), Error> {
    let (text, interface) = generate()?;
    workspace::write(&path(), &text)?;
    say::line(format_args!(
        "include/wsy.h: {} constants, {} functions",
        interface.constants.len(),
        interface.functions.len()
    ));
    Ok(())
}

/// Checks that the committed header is what `src/capi` says, and that nothing but the promised types is in it.
pub fn check() -> Result<(), Error> {
    let (generated, _) = generate()?;
    let committed = workspace::read(&path())?;
    match first_difference(&committed, &generated) {
        None => Ok(()),
        Some(difference) => Err(Error::Check(format!(
            "include/wsy.h is not what src/capi says now.\n{difference}\nRun `cargo xtask header` and commit the result."
        ))),
    }
}

/// What the committed header declares.
pub fn committed() -> Result<Interface, Error> {
    understand(&workspace::read(&path())?)
}

/// Where the committed header is.
pub fn path() -> PathBuf {
    workspace::root().join("include").join("wsy.h")
}

fn generate() -> Result<(String, Interface), Error> {
    let root = workspace::root();
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))
        .map_err(|reason| Error::Check(format!("cbindgen.toml cannot be used: {reason}")))?;
    // From the module of the C ABI, not from the crate: cbindgen would take every public constant of the inner layers
    // along.
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(capi(&root))
        .generate()
        .map_err(|reason| Error::Check(format!("cbindgen cannot make a header of src/capi: {reason}")))?;
    let mut raw = Vec::new();
    bindings.write(&mut raw);

    let text = tidy::tidy(&String::from_utf8_lossy(&raw));
    let interface = understand(&text)?;
    Ok((text, interface))
}

fn capi(root: &Path) -> PathBuf {
    root.join("src").join("capi").join("mod.rs")
}

fn understand(header: &str) -> Result<Interface, Error> {
    interface::read(header).map_err(|complaints| {
        Error::Check(format!("include/wsy.h breaks the rules of the C ABI:\n  {}", complaints.join("\n  ")))
    })
}

/// The first line in which two texts differ, shown from both.
fn first_difference(committed: &str, generated: &str) -> Option<String> {
    if committed == generated {
        return None;
    }
    let (mut old, mut new) = (committed.lines(), generated.lines());
    for number in 1.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                let or_end = |line: Option<&str>| line.unwrap_or("(the end of the file)").to_owned();
                return Some(format!(
                    "Line {number}:\n  committed: {}\n  now:       {}",
                    or_end(old),
                    or_end(new)
                ));
            }
        }
    }
    Some("Only the line ends differ.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn the_first_differing_line_is_shown() {
        let text = first_difference("a\nb\nc\n", "a\nB\nC\n").unwrap_or_default();
        assert_eq!(text, "Line 2:\n  committed: b\n  now:       B");
    }

    #[test]
    fn a_missing_end_and_other_line_ends_are_differences() {
        assert!(first_difference("a\n", "a\nb\n").is_some_and(|text| text.contains("the end of the file")));
        assert!(first_difference("a\r\n", "a\n").is_some_and(|text| text.contains("line ends")));
    }
}
