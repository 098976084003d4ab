//! The pure rooms of the library, their tests and the simulator, built so that they count what they reach.

use std::fs;
use std::path::{Path, PathBuf};

use kit::artifacts::{self, Artifact, Artifacts};
use kit::error::Error;
use kit::workspace;

/// The rooms, and the tests of each.
const ROOMS: [&str; 2] = ["payment", "protocol"];
/// What they and their tests use, as the library's own manifest has it.
const DEPENDENCIES: [&str; 7] =
    ["encoding_rs", "hex", "percent-encoding", "quick-xml", "regex-lite", "sha1", "thiserror"];
const OF_TESTS: [&str; 1] = ["proptest"];

/// What was built.
pub struct Built {
    /// The package that the tests belong to.
    pub folder: PathBuf,
    /// The programs of the tests.
    pub tests: Vec<PathBuf>,
    /// The simulator.
    pub simulator: PathBuf,
}

/// Builds all of it.
pub fn build() -> Result<Built, Error> {
    let root = workspace::root();
    let all = root.join("target/coverage");
    let library = all.join("library");
    settle(&all.join("Cargo.toml"), WORKSPACE)?;
    if !all.join("Cargo.lock").exists() {
        // The versions that the library is built with.
        settle(&all.join("Cargo.lock"), &workspace::read(&root.join("Cargo.lock"))?)?;
    }
    settle(&library.join("Cargo.toml"), &manifest(&workspace::read(&root.join("Cargo.toml"))?)?)?;
    settle(
        &library.join("lib.rs"),
        &ROOMS.map(|room| format!("#[path = \"src/{room}/mod.rs\"]\npub mod {room};\n")).concat(),
    )?;
    for room in ROOMS {
        settle(&library.join(format!("{room}.rs")), &tests_of(room, &root)?)?;
    }
    settle(&all.join("sim/Cargo.toml"), SIMULATOR)?;
    for (link, to) in [("library/src", "src"), ("library/tests", "tests"), ("sim/src", "sim/src")] {
        point(&all.join(link), &root.join(to))?;
    }
    let built = Artifacts(built(&all)?);
    let tests = built.0.iter().filter(|artifact| artifact.is_integration_test);
    let tests = tests.filter_map(|artifact| artifact.executable.clone()).collect();
    Ok(Built { folder: library, tests, simulator: built.program("wsy-sim")? })
}

/// A sum that overflows is a panic, and the simulator has to be quick.
const WORKSPACE: &str =
    "[workspace]\nmembers = [\"library\", \"sim\"]\nresolver = \"3\"\n\n[profile.dev]\nopt-level = 1\n";

const SIMULATOR: &str = "[package]\nname = \"wsy-sim\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
    [dependencies]\nwsy = { path = \"../library\" }\n";

fn manifest(library: &str) -> Result<String, Error> {
    let line = |name: &&str| {
        let of = |line: &&str| line.split_once(" =").is_some_and(|(first, _)| first == *name);
        let missing =
            || Error::Check(format!("Cargo.toml has no line for {name}, which the money rules need"));
        library.lines().find(of).ok_or_else(missing)
    };
    let lines =
        |names: &[&str]| names.iter().map(line).collect::<Result<Vec<_>, _>>().map(|all| all.join("\n"));
    let tests = ROOMS.map(|room| format!("[[test]]\nname = \"{room}\"\npath = \"{room}.rs\"\n\n"));
    Ok(format!(
        "[package]\nname = \"wsy\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\nautotests = false\n\n\
         [lib]\npath = \"lib.rs\"\n\n{}[dependencies]\n{}\n\n[dev-dependencies]\n{}\n",
        tests.concat(),
        lines(&DEPENDENCIES)?,
        lines(&OF_TESTS)?,
    ))
}

/// The tests of a room. Those that go through the till as well are left out, since it is not built here.
fn tests_of(room: &str, root: &Path) -> Result<String, Error> {
    let folder = root.join("tests").join(room);
    let mut text = String::new();
    for line in workspace::read(&folder.join("main.rs"))?.lines() {
        let module = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        if let Some(module) = module {
            if workspace::read(&folder.join(format!("{module}.rs")))?.contains("wsy::till") {
                continue;
            }
            text.push_str(&format!("#[path = \"tests/{room}/{module}.rs\"]\n"));
        }
        text.push_str(line);
        text.push('\n');
    }
    Ok(text)
}

/// Builds, and gives everything that was made.
fn built(all: &Path) -> Result<Vec<Artifact>, Error> {
    let mut built = Vec::new();
    for what in [["test", "--no-run", "--tests"].as_slice(), &["build", "--bins"]] {
        let mut command = workspace::cargo();
        command.args(what).arg("--quiet").arg("--manifest-path").arg(all.join("Cargo.toml"));
        // Counting branches is an option of the compiler that is not stable yet.
        command.env("RUSTC_BOOTSTRAP", "1");
        command.env("RUSTFLAGS", "-Cinstrument-coverage -Zcoverage-options=branch");
        command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("CARGO_TARGET_DIR", all.join("build"));
        // Build scripts count, too, and would leave their files about.
        command.env("LLVM_PROFILE_FILE", all.join("build/%p.profraw"));
        built.extend(artifacts::build(&mut command)?.0);
    }
    Ok(built)
}

/// Writes a file if it has another text.
fn settle(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        Ok(())
    } else {
        workspace::write(path, text)
    }
}

/// Makes a link, if it is not there.
fn point(link: &Path, to: &Path) -> Result<(), Error> {
    if fs::read_link(link).is_ok_and(|there| there == to) {
        return Ok(());
    }
    match fs::remove_file(link) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", link)(error)),
        _ => symlink(to, link).map_err(Error::file("make", link)),
    }
}

#[cfg(unix)]
fn symlink(to: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
