//! Why a command failed, in words for the person who ran it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is not one of ours.
    #[error("{0}")]
    Usage(String),
    /// A program that the command needs is not there and could not be installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A file or folder could not be read, written or made.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried: "read", "write", ...
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program failed. What it printed has been shown, or is in `output`.
    #[error("{command} failed ({status}){output}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// Empty, or a line break and what it printed.
        output: String,
    },
    /// A check found something wrong; the text says what, and what to do.
    #[error("{0}")]
    Check(String),
    /// The tests failed, and everything about it has been said; the last line has to stay the last.
    #[error("the tests failed")]
    Said,
}

impl Error {
    /// For `map_err`: what was tried on which file.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}

/// Something that is not there, and how it could be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what} is missing: {why}")]
pub struct Missing {
    what: String,
    why: String,
}

impl Missing {
    /// Something that cannot be had here.
    pub fn because(what: &str, why: &str) -> Self {
        Self { what: what.to_owned(), why: why.to_owned() }
    }

    /// Something that a Debian package has.
    pub(crate) fn package(what: &str, package: &str) -> Self {
        Self::because(what, &format!("cargo xtask setup installs it, or apt-get install {package}"))
    }

    /// For `map_err` of a download, whose failure is that of the network and not of what is tested.
    pub fn download(what: &str) -> impl FnOnce(Error) -> Error {
        move |error| Self::because(what, &format!("it could not be downloaded: {error}")).into()
    }
}
