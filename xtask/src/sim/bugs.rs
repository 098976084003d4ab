//! The planted bugs: texts in `sim/planted` that say what to replace by what.
//!
//! A bug is a file: one line that says what it breaks, then for each change the name of the file, the
//! original text and its replacement, between the marks of a merge conflict. The original text must occur
//! exactly once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kit::error::Error;
use kit::workspace;

/// A deliberate mistake.
pub struct Bug {
    /// Its name, which is that of its file.
    pub name: String,
    changes: Vec<Change>,
}

struct Change {
    file: String,
    there: String,
    instead: String,
}

/// Every bug, by name.
pub fn all() -> Result<Vec<Bug>, Error> {
    let folder = workspace::root().join("sim/planted");
    let mut bugs = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
        let path = entry.map_err(Error::file("read", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            bugs.push(read(&path)?);
        }
    }
    bugs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(bugs)
}

fn read(path: &Path) -> Result<Bug, Error> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let changes = parse(&workspace::read(path)?).filter(|changes| !changes.is_empty());
    let wrong = || Error::Check(format!("{} is not in the format of a planted bug", path.display()));
    Ok(Bug { name, changes: changes.ok_or_else(wrong)? })
}

fn parse(text: &str) -> Option<Vec<Change>> {
    let change = |part: &str| {
        let (file, rest) = part.split_once("\n<<<<<<<\n")?;
        let (there, rest) = rest.split_once("\n=======\n")?;
        let (instead, rest) = rest.split_once(">>>>>>>\n")?;
        // A change without a file name would be skipped, and the bug would do nothing.
        if !rest.trim().is_empty() {
            return None;
        }
        let instead = instead.strip_suffix('\n').unwrap_or(instead);
        Some(Change { file: file.to_owned(), there: there.to_owned(), instead: instead.to_owned() })
    };
    text.split("\nin ").skip(1).map(change).collect()
}

/// The line range of a function, from its name to its closing brace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    first: usize,
    /// The line that opens its body.
    opens: usize,
    last: usize,
}

/// Plants every bug in the sources, each switched on by its number.
pub fn plant(
    bugs: &[Bug],
    mut sources: BTreeMap<PathBuf, String>,
) -> Result<BTreeMap<PathBuf, String>, Error> {
    for (bug, change) in bugs.iter().flat_map(|bug| bug.changes.iter().map(move |change| (bug, change))) {
        if !sources.contains_key(Path::new(&change.file)) {
            let Bug { name, .. } = bug;
            return Err(Error::Check(format!(
                "the planted bug {name} is in {}, which does not exist",
                change.file
            )));
        }
    }
    for (path, text) in &mut sources {
        *text = plant_in(path, text, bugs)?;
    }
    Ok(sources)
}

