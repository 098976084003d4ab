//! A small till of the examples at work: a day with every command, and one that was pulled the plug on.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use encoding_rs::Encoding;

use kit::error::Error;
use kit::platform::Platform;
use kit::process;

/// Lines that are typed, each with what the till has to say to it, in this order. A customer's code is in the demo's book.
pub type Dialogue = [(&'static str, &'static [&'static str])];

/// What a till that starts anew has to say of the payment in which the one before was killed.
const AFTERWARDS: [&str; 8] = [
    "上次有未查清的单",
    "B9",
    "open",
    "查询之后 after asking:",
    "B9",
    "paid",
    "已收款  PAID",
    "没有未查清的单",
];

/// A till that was compiled.
pub struct Program<'a> {
    /// Its source, as people know it.
    pub source: &'static str,
    /// A command line that runs it.
    pub command: &'a dyn Fn() -> Result<Command, Error>,
    /// The folder of its data, as it sees it.
    pub folder: OsString,
    /// What it prints in.
    pub encoding: &'static Encoding,
}

/// Sees a till through both, against this sandbox.
pub fn plays(program: &Program<'_>, day: &Dialogue, sandbox: &Path) -> Result<(), Error> {
    let platform = Platform::start_with_customers(Command::new(sandbox))?;
    let till = Till { program, platform: &platform };
    till.day(day)?;
    till.plug(sandbox)
}

struct Till<'a> {
    program: &'a Program<'a>,
    platform: &'a Platform,
}

impl Till<'_> {
    fn day(&self, day: &Dialogue) -> Result<(), Error> {
        let typed: String = day.iter().map(|(line, _)| format!("{line}\n")).collect();
        let printed = self.run(&format!("{typed}\nquit\n"))?;
        self.says(&printed, day.iter().flat_map(|(_, texts)| *texts))
    }

    /// The program is killed while the customer types the password; the next one finds out what became of it.
    fn plug(&self, sandbox: &Path) -> Result<(), Error> {
        let mut customer = Command::new(sandbox);
        customer.args(["ctl", "--base", self.platform.base(), "wallet", "set", "130000000000000009"]);
        process::output(customer.args(["wechat", "asks_password", "ms:=1500"]))?;
        let mut child = self.start()?;
        let heard = self
            .types(&mut child, "pay B9 1.00 130000000000000009\n")
            .and_then(|()| self.hears(&mut child, "等待顾客输入密码"));
        // It may be gone already.
        let _ = child.kill();
        let _ = child.wait();
        heard?;
        let printed = self.run("settle B9\nunresolved\n")?;
        self.says(&printed, &AFTERWARDS)
    }

    fn start(&self) -> Result<Child, Error> {
        let mut command = (self.program.command)()?;
        command.arg(&self.program.folder).arg(self.platform.base());
        for option in ["poll_ms=200", "first_query_ms=100", "quiet_ms=1000", "deadline_ms=20000"] {
            command.args(["--set", option]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(self.not_started())
    }

    /// Runs it to its end, and gives what it printed.
    fn run(&self, typed: &str) -> Result<String, Error> {
        let mut child = self.start()?;
        let written = self.types(&mut child, typed);
        drop(child.stdin.take());
        let ended = child.wait_with_output().map_err(self.not_started())?;
        let printed = self.decode(&ended.stdout);
        match (written, ended.status.success()) {
            (Ok(()), true) => Ok(printed),
            _ => {
                let output = format!("\n{}", printed.trim_end());
                Err(Error::Failed { command: self.program.source.to_owned(), status: ended.status, output })
            }
        }
    }

    /// A till that ended early is found out by what it did not say.
    fn types(&self, child: &mut Child, text: &str) -> Result<(), Error> {
        match child.stdin.as_mut() {
            Some(stdin) => stdin.write_all(text.as_bytes()).map_err(self.not_started()),
            None => Ok(()),
        }
    }

    /// Reads what it prints until a line has this text.
    fn hears(&self, child: &mut Child, text: &str) -> Result<(), Error> {
        let mut printed = String::new();
        // At the end of its input it ends, and so does what it prints.
        drop(child.stdin.take());
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                let line = self.decode(&line);
                if line.contains(text) {
                    return Ok(());
                }
                printed += &line;
                printed.push('\n');
            }
        }
        Err(self.never_said(text, &printed))
    }

    /// Sees that these texts were printed, in this order.
    fn says<'t>(&self, printed: &str, texts: impl IntoIterator<Item = &'t &'t str>) -> Result<(), Error> {
        let mut rest = printed;
        for text in texts {
            (_, rest) = rest.split_once(text).ok_or_else(|| self.never_said(text, printed))?;
        }
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.program.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    fn not_started(&self) -> impl FnOnce(std::io::Error) -> Error {
        let program = self.program.source.to_owned();
        move |source| Error::Start { program, source }
    }

    fn never_said(&self, text: &str, printed: &str) -> Error {
        let source = self.program.source;
        Error::Check(format!("{source} did not say \"{text}\" where it should:\n{}", printed.trim_end()))
    }
}
