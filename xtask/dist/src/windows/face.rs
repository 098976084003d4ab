//! The stdcall face as a header for its test program: every function with the number of its parameters.

use std::collections::BTreeMap;

use syn::Item;

use kit::error::Error;
use kit::workspace;

/// The header, from the source of the face, which has to have just the functions of the committed list.
pub fn header() -> Result<String, Error> {
    let root = workspace::root();
    let functions = functions(&workspace::read(&root.join("src/capi/stdcall.rs"))?)?;
    let list = workspace::read(&root.join("windows/exports-stdcall.txt"))?;
    let listed: Vec<&str> = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let missing = listed.iter().find(|name| !functions.contains_key(**name));
    let more = functions.keys().find(|name| !listed.contains(&name.as_str()));
    if let Some(name) = missing.copied().or(more.map(String::as_str)) {
        return Err(Error::Check(format!(
            "{name} is in one of src/capi/stdcall.rs and windows/exports-stdcall.txt, and not in the other"
        )));
    }
    let rows: String =
        functions.iter().map(|(name, params)| format!("    {{\"{name}\", {params}}},\n")).collect();
    Ok(format!("static const struct {{\n    const char *name;\n    int params;\n}} face[] = {{\n{rows}}};\n"))
}

/// The functions, and how many parameters each has.
fn functions(source: &str) -> Result<BTreeMap<String, usize>, Error> {
    let file = syn::parse_file(source)
        .map_err(|error| Error::Check(format!("src/capi/stdcall.rs cannot be read: {error}")))?;
    let functions = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some((function.sig.ident.to_string(), function.sig.inputs.len())),
        _ => None,
    });
    Ok(functions.filter(|(name, _)| name.starts_with("Wsy")).collect())
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn the_parameters_of_the_face_are_counted() {
        let source = "fn of(long: i32) {}\n\
                      pub extern \"system\" fn WsyClose(client: i32) -> i32 { 0 }\n\
                      pub unsafe extern \"system\" fn WsyTime(\n    client: i32,\n    reply: *mut i32,\n) -> i32 { 0 }";
        let functions = functions(source).unwrap_or_default();
        let functions: Vec<_> = functions.iter().map(|(name, params)| (name.as_str(), *params)).collect();
        assert_eq!(functions, [("WsyClose", 1), ("WsyTime", 2)]);
    }
}
