//! The result of a command: for people, for scripts, and as an exit code.

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::sync::Arc;

use serde_json::{Map, Value};
use wsy::till::Till;
use wsy::till::code::Language;

use crate::wording::pick;

/// The exit codes. They are documented and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Paid, refunded, good, done.
    Good,
    /// Not paid, or not refunded: no money moved.
    No,
    /// The command line is not valid; nothing was done.
    Usage,
    /// Money may have moved.
    Unknown,
    /// An error; this command sent nothing that moves money.
    Error,
    /// Something needs a person.
    Attention,
    /// Paid, and reported before: this command charged nobody.
    PaidEarlier,
    /// A person decided it: this command sent nothing.
    Decided,
}

impl Exit {
    pub const fn number(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::Error => 4,
            Self::Attention => 5,
            Self::PaidEarlier => 6,
            Self::Decided => 7,
        }
    }
}

pub struct Report {
    pub exit: Exit,
    text: String,
    /// For the programmer: shown last, on request.
    hint: &'static str,
    fields: Map<String, Value>,
    told_by: Option<Arc<Till>>,
}

impl Report {
    pub fn new(exit: Exit) -> Self {
        Self { exit, text: String::new(), hint: "", fields: Map::new(), told_by: None }
    }

    /// Keeps the till that found it out until somebody has read it.
    pub fn told_by(mut self, till: Arc<Till>) -> Self {
        self.told_by = Some(till);
        self
    }

    /// Records that it was read: a payment that was never reported is listed as an unfinished sale.
    pub fn heard(&self) {
        if let Some(till) = &self.told_by {
            till.hear();
            till.note_heard();
        }
    }

    /// Adds a line for people unless it is empty.
    pub fn line(mut self, line: impl Display) -> Self {
        let line = line.to_string();
        if !line.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(self.text, "{}", printable(&line));
        }
        self
    }

    /// Adds a field for scripts.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Sets the hint for the programmer of a till.
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self.field("hint", hint)
    }

    /// Shows the programmer's hint as well.
    pub fn verbose(self, language: Language) -> Self {
        match self.hint {
            "" => self,
            hint => self.line(format!("{}{hint}", pick(language, "给程序员：", "For the programmer: "))),
        }
    }

    /// Whether it reports an outcome about money.
    pub fn is_verdict(&self) -> bool {
        self.fields.contains_key("verdict")
    }

    /// Prints it to standard output.
    pub fn print(&self, command: &str, as_json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if as_json {
            let mut object = self.fields.clone();
            object.insert("shape".to_owned(), 1.into());
            object.insert("command".to_owned(), command.into());
            object.insert("exit".to_owned(), self.exit.number().into());
            writeln!(out, "{}", Value::Object(object))?;
        } else {
            out.write_all(self.text.as_bytes())?;
        }
        out.flush()
    }
}

/// The platform's sentences may contain escapes that would move a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
