//! The command line.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use crate::day;
use crate::faults::Coverage;
use crate::plan::Plan;
use crate::platform::Wording;
use crate::premises::PREMISES;
use crate::runner::{self, Sum, Until};
use crate::search::{self, Found, Scenario};
use crate::shrink::smallest;
use crate::world::play;

const HELP: &str = "\
wsy-sim seeds N [--from SEED]       plays N worlds
wsy-sim payments N [--from SEED]    plays worlds until N charges have begun
wsy-sim replay SEED                 plays one world; if it breaks a rule, shrinks it and prints its trace
wsy-sim kept FILE                   plays the seeds kept in a file
wsy-sim search                      explores every order of events in small worlds
wsy-sim search large                the same in the largest worlds: half an hour, 16 GiB
wsy-sim day                         measures what an ordinary day costs a shop
wsy-sim hunt SEEDS                  looks for a violation, first in SEEDS worlds and then in the small ones
";

/// The small worlds must have at least this many states; with fewer, they have become too small.
const STATES: u64 = 1_000_000;
/// How many broken seeds are printed.
const SHOWN: usize = 5;

/// Prints a line. A closed pipe is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let good = match arguments[..] {
        ["seeds", n] => number(n).map(|n| seeds(0, Until::Seeds(n))),
        ["seeds", n, "--from", seed] => {
            number(n).zip(number(seed)).map(|(n, seed)| seeds(seed, Until::Seeds(n)))
        }
        ["payments", n] => number(n).map(|n| seeds(0, Until::Payments(n))),
        ["payments", n, "--from", seed] => {
            number(n).zip(number(seed)).map(|(n, seed)| seeds(seed, Until::Payments(n)))
        }
        ["replay", seed] => number(seed).map(replay),
        ["kept", file] => kept(file),
        ["search"] => Some(search(&search::small(), |_, _| {})),
        ["search", "large"] => Some(search(&search::large(), |world, found| {
            say(&format!("{}: {} states, {} steps deep", world.name, found.states, found.depth));
        })),
        ["day"] => Some(days()),
        ["hunt", n] => number(n).map(hunt),
        _ => None,
    };
    match good {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::FAILURE,
        None => {
            say(HELP);
            ExitCode::from(2)
        }
    }
}

/// Parses a number, decimal or with `0x`.
pub fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(2)
}

fn seeds(first: u64, until: Until) -> bool {
    let start = Instant::now();
    let sum = runner::run(first, until, threads());
    let seconds = start.elapsed().as_secs_f64();
    say(&summary(&sum, seconds));
    for (seed, violation) in sum.broken.iter().take(SHOWN) {
        say(&format!("\nseed {seed:#x}: {violation}\nreproduce with: cargo xtask sim --seed {seed:#x}"));
    }
    if sum.broken.len() > SHOWN {
        say(&format!("... and {} more", sum.broken.len() - SHOWN));
    }
    sum.broken.is_empty()
}

fn summary(sum: &Sum, seconds: f64) -> String {
    let counts = &sum.counts;
    let per_second = |n: u64| n as f64 / seconds.max(0.001);
    let faster = per_second(counts.simulated_ms) / 1_000.0;
    let mut text = format!(
        "{} worlds, {} payments in {seconds:.1} s: {:.0} worlds and {:.0} payments a second, \
         {:.0} times real time\n\
         reported: {} paid, {} not paid, {} unknown; {} refunds; {} requests refused; \
         {} charges need a person in the end\n\
         {} crashes, {} requests, {} violations\n\
         {} worlds break the premises: {} wrong verdicts there, {} of them raised an alarm, \
         {} of tills that have moved did not; {} refunds reported as made by another's line of the same amount\n\
         the other worlds rest on:{}\n",
        counts.worlds,
        counts.payments,
        per_second(counts.worlds),
        per_second(counts.payments),
        faster,
        counts.paid,
        counts.not_paid,
        counts.unknown,
        counts.refunds,
        counts.refused,
        counts.needs_person,
        counts.crashes,
        counts.requests,
        sum.broken.len(),
        counts.breaking,
        counts.wrong,
        counts.alarms,
        counts.unseen,
        counts.excused,
        premises(),
    );
    let never = sum.coverage.never();
    let _ =
        write!(text, "{} of {} pairs of fault and point hit", Coverage::all() - never.len(), Coverage::all());
    if !never.is_empty() {
        text.push_str("; never:");
    }
    for (fault, point) in never {
        let _ = write!(text, "\n  {} at {}", fault.word(), point.word());
    }
    text
}

