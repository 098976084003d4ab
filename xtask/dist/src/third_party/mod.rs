//! What is linked into the library and the programs that is not ours: the notices that its licences ask for,
//! and a bill of materials. Both are made when a package is made, from what
//! cargo says is linked, so they cannot be out of date.

mod linked;
mod notices;
mod sbom;

use kit::error::Error;
use kit::workspace::{self, VERSION};

use linked::Linked;

/// The name of the notices in each package.
pub const NOTICES: &str = "THIRD-PARTY.txt";
/// The name of the bill of materials in each package: CycloneDX, as JSON.
pub const SBOM: &str = "wsy.cdx.json";

/// The targets of the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// 32-bit and 64-bit Windows.
    Windows,
    /// The Linux of this machine.
    Linux,
    /// Both, in one package.
    Both,
}

impl For {
    fn targets(self) -> Result<Vec<String>, Error> {
        let windows = ["i686-win7-windows-gnu", "x86_64-win7-windows-gnu"].map(str::to_owned);
        let linux = || workspace::compiler("host");
        Ok(match self {
            Self::Windows => windows.into(),
            Self::Linux => vec![linux()?],
            Self::Both => windows.into_iter().chain([linux()?]).collect(),
        })
    }

    const fn has_windows(self) -> bool {
        !matches!(self, Self::Linux)
    }
}

/// What belongs beside the library: the text of the notices and the bill of materials.
pub struct Documents {
    /// The text of `THIRD-PARTY.txt`.
    pub notices: String,
    /// The text of `wsy.cdx.json`.
    pub sbom: String,
}

/// Makes both for a package that holds what these crates of ours build.
pub fn documents(packages: &[&str], platform: For) -> Result<Documents, Error> {
    let linked = Linked::read(packages, &platform.targets()?)?;
    Ok(Documents {
        notices: notices::text(&linked, platform.has_windows())?,
        sbom: sbom::text(&linked, packages, platform)?,
    })
}

/// Says what is missing in the documents of a package, by what cargo says is linked.
pub fn check(package: &str, documents: &Documents, packages: &[&str], platform: For) -> Result<(), Error> {
    let linked = Linked::read(packages, &platform.targets()?)?;
    for crate_ in linked.others() {
        let (name, version) = (&crate_.name, &crate_.version);
        if !documents.notices.contains(&format!("\n  {name} {version} ")) {
            return Err(Error::Check(format!("{NOTICES} of {package} does not name {name} {version}")));
        }
        if !documents.sbom.contains(&format!("\"pkg:cargo/{name}@{}\"", version.replace('+', "%2B"))) {
            return Err(Error::Check(format!("{SBOM} of {package} does not name {name} {version}")));
        }
    }
    if !documents.sbom.contains(&format!("\"version\": \"{VERSION}\"")) {
        return Err(Error::Check(format!("{SBOM} of {package} is of another version")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Documents, For, check, documents};

    /// Each of these is in the library, and comes under a licence that asks for a notice.
    const KNOWN: [&str; 7] =
        ["encoding_rs", "quick-xml", "ring", "rusqlite", "rustls-webpki", "ureq", "webpki-roots"];

    #[test]
    fn the_notices_name_every_linked_crate_with_the_text_of_its_licence() {
        for platform in [For::Windows, For::Linux, For::Both] {
            let made = documents(&["wsy"], platform).unwrap();
            check("the test", &made, &["wsy"], platform).unwrap();
            for name in KNOWN {
                assert!(made.notices.contains(&format!("\n  {name} ")), "{name}");
            }
            for text in [
                "Copyright 2015-2025 Brian Smith",
                "Community Data License Agreement",
                "The Rust standard library",
                "SQLite is in the public domain",
            ] {
                assert!(made.notices.contains(text), "{text}");
            }
            assert_eq!(made.notices.contains("MinGW-w64"), platform != For::Linux);
            assert_eq!(made.notices.contains("\n  windows-sys "), platform != For::Linux);
        }
    }

    #[test]
    fn the_bill_of_materials_is_cyclonedx_and_whole() {
        let made = documents(&["wsy", "wsyctl", "wsy-sandbox"], For::Both).unwrap();
        let again = documents(&["wsy", "wsyctl", "wsy-sandbox"], For::Both).unwrap();
        assert_eq!(made.sbom, again.sbom, "the same for the same sources");
        let sbom: Value = serde_json::from_str(&made.sbom).unwrap();
        assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        let components = sbom["components"].as_array().unwrap();
        let is = |name: &str| components.iter().any(|component| component["name"] == name);
        for name in KNOWN.into_iter().chain(["SQLite", "std", "axum", "pico-args"]) {
            assert!(is(name), "{name}");
        }
        // What only helps to compile is not linked.
        for name in ["syn", "cc", "thiserror-impl", "proptest"] {
            assert!(!is(name), "{name}");
        }
        let references: Vec<&Value> = components.iter().map(|component| &component["bom-ref"]).collect();
        for dependency in sbom["dependencies"].as_array().unwrap() {
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(references.contains(&on), "{on} is no component");
            }
        }
    }

    #[test]
    fn a_crate_that_is_left_out_is_noticed() {
        let whole = documents(&["wsy"], For::Linux).unwrap();
        let without = |text: &str| text.replace("ring", "rung");
        let notices = Documents { notices: without(&whole.notices), sbom: whole.sbom.clone() };
        assert!(check("the test", &notices, &["wsy"], For::Linux).is_err());
        let sbom = Documents { sbom: without(&whole.sbom), notices: whole.notices };
        assert!(check("the test", &sbom, &["wsy"], For::Linux).is_err());
    }
}
