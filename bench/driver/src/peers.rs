//! The library next to its peers: processor time, instructions, start, many clients.

use std::process::Command;
use std::thread;
use std::time::Instant;

use super::build::{Peers, Programs};
use super::counted::{self, Call};
use super::server::{ALL_CORES, ONE_CORE, Prefix, Printed};
use super::spread::Spread;
use super::table::{Goal, Row};
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

const ROUNDS: usize = 7;
const CALLS: &str = "2000";
/// For the slow peers.
const FEW_CALLS: &str = "200";
const PAYMENTS: &str = "1000";
const STARTS: usize = 25;
const CLIENTS: &str = "64";
const CALLS_OF_EACH: &str = "400";
const CALLS_OF_ONE: &str = "6000";

/// Measures the rows about it.
pub fn rows(programs: &Programs, peers: &Peers) -> Result<Vec<Row>, Error> {
    let mut rows = processor_time(programs, peers)?;
    rows.extend(instructions(programs, peers)?);
    rows.push(start(programs, peers)?);
    rows.extend(many_clients(programs, peers)?);
    Ok(rows)
}

/// Rounds in turn, all on one core with the server.
fn processor_time(programs: &Programs, peers: &Peers) -> Result<Vec<Row>, Error> {
    let server = programs.server(ONE_CORE)?;
    let (disk, memory) = (workspace::scratch("query")?, in_memory()?);
    let mut first = 1;
    let mut times: [Vec<f64>; 6] = Default::default();
    for round in 1..=ROUNDS {
        say::line(format_args!("processor time, round {round} of {ROUNDS}"));
        let mut query = programs.till(ONE_CORE);
        query.arg("query").arg(disk.path()).arg(server.base()).arg(CALLS);
        let mut payment = programs.till(ONE_CORE);
        payment.arg("pay").arg(memory.path()).arg(server.base()).args([PAYMENTS, &first.to_string()]);
        first += 10_000;
        let peer = |mut command: Command, calls: &str, more: &[&str]| {
            command.arg(server.base()).arg(calls).args(more);
            command
        };
        let commands = [
            peer(peers.payers.curl(ONE_CORE), CALLS, &[]),
            query,
            payment,
            peer(peers.floor(ONE_CORE), CALLS, &["1"]),
            peer(peers.payers.python(ONE_CORE), FEW_CALLS, &[]),
            peer(peers.csharp(ONE_CORE), FEW_CALLS, &[]),
        ];
        for (mut command, times) in commands.into_iter().zip(&mut times) {
            times.push(Printed::by(&mut command)?.number("cpu_us")?);
        }
    }
    let [curl, query, payment, floor, python, csharp] = times;
    let to_curl = |times: &[f64]| Spread::of_ratios(times, &curl);
    let (of_query, of_payment) = (to_curl(&query), to_curl(&payment));
    Ok(vec![
        Row::plain("libcurl + OpenSSL + libxml2, one query: processor time, us", Spread::of(curl.clone())),
        Row::rounds_at_most("one query, relative to libcurl: processor time", 0.35, of_query),
        Row::plain("a socket alone, relative to libcurl", to_curl(&floor)),
        Row::plain("Python requests, relative to libcurl", to_curl(&python)),
        Row::plain("C# HttpWebRequest on mono, relative to libcurl", to_curl(&csharp)),
        Row::rounds_at_most(
            "one paid micropay, ledger on a RAM disk, relative to libcurl's query: processor time",
            1.0,
            of_payment,
        ),
    ])
}

fn instructions(programs: &Programs, peers: &Peers) -> Result<Vec<Row>, Error> {
    say::line("counting instructions");
    let curl = counted::curl_instructions(programs, peers)?;
    let query = counted::instructions(programs, Call::Query)?;
    let payment = counted::instructions(programs, Call::Payment)?;
    Ok(vec![
        Row::plain("libcurl + OpenSSL + libxml2, one query: instructions", format!("{curl:.0}")),
        Row::plain("one query: instructions", format!("{query:.0}")),
        Row::at_most("one query, relative to libcurl: instructions", 0.35, query / curl, 2),
        Row::plain("one paid micropay: instructions", format!("{payment:.0}")),
    ])
}

