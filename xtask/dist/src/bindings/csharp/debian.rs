//! A library of an older Debian, for programs that were made for that one.
//!
//! It is unpacked into a folder and never installed. Where the packages are is not written here: this machine's own
//! sources say it, read as if the machine were older.

use std::fs;
use std::path::{Path, PathBuf};

use kit::error::Error;
use kit::process;
use kit::tools::{self, Missing};
use kit::workspace;

/// Unpacks the shared libraries of a package of an older release into `folder`.
pub fn libraries(release: &str, package: &str, folder: &Path) -> Result<(), Error> {
    let apt = tools::need("apt-get", "apt")?;
    let dpkg = tools::need("dpkg-deb", "dpkg")?;
    let scratch = workspace::scratch("apt")?;
    let sources = scratch.path().join("sources");
    write_sources(release, &sources)?;
    let (lists, cache) = (scratch.path().join("lists"), scratch.path().join("cache"));
    for place in [&lists, &cache] {
        let partial = place.join("partial");
        fs::create_dir_all(&partial).map_err(Error::file("make the folder", &partial))?;
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = apt.command();
        for (name, value) in [
            ("Dir::Etc::sourcelist", Path::new("/dev/null")),
            ("Dir::Etc::sourceparts", &sources),
            ("Dir::State::lists", &lists),
            ("Dir::Cache", &cache),
            // Another user could not write into our folder.
            ("APT::Sandbox::User", Path::new("root")),
            // Nobody renews the lists of a release that is not looked after any more; they are still signed.
            ("Acquire::Check-Valid-Until", Path::new("false")),
        ] {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        process::output(command.args(arguments).current_dir(scratch.path()))
    };
    apt_get(&["-qq", "update"]).map_err(Missing::download(package))?;
    apt_get(&["-qq", "download", package]).map_err(Missing::download(package))?;

    let content = scratch.path().join("content");
    process::output(dpkg.command().arg("--extract").arg(deb_in(scratch.path())?).arg(&content))?;
    copy_libraries(&content, folder)
}

fn deb_in(folder: &Path) -> Result<PathBuf, Error> {
    let is_deb = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "deb");
    files(folder)?
        .into_iter()
        .find(is_deb)
        .ok_or_else(|| Error::Check("apt-get downloaded nothing and said nothing".to_owned()))
}

/// What a folder holds; nothing if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        files.push(file.map_err(Error::file("read", folder))?.path());
    }
    files.sort();
    Ok(files)
}

fn copy_libraries(content: &Path, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    for file in files(&content.join("usr/lib/x86_64-linux-gnu"))? {
        if let Some(name) = file.file_name()
            && file.is_file()
        {
            fs::copy(&file, folder.join(name)).map_err(Error::file("copy", &file))?;
        }
    }
    Ok(())
}

/// Writes the machine's sources as they would be on the older release.
fn write_sources(release: &str, folder: &Path) -> Result<(), Error> {
    let system = workspace::read(Path::new("/etc/os-release"))?;
    let own =
        codename(&system).ok_or_else(|| Error::Check("this system is no release of Debian".to_owned()))?;
    let mut found = files(Path::new("/etc/apt/sources.list.d"))?;
    found.push(PathBuf::from("/etc/apt/sources.list"));
    for (index, file) in found.iter().filter(|file| file.is_file()).enumerate() {
        let text = workspace::read(file)?;
        let (kind, text) = if file.extension().is_some_and(|extension| extension == "sources") {
            ("sources", stanzas(&text, own, release))
        } else {
            ("list", lines(&text, own, release))
        };
        workspace::write(&folder.join(format!("{index}.{kind}")), &text)?;
    }
    Ok(())
}

fn codename(system: &str) -> Option<&str> {
    system.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))
}

/// The suite of the older release that stands where this one does; backports and others are left out.
fn older(suite: &str, own: &str, release: &str) -> Option<String> {
    let rest = suite.strip_prefix(own)?;
    ["", "-security", "-updates"].contains(&rest).then(|| format!("{release}{rest}"))
}

/// The stanzas of a `.sources` file that are about this release.
fn stanzas(text: &str, own: &str, release: &str) -> String {
    let stanza = |stanza: &str| {
        let mut lines = Vec::new();
        for line in stanza.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("Suites:") {
                Some(suites) => {
                    let suites: Vec<String> =
                        suites.split_whitespace().filter_map(|suite| older(suite, own, release)).collect();
                    (!suites.is_empty()).then_some(())?;
                    lines.push(format!("Suites: {}", suites.join(" ")));
                }
                None => lines.push(line.to_owned()),
            }
        }
        lines.iter().any(|line| line.starts_with("Suites:")).then(|| lines.join("\n") + "\n")
    };
    text.split("\n\n").filter_map(stanza).collect::<Vec<_>>().join("\n")
}

/// The lines of a `.list` file that are about this release.
fn lines(text: &str, own: &str, release: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        (words.first() == Some(&"deb")).then_some(())?;
        // Options in brackets may hold blanks.
        let options = words.iter().position(|word| word.ends_with(']')).map_or(0, |end| end);
        let suite = words.get_mut(options + 2)?;
        let new = older(suite, own, release)?;
        *suite = &new;
        Some(words.join(" ") + "\n")
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{codename, lines, stanzas};

    #[test]
    fn the_release_says_its_name() {
        assert_eq!(codename("ID=debian\nVERSION_CODENAME=bookworm\n"), Some("bookworm"));
        assert_eq!(codename("ID=other\n"), None);
    }

    #[test]
    fn stanzas_are_made_older() {
        let text = "Types: deb\n# a remark\nURIs: http://mirror.example/debian\n\
                    Suites: bookworm bookworm-updates bookworm-backports\nComponents: main\n\n\
                    Types: deb\nURIs: http://other.example\nSuites: nodistro\nComponents: main\n";
        let expected = "Types: deb\nURIs: http://mirror.example/debian\n\
                        Suites: bullseye bullseye-updates\nComponents: main\n";
        assert_eq!(stanzas(text, "bookworm", "bullseye"), expected);
    }

    #[test]
    fn lines_are_made_older() {
        let text = "deb http://mirror.example/debian bookworm main\n# deb http://x.example bookworm main\n\
                    deb [ arch=amd64 signed-by=/k ] http://mirror.example/security bookworm-security main\n\
                    deb http://other.example stable main\ndeb-src http://mirror.example/debian bookworm main\n";
        let expected = "deb http://mirror.example/debian bullseye main\n\
                        deb [ arch=amd64 signed-by=/k ] http://mirror.example/security bullseye-security main\n";
        assert_eq!(lines(text, "bookworm", "bullseye"), expected);
    }
}
