//! PowerBuilder: an object to import, and the same as text to paste.
//!
//! PowerBuilder 10 and later keep text as Unicode and convert it to the system's code page if the alias ends
//! in `;ansi`. Earlier versions do not know this ending, and look for a function of that name.

use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};

/// The version of PowerBuilder.
#[derive(Clone, Copy)]
pub enum Edition {
    Ansi,
    Unicode,
}

/// The two parts of the object.
pub fn parts(face: &Face, edition: Edition) -> [String; 2] {
    [functions(face, edition), constants(face)]
}

/// The prototypes.
pub fn functions(face: &Face, edition: Edition) -> String {
    face.functions.iter().map(|item| function(item, edition)).collect()
}

/// The instance variables.
pub fn constants(face: &Face) -> String {
    face.constants.iter().map(constant).collect()
}

fn constant(item: &Constant) -> String {
    format!("constant long {} = {} // {}\n", item.name, item.value, item.chinese)
}

/// On one line: older declaration editors do not accept a continued one.
fn function(item: &Stdcall, edition: Edition) -> String {
    let name = &item.name;
    let alias = match edition {
        Edition::Ansi => String::new(),
        Edition::Unicode => format!(" ALIAS FOR \"{name};ansi\""),
    };
    let params = item.params.iter().map(param).collect::<Vec<_>>().join(", ");
    format!("// {}\nFUNCTION long {name}({params}) LIBRARY \"wsy.dll\"{alias}\n", item.chinese)
}

fn param(item: &Param) -> String {
    let name = &item.name;
    match item.kind {
        Kind::Text => format!("string as_{name}"),
        Kind::Buffer => format!("REF string as_{name}"),
        Kind::Bytes | Kind::BytesIn => format!("REF blob abl_{name}"),
        Kind::HandleOut(_) | Kind::NumberOut => format!("REF long al_{name}"),
        // A handle or a number: the stdcall face has no other types.
        _ => format!("long al_{name}"),
    }
}
