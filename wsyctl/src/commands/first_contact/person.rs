//! The person at the terminal, who is asked before anything moves money.

use std::io::{BufRead, StdinLock};

use crate::failure::Failure;

pub struct Person {
    lines: StdinLock<'static>,
}

impl Person {
    pub fn at_the_terminal() -> Self {
        Self { lines: std::io::stdin().lock() }
    }

    /// Asks for a line; `None` if it is empty, or if nobody is there.
    pub fn answers(&mut self, ask: &str) -> Result<Option<String>, Failure> {
        eprintln!("{ask}");
        let mut line = String::new();
        self.lines.read_line(&mut line).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
    }

    /// Asks; `y` means yes and everything else no.
    pub fn agrees(&mut self, ask: &str) -> Result<bool, Failure> {
        Ok(self.answers(ask)?.is_some_and(|line| line.eq_ignore_ascii_case("y")))
    }

    pub fn says(&self, line: &str) {
        eprintln!("{line}");
    }
}
