//! The artifacts cargo builds, and where it puts them. The target directory can be moved in several ways, so
//! cargo itself is asked.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::error::Error;
use crate::process;
use crate::workspace;

/// One target that cargo built, such as a library or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The name of the target.
    pub name: String,
    /// The folder of its package.
    pub package: PathBuf,
    /// Whether it is a test program: either that of an integration test or that of a target's unit tests.
    pub is_test: bool,
    /// Whether the target is an integration test.
    pub is_integration_test: bool,
    /// The files it produced.
    pub files: Vec<PathBuf>,
    /// The executable among them.
    pub executable: Option<PathBuf>,
}

impl Artifact {
    /// Reads a line of `--message-format=json`. Returns `None` for lines about anything else.
    fn read(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" {
            return None;
        }
        Some(Self {
            name: message["target"]["name"].as_str()?.to_owned(),
            package: Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf(),
            is_test: message["profile"]["test"].as_bool().unwrap_or_default(),
            is_integration_test: message["target"]["kind"][0] == "test",
            files: message["filenames"]
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .map(PathBuf::from)
                .collect(),
            executable: message["executable"].as_str().map(PathBuf::from),
        })
    }

    /// The name of the folder of its package.
    pub fn package_name(&self) -> std::borrow::Cow<'_, str> {
        self.package.file_name().unwrap_or_default().to_string_lossy()
    }
}

/// Runs a build and returns its artifacts.
pub fn build(command: &mut Command) -> Result<Artifacts, Error> {
    command.arg("--message-format=json-render-diagnostics");
    let mut artifacts = Vec::new();
    process::lines(command, |line| artifacts.extend(Artifact::read(line)))?;
    Ok(Artifacts(artifacts))
}

/// Runs a `cargo rustc` with options for the compiler and returns its artifacts.
pub fn rustc(command: &mut Command, options: &[&str]) -> Result<Artifacts, Error> {
    command.args(["--message-format=json-render-diagnostics", "--"]).args(options);
    let mut artifacts = Vec::new();
    process::lines(command, |line| artifacts.extend(Artifact::read(line)))?;
    Ok(Artifacts(artifacts))
}

/// Builds the library, the programs and the tests for development. Always builds the whole workspace: cargo
/// chooses a package's features by what is built with it, and other features would mean another build.
pub fn development() -> Result<Artifacts, Error> {
    build(workspace::cargo().args(["test", "--quiet", "--workspace", "--no-run"]))
}

/// All artifacts of a build.
#[derive(Debug)]
pub struct Artifacts(pub Vec<Artifact>);

impl Artifacts {
    /// Returns the program of this name.
    pub fn program(&self, name: &str) -> Result<PathBuf, Error> {
        let program = |artifact: &Artifact| {
            artifact.executable.clone().filter(|_| artifact.name == name && !artifact.is_test)
        };
        self.0.iter().find_map(program).ok_or_else(|| missing(name))
    }

    /// Returns the file of this name.
    pub fn file(&self, name: &str) -> Result<PathBuf, Error> {
        let mut files = self.0.iter().flat_map(|artifact| &artifact.files);
        files
            .find(|file| file.file_name() == Path::new(name).file_name())
            .cloned()
            .ok_or_else(|| missing(name))
    }
}

fn missing(name: &str) -> Error {
    Error::Check(format!("the build did not produce {name}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Artifact, Artifacts};

    fn of(name: &str, kind: &str, test: bool, file: &str, executable: &str) -> Artifact {
        Artifact::read(&format!(
            r#"{{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{{"name":"{name}","kind":["{kind}"]}},"profile":{{"test":{test}}},
            "filenames":["/t/lib{name}.rlib","{file}"],"executable":{executable}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn libraries_and_programs_are_found() {
        let built = Artifacts(vec![
            of("wsy", "lib", false, "/a b/libwsy.so", "null"),
            of("wsyctl", "bin", true, "/t/wsyctl-1", "\"/t/wsyctl-1\""),
            of("wsyctl", "bin", false, "/t/wsyctl", "\"/t/wsyctl\""),
        ]);
        assert_eq!(built.file("libwsy.so").unwrap(), PathBuf::from("/a b/libwsy.so"));
        assert_eq!(built.program("wsyctl").unwrap(), PathBuf::from("/t/wsyctl"));
        assert!(built.program("wsy").is_err());
        assert!(built.file("libother.so").is_err());
    }

    #[test]
    fn test_programs_are_told_apart() {
        assert!(of("capi", "test", true, "/t/capi-1", "\"/t/capi-1\"").is_integration_test);
        assert!(!of("wsyctl", "bin", true, "/t/wsyctl-1", "\"/t/wsyctl-1\"").is_integration_test);
    }

    #[test]
    fn other_lines_are_ignored() {
        for line in ["not json", r#"{"reason":"build-finished","success":true}"#] {
            assert_eq!(Artifact::read(line), None, "{line}");
        }
    }
}
