//! What is made once and kept below `target/tools`: compilers and the like, which are unpacked there and not installed.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace;

/// The folder of a thing, which `make` fills if it has not been made of the same. Its path stays the same for what it is made
/// of: programs may know where they are. Others of this name go, and so does what was not finished.
pub fn folder(
    name: &str,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    folder_in(&workspace::root().join("target/tools").join(name), made_of, make)
}

fn folder_in(
    all: &Path,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let lock = all.join("lock");
    workspace::write(&lock, "")?;
    let file = File::open(&lock).map_err(Error::file("open", &lock))?;
    file.lock().map_err(Error::file("lock", &lock))?;
    let mut hasher = DefaultHasher::new();
    (made_of, all).hash(&mut hasher);
    let folder = all.join(format!("{:016x}", hasher.finish()));
    let ready = folder.join("ready");
    if !ready.exists() {
        for entry in fs::read_dir(all).map_err(Error::file("read", all))? {
            let path = entry.map_err(Error::file("read", all))?.path();
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(Error::file("remove", &path))?;
            }
        }
        fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
        make(&folder)?;
        workspace::write(&ready, "")?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::folder_in;
    use crate::error::Error;
    use crate::workspace;

    #[test]
    fn it_is_made_once_and_anew_when_it_is_made_of_something_else_or_was_not_finished() {
        let scratch = workspace::scratch("kept").unwrap();
        let made =
            |of: &str| folder_in(scratch.path(), of, |folder| workspace::write(&folder.join("of"), of));
        let cannot = |_: &std::path::Path| Err(Error::Check("it cannot be made".to_owned()));
        let one = made("one").unwrap();
        assert_eq!(folder_in(scratch.path(), "one", cannot).unwrap(), one);
        assert!(folder_in(scratch.path(), "two", cannot).is_err());
        assert!(!one.exists());
        let two = made("two").unwrap();
        assert_eq!(workspace::read(&two.join("of")).unwrap(), "two");
    }
}
