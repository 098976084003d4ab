//! The program, started as its users start it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::http;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wsy-sandbox");

struct Server {
    child: Child,
    base: String,
    console: String,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM).arg("serve").args(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let base = lines.next().unwrap().strip_prefix("wsy-sandbox listening on ").unwrap().to_owned();
        let console = lines.next().unwrap().strip_prefix("console: ").unwrap().to_owned();
        Self { child, base, console }
    }

    fn ctl(&self, args: &[&str]) -> Output {
        Command::new(PROGRAM).args(["ctl", "--base", &self.base]).args(args).output().unwrap()
    }

    fn ctl_json(&self, args: &[&str]) -> Value {
        let output = self.ctl(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ctl_does_what_the_api_does() {
    let server = Server::start(&["--seed-demo"]);
    assert_eq!(server.console, format!("{}/_sandbox/console/", server.base));
    assert_eq!(server.ctl_json(&["activation-code", "123"])["code"], "123");
    assert_eq!(server.ctl_json(&["activation-code", "list"]).as_array().map(Vec::len), Some(2));
    server.ctl_json(&["activation-code", "revoke", "123"]);
    assert!(!server.ctl(&["activation-code", "revoke", "123"]).status.success());
    assert_eq!(server.ctl_json(&["device", "add", "--id", "9", "--key", "k"])["device_id"], "9");
    server.ctl_json(&["device", "set", "9", "--overrides", r#"{"config":{"license_micropay":"0"}}"#]);
    let book = server.ctl_json(&["book"]);
    assert_eq!(book["devices"][0]["overrides"]["config"]["license_micropay"], "0");
    assert_eq!(book["devices"][1]["device_id"], "57206");
    server.ctl_json(&["device", "delete", "9"]);

    let code = server.ctl_json(&["wallet", "new", "wechat", "asks_password", "ms:=5", "--balance-fen", "7"]);
    assert_eq!(code["auth_code"].as_str().map(str::len), Some(18));
    server.ctl_json(&["wallet", "set", "130000000000000009", "wechat", "never_answers"]);
    assert!(server.ctl_json(&["wallet", "list"]).as_array().unwrap().len() > 6);

    server.ctl_json(&["faults", "add", "time", "status", "code:=503", "--times", "2"]);
    assert_eq!(server.ctl_json(&["faults", "list"])[0]["times"], 2);
    let addr = server.base.strip_prefix("http://").unwrap().parse().unwrap();
    assert_eq!(http::get(addr, "/o2o_dmprinter/time.php").response().status, 503);
    server.ctl_json(&["faults", "add", "query", "says", "info=系统繁忙", "dm_id=own", "acts_ms:=5"]);
    server.ctl_json(&["faults", "add", "read", "stale", "ms:=600000", "--always"]);
    server.ctl_json(&["faults", "add", "read", "back_office", "refund_fen:=5", "--skip", "1"]);
    assert_eq!(server.ctl_json(&["faults", "list"])[1]["fault"]["info"], "系统繁忙");
    server.ctl_json(&["faults", "clear"]);
    assert_eq!(server.ctl_json(&["settings", "refund_lines:=2"])["refund_lines"], 2);
    assert_eq!(server.ctl_json(&["requests"])["requests"][0]["status"], 503);
    server.ctl_json(&["requests", "clear"]);
    assert_eq!(server.ctl_json(&["settings", "strict_wallets:=true"])["strict_wallets"], true);

    let refused = server.ctl(&["bill", "dm1", "refund", "5"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no bill dm1"));
}

/// On other systems the unspecified address cannot be connected to.
#[cfg(unix)]
#[test]
fn the_token_that_is_printed_opens_the_network() {
    let server = Server::start(&["--listen", "0.0.0.0:0", "--allow-network"]);
    let (page, token) = server.console.split_once("?token=").unwrap();
    assert!(page.starts_with("http://127.0.0.1:") && page.ends_with("/_sandbox/console/"), "{page}");
    let refused = server.ctl(&["book"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this takes its token"), "{refused:?}");
    assert!(server.ctl_json(&["--token", token, "book"])["bills"].is_array());
}

#[test]
fn nonsense_shows_the_usage() {
    for args in [&["bake"][..], &[], &["serve", "--fast"], &["ctl", "book"], &["serve", "--listen", "x"]] {
        let output = Command::new(PROGRAM).args(args).output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage: wsy-sandbox"), "{args:?}");
    }
}

#[test]
fn the_network_has_to_be_allowed() {
    let output = Command::new(PROGRAM).args(["serve", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
}

#[cfg(unix)]
#[test]
fn a_signal_stops_it_cleanly_and_the_demo_is_seeded_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    for _ in 0..2 {
        let mut server = Server::start(&["--seed-demo", "--book", path.to_str().unwrap()]);
        assert_eq!(server.ctl_json(&["wallet", "list"]).as_array().map(Vec::len), Some(6));
        let pid = server.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(server.child.wait().unwrap().success());
    }
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["book.db"], "no log is left beside the book");
}
