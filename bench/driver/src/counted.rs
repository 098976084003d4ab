//! Figures that are the same in each run: instructions, system calls, flushes, bytes on the wire.

use std::path::Path;

use tempfile::TempDir;

use super::build::{Peers, Programs};
use super::server::{ALL_CORES, Passed, Prefix, Server};
use super::table::{Goal, Row};
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// This many calls, and twice as many: the difference is the cost of the calls, without that of the start.
const CALLS: u32 = 200;
const PAYMENTS: u32 = 100;

/// Payments at a shop's pace: they last longer than the 5 s between two times that the library removes spent
/// auth codes from its journal.
const CUSTOMERS: u32 = 10;
const BETWEEN_CUSTOMERS_MS: &str = "1000";

/// The threads of a program that strace watches, as options.
type Threads = &'static [&'static str];
const ALL_THREADS: Threads = &["-f"];
/// The one that calls the library.
const FIRST_THREAD: Threads = &[];

/// The calls that are counted.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    Query,
    Payment,
    Refund,
}

impl Call {
    const fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Payment => "pay",
            Self::Refund => "refund",
        }
    }

    const fn many(self) -> u32 {
        match self {
            Self::Query => CALLS,
            Self::Payment | Self::Refund => PAYMENTS,
        }
    }
}

/// Measures the rows about it.
pub fn rows(programs: &Programs) -> Result<Vec<Row>, Error> {
    say::line("counting system calls, flushes and bytes");
    let server = programs.server(ALL_CORES)?;
    let calls = |call, threads| system_calls(programs, &server, call, threads, is_any);
    let flushes = |call| system_calls(programs, &server, call, ALL_THREADS, is_flush);
    let query = calls(Call::Query, ALL_THREADS)?;
    let customer_waits = calls(Call::Payment, FIRST_THREAD)?;
    let payment = flushes(Call::Payment)?;
    // Of a bill that is paid and refunded, less the payment's share.
    let refund = flushes(Call::Refund)? - payment;
    // Each time the write-ahead log is full it is written back, which takes two more.
    let both = format!("{payment:.2} / {refund:.2}, including the checkpoints of the log");
    let is_reached = payment < 2.1 && refund < 2.1;
    let mut rows = vec![
        Row::at_most("system calls of a query on a warm connection", 3.0, query, 1),
        Row::at_most("system calls of a paid micropay that a customer waits for", 40.0, customer_waits, 1),
        Row::plain(
            "the same with those of the thread that opens the next connection",
            format!("{:.1}", calls(Call::Payment, ALL_THREADS)?),
        ),
        Row::with_goal("disk flushes of a paid micropay / of a refund", both, Goal::of("2 / 2", is_reached)),
    ];
    rows.extend(on_the_wire(programs)?);
    Ok(rows)
}

