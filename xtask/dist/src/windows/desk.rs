//! The support desk's tool, from the unpacked zip, under Wine: a day at the desk, checked by exit codes and
//! output.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::wine;
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use kit::say;
use kit::workspace;

/// The output of a call, and its exit code.
struct Told {
    words: &'static [&'static str],
    exit: i32,
    prints: &'static [&'static str],
}

/// In this order; the codes are those of the sandbox's demo.
const DAY: [Told; 10] = [
    told(&["help", "--lang", "zh"], 0, &["wsyctl", "查"]),
    told(&["open"], 4, &["no ledger"]),
    told(&["activate", "24901320180424"], 0, &["Activated as device"]),
    told(&["pay", "B1", "1.00", "130000000000000001"], 0, &["B1", "1.00"]),
    told(&["pay", "B2", "1.00", "130000000000000004"], 1, &["B2"]),
    told(&["refund", "B1", "0.40", "--refund-no", "R1"], 0, &["R1", "0.40"]),
    told(&["bill", "B1", "--json"], 0, &["\"refunded_fen\":40"]),
    told(&["export", "--csv"], 0, &["\u{feff}", "B1", "R1"]),
    told(&["settle", "B2"], 1, &["B2"]),
    told(&["doctor"], 0, &["ledger", "clock"]),
];

const fn told(words: &'static [&'static str], exit: i32, prints: &'static [&'static str]) -> Told {
    Told { words, exit, prints }
}

/// Goes through the day and counts the calls that went as expected.
pub fn day(tool: &Path, platform: &Platform) -> Result<Counts, Error> {
    let home = workspace::scratch("desk")?;
    let mut counts = Counts::default();
    for step in &DAY {
        match step.wrong(tool, platform, &home)? {
            None => counts.passed += 1,
            Some(wrong) => {
                say::line(wrong);
                counts.failed += 1;
            }
        }
    }
    Ok(counts)
}

impl Told {
    fn wrong(&self, tool: &Path, platform: &Platform, home: &TempDir) -> Result<Option<String>, Error> {
        let mut command = wine::command(Bits::X86, tool)?;
        if !self.words.contains(&"--lang") {
            command.args(["--lang", "en"]);
        }
        command.arg("--folder").arg(wine::path(&home.path().join("数据")));
        command.args(["--base", platform.base()]).args(self.words).stdin(Stdio::null());
        let not_started = |source| Error::Start { program: "wsyctl.exe".to_owned(), source };
        let output = command.output().map_err(not_started)?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let lacks = self.prints.iter().find(|text| !printed.contains(**text));
        if output.status.code() == Some(self.exit) && lacks.is_none() {
            return Ok(None);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Ok(Some(format!(
            "FAILED wsyctl {}: {} instead of exit code {}, lacks {lacks:?}\n{printed}{errors}",
            self.words.join(" "),
            output.status,
            self.exit
        )))
    }
}
