//! The hunt for the planted bugs: each has to be caught.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::bugs;
use super::scratch::{self, BUG};
use kit::counts::Counts;
use kit::error::Error;
use kit::process;
use kit::say;

/// A bug that so many worlds do not show is left to the search.
const WORLDS: &str = "30000";

/// So many worlds are played with no bug on.
const SOUND: &str = "2000";

/// What became of a bug.
struct Caught {
    by: String,
    after: String,
    seconds: String,
    rule: String,
}

/// Builds the simulator with each bug and lets it hunt; prints a table.
pub fn hunt() -> Result<Counts, Error> {
    let bugs = bugs::all()?;
    let start = Instant::now();
    let program = scratch::with_bugs(&bugs)?;
    sound(&program)?;
    let built = start.elapsed().as_secs_f64();
    let caught = each(&program, bugs.len());
    let mut counts = Counts::default();
    say::line(format_args!(
        "{:<30} {:<10} {:>16} {:>8}  {}",
        "planted bug", "caught by", "after", "seconds", "how"
    ));
    for (bug, caught) in bugs.iter().zip(caught) {
        let caught = caught?;
        let good = caught.by != "nothing";
        let by = if good { caught.by.as_str() } else { "NOTHING" };
        let Caught { after, seconds, rule, .. } = &caught;
        say::line(format_args!("{:<30} {by:<10} {after:>16} {seconds:>8}  {rule}", bug.name));
        if good {
            counts.passed += 1;
        } else {
            counts.failed += 1;
        }
    }
    let all = start.elapsed().as_secs_f64();
    say::line(format_args!(
        "{} of {} planted bugs caught; {built:.0} s to build, {:.0} s to hunt",
        counts.passed,
        bugs.len(),
        all - built
    ));
    Ok(counts)
}

/// With no bug on, nothing may be found: what is caught later is caught because of its bug.
fn sound(program: &Path) -> Result<(), Error> {
    process::output(Command::new(program).args(["seeds", SOUND]).env(BUG, "0")).map(drop)
}

/// Lets each bug be hunted, as many at once as there are processors.
fn each(program: &Path, bugs: usize) -> Vec<Result<Caught, Error>> {
    let (next, caught) = (AtomicUsize::new(1), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let bug = next.fetch_add(1, Ordering::Relaxed);
            if bug > bugs {
                return;
            }
            let result = run(program, bug);
            if let Ok(mut caught) = caught.lock() {
                caught.push((bug, result));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut caught = caught.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    caught.sort_by_key(|(bug, _)| *bug);
    caught.into_iter().map(|(_, result)| result).collect()
}

fn run(program: &Path, bug: usize) -> Result<Caught, Error> {
    let name = "the simulator with planted bugs".to_owned();
    let output = Command::new(program).args(["hunt", WORLDS]).env(BUG, bug.to_string()).output();
    let output = output.map_err(|source| Error::Start { program: name.clone(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let parts: Vec<_> = text.lines().last().unwrap_or_default().split('\t').map(str::to_owned).collect();
    match <[String; 4]>::try_from(parts) {
        Ok([by, after, seconds, rule]) => Ok(Caught { by, after, seconds, rule }),
        Err(_) => Err(Error::Check(format!("{name} said nothing of what it found"))),
    }
}
