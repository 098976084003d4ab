//! `cargo xtask demo`: two small tills at work in front of the user's eyes, against a platform on this machine.

mod book;
mod control;
mod janitor;
mod ledger;
mod story;
mod till;

use std::process::{Command, ExitCode};
use std::time::Instant;

use book::Comparison;
use control::Control;
use janitor::Janitor;
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::till::Shop;
use kit::tools::{self, Tool};
use kit::workspace;
use story::Story;

fn main() -> ExitCode {
    kit::command::run(|_| run())
}

/// Shows everything, and fails if anything is not as it should be.
fn run() -> Result<(), Error> {
    let start = Instant::now();
    say::line("Building the library, the platform and a till; the first time this takes a minute or two.");
    let shop = Shop::build()?;
    say::line(format_args!("Built in {:.0} s.", start.elapsed().as_secs_f32()));
    let platform = Platform::start(Command::new(&shop.sandbox))?;
    let _janitor = Janitor::watch(shop.folder(), platform.id());
    let control = Control { sandbox: shop.sandbox.clone(), base: platform.base().to_owned() };
    say::line(format_args!("The platform of this demo listens on {}.", platform.base()));

    let mut comparison = Comparison::default();
    say::line("\n######## C till (examples/c/till.c) ########");
    let program = || shop.till();
    comparison.add(Story::new(&control, &program, shop.folder().join("c till data"), "C").tell(Some(start))?);
    match python() {
        Ok(python) => {
            say::line("\n######## Python till (examples/python/till.py) ########");
            let program = || python_till(&python, &shop);
            let data = shop.folder().join("python till data");
            comparison.add(Story::new(&control, &program, data, "P").tell(None)?);
        }
        Err(why) => say::line(format_args!("\nThe Python till was left out: {why}.")),
    }

    comparison.tell(&control.book()?)?;
    say::line(format_args!("Built and shown in {:.0} s.", start.elapsed().as_secs_f32()));
    Ok(())
}

fn python_till(python: &Tool, shop: &Shop) -> Command {
    let mut command = python.command();
    command.arg(workspace::root().join("examples/python/till.py")).env("WSY_LIBRARY", shop.library());
    command
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
