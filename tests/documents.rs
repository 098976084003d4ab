//! The documents say what the code says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn the_readmes_show_the_example_that_is_compiled() {
    let example = read("examples/c/hello.c");
    for readme in ["README.md", "README.zh-CN.md"] {
        assert!(
            read(readme).contains(&format!("```c\n{example}```")),
            "{readme} does not show examples/c/hello.c"
        );
    }
}
