//! `cargo xtask soak`: every search, round after round with new seeds, for a given time. It stops at the
//! first violation and prints the command that shows it again.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{fuzz, sim};
use kit::error::Error;
use kit::{process, say, workspace};

/// A part of a round, about a minute long: what is searched, how many of them, and how, starting at a seed.
type Step = (&'static str, u64, fn(u64, u64) -> Result<(), Error>);

const STEPS: [Step; 5] = [
    ("simulated worlds", 40_000, |worlds, seed| {
        sim::play(&["seeds", &worlds.to_string(), "--from", &seed.to_string()])
    }),
    ("kills at any moment and as many rounds of all named points", 300, |kills, seed| {
        test("wsy", "capi", "kills", "WSY_KILLS", kills, seed)
    }),
    ("power-loss images", 20_000, |images, seed| test("wsy", "disk", "power", "WSY_IMAGES", images, seed)),
    ("payments over SQLite beside the simulated ledger", 20_000, |payments, seed| {
        test("wsy-sim", "sqlite", "sqlite", "WSY_SQLITE_PAYMENTS", payments, seed)
    }),
    ("seconds of fuzzing", 60, |seconds, _| fuzz::fuzz(&seconds.to_string())),
];

/// Searches for this many minutes.
pub fn soak(minutes: &str) -> Result<(), Error> {
    let minutes: u64 = minutes
        .parse()
        .ok()
        .filter(|minutes| (1..=1_000_000).contains(minutes))
        .ok_or_else(|| Error::Usage("--minutes takes a number, 1 or more".to_owned()))?;
    let start = Instant::now();
    // Other worlds than those of the tests and of the last soak.
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1 << 32, |since| since.as_secs() << 20);
    let mut done = STEPS.map(|(what, ..)| (what, 0));
    let result = (0..).find_map(|round: u64| {
        STEPS.iter().zip(&mut done).find_map(|((what, number, search), (_, done))| {
            if start.elapsed() >= Duration::from_secs(60 * minutes) {
                return Some(Ok(()));
            }
            let minute = start.elapsed().as_secs() / 60;
            say::line(format_args!("\nround {}, minute {minute} of {minutes}: {what}", round + 1));
            let found = search(*number, seed.wrapping_add(round << 16)).err();
            *done += if found.is_none() { *number } else { 0 };
            found.map(Err)
        })
    });
    let done: Vec<_> = done.iter().map(|(what, number)| format!("{number} {what}")).collect();
    say::line(format_args!("\nin {} minutes: {}", start.elapsed().as_secs() / 60, done.join(", ")));
    result.unwrap_or(Ok(()))
}

/// Runs tests of a package with numbers from outside. Fails if no test has this name: it would search
/// nothing.
fn test(package: &str, of: &str, name: &str, variable: &str, number: u64, seed: u64) -> Result<(), Error> {
    let cargo = || {
        let mut command = workspace::cargo();
        command.args(["test", "--package", package, "--test", of, "--", name]);
        command
    };
    let listed = process::output(cargo().arg("--list"))?;
    if !listed.lines().any(|line| line.ends_with(": test")) {
        return Err(Error::Check(format!("no test of {of} is called {name}")));
    }
    let mut command = cargo();
    command.arg("--nocapture");
    process::run(command.env(variable, number.to_string()).env("WSY_SEED", seed.to_string()))
}