/// From the start of the process to its first response.
fn start(programs: &Programs, peers: &Peers) -> Result<Row, Error> {
    say::line("starts");
    let server = programs.server(ONE_CORE)?;
    let folder = workspace::scratch("start")?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=STARTS {
        let mut till = programs.till(ONE_CORE);
        till.arg("query").arg(folder.path()).arg(server.base()).arg("1");
        let mut curl = peers.payers.curl(ONE_CORE);
        curl.arg(server.base()).arg("1");
        let times = (milliseconds(&mut till)?, milliseconds(&mut curl)?);
        // The first one gives the till its device and config.
        if round > 0 {
            ours.push(times.0);
            theirs.push(times.1);
        }
    }
    let ratio = Spread::of_ratios(&ours, &theirs);
    let what = format!(
        "process start to first response, relative to libcurl ({:.1} ms to {:.1} ms)",
        Spread::of(ours).median,
        Spread::of(theirs).median
    );
    Ok(Row::rounds_at_most(what, 0.25, ratio))
}

/// The time until a program reports its first response.
fn milliseconds(command: &mut Command) -> Result<f64, Error> {
    let from = Instant::now();
    let mut answered = None;
    process::lines(command, |line| {
        if line == "answered" {
            answered = Some(from.elapsed());
        }
    })?;
    let missing = || Error::Check("a program did not report its first response".to_owned());
    Ok(answered.ok_or_else(missing)?.as_secs_f64() * 1e3)
}

/// One client and its server on one core, against many clients on all cores; and the same with sockets alone,
/// which shows what the machine allows.
fn many_clients(programs: &Programs, peers: &Peers) -> Result<Vec<Row>, Error> {
    say::line("many clients");
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let rounds = [
            clients_a_second(programs, ALL_CORES, CALLS_OF_EACH, CLIENTS)?,
            clients_a_second(programs, ONE_CORE, CALLS_OF_ONE, "1")? * cores as f64,
            sockets_a_second(programs, peers, ALL_CORES, CALLS_OF_EACH, CLIENTS)?,
            sockets_a_second(programs, peers, ONE_CORE, CALLS_OF_ONE, "1")? * cores as f64,
        ];
        times.iter_mut().zip(rounds).for_each(|(times, time)| times.push(time));
    }
    let [many, one, many_sockets, one_socket] = times;
    let ratio = Spread::of_ratios(&many, &one);
    let what = format!(
        "{CLIENTS} clients on {CLIENTS} threads, relative to one client times {cores} cores: calls a second"
    );
    Ok(vec![
        Row::with_goal(what, ratio, Goal::at_least(0.9, ratio)),
        Row::plain("the same with sockets alone", Spread::of_ratios(&many_sockets, &one_socket)),
    ])
}

fn clients_a_second(
    programs: &Programs,
    cores: Prefix<'_>,
    calls: &str,
    clients: &str,
) -> Result<f64, Error> {
    let server = programs.server(cores)?;
    let folder = in_memory()?;
    let mut command = programs.till(cores);
    command.arg("clients").arg(folder.path()).arg(server.base()).args([calls, clients]);
    Ok(1e6 / Printed::by(&mut command)?.number("wall_us")?)
}

fn sockets_a_second(
    programs: &Programs,
    peers: &Peers,
    cores: Prefix<'_>,
    calls: &str,
    sockets: &str,
) -> Result<f64, Error> {
    let server = programs.server(cores)?;
    let mut command = peers.floor(cores);
    command.arg(server.base()).args([calls, sockets]);
    Ok(1e6 / Printed::by(&mut command)?.number("wall_us")?)
}

/// A folder on a RAM disk.
pub fn in_memory() -> Result<tempfile::TempDir, Error> {
    let place = std::path::Path::new("/dev/shm");
    tempfile::Builder::new()
        .prefix("wsy bench ")
        .tempdir_in(place)
        .map_err(Error::file("create a directory in", place))
}
