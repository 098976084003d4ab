//! The bill of materials: what is linked, as CycloneDX 1.5 in JSON.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use kit::error::Error;
use kit::workspace::{self, VERSION};

use super::For;
use super::linked::{Crate, Key, Linked};

/// What the package itself is called here.
const PACKAGE: &str = "wsy";

/// All of it. There is no time in it, so that the same sources make the same bytes.
pub fn text(linked: &Linked, packages: &[&str], platform: For) -> Result<String, Error> {
    let mut components: Vec<Value> = linked.all().map(component).collect();
    let mut dependencies: Vec<Value> = linked.all().map(dependencies_of).collect();
    components.push(standard_library(platform)?);
    let mut whole: Vec<String> = linked
        .all()
        .filter(|crate_| packages.contains(&crate_.name.as_str()))
        .map(|crate_| reference(&crate_.name, &crate_.version))
        .collect();
    whole.push("rust-std".to_owned());
    if let Some(version) = linked.sqlite()? {
        let purl = format!("pkg:generic/sqlite@{version}");
        components.push(json!({
            "type": "library", "bom-ref": purl, "name": "SQLite", "version": version, "purl": purl,
            "licenses": [{ "license": { "id": "blessing" } }],
        }));
        whole.push(purl);
    }
    dependencies.push(json!({ "ref": PACKAGE, "dependsOn": whole }));
    let mut sbom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library", "bom-ref": PACKAGE, "name": PACKAGE, "version": VERSION,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    sbom["serialNumber"] = serial_number(&sbom).into();
    serde_json::to_string_pretty(&sbom)
        .map(|text| text + "\n")
        .map_err(|error| Error::Check(format!("the bill of materials cannot be written: {error}")))
}

/// One name for each crate in the whole document: its package URL.
fn reference(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn component(crate_: &Crate) -> Value {
    let reference = reference(&crate_.name, &crate_.version);
    let mut component = json!({
        "type": "library", "bom-ref": reference, "name": crate_.name, "version": crate_.version,
        "licenses": [{ "expression": crate_.license }],
    });
    // Our own are nowhere but here.
    if let Some(checksum) = &crate_.checksum {
        component["purl"] = reference.into();
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn dependencies_of(crate_: &Crate) -> Value {
    let on: Vec<String> = crate_.uses.iter().map(|(name, version): &Key| reference(name, version)).collect();
    json!({ "ref": reference(&crate_.name, &crate_.version), "dependsOn": on })
}

/// What every Rust program has in it. The compiler for Windows is another one,
/// whose version is known only where it is unpacked.
fn standard_library(platform: For) -> Result<Value, Error> {
    let mut component = json!({
        "type": "library", "bom-ref": "rust-std", "name": "std", "description": "The Rust standard library",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    });
    if platform == For::Linux {
        component["version"] = workspace::compiler("release")?.into();
    }
    Ok(component)
}

/// A UUID of what is in it.
fn serial_number(sbom: &Value) -> String {
    let digest = Sha256::digest(sbom.to_string());
    let mut bytes: Vec<u8> = digest.iter().take(16).copied().collect();
    // Version 8, "of the vendor's own making", in the variant that everybody uses.
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
