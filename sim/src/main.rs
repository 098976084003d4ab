//! The simulator's binary; `cargo xtask sim` builds and runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    wsy_sim::cli::main()
}
