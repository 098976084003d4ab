//! What `llvm-cov` says in the form of lcov, as far as it is about the money rules.

use std::collections::BTreeMap;

/// The files whose lines count.
const OURS: [&str; 2] = ["src/payment/", "src/protocol/"];

/// What was reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files, in the order of their names.
    pub files: Vec<FileReport>,
}

/// What was reached of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Its path in the project.
    pub name: String,
    lines: BTreeMap<usize, bool>,
    branches: BTreeMap<(usize, String), bool>,
    /// For the sum of all files alone.
    more: [usize; 4],
}

impl Report {
    /// Reads it.
    pub fn read(lcov: &str) -> Self {
        let mut files: BTreeMap<String, FileReport> = BTreeMap::new();
        let mut name = None;
        for line in lcov.lines() {
            match line.split_once(':') {
                Some(("SF", path)) => name = ours(path),
                Some((what, rest)) => {
                    if let Some(name) = &name {
                        let file = files.entry(name.clone()).or_default();
                        file.name.clone_from(name);
                        file.take(what, rest);
                    }
                }
                None => {}
            }
        }
        Self { files: files.into_values().collect() }
    }

    /// All files as one.
    pub fn sum(&self) -> FileReport {
        let mut more = [0; 4];
        for file in &self.files {
            for (sum, part) in more.iter_mut().zip(file.numbers()) {
                *sum += part;
            }
        }
        FileReport { name: "all".to_owned(), more, ..FileReport::default() }
    }
}

impl FileReport {
    fn take(&mut self, what: &str, rest: &str) {
        let parts: Vec<&str> = rest.split(',').collect();
        let number = parts.first().and_then(|number| number.parse::<usize>().ok());
        match (what, number, parts.as_slice()) {
            ("DA", Some(line), [_, count, ..]) => {
                *self.lines.entry(line).or_default() |= *count != "0";
            }
            // A branch is told once for each instance of generic code.
            ("BRDA", Some(line), [_, block, branch, taken]) => {
                *self.branches.entry((line, format!("{block},{branch}"))).or_default() |=
                    !["0", "-"].contains(taken);
            }
            _ => {}
        }
    }

    /// Lines reached, lines, branches taken, branches.
    fn numbers(&self) -> [usize; 4] {
        let reached = |reached: &&bool| **reached;
        let here = [
            self.lines.values().filter(reached).count(),
            self.lines.len(),
            self.branches.values().filter(reached).count(),
            self.branches.len(),
        ];
        std::array::from_fn(|n| here.get(n).unwrap_or(&0) + self.more.get(n).unwrap_or(&0))
    }

    /// `98.2 % of 512`.
    pub fn lines(&self) -> String {
        let [reached, all, ..] = self.numbers();
        share(reached, all)
    }

    /// The same of the branches.
    pub fn branches(&self) -> String {
        let [.., taken, all] = self.numbers();
        share(taken, all)
    }

    /// The lines that are never reached.
    pub fn lines_never_reached(&self) -> Vec<usize> {
        self.lines.iter().filter(|(_, reached)| !**reached).map(|(line, _)| *line).collect()
    }

    /// The lines with a branch that is never taken, though they are reached.
    pub fn branches_never_taken(&self) -> Vec<usize> {
        let missed = self.branches.iter().filter(|(_, taken)| !**taken).map(|((line, _), _)| *line);
        let mut missed: Vec<usize> = missed.filter(|line| self.lines.get(line) == Some(&true)).collect();
        missed.dedup();
        missed
    }
}

fn ours(path: &str) -> Option<String> {
    OURS.iter().find_map(|folder| path.find(folder).map(|at| path.split_at(at).1.to_owned()))
}

fn share(part: usize, all: usize) -> String {
    if all == 0 {
        return "none".to_owned();
    }
    // Rounded down: 100 % is said of all only.
    let tenths = part * 1000 / all;
    format!("{}.{} % of {all}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::Report;

    const LCOV: &str = "SF:/x/target/coverage/library/src/payment/charge.rs\nDA:1,3\nDA:2,0\nDA:3,0\nDA:3,1\n\
        BRDA:1,0,0,2\nBRDA:1,0,1,-\nBRDA:2,0,0,0\nend_of_record\nSF:/x/sim/src/world.rs\nDA:1,0\nend_of_record\n";

    #[test]
    fn lines_and_branches_of_our_files_are_counted() {
        let report = Report::read(LCOV);
        let [file] = report.files.as_slice() else { panic!("{report:?}") };
        assert_eq!(file.name, "src/payment/charge.rs");
        assert_eq!((file.lines().as_str(), file.branches().as_str()), ("66.6 % of 3", "33.3 % of 3"));
        assert_eq!((file.lines_never_reached(), file.branches_never_taken()), (vec![2], vec![1]));
        assert_eq!(report.sum().lines(), "66.6 % of 3");
    }

    #[test]
    fn nothing_is_not_all() {
        assert_eq!(Report::read("").sum().lines(), "none");
    }
}
