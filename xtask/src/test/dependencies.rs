//! Checks the licences and the sources of the dependencies against deny.toml, with cargo alone.

use std::collections::BTreeSet;

use kit::error::Error;
use kit::metadata::{self, Package};
use kit::workspace;

/// The only source of crates, as `cargo metadata` reports it; those of this repository have no source.
const REGISTRY: &str = "registry+";

/// Fails unless every dependency has an allowed licence and comes from the registry.
pub fn dependencies() -> Result<(), Error> {
    let rules = Rules::read(&workspace::read(&workspace::root().join("deny.toml"))?)?;
    let wrong: Vec<String> =
        metadata::packages()?.iter().filter_map(|package| rules.forbidden(package)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Check(wrong.join("\n"))) }
}

/// The rules in deny.toml.
struct Rules {
    licenses: BTreeSet<String>,
    /// A crate, and a licence that it alone may have.
    exceptions: BTreeSet<(String, String)>,
    banned: BTreeSet<String>,
}

impl Rules {
    fn read(text: &str) -> Result<Self, Error> {
        let list = |name: &str| {
            let begin = format!("\n{name} = [\n");
            let list = text.split_once(&begin).and_then(|(_, rest)| rest.split_once("\n]"));
            list.map(|(list, _)| list).ok_or_else(|| Error::Check(format!("deny.toml has no list {name}")))
        };
        let crates = |name: &str| -> Result<Vec<Vec<String>>, Error> {
            let lines = list(name)?.lines().filter(|line| line.trim_start().starts_with('{'));
            Ok(lines.map(quoted).collect())
        };
        let mut exceptions = BTreeSet::new();
        for line in crates("exceptions")? {
            if let [name, licenses @ ..] = line.as_slice() {
                exceptions.extend(licenses.iter().map(|license| (name.clone(), license.clone())));
            }
        }
        let licenses = list("allow")?.lines().flat_map(quoted).collect();
        Ok(Self { licenses, exceptions, banned: crates("deny")?.concat().into_iter().collect() })
    }

    /// The reason why a package may not be used, if there is one.
    fn forbidden(&self, package: &Package) -> Option<String> {
        let Package { name, version, license, source, .. } = package;
        let named = format!("{name} {version}");
        if source.as_ref().is_some_and(|source| !source.starts_with(REGISTRY)) {
            return Some(format!("{named} comes from {}", source.as_deref().unwrap_or_default()));
        }
        if self.banned.contains(name) {
            return Some(format!("{named} is banned in deny.toml"));
        }
        let allowed = |license: &str| {
            self.licenses.contains(license) || self.exceptions.contains(&(name.clone(), license.to_owned()))
        };
        match license {
            None => Some(format!("{named} names no licence")),
            Some(license) if satisfied(license, allowed) == Some(true) => None,
            Some(license) => Some(format!("{named} is under \"{license}\", which deny.toml does not allow")),
        }
    }
}

/// The texts in quotes of a line.
fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether one of the choices of an SPDX expression is allowed whole; `None` for one that cannot be read.
fn satisfied(expression: &str, allowed: impl Fn(&str) -> bool) -> Option<bool> {
    // Some still write the slash, which SPDX has given up.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let response = any(&mut rest, &allowed)?;
    rest.is_empty().then_some(response)
}

fn any(words: &mut &[&str], allowed: &impl Fn(&str) -> bool) -> Option<bool> {
    let mut response = all(words, allowed)?;
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        response |= all(words, allowed)?;
    }
    Some(response)
}

fn all(words: &mut &[&str], allowed: &impl Fn(&str) -> bool) -> Option<bool> {
    let mut response = one(words, allowed)?;
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        response &= one(words, allowed)?;
    }
    Some(response)
}

fn one(words: &mut &[&str], allowed: &impl Fn(&str) -> bool) -> Option<bool> {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let response = any(words, allowed)?;
            let [")", rest @ ..] = *words else { return None };
            *words = rest;
            Some(response)
        }
        [license, "WITH", exception, rest @ ..] => {
            *words = rest;
            Some(allowed(&format!("{license} WITH {exception}")))
        }
        [license, rest @ ..] if !matches!(*license, ")" | "AND" | "OR" | "WITH") => {
            *words = rest;
            Some(allowed(license))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Package, Rules, satisfied};

    const RULES: &str = "\nallow = [\n    \"MIT\",\n    \"ISC\",\n]\nexceptions = [\n    { crate = \"tool\", allow = [\"MPL-2.0\"] },\n]\ndeny = [\n    # why\n    { crate = \"openssl-sys\" },\n]\n";

    fn package(name: &str, license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
            folder: PathBuf::new(),
        }
    }

    #[test]
    fn one_choice_has_to_be_allowed_whole() {
        let said = |expression| satisfied(expression, |license| ["MIT", "ISC"].contains(&license));
        for good in
            ["MIT", "Apache-2.0 OR MIT", "Apache-2.0/MIT", "MIT AND ISC", "(Apache-2.0 OR MIT) AND ISC"]
        {
            assert_eq!(said(good), Some(true), "{good}");
        }
        for bad in ["Apache-2.0", "Apache-2.0 AND MIT", "MIT AND (GPL-2.0 OR GPL-3.0)", "MIT WITH x"] {
            assert_eq!(said(bad), Some(false), "{bad}");
        }
        for unreadable in ["", "MIT OR", "(MIT", "MIT ISC", "MIT )"] {
            assert_eq!(said(unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn other_licences_sources_and_banned_crates_are_found() {
        let rules = Rules::read(RULES).unwrap();
        let registry = Some("registry+somewhere");
        assert_eq!(rules.forbidden(&package("good", Some("MIT OR GPL-3.0"), registry)), None);
        assert_eq!(rules.forbidden(&package("ours", Some("MIT"), None)), None);
        assert_eq!(rules.forbidden(&package("tool", Some("MPL-2.0"), registry)), None);
        for (package, why) in [
            (package("other", Some("MPL-2.0"), registry), "other 1.0.0 is under \"MPL-2.0\""),
            (package("none", None, registry), "none 1.0.0 names no licence"),
            (package("fork", Some("MIT"), Some("git+somewhere")), "fork 1.0.0 comes from git+somewhere"),
            (package("openssl-sys", Some("MIT"), registry), "openssl-sys 1.0.0 is banned"),
        ] {
            let said = rules.forbidden(&package).unwrap();
            assert!(said.starts_with(why), "{said}");
        }
        assert!(Rules::read("").is_err());
    }
}
