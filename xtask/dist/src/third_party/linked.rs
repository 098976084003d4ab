//! Which crates are linked, and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kit::error::Error;
use kit::metadata::{self, Package};
use kit::process;
use kit::workspace;

/// A crate: its name and its version.
pub type Key = (String, String);

/// What a crate says of itself.
#[derive(Clone, Debug)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where its sources lie.
    pub folder: PathBuf,
    /// The SHA-256 of the archive that the registry has of it; a crate of this project has none.
    pub checksum: Option<String>,
    /// The crates that are linked since it wants them.
    pub uses: BTreeSet<Key>,
}

/// The crates that are linked into something.
pub struct Linked {
    crates: BTreeMap<Key, Crate>,
}

impl Linked {
    /// What is linked into what these packages build for any of these targets.
    pub fn read(packages: &[&str], targets: &[String]) -> Result<Self, Error> {
        let mut uses: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
        for package in packages {
            for target in targets {
                let mut command = workspace::cargo();
                command.args(["tree", "--locked", "--package", package, "--target", target]);
                // Neither what runs while it is built nor macros, which run then, too.
                command.args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", " {p}"]);
                read_tree(&process::output(&mut command)?, &mut uses)?;
            }
        }
        let known = metadata::packages()?;
        let sums = checksums(&workspace::read(&workspace::root().join("Cargo.lock"))?);
        let mut crates = BTreeMap::new();
        for (key, uses) in uses {
            let (name, version) = key.clone();
            let known = known.iter().find(|package| package.name == name && package.version == version);
            let Package { license: Some(license), folder, .. } =
                known.cloned().ok_or_else(|| unknown(&key))?
            else {
                return Err(Error::Check(format!("{name} {version} names no licence")));
            };
            // Some still write the slash, which SPDX has given up.
            let license = license.replace(" / ", "/").replace('/', " OR ");
            let checksum = sums.get(&key).cloned();
            crates.insert(key, Crate { name, version, license, folder, checksum, uses });
        }
        Ok(Self { crates })
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Crate> {
        self.crates.values()
    }

    /// Those of other people.
    pub fn others(&self) -> impl Iterator<Item = &Crate> {
        self.all().filter(|crate_| crate_.checksum.is_some())
    }

    /// The version of SQLite that comes with the crate that binds it.
    pub fn sqlite(&self) -> Result<Option<String>, Error> {
        let Some(binding) = self.all().find(|crate_| crate_.name == "libsqlite3-sys") else {
            return Ok(None);
        };
        let header = workspace::read(&binding.folder.join("sqlite3/sqlite3.h"))?;
        let line = header.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "));
        line.map(|version| Some(version.trim().trim_matches('"').to_owned()))
            .ok_or_else(|| Error::Check("sqlite3.h does not say its version".to_owned()))
    }
}

fn unknown((name, version): &Key) -> Error {
    Error::Check(format!("cargo metadata does not know {name} {version}"))
}

/// Reads what `cargo tree --prefix depth --format " {p}"` printed: `2 ring v0.17.14`, below what uses it.
fn read_tree(tree: &str, uses: &mut BTreeMap<Key, BTreeSet<Key>>) -> Result<(), Error> {
    let mut above: Vec<Key> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let depth = words.next().and_then(|depth| depth.parse::<usize>().ok());
        let name = words.next();
        let version = words.next().and_then(|version| version.strip_prefix('v'));
        let (Some(depth), Some(name), Some(version)) = (depth, name, version) else {
            return Err(Error::Check(format!("cargo tree printed \"{line}\"")));
        };
        let key = (name.to_owned(), version.to_owned());
        above.truncate(depth);
        if let Some(user) = above.last() {
            uses.entry(user.clone()).or_default().insert(key.clone());
        }
        uses.entry(key.clone()).or_default();
        above.push(key);
    }
    Ok(())
}

/// The checksums of Cargo.lock.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let value = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let blocks = lock.split("[[package]]");
    blocks
        .filter_map(|block| {
            Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{checksums, read_tree};

    fn key(name: &str, version: &str) -> (String, String) {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn a_tree_says_who_uses_what() {
        let mut uses = BTreeMap::new();
        let tree = "0 wsy v0.1.0 (/a b/wsy)\n1 ring v0.17.14\n2 libc v0.2.1\n1 hex v0.4.3\n\n0 wsy v0.1.0 (/a b/wsy)\n1 libc v0.2.1 (*)\n";
        read_tree(tree, &mut uses).unwrap();
        let of_wsy: Vec<_> = uses[&key("wsy", "0.1.0")].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(of_wsy, ["hex", "libc", "ring"]);
        assert!(uses[&key("ring", "0.17.14")].contains(&key("libc", "0.2.1")));
        assert!(uses[&key("hex", "0.4.3")].is_empty());
        assert!(read_tree("warning: what", &mut uses).is_err());
    }

    #[test]
    fn a_lock_has_the_checksums() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
        assert_eq!(checksums(lock), BTreeMap::from([(key("a", "1.0.0"), "ab".to_owned())]));
    }
}
