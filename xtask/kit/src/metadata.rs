//! What cargo knows of the packages of the workspace and of all that they depend on.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::process;
use crate::workspace;

/// A package, of the workspace or a dependency of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as it writes it: an SPDX expression, or an older form with a slash.
    pub license: Option<String>,
    /// Where it comes from: `registry+...`, or nothing if it lies in this repository.
    pub source: Option<String>,
    /// Where its sources lie.
    pub folder: PathBuf,
}

/// All packages of Cargo.lock, for every platform. Those that are not on this machine yet are downloaded.
pub fn packages() -> Result<Vec<Package>, Error> {
    let mut command = workspace::cargo();
    let said = process::output(command.args(["metadata", "--locked", "--format-version", "1"]))?;
    let wrong = |why: String| Error::Check(format!("cargo metadata: {why}"));
    let said: Value = serde_json::from_str(&said).map_err(|error| wrong(error.to_string()))?;
    let packages = said["packages"].as_array().into_iter().flatten();
    packages.map(|package| read(package).ok_or_else(|| wrong(format!("{package}")))).collect()
}

fn read(package: &Value) -> Option<Package> {
    let text = |name: &str| package[name].as_str().map(str::to_owned);
    Some(Package {
        name: text("name")?,
        version: text("version")?,
        license: text("license"),
        source: text("source"),
        folder: Path::new(package["manifest_path"].as_str()?).parent()?.to_path_buf(),
    })
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn ours_and_those_of_others_are_known() {
        let packages = packages().unwrap();
        let find = |name: &str| packages.iter().find(|package| package.name == name).unwrap();
        assert_eq!(find("wsy").source, None);
        assert!(find("ring").source.is_some());
        assert!(find("ring").folder.join("LICENSE").is_file());
    }
}
