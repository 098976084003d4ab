//! Debian packages of any architecture, unpacked into a folder together with their dependencies.
//!
//! They come from the sources of this machine's own packages and are never installed: they cannot conflict
//! with anything on the machine, and no root access is needed.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools::{self, Missing, Tool};
use crate::workspace;

/// The keys of all releases.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Debian's names for a processor architecture.
pub struct Architecture {
    /// The architecture of its packages.
    pub name: &'static str,
    /// The folders of its libraries.
    pub libraries: &'static str,
    /// The program loader.
    loader: &'static str,
}

/// 64-bit.
pub const AMD64: Architecture =
    Architecture { name: "amd64", libraries: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" };
/// 32-bit.
pub const I386: Architecture =
    Architecture { name: "i386", libraries: "i386-linux-gnu", loader: "lib/ld-linux.so.2" };

/// Makes programs unpacked into a folder use the C library and all other libraries from that folder.
pub fn at_home(architecture: &Architecture, folder: &Path, programs: &[&str]) -> Result<(), Error> {
    let mut command = tools::need("patchelf", "patchelf")?.command();
    command.arg("--set-interpreter").arg(folder.join(architecture.loader));
    let libraries = ["lib", "usr/lib"].map(|place| folder.join(place).join(architecture.libraries));
    // RPATH, not RUNPATH: it also applies to the libraries' own dependencies.
    command.args([
        "--force-rpath",
        "--set-rpath",
        &libraries.map(|path| path.display().to_string()).join(":"),
    ]);
    process::output(command.args(programs.iter().map(|program| folder.join(program)))).map(drop)
}

/// Unpacks the packages and all their dependencies into a folder.
pub fn unpack(architecture: &str, packages: &[&str], folder: &Path) -> Result<(), Error> {
    unpack_from(&[], architecture, packages, folder)
}

/// Does the same with an older release, for programs built for it. It comes from the mirrors of this
/// machine's own release.
pub fn unpack_older(
    release: &str,
    architecture: &str,
    packages: &[&str],
    folder: &Path,
) -> Result<(), Error> {
    let scratch = tempfile::tempdir().map_err(Error::file("create a directory in", &std::env::temp_dir()))?;
    let list = scratch.path().join("older.list");
    let sources = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
    let mut own = tools::need("apt-get", "apt")?.command();
    let own = process::output(own.args(["indextargets", "--format", sources, "Created-By: Packages"]))?;
    workspace::write(&list, &older(&own, &workspace::read(Path::new("/etc/os-release"))?, release)?)?;
    let options = [
        ("Dir::Etc::sourcelist", &*list.to_string_lossy()),
        ("Dir::Etc::sourceparts", "/dev/null"),
        // Nobody renews the lists of a release that is no longer maintained; they are still signed.
        ("Acquire::Check-Valid-Until", "false"),
    ];
    unpack_from(&options, architecture, packages, folder)
}

/// The sources of this machine's own release (`URI bookworm-updates main`), as they would be for an older
/// one.
fn older(own: &str, system: &str, release: &str) -> Result<String, Error> {
    let name = system.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let name = name.ok_or_else(|| Error::Check("this system is not a Debian release".to_owned()))?;
    let source = |line: &str| {
        let [uri, suite, component] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let kind = suite.strip_prefix(name).filter(|kind| ["", "-security", "-updates"].contains(kind))?;
        Some(format!("deb [signed-by={KEYS}] {uri} {release}{kind} {component}\n"))
    };
    Ok(own.lines().filter_map(source).collect())
}

fn unpack_from(
    options: &[(&str, &str)],
    architecture: &str,
    packages: &[&str],
    folder: &Path,
) -> Result<(), Error> {
    let apt = tools::need("apt-get", "apt")?;
    let dpkg = tools::need("dpkg-deb", "dpkg")?;
    let temporary =
        tempfile::tempdir().map_err(Error::file("create a directory in", &std::env::temp_dir()))?;
    say::line(format_args!("downloading {} for {architecture}", packages.join(" and ")));
    let archives = download(&apt, options, architecture, packages, temporary.path())?;
    for archive in fs::read_dir(&archives).map_err(Error::file("read", &archives))? {
        let archive = archive.map_err(Error::file("read", &archives))?.path();
        if archive.extension().is_some_and(|extension| extension == "deb") {
            process::output(dpkg.command().arg("--extract").arg(archive).arg(folder))?;
        }
    }
    Ok(())
}

/// Downloads the packages as if nothing were installed yet, and returns the folder that holds them.
fn download(
    apt: &Tool,
    options: &[(&str, &str)],
    architecture: &str,
    packages: &[&str],
    folder: &Path,
) -> Result<std::path::PathBuf, Error> {
    let place = |name: &str| {
        let place = folder.join(name);
        fs::create_dir_all(place.join("partial")).map_err(Error::file("create the directory", &place))?;
        Ok::<_, Error>(place)
    };
    let (lists, archives, status) = (place("lists")?, place("archives")?, folder.join("status"));
    fs::write(&status, "").map_err(Error::file("write", &status))?;
    let apt_get = |arguments: &[&str]| {
        let mut command = apt.command();
        command.env("DEBIAN_FRONTEND", "noninteractive");
        for (name, value) in [
            ("APT::Architecture", architecture),
            ("APT::Architectures", architecture),
            ("Dir::State::lists", &lists.to_string_lossy()),
            ("Dir::State::status", &status.to_string_lossy()),
            ("Dir::Cache::archives", &archives.to_string_lossy()),
            ("Dir::Cache::pkgcache", ""),
            ("Dir::Cache::srcpkgcache", ""),
            // No other user can write to our folder.
            ("APT::Sandbox::User", "root"),
        ]
        .iter()
        .chain(options)
        {
            command.arg("-o").arg(format!("{name}={value}"));
        }
        process::output(command.args(arguments))
    };
    // A list that cannot be downloaded does not matter if the other lists have the packages.
    let updated = apt_get(&["-q", "update"]);
    let mut arguments = vec!["-q", "-y", "--no-install-recommends", "--download-only", "install"];
    arguments.extend_from_slice(packages);
    match (apt_get(&arguments), updated) {
        (Ok(_), _) => Ok(archives),
        (Err(_), Err(cause)) | (Err(cause), Ok(_)) => Err(Missing::download(&packages.join(" and "))(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, older};

    #[test]
    fn sources_are_made_older() {
        let own = "http://mirror.example/debian/ bookworm main\nhttp://mirror.example/s/ bookworm-security main\n\
                   http://mirror.example/debian/ bookworm-backports main\nhttp://other.example/ stable main\n";
        let expected = format!(
            "deb [signed-by={KEYS}] http://mirror.example/debian/ bullseye main\n\
             deb [signed-by={KEYS}] http://mirror.example/s/ bullseye-security main\n"
        );
        let system = "ID=debian\nVERSION_CODENAME=bookworm\n";
        assert_eq!(older(own, system, "bullseye").unwrap(), expected);
        assert!(older(own, "ID=other\n", "bullseye").is_err());
    }
}
