//! What the stdcall face consists of: read from `src/capi/stdcall.rs`, the codes from `src/capi/codes.rs`, and their
//! Chinese sentences from `docs/errors.zh-CN.md`, whose rows a test keeps equal to the library's own.

use std::collections::HashMap;
use std::path::Path;

use syn::{
    Expr, ExprLit, ExprUnary, FnArg, Item, ItemConst, ItemFn, Lit, Meta, Pat, PointerMutability, ReturnType,
    Type, UnOp,
};

use kit::error::Error;
use kit::workspace;

/// The functions and constants, in the order of their files.
#[derive(Debug)]
pub struct Face {
    pub functions: Vec<Function>,
    pub constants: Vec<Constant>,
}

/// A function. All of them return a Long.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// What it does, in English and in Chinese: one sentence each.
    pub english: String,
    pub chinese: String,
    pub params: Vec<Param>,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    pub name: String,
    pub kind: Kind,
}

/// What a parameter is to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Long that stands for a thing of the library.
    Handle,
    /// A Long that is just a number.
    Number,
    /// A text that goes in.
    Text,
    /// The caller's buffer for a text that comes out.
    Buffer,
    /// The caller's buffer for bytes that are no text, and must not be converted on the way.
    Bytes,
    /// Bytes that go in.
    BytesIn,
    /// A Long that is written to: a handle.
    HandleOut,
    /// A Long that is written to: a number.
    NumberOut,
}

/// A code or another number that programs name.
#[derive(Debug)]
pub struct Constant {
    pub name: String,
    pub value: i32,
    pub chinese: String,
}

/// The parameters that are handles; all other Longs are numbers.
const HANDLES: [&str; 6] = ["client", "options", "params", "payment", "receipt", "reply"];

/// The functions that give bytes end so.
const GIVE_BYTES: [&str; 2] = ["Bytes", "Png"];

/// The constants that are no codes, and so have no sentence in the table of the codes.
const OTHER_CONSTANTS: [(&str, &str); 4] = [
    ("WSY_UTF8", "代码页：UTF-8。"),
    ("WSY_GBK", "代码页：GBK。"),
    ("WSY_ZH", "语言：中文。"),
    ("WSY_EN", "语言：英文。"),
];

/// Reads the face from the source.
pub fn read() -> Result<Face, Error> {
    let capi = workspace::root().join("src").join("capi");
    let functions = functions(&capi.join("stdcall.rs"))?;
    let constants = constants(&capi.join("codes.rs"), &sentences()?)?;
    Ok(Face { functions, constants })
}

fn functions(path: &Path) -> Result<Vec<Function>, Error> {
    let items = parse(path)?.into_iter().filter_map(|item| match item {
        Item::Fn(function) if function.sig.ident.to_string().starts_with("Wsy") => Some(function),
        _ => None,
    });
    items.map(|item| function(&item)).collect()
}

fn function(item: &ItemFn) -> Result<Function, Error> {
    let name = item.sig.ident.to_string();
    let wrong = |what: &str| Error::Check(format!("src/capi/stdcall.rs: {name} {what}"));
    let system = item.sig.abi.as_ref().and_then(|abi| abi.name.as_ref()).map(syn::LitStr::value);
    if system.as_deref() != Some("system") {
        return Err(wrong("is not extern \"system\""));
    }
    if !matches!(&item.sig.output, ReturnType::Type(_, output) if is_path(output, "i32")) {
        return Err(wrong("does not return i32"));
    }
    let params = item.sig.inputs.iter().map(|input| {
        param(&name, input).ok_or_else(|| wrong("has a parameter that these languages do not know"))
    });
    let params = params.collect::<Result<Vec<_>, _>>()?;
    let [english, chinese, ..] = &doc(&item.attrs)[..] else {
        return Err(wrong("has no line of English and line of Chinese above it"));
    };
    if !english.is_ascii() || chinese.is_ascii() {
        return Err(wrong("should have English in the first line above it, and Chinese in the second"));
    }
    Ok(Function { english: english.clone(), chinese: chinese.clone(), params, name })
}

fn param(function: &str, input: &FnArg) -> Option<Param> {
    let FnArg::Typed(typed) = input else { return None };
    let Pat::Ident(pattern) = &*typed.pat else { return None };
    let name = pattern.ident.to_string();
    let handle = HANDLES.contains(&name.as_str());
    let kind = match &*typed.ty {
        Type::Path(_) if is_path(&typed.ty, "i32") => {
            if handle {
                Kind::Handle
            } else {
                Kind::Number
            }
        }
        Type::Ptr(pointer) if is_path(&pointer.elem, "c_char") => match pointer.mutability {
            PointerMutability::Const(_) if name == "bytes" => Kind::BytesIn,
            PointerMutability::Const(_) => Kind::Text,
            PointerMutability::Mut(_) if GIVE_BYTES.iter().any(|end| function.ends_with(end)) => Kind::Bytes,
            PointerMutability::Mut(_) => Kind::Buffer,
        },
        Type::Ptr(pointer) if is_path(&pointer.elem, "i32") => {
            if handle {
                Kind::HandleOut
            } else {
                Kind::NumberOut
            }
        }
        _ => return None,
    };
    Some(Param { name, kind })
}

fn constants(path: &Path, sentences: &HashMap<String, String>) -> Result<Vec<Constant>, Error> {
    let items = parse(path)?.into_iter().filter_map(|item| match item {
        Item::Const(constant) => Some(constant),
        _ => None,
    });
    items.map(|item| constant(&item, sentences)).collect()
}

fn constant(item: &ItemConst, sentences: &HashMap<String, String>) -> Result<Constant, Error> {
    let name = item.ident.to_string();
    let wrong = |what: &str| Error::Check(format!("{name} of src/capi/codes.rs {what}"));
    let value = number(&item.expr).ok_or_else(|| wrong("is not a plain number"))?;
    let other = OTHER_CONSTANTS.iter().find(|(other, _)| *other == name).map(|(_, chinese)| *chinese);
    let chinese = other
        .or_else(|| sentences.get(&name).map(String::as_str))
        .ok_or_else(|| wrong("has no row in docs/errors.zh-CN.md"))?;
    Ok(Constant { value, chinese: chinese.to_owned(), name })
}

fn number(expression: &Expr) -> Option<i32> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number(expr).map(|value| -value),
        _ => None,
    }
}

/// What happened, in Chinese, for each code: the fourth column of the table.
fn sentences() -> Result<HashMap<String, String>, Error> {
    let table = workspace::read(&workspace::root().join("docs").join("errors.zh-CN.md"))?;
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?.to_owned();
        Some((name, cells.nth(2)?.to_owned()))
    };
    Ok(table.lines().filter_map(row).collect())
}

fn parse(path: &Path) -> Result<Vec<Item>, Error> {
    let text = workspace::read(path)?;
    let file = syn::parse_file(&text)
        .map_err(|reason| Error::Check(format!("{} is no Rust: {reason}", path.display())))?;
    Ok(file.items)
}

fn is_path(written: &Type, name: &str) -> bool {
    matches!(written, Type::Path(path) if path.path.is_ident(name))
}

/// The lines of a doc comment.
fn doc(attributes: &[syn::Attribute]) -> Vec<String> {
    let line = |attribute: &syn::Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect()
}
