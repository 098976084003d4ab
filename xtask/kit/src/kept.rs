//! Things made once and kept below `target/tools`: compilers and the like, which are unpacked there and not
//! installed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace;

/// The folder of a thing. `make` fills it if it is missing or was made of something else. The path never
/// changes: programs may know where they are, and cargo rebuilds anything whose path changes.
pub fn folder(
    name: &str,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    folder_in(&workspace::root().join("target/tools"), name, made_of, make)
}

fn folder_in(
    all: &Path,
    name: &str,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let (folder, note) = (all.join(name), all.join(format!("{name}.made-of")));
    let _lock = workspace::lock(&all.join(format!("{name}.lock")))?;
    let mut hasher = DefaultHasher::new();
    (made_of, &folder).hash(&mut hasher);
    let made_of = format!("{:016x}", hasher.finish());
    if !folder.is_dir() || fs::read_to_string(&note).ok().as_ref() != Some(&made_of) {
        workspace::remove(&note)?;
        workspace::remove(&folder)?;
        fs::create_dir_all(&folder).map_err(Error::file("create the directory", &folder))?;
        make(&folder)?;
        workspace::write(&note, &made_of)?;
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
            |of: &str| folder_in(scratch.path(), "it", of, |folder| workspace::write(&folder.join(of), of));
        let cannot = |_: &std::path::Path| Err(Error::Check("it cannot be made".to_owned()));
        let one = made("one").unwrap();
        assert_eq!(folder_in(scratch.path(), "it", "one", cannot).unwrap(), one);
        assert!(folder_in(scratch.path(), "it", "two", cannot).is_err());
        assert!(!one.join("one").exists());
        let two = made("two").unwrap();
        assert_eq!(workspace::read(&two.join("two")).unwrap(), "two");
    }
}