/// Plants the bugs of one file: a function that bugs change checks which of them is on, and has a body for
/// each.
fn plant_in(file: &Path, text: &str, bugs: &[Bug]) -> Result<String, Error> {
    let mut bodies: BTreeMap<Function, Vec<(usize, String)>> = BTreeMap::new();
    for (number, bug) in (1..).zip(bugs) {
        let mut changed: BTreeMap<Function, String> = BTreeMap::new();
        for change in bug.changes.iter().filter(|change| Path::new(&change.file) == file) {
            let (function, whole) = bug.find(change, text)?;
            let whole = changed.entry(function).or_insert(whole);
            *whole = whole.replacen(&change.there, &change.instead, 1);
        }
        for (function, whole) in changed {
            let body: Vec<_> = whole.lines().skip(function.opens - function.first + 1).collect();
            let body = body.get(..body.len().saturating_sub(1)).unwrap_or_default().join("\n");
            bodies.entry(function).or_default().push((number, body));
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let (mut planted, mut at) = (String::with_capacity(2 * text.len()), 0);
    for (function, arms) in bodies {
        push(&mut planted, &lines[at..=function.opens]);
        planted.push_str("match crate::planted() {\n");
        for (number, body) in arms {
            planted.push_str(&format!("{number} => {{\n{body}\n}}\n"));
        }
        planted.push_str("_ => {\n");
        push(&mut planted, &lines[function.opens + 1..function.last]);
        planted.push_str("}\n}\n");
        at = function.last;
    }
    push(&mut planted, &lines[at..]);
    Ok(planted)
}

fn push(text: &mut String, lines: &[&str]) {
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

impl Bug {
    /// The function that contains a change, and its text.
    fn find(&self, change: &Change, text: &str) -> Result<(Function, String), Error> {
        let found = text.matches(&change.there).count();
        let at = text.find(&change.there).filter(|_| found == 1);
        let does_not_fit = |why: String| {
            let (name, file) = (&self.name, &change.file);
            Error::Check(format!(
                "the planted bug {name} no longer matches: {why} in {file}.\n\
                 Adapt sim/planted/{name}.txt to the code as it is now."
            ))
        };
        let at = at.ok_or_else(|| does_not_fit(format!("its text occurs {found} times, not once,")))?;
        let lines: Vec<&str> = text.lines().collect();
        let function = function(&lines, text[..at].matches('\n').count());
        let function = function.ok_or_else(|| does_not_fit("its text is in no function".to_owned()))?;
        let whole = lines[function.first..=function.last].join("\n");
        if whole.contains(&change.there) {
            Ok((function, whole))
        } else {
            Err(does_not_fit("its text crosses the end of a function".to_owned()))
        }
    }
}

/// The function around a line of formatted code.
fn function(lines: &[&str], line: usize) -> Option<Function> {
    let begins = |text: &&str| {
        let text = text.trim_start();
        ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn "].iter().any(|start| text.starts_with(start))
    };
    let first = (0..=line).rev().find(|at| begins(&lines[*at]))?;
    let indent = &lines[first][..lines[first].len() - lines[first].trim_start().len()];
    let opens = (first..lines.len()).find(|at| lines[*at].ends_with('{'))?;
    let end = format!("{indent}}}");
    let last = (opens..lines.len()).find(|at| lines[*at] == end)?;
    (line <= last).then_some(Function { first, opens, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "It is wrong.\n\nin a/b.rs\n<<<<<<<\n    one;\n=======\n    two;\n>>>>>>>\n";
    const SOUND: &str =
        "struct A;\n\nfn f(\n    x: u32,\n) -> u32 {\n    one;\n    x\n}\n\nfn g() {\n    x;\n}\n";

    fn planted(sound: &str, file: &str) -> Result<String, Error> {
        let bug = Bug { name: "wrong".to_owned(), changes: parse(TEXT).unwrap() };
        let sources = BTreeMap::from([(PathBuf::from(file), sound.to_owned())]);
        plant(&[bug], sources).map(|sources| sources.into_values().collect())
    }

    #[test]
    fn a_bug_is_a_body_that_can_be_switched_on() {
        let planted = planted(SOUND, "a/b.rs").unwrap();
        let body = "match crate::planted() {\n1 => {\n    two;\n    x\n}\n_ => {\n    one;\n    x\n}\n}\n}\n";
        assert!(planted.starts_with("struct A;\n\nfn f(\n    x: u32,\n) -> u32 {\n"), "{planted}");
        assert!(planted.contains(body) && planted.ends_with("fn g() {\n    x;\n}\n"), "{planted}");
    }

    #[test]
    fn a_bug_that_does_not_fit_fails_loudly() {
        for text in ["fn f() {\n}\n", "fn f() {\n    one;\n    one;\n}\n", "    one;\n"] {
            let error = planted(text, "a/b.rs").unwrap_err().to_string();
            assert!(error.contains("no longer matches"), "{error}");
        }
        assert!(planted(SOUND, "other.rs").unwrap_err().to_string().contains("does not exist"));
        assert!(parse("Wrong.\n\nin a.rs\n<<<<<<<\none\n").is_none());
        // The second change does not name its file.
        let change = "<<<<<<<\none\n=======\ntwo\n>>>>>>>\n";
        assert!(parse(&format!("Wrong.\n\nin a.rs\n{change}")).is_some());
        assert!(parse(&format!("Wrong.\n\nin a.rs\n{change}{change}")).is_none());
    }
}
