//! The stdcall face as a header for its test program: every function with the number of its parameters.

use kit::error::Error;

/// The header.
pub fn header() -> Result<String, Error> {
    let face = interface::face::read()?;
    let rows: String = face
        .functions
        .iter()
        .map(|function| format!("    {{\"{}\", {}}},\n", function.name, function.params.len()))
        .collect();
    Ok(format!("static const struct {{\n    const char *name;\n    int params;\n}} face[] = {{\n{rows}}};\n"))
}
