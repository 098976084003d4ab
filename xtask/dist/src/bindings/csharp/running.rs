//! Running a test program that starts programs of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use kit::counts::Counts;
use kit::error::Error;
use kit::say;

/// Runs a program whose last line is "N passed, M failed". What it printed is shown if something failed.
///
/// It and all that it starts are a group of processes, of which none is left afterwards: a runtime that breaks down
/// cannot stop its platforms.
pub fn run_tests(command: &mut Command) -> Result<Counts, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let not_started = |source| Error::Start { program: program.clone(), source };
    let mut child =
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_started)?;
    let printed = lines(&mut child);
    let status = child.wait().map_err(not_started)?;
    end_group(child.id());

    let counts = printed.last().and_then(|line| Counts::of_last_line(line));
    match counts {
        Some(counts) if status.success() == (counts.failed == 0) => {
            if counts.failed > 0 {
                printed.iter().for_each(say::line);
            }
            Ok(counts)
        }
        _ => {
            printed.iter().for_each(say::line);
            Err(Error::Check(format!("the tests said nothing about how they ended ({status})")))
        }
    }
}

fn lines(child: &mut Child) -> Vec<String> {
    let text = |line: Vec<u8>| String::from_utf8_lossy(&line).into_owned();
    let stdout = child.stdout.take().map(BufReader::new);
    stdout.map_or_else(Vec::new, |stdout| stdout.split(b'\n').map_while(Result::ok).map(text).collect())
}

/// Ends what is left of a group. Mostly nothing is, and then there is nothing to say.
fn end_group(leader: u32) {
    let mut shell = Command::new("sh");
    let _ = shell.args(["-c", &format!("kill -s KILL -- -{leader}")]).stderr(Stdio::null()).status();
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::process::Command;

    use super::run_tests;
    use kit::counts::Counts;

    #[test]
    fn a_program_is_believed_only_if_it_ends_as_it_says() {
        let run = |script: &str| run_tests(Command::new("sh").args(["-c", script]));
        assert!(matches!(run("echo 3 passed, 0 failed"), Ok(Counts { passed: 3, failed: 0, .. })));
        assert!(matches!(run("echo 3 passed, 1 failed; exit 1"), Ok(Counts { failed: 1, .. })));
        assert!(run("echo 3 passed, 0 failed; exit 1").is_err());
        assert!(run("echo 3 passed, 1 failed").is_err());
        assert!(run("true").is_err());
    }

    #[test]
    fn nothing_that_a_program_started_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script =
            format!("sleep 600 >/dev/null 2>&1 & echo $! > '{}'; echo 1 passed, 0 failed", pid.display());
        run_tests(Command::new("sh").args(["-c", &script])).unwrap();
        let process = std::path::Path::new("/proc").join(std::fs::read_to_string(pid).unwrap().trim());
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let runs = || {
            let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
            !(status.is_empty() || status.contains("State:\tZ"))
        };
        while runs() {
            assert!(std::time::Instant::now() < deadline, "it still runs");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}
