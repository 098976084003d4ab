//! C programs under a tool that watches them, and the checks that the tool works.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::build::{self, Sanitizer};
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::platform::Platform;
use kit::tools::{self, Tool};
use kit::{capi, library, process, say, workspace};

/// The exit code of a program for which a tool has something to report.
const REPORTED: i32 = 99;
/// The time limit of a program in seconds, much longer than any of them takes.
const PATIENCE: &str = "180";
const STRICT: [&str; 7] = ["-std=c99", "-g", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread"];
/// A device and an order of the demo's book.
const BOOK: [&str; 3] = ["57206", "8df7975ac2c8eca932a0d2802b27945f5757494b", "B1"];

/// The tool that watches.
pub enum Watcher {
    /// Code in the program and in the library.
    Sanitizer(Sanitizer),
    /// A program that runs the program.
    Valgrind(Tool),
}

/// A deliberate mistake of `tests/sanitize/wrong.c`, and a part of the report that it must cause.
pub type Mistake = (&'static str, &'static str);

/// A folder with the library and the programs, and the tool that watches them.
pub struct Watched {
    watcher: Watcher,
    folder: TempDir,
}

impl Watched {
    /// Watches with a sanitizer.
    pub fn by(sanitizer: Sanitizer) -> Result<Self, Error> {
        // Fail before building anything if there is none.
        sanitizer.runtime()?;
        Self::new(Watcher::Sanitizer(sanitizer), &sanitizer.library()?)
    }

    /// Watches with valgrind, and with the library as shipped.
    pub fn by_valgrind() -> Result<Self, Error> {
        let valgrind = tools::need("valgrind", "valgrind")?;
        Self::new(Watcher::Valgrind(valgrind), &library::build()?)
    }

    fn new(watcher: Watcher, library: &Path) -> Result<Self, Error> {
        let watched = Self { watcher, folder: workspace::scratch("watched programs")? };
        for name in ["libwsy.so".to_owned(), format!("libwsy.so.{}", workspace::ABI)] {
            fs::copy(library, watched.place(&name)).map_err(Error::file("copy", library))?;
        }
        for (folder, name) in [
            ("tests/c", "driver"),
            ("tests/c", "abi"),
            ("tests/sanitize", "session"),
            ("tests/sanitize", "wrong"),
        ] {
            watched.compile(&workspace::root().join(folder).join(name).with_extension("c"), name)?;
        }
        Ok(watched)
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles a program. The sanitizer runtime comes from the Rust compiler, even if the C compiler has one
    /// too.
    fn compile(&self, source: &Path, name: &str) -> Result<(), Error> {
        let object = self.place(&format!("{name}.o"));
        let compiler = tools::c_compiler()?;
        let mut command = compiler.command();
        command.args(STRICT).arg("-I").arg(workspace::root().join("include"));
        if let Watcher::Sanitizer(sanitizer) = &self.watcher {
            command.arg(format!("-fsanitize={}", sanitizer.word()));
        }
        process::output(command.arg("-c").arg(source).arg("-o").arg(&object))?;
        let mut command = compiler.command();
        command.arg(&object).arg("-o").arg(self.place(name));
        if let Watcher::Sanitizer(sanitizer) = &self.watcher {
            // All of the runtime, and for the library too.
            command.arg("-Wl,--whole-archive").arg(sanitizer.runtime()?);
            command.args([
                "-Wl,--no-whole-archive",
                "-Wl,--export-dynamic",
                "-ldl",
                "-lm",
                "-lrt",
                "-lresolv",
            ]);
        }
        command.arg("-L").arg(self.folder.path()).args(["-lwsy", "-pthread"]);
        // Old-style (RPATH), so that it takes precedence over an LD_LIBRARY_PATH that cargo sets.
        process::output(command.arg("-Wl,--disable-new-dtags,-rpath,$ORIGIN")).map(drop)
    }

    /// The command line of a watched program.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", PATIENCE]);
        if let Watcher::Valgrind(valgrind) = &self.watcher {
            command.arg(valgrind.path());
            // Fair: otherwise a thread that polls for another's work would starve it.
            command.args(["--quiet", "--leak-check=full", "--fair-sched=yes"]);
            command.args(["--errors-for-leak-kinds=definite", "--show-leak-kinds=definite"]);
            command.arg(format!("--error-exitcode={REPORTED}"));
        }
        command.arg(self.place(name));
        set(&mut command);
        command
    }

    /// Checks that the tool works: it is silent where there is no mistake, and reports each of these.
    pub fn proof(&self, mistakes: &[Mistake]) -> Result<Counts, Error> {
        process::output(self.command("wrong").arg("nothing"))?;
        let mut counts = Counts::ONE;
        for (name, report) in mistakes {
            let result = process::output(self.command("wrong").arg(name));
            if reports(&result, report) {
                say::line(format_args!("a deliberate mistake, {name}: reported, \"{report}\""));
                counts.passed += 1;
            } else {
                say::line(format_args!("a deliberate mistake, {name}: NOT reported, expected \"{report}\""));
                counts.failed += 1;
            }
        }
        Ok(counts)
    }

    /// A day of a till that calls every function and frees every handle.
    pub fn session(&self) -> Result<Counts, Error> {
        every_function_is_called()?;
        let font = workspace::root().join("tests/vectors/receipt-font.ttf");
        self.at_work("session", "a session that calls every function", &[font.as_os_str()])
    }

    /// Every function with every wrong handle, and texts of every size.
    pub fn misuse(&self) -> Result<Counts, Error> {
        self.at_work("abi", "a program that misuses every function", &BOOK.map(OsStr::new))
    }

    /// Runs a program against a platform; the tool must report nothing.
    fn at_work(&self, name: &str, what: &str, arguments: &[&OsStr]) -> Result<Counts, Error> {
        let platform = Platform::start_with_customers(Command::new(build::sandbox()?))?;
        let home = workspace::scratch("watched till")?;
        let mut command = self.command(name);
        command.arg(home.path().join("data")).arg(platform.base()).args(arguments);
        match process::output(&mut command) {
            Ok(_) => {
                say::line(format_args!("{what}: nothing to report"));
                Ok(Counts::ONE)
            }
            Err(error @ Error::Failed { .. }) => {
                say::line(format_args!("{what}: {error}"));
                Ok(Counts { failed: 1, ..Counts::default() })
            }
            Err(error) => Err(error),
        }
    }

    /// Runs the tests of the C ABI, `tests/capi`, with these programs; optionally only those with this in
    /// their names.
    pub fn suite(&self, filter: &[&str]) -> Result<Counts, Error> {
        let mut command = capi::suite(self.folder.path());
        set(command.args(filter));
        let counts = counts::of_rust_tests(&mut command)?;
        say::line(format_args!("tests/capi: {counts}"));
        Ok(counts)
    }
}

/// Sets the options of the sanitizers, which they read from the environment.
fn set(command: &mut Command) {
    command.env("ASAN_OPTIONS", format!("detect_leaks=1:exitcode={REPORTED}"));
    command.env("LSAN_OPTIONS", format!("exitcode={REPORTED}"));
    command.env("TSAN_OPTIONS", format!("halt_on_error=1:exitcode={REPORTED}"));
}

fn reports(result: &Result<String, Error>, report: &str) -> bool {
    matches!(result, Err(Error::Failed { status, output, .. })
        if status.code() == Some(REPORTED) && output.contains(report))
}

/// Checks that the session calls every function.
fn every_function_is_called() -> Result<(), Error> {
    let root = workspace::root();
    let source = workspace::read(&root.join("tests/sanitize/session.c"))?;
    let all = workspace::read(&root.join("include/exports.txt"))?;
    match all.lines().find(|name| !source.contains(&format!("{name}("))) {
        None => Ok(()),
        Some(name) => Err(Error::Check(format!("tests/sanitize/session.c does not call {name}"))),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_session_leaves_no_function_out() {
        super::every_function_is_called().unwrap();
    }
}
