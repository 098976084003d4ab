//! `cargo xtask sim`: the simulator, the search of small worlds, and the planted bugs that show that both can
//! find something.
//!
//! The simulator is built together with the pure part of the library alone, in a separate workspace under
//! `target/sim`. Without SQLite, HTTP and TLS that takes seconds, and the planted bugs stay away from the
//! library's own build. One program holds the unchanged code and every planted bug, since two would take
//! twice as long to build.

mod bugs;
mod hunt;
mod program;

use std::process::Command;

use kit::counts::Counts;
use kit::error::Error;
use kit::{command, process, say, workspace};
use program::Simulator;

/// The number of payments simulated in a run of the tests, and in a quick one.
const PAYMENTS: &str = "1000000";
const FEW: &str = "100000";
/// The number of those payments that also run over SQLite.
const OVER_SQLITE: &str = "20000";
/// The number of worlds played with no bug on before the hunt.
const SOUND: &str = "2000";

/// Plays what this command line of the simulator says.
pub fn play(what: &[&str]) -> Result<(), Error> {
    said(&Simulator::build()?, what)
}

/// Plays every bug with this in its name, and prints what caught it. With no bug on nothing is found, so a
/// catch is due to its bug.
pub fn planted(name: &str) -> Result<(), Error> {
    let simulator = Simulator::build()?;
    said(&simulator, &["seeds", SOUND])?;
    command::tell(hunt::hunt(&simulator, name)?)
}

/// Runs everything, as a test run does.
pub fn all() -> Result<(), Error> {
    command::tell(short()?)
}

/// The part of a test run: a million payments, the kept seeds, the search, and the planted bugs.
pub fn short() -> Result<Counts, Error> {
    let mut counts = run(PAYMENTS)?;
    match process::run(&mut over_sqlite()) {
        Ok(()) => counts.passed += 1,
        Err(Error::Failed { .. }) => counts.failed += 1,
        Err(error) => return Err(error),
    }
    Ok(counts)
}

/// Worlds whose tills keep their ledgers in SQLite as well, with the library as the other tests build it.
fn over_sqlite() -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--quiet", "--workspace", "--test", "sqlite", "--", "--nocapture"]);
    cargo.env("WSY_SQLITE_PAYMENTS", OVER_SQLITE);
    cargo
}

/// The part of a quick run: the same with fewer payments.
pub fn quick() -> Result<Counts, Error> {
    run(FEW)
}

fn run(payments: &str) -> Result<Counts, Error> {
    let simulator = Simulator::build()?;
    let kept = workspace::root().join("sim/seeds.txt").display().to_string();
    let mut counts = Counts::default();
    for arguments in [["payments", payments].as_slice(), &["kept", &kept], &["search"]] {
        match said(&simulator, arguments) {
            Ok(()) => counts.passed += 1,
            Err(Error::Said) => counts.failed += 1,
            Err(error) => return Err(error),
        }
    }
    counts.add(hunt::hunt(&simulator, "")?);
    Ok(counts)
}

/// Runs the simulator with no bug on. It has printed its own error.
fn said(simulator: &Simulator, arguments: &[&str]) -> Result<(), Error> {
    match process::run(simulator.command(0).args(arguments)) {
        Err(Error::Failed { .. }) => {
            say::line("the money rules are broken; see above");
            Err(Error::Said)
        }
        other => other,
    }
}
