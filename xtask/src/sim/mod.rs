//! `cargo xtask sim`: the simulator, the search of small worlds, and the planted bugs that show that both can find something.
//!
//! The simulator is built together with the pure part of the library alone, in a workspace of its own under `target/sim`:
//! without SQLite, HTTP and TLS that takes seconds, and the planted bugs come nowhere near the library's own build.

mod bugs;
mod planted;
mod scratch;

use std::path::Path;
use std::process::Command;

use kit::counts::Counts;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

/// So many payments are simulated in a run of the tests.
const PAYMENTS: &str = "1000000";

/// What to play.
pub enum Play<'a> {
    /// So many worlds, from a seed on.
    Seeds(&'a str, &'a str),
    /// Worlds until so many charges have begun.
    Payments(&'a str),
    /// One world; shown as small as it can be made if it breaks a rule.
    Seed(&'a str),
    /// Every order of events in small worlds.
    Search,
}

/// Plays as told.
pub fn play(what: &Play<'_>) -> Result<(), Error> {
    let simulator = scratch::simulator()?;
    let mut command = Command::new(&simulator);
    match what {
        Play::Seeds(seeds, first) => command.args(["seeds", seeds, "--from", first]),
        Play::Payments(payments) => command.args(["payments", payments]),
        Play::Seed(seed) => command.args(["replay", seed]),
        Play::Search => command.arg("search"),
    };
    said(&mut command)
}

/// Plants every bug, and prints what caught it.
pub fn planted() -> Result<(), Error> {
    let counts = planted::hunt()?;
    if counts.failed == 0 { Ok(()) } else { Err(Error::Said) }
}

/// All of it, as in a test run.
pub fn all() -> Result<(), Error> {
    let counts = short()?;
    say::line(counts);
    if counts.failed == 0 { Ok(()) } else { Err(Error::Said) }
}

/// The part of a test run: a million payments, the seeds that were kept, the search, and the planted bugs.
pub fn short() -> Result<Counts, Error> {
    let simulator = scratch::simulator()?;
    let kept = workspace::root().join("sim/seeds.txt");
    let mut counts = Counts::default();
    for arguments in [vec!["payments", PAYMENTS], vec!["kept", text(&kept)?], vec!["search"]] {
        match said(Command::new(&simulator).args(&arguments)) {
            Ok(()) => counts.passed += 1,
            Err(Error::Said) => counts.failed += 1,
            Err(error) => return Err(error),
        }
    }
    counts.add(planted::hunt()?);
    Ok(counts)
}

/// Runs the simulator. It has said itself what is wrong.
fn said(command: &mut Command) -> Result<(), Error> {
    match process::run(command) {
        Err(Error::Failed { .. }) => {
            say::line("the money rules are broken; see above");
            Err(Error::Said)
        }
        other => other,
    }
}

fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::Check(format!("{} is not UTF-8", path.display())))
}
