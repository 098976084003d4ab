//! The tests of the C ABI, `tests/capi`, with C programs built in another way: for Windows, or with a
//! sanitizer.

use std::path::Path;
use std::process::Command;

use crate::workspace;

/// The command that runs them with the programs of a folder. Further arguments go to the test program.
pub fn suite(programs: &Path) -> Command {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--test", "capi", "--"]);
    command.env("WSY_CAPI_PROGRAMS", programs);
    // They mostly wait.
    command.env("RUST_TEST_THREADS", "8");
    command
}
