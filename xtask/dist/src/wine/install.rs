//! Wine in a folder of its own, ready to run programs.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::CodePage;
use kit::bits::Bits;
use kit::debian;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// How Debian and Wine name the things of one kind of program.
struct Kind {
    name: &'static str,
    architecture: &'static str,
    package: &'static str,
    loader: &'static str,
    server: &'static str,
    interpreter: &'static str,
    libraries: &'static str,
    windows: &'static str,
    zlib: &'static str,
    prefix: &'static str,
}

const X86: Kind = Kind {
    name: "x86",
    architecture: "i386",
    package: "wine32",
    loader: "usr/lib/wine/wine",
    server: "usr/lib/wine/wineserver32",
    interpreter: "lib/ld-linux.so.2",
    libraries: "i386-linux-gnu",
    windows: "i386-windows",
    zlib: "usr/i686-w64-mingw32/lib/zlib1.dll",
    prefix: "win32",
};

const X64: Kind = Kind {
    name: "x64",
    architecture: "amd64",
    package: "wine64",
    loader: "usr/lib/wine/wine64",
    server: "usr/lib/wine/wineserver64",
    interpreter: "lib64/ld-linux-x86-64.so.2",
    libraries: "x86_64-linux-gnu",
    windows: "x86_64-windows",
    zlib: "usr/x86_64-w64-mingw32/lib/zlib1.dll",
    prefix: "win64",
};

/// The file that a finished folder has.
const READY: &str = "ready";

/// Waits until the services have ended that Wine starts for programs. They do so by themselves after the last program;
/// where another run has programs of its own, this does not wait for long.
pub fn wait_for_services(bits: Bits) {
    let folder = folder(kind(bits));
    if !folder.join(READY).exists() {
        return;
    }
    let mut command = Command::new("timeout");
    command.arg("10").arg(folder.join("usr/lib/wine/wineserver")).arg("--wait");
    command.env("WINEPREFIX", folder.join("prefix")).env("TMPDIR", folder.join("temporary"));
    // It fails when there is none any more.
    let _ = process::output(&mut command);
}

/// The name of the script that runs a program, in the folder.
pub fn script(page: CodePage) -> &'static str {
    match page {
        CodePage::Chinese => "run-936",
        CodePage::Western => "run-1252",
    }
}

/// The folder of Wine, which is made if it is not there.
pub fn ready(bits: Bits) -> Result<PathBuf, Error> {
    let (kind, all) = (kind(bits), all());
    let folder = folder(kind);
    if folder.join(READY).exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&all).map_err(Error::file("make the folder", &all))?;
    let lock = all.join(format!("{}.lock", kind.name));
    let file = File::create(&lock).map_err(Error::file("make", &lock))?;
    file.lock().map_err(Error::file("lock", &lock))?;
    if !folder.join(READY).exists() {
        remove_others(&all, kind)?;
        make(kind, &folder)?;
    }
    Ok(folder)
}

fn kind(bits: Bits) -> &'static Kind {
    match bits {
        Bits::X86 => &X86,
        Bits::X64 => &X64,
    }
}

fn all() -> PathBuf {
    workspace::root().join("target/tools/wine")
}

fn folder(kind: &Kind) -> PathBuf {
    let all = all();
    all.join(format!("{}-{}", kind.name, key(&all)))
}

/// Changes whenever a folder of another run is not what this one would make. The programs in it know where they are.
fn key(all: &Path) -> String {
    let mut hash = Sha256::new();
    for part in [include_str!("install.rs"), &all.to_string_lossy()] {
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Removes what other versions of this file made, and what was not finished.
fn remove_others(all: &Path, kind: &Kind) -> Result<(), Error> {
    let prefix = format!("{}-", kind.name);
    for entry in fs::read_dir(all).map_err(Error::file("read", all))? {
        let path = entry.map_err(Error::file("read", all))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)) {
            fs::remove_dir_all(&path).map_err(Error::file("remove", &path))?;
        }
    }
    Ok(())
}

fn make(kind: &Kind, folder: &Path) -> Result<(), Error> {
    say::line(format_args!("setting up {} Wine, once", kind.prefix));
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    debian::unpack(kind.architecture, &[kind.package, "locales"], folder)?;
    links_within(folder, folder)?;
    at_home(kind, folder)?;
    builtin_zlib(kind, folder)?;
    server(kind, folder)?;
    chinese(folder)?;
    for page in [CodePage::Chinese, CodePage::Western] {
        program(&folder.join(script(page)), &script_text(kind, folder, page))?;
    }
    first_start(folder)?;
    workspace::write(&folder.join(READY), "")
}

