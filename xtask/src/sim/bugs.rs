//! The planted bugs: texts in `sim/planted` that say what to put in the place of what.
//!
//! A bug is a file: one line that says what it does wrong, then for each change the file that it is in, what is there, and
//! what comes in its place, between the marks of a merge conflict. What is there must be there exactly once.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::workspace;

/// A deliberate mistake.
pub struct Bug {
    /// Its name, that of its file.
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
    let text = workspace::read(path)?;
    let bug = parse(&name, &text).filter(|bug| !bug.changes.is_empty());
    bug.ok_or_else(|| Error::Check(format!("{} is not a planted bug as the others are", path.display())))
}

fn parse(name: &str, text: &str) -> Option<Bug> {
    let mut changes = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(file) = line.strip_prefix("in ") else { continue };
        if lines.next()? != "<<<<<<<" {
            return None;
        }
        let mut until = |mark: &str| -> Option<String> {
            let mut part = Vec::new();
            loop {
                match lines.next()? {
                    line if line == mark => return Some(part.join("\n")),
                    line => part.push(line),
                }
            }
        };
        let (there, instead) = (until("=======")?, until(">>>>>>>")?);
        changes.push(Change { file: file.to_owned(), there, instead });
    }
    Some(Bug { name: name.to_owned(), changes })
}

impl Bug {
    /// Plants it in the text of a file.
    pub fn plant(&self, file: &str, text: &str) -> Result<String, Error> {
        let mut text = text.to_owned();
        for change in self.changes.iter().filter(|change| change.file == file) {
            let found = text.matches(&change.there).count();
            if found != 1 {
                return Err(Error::Check(format!(
                    "the planted bug {} does not fit any more: its text is {found} times in {file}, not once.\n\
                     Adapt sim/planted/{}.txt to the code as it is now.",
                    self.name, self.name
                )));
            }
            text = text.replacen(&change.there, &change.instead, 1);
        }
        Ok(text)
    }

    /// The files that it changes.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().map(|change| change.file.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "It is wrong.\n\nin a/b.rs\n<<<<<<<\none\ntwo\n=======\nthree\n>>>>>>>\n";

    #[test]
    fn a_bug_is_planted_where_its_text_is() {
        let bug = parse("wrong", TEXT).unwrap();
        assert_eq!(bug.files().collect::<Vec<_>>(), ["a/b.rs"]);
        assert_eq!(bug.plant("a/b.rs", "zero\none\ntwo\n").unwrap(), "zero\nthree\n");
        assert_eq!(bug.plant("other.rs", "zero\n").unwrap(), "zero\n");
    }

    #[test]
    fn a_bug_that_does_not_fit_fails_loudly() {
        let bug = parse("wrong", TEXT).unwrap();
        for text in ["one\n", "one\ntwo\none\ntwo\n"] {
            let error = bug.plant("a/b.rs", text).unwrap_err().to_string();
            assert!(error.contains("does not fit"), "{error}");
        }
        assert!(parse("cut off", "Wrong.\nin a.rs\n<<<<<<<\none\n").is_none());
    }
}
