//! `cargo xtask tables`: every file that repeats the codes, the fields, the numbers and the functions of the
//! interface, written from their one description: the tables in `src/till/code.rs` and `src/capi/names.rs`,
//! and the functions of `src/capi`.

mod conformance;
mod csharp;
mod delphi;
mod documents;
mod epl;
mod foxpro;
mod lists;
mod powerbuilder;
mod python;
mod stdcall;
mod vb6;

use std::fs;

use encoding_rs::GBK;

use crate::face;
use crate::header;
use crate::header::interface::Declared;
use crate::source;
use kit::error::Error;
use kit::say;
use kit::workspace;
use powerbuilder::Edition;

/// A line with this text starts a generated part of a file, and the next such line ends it.
const MARK: &str = "cargo xtask tables";

/// A file as it should be.
struct Output {
    place: &'static str,
    bytes: Vec<u8>,
}

/// Writes the files that are not current.
pub fn write() -> Result<(), Error> {
    let (text, declared) = header::generate()?;
    never_renumbered(&header::committed()?, &declared)?;
    let outputs = outputs(text, declared)?;
    for output in &outputs {
        if !output.is_current() {
            let path = workspace::root().join(output.place);
            fs::write(&path, &output.bytes).map_err(Error::file("write", &path))?;
            say::line(output.place);
        }
    }
    say::line(format_args!("{} files are current", outputs.len()));
    Ok(())
}

