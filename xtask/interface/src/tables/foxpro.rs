//! Visual FoxPro: a program of `DECLARE` commands, and a header of constants.

use super::layout::{Lines, pascal};
use super::{Document, GENERATED};
use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};

const LINES: Lines = Lines { width: 110, separator: ",", indent: "    ", mark: " ;" };

pub fn documents(face: &Face) -> [Document; 2] {
    [
        Document { place: "bindings/foxpro/wsy.prg", text: program(face) },
        Document { place: "bindings/foxpro/wsycodes.h", text: header(face) },
    ]
}

fn program(face: &Face) -> String {
    let functions: String = face.functions.iter().map(function).collect();
    format!(
        "* wsy 的声明，程序启动时执行一次：DO wsy
* {GENERATED}
*
* 句柄都是数值，0 表示没有；可以不填的文本传 \"\"，不要传 .NULL.。带 @ 的参数调用时也要写 @，变量要先赋值。
* cBuffer 先用 SPACE(nSize) 准备好；配套的 wsytext.prg 把这些都包好了，一般不必直接调用读文本的函数。
{functions}"
    )
}

fn header(face: &Face) -> String {
    let constants: String = face.constants.iter().map(constant).collect();
    format!("* wsy 的常量，在程序开头写：#INCLUDE wsycodes.h\n* {GENERATED}\n{constants}")
}

fn constant(item: &Constant) -> String {
    let value = if item.value < 0 { format!("({})", item.value) } else { item.value.to_string() };
    format!("\n* {}\n#DEFINE {} {value}\n", item.chinese, item.name)
}

fn function(item: &Stdcall) -> String {
    let params: Vec<String> = item.params.iter().map(param).collect();
    let declaration = LINES.list(&format!("DECLARE INTEGER {} IN wsy.dll ", item.name), &params, "");
    format!("\n* {}\n* {}\n{declaration}", item.chinese, item.english)
}

fn param(item: &Param) -> String {
    let name = pascal(&item.name);
    match item.kind {
        Kind::Text | Kind::BytesIn => format!("STRING c{name}"),
        Kind::Buffer | Kind::Bytes => format!("STRING @c{name}"),
        Kind::HandleOut(_) | Kind::NumberOut => format!("INTEGER @n{name}"),
        // A handle or a number: the stdcall face has nothing else.
        _ => format!("INTEGER n{name}"),
    }
}
