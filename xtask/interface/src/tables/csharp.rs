//! C#: the constants of `WsyCode`, and the P/Invoke declarations.

use crate::face::Face;
use crate::header::interface::{Function, Kind, Param};
use crate::layout::{Lines, pascal};
use crate::source::Code;

const LINES: Lines = Lines { width: 118, separator: ",", indent: "            ", mark: "" };

/// For `WsyCode.cs`.
pub fn codes(face: &Face) -> String {
    let constant = |code: &Code| {
        let name = pascal(&code.name.trim_start_matches("WSY_").to_ascii_lowercase());
        let Code { doc, number, .. } = code;
        format!("        /// <summary>{doc}</summary>\n        public const int {name} = {number};\n")
    };
    face.codes.iter().map(constant).collect::<Vec<_>>().join("\n")
}

/// For `Native.cs`.
pub fn functions(face: &Face) -> String {
    face.c.iter().map(function).collect::<Vec<_>>().join("\n")
}

fn function(item: &Function) -> String {
    let head = format!("        internal static extern int {}(", item.name);
    let params: Vec<String> = item.params.iter().map(|param| self::param(&item.name, param)).collect();
    let line = format!("{head}{});", params.join(", "));
    let declaration = if line.len() <= LINES.width {
        line + "\n"
    } else {
        format!("{head}\n{}", LINES.list(LINES.indent, &params, ");"))
    };
    format!(
        "        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]\n{declaration}"
    )
}

fn param(function: &str, param: &Param) -> String {
    // A function that ends a handle is called by the handle object itself, with its bare value.
    let frees = function.ends_with("_free") || function.ends_with("_close");
    let handle = |of: &str| pascal(of.trim_start_matches("wsy_")) + "Handle";
    let kind = match &param.kind {
        Kind::Number => "int".to_owned(),
        Kind::NumberOut => "out int".to_owned(),
        Kind::Text | Kind::BytesIn => "byte[]".to_owned(),
        Kind::Buffer | Kind::Bytes => "[Out] byte[]".to_owned(),
        Kind::Handle(_) if frees => "IntPtr".to_owned(),
        Kind::Handle(of) => handle(of),
        Kind::HandleOut(of) => format!("out {}", handle(of)),
        Kind::Pointer => "IntPtr".to_owned(),
        Kind::Callback => "LogCallback".to_owned(),
    };
    format!("{kind} {}", camel(&param.name))
}

/// `out_trade_no` as `outTradeNo`.
fn camel(name: &str) -> String {
    // A keyword of the language.
    let name = if name == "params" { "parameters" } else { name };
    let pascal = pascal(name);
    name.chars().take(1).chain(pascal.chars().skip(1)).collect()
}
