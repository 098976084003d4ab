//! VB6, and VBA, which requires `PtrSafe` since Office 2010.
//!
//! Each parameter's name begins with its kind (`h` handle, `l` Long, `s` String, `b` Byte). That is the
//! custom, and it avoids `Name`, `Day` and other words that mean something in the language, whose spelling
//! the editor would change all over a project.

use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};
use crate::layout::{Lines, pascal};

const LINES: Lines = Lines { width: 110, separator: ",", indent: "    ", mark: " _" };

/// A module, declared with these keywords.
pub fn module(face: &Face, keywords: &str) -> String {
    let constants: String = face.constants.iter().map(constant).collect();
    let functions: String = face.functions.iter().map(|item| function(item, keywords)).collect();
    constants + &functions
}

fn constant(item: &Constant) -> String {
    format!("Public Const {} As Long = {}  ' {}\n", item.name, item.value, item.chinese)
}

fn function(item: &Stdcall, keywords: &str) -> String {
    let head = format!("Public {keywords} Function {} Lib \"wsy.dll\" (", item.name);
    let params: Vec<String> = item.params.iter().map(param).collect();
    let declaration = LINES.list(&head, &params, ") As Long");
    format!("\n' {}\n' {}\n{declaration}", item.chinese, item.english)
}

fn param(item: &Param) -> String {
    let name = pascal(&item.name);
    match item.kind {
        Kind::Handle(_) => format!("ByVal h{name} As Long"),
        Kind::Text | Kind::Buffer => format!("ByVal s{name} As String"),
        Kind::Bytes | Kind::BytesIn => format!("ByRef b{name} As Byte"),
        Kind::HandleOut(_) => format!("ByRef h{name} As Long"),
        Kind::NumberOut => format!("ByRef l{name} As Long"),
        // A number: the stdcall face has no other types.
        _ => format!("ByVal l{name} As Long"),
    }
}
