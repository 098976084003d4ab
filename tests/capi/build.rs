//! The C programs, compiled once and linked with the library that cargo built for this very test.
//!
//! If `WSY_CAPI_PROGRAMS` names a folder, the programs in it are used instead: they may be for another
//! system, with that system's library, as long as they can be started here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs, process};

const FLAGS: [&str; 6] = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread"];

pub fn driver() -> &'static Path {
    static DRIVER: OnceLock<PathBuf> = OnceLock::new();
    DRIVER.get_or_init(|| program("driver"))
}

pub fn abi() -> &'static Path {
    static ABI: OnceLock<PathBuf> = OnceLock::new();
    ABI.get_or_init(|| program("abi"))
}

/// A till that lives through a short day.
pub fn day() -> &'static Path {
    static DAY: OnceLock<PathBuf> = OnceLock::new();
    DAY.get_or_init(|| program("day"))
}

/// Hosts that treat their threads as real ones do.
pub fn hosts() -> &'static Path {
    static HOSTS: OnceLock<PathBuf> = OnceLock::new();
    HOSTS.get_or_init(|| program("hosts"))
}

/// A preloaded library that kills a program at a named point.
pub fn points() -> &'static Path {
    static POINTS: OnceLock<PathBuf> = OnceLock::new();
    POINTS.get_or_init(|| preloaded("points"))
}

/// A preloaded library that makes a program look up a name for which no server answers.
pub fn lookups() -> &'static Path {
    static LOOKUPS: OnceLock<PathBuf> = OnceLock::new();
    LOOKUPS.get_or_init(|| preloaded("lookups"))
}

/// A preloaded library that puts a program's wall clock three days ahead.
pub fn ahead() -> &'static Path {
    static AHEAD: OnceLock<PathBuf> = OnceLock::new();
    AHEAD.get_or_init(|| preloaded("ahead"))
}

/// A preloaded library that takes from a program the locks of open files, which an old Linux lacks.
pub fn old_locks() -> &'static Path {
    static OLD_LOCKS: OnceLock<PathBuf> = OnceLock::new();
    OLD_LOCKS.get_or_init(|| preloaded("oldlocks"))
}

/// A preloaded library that refuses a program the renaming of files.
pub fn refused() -> &'static Path {
    static REFUSED: OnceLock<PathBuf> = OnceLock::new();
    REFUSED.get_or_init(|| preloaded("refused"))
}

fn preloaded(name: &str) -> PathBuf {
    let arguments = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-ldl"];
    compiled(name, &format!("{name}.so"), |cc| cc.args(arguments))
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn program(name: &str) -> PathBuf {
    match env::var_os("WSY_CAPI_PROGRAMS") {
        Some(folder) => Path::new(&folder).join(name),
        None => linked(name),
    }
}

fn linked(name: &str) -> PathBuf {
    compiled(name, name, |cc| {
        cc.args(FLAGS).arg("-I").arg(root().join("include")).arg("-L").arg(folder());
        // Old-style (RPATH), so that it takes precedence over LD_LIBRARY_PATH: a library of an earlier build
        // may be there.
        cc.args(["-lwsy", "-ldl", "-Wl,--disable-new-dtags,-rpath,$ORIGIN"])
    })
}

/// Compiles `tests/c/NAME.c` into the folder of the library.
fn compiled(name: &str, made: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> PathBuf {
    let fresh = folder().join(format!("{made}.{}", process::id()));
    let made = folder().join(made);
    let mut cc = Command::new("cc");
    cc.arg(root().join("tests/c").join(name).with_extension("c")).arg("-o").arg(&fresh);
    let compiled = arguments(&mut cc).output().expect("a C compiler");
    assert!(compiled.status.success(), "{name}.c: {}", String::from_utf8_lossy(&compiled.stderr));
    // A program of an earlier run may still be running; a new name does not disturb it.
    fs::rename(fresh, &made).unwrap();
    made
}

/// The shared library, under the name that programs link with and the one that they load.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("capi");
        fs::create_dir_all(&folder).unwrap();
        let library = library();
        for name in ["libwsy.so", "libwsy.so.0"] {
            let fresh = folder.join(format!("{name}.{}", process::id()));
            fs::copy(&library, &fresh).unwrap();
            fs::rename(fresh, folder.join(name)).unwrap();
        }
        folder
    })
}

/// Cargo builds the library before its tests, so it lies next to this program.
fn library() -> PathBuf {
    let test = env::current_exe().unwrap();
    let library = test.parent().unwrap().join("libwsy.so");
    assert!(library.exists(), "{} does not exist", library.display());
    library
}
