//! `cargo xtask demo`: two small tills at work in front of the user's eyes, against a platform on this machine.

mod book;
mod build;
mod control;
mod janitor;
mod ledger;
mod stage;
mod story;
mod till;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use book::Comparison;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::{self, Tool};
use kit::workspace;
use stage::Stage;
use story::Story;

fn main() -> ExitCode {
    kit::command::run(|_| run())
}

/// Shows everything, and fails if anything is not as it should be.
fn run() -> Result<(), Error> {
    let compiler = tools::c_compiler()?;
    let built = build::build()?;
    let start = Instant::now();
    let stage = Stage::set(&built, &compiler)?;
    say::line(format_args!("The platform of this demo listens on {}.", stage.control.base()));

    let mut comparison = Comparison::default();
    play(&stage, "C till (examples/c/till.c)", "C", stage.c_till(), &mut comparison)?;
    match python() {
        Ok(python) => {
            let till = stage.python_till(&python);
            play(&stage, "Python till (examples/python/till.py)", "P", till, &mut comparison)?;
        }
        Err(why) => say::line(format_args!("\nThe Python till was left out: {why}.")),
    }

    comparison.tell(&stage.control.book()?)?;
    say::line(format_args!("Shown in {:.0} s.", start.elapsed().as_secs_f32()));
    Ok(())
}

/// One till's part. Its numbers begin with `letter`, and its ledger goes into the comparison.
fn play(
    stage: &Stage,
    name: &str,
    letter: &str,
    program: till::Program,
    comparison: &mut Comparison,
) -> Result<(), Error> {
    say::line(format_args!("\n######## {name} ########"));
    let shown = Story::new(&stage.control, program, letter).tell()?;
    comparison.add(shown);
    Ok(())
}

/// A Python that can run the example, or why there is none.
fn python() -> Result<Tool, String> {
    let python = tools::need("python3", "python3").map_err(|missing| missing.to_string())?;
    let check = "import ctypes, sys; sys.exit(sys.version_info < (3, 8))";
    match process::output(python.command().args(["-c", check])) {
        Ok(_) => Ok(python),
        Err(_) => Err("python3 is older than 3.8, or has no ctypes".to_owned()),
    }
}

/// The file of an example.
fn example(name: &str) -> PathBuf {
    workspace::root().join("examples").join(name)
}
