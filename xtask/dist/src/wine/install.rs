//! Wine in a folder of its own, ready to run programs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::CodePage;
use kit::bits::Bits;
use kit::debian::{self, AMD64, Architecture, I386};
use kit::error::Error;
use kit::kept;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// How Debian and Wine name the things of one kind of program.
struct Kind {
    bits: Bits,
    architecture: &'static Architecture,
    /// Windows is said to be 32 or 64, as are the packages and most programs.
    number: &'static str,
    loader: &'static str,
    /// The folder of the DLLs.
    windows: &'static str,
}

const X86: Kind = Kind {
    bits: Bits::X86,
    architecture: &I386,
    number: "32",
    loader: "usr/lib/wine/wine",
    windows: "i386-windows",
};

const X64: Kind = Kind {
    bits: Bits::X64,
    architecture: &AMD64,
    number: "64",
    loader: "usr/lib/wine/wine64",
    windows: "x86_64-windows",
};

impl Kind {
    fn server(&self) -> String {
        format!("usr/lib/wine/wineserver{}", self.number)
    }
}

/// The program under which Wine looks for its server.
const SERVER: &str = "usr/lib/wine/wineserver";

/// The name of the script that runs a program, in the folder.
pub fn script(page: CodePage) -> String {
    format!("run-{}", page.number())
}

/// The folder of Wine, which is made if it is not there.
pub fn ready(bits: Bits) -> Result<PathBuf, Error> {
    let kind = match bits {
        Bits::X86 => &X86,
        Bits::X64 => &X64,
    };
    kept::folder(&format!("wine-{}", bits.folder()), include_str!("install.rs"), |folder| make(kind, folder))
}

/// Waits until the services have ended that Wine starts for programs,
/// which they do by themselves after the last one.
pub fn wait_for_services(folder: &Path) {
    let mut command = Command::new("timeout");
    command.arg("10").arg(folder.join(SERVER)).arg("--wait");
    command.env("WINEPREFIX", folder.join("prefix")).env("TMPDIR", folder.join("temporary"));
    // It fails when there is none any more.
    let _ = process::output(&mut command);
}

fn make(kind: &Kind, folder: &Path) -> Result<(), Error> {
    say::line(format_args!(
        "unpacking {}-bit Wine below target/tools, once: it runs the tests for Windows",
        kind.number
    ));
    debian::unpack(kind.architecture.name, &[&format!("wine{}", kind.number), "locales"], folder)?;
    links_within(folder, folder)?;
    debian::at_home(kind.architecture, folder, &[kind.loader, &kind.server()])?;
    builtin_zlib(kind, folder)?;
    server(kind, folder)?;
    chinese(folder)?;
    for page in [CodePage::Chinese, CodePage::Western] {
        program(&folder.join(script(page)), &script_text(kind, folder, page))?;
    }
    first_start(folder)
}

/// Links to an absolute path mean one in the folder.
fn links_within(root: &Path, folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_symlink() {
            let to = fs::read_link(&path).map_err(Error::file("read", &path))?;
            let Ok(to) = to.strip_prefix("/") else { continue };
            workspace::remove(&path)?;
            symlink(root.join(to), &path).map_err(Error::file("make the link", &path))?;
        } else if path.is_dir() {
            links_within(root, &path)?;
        }
    }
    Ok(())
}

/// Does what the package does when it is installed: marks a zlib as
/// Wine's own and puts it beside the other DLLs.
fn builtin_zlib(kind: &Kind, folder: &Path) -> Result<(), Error> {
    let from = folder.join(format!("usr/{}-w64-mingw32/lib/zlib1.dll", kind.bits.processor()));
    let mut bytes = fs::read(&from).map_err(Error::file("read", &from))?;
    let mark = b"Wine builtin DLL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    match bytes.get_mut(64..96) {
        Some(place) => place.copy_from_slice(mark),
        None => return Err(Error::Check(format!("{} is no DLL", from.display()))),
    }
    let wine = folder.join("usr/lib").join(kind.architecture.libraries).join("wine");
    let to = wine.join(kind.windows).join("zlib1.dll");
    fs::write(&to, bytes).map_err(Error::file("write", &to))
}

/// The server stays for two seconds after the last program, since
/// starting it takes longer than most programs do.
fn server(kind: &Kind, folder: &Path) -> Result<(), Error> {
    let server = quoted(&folder.join(kind.server()));
    // It would keep the output of the program that starts it open,
    // and prints what it thinks of its own memory.
    let text = format!("#!/bin/sh\nexec {server} -p2 \"$@\" </dev/null >/dev/null 2>&1\n");
    program(&folder.join(SERVER), &text)
}

/// The locale that makes Wine a Chinese Windows.
fn chinese(folder: &Path) -> Result<(), Error> {
    let locales = folder.join("locales");
    fs::create_dir_all(&locales).map_err(Error::file("create the directory", &locales))?;
    let mut command = tools::need("localedef", "libc-bin")?.command();
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
         export WINEPREFIX={prefix} WINEARCH=win{number} HOME={prefix}\n\
         export LOCPATH={locales} LANG={locale} LC_ALL={locale}\n\
         # No messages of Wine's own, no questions about Mono and Gecko, no entries in a desktop's menu.\n\
         export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='\n\
         # Where the server has its socket.\n\
         export TMPDIR={temporary}\n\
         unset DISPLAY WAYLAND_DISPLAY LD_LIBRARY_PATH LD_PRELOAD\n\
         exec {loader} \"$@\"\n",
        number = kind.number,
        locales = quoted(&folder.join("locales")),
        loader = quoted(&folder.join(kind.loader)),
    )
}

/// The first start makes drive C: and the registry.
fn first_start(folder: &Path) -> Result<(), Error> {
    for place in [folder.join("prefix"), folder.join("temporary")] {
        fs::create_dir_all(&place).map_err(Error::file("create the directory", &place))?;
    }
    let mut command = Command::new("timeout");
    command.arg("300").arg(folder.join(script(CodePage::Chinese))).args(["wineboot", "--init"]);
    process::output(&mut command).map(drop)
}

/// Writes a script. A link or a program that is running is not written to.
pub fn program(path: &Path, text: &str) -> Result<(), Error> {
    workspace::remove(path)?;
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
