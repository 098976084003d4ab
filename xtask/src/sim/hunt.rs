//! The hunt for the planted bugs, each of which has to be caught.

use std::thread;
use std::time::Instant;

use super::program::Simulator;
use kit::counts::Counts;
use kit::error::Error;
use kit::{pool, say};

/// A bug that this many worlds do not show is left to the search.
const WORLDS: &str = "30000";

/// Hunts each bug with this in its name, as many at once as there are processors; prints a table.
pub fn hunt(simulator: &Simulator, name: &str) -> Result<Counts, Error> {
    let start = Instant::now();
    let bugs: Vec<(usize, &String)> =
        (1..).zip(&simulator.bugs).filter(|(_, bug)| bug.contains(name)).collect();
    if bugs.is_empty() {
        return Err(Error::Usage(format!("no planted bug has {name} in its name")));
    }
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let caught = pool::each(workers, &bugs, |(number, _)| caught(simulator, *number));
    let mut counts = Counts::default();
    tell("planted bug", ["caught by", "after", "seconds", "how"]);
    for ((_, name), caught) in bugs.iter().zip(caught) {
        let [by, after, seconds, rule] = caught?;
        if by == "nothing" {
            counts.failed += 1;
            tell(name, ["NOTHING", &after, &seconds, &rule]);
        } else {
            counts.passed += 1;
            tell(name, [&by, &after, &seconds, &rule]);
        }
    }
    let (passed, seconds) = (counts.passed, start.elapsed().as_secs());
    say::line(format_args!("{passed} of {} planted bugs caught in {seconds} s", bugs.len()));
    Ok(counts)
}

fn tell(bug: &str, [by, after, seconds, rule]: [&str; 4]) {
    say::line(format_args!("{bug:<30} {by:<10} {after:>16} {seconds:>8}  {rule}"));
}

/// The result of a hunt: what caught the bug, after how much, in how many seconds, and by which rule.
fn caught(simulator: &Simulator, bug: usize) -> Result<[String; 4], Error> {
    let program = "the simulator with planted bugs".to_owned();
    let output = simulator.command(bug).args(["hunt", WORLDS]).output();
    let output = output.map_err(|source| Error::Start { program: program.clone(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let parts: Vec<_> = text.lines().last().unwrap_or_default().split('\t').map(str::to_owned).collect();
    parts.try_into().map_err(|_| Error::Check(format!("{program} did not print what it found")))
}
