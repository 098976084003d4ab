//! Builds the sandbox, the library and the C till.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools::Tool;
use crate::workspace::{self, ABI};

/// What was built, in a folder that is removed when this is dropped.
pub struct Built {
    /// The platform.
    pub sandbox: PathBuf,
    folder: TempDir,
}

impl Built {
    /// The till in C.
    pub fn till(&self) -> PathBuf {
        self.folder.path().join("till")
    }

    /// Where the library is that the till loads.
    pub fn libraries(&self) -> &Path {
        self.folder.path()
    }
}

/// Builds all three.
pub fn build(compiler: &Tool) -> Result<Built, Error> {
    say::line("building the sandbox, the library and a till");
    let mut command = workspace::cargo();
    command.args(["build", "--package", "wsy", "--package", "wsy-sandbox", "--lib", "--bins"]);
    command.arg("--message-format=json-render-diagnostics");
    let (mut library, mut sandbox) = (None, None);
    process::lines(&mut command, |line| {
        library = library.take().or_else(|| made(line, "wsy", |message| file(message, ".so")));
        sandbox = sandbox.take().or_else(|| made(line, "wsy-sandbox", executable));
    })?;
    let (Some(library), Some(sandbox)) = (library, sandbox) else {
        return Err(Error::Check("the build made no libwsy.so; this is for Linux and its like".into()));
    };
    let built = Built { sandbox, folder: workspace::scratch("console")? };
    // Under the name by which programs that were linked with it ask for it.
    let copy = built.libraries().join(format!("libwsy.so.{ABI}"));
    std::fs::copy(&library, &copy).map_err(Error::file("copy", &library))?;
    let root = workspace::root();
    let mut command = compiler.command();
    command.arg("-std=c99").arg("-I").arg(root.join("include")).arg(root.join("examples/c/till.c"));
    process::output(command.arg(&copy).arg("-o").arg(built.till()))?;
    Ok(built)
}

/// What a message of cargo says was made of this target.
fn made(message: &str, target: &str, path: fn(&Value) -> Option<PathBuf>) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != target {
        return None;
    }
    path(&message)
}

fn file(message: &Value, end: &str) -> Option<PathBuf> {
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    files.into_iter().find(|file| file.ends_with(end)).map(PathBuf::from)
}

fn executable(message: &Value) -> Option<PathBuf> {
    message["executable"].as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{executable, file, made};

    #[test]
    fn what_was_made_is_found_in_the_messages_of_cargo() {
        let message = r#"{"reason":"compiler-artifact","target":{"name":"wsy"},
            "filenames":["/t/libwsy.rlib","/a b/libwsy.so"],"executable":"/t/p"}"#;
        assert_eq!(
            made(message, "wsy", |message| file(message, ".so")),
            Some(PathBuf::from("/a b/libwsy.so"))
        );
        assert_eq!(made(message, "wsy", executable), Some(PathBuf::from("/t/p")));
        assert_eq!(made(message, "other", executable), None);
        assert_eq!(made("not json", "wsy", executable), None);
    }
}
