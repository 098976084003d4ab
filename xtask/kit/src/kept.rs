//! Folders below `target/tools`: programs that are brought there once, and installed nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace;

/// The folder of this name. If it is not there, or was made by another `recipe`, `make` fills it. It is always the same
/// folder, since programs know where they are.
pub fn folder(
    name: &str,
    recipe: &str,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let tools = workspace::root().join("target/tools");
    let (folder, note) = (tools.join(name), tools.join(format!("{name}.made-by")));
    let _lock = workspace::lock(&tools.join(format!("{name}.lock")))?;
    let made_by = format!("{}\n{recipe}", folder.display());
    if fs::read_to_string(&note).is_ok_and(|noted| noted == made_by) && folder.is_dir() {
        return Ok(folder);
    }
    workspace::remove(&note)?;
    workspace::remove(&folder)?;
    fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
    make(&folder)?;
    workspace::write(&note, &made_by)?;
    Ok(folder)
}
