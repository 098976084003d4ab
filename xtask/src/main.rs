//! xtask
use std::path::Path;
fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    cbindgen::generate(root).unwrap().write_to_file(root.join("include/wsy.h"));
}
