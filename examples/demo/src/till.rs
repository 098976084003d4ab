//! A till that works while the user watches: input and output are shown as they come.

use kit::error::Error;
use kit::say;
use kit::till::{PROMPT, Till};

const SCAN: &str = "请扫付款码 scan: ";

/// A till whose input and output are shown.
pub struct Shown(pub Till);

impl Shown {
    /// Everything that it prints until it waits for a command, line by line.
    pub fn listen(&mut self) -> Result<Vec<String>, Error> {
        self.follow(None, |_| false)
    }

    /// Types a command, and presents a phone if the till asks for one. Returns what it printed.
    pub fn type_line(&mut self, command: &str, phone: Option<&str>) -> Result<Vec<String>, Error> {
        self.write(PROMPT, command)?;
        self.follow(phone, |_| false)
    }

    /// Types a command, presents a phone, and pulls the plug as soon as a line has this text.
    pub fn type_and_die(mut self, command: &str, phone: &str, text: &str) -> Result<(), Error> {
        self.write(PROMPT, command)?;
        let lines = self.follow(Some(phone), |line| line.contains(text))?;
        match lines.last() {
            Some(line) if line.contains(text) => Ok(()),
            _ => Err(Error::Check(format!("the till never said \"{text}\""))),
        }
    }

    /// Exits it as a cashier does.
    pub fn quit(mut self) -> Result<(), Error> {
        self.write(PROMPT, "quit")?;
        while let (line, Some(_)) = self.0.hear(&["\n"])? {
            show(line.trim_end());
        }
        let status = self.0.ended()?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Check(format!("the till did not end well: {status}")))
        }
    }

    /// Shows its output until it waits for a command or prints the last line that is wanted.
    fn follow(&mut self, phone: Option<&str>, is_last: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| is_last(line)) {
            match self.0.hear(&["\n", PROMPT, SCAN])? {
                (_, Some(PROMPT)) => break,
                (_, Some(SCAN)) => self.scan(phone)?,
                (line, Some(_)) => {
                    show(line.trim_end());
                    lines.push(line.trim_end().to_owned());
                }
                (_, None) => return Err(Error::Check("the till ended on its own".to_owned())),
            }
        }
        Ok(lines)
    }

    fn scan(&mut self, phone: Option<&str>) -> Result<(), Error> {
        let nobody = || Error::Check("the till asks for a phone that nobody has".to_owned());
        self.write(SCAN, phone.ok_or_else(nobody)?)
    }

    fn write(&mut self, prompt: &str, line: &str) -> Result<(), Error> {
        show(&format!("{prompt}{line}"));
        self.0.write(line)
    }
}

fn show(line: &str) {
    say::line(format_args!("    {line}"));
}
