//! The C header, which is generated from `src/capi` and the table of codes.

pub mod compile;
pub mod interface;
mod tidy;

use std::path::PathBuf;

use interface::Declared;
use kit::error::Error;
use kit::workspace;

use crate::source::{self, Code};

/// The declarations of the committed header.
pub fn committed() -> Result<Declared, Error> {
    understand(&workspace::read(&path())?)
}

/// The path of the committed header.
pub fn path() -> PathBuf {
    workspace::root().join("include").join("wsy.h")
}

/// The header as it should be.
pub fn generate() -> Result<(String, Declared), Error> {
    let root = workspace::root();
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml"))
        .map_err(|reason| Error::Check(format!("cbindgen.toml cannot be used: {reason}")))?;
    config.after_includes = Some(source::codes()?.iter().map(define).collect());
    // From the module of the C ABI, not from the crate: cbindgen would include every public constant of the
    // inner layers.
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(root.join("src").join("capi").join("mod.rs"))
        .generate()
        .map_err(|reason| Error::Check(format!("cbindgen cannot make a header of src/capi: {reason}")))?;
    let mut raw = Vec::new();
    bindings.write(&mut raw);

    let text = tidy::tidy(&String::from_utf8_lossy(&raw));
    if let Some(long) = text.lines().find(|line| line.chars().count() > LONGEST) {
        return Err(Error::Check(format!(
            "include/wsy.h has a line of more than {LONGEST} characters: {long}"
        )));
    }
    let declared = understand(&text)?;
    Ok((text, declared))
}

/// The longest line of the header.
const LONGEST: usize = 120;
/// The longest line of what is said of a code.
const WIDTH: usize = 110;

fn define(code: &Code) -> String {
    let (mut comment, mut line) = (String::new(), " *".to_owned());
    for word in code.doc.split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            comment += &format!("{line}\n");
            line = " *".to_owned();
        }
        line += &format!(" {word}");
    }
    format!("\n/*\n{comment}{line}\n */\n#define {} {}\n", code.name, code.number)
}

fn understand(header: &str) -> Result<Declared, Error> {
    interface::read(header).map_err(|complaints| {
        Error::Check(format!("include/wsy.h breaks the rules of the C ABI:\n  {}", complaints.join("\n  ")))
    })
}
