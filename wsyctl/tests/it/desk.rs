//! A support desk: a platform, a till's folder, and the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use wsy_sandbox::{Behaviour, Call, Control, Fault, FaultOrder, NewAuthCode, Options, Sandbox};

/// Those that are used up only by a hang are long: this machine may be busy.
const TIMES: [&str; 6] = [
    "poll_ms=50",
    "first_query_ms=20",
    "quiet_ms=500",
    "deadline_ms=60000",
    "connect_ms=20000",
    "response_ms=20000",
];

pub struct Desk {
    pub control: Control,
    pub sandbox: Sandbox,
    home: TempDir,
}

/// The result of a run of the program.
pub struct Ran {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    #[track_caller]
    pub fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{} {}", self.out, self.err);
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Waits for the next day in Beijing if this one is about to end, so that a sale and the queries about it are
/// on one day.
fn within_one_day() {
    const DAY_S: u64 = 24 * 3600;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let left = DAY_S - (now.as_secs() + 8 * 3600) % DAY_S;
    if left <= 60 {
        std::thread::sleep(std::time::Duration::from_secs(left));
    }
}

impl Desk {
    /// A till that is activated by the program itself.
    pub fn activated() -> Self {
        let desk = Self::bare();
        let code = desk.control.activation_code(None).unwrap();
        desk.json(&["activate", &code]).exits(0);
        desk
    }

    pub fn bare() -> Self {
        within_one_day();
        let sandbox = Sandbox::start(Options::default()).unwrap();
        Self { control: sandbox.control(), sandbox, home: TempDir::with_prefix("wsyctl till ").unwrap() }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn folder(&self) -> PathBuf {
        self.home.path().join("数据")
    }

    pub fn customer(&self, behaviour: Behaviour) -> String {
        self.control.new_auth_code(&NewAuthCode::wechat(behaviour)).unwrap().auth_code
    }

    pub fn once(&self, call: Call, fault: Fault) {
        self.control.add_fault(FaultOrder::once(call, fault));
    }

    pub fn always(&self, call: Call, fault: Fault) {
        self.control.add_fault(FaultOrder::always(call, fault));
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wsyctl"));
        command.args(["--base", &self.sandbox.base()]).arg("--folder").arg(self.folder());
        command.args(TIMES.iter().flat_map(|time| ["--option", time])).args(words);
        command
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    pub fn zh(&self, words: &[&str]) -> Ran {
        self.run(&[&["--lang", "zh"], words].concat())
    }

    pub fn en(&self, words: &[&str]) -> Ran {
        self.run(&[&["--lang", "en"], words].concat())
    }

    pub fn json(&self, words: &[&str]) -> Ran {
        self.run(&[&["--json", "--lang", "en"], words].concat())
    }

    /// Charges a customer who pays at once.
    pub fn sell(&self, bill: &str, yuan: &str) -> Value {
        self.json(&["pay", bill, yuan, &self.customer(Behaviour::Pays)]).exits(0).json()
    }

    /// A payment whose response was lost, and which could not be queried: undecided here, paid there.
    pub fn lose(&self, bill: &str, yuan: &str) -> Ran {
        self.once(Call::Micropay, Fault::ResponseLost);
        self.always(Call::Query, Fault::RequestLost);
        let code = self.customer(Behaviour::Pays);
        let ran = self.json(&["--option", "deadline_ms=300", "pay", bill, yuan, &code]);
        self.control.clear_faults();
        ran
    }
}
