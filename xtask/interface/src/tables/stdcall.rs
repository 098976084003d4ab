//! The table of `src/capi/stdcall.rs`: each function of the stdcall interface, with the function of the C ABI
//! that it calls.

use crate::face::{Face, Stdcall};
use crate::header::interface::{Kind, Param};

/// The longest line.
const WIDTH: usize = 110;

/// The lines of the table.
pub fn functions(face: &Face) -> String {
    face.functions.iter().map(function).collect()
}

/// `    WsyConfig = config::wsy_config(client: handle, refresh: number, reply: given);`, broken where it is
/// too long.
fn function(item: &Stdcall) -> String {
    let argument = |param: &Param| format!("{}: {}", param.name, kind(item, param));
    let arguments: Vec<String> = item.params.iter().map(argument).collect();
    let mut lines = format!("    {} = {}::{}(", item.name, item.module, item.calls);
    let mut width = lines.len();
    for (index, argument) in arguments.iter().enumerate() {
        let end = if index + 1 == arguments.len() { ");\n" } else { "," };
        let blank = if index > 0 { " " } else { "" };
        if width + blank.len() + argument.len() + end.trim_end().len() > WIDTH {
            lines += "\n        ";
            width = 8;
        } else {
            lines += blank;
            width += blank.len();
        }
        lines += &format!("{argument}{end}");
        width += argument.len() + end.len();
    }
    if arguments.is_empty() {
        lines += ");\n";
    }
    lines
}

fn kind(item: &Stdcall, param: &Param) -> &'static str {
    match &param.kind {
        Kind::Handle(_) => "handle",
        Kind::HandleOut(_) => "given",
        Kind::NumberOut => "number_out",
        Kind::Text if item.optional.contains(&param.name) => "or_empty",
        Kind::Text => "text",
        Kind::BytesIn => "bytes",
        Kind::Buffer | Kind::Bytes => "buffer",
        Kind::Number | Kind::Pointer | Kind::Callback => "number",
    }
}
