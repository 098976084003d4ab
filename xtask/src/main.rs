//! The project's own commands: `cargo xtask`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod coverage;
mod fuzz;
mod install;
mod sanitize;
mod setup;
mod sim;
mod soak;
mod test;

use std::path::Path;
use std::process::ExitCode;

use kit::error::Error;
use kit::{process, say, workspace};

const HELP: &str = "\
cargo xtask COMMAND

  demo [LANGUAGE]...      runs small tills through a day against a sandbox: C, Python, C++, C#, Delphi

  test                    everything to pass before a commit; needs only Rust and a C compiler
  test --all              every test; installs what it needs, as setup does. CI=true: no part may be skipped
  test --part NAME        only the parts with this in their name, such as Windows or Python
  setup                   says which Debian packages test --all needs, and installs them

  tables                  writes what is generated from codes and functions: wsy.h, stdcall.rs, bindings
  tables --check          lists the generated files that src/till/code.rs and src/capi have outdated
  compile-header          compiles include/wsy.h strictly as C99, C11, C++98 and C++17
  exports --check         checks that the library exports exactly the names in include/exports.txt

  dist                    builds the zip for Windows and the tarball for Linux, in target/dist
  dist --write-lists      adds the imports of the DLLs to the lists in windows/

  sim                     everything below as the tests run it: a million payments, search, planted bugs
  sim --seeds N           plays N small worlds of tills, a platform and faults, starting at seed 0
  sim --seeds N --seed S  the same, starting at another seed
  sim --payments N        the same, until N payments have begun
  sim --seed S            replays one world, and shrinks it if it breaks a rule
  sim --day               measures how long cashiers wait on an ordinary day, with three kinds of platform
  sim --search            tries every order of events in small worlds
  sim --search --large    the same in the largest worlds that can be exhausted: half an hour, 16 GiB
  sim --planted           plants deliberate mistakes, each of which must be caught
  sim --planted NAME      only those with this in their name

  fuzz --seconds N        feeds made-up responses, receipts, texts, ledgers and calls for N seconds
  fuzz --keep             adds the inputs that such runs found to fuzz/corpus
  fuzz --replay T FILE    feeds one input to one target

  soak --minutes N        every search, round after round with new seeds, and a summary

  bench                   compares the library with the alternatives and with its goals
  bench --write           the same, and writes the table into docs/performance.md
  bench --lines           only payments over lines of 30, 60 and 120 ms; needs root
  bench --short           instructions and sizes only, compared with bench/figures.txt
  bench --accept          writes bench/figures.txt again

  coverage                lists the lines and branches of the money rules that no test reaches

  install --prefix DIR    builds the library and installs it with its header and pkg-config file
  install --check         tries such an install in a temporary folder with a small C program
";

fn main() -> ExitCode {
    kit::command::run(run)
}

fn run(arguments: &[&str]) -> Result<(), Error> {
    match arguments {
        ["demo", languages @ ..] => package("demo", languages),
        ["test"] => test::quick(),
        ["test", "--all"] => test::all(),
        ["test", "--part", name] => test::some(name),
        ["part", name] => test::one(name),
        ["setup"] => setup::setup(),
        ["tables" | "compile-header" | "exports", ..] => package("interface", arguments),
        ["dist"] => package("dist", &["packages"]),
        ["dist", "--write-lists"] => package("dist", &["write-lists"]),
        ["sim"] => sim::all(),
        ["sim", "--seeds", n] => sim::play(&["seeds", n]),
        ["sim", "--seeds", n, "--seed", seed] => sim::play(&["seeds", n, "--from", seed]),
        ["sim", "--payments", n] => sim::play(&["payments", n]),
        ["sim", "--seed", seed] => sim::play(&["replay", seed]),
        ["sim", "--day"] => sim::play(&["day"]),
        ["sim", "--search"] => sim::play(&["search"]),
        ["sim", "--search", "--large"] => sim::play(&["search", "large"]),
        ["sim", "--planted"] => sim::planted(""),
        ["sim", "--planted", name] => sim::planted(name),
        ["fuzz", "--seconds", seconds] => fuzz::fuzz(seconds),
        ["fuzz", "--keep"] => fuzz::keep(),
        ["fuzz", "--replay", target, input] => fuzz::replay(target, input),
        ["soak", "--minutes", minutes] => soak::soak(minutes),
        ["bench", rest @ ..] => package("bench", rest),
        ["coverage"] => coverage::coverage(),
        ["install", "--prefix", folder] => install::install(Path::new(folder)),
        ["install", "--check"] => install::check::check(),
        ["help" | "--help" | "-h"] => {
            say::line(HELP.trim_end());
            Ok(())
        }
        [] => Err(Error::Usage(HELP.trim_end().to_owned())),
        _ => Err(Error::Usage(format!(
            "there is no command \"{}\"\n\n{}",
            arguments.join(" "),
            HELP.trim_end()
        ))),
    }
}

/// Builds another package of the project, and runs its program.
fn package(name: &str, arguments: &[&str]) -> Result<(), Error> {
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--package", name, "--"]).args(arguments);
    // It has printed its own error.
    process::run(&mut command)
        .map_err(|error| if matches!(error, Error::Failed { .. }) { Error::Said } else { error })
}