/// Links to an absolute path mean one in the folder.
fn links_within(root: &Path, folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_symlink() {
            let to = fs::read_link(&path).map_err(Error::file("read", &path))?;
            let Ok(to) = to.strip_prefix("/") else { continue };
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
            symlink(root.join(to), &path).map_err(Error::file("make the link", &path))?;
        } else if path.is_dir() {
            links_within(root, &path)?;
        }
    }
    Ok(())
}

/// Makes the programs take the C library and all others from the folder.
fn at_home(kind: &Kind, folder: &Path) -> Result<(), Error> {
    let patchelf = tools::need("patchelf", "patchelf")?;
    let libraries = ["lib", "usr/lib"]
        .map(|place| folder.join(place).join(kind.libraries).display().to_string())
        .join(":");
    let mut command = patchelf.command();
    command.arg("--set-interpreter").arg(folder.join(kind.interpreter));
    // The old kind, which counts for the libraries of libraries too.
    command.arg("--force-rpath").arg("--set-rpath").arg(libraries);
    process::output(command.arg(folder.join(kind.loader)).arg(folder.join(kind.server))).map(drop)
}

/// Does what the package does when it is installed: marks a zlib as Wine's own and puts it beside the other DLLs.
fn builtin_zlib(kind: &Kind, folder: &Path) -> Result<(), Error> {
    let from = folder.join(kind.zlib);
    let mut bytes = fs::read(&from).map_err(Error::file("read", &from))?;
    let mark = b"Wine builtin DLL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    match bytes.get_mut(64..96) {
        Some(place) => place.copy_from_slice(mark),
        None => return Err(Error::Check(format!("{} is no DLL", from.display()))),
    }
    let to = folder.join("usr/lib").join(kind.libraries).join("wine").join(kind.windows).join("zlib1.dll");
    fs::write(&to, bytes).map_err(Error::file("write", &to))
}

/// The program under which Wine looks for its server, which stays for two seconds after the last program, since starting
/// it takes longer than most programs do.
fn server(kind: &Kind, folder: &Path) -> Result<(), Error> {
    let server = quoted(&folder.join(kind.server));
    // It would keep the output of the program that starts it open, and prints what it thinks of its own memory.
    let text = format!("#!/bin/sh\nexec {server} -p2 \"$@\" </dev/null >/dev/null 2>&1\n");
    program(&folder.join("usr/lib/wine/wineserver"), &text)
}

/// The locale that makes Wine a Chinese Windows.
fn chinese(folder: &Path) -> Result<(), Error> {
    let localedef = tools::need("localedef", "libc-bin")?;
    let locales = folder.join("locales");
    fs::create_dir_all(&locales).map_err(Error::file("make the folder", &locales))?;
    let mut command = localedef.command();
    command.env("I18NPATH", folder.join("usr/share/i18n"));
    command.args(["-i", "zh_CN", "-f", "UTF-8"]).arg(locales.join("zh_CN.UTF-8"));
    process::output(&mut command).map(drop)
}

fn script_text(kind: &Kind, folder: &Path, page: CodePage) -> String {
    let locale = match page {
        CodePage::Chinese => "zh_CN.UTF-8",
        CodePage::Western => "C.UTF-8",
    };
    let (prefix, temporary) = (quoted(&folder.join("prefix")), quoted(&folder.join("temporary")));
    format!(
        "#!/bin/sh\n\
         export WINEPREFIX={prefix} WINEARCH={arch} HOME={prefix}\n\
         export LOCPATH={locales} LANG={locale} LC_ALL={locale}\n\
         # No messages of Wine's own, no questions about Mono and Gecko, no entries in a desktop's menu.\n\
         export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='\n\
         # Where the server has its socket.\n\
         export TMPDIR={temporary}\n\
         unset DISPLAY WAYLAND_DISPLAY LD_LIBRARY_PATH LD_PRELOAD\n\
         exec {loader} \"$@\"\n",
        arch = kind.prefix,
        locales = quoted(&folder.join("locales")),
        loader = quoted(&folder.join(kind.loader)),
    )
}

/// The first start makes drive C: and the registry.
fn first_start(folder: &Path) -> Result<(), Error> {
    say::line("starting it for the first time");
    for place in [folder.join("prefix"), folder.join("temporary")] {
        fs::create_dir_all(&place).map_err(Error::file("make the folder", &place))?;
    }
    let mut command = Command::new("timeout");
    command.arg("120").arg(folder.join(script(CodePage::Chinese))).args(["wineboot", "--init"]);
    process::output(&mut command).map(drop)
}

/// Writes a script.
pub fn program(path: &Path, text: &str) -> Result<(), Error> {
    if path.exists() {
        // A link or a program that is running is not written to.
        fs::remove_file(path).map_err(Error::file("remove", path))?;
    }
    workspace::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(Error::file("make a program of", path))
}

/// A path as a word of the shell.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_quote_in_a_path_stays_in_the_word() {
        assert_eq!(super::quoted(Path::new("/it's here")), r"'/it'\''s here'");
    }
}