/// Reports the committed files that differ from the description.
pub fn check() -> Result<(), Error> {
    let (text, declared) = header::generate()?;
    let mut stale = String::new();
    for output in outputs(text, declared)? {
        if !output.is_current() {
            stale += &format!("\n  {}", output.place);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    let what = "These files do not match src/till/code.rs and src/capi:";
    Err(Error::Check(format!("{what}{stale}\nRun `cargo xtask tables` and commit the result.")))
}

/// Checks that no number changes: existing programs depend on them.
fn never_renumbered(committed: &Declared, new: &Declared) -> Result<(), Error> {
    match committed.constants.iter().find(|constant| !new.constants.contains(constant)) {
        None => Ok(()),
        Some((name, number)) => Err(Error::Check(format!(
            "{name} = {number} is in include/wsy.h and would disappear from it: numbers are never changed or \
             reused. To remove it on purpose, take it out of include/wsy.h first."
        ))),
    }
}

fn outputs(header: String, declared: Declared) -> Result<Vec<Output>, Error> {
    let face = &face::of(declared)?;
    let fields = &source::fields()?;
    let rows = conformance::rows(&header, fields)?;
    let (pb_10, pb_9) = (Edition::Unicode, Edition::Ansi);
    Ok(vec![
        Output { place: "include/wsy.h", bytes: header.into_bytes() },
        Output { place: "include/exports.txt", bytes: lists::exports(face).into_bytes() },
        Output { place: "windows/exports-stdcall.txt", bytes: lists::stdcall_exports(face).into_bytes() },
        parts("src/capi/stdcall.rs", &[stdcall::functions(face)])?,
        parts("tests/capi/codes.rs", &[lists::rust(face)])?,
        parts("docs/errors.md", &[documents::codes(&face.codes)])?,
        parts("docs/errors.zh-CN.md", &[documents::codes_zh(&face.codes)])?,
        parts("docs/fields.md", &[documents::fields(fields)])?,
        parts("docs/fields.zh-CN.md", &[documents::fields_zh(fields)])?,
        parts("docs/protocol.md", &[conformance::table(&rows)])?,
        parts("docs/protocol.zh-CN.md", &[conformance::table_zh(&rows)])?,
        parts("bindings/python/wsy/_codes.py", &[python::codes(face)])?,
        parts("bindings/python/wsy/_native.py", &[python::prototypes(face)])?,
        parts("bindings/csharp/Wsy/WsyCode.cs", &[csharp::codes(face)])?,
        parts("bindings/csharp/Wsy/Native.cs", &[csharp::functions(face)])?,
        parts("bindings/delphi/Wsy.pas", &delphi::parts(face))?,
        gbk_parts("bindings/vb6/Wsy.bas", &[vb6::module(face, "Declare")])?,
        gbk_parts("bindings/vb6/WsyVba.bas", &[vb6::module(face, "Declare PtrSafe")])?,
        gbk_parts("bindings/powerbuilder/n_wsy.sru", &powerbuilder::parts(face, pb_10))?,
        gbk_parts("bindings/powerbuilder/pb9/n_wsy.sru", &powerbuilder::parts(face, pb_9))?,
        gbk_parts("bindings/powerbuilder/external_functions.txt", &[powerbuilder::functions(face, pb_10)])?,
        gbk_parts("bindings/powerbuilder/instance_variables.txt", &[powerbuilder::constants(face)])?,
        gbk_parts("bindings/foxpro/wsy.prg", &[foxpro::functions(face)])?,
        gbk_parts("bindings/foxpro/wsycodes.h", &[foxpro::constants(face)])?,
        gbk("bindings/epl/wsy_dll.txt", &epl::commands(face)?)?,
        gbk("bindings/epl/wsy_const.txt", &epl::constants(face))?,
    ])
}

/// A handwritten file with generated parts.
fn parts(place: &'static str, parts: &[String]) -> Result<Output, Error> {
    let text = workspace::read(&workspace::root().join(place))?;
    Ok(Output { place, bytes: fill(place, &text, parts)?.into_bytes() })
}

/// The same in GBK, the only Chinese encoding that all languages of the stdcall face read.
fn gbk_parts(place: &'static str, parts: &[String]) -> Result<Output, Error> {
    let path = workspace::root().join(place);
    let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
    let (text, ..) = GBK.decode(&bytes);
    gbk(place, &fill(place, &text.replace("\r\n", "\n"), parts)?)
}

/// A file in GBK with Windows line endings.
fn gbk(place: &'static str, text: &str) -> Result<Output, Error> {
    let text = text.replace('\n', "\r\n");
    let (bytes, _, lost) = GBK.encode(&text);
    if lost {
        return Err(Error::Check(format!("{place}: GBK cannot hold its text")));
    }
    Ok(Output { place, bytes: bytes.into_owned() })
}

/// The text with its generated parts replaced.
fn fill(place: &str, text: &str, parts: &[String]) -> Result<String, Error> {
    let (mut filled, mut given, mut inside) = (String::new(), parts.iter(), false);
    let wrong =
        || Error::Check(format!("{place} should have {} parts between lines with \"{MARK}\"", parts.len()));
    for line in text.split_inclusive('\n') {
        if line.contains(MARK) {
            filled += line;
            inside = !inside;
            if inside {
                filled += given.next().ok_or_else(wrong)?;
            }
        } else if !inside {
            filled += line;
        }
    }
    if inside || given.next().is_some() { Err(wrong()) } else { Ok(filled) }
}

impl Output {
    fn is_current(&self) -> bool {
        fs::read(workspace::root().join(self.place)).is_ok_and(|committed| committed == self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Declared, MARK, check, fill, never_renumbered};

    #[test]
    fn what_is_committed_is_current() {
        check().unwrap();
    }

    #[test]
    fn only_the_parts_between_the_marks_are_written() {
        let text = format!("by hand\n// {MARK}, begin\nold\n// {MARK}, end\nby hand\n");
        let fill = |text: &str, parts: &[&str]| {
            fill("x", text, &parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(fill(&text, &["new\n"]).unwrap(), text.replace("old", "new"));
        assert!(fill(&text, &[]).is_err());
        assert!(fill(&text, &["", ""]).is_err());
        assert!(fill(&text.replace(&format!("{MARK}, end"), ""), &[""]).is_err());
    }

    #[test]
    fn a_number_is_never_changed() {
        let paid =
            |value| Declared { constants: vec![("WSY_PAID".to_owned(), value)], functions: Vec::new() };
        assert!(never_renumbered(&paid(1), &paid(1)).is_ok());
        assert!(never_renumbered(&paid(1), &paid(2)).is_err());
        assert!(never_renumbered(&paid(1), &Declared::default()).is_err());
        assert!(never_renumbered(&Declared::default(), &paid(1)).is_ok());
    }
}
