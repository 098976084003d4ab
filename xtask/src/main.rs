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

  demo [LANGUAGE]...      shows small tills through a day against a platform on this machine: C, Python, C++, C#, Delphi

  test                    what has to be right before a change is committed; needs only Rust and a C compiler
  test --all              everything; installs what it needs, as setup does. CI=true: nothing may be left out
  test --part NAME        only the parts with this in their name, such as Windows or Python
  setup                   says which Debian packages test --all needs, and installs them

  tables                  writes all that repeats the codes and functions: include/wsy.h, src/capi/stdcall.rs, bindings
  tables --check          says which of it is not what src/till/code.rs and src/capi say
  compile-header          compiles include/wsy.h strictly as C99, C11, C++98 and C++17
  exports --check         says whether the library exports just the names of include/exports.txt

  dist                    makes the zip for Windows and the tarball for Linux, in target/dist
  dist --write-lists      adds what the DLLs import to the lists in windows/

  sim                     all of the following as the tests have it: a million payments, the search, planted bugs
  sim --seeds N           plays N small worlds of tills, a platform and faults, from seed 0 on
  sim --seeds N --seed S  the same from another seed on
  sim --payments N        the same until N payments have begun
  sim --seed S            plays one world again, and makes it small if it breaks a rule
  sim --day               counts what an ordinary day costs a shop's cashiers, by three platforms
  sim --search            goes through every order of events in small worlds
  sim --search --large    the same in the largest worlds that can be closed: half an hour, 16 GiB
  sim --planted           plants deliberate mistakes, each of which has to be caught
  sim --planted NAME      only those with this in their name

  fuzz --seconds N        feeds made-up answers, receipts, texts, ledgers and calls to the library for so long
  fuzz --keep             adds what such runs found to the inputs in fuzz/corpus
  fuzz --replay T FILE    feeds one input to one target

  soak --minutes N        all that searches, round after round with other seeds, and the sum of it

  bench                   the library against what a till would be written with otherwise, and its goals
  bench --write           the same, and puts the table into docs/performance.md
  bench --short           instructions and sizes, compared with those in bench/figures.txt
  bench --accept          writes bench/figures.txt again

  coverage                which lines and branches of the money rules no test reaches

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
    // It has said itself what is wrong.
    process::run(&mut command)
        .map_err(|error| if matches!(error, Error::Failed { .. }) { Error::Said } else { error })
}
