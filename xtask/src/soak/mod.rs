//! `cargo xtask soak`: everything that searches, round after round with other seeds, for as long as told. It stops at the first
//! violation, with the command that shows it again.

use std::time::{Duration, Instant};

use crate::fuzz;
use crate::sim;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

/// What a round does of each kind, so that each takes about a minute.
const WORLDS: u64 = 40_000;
const KILLS: u64 = 300;
const IMAGES: u64 = 20_000;
const RULES: u64 = 300_000;
const FUZZ_SECONDS: &str = "60";

/// What was done.
#[derive(Default)]
struct Done {
    worlds: u64,
    kills: u64,
    images: u64,
    rules: u64,
    fuzz_seconds: u64,
}

/// A part of a round, from a seed on.
type Step = fn(u64, &mut Done) -> Result<(), Error>;

/// Searches for so many minutes.
pub fn soak(minutes: &str) -> Result<(), Error> {
    let minutes: u64 = minutes
        .parse()
        .ok()
        .filter(|minutes| (1..=1_000_000).contains(minutes))
        .ok_or_else(|| Error::Usage("--minutes takes a number from 1 on".to_owned()))?;
    let start = Instant::now();
    let all = Duration::from_secs(60 * minutes);
    // Other worlds than those of the tests, and of the last soak.
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(1 << 32, |since| since.as_secs() << 20);
    let mut done = Done::default();
    let steps: [(&str, Step); 5] = [
        ("simulated worlds", worlds),
        ("kills", kills),
        ("power cuts", images),
        ("money rules", rules),
        ("fuzzing", fuzzing),
    ];
    for round in 0.. {
        for (name, step) in steps {
            if start.elapsed() >= all {
                tell(&done, start.elapsed());
                return Ok(());
            }
            say::line(format_args!(
                "\nround {}, minute {} of {minutes}: {name}",
                round + 1,
                start.elapsed().as_secs() / 60
            ));
            if let Err(error) = step(seed.wrapping_add(round << 16), &mut done) {
                tell(&done, start.elapsed());
                return Err(error);
            }
        }
    }
    Ok(())
}

fn tell(done: &Done, took: Duration) {
    say::line(format_args!(
        "\nin {} minutes: {} simulated worlds, {} kills at any moment and as many rounds of all named points, \
         {} power-loss images, {} random payments and refunds by the rules alone, {} s of fuzzing",
        took.as_secs() / 60,
        done.worlds,
        done.kills,
        done.images,
        done.rules,
        done.fuzz_seconds
    ));
}

fn worlds(seed: u64, done: &mut Done) -> Result<(), Error> {
    sim::play(&sim::Play::Seeds(&WORLDS.to_string(), &seed.to_string()))?;
    done.worlds += WORLDS;
    Ok(())
}

fn kills(seed: u64, done: &mut Done) -> Result<(), Error> {
    test("capi", "kills", &[("WSY_KILLS", KILLS), ("WSY_SEED", seed)])?;
    done.kills += KILLS;
    Ok(())
}

fn images(seed: u64, done: &mut Done) -> Result<(), Error> {
    test("disk", "power", &[("WSY_IMAGES", IMAGES), ("WSY_SEED", seed)])?;
    done.images += IMAGES;
    Ok(())
}

fn rules(seed: u64, done: &mut Done) -> Result<(), Error> {
    test("payment", "worlds", &[("WSY_WORLDS", RULES), ("WSY_SEED", seed)])?;
    done.rules += RULES;
    Ok(())
}

fn fuzzing(_: u64, done: &mut Done) -> Result<(), Error> {
    fuzz::fuzz(FUZZ_SECONDS)?;
    done.fuzz_seconds += 60;
    Ok(())
}

/// Runs tests of the library with their numbers from outside.
fn test(of: &str, name: &str, numbers: &[(&str, u64)]) -> Result<(), Error> {
    let mut command = workspace::cargo();
    command.args(["test", "--package", "wsy", "--test", of, "--", name, "--nocapture"]);
    command.envs(numbers.iter().map(|(variable, number)| (variable, number.to_string())));
    process::run(&mut command)
}
