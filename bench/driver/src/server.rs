//! The server, and the programs that talk to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use kit::error::Error;
use kit::process;

/// The start of a command line: a program that pins or watches another one, and its arguments.
pub type Prefix<'a> = &'a [&'a str];

/// On the same core as everything else that is pinned, so that a second core cannot help. `taskset` is part
/// of util-linux, which every Debian has.
pub const ONE_CORE: Prefix<'_> = &["taskset", "-c", "0"];

/// Wherever the system puts it.
pub const ALL_CORES: Prefix<'_> = &[];

/// A command line that starts a program after this prefix.
pub fn under(prefix: Prefix<'_>, program: &Path) -> Command {
    let Some((first, rest)) = prefix.split_first() else {
        return Command::new(program);
    };
    let mut command = Command::new(first);
    command.args(rest).arg(program);
    command
}

/// A server. Dropping it ends the process.
pub struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    base: String,
}

/// The traffic between the programs and the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Connections that were made.
    pub connections: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Bytes of the requests, headers included.
    pub received: u64,
    /// Bytes of the responses, headers included.
    pub sent: u64,
    /// Connections on which payments were delivered.
    pub paying: u64,
    /// The auth code of each payment, once for each time that it was delivered.
    pub delivered: Vec<String>,
}

impl Server {
    /// Starts it on a free port.
    pub fn start(mut command: Command) -> Result<Self, Error> {
        // It ends with its standard input, even if this program is killed.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(not_started)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::Check("the server has no pipes".to_owned()));
        };
        let mut server = Self { child, input, output: BufReader::new(output), base: String::new() };
        server.base = server.line()?;
        Ok(server)
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The traffic so far.
    pub fn passed(&mut self) -> Result<Passed, Error> {
        writeln!(self.input).map_err(not_started)?;
        let (counts, codes) = (self.line()?, self.line()?);
        let delivered = codes.split_whitespace().map(str::to_owned).collect();
        let numbers: Vec<u64> = counts.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match numbers[..] {
            [connections, requests, received, sent, paying] => {
                Ok(Passed { connections, requests, received, sent, paying, delivered })
            }
            _ => Err(Error::Check(format!("the server's counts: {counts}"))),
        }
    }

    fn line(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        match self.output.read_line(&mut line).map_err(not_started)? {
            0 => Err(Error::Check("the server has ended".to_owned())),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

fn not_started(source: std::io::Error) -> Error {
    Error::Start { program: "wsy-bench".to_owned(), source }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of name and number that a program prints.
#[derive(Clone, Debug, Default)]
pub struct Printed(BTreeMap<String, f64>);

impl Printed {
    /// Runs a program to its end.
    pub fn by(command: &mut Command) -> Result<Self, Error> {
        Ok(Self::read(&process::output(command)?))
    }

    fn read(text: &str) -> Self {
        let pair = |line: &str| {
            let (name, number) = line.split_once(' ')?;
            Some((name.to_owned(), number.trim().parse().ok()?))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    /// One of the numbers.
    pub fn number(&self, name: &str) -> Result<f64, Error> {
        self.0.get(name).copied().ok_or_else(|| Error::Check(format!("a program did not print {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Printed;

    #[test]
    fn numbers_are_read_by_their_names() {
        let printed = Printed::read("cpu_us 12.5\nsomething else\nwall_us 30\n");
        assert_eq!(printed.number("cpu_us").unwrap(), 12.5);
        assert_eq!(printed.number("wall_us").unwrap(), 30.0);
        assert!(printed.number("resident_kb").is_err());
    }
}
