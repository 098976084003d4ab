//! Cleans up after a demo that is ended from outside, by ctrl-c or a kill, when no `drop` runs.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A small program that waits for the end of its input, which comes when this process ends in any way, and
/// then stops the platform and removes the folder. Dropping it ends it without doing anything.
pub struct Janitor(Option<Child>);

impl Janitor {
    /// Watches this folder and the process of the platform.
    #[cfg(unix)]
    pub fn watch(folder: &Path, platform: u32) -> Self {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("sh");
        command.args(["-c", r#"cat >/dev/null; kill "$2" 2>/dev/null; rm -rf -- "$1""#, "janitor"]);
        command.arg(folder).arg(platform.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Out of the reach of a ctrl-c on the terminal.
        command.process_group(0);
        // Where there is no `sh`, the demo does without.
        Self(command.spawn().ok())
    }

    /// On other systems the child processes end with this one; the folder stays in the temporary folder.
    #[cfg(not(unix))]
    pub fn watch(_folder: &Path, _platform: u32) -> Self {
        Self(None)
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have exited already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
