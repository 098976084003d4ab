//! The programs of the benchmark, built from `bench/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::server::{Prefix, Server, under};
use kit::artifacts;
use kit::error::Error;
use kit::library;
use kit::process;
use kit::say;
use kit::tools::{self, Tool};
use kit::workspace::{self, ABI};

/// The compiler options of a careful author.
const C_FLAGS: [&str; 6] = ["-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror"];

/// Our own programs: the library, the till in C, the server and the small programs measured next to them.
pub struct Programs {
    folder: TempDir,
    /// The library as shipped.
    pub library: PathBuf,
    server: PathBuf,
    compiler: Tool,
}

/// The programs that a till's author would write without the library.
pub struct Peers {
    /// Those that also pay.
    pub payers: Payers,
    floor: PathBuf,
    mono: Tool,
    csharp: PathBuf,
}

/// The programs that a till's author would write to pay.
pub struct Payers {
    curl: PathBuf,
    python: Tool,
}

impl Programs {
    /// Builds them.
    pub fn build() -> Result<Self, Error> {
        say::line("building the library as shipped");
        let library = library::build()?;
        let folder = workspace::scratch("bench")?;
        let soname = folder.path().join(format!("libwsy.so.{ABI}"));
        std::fs::copy(&library, &soname).map_err(Error::file("copy", &library))?;
        let programs = Self { library, server: server()?, compiler: tools::c_compiler()?, folder };
        programs.compile("till", &programs.linked_with(&soname), &["-pthread"])?;
        Ok(programs)
    }

    /// Starts a server on the loopback.
    pub fn server(&self, prefix: Prefix<'_>) -> Result<Server, Error> {
        Server::start(self.server_program(prefix))
    }

    /// The server, which takes arguments.
    pub fn server_program(&self, prefix: Prefix<'_>) -> Command {
        under(prefix, &self.server)
    }

    /// The till in C, with the library.
    pub fn till(&self, prefix: Prefix<'_>) -> Command {
        let mut command = under(prefix, &self.path("till"));
        command.env("LD_LIBRARY_PATH", self.folder.path());
        command
    }

    /// Two lines appended and flushed.
    pub fn flush(&self) -> Result<PathBuf, Error> {
        self.compile("flush", &[], &[])
    }

    /// SQLite alone.
    pub fn alone(&self) -> Result<PathBuf, Error> {
        tools::need_header("sqlite3.h", "libsqlite3-dev")?;
        self.compile("alone", &[], &["-lsqlite3"])
    }

    /// Builds the peers. None of them may be missing.
    pub fn peers(&self) -> Result<Peers, Error> {
        let mcs = tools::need("mcs", "mono-mcs")?;
        let csharp = self.path("WebRequest.exe");
        let mut command = mcs.command();
        command.args(["-optimize", "-r:System.Xml"]).arg(format!("-out:{}", csharp.display()));
        process::output(command.arg(source("WebRequest.cs")))?;
        Ok(Peers {
            payers: self.payers()?,
            floor: self.compile("floor", &[], &["-pthread"])?,
            mono: tools::need("mono", "mono-runtime")?,
            csharp,
        })
    }

    /// Builds those that pay.
    pub fn payers(&self) -> Result<Payers, Error> {
        for (header, package) in [
            ("curl/curl.h", "libcurl4-openssl-dev"),
            ("openssl/evp.h", "libssl-dev"),
            ("libxml2/libxml/parser.h", "libxml2-dev"),
        ] {
            tools::need_header(header, package)?;
        }
        Ok(Payers {
            curl: self.compile(
                "curl",
                &["-I/usr/include/libxml2".to_owned()],
                &["-lcurl", "-lcrypto", "-lxml2", "-pthread"],
            )?,
            python: tools::python_with("requests", "python3-requests")?,
        })
    }

    fn path(&self, program: &str) -> PathBuf {
        self.folder.path().join(program)
    }

    fn linked_with(&self, library: &Path) -> Vec<String> {
        let include = workspace::root().join("include");
        vec![format!("-I{}", include.display()), library.display().to_string()]
    }

    fn compile(&self, name: &str, before: &[String], after: &[&str]) -> Result<PathBuf, Error> {
        let program = self.path(name);
        let mut command = self.compiler.command();
        command.args(C_FLAGS).arg("-o").arg(&program).arg(source(&format!("{name}.c")));
        process::output(command.args(before).args(after))?;
        Ok(program)
    }
}

impl Payers {
    /// libcurl, OpenSSL and libxml2.
    pub fn curl(&self, prefix: Prefix<'_>) -> Command {
        under(prefix, &self.curl)
    }

    /// Python with requests.
    pub fn python(&self, prefix: Prefix<'_>) -> Command {
        let mut command = under(prefix, self.python.path());
        command.arg(source("requests_peer.py"));
        command
    }
}

impl Peers {
    /// A socket and nothing else.
    pub fn floor(&self, prefix: Prefix<'_>) -> Command {
        under(prefix, &self.floor)
    }

    /// C# with `HttpWebRequest`.
    pub fn csharp(&self, prefix: Prefix<'_>) -> Command {
        let mut command = under(prefix, self.mono.path());
        command.arg(&self.csharp);
        command
    }
}

fn source(name: &str) -> PathBuf {
    workspace::root().join("bench").join("programs").join(name)
}

fn server() -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--release", "--package", "wsy-bench"]);
    artifacts::build(&mut command)?.program("wsy-bench")
}
