//! The whole interface: the declarations of the header, and the additions of the Rust source.

use crate::header;
use crate::header::interface::{Declared, Function, Kind, Param};
use crate::source::{self, Code, Section};
use kit::error::Error;

/// The source of everything that is generated.
#[derive(Debug)]
pub struct Face {
    /// The table of codes.
    pub(crate) codes: Vec<Code>,
    /// The codes and the other numbers.
    pub constants: Vec<Constant>,
    /// The C ABI, in the order of the header.
    pub c: Vec<Function>,
    /// The stdcall face, in the same order.
    pub functions: Vec<Stdcall>,
}

/// A code or another number that programs name.
#[derive(Debug)]
pub struct Constant {
    /// Its name in C.
    pub name: String,
    /// Its value.
    pub value: i32,
    /// Its description in wsy.h.
    pub english: String,
    /// Its descriptions for the languages of the stdcall face.
    pub chinese: String,
}

/// A function of the stdcall face. All of them return a Long.
#[derive(Debug)]
pub struct Stdcall {
    /// Its name.
    pub name: String,
    /// The function of the C ABI that it calls.
    pub calls: String,
    /// The module of `src/capi` that this function is in.
    pub module: String,
    /// Its summary, one English sentence.
    pub english: String,
    /// The same in Chinese.
    pub chinese: String,
    /// Its parameters, which are those of the C ABI with Longs for the handles.
    pub params: Vec<Param>,
    /// The texts that may be empty, which means NULL.
    pub optional: Vec<String>,
}

/// The interface, with the header as it is committed.
pub fn read() -> Result<Face, Error> {
    of(header::committed()?)
}

/// The meaning of a code. For a mistake of the program, the cashier gets only its number and the programmer
/// gets the hint.
fn for_programmers(code: &Code) -> String {
    let [message, _, hint] = &code.zh;
    match hint.split_once('。') {
        Some((first, _)) if message.contains(&format!("（{}）", code.number)) => format!("{first}。"),
        _ => message.clone(),
    }
}

/// The interface of a header.
pub fn of(declared: Declared) -> Result<Face, Error> {
    let codes = source::codes()?;
    let of_code = |code: &Code| Constant {
        name: code.name.clone(),
        value: code.number,
        english: code.doc.clone(),
        chinese: for_programmers(code),
    };
    let mut constants: Vec<Constant> = codes.iter().map(of_code).collect();
    constants.extend(source::numbers()?.into_iter().map(|number| Constant {
        name: number.name,
        value: number.value,
        english: number.doc,
        chinese: number.chinese,
    }));
    let sections = source::sections()?;
    let c = declared.functions;
    let told =
        c.iter().filter_map(|function| sections.get(&function.name).map(|section| (function, section)));
    let functions = told.map(|(function, section)| stdcall(function, section)).collect::<Result<_, _>>()?;
    Ok(Face { codes, constants, c, functions })
}

fn stdcall(function: &Function, section: &Section) -> Result<Stdcall, Error> {
    let Function { name, params } = function;
    let wrong = |what: &str| Error::Check(format!("# Stdcall of {name} {what}"));
    let (english, chinese, optional) = match &section.lines[..] {
        [english, chinese] => (english, chinese, Vec::new()),
        [english, chinese, empty] => {
            let names =
                empty.strip_prefix("Empty for none: ").ok_or_else(|| wrong("ends in an unexpected line"))?;
            (english, chinese, names.split(", ").map(str::to_owned).collect())
        }
        _ => {
            return Err(wrong("is not a line of English and one of Chinese, and perhaps one on empty texts"));
        }
    };
    if !english.is_ascii() || chinese.is_ascii() {
        return Err(wrong("should have English in its first line, and Chinese in the second"));
    }
    if params.iter().any(|param| matches!(param.kind, Kind::Callback | Kind::Pointer)) {
        return Err(wrong("is for languages that do not know its parameters"));
    }
    let is_text = |name: &String| params.iter().any(|param| param.name == *name && param.kind == Kind::Text);
    if !optional.iter().all(is_text) {
        return Err(wrong("names a text that the function does not take"));
    }
    Ok(Stdcall {
        name: crate::layout::pascal(name),
        calls: name.clone(),
        module: section.module.clone(),
        english: english.clone(),
        chinese: chinese.clone(),
        params: params.clone(),
        optional,
    })
}
