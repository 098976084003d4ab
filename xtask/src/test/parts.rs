//! The parts of the tests: each is a command of its own, so that several can run at once.

use kit::counts::Counts;
use kit::error::Error;

use super::{cargo, circles, dependencies, rust};
use crate::{coverage, fuzz, install, sanitize, sim};

/// One part of the tests.
pub struct Part {
    /// What it is called.
    pub name: &'static str,
    /// When it runs.
    pub when: When,
    /// What runs.
    pub work: Work,
    /// The part that has to be over before, since this one takes what it made.
    pub after: Option<&'static str>,
}

/// When a part runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In every run.
    Always,
    /// In every run, but `--all` has something larger in its place.
    QuickOnly,
    /// With `--all`.
    All,
    /// Only if it is asked for by its name.
    Apart,
}

/// What a part does.
pub enum Work {
    /// Right or wrong: counts as one test.
    Check(fn() -> Result<(), Error>),
    /// Many tests, which are counted one by one.
    Tests(fn() -> Result<Counts, Error>),
    /// A command of another package of the project.
    Program(&'static str, &'static [&'static str]),
}

const fn part(name: &'static str, when: When, work: Work) -> Part {
    Part { name, when, work, after: None }
}

/// What takes the packages has to wait for them.
const fn packaged(name: &'static str, work: Work) -> Part {
    Part { name, when: When::All, work, after: Some(PACKAGES) }
}

const PACKAGES: &str = "packages";

/// In the order in which they start: what tells a slip soon, then what takes long.
pub const PARTS: &[Part] = {
    use When::{All, Always, Apart, QuickOnly};
    use Work::{Check, Program, Tests};
    &[
        part("formatting", Always, Check(cargo::formatting)),
        part("generated files", Always, Program("interface", &["tables", "--check"])),
        part("imports", Always, Check(circles::check)),
        part("dependencies", Always, Check(dependencies::dependencies)),
        part("lints", Always, Check(cargo::lints)),
        part("tests", Always, Tests(rust::quick)),
        part(PACKAGES, All, Program("dist", &["packages"])),
        part("long tests", All, Tests(rust::long)),
        part("simulator", QuickOnly, Tests(sim::quick)),
        part("simulator with a million payments", All, Tests(sim::short)),
        part("documentation", Always, Check(cargo::documentation)),
        part("header in C and C++", Always, Program("interface", &["compile-header"])),
        part("exports", QuickOnly, Program("interface", &["exports", "--check", "--development"])),
        part("exports as shipped", All, Program("interface", &["exports", "--check"])),
        part("install", All, Check(install::check::check)),
        part("C++ from the sources", QuickOnly, Program("bindings", &["cpp-quick"])),
        part("Python from the sources", QuickOnly, Program("bindings", &["python-quick"])),
        part("AddressSanitizer", All, Tests(sanitize::address)),
        part("fuzzing", All, Tests(fuzz::short)),
        part("coverage", All, Check(coverage::coverage)),
        part("valgrind", All, Tests(sanitize::valgrind)),
        part("receipts in a system's font", All, Tests(rust::system_font)),
        part("console in a browser", All, Program("browser", &[])),
        part("fallbacks for Windows XP", All, Program("dist", &["xp-fallbacks"])),
        packaged("C ABI on Windows", Program("dist", &["c-abi"])),
        packaged("C ABI as on Windows XP", Program("dist", &["c-abi-as-on-xp"])),
        packaged("Delphi on Windows", Program("bindings", &["delphi-windows"])),
        packaged("Delphi on Linux", Program("bindings", &["delphi"])),
        packaged("C# under Mono", Program("bindings", &["mono"])),
        packaged("C# under .NET Core", Program("bindings", &["dotnet"])),
        packaged("C++ on Linux", Program("bindings", &["cpp"])),
        packaged("C++ on Windows", Program("bindings", &["cpp-windows"])),
        packaged("Python on Linux", Program("bindings", &["python"])),
        packaged("Python wheels for Windows", Program("bindings", &["python-windows"])),
        packaged("stdcall face on Windows", Program("dist", &["stdcall"])),
        packaged("wsyctl on Windows", Program("dist", &["wsyctl"])),
        packaged("short benchmark", Program("bench", &["--short"])),
        part("demo", All, Program("demo", &[])),
        part("ThreadSanitizer", Apart, Tests(sanitize::threads)),
    ]
};

#[cfg(test)]
mod tests {
    use super::PARTS;

    #[test]
    fn names_are_unique_and_what_a_part_waits_for_comes_before_it() {
        for (at, part) in PARTS.iter().enumerate() {
            assert!(PARTS[..at].iter().all(|other| other.name != part.name), "{}", part.name);
            let earlier = |name| PARTS[..at].iter().any(|other| other.name == name);
            assert!(part.after.is_none_or(earlier), "{}", part.name);
        }
    }
}
