//! `cargo xtask test`: every part of the tests, several at once, and a summary for people and machines.

mod cargo;
mod circles;
mod dependencies;
mod lines;
mod parts;
mod run;
mod rust;

use kit::command::tell;
use kit::counts::Counts;
use kit::error::Error;
use kit::{process, say};

use crate::setup;
use parts::{PARTS, Part, When, Work};
use run::Program;

/// The parts that need nothing but Rust and a C compiler, in minutes.
pub fn quick() -> Result<(), Error> {
    let left: Vec<&str> = named(|part| part.when == When::All).map(|part| part.name).collect();
    let sum = run::all(named(|part| matches!(part.when, When::Always | When::QuickOnly)).collect())?;
    // A part whose tool is missing is left to those who have it.
    let skipped = sum.did_not_run();
    say::line(format_args!("{}; left to --all: {}", sum.counts(skipped, 0), left.join(", ")));
    sum.ended_well(false)
}

/// Every part, after installing what they need. In continuous integration, a part that cannot run is a
/// failure.
pub fn all() -> Result<(), Error> {
    setup::setup()?;
    let sum = run::all(named(|part| matches!(part.when, When::Always | When::All)).collect())?;
    let missing = sum.did_not_run();
    let (skipped, failed) = if kit::required() { (0, missing) } else { (missing, 0) };
    say::line(sum.counts(skipped, failed));
    sum.ended_well(kit::required())
}

/// The parts with this text in their names, one after the other, with all their output.
pub fn some(text: &str) -> Result<(), Error> {
    let mut wanted = named(|part| part.name.contains(text)).peekable();
    if wanted.peek().is_none() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(Error::Usage(format!("no part has this in its name; there are: {}", names.join(", "))));
    }
    let mut failed = Vec::new();
    for part in wanted {
        say::line(format_args!("\n{} ...", part.name));
        match process::run(&mut Program::build(&[part])?.of(part)?) {
            Ok(()) => {}
            Err(Error::Failed { .. }) => failed.push(part.name),
            Err(error) => return Err(error),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Error::Check(format!("failed: {}", failed.join(", ")))) }
}

/// One part in this process, as the others start it.
pub fn one(name: &str) -> Result<(), Error> {
    let part = PARTS.iter().find(|part| part.name == name);
    match part.map(|part| &part.work) {
        Some(Work::Check(check)) => check().and_then(|()| tell(Counts::ONE)),
        Some(Work::Tests(tests)) => tell(tests()?),
        Some(Work::Program(..)) | None => {
            Err(Error::Usage(format!("\"{name}\" is not a part of this program")))
        }
    }
}

fn named(wanted: impl Fn(&Part) -> bool) -> impl Iterator<Item = &'static Part> {
    PARTS.iter().filter(move |part| wanted(part))
}
