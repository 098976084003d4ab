//! The declarations, read back from their text.

use super::source::Language;
use crate::declarations::face::Kind;

/// What a declaration says of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A Long by value.
    Long,
    /// The address of a Long.
    LongOut,
    /// The address of a text that is not given back.
    TextIn,
    /// The address of a text or of bytes that are given back.
    CharsOut,
    /// VB6 writes both the same way.
    TextInOrOut,
}

impl Shape {
    pub fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::Handle | Kind::Number => self == Self::Long,
            Kind::HandleOut | Kind::NumberOut => self == Self::LongOut,
            Kind::Text => matches!(self, Self::TextIn | Self::TextInOrOut),
            Kind::Buffer => matches!(self, Self::CharsOut | Self::TextInOrOut),
            Kind::Bytes => self == Self::CharsOut,
            // Some languages know one way for bytes.
            Kind::BytesIn => matches!(self, Self::TextIn | Self::CharsOut),
        }
    }
}

#[derive(Debug)]
pub struct Signature {
    pub name: String,
    /// The name that is looked for in the DLL.
    pub entry: String,
    pub shapes: Vec<Shape>,
}

/// The declarations of a text, or the first line that is not understood.
pub fn read(language: Language, text: &str) -> Result<Vec<Signature>, String> {
    match language {
        Language::Vb6 => each(&text.replace(" _\n", " "), "Public Declare", vb6),
        Language::PowerBuilder => each(text, "FUNCTION ", powerbuilder),
        Language::Epl => epl(text),
        Language::FoxPro => each(&text.replace(" ;\n", " "), "DECLARE ", foxpro),
    }
}

/// Reads each line that begins with a word.
fn each(text: &str, word: &str, read: fn(&str) -> Option<Signature>) -> Result<Vec<Signature>, String> {
    let lines = text.lines().filter(|line| line.starts_with(word));
    lines.map(|line| read(line).ok_or_else(|| line.to_owned())).collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(found, _)| found)
}

fn shapes(params: &str, shape: fn(&[&str]) -> Option<Shape>) -> Option<Vec<Shape>> {
    let params = params.split(',').map(str::trim).filter(|param| !param.is_empty());
    params.map(|param| shape(&param.split_whitespace().collect::<Vec<_>>())).collect()
}

fn vb6(line: &str) -> Option<Signature> {
    let name = between(line, "Function ", " Lib \"wsy.dll\" (")?.to_owned();
    let params = line.split_once('(')?.1.strip_suffix(") As Long")?;
    let shapes = shapes(params, |words| match words {
        ["ByVal", _, "As", "Long"] => Some(Shape::Long),
        ["ByRef", _, "As", "Long"] => Some(Shape::LongOut),
        ["ByVal", _, "As", "String"] => Some(Shape::TextInOrOut),
        ["ByRef", _, "As", "Byte"] => Some(Shape::CharsOut),
        _ => None,
    })?;
    Some(Signature { entry: name.clone(), name, shapes })
}

fn powerbuilder(line: &str) -> Option<Signature> {
    let name = between(line, "FUNCTION long ", "(")?.to_owned();
    let entry = between(line, "LIBRARY \"wsy.dll\" ALIAS FOR \"", ";ansi\"")?.to_owned();
    let shapes = shapes(between(line, "(", ")")?, |words| match words {
        ["long", _] => Some(Shape::Long),
        ["REF", "long", _] => Some(Shape::LongOut),
        ["string", _] => Some(Shape::TextIn),
        ["REF", "string" | "blob", _] => Some(Shape::CharsOut),
        _ => None,
    })?;
    Some(Signature { name, entry, shapes })
}

fn epl(text: &str) -> Result<Vec<Signature>, String> {
    let mut found: Vec<Signature> = Vec::new();
    for line in text.lines() {
        let understood = if line.starts_with(".DLL命令 ") {
            epl_command(line).map(|signature| found.push(signature))
        } else if line.starts_with("    .参数 ") {
            found.last_mut().zip(epl_param(line)).map(|(signature, shape)| signature.shapes.push(shape))
        } else {
            (line.is_empty() || line == ".版本 2").then_some(())
        };
        understood.ok_or_else(|| line.to_owned())?;
    }
    Ok(found)
}

fn epl_command(line: &str) -> Option<Signature> {
    let fields: Vec<&str> = line.strip_prefix(".DLL命令 ")?.splitn(6, ", ").collect();
    let [name, "整数型", "\"wsy.dll\"", entry, "公开", _] = fields[..] else { return None };
    let entry = entry.trim_matches('"').to_owned();
    Some(Signature { name: name.to_owned(), entry, shapes: Vec::new() })
}

fn epl_param(line: &str) -> Option<Shape> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    match fields[..] {
        [_, "整数型", "", _] => Some(Shape::Long),
        [_, "整数型", "传址", _] => Some(Shape::LongOut),
        [_, "文本型" | "字节集", "", _] => Some(Shape::TextIn),
        [_, "文本型" | "字节集", "传址", _] => Some(Shape::CharsOut),
        _ => None,
    }
}

fn foxpro(line: &str) -> Option<Signature> {
    let (name, params) = line.strip_prefix("DECLARE INTEGER ")?.split_once(" IN wsy.dll ")?;
    let shapes = shapes(params, |words| match words {
        ["INTEGER", name] if name.starts_with('@') => Some(Shape::LongOut),
        ["INTEGER", _] => Some(Shape::Long),
        ["STRING", name] if name.starts_with('@') => Some(Shape::CharsOut),
        ["STRING", _] => Some(Shape::TextIn),
        _ => None,
    })?;
    Some(Signature { name: name.to_owned(), entry: name.to_owned(), shapes })
}
