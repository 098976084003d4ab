//! No circle in the imports of the Python binding and of the console's page: cargo and the compiler do not see these.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kit::error::Error;
use kit::workspace;

/// A folder, the ending of its files, and what stands before and behind the name of a file that another one imports.
const FOLDERS: [(&str, &str, &str, &str); 2] =
    [("bindings/python/wsy", "py", "\nfrom .", " import"), ("sandbox/web", "js", " from './", ".js'")];

type Imports = BTreeMap<String, BTreeSet<String>>;

/// Each file imports only such files as do not, in the end, import it.
pub fn check() -> Result<(), Error> {
    for (folder, ending, before, behind) in FOLDERS {
        let mut imports = Imports::new();
        for file in workspace::files(&workspace::root().join(folder), ending)? {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            imports.insert(name, imported(&format!("\n{}", workspace::read(&file)?), before, behind));
        }
        if let Some(circle) = circle(imports) {
            let folder = Path::new(folder).display();
            return Err(Error::Check(format!("{folder}: in a circle: {}", circle.join(", "))));
        }
    }
    Ok(())
}

fn imported(text: &str, before: &str, behind: &str) -> BTreeSet<String> {
    let names = text.split(before).skip(1).filter_map(|rest| rest.split_once(behind));
    names.map(|(name, _)| name).filter(|name| !name.contains('\n')).map(str::to_owned).collect()
}

/// What is left when whatever imports nothing that is left is taken away, again and again.
fn circle(mut imports: Imports) -> Option<Vec<String>> {
    loop {
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        let before = imports.len();
        imports.retain(|_, of| of.intersection(&left).next().is_some());
        if imports.is_empty() {
            return None;
        }
        if imports.len() == before {
            return Some(imports.into_keys().collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Imports, circle, imported};

    fn imports(arrows: &[(&str, &[&str])]) -> Imports {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        arrows.iter().map(|(from, to)| ((*from).to_owned(), names(to))).collect()
    }

    #[test]
    fn a_circle_is_found_and_a_tree_is_none() {
        assert_eq!(circle(imports(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &["elsewhere"])])), None);
        let found = circle(imports(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"]), ("d", &[])]));
        assert_eq!(found.as_deref(), Some(["a", "b", "c"].map(str::to_owned).as_slice()));
    }

    #[test]
    fn imports_of_both_languages_are_read() {
        let python =
            imported("\nfrom ._text import decode\nfrom ctypes import byref\n", "\nfrom .", " import");
        assert_eq!(python.into_iter().collect::<Vec<_>>(), ["_text"]);
        let page =
            imported("import { t } from './text.js';\nimport * as b from './bill.js';", " from './", ".js'");
        assert_eq!(page.into_iter().collect::<Vec<_>>(), ["bill", "text"]);
    }
}
