//! Python: the enum of the errors, and the types for ctypes.

use crate::face::Face;
use crate::header::interface::{Function, Kind, Param};
use crate::layout::{Lines, pascal};

const LINES: Lines = Lines { width: 120, separator: ",", indent: "        ", mark: "" };

/// For `_codes.py`: the members of `Code`. The verdicts have their own enum, which is written by hand.
pub fn codes(face: &Face) -> String {
    let member = |name: &str, number: i32| format!("    {} = {number}\n", name.trim_start_matches("WSY_"));
    let errors = face.codes.iter().filter(|code| code.name.starts_with("WSY_ERR_"));
    errors.map(|code| member(&code.name, code.number)).collect()
}

/// For `_native.py`: the items of `PROTOTYPES`.
pub fn prototypes(face: &Face) -> String {
    face.c.iter().map(prototype).collect()
}

fn prototype(item: &Function) -> String {
    let types = types(&item.params);
    let name = &item.name;
    let tuple = match &types[..] {
        [only] if only == "*_TEXT_OUT" => "_TEXT_OUT".to_owned(),
        [only] => format!("({only},)"),
        _ => format!("({})", types.join(", ")),
    };
    let line = format!("    \"{name}\": {tuple},\n");
    if line.trim_end().len() <= LINES.width {
        return line;
    }
    format!("    \"{name}\": (\n{}    ),\n", LINES.list(LINES.indent, &types, ","))
}

/// A buffer with its size and the needed size has one name.
fn types(params: &[Param]) -> Vec<String> {
    let mut types = Vec::new();
    let mut rest = params;
    while let [param, after @ ..] = rest {
        types.push(kind(&param.kind));
        let is_buffer = matches!(param.kind, Kind::Buffer | Kind::Bytes);
        rest = if is_buffer { after.get(2..).unwrap_or_default() } else { after };
    }
    types
}

fn kind(kind: &Kind) -> String {
    let pointer = |of: &str| pascal(of.trim_start_matches("wsy_")) + "Pointer";
    match kind {
        Kind::Number => "c_int32".to_owned(),
        Kind::NumberOut => "POINTER(c_int32)".to_owned(),
        Kind::Text | Kind::BytesIn => "c_char_p".to_owned(),
        Kind::Buffer | Kind::Bytes => "*_TEXT_OUT".to_owned(),
        Kind::Handle(of) => pointer(of),
        Kind::HandleOut(of) if of == "wsy_reply" => "_REPLY_OUT".to_owned(),
        Kind::HandleOut(of) => format!("POINTER({})", pointer(of)),
        Kind::Pointer => "c_void_p".to_owned(),
        Kind::Callback => "LogCallback".to_owned(),
    }
}
