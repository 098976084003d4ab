//! How wide lines are. rustfmt breaks code; it leaves comments alone,
//! and says nothing of lines that it cannot break.

use kit::error::Error;
use kit::workspace;

/// As in rustfmt.toml and in .editorconfig.
const RUST: usize = 110;
const HEADER: usize = 120;

/// No line is too wide but for a text in quotes, which means what it says as it stands.
pub fn check() -> Result<(), Error> {
    let mut wide = String::new();
    for path in workspace::tracked(".")? {
        let limit = match path.rsplit_once('.') {
            Some((_, "rs")) => RUST,
            _ if path == "include/wsy.h" => HEADER,
            _ => continue,
        };
        let text = workspace::read(&workspace::root().join(&path))?;
        for (number, columns) in too_wide(&text, limit) {
            wide += &format!("\n  {path}:{number}: {columns} columns, {limit} are allowed");
        }
    }
    if wide.is_empty() { Ok(()) } else { Err(Error::Check(format!("Lines are too wide:{wide}"))) }
}

/// Where in the source a letter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    LineComment,
    /// So many of them around each other.
    BlockComment(usize),
    Text,
    /// With so many `#` at its end.
    RawText(usize),
}

/// The numbers of the lines that are too wide, each with its columns.
fn too_wide(source: &str, limit: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut place = Place::Code;
    for (index, line) in source.lines().enumerate() {
        if place == Place::LineComment {
            place = Place::Code;
        }
        let (mut columns, mut rest, mut is_text) = (0, line, false);
        while !rest.is_empty() {
            let (next, taken) = step(place, rest);
            let fits = columns <= limit;
            columns += rest[..taken].chars().map(columns_of).sum::<usize>();
            if fits && columns > limit {
                // Behind a text there may be what ends the statement.
                is_text = [place, next].iter().any(|at| matches!(at, Place::Text | Place::RawText(_)))
                    || line.contains('"') && rest.chars().all(|letter| "#,;()[]{}? ".contains(letter));
            }
            rest = &rest[taken..];
            place = next;
        }
        if columns > limit && !is_text {
            found.push((index + 1, columns));
        }
    }
    found
}

/// Returns the place after the next letters, and how many bytes these have.
fn step(place: Place, rest: &str) -> (Place, usize) {
    let one = rest.chars().next().map_or(0, char::len_utf8);
    match place {
        Place::LineComment => (place, one),
        Place::BlockComment(depth) if rest.starts_with("/*") => (Place::BlockComment(depth + 1), 2),
        Place::BlockComment(1) if rest.starts_with("*/") => (Place::Code, 2),
        Place::BlockComment(depth) if rest.starts_with("*/") => (Place::BlockComment(depth - 1), 2),
        Place::BlockComment(_) => (place, one),
        Place::Text if rest.starts_with('\\') => {
            (place, one + rest[one..].chars().next().map_or(0, char::len_utf8))
        }
        Place::Text if rest.starts_with('"') => (Place::Code, one),
        Place::RawText(hashes) if rest.starts_with(&format!("\"{}", "#".repeat(hashes))) => {
            (Place::Code, 1 + hashes)
        }
        Place::Text | Place::RawText(_) => (place, one),
        Place::Code if rest.starts_with("//") => (Place::LineComment, 2),
        Place::Code if rest.starts_with("/*") => (Place::BlockComment(1), 2),
        Place::Code if rest.starts_with('"') => (Place::Text, one),
        Place::Code if rest.starts_with("r\"") => (Place::RawText(0), 2),
        Place::Code if rest.starts_with("r#") => {
            let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
            let is_text = rest[1 + hashes..].starts_with('"');
            if is_text { (Place::RawText(hashes), 2 + hashes) } else { (Place::Code, one) }
        }
        // A letter in quotes may be a quote itself; a lifetime has no end.
        Place::Code if rest.starts_with("'\\") => (Place::Code, 3.min(rest.len())),
        Place::Code if rest.starts_with("'\"'") => (Place::Code, 3),
        Place::Code => (Place::Code, one),
    }
}

/// Chinese letters and their punctuation take two, as rustfmt counts.
fn columns_of(letter: char) -> usize {
    match letter {
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::too_wide;

    fn wide(source: &str) -> Vec<usize> {
        too_wide(source, 10).into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn comments_and_code_are_too_wide_and_texts_are_not() {
        assert_eq!(wide("123456789\n1234567890\n12345678901"), [3]);
        assert_eq!(wide("// a comment of its own\nlet x = 1;\n/* and\n one that goes on */"), [1, 4]);
        assert_eq!(wide("a(\"a text of its own\");\n\"it goes on \\\n    in the next line\",\nb"), [0; 0]);
        assert_eq!(wide("let x = r#\"a \" text\"#;\nlet long_name = 12;"), [2]);
        assert_eq!(wide("x('\"', 1234567)\nf('\\'', \"text text\")"), [1]);
        assert_eq!(wide("a(\"text\") // and a comment behind it"), [1]);
    }

    #[test]
    fn chinese_letters_are_two_columns_wide() {
        assert_eq!(
            wide("//\u{6536}\u{6b3e}\u{6536}\u{6b3e}\n//\u{6536}\u{6b3e}\u{6536}\u{6b3e}\u{6536}"),
            [2]
        );
    }
}