/// Plays an ordinary day on three platforms.
fn days() -> bool {
    let days = [Wording::Document, Wording::Tables, Wording::Unlisted].map(day::day);
    say("400 payments: 4 declined, 4 cancelled at the password, 2 codes too old, 1 response lost; 2 refunds");
    days.iter().for_each(|day| say(&format!("\n{}", day.summary().trim_end())));
    days.iter().all(|day| day.broken.is_none())
}

fn premises() -> String {
    PREMISES.iter().map(|premise| format!("\n  {}", premise.en)).collect()
}

fn replay(seed: u64) -> bool {
    let plan = Plan::of(seed);
    let played = runner::play_seed(seed);
    let Some(violation) = played.violation else {
        say(&format!("seed {seed:#x} breaks no rule; trace hash {:016x}", played.hash));
        return true;
    };
    say(&format!("seed {seed:#x}: {violation}"));
    match smallest(&plan) {
        Some(small) => {
            let shown = play(&small, true);
            say(&format!(
                "\nsmallest world found that still fails ({} faults fire):\n{}",
                shown.fired.len(),
                shown.trace.join("\n")
            ));
        }
        None => say("a panic cannot be shrunk"),
    }
    false
}

fn kept(file: &str) -> Option<bool> {
    let text = std::fs::read_to_string(file).ok()?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let (mut good, mut count) = (true, 0);
    for line in lines.filter(|line| !line.is_empty()) {
        let seed = number(line)?;
        count += 1;
        if let Some(violation) = runner::play_seed(seed).violation {
            say(&format!("seed {seed:#x}: {violation}\nreproduce with: cargo xtask sim --seed {seed:#x}"));
            good = false;
        }
    }
    say(&format!("{count} kept seeds replayed"));
    Some(good)
}

fn search(worlds: &[Scenario], each: impl Fn(&Scenario, &Found) + Sync) -> bool {
    let start = Instant::now();
    let found = search::run(worlds, threads(), each);
    say(&found.summary());
    say(&format!("{} states in {:.1} s", found.states, start.elapsed().as_secs_f64()));
    if found.states < STATES {
        say(&format!("fewer than the expected {STATES}"));
    }
    found.counterexample.is_none() && found.states >= STATES
}

/// Prints one line for a table: what found the violation, and how much it took.
fn hunt(worlds: u64) -> bool {
    let start = Instant::now();
    let sum = runner::run(0, Until::Broken(worlds), 1);
    let seconds = || start.elapsed().as_secs_f64();
    if let Some((seed, violation)) = sum.broken.first() {
        let rule = violation.rule;
        say(&format!(
            "simulator\t{} worlds\t{:.1}\tinvariant {rule}, seed {seed:#x}",
            sum.counts.worlds,
            seconds()
        ));
        return false;
    }
    let found = search::run(&search::small(), 1, |_, _| {});
    if let Some(counterexample) = &found.counterexample {
        let rule = counterexample.violation.rule;
        let steps = counterexample.steps.len();
        say(&format!("search\t{} states\t{:.1}\tinvariant {rule} in {steps} steps", found.states, seconds()));
        return false;
    }
    say(&format!("nothing\t{} worlds, {} states\t{:.1}\t", sum.counts.worlds, found.states, seconds()));
    true
}
