//! Figures that are the same in each run, and the committed ones.

use std::fmt;
use std::path::Path;

use super::build::Programs;
use super::counted::{self, Call};
use super::footprint::{bytes, dll};
use kit::error::Error;
use kit::workspace;

/// A larger change is a step back that somebody has to decide on.
pub const TOLERANCE_PERCENT: f64 = 5.0;

const HEAD: &str = "# Instructions, system calls and flushes a call, and sizes in bytes: later figures are compared with these.\n";

/// Names with numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(Vec<(String, f64)>);

/// A figure and its committed value.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    name: String,
    now: Option<f64>,
    committed: Option<f64>,
}

impl Figures {
    /// Measures them.
    pub fn measure() -> Result<Self, Error> {
        let programs = Programs::build()?;
        let payment = counted::instructions(&programs, Call::Payment)?;
        let mut figures = vec![
            ("query instructions".to_owned(), counted::instructions(&programs, Call::Query)?),
            ("micropay instructions".to_owned(), payment),
            // Of a bill that is paid before.
            ("refund instructions".to_owned(), counted::instructions(&programs, Call::Refund)? - payment),
        ];
        figures.extend(counted::figures(&programs)?.map(|(name, figure)| (name.to_owned(), figure)));
        figures.push(("libwsy.so bytes".to_owned(), bytes(&programs.library)?));
        for bits in kit::bits::Bits::BOTH {
            figures.push((format!("{} wsy.dll bytes", bits.folder()), bytes(&dll(bits)?)?));
        }
        Ok(Self(figures))
    }

    /// Reads the figures of a file.
    pub fn read(file: &Path) -> Result<Self, Error> {
        Ok(Self::parse(&workspace::read(file)?))
    }

    fn parse(text: &str) -> Self {
        let figure = |line: &str| {
            let (name, number) = line.split_once(": ")?;
            Some((name.to_owned(), number.trim().parse().ok()?))
        };
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(figure).collect())
    }

    /// Writes the figures to a file.
    pub fn write(&self, file: &Path) -> Result<(), Error> {
        workspace::write(file, &self.text())
    }

    fn text(&self) -> String {
        let lines = self.0.iter().map(|(name, number)| format!("{name}: {}\n", shown(*number)));
        std::iter::once(HEAD.to_owned()).chain(lines).collect()
    }

    /// Each of these next to the committed one, and those that are no longer measured.
    pub fn compare(&self, committed: &Self) -> Vec<Compared> {
        let was = |name: &str| committed.0.iter().find(|(known, _)| known == name).map(|(_, number)| *number);
        let mut compared: Vec<Compared> = self
            .0
            .iter()
            .map(|(name, now)| Compared { name: name.clone(), now: Some(*now), committed: was(name) })
            .collect();
        let is_measured = |name: &str| self.0.iter().any(|(known, _)| known == name);
        compared.extend(
            committed.0.iter().filter(|(name, _)| !is_measured(name)).map(|(name, was)| Compared {
                name: name.clone(),
                now: None,
                committed: Some(*was),
            }),
        );
        compared
    }
}

/// A number with as many decimals as it needs: a flush more in a hundred payments is a difference.
fn shown(number: f64) -> String {
    let decimals = if number < 1e3 { 2 } else { 0 };
    format!("{number:.decimals$}")
}

impl Compared {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is worse than the committed one, or one of the two is missing.
    pub fn is_worse(&self) -> bool {
        let worst = self.committed.map(|committed| committed * (1.0 + TOLERANCE_PERCENT / 100.0));
        self.now.zip(worst).is_none_or(|(now, worst)| now > worst)
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, now, committed } = self;
        match (now, committed) {
            (Some(now), Some(was)) => {
                let percent = (now / was - 1.0) * 100.0;
                write!(f, "{name}: {}, committed {} ({percent:+.1} %)", shown(*now), shown(*was))
            }
            (Some(now), None) => write!(f, "{name}: {}, never committed", shown(*now)),
            (None, _) => write!(f, "{name}: committed, no longer measured"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Compared, Figures};

    fn compared(now: f64, committed: Option<f64>) -> Compared {
        Compared { name: "a call".to_owned(), now: Some(now), committed }
    }

    #[test]
    fn five_percent_more_is_let_pass_and_no_more() {
        assert!(!compared(105.0, Some(100.0)).is_worse());
        assert!(compared(105.1, Some(100.0)).is_worse());
        assert!(!compared(20.0, Some(100.0)).is_worse());
        assert!(compared(1.0, None).is_worse());
    }

    #[test]
    fn figures_are_read_as_they_were_written() {
        let figures = Figures(vec![("a call".to_owned(), 150_000.0), ("x86 wsy.dll bytes".to_owned(), 2.03)]);
        assert_eq!(Figures::parse(&figures.text()), figures);
        let compared = Figures(vec![("a call".to_owned(), 165_000.0)]).compare(&figures);
        assert_eq!(compared[0].to_string(), "a call: 165000, committed 150000 (+10.0 %)");
        assert!(compared[0].is_worse());
        assert_eq!(compared[1].to_string(), "x86 wsy.dll bytes: committed, no longer measured");
        assert!(compared[1].is_worse());
    }
}
