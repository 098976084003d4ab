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

pub fn read(language: Language, text: &str) -> Vec<Signature> {
    match language {
        Language::Vb6 => vb6(text),
        Language::PowerBuilder => powerbuilder(text),
        Language::Epl => epl(text),
        Language::FoxPro => foxpro(text),
    }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let start = text.find(from)? + from.len();
    let end = text[start..].find(to)? + start;
    Some(&text[start..end])
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn split(params: &str) -> Vec<&str> {
    params.split(',').map(str::trim).filter(|param| !param.is_empty()).collect()
}

fn vb6(text: &str) -> Vec<Signature> {
    let joined = text.replace(" _\n", " ");
    let lines = joined.lines().filter(|line| line.starts_with("Public Declare"));
    lines
        .map(|line| {
            let name = between(line, "Function ", " Lib \"wsy.dll\" (").expect(line).to_owned();
            assert!(line.ends_with(") As Long"), "{line}");
            let params = &line[line.find('(').unwrap() + 1..line.rfind(')').unwrap()];
            let shape = |param: &str| match words(param)[..] {
                ["ByVal", _, "As", "Long"] => Shape::Long,
                ["ByRef", _, "As", "Long"] => Shape::LongOut,
                ["ByVal", _, "As", "String"] => Shape::TextInOrOut,
                ["ByRef", _, "As", "Byte"] => Shape::CharsOut,
                _ => panic!("{param} in {line}"),
            };
            Signature { entry: name.clone(), shapes: split(params).into_iter().map(shape).collect(), name }
        })
        .collect()
}

fn powerbuilder(text: &str) -> Vec<Signature> {
    let lines = text.lines().filter(|line| line.starts_with("FUNCTION "));
    lines
        .map(|line| {
            let name = between(line, "FUNCTION long ", "(").expect(line).to_owned();
            let entry = between(line, "LIBRARY \"wsy.dll\" ALIAS FOR \"", ";ansi\"").expect(line).to_owned();
            let shape = |param: &str| match words(param)[..] {
                ["long", _] => Shape::Long,
                ["REF", "long", _] => Shape::LongOut,
                ["string", _] => Shape::TextIn,
                ["REF", "string" | "blob", _] => Shape::CharsOut,
                _ => panic!("{param} in {line}"),
            };
            let params = between(line, "(", ")").expect(line);
            Signature { name, entry, shapes: split(params).into_iter().map(shape).collect() }
        })
        .collect()
}

fn epl(text: &str) -> Vec<Signature> {
    let mut found: Vec<Signature> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(".DLL命令 ") {
            let fields: Vec<&str> = rest.splitn(6, ", ").collect();
            let [name, "整数型", "\"wsy.dll\"", entry, "公开", _] = fields[..] else { panic!("{line}") };
            let entry = entry.trim_matches('"').to_owned();
            found.push(Signature { name: name.to_owned(), entry, shapes: Vec::new() });
        } else if let Some(rest) = line.strip_prefix("    .参数 ") {
            let fields: Vec<&str> = rest.split(',').map(str::trim).collect();
            let shape = match fields[1..3] {
                ["整数型", ""] => Shape::Long,
                ["整数型", "传址"] => Shape::LongOut,
                ["文本型", ""] => Shape::TextIn,
                ["文本型" | "字节集", "传址"] => Shape::CharsOut,
                _ => panic!("{line}"),
            };
            found.last_mut().expect(line).shapes.push(shape);
        }
    }
    found
}

fn foxpro(text: &str) -> Vec<Signature> {
    let joined = text.replace(" ;\n", " ");
    let lines = joined.lines().filter(|line| line.starts_with("DECLARE "));
    lines
        .map(|line| {
            let name = between(line, "DECLARE INTEGER ", " IN wsy.dll").expect(line).to_owned();
            let params = line.split_once(" IN wsy.dll").expect(line).1;
            let shape = |param: &str| match words(param)[..] {
                ["INTEGER", name] if name.starts_with('@') => Shape::LongOut,
                ["INTEGER", _] => Shape::Long,
                ["STRING", name] if name.starts_with('@') => Shape::CharsOut,
                ["STRING", _] => Shape::TextIn,
                _ => panic!("{param} in {line}"),
            };
            Signature { entry: name.clone(), shapes: split(params).into_iter().map(shape).collect(), name }
        })
        .collect()
}
