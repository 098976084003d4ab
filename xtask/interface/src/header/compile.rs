//! `cargo xtask compile-header`: compiles the header with strict compilers, alone and with everything it
//! declares in use.

use std::fmt::Write as _;
use std::path::Path;

use super::interface::Declared;
use kit::error::Error;
use kit::process;
use kit::tools::{self, Tool};
use kit::workspace;

/// Compiles the header as C99 and C11.
pub fn as_c() -> Result<(), Error> {
    compile(&tools::c_compiler()?, "c", &["c99", "c11"])
}

/// Compiles the header as C++98 and C++17.
pub fn as_cpp() -> Result<(), Error> {
    compile(&tools::cpp_compiler()?, "cpp", &["c++98", "c++17"])
}

fn compile(compiler: &Tool, extension: &str, standards: &[&str]) -> Result<(), Error> {
    let folder = workspace::scratch("header")?;
    let alone = folder.path().join("alone").with_extension(extension);
    workspace::write(&alone, "#include \"wsy.h\"\n\ntypedef wsy_client *something_declared;\n")?;
    let everything = folder.path().join("everything").with_extension(extension);
    workspace::write(&everything, &uses_everything(&super::committed()?))?;

    for standard in standards {
        for source in [&alone, &everything] {
            strictly(compiler, standard, source)?;
        }
    }
    Ok(())
}

fn strictly(compiler: &Tool, standard: &str, source: &Path) -> Result<(), Error> {
    let mut command = compiler.command();
    command.arg(format!("-std={standard}"));
    command.args(["-Wall", "-Wextra", "-pedantic", "-Werror"]);
    command.arg("-I").arg(workspace::root().join("include"));
    command.arg("-c").arg(source).arg("-o").arg(source.with_extension("o"));
    process::output(&mut command).map(drop)
}

/// A program that uses each constant, in an expression that a missing parenthesis would break, and each
/// function.
fn uses_everything(declared: &Declared) -> String {
    let mut text = String::from(
        "#include \"wsy.h\"\n#include \"wsy.h\" /* twice does no harm */\n\n\
         typedef void (*any_function)(void);\n\nconst int32_t constants[] = {\n",
    );
    // Writing to a String cannot fail.
    for (constant, _) in &declared.constants {
        let _ = writeln!(text, "    0 -{constant},");
    }
    text.push_str("};\n\nconst any_function functions[] = {\n");
    for function in &declared.functions {
        let _ = writeln!(text, "    (any_function){},", function.name);
    }
    text.push_str("};\n\nint main(void)\n{\n    return constants[0] == 0 && functions[0] != 0 ? 0 : 1;\n}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::super::interface::Function;
    use super::{Declared, uses_everything};

    #[test]
    fn each_name_is_used() {
        let functions = vec![Function { name: "wsy_open".to_owned(), params: Vec::new() }];
        let text = uses_everything(&Declared { constants: vec![("WSY_OK".to_owned(), 0)], functions });
        assert!(text.contains("    0 -WSY_OK,\n"));
        assert!(text.contains("    (any_function)wsy_open,\n"));
    }
}
