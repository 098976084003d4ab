//! The declarations of a header, read from its text, and the rules of the C ABI for them.
//!
//! Callers are Delphi, C#, Visual Basic 6 and the like, and two compilers on 32-bit Windows. Only types that
//! all of them see alike are allowed: `int32_t`, `int32_t *`, `char *`, `void *`, pointers to opaque types,
//! and callbacks made of those. No enum, bool, float, unsigned or 64-bit number, struct by value or variable
//! arguments. Every function returns an `int32_t`.

use std::collections::BTreeSet;

/// The declarations of a header, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The numbers: `WSY_PAID`, ...
    pub constants: Vec<(String, i32)>,
    /// The functions: `wsy_open`, ...
    pub functions: Vec<Function>,
}

/// A function. All of them return an `int32_t`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
}

/// The role of a parameter for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// The address of a number that is written to.
    NumberOut,
    /// An input text.
    Text,
    /// The caller's buffer for an output text.
    Buffer,
    /// Input bytes.
    BytesIn,
    /// The caller's buffer for bytes that are not text, and must not be converted on the way.
    Bytes,
    /// A handle, by the name of its type.
    Handle(String),
    /// The address of a handle that is written to.
    HandleOut(String),
    /// A pointer that is passed back unchanged.
    Pointer,
    /// A callback.
    Callback,
}

/// The endings of the functions that return bytes.
const GIVE_BYTES: [&str; 2] = ["_bytes", "_png"];

