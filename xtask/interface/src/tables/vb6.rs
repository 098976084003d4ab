//! VB6, and VBA, which wants `PtrSafe` since Office 2010.
//!
//! Each parameter's name begins with what it is (`h` handle, `l` Long, `s` String, `b` Byte). That is the custom, and
//! it keeps clear of `Name`, `Day` and other words that mean something in the language, whose spelling the editor would
//! change all over a project.

use super::layout::{Lines, pascal};
use super::{Document, GENERATED};
use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};

const LINES: Lines = Lines { width: 110, separator: ",", indent: "    ", mark: " _" };

pub fn documents(face: &Face) -> [Document; 2] {
    let of = |place, remark, keyword| Document { place, text: module(face, remark, keyword) };
    [
        of("bindings/vb6/Wsy.bas", "用于 VB6，也可用于 Office 2007 及更早版本的 VBA。", "Declare"),
        of(
            "bindings/vb6/WsyVba.bas",
            "用于 Office 2010 及更新版本的 VBA：32 位 Office 配 x86 的 wsy.dll，64 位 Office 配 x64 的。",
            "Declare PtrSafe",
        ),
    ]
}

fn module(face: &Face, remark: &str, keyword: &str) -> String {
    let constants: String = face.constants.iter().map(constant).collect();
    let functions: String = face.functions.iter().map(|item| function(item, keyword)).collect();
    format!(
        "Attribute VB_Name = \"Wsy\"
' wsy 的声明，{remark}
' {GENERATED}
'
' 本文件是 GBK 编码（代码页 936）。句柄都是 Long，0 表示没有；可以不填的文本传 vbNullString 或 \"\"。
' sBuffer 先用 Space$(lSize) 准备好；配套的 WsyText.bas 把这些都包好了，一般不必直接调用读文本的函数。
' bBuffer、bBytes 传字节数组的第一个元素。
Option Explicit

{constants}{functions}"
    )
}

fn constant(item: &Constant) -> String {
    format!("Public Const {} As Long = {}  ' {}\n", item.name, item.value, item.chinese)
}

fn function(item: &Stdcall, keyword: &str) -> String {
    let head = format!("Public {keyword} Function {} Lib \"wsy.dll\" (", item.name);
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
        // A number: the stdcall face has nothing else.
        _ => format!("ByVal l{name} As Long"),
    }
}