/// Those of the short benchmark. How many system calls other threads make depends on the load.
pub fn figures(programs: &Programs) -> Result<[(&'static str, f64); 4], Error> {
    let server = programs.server(ALL_CORES)?;
    let calls = |call, threads, counts| system_calls(programs, &server, call, threads, counts);
    Ok([
        ("query system calls", calls(Call::Query, ALL_THREADS, is_any)?),
        ("micropay system calls that a customer waits for", calls(Call::Payment, FIRST_THREAD, is_any)?),
        ("micropay flushes", calls(Call::Payment, ALL_THREADS, is_flush)?),
        (
            "micropay flushes that a customer waits for, one payment a second",
            flushes_of_the_caller(programs, &server)?,
        ),
    ])
}

/// Flushes of a payment at a shop's pace, on the thread that calls.
fn flushes_of_the_caller(programs: &Programs, server: &Server) -> Result<f64, Error> {
    per_call(CUSTOMERS, |calls| {
        let folder = scratch_on_disk()?;
        traced(FIRST_THREAD, is_flush, |watcher| {
            let mut command = programs.till(watcher);
            command.arg("pace").arg(folder.path()).arg(server.base());
            process::output(command.args([&calls.to_string(), "1", BETWEEN_CUSTOMERS_MS])).map(drop)
        })
    })
}

/// User-space instructions of one call.
pub fn instructions(programs: &Programs, call: Call) -> Result<f64, Error> {
    let server = programs.server(ALL_CORES)?;
    per_call(call.many(), |calls| callgrind(|watcher| of_till(programs, &server, call, calls, watcher)))
}

/// The same for a query by libcurl.
pub fn curl_instructions(programs: &Programs, peers: &Peers) -> Result<f64, Error> {
    let server = programs.server(ALL_CORES)?;
    per_call(CALLS, |calls| {
        callgrind(|watcher| {
            process::output(peers.payers.curl(watcher).arg(server.base()).arg(calls.to_string())).map(drop)
        })
    })
}

fn system_calls(
    programs: &Programs,
    server: &Server,
    call: Call,
    threads: Threads,
    counts: fn(&str) -> bool,
) -> Result<f64, Error> {
    per_call(call.many(), |calls| {
        traced(threads, counts, |watcher| of_till(programs, server, call, calls, watcher))
    })
}

/// The number of lines that count in what strace prints about a program that is started by `run`.
fn traced(
    threads: Threads,
    counts: fn(&str) -> bool,
    run: impl FnOnce(Prefix<'_>) -> Result<(), Error>,
) -> Result<f64, Error> {
    tools::need("strace", "strace")?;
    let folder = workspace::scratch("strace")?;
    let file = folder.path().join("calls");
    let output = file.display().to_string();
    run(&[&["strace"], threads, &["-qq", "-o", &output, "--"]].concat())?;
    let text = workspace::read(&file)?;
    Ok(text.lines().filter(|line| counts(line)).count() as f64)
}

const fn is_any(_: &str) -> bool {
    true
}

fn is_flush(line: &str) -> bool {
    ["fdatasync(", "fsync("].iter().any(|flush| line.contains(flush))
}

/// Runs the till with this many calls in its own folder.
fn of_till(
    programs: &Programs,
    server: &Server,
    call: Call,
    calls: u32,
    watcher: Prefix<'_>,
) -> Result<(), Error> {
    let folder = scratch_on_disk()?;
    let mut command = programs.till(watcher);
    command.arg(call.word()).arg(folder.path()).arg(server.base()).arg(calls.to_string()).arg("1");
    process::output(&mut command).map(drop)
}

fn per_call(calls: u32, mut measure: impl FnMut(u32) -> Result<f64, Error>) -> Result<f64, Error> {
    let (once, twice) = (measure(calls)?, measure(2 * calls)?);
    Ok((twice - once) / f64::from(calls))
}

/// The number of instructions of a program started by `run`.
fn callgrind(run: impl FnOnce(Prefix<'_>) -> Result<(), Error>) -> Result<f64, Error> {
    tools::need("valgrind", "valgrind")?;
    let folder = workspace::scratch("callgrind")?;
    let file = folder.path().join("counts");
    let output = format!("--callgrind-out-file={}", file.display());
    run(&["valgrind", "--quiet", "--tool=callgrind", &output])?;
    totals(&file)
}

fn totals(file: &Path) -> Result<f64, Error> {
    let text = workspace::read(file)?;
    let line =
        text.lines().find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")));
    line.and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| Error::Check("callgrind did not report the number of instructions".to_owned()))
}

/// A folder on the disk that holds the project.
pub fn scratch_on_disk() -> Result<TempDir, Error> {
    let target = workspace::root().join("target").join("bench");
    std::fs::create_dir_all(&target).map_err(Error::file("create the directory", &target))?;
    tempfile::Builder::new()
        .prefix("till ")
        .tempdir_in(&target)
        .map_err(Error::file("create a directory in", &target))
}

/// The bytes that a payment sends and receives, without those of the start.
fn on_the_wire(programs: &Programs) -> Result<Vec<Row>, Error> {
    let passed = |calls: u32| -> Result<[f64; 4], Error> {
        let mut server = programs.server(ALL_CORES)?;
        of_till(programs, &server, Call::Payment, calls, ALL_CORES)?;
        let Passed { connections, requests, received, sent, .. } = server.passed()?;
        Ok([connections, requests, received, sent].map(|count| count as f64))
    };
    let (once, twice) = (passed(PAYMENTS)?, passed(2 * PAYMENTS)?);
    let [connections, requests, received, sent] =
        [0, 1, 2, 3].map(|at| (twice[at] - once[at]) / f64::from(PAYMENTS));
    let payment = format!(
        "{requests:.0} request on {connections:.0} connection, {received:.0} bytes out, {sent:.0} in"
    );
    Ok(vec![Row::plain("on the wire for one paid micropay, headers included", payment)])
}
