//! PowerBuilder: an object to import, and the same as text to paste.
//!
//! PowerBuilder 10 and later keep text as Unicode and turn it into the system's code page where the alias ends in
//! `;ansi`. Earlier ones do not know this, and look for a function of that name.

use super::{Document, GENERATED};
use crate::face::{Constant, Face, Stdcall};
use crate::header::interface::{Kind, Param};

/// Which PowerBuilder.
#[derive(Clone, Copy)]
enum Edition {
    Ansi,
    Unicode,
}

pub fn documents(face: &Face) -> [Document; 4] {
    let object = |place, edition| Document { place, text: object(face, edition) };
    let unicode = Edition::Unicode;
    [
        object("bindings/powerbuilder/n_wsy.sru", unicode),
        object("bindings/powerbuilder/pb9/n_wsy.sru", Edition::Ansi),
        Document {
            place: "bindings/powerbuilder/external_functions.txt",
            text: format!("{}\n{}", remark(unicode), functions(face, unicode)),
        },
        Document {
            place: "bindings/powerbuilder/instance_variables.txt",
            text: format!("// wsy 的常量，{GENERATED}\n\n{}", constants(face)),
        },
    ]
}

fn object(face: &Face, edition: Edition) -> String {
    let remark = remark(edition);
    let functions = functions(face, edition);
    let constants = constants(face);
    format!(
        "$PBExportHeader$n_wsy.sru
$PBExportComments$wsy.dll 的声明（自动生成）
forward
global type n_wsy from nonvisualobject
end type
end forward

global type n_wsy from nonvisualobject
end type
global n_wsy n_wsy

type prototypes
{remark}{functions}end prototypes

type variables
{constants}end variables

on n_wsy.create
call super::create
TriggerEvent( this, \"constructor\" )
end on

on n_wsy.destroy
TriggerEvent( this, \"destructor\" )
call super::destroy
end on
"
    )
}

fn remark(edition: Edition) -> String {
    let which = match edition {
        Edition::Ansi => "PowerBuilder 9 及更早版本",
        Edition::Unicode => "PowerBuilder 10 及更新版本",
    };
    format!(
        "// wsy 的外部函数声明，用于 {which}。{GENERATED}
// 句柄都是 long，0 表示没有；可以不填的文本传 \"\"，不要传 null。
// as_buffer 先用 Space(al_size) 准备好；abl_buffer 先用 Blob(Space(al_size)) 准备好。
"
    )
}

fn functions(face: &Face, edition: Edition) -> String {
    face.functions.iter().map(|item| function(item, edition)).collect()
}

fn constants(face: &Face) -> String {
    face.constants.iter().map(constant).collect()
}

fn constant(item: &Constant) -> String {
    format!("constant long {} = {} // {}\n", item.name, item.value, item.chinese)
}

/// On one line: older editors of declarations do not take a continued one.
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
        // A handle or a number: the stdcall face has nothing else.
        _ => format!("long al_{name}"),
    }
}
