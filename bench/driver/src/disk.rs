//! The cost of the ledger on the disk, with few rows and with a million.

use std::path::Path;
use std::process::Command;

use super::build::Programs;
use super::counted::scratch_on_disk;
use super::peers::in_memory;
use super::server::{ALL_CORES, Printed, Server};
use super::spread::Spread;
use super::table::Row;
use kit::error::Error;
use kit::process;
use kit::say;

const ROUNDS: usize = 7;
const PAYMENTS: &str = "300";
const OPENINGS: usize = 15;
const ROWS: &str = "1000000";

/// Measures the rows about it.
pub fn rows(programs: &Programs) -> Result<Vec<Row>, Error> {
    let (flush, alone) = (programs.flush()?, programs.alone()?);
    let server = programs.server(ALL_CORES)?;
    let (small, large, memory) = (scratch_on_disk()?, scratch_on_disk()?, in_memory()?);
    for folder in [&small, &large, &memory] {
        pay(programs, &server, folder.path(), "1", 1)?;
    }
    say::line(format_args!("making a ledger of {ROWS} charges"));
    let ledger = large.path().join("ledger.db");
    process::output(Command::new(&alone).arg("fill").arg(&ledger).arg(ROWS))?;
    // The mark would reveal that the ledger lacks rows, if it were older; this ledger was written without the
    // library.
    let mut rows = opening(programs, &server, large.path(), &alone)?;

    let mut times: [Vec<f64>; 4] = Default::default();
    for round in 1..=ROUNDS {
        say::line(format_args!("the disk, round {round} of {ROUNDS}"));
        let first = 10_000_000 + 10_000 * round;
        let pay = |folder: &Path| pay(programs, &server, folder, PAYMENTS, first);
        let paid = [pay(small.path())?, pay(large.path())?, pay(memory.path())?];
        let file = small.path().join("flushed");
        let flushed = Printed::by(Command::new(&flush).arg(file).arg(PAYMENTS))?.number("wall_us")?;
        for (times, time) in times.iter_mut().zip(paid.into_iter().chain([flushed])) {
            times.push(time);
        }
    }
    let [small, large, memory, flushed] = times;
    let durable: Vec<f64> = small.iter().zip(&memory).map(|(disk, memory)| disk - memory).collect();
    let (ratio, growth) = (Spread::of_ratios(&durable, &flushed), Spread::of_ratios(&large, &small));
    rows.extend([
        Row::plain("two lines appended, each flushed: us", Spread::of(flushed.clone())),
        Row::plain("a payment on the disk, less the same on a RAM disk: us", Spread::of(durable)),
        Row::rounds_at_most("durable cost of a payment, relative to the two lines", 1.2, ratio),
        Row::rounds_at_most(format!("a payment at {ROWS} charges, relative to a new ledger"), 1.1, growth),
    ]);
    Ok(rows)
}

/// The time of a payment, in us.
fn pay(
    programs: &Programs,
    server: &Server,
    folder: &Path,
    payments: &str,
    first: usize,
) -> Result<f64, Error> {
    let mut command = programs.till(ALL_CORES);
    command.arg("pay").arg(folder).arg(server.base()).args([payments, &first.to_string()]);
    Printed::by(&mut command)?.number("wall_us")
}

fn opening(programs: &Programs, server: &Server, folder: &Path, alone: &Path) -> Result<Vec<Row>, Error> {
    let (mut ours, mut whole, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=OPENINGS {
        let mut till = programs.till(ALL_CORES);
        till.arg("open").arg(folder).arg(server.base()).arg("1");
        let from = std::time::Instant::now();
        let open = Printed::by(&mut till)?.number("wall_us")? / 1e3;
        let till = from.elapsed().as_secs_f64() * 1e3;
        let from = std::time::Instant::now();
        process::output(Command::new(alone).arg("open").arg(folder.join("ledger.db")).arg("1"))?;
        // The first one may have to read it from the disk.
        if round > 0 {
            ours.push(open);
            whole.push(till);
            theirs.push(from.elapsed().as_secs_f64() * 1e3);
        }
    }
    let (ours, ratio) = (Spread::of(ours), Spread::of_ratios(&whole, &theirs));
    Ok(vec![
        Row::rounds_at_most(
            format!("opening and closing with {ROWS} charges, 5 of them open: ms"),
            10.0,
            ours,
        ),
        Row::rounds_at_most("a process that does so, relative to SQLite alone", 2.0, ratio),
    ])
}
