//! Why a command failed, worded for the person who ran it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is not valid.
    #[error("{0}")]
    Usage(String),
    /// A program that the command needs is missing and could not be installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A file or folder could not be read, written or created.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// The operation that was tried: "read", "write", ...
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// The error of the system.
        source: io::Error,
    },
    /// A program failed. Its output has been shown or is in `output`.
    #[error("{command} failed ({status}){output}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// Empty, or a line break and its output.
        output: String,
    },
    /// A check failed; the text says why and what to do.
    #[error("{0}")]
    Check(String),
    /// The tests failed, and the details have been printed; the last line has to stay the last.
    #[error("the tests failed")]
    Said,
}

impl Error {
    /// For `map_err`: names the operation and the file.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}

/// Something that is missing, and how to get it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what} is missing: {why}")]
pub struct Missing {
    what: String,
    why: String,
}

impl Missing {
    /// Something that cannot be obtained here.
    pub fn because(what: &str, why: &str) -> Self {
        Self { what: what.to_owned(), why: why.to_owned() }
    }

    /// Something that a Debian package provides.
    pub(crate) fn package(what: &str, package: &str) -> Self {
        Self::because(what, &format!("cargo xtask setup installs it, or apt-get install {package}"))
    }

    /// For `map_err` of a download: its failure is the network's, not that of the code under test.
    pub fn download(what: &str) -> impl FnOnce(Error) -> Error {
        move |error| Self::because(what, &format!("it could not be downloaded: {error}")).into()
    }
}
