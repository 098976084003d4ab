//! Reads the output of `llvm-cov` in lcov format.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

/// Which lines and branches were reached. Generic code is reported once for each instance.
#[derive(Debug, Default)]
pub struct Reached<'a> {
    lines: BTreeMap<(&'a str, usize), bool>,
    branches: BTreeMap<(&'a str, usize, &'a str, &'a str), bool>,
}

impl<'a> Reached<'a> {
    /// Reads it.
    pub fn read(lcov: &'a str) -> Self {
        let (mut reached, mut file) = (Self::default(), "");
        for (what, rest) in lcov.lines().filter_map(|line| line.split_once(':')) {
            let parts: Vec<&str> = rest.split(',').collect();
            let line = parts.first().and_then(|line| line.parse().ok()).unwrap_or(0);
            match (what, parts.as_slice()) {
                ("SF", _) => file = rest,
                ("DA", [_, count, ..]) => *reached.lines.entry((file, line)).or_default() |= *count != "0",
                ("BRDA", [_, block, branch, taken]) => {
                    *reached.branches.entry((file, line, block, branch)).or_default() |=
                        !["0", "-"].contains(taken);
                }
                _ => {}
            }
        }
        reached
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines that are never reached.
    pub fn lines_never_reached(&self) -> BTreeSet<(&'a str, usize)> {
        self.lines.iter().filter(|(_, reached)| !**reached).map(|(line, _)| *line).collect()
    }

    /// The lines with a branch that is never taken, though they are reached.
    pub fn branches_never_taken(&self) -> BTreeSet<(&'a str, usize)> {
        let missed =
            self.branches.iter().filter(|(_, taken)| !**taken).map(|(branch, _)| (branch.0, branch.1));
        missed.filter(|line| self.lines.get(line) == Some(&true)).collect()
    }
}

impl Display for Reached<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lines, branches) = (share(self.lines.values()), share(self.branches.values()));
        write!(f, "{lines} lines, {branches} branches")
    }
}

/// `98.2 % of 512`, rounded down: 100 % means all of them.
fn share<'b>(reached: impl ExactSizeIterator<Item = &'b bool>) -> String {
    let all = reached.len();
    let tenths = reached.filter(|reached| **reached).count() * 1000 / all.max(1);
    format!("{}.{} % of {all}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::Reached;

    const LCOV: &str = "SF:/x/src/payment/charge.rs\nDA:1,3\nDA:2,0\nDA:3,0\nDA:3,1\n\
        BRDA:1,0,0,2\nBRDA:1,0,1,-\nBRDA:2,0,0,0\nend_of_record\nSF:/x/src/payment/refund.rs\nDA:1,0\nend_of_record\n";

    #[test]
    fn lines_and_branches_are_counted() {
        let reached = Reached::read(LCOV);
        let (charge, refund) = ("/x/src/payment/charge.rs", "/x/src/payment/refund.rs");
        assert_eq!(reached.to_string(), "50.0 % of 4 lines, 33.3 % of 3 branches");
        assert_eq!(reached.lines_never_reached().into_iter().collect::<Vec<_>>(), [(charge, 2), (refund, 1)]);
        assert_eq!(reached.branches_never_taken().into_iter().collect::<Vec<_>>(), [(charge, 1)]);
    }

    #[test]
    fn nothing_is_not_all() {
        assert!(Reached::read("").is_empty());
    }
}
