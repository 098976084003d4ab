//! Lists of names: the exports of the libraries, and the numbers of the library's own tests.

use std::collections::BTreeSet;

use crate::face::Face;

/// `include/exports.txt`.
pub fn exports(face: &Face) -> String {
    sorted(face.c.iter().map(|function| &function.name))
}

/// `windows/exports-stdcall.txt`.
pub fn stdcall_exports(face: &Face) -> String {
    let head = "# The stdcall face of wsy.dll: the functions of src/capi/stdcall.rs. cargo xtask tables writes it.\n";
    head.to_owned() + &sorted(face.functions.iter().map(|function| &function.name))
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.collect::<BTreeSet<_>>().into_iter().map(|name| format!("{name}\n")).collect()
}

/// The numbers of `tests/capi/codes.rs`.
pub fn rust(face: &Face) -> String {
    let row = |name: &str, value: i32| format!("    {} = {value};\n", name.trim_start_matches("WSY_"));
    face.constants.iter().map(|constant| row(&constant.name, constant.value)).collect()
}
