//! The table of the results.

use std::path::Path;

use super::spread::Spread;
use kit::error::Error;
use kit::workspace;

const FROM: &str = "<!-- cargo xtask bench --write -->";
const TO: &str = "<!-- to here -->";

/// One figure.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name of the figure.
    pub what: String,
    /// The result.
    pub figure: String,
    /// Its goal; `None` for a figure to compare with.
    pub goal: Option<Goal>,
}

/// The goal of a figure.
#[derive(Clone, Debug)]
pub struct Goal {
    text: String,
    reached: &'static str,
}

impl Goal {
    /// At most this much.
    pub fn at_most(limit: f64, figure: impl Into<Spread>) -> Self {
        Self { text: format!("{limit} or less"), reached: reached(figure.into(), |figure| figure <= limit) }
    }

    /// At least this much.
    pub fn at_least(limit: f64, figure: impl Into<Spread>) -> Self {
        Self { text: format!("{limit} or more"), reached: reached(figure.into(), |figure| figure >= limit) }
    }

    /// Another goal, in words.
    pub fn of(text: &str, is_reached: bool) -> Self {
        Self { text: text.to_owned(), reached: if is_reached { "yes" } else { "no" } }
    }
}

/// Whether the rounds agree that a goal was reached.
fn reached(figure: Spread, is_enough: impl Fn(f64) -> bool) -> &'static str {
    match ([figure.min, figure.max].map(&is_enough), is_enough(figure.median)) {
        ([true, true], _) => "yes",
        ([false, false], _) => "no",
        (_, true) => "yes, not in every round",
        (_, false) => "no, but in some rounds",
    }
}

impl Row {
    /// A figure with a goal.
    pub fn with_goal(what: impl Into<String>, figure: impl ToString, goal: Goal) -> Self {
        Self { what: what.into(), figure: figure.to_string(), goal: Some(goal) }
    }

    /// A number that should be at most this much, shown with this many decimals.
    pub fn at_most(what: impl Into<String>, limit: f64, figure: f64, decimals: usize) -> Self {
        Self::with_goal(what, format!("{figure:.decimals$}"), Goal::at_most(limit, figure))
    }

    /// Rounds that should be at most this much.
    pub fn rounds_at_most(what: impl Into<String>, limit: f64, rounds: Spread) -> Self {
        Self::with_goal(what, rounds, Goal::at_most(limit, rounds))
    }

    /// A figure to compare with.
    pub fn plain(what: impl Into<String>, figure: impl ToString) -> Self {
        Self { what: what.into(), figure: figure.to_string(), goal: None }
    }

    fn cells(&self) -> [String; 4] {
        let (goal, reached) = match &self.goal {
            Some(goal) => (goal.text.clone(), goal.reached),
            None => (String::new(), ""),
        };
        [self.what.clone(), self.figure.clone(), goal, reached.to_owned()]
    }
}

/// All results of one run.
#[derive(Debug)]
pub struct Table {
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// The table as Markdown, which is readable on a screen too.
    pub fn text(&self) -> String {
        let head = ["what", "figure", "goal", "reached"].map(str::to_owned);
        let cells: Vec<[String; 4]> = std::iter::once(head).chain(self.rows.iter().map(Row::cells)).collect();
        let width =
            |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths = [0, 1, 2, 3].map(width);
        let line = |row: &[String; 4]| {
            let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
            format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
        };
        let mut lines: Vec<String> = cells.iter().map(line).collect();
        lines.insert(1, format!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|")));
        lines.join("\n")
    }

    /// Replaces the previous table of a document.
    pub fn write_into(&self, document: &Path) -> Result<(), Error> {
        let text = workspace::read(document)?;
        let missing = || Error::Check(format!("{} has no place for the table", document.display()));
        workspace::write(document, &self.placed_in(&text).ok_or_else(missing)?)
    }

    fn placed_in(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_once(FROM)?;
        let (_, after) = rest.split_once(TO)?;
        Some(format!("{before}{FROM}\n{}\n{TO}{after}", self.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Row, Spread, Table};

    fn table() -> Table {
        let rows = vec![
            Row::with_goal("a", 0.5, Goal::at_most(1.0, 0.5)),
            Row::with_goal("longer", 3, Goal::at_least(4.0, 3.0)),
            Row::plain("b", "2 / 2"),
        ];
        Table { rows }
    }

    #[test]
    fn it_says_what_was_reached() {
        let expected = "\
| what   | figure | goal      | reached |
|--------|--------|-----------|---------|
| a      | 0.5    | 1 or less | yes     |
| longer | 3      | 4 or more | no      |
| b      | 2 / 2  |           |         |";
        assert_eq!(table().text(), expected);
    }

    #[test]
    fn it_takes_the_place_of_the_last_one() {
        let document = "before\n<!-- cargo xtask bench --write -->\nold\n<!-- to here -->\nafter";
        let placed = table().placed_in(document).unwrap();
        assert!(placed.starts_with("before\n<!--") && placed.ends_with("-->\nafter"));
        assert!(!placed.contains("old") && placed.contains("| longer |"));
        assert_eq!(table().placed_in(&placed), Some(placed.clone()));
        assert_eq!(table().placed_in("no place"), None);
    }

    #[test]
    fn a_goal_is_reached_at_its_limit() {
        let said = [Goal::at_most(3.0, 3.0), Goal::at_most(3.0, 3.1), Goal::at_least(0.9, 0.9)];
        assert_eq!(said.map(|goal| goal.reached), ["yes", "no", "yes"]);
    }

    #[test]
    fn rounds_that_do_not_agree_are_not_hidden() {
        let spread = |figures: [f64; 3]| Spread::of(figures.to_vec());
        let said = [
            Goal::at_most(1.0, spread([0.5, 0.9, 1.0])),
            Goal::at_most(1.0, spread([0.5, 0.9, 1.1])),
            Goal::at_most(1.0, spread([0.9, 1.1, 1.2])),
            Goal::at_least(1.0, spread([0.7, 0.8, 0.9])),
        ];
        let expected = ["yes", "yes, not in every round", "no, but in some rounds", "no"];
        assert_eq!(said.map(|goal| goal.reached), expected);
    }
}
