//! Visual FoxPro: a program of `DECLARE` commands, and a header of constants.

use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};
use crate::layout::{Lines, pascal};

const LINES: Lines = Lines { width: 110, separator: ",", indent: "    ", mark: " ;" };

/// For `wsy.prg`.
pub fn functions(face: &Face) -> String {
    face.functions.iter().map(function).collect()
}

/// For `wsycodes.h`.
pub fn constants(face: &Face) -> String {
    face.constants.iter().map(constant).collect()
}

fn constant(item: &Constant) -> String {
    let value = if item.value < 0 { format!("({})", item.value) } else { item.value.to_string() };
    format!("\n* {}\n#DEFINE {} {value}\n", item.chinese, item.name)
}

fn function(item: &Stdcall) -> String {
    let params: Vec<String> = item.params.iter().map(param).collect();
    let declaration = LINES.list(&format!("DECLARE INTEGER {} IN wsy.dll ", item.name), &params, "");
    // A function without parameters has nothing after its library.
    format!("\n* {}\n* {}\n{}\n", item.chinese, item.english, declaration.trim_end())
}

fn param(item: &Param) -> String {
    let name = pascal(&item.name);
    match item.kind {
        Kind::Text | Kind::BytesIn => format!("STRING c{name}"),
        Kind::Buffer | Kind::Bytes => format!("STRING @c{name}"),
        Kind::HandleOut(_) | Kind::NumberOut => format!("INTEGER @n{name}"),
        // A handle or a number: the stdcall face has no other types.
        _ => format!("INTEGER n{name}"),
    }
}
