//! `cargo xtask declarations`: the declarations of the stdcall face for VB6, PowerBuilder, 易语言 and Visual FoxPro, all
//! from one description, `src/capi/stdcall.rs`.
//!
//! The helper modules beside them (`WsyText.bas` and the like) and the tills in `examples` are written by hand. None of
//! the four languages can be compiled here, so the tests read all of it back and compare it with the description.

mod epl;
pub mod face;
mod foxpro;
mod layout;
mod powerbuilder;
#[cfg(test)]
mod tests;
mod vb6;

use std::fs;
use std::path::PathBuf;

use encoding_rs::GBK;

use face::Face;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// What a generated file says of itself.
const GENERATED: &str = "由 cargo xtask declarations 根据 src/capi/stdcall.rs 生成，请不要手工修改。";

/// A file of declarations: GBK, the only Chinese text that all of these languages read, with the line ends of Windows.
struct Document {
    /// Its place below `bindings`.
    place: &'static str,
    /// Its text, with lines that end in `\n`.
    text: String,
}

/// Writes the declarations.
pub fn write() -> Result<(), Error> {
    let face = face::read()?;
    let documents = documents(&face)?;
    for document in &documents {
        let path = document.path();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
        }
        fs::write(&path, document.bytes()?).map_err(Error::file("write", &path))?;
    }
    say::line(format_args!(
        "{} files for {} functions and {} constants",
        documents.len(),
        face.functions.len(),
        face.constants.len()
    ));
    Ok(())
}

/// Says whether the committed declarations are what the description says.
pub fn check() -> Result<(), Error> {
    let mut stale = Vec::new();
    for document in documents(&face::read()?)? {
        let path = document.path();
        let committed = fs::read(&path).map_err(Error::file("read", &path))?;
        if committed != document.bytes()? {
            stale.push(format!("bindings/{}", document.place));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Error::Check(format!(
        "not what src/capi/stdcall.rs says now: {}.\nRun `cargo xtask declarations` and commit the result.",
        stale.join(", ")
    )))
}

fn documents(face: &Face) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    documents.extend(vb6::documents(face));
    documents.extend(powerbuilder::documents(face));
    documents.extend(epl::documents(face)?);
    documents.extend(foxpro::documents(face));
    Ok(documents)
}

impl Document {
    fn path(&self) -> PathBuf {
        workspace::root().join("bindings").join(self.place)
    }

    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let text = self.text.replace('\n', "\r\n");
        let (bytes, _, lost) = GBK.encode(&text);
        if lost {
            return Err(Error::Check(format!("bindings/{}: GBK cannot hold its text", self.place)));
        }
        Ok(bytes.into_owned())
    }
}
