//! The functions of `src/capi/stdcall.rs`: each calls the function of the C ABI that it is named after.

use crate::face::{Face, Stdcall};
use crate::header::interface::{Kind, Param};
use kit::error::Error;
use kit::process;
use kit::tools::{self, Missing};
use kit::workspace;

/// The functions, as rustfmt writes them.
pub fn functions(face: &Face) -> Result<String, Error> {
    let functions: Vec<String> = face.functions.iter().map(function).collect();
    Ok(format!("\n{}\n", formatted(&functions.join("\n"))?))
}

fn formatted(source: &str) -> Result<String, Error> {
    let folder = workspace::scratch("tables")?;
    let file = folder.path().join("stdcall.rs");
    workspace::write(&file, source)?;
    let rustfmt = tools::find("rustfmt").ok_or_else(|| {
        Missing::because("rustfmt", "rustup component add rustfmt, or your system's package")
    })?;
    let mut command = rustfmt.command();
    command.args(["--edition", "2024", "--config-path"]).arg(workspace::root()).arg(&file);
    process::output(&mut command)?;
    workspace::read(&file)
}

fn function(item: &Stdcall) -> String {
    let Stdcall { name, english, chinese, params, .. } = item;
    let call = call(item);
    let (safety, unsafely, body) = match safety(params) {
        None => (String::new(), "", call),
        Some(safety) => (
            format!("///\n/// # Safety\n/// {safety}.\n"),
            "unsafe ",
            format!("// SAFETY: the contract is the same.\nunsafe {{ {call} }}"),
        ),
    };
    let params: Vec<String> =
        params.iter().map(|param| format!("{}: {}", param.name, kind(&param.kind))).collect();
    format!(
        "/// {english}
/// {chinese}
{safety}#[cfg_attr(windows, unsafe(no_mangle))]
pub {unsafely}extern \"system\" fn {name}({}) -> i32 {{
{body}
}}
",
        params.join(", ")
    )
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::BytesIn => "*const c_char",
        Kind::Buffer | Kind::Bytes => "*mut c_char",
        Kind::NumberOut | Kind::HandleOut(_) => "*mut i32",
        _ => "i32",
    }
}

/// The call of the C ABI, wrapped in one that turns its output handles into Longs.
fn call(item: &Stdcall) -> String {
    let argument = |param: &Param| match &param.kind {
        Kind::Handle(_) => format!("of({})", param.name),
        Kind::Text if item.optional.contains(&param.name) => format!("unless_empty({})", param.name),
        _ => param.name.clone(),
    };
    let arguments: Vec<String> = item.params.iter().map(argument).collect();
    let call = format!("{}({})", item.calls, arguments.join(", "));
    let given = item.params.iter().rev().filter(|param| matches!(param.kind, Kind::HandleOut(_)));
    given.fold(call, |call, Param { name, .. }| format!("give({name}, |{name}| {call})"))
}

/// The safety contract, if there are pointers.
fn safety(params: &[Param]) -> Option<String> {
    let named = |wanted: fn(&Kind) -> bool| -> Vec<String> {
        let wanted = params.iter().filter(|param| wanted(&param.kind));
        wanted.map(|param| format!("`{}`", param.name)).collect()
    };
    let texts = match &named(|kind| *kind == Kind::Text)[..] {
        [_, _, ..] => Some("the texts are NULL or NUL-terminated strings".to_owned()),
        texts => texts.first().map(|text| format!("{text} is NULL or a NUL-terminated string")),
    };
    let longs = match &named(|kind| matches!(kind, Kind::NumberOut | Kind::HandleOut(_)))[..] {
        longs @ [_, _, ..] => Some(format!("{} are NULL or point to Longs", longs.join(" and "))),
        longs => longs.first().map(|long| format!("{long} is NULL or points to a Long")),
    };
    let bytes = named(|kind| *kind == Kind::BytesIn);
    let bytes = bytes.first().map(|bytes| format!("{bytes} is NULL or has `size` bytes"));
    let buffer = named(|kind| matches!(kind, Kind::Buffer | Kind::Bytes));
    let buffer = buffer.first().map(|buffer| format!("{buffer} is NULL or has room for `size` bytes"));
    let parts: Vec<String> = [bytes, texts, buffer, longs].into_iter().flatten().collect();
    let text = parts.join("; ");
    let (first, rest) = text.split_at_checked(1)?;
    Some(first.to_ascii_uppercase() + rest)
}
