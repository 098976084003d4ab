//! Running other programs.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::Error;

/// An option immediately followed by a path.
pub fn with(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

/// Runs a program whose output goes straight to the screen.
pub fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.stdin(Stdio::null()).status().map_err(not_started(command))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed { command: shown(command), status, output: String::new() })
    }
}

/// Runs a program and returns its standard output. If it fails, the error holds all its output.
pub fn output(command: &mut Command) -> Result<String, Error> {
    let Output { status, stdout, stderr } =
        command.stdin(Stdio::null()).output().map_err(not_started(command))?;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    if status.success() {
        return Ok(stdout);
    }
    let printed = stdout + &String::from_utf8_lossy(&stderr);
    let output = if printed.trim().is_empty() { String::new() } else { format!("\n{}", printed.trim_end()) };
    Err(Error::Failed { command: shown(command), status, output })
}

/// Runs a program and passes each line of its standard output to `each` as it comes; standard error goes to
/// the screen.
pub fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<(), Error> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_started(command))?;
    if let Some(stdout) = child.stdout.take() {
        // Bytes, not `lines()`: a program may print text in any code page.
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            each(String::from_utf8_lossy(&line).trim_end_matches('\r'));
        }
    }
    let status = child.wait().map_err(not_started(command))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed { command: shown(command), status, output: String::new() })
    }
}

fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Error::Start { program, source }
}

/// The command line, for a message. A path to a program is shortened to its name: `cargo`, not where cargo
/// is.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
