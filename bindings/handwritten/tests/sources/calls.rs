//! Compares the calls in the hand-written files with the functions that exist.

use std::collections::{BTreeSet, HashMap};

use interface::face::Face;
use interface::header::interface::Kind;

use crate::source::{Code, Language, handwritten, text};

/// The number of parameters of each function in the hand-written files of a language.
pub fn defined(language: Language) -> HashMap<String, usize> {
    handwritten(language).flat_map(|place| definitions(language, &text(place))).collect()
}

fn definitions(language: Language, text: &str) -> Vec<(String, usize)> {
    let lines: Vec<String> = match language {
        Language::Epl => text.lines().map(|line| line.trim().to_owned()).collect(),
        _ => Code::new(language, text).lines(),
    };
    let define = |index: usize| match language {
        Language::Vb6 => with_parentheses(&lines[index], &["Public ", "Private "], &["Function ", "Sub "]),
        Language::PowerBuilder => {
            with_parentheses(&lines[index], &["public "], &["function ", "subroutine "])
        }
        Language::Epl => epl(&lines[index..]),
        Language::FoxPro => foxpro(&lines[index..]),
    };
    (0..lines.len()).filter_map(define).collect()
}

/// `Public Function name(a, b)` and the like; PowerBuilder writes the type of the result before the name.
fn with_parentheses(line: &str, access: &[&str], kinds: &[&str]) -> Option<(String, usize)> {
    let line = access.iter().find_map(|word| line.strip_prefix(word))?;
    let line = kinds.iter().find_map(|word| line.strip_prefix(word))?;
    let (head, rest) = line.split_once('(')?;
    let params = rest.split_once(')')?.0;
    let name = head.split_whitespace().last()?;
    Some((name.to_owned(), params.split(',').filter(|param| !param.trim().is_empty()).count()))
}

fn epl(lines: &[String]) -> Option<(String, usize)> {
    let name = lines[0].strip_prefix(".子程序 ")?.split(',').next()?.trim();
    let params = lines[1..].iter().take_while(|line| line.starts_with(".参数")).count();
    Some((name.to_owned(), params))
}

fn foxpro(lines: &[String]) -> Option<(String, usize)> {
    let name = lines[0].strip_prefix("FUNCTION ").or_else(|| lines[0].strip_prefix("PROCEDURE "))?;
    let params = lines.get(1).and_then(|line| line.strip_prefix("LPARAMETERS "));
    Some((name.trim().to_owned(), params.map_or(0, |list| list.split(',').count())))
}

/// The errors in the calls, constants and field names of a source text. `fields` are the valid names of
/// fields, lists and options.
pub fn complaints(
    language: Language,
    source: &str,
    face: &Face,
    defined: &HashMap<String, usize>,
    fields: &BTreeSet<String>,
) -> Vec<String> {
    let code = Code::new(language, source);
    let mut wrong = Vec::new();
    for (start, name) in identifiers(&code.masked) {
        if name.starts_with("WSY_") {
            if !face.constants.iter().any(|constant| constant.name == name) {
                wrong.push(format!("no constant {name}"));
            }
            continue;
        }
        let foreign = face.functions.iter().find(|function| function.name == name);
        let own = defined.get(&name);
        let arguments = arguments(&code, start + name.chars().count());
        match (foreign, own, arguments) {
            (Some(_), _, None) => wrong.push(format!("{name} without arguments")),
            (Some(function), _, Some(given)) => {
                if given.len() != function.params.len() {
                    wrong.push(format!("{name} with {} arguments", given.len()));
                }
                let pairs = function.params.iter().zip(&given);
                let bad = pairs.filter(|(param, argument)| !suits(language, &param.kind, argument));
                wrong.extend(bad.map(|(param, argument)| format!("{name}: {argument} for {}", param.name)));
                wrong.extend(strange_fields(&given, fields));
            }
            (None, Some(&count), Some(given)) => {
                if given.len() != count {
                    wrong.push(format!("{name} with {} arguments", given.len()));
                }
                if name.starts_with("Wsy") || name.starts_with("of_") {
                    wrong.extend(strange_fields(&given, fields));
                }
            }
            (None, None, Some(_)) if name.starts_with("Wsy") || name.starts_with("of_") => {
                wrong.push(format!("no function {name}"));
            }
            _ => {}
        }
    }
    wrong
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn identifiers(masked: &[char]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < masked.len() {
        let length = masked[index..].iter().take_while(|letter| is_part(**letter)).count();
        if length > 0 {
            found.push((index, masked[index..index + length].iter().collect()));
        }
        index += length.max(1);
    }
    found
}

/// The arguments in parentheses after a name, as they are written; `None` if there are no parentheses.
fn arguments(code: &Code, after: usize) -> Option<Vec<String>> {
    let open = after + code.masked[after..].iter().take_while(|letter| **letter == ' ').count();
    if code.masked.get(open) != Some(&'(') {
        return None;
    }
    let (mut depth, mut begin, mut found) = (0, open + 1, Vec::new());
    let piece = |from: usize, to: usize| code.written[from..to].iter().collect::<String>().trim().to_owned();
    for index in open..code.masked.len() {
        match code.masked[index] {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ',' if depth == 1 => {
                found.push(piece(begin, index));
                begin = index + 1;
            }
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            let last = piece(begin, index);
            if !(last.is_empty() && found.is_empty()) {
                found.push(last);
            }
            return Some(found);
        }
    }
    None
}

/// Whether an argument can match a parameter, as far as that is visible.
fn suits(language: Language, kind: &Kind, argument: &str) -> bool {
    // In a definition or declaration the last word is the name.
    let argument = argument.trim();
    let text = argument.starts_with(['"', '“', '\'']);
    let number = argument.starts_with(|letter: char| letter.is_ascii_digit());
    match (kind, language) {
        (Kind::Handle(_) | Kind::Number, _) => !text && !argument.starts_with('@'),
        (Kind::Text, _) => !number && !argument.starts_with('@'),
        (Kind::BytesIn, Language::FoxPro) => !number && !argument.starts_with('@'),
        (_, Language::FoxPro) => argument.strip_prefix('@').is_some_and(is_variable),
        (Kind::Bytes | Kind::BytesIn, Language::Vb6) => is_variable(argument.trim_end_matches("(0)")),
        _ => is_variable(argument),
    }
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_alphabetic()) && text.chars().all(is_part)
}

/// Quoted words that are not the name of a field, list or option.
fn strange_fields(arguments: &[String], fields: &BTreeSet<String>) -> Vec<String> {
    let quoted = |argument: &String| {
        let word = argument.trim_matches(['"', '“', '”', '\'']).to_owned();
        let plain = word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit());
        (word != *argument && plain && !fields.contains(&word)).then(|| format!("no field \"{word}\""))
    };
    arguments.iter().filter_map(quoted).collect()
}
