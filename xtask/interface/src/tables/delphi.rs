//! Delphi and Free Pascal: the constants, the variables that hold the functions, and the code that looks them
//! up.

use crate::face::{Constant, Face};
use crate::header::interface::{Function, Kind};
use crate::layout::Lines;

const LINES: Lines = Lines { width: 117, separator: ";", indent: "    ", mark: "" };

/// The three parts of `Wsy.pas`.
pub fn parts(face: &Face) -> [String; 3] {
    let constant = |item: &Constant| format!("  /// {}\n  {} = {};\n", item.english, item.name, item.value);
    let found = |item: &Function| format!("  @{0} := Entry('{0}');\n", item.name);
    [
        face.constants.iter().map(constant).collect(),
        face.c.iter().map(function).collect(),
        face.c.iter().map(found).collect(),
    ]
}

fn function(item: &Function) -> String {
    LINES.list(&format!("  {}: function(", item.name), &params(item), "): Integer; cdecl;")
}

/// Neighbouring parameters of one type share it.
fn params(item: &Function) -> Vec<String> {
    let alike = item.params.chunk_by(|one, next| kind(&one.kind) == kind(&next.kind));
    let group = |params: &[crate::header::interface::Param]| {
        let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        params.first().map(|param| format!("{}: {}", names.join(", "), kind(&param.kind)))
    };
    alike.filter_map(group).collect()
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Number => "Integer".to_owned(),
        Kind::NumberOut => "PInteger".to_owned(),
        Kind::Text | Kind::Buffer | Kind::BytesIn | Kind::Bytes => "PAnsiChar".to_owned(),
        Kind::Handle(of) => of.clone(),
        Kind::HandleOut(of) => format!("p{of}"),
        Kind::Pointer => "Pointer".to_owned(),
        Kind::Callback => "wsy_log_callback".to_owned(),
    }
}
