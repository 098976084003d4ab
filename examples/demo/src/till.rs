//! A till at work in front of the user's eyes: what is typed and what it answers is shown as it comes.

use kit::error::Error;
use kit::say;
use kit::till::{PROMPT, Till};

const SCAN: &str = "请扫付款码 scan: ";

/// A till whose conversation is shown.
pub struct Shown(pub Till);

/// What the till does next.
enum Heard {
    Line(String),
    Prompt,
    Scan,
    End,
}

impl Shown {
    /// All that it prints until it waits for a command, line by line.
    pub fn listen(&mut self) -> Result<Vec<String>, Error> {
        self.until_prompt(None)
    }

    /// Types a command, and presents a phone if the till asks for one. Gives what it printed.
    pub fn type_line(&mut self, command: &str, phone: Option<&str>) -> Result<Vec<String>, Error> {
        self.write(PROMPT, command)?;
        self.until_prompt(phone)
    }

    /// Types a command, presents a phone, and pulls the plug as soon as a line has this text.
    pub fn type_and_die(mut self, command: &str, phone: &str, text: &str) -> Result<(), Error> {
        self.write(PROMPT, command)?;
        loop {
            match self.hear()? {
                Heard::Line(line) if line.contains(text) => return Ok(()),
                Heard::Line(_) => {}
                Heard::Scan => self.scan(Some(phone))?,
                Heard::Prompt | Heard::End => {
                    return Err(Error::Check(format!("the till never said \"{text}\"")));
                }
            }
        }
    }

    /// Ends it like a cashier does.
    pub fn quit(mut self) -> Result<(), Error> {
        self.write(PROMPT, "quit")?;
        while !matches!(self.hear()?, Heard::End) {}
        let status = self.0.ended()?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Check(format!("the till did not end well: {status}")))
        }
    }

    fn until_prompt(&mut self, phone: Option<&str>) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        loop {
            match self.hear()? {
                Heard::Line(line) => lines.push(line),
                Heard::Prompt => return Ok(lines),
                Heard::Scan => self.scan(phone)?,
                Heard::End => return Err(Error::Check("the till ended on its own".to_owned())),
            }
        }
    }

    fn scan(&mut self, phone: Option<&str>) -> Result<(), Error> {
        let nobody = || Error::Check("the till asks for a phone that nobody has".to_owned());
        self.write(SCAN, phone.ok_or_else(nobody)?)
    }

    fn write(&mut self, prompt: &str, line: &str) -> Result<(), Error> {
        say::line(format_args!("    {prompt}{line}"));
        self.0.write(line)
    }

    fn hear(&mut self) -> Result<Heard, Error> {
        let (printed, end) = self.0.hear(&["\n", PROMPT, SCAN])?;
        Ok(match end {
            Some(PROMPT) => Heard::Prompt,
            Some(SCAN) => Heard::Scan,
            Some(_) => {
                say::line(format_args!("    {}", printed.trim_end()));
                Heard::Line(printed.trim_end().to_owned())
            }
            None => Heard::End,
        })
    }
}