/// Reads a header; the error has one complaint for each declaration that breaks a rule.
pub fn read(header: &str) -> Result<Declared, Vec<String>> {
    let mut reader = Reader::default();
    let mut code = String::new();
    for line in without_comments(header).lines() {
        match line.trim_start().strip_prefix('#') {
            Some(directive) => reader.directive(directive),
            None => {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    for declaration in code.split(';') {
        reader.declaration(declaration);
    }
    if reader.complaints.is_empty() { Ok(reader.declared) } else { Err(reader.complaints) }
}

#[derive(Default)]
struct Reader {
    declared: Declared,
    opaque: BTreeSet<String>,
    callbacks: BTreeSet<String>,
    complaints: Vec<String>,
}

impl Reader {
    fn directive(&mut self, directive: &str) {
        let words: Vec<&str> = directive.split_whitespace().collect();
        match words[..] {
            ["ifndef" | "ifdef" | "endif", ..] | ["include", "<stdint.h>"] | ["define", "WSY_H"] => {}
            ["define", name, value] if name.starts_with("WSY_") => match number(value) {
                Some(number) => self.declared.constants.push((name.to_owned(), number)),
                None => self.complain(&format!("#{directive}"), "it is not a decimal number of 32 bits"),
            },
            _ => self.complain(&format!("#{directive}"), "only #define WSY_... with a number may be here"),
        }
    }

    fn declaration(&mut self, text: &str) {
        let text = text.trim();
        let text = text.strip_prefix("extern \"C\" {").unwrap_or(text);
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let verdict = match words[..] {
            // The end, and the end of extern "C".
            [] | ["}"] => Ok(()),
            ["typedef", "struct", tag, name] if tag == name => {
                self.opaque.insert(name.to_owned());
                named(name)
            }
            ["typedef", "void" | "int32_t", "(", "*", name, ")", "(", ref parameters @ .., ")"] => {
                self.callbacks.insert(name.to_owned());
                named(name).and_then(|()| self.parameters(name, parameters).map(drop))
            }
            ["int32_t", name, "(", ref parameters @ .., ")"] => {
                named(name).and_then(|()| self.parameters(name, parameters)).map(|params| {
                    self.declared.functions.push(Function { name: name.to_owned(), params });
                })
            }
            _ => Err("it is not an opaque type, callback, or function that returns int32_t".to_owned()),
        };
        if let Err(reason) = verdict {
            self.complain(&words.join(" "), &reason);
        }
    }

    fn parameters(&self, function: &str, words: &[&str]) -> Result<Vec<Param>, String> {
        if words == ["void"] {
            return Ok(Vec::new());
        }
        let param = |parameter: &[&str]| {
            self.param(function, parameter).ok_or_else(|| {
                format!("the parameter \"{}\" has a type that is not allowed", parameter.join(" "))
            })
        };
        words.split(|word| *word == ",").map(param).collect()
    }

    /// A parameter, written as a type and a name, if its type is allowed.
    fn param(&self, function: &str, parameter: &[&str]) -> Option<Param> {
        let opaque = |name: &str| self.opaque.contains(name);
        let (name, written) = parameter.split_last()?;
        if matches!(*name, "*" | "const" | "struct") {
            return None;
        }
        let kind = match written {
            ["int32_t"] => Kind::Number,
            ["int32_t", "*"] => Kind::NumberOut,
            ["const", "char", "*"] if *name == "bytes" => Kind::BytesIn,
            ["const", "char", "*"] => Kind::Text,
            ["char", "*"] if GIVE_BYTES.iter().any(|end| function.ends_with(end)) => Kind::Bytes,
            ["char", "*"] => Kind::Buffer,
            ["void", "*"] => Kind::Pointer,
            [callback] if self.callbacks.contains(*callback) => Kind::Callback,
            [of, "*"] | ["const", of, "*"] if opaque(of) => Kind::Handle((*of).to_owned()),
            [of, "*", "*"] if opaque(of) => Kind::HandleOut((*of).to_owned()),
            _ => return None,
        };
        Some(Param { name: (*name).to_owned(), kind })
    }

    fn complain(&mut self, what: &str, why: &str) {
        self.complaints.push(format!("{what}: {why}"));
    }
}

fn named(name: &str) -> Result<(), String> {
    if name.starts_with("wsy_") { Ok(()) } else { Err("its name does not begin with wsy_".to_owned()) }
}

/// A decimal number that fits 32 bits; a negative one has to be in parentheses.
fn number(value: &str) -> Option<i32> {
    let negative = value.strip_prefix("(-").and_then(|rest| rest.strip_suffix(')'));
    let digits = negative.unwrap_or(value);
    let sign = if negative.is_some() { "-" } else { "" };
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{sign}{digits}").parse().ok())?
}

/// The text with each comment replaced by a space. The header has no string that could contain a comment
/// mark.
fn without_comments(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        code.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code
}

/// Names and numbers as words, and every other character as a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_name = false;
    for character in text.chars() {
        let of_name = character.is_alphanumeric() || character == '_';
        match words.last_mut() {
            Some(name) if in_name && of_name => name.push(character),
            _ if character.is_whitespace() => {}
            _ => words.push(character.to_string()),
        }
        in_name = of_name;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Kind, number, read};

    const OPAQUE: &str = "typedef struct wsy_client wsy_client;\n";

    fn complaints(declaration: &str) -> usize {
        read(&format!("{OPAQUE}{declaration}")).err().map_or(0, |complaints| complaints.len())
    }

    #[test]
    fn a_whole_header_is_read() {
        let header = r#"/* wsy; a // comment */
            #ifndef WSY_H
            #define WSY_H
            #include <stdint.h>
            /* Paid. */
            #define WSY_PAID 1
            #define WSY_NOT_PAID (-1)
            typedef struct wsy_client wsy_client;
            typedef void (*wsy_log_callback)(void *user, int32_t level, const char *line);
            #ifdef __cplusplus
            extern "C" {
            #endif /* __cplusplus */
            int32_t wsy_open(const char *folder,
                             wsy_client **client);
            int32_t wsy_on_log(const wsy_client *client, wsy_log_callback callback, void *user, int32_t *out);
            int32_t wsy_now(void);
            #ifdef __cplusplus
            } /* extern "C" */
            #endif /* __cplusplus */
            #endif /* WSY_H */
        "#;
        let declared = read(header).unwrap();
        assert_eq!(declared.constants, [("WSY_PAID".to_owned(), 1), ("WSY_NOT_PAID".to_owned(), -1)]);
        let names: Vec<&str> = declared.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["wsy_open", "wsy_on_log", "wsy_now"]);
        let kinds: Vec<&Kind> =
            declared.functions.iter().flat_map(|of| &of.params).map(|of| &of.kind).collect();
        let client = "wsy_client".to_owned();
        let (handle, out) = (Kind::Handle(client.clone()), Kind::HandleOut(client));
        assert_eq!(kinds, [&Kind::Text, &out, &handle, &Kind::Callback, &Kind::Pointer, &Kind::NumberOut]);
    }

    #[test]
    fn what_may_cross_may_cross() {
        for parameter in [
            "int32_t x",
            "int32_t *x",
            "char *x",
            "const char *x",
            "void *x",
            "wsy_client *x",
            "const wsy_client *x",
            "wsy_client **x",
        ] {
            assert_eq!(complaints(&format!("int32_t wsy_x({parameter});")), 0, "{parameter}");
        }
    }

    #[test]
    fn nothing_else_crosses() {
        for parameter in [
            "uint32_t x",
            "int64_t x",
            "int64_t *x",
            "int x",
            "bool x",
            "double x",
            "char x",
            "char **x",
            "size_t x",
            "wsy_client x",
            "struct wsy_client *x",
            "wsy_other *x",
            "wsy_client ***x",
            "wsy_callback x",
            "void (*x)(void)",
            "const char *x, ...",
            "int32_t x[4]",
            "int32_t *",
            "",
        ] {
            assert_eq!(complaints(&format!("int32_t wsy_x({parameter});")), 1, "{parameter}");
        }
    }

    #[test]
    fn every_function_returns_an_int32() {
        for result in ["void", "bool", "const char *", "wsy_client *", "int64_t", "unsigned int32_t"] {
            assert_eq!(complaints(&format!("{result} wsy_x(void);")), 1, "{result}");
        }
    }

    #[test]
    fn a_callback_is_checked_like_a_function() {
        assert_eq!(complaints("typedef void (*wsy_callback)(void *user); int32_t wsy_x(wsy_callback x);"), 0);
        assert_eq!(complaints("typedef void (*wsy_callback)(double x);"), 1);
        assert_eq!(complaints("typedef double (*wsy_callback)(void);"), 1);
    }

    #[test]
    fn types_with_contents_are_refused() {
        assert!(complaints("typedef struct wsy_pair { int32_t a; int32_t b; } wsy_pair;") > 0);
        assert!(complaints("typedef enum wsy_kind { WSY_A, WSY_B } wsy_kind;") > 0);
        assert_eq!(complaints("typedef int32_t wsy_code;"), 1);
    }

    #[test]
    fn foreign_names_are_refused() {
        assert_eq!(complaints("int32_t micropay(void);"), 1);
        assert_eq!(complaints("typedef struct client client;"), 1);
        assert_eq!(complaints("#define MAX_FEN 100\n"), 1);
        assert_eq!(complaints("#define WSY_CALL __stdcall\n"), 1);
        assert_eq!(complaints("#include <stdbool.h>\n"), 1);
    }

    #[test]
    fn numbers_are_decimal_and_fit() {
        for (text, value) in [("0", 0), ("65001", 65001), ("(-1)", -1), ("(-2147483648)", i32::MIN)] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for other in ["-1", "", "(-)", "0x10", "2147483648", "1u", "(1024*1024)", "+1", "(--1)"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
