//! Memory, threads and sizes.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::build::Programs;
use super::peers::in_memory;
use super::server::{ALL_CORES, Printed};
use super::table::{Goal, Row};
use dist::packages;
use kit::bits::Bits;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// After the first thousand.
const PAYMENTS: &str = "100000";
const MB: f64 = 1e6;
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures the rows about it.
pub fn rows(programs: &Programs) -> Result<Vec<Row>, Error> {
    let mut rows = memory(programs)?;
    rows.push(threads(programs)?);
    rows.extend(sizes()?);
    Ok(rows)
}

fn memory(programs: &Programs) -> Result<Vec<Row>, Error> {
    say::line(format_args!("memory, over {PAYMENTS} payments"));
    let server = programs.server(ALL_CORES)?;
    let folder = in_memory()?;
    let mut command = programs.till(ALL_CORES);
    command.arg("grow").arg(folder.path()).arg(server.base()).arg(PAYMENTS);
    let printed = Printed::by(&mut command)?;
    let (resident, grown) = (printed.number("resident_kb")? * 1024.0 / MB, printed.number("grown_kb")?);
    Ok(vec![
        Row::at_most("resident memory of the whole process after 1,000 payments: MB", 6.0, resident, 1),
        Row::at_most(format!("growth over {PAYMENTS} more: KB"), 0.0, grown, 0),
    ])
}

/// A till that waits for instructions. Dropping it ends the process.
struct Waiting {
    child: Child,
    input: ChildStdin,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Threads beyond the caller's, when idle and during a call that waits.
fn threads(programs: &Programs) -> Result<Row, Error> {
    let mut server = programs.server(ALL_CORES)?;
    let folder = workspace::scratch("threads")?;
    let not_started = |source| Error::Start { program: "till".to_owned(), source };
    let mut command = programs.till(ALL_CORES);
    command.arg("wait").arg(folder.path()).arg(server.base());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(not_started)?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::Check("the till has no pipes".to_owned()));
    };
    let mut till = Waiting { child, input };
    let mut lines = BufReader::new(output).lines();
    let mut hear = |word: &str| match lines.next() {
        Some(Ok(line)) if line == word => Ok(()),
        other => Err(Error::Check(format!("the till printed {other:?}, not {word}"))),
    };
    hear("idle")?;
    let idle = count(&till.child)?;
    writeln!(till.input).map_err(not_started)?;
    let asked = server.passed()?.requests;
    hear("waiting")?;
    // The server delays this response by half a second, in which the threads are counted.
    let mut waiting = 0;
    let until = Instant::now() + PATIENCE;
    while server.passed()?.requests == asked {
        if Instant::now() > until {
            return Err(Error::Check("the till sent no query".to_owned()));
        }
        waiting = waiting.max(count(&till.child)?);
    }
    let both = format!("{idle} / {waiting}");
    let goal = Goal::of("0 / 0", both == "0 / 0");
    Ok(Row::with_goal("threads beyond the caller's, idle / in a call", both, goal))
}

fn count(of: &Child) -> Result<usize, Error> {
    let place = format!("/proc/{}/task", of.id());
    let tasks = fs::read_dir(&place).map_err(Error::file("read", Path::new(&place)))?;
    Ok(tasks.count().saturating_sub(1))
}

fn sizes() -> Result<Vec<Row>, Error> {
    say::line("sizes");
    let mut rows = Vec::new();
    for bits in Bits::BOTH {
        let (dll, name) = (dll(bits)?, bits.folder());
        let (size, zipped) = (bytes(&dll)? / MB, deflated(&dll)? / MB);
        rows.push(Row::at_most(format!("wsy.dll, {name}: MB"), 2.2, size, 2));
        rows.push(Row::at_most(format!("wsy.dll, {name}, zipped: MB"), 1.0, zipped, 2));
    }
    Ok(rows)
}

/// The DLL in the package for Windows.
pub fn dll(bits: Bits) -> Result<PathBuf, Error> {
    Ok(packages::windows()?.join(bits.folder()).join("wsy.dll"))
}

/// The size of a file.
pub fn bytes(file: &Path) -> Result<f64, Error> {
    Ok(file.metadata().map_err(Error::file("read", file))?.len() as f64)
}

/// Its size in a zip.
fn deflated(file: &Path) -> Result<f64, Error> {
    let failed = Error::file("compress", file);
    let deflate = || -> std::io::Result<f64> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        std::io::copy(&mut File::open(file)?, &mut encoder)?;
        Ok(encoder.finish()?.len() as f64)
    };
    deflate().map_err(failed)
}
