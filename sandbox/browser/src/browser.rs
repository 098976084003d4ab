//! A client for a browser's remote control (WebDriver): just what a person at a page can do.
//!
//! By hand, since the crates for it (`fantoccini`, `thirtyfour`) build for longer than all the cases take, and
//! playwright-core wants Node.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use kit::error::Error;
use kit::tools::Tool;
use kit::workspace;

/// How long a person would wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// The browser's own first start may be slow.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The name that the standard gives to a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The program that drives browsers.
pub struct Driver {
    child: Child,
    base: String,
    chromium: PathBuf,
}

impl Driver {
    /// Starts it on a free port.
    pub fn start(driver: &Tool, chromium: &Tool) -> Result<Self, Error> {
        let not_started = |source| Error::Start { program: "chromedriver".to_owned(), source };
        let mut command = driver.command();
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn().map_err(not_started)?;
        let mut driver = Self { child, base: String::new(), chromium: chromium.path().to_owned() };
        let stdout = driver.child.stdout.take();
        let mut lines =
            stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok));
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port =
            port.ok_or_else(|| Error::Check("chromedriver does not say on which port it listens".into()))?;
        // What more it says nobody reads, and it must not wait for a reader.
        thread::spawn(move || lines.for_each(drop));
        driver.base = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// Opens a browser of its own, with an empty profile.
    pub fn browser(&self) -> Result<Browser, Error> {
        let folder = workspace::scratch("browser")?;
        let options = json!({
            "binary": self.chromium,
            "args": [
                "--headless=new",
                // It loads nothing but our page, and root may not have the sandbox.
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--force-device-scale-factor=2",
                "--lang=en",
                format!("--user-data-dir={}", folder.path().join("profile").display()),
            ],
            "prefs": {
                "download.default_directory": folder.path().join("downloads"),
                "download.prompt_for_download": false,
            },
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }}});
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let mut browser = Browser { agent, session: self.base.clone(), folder };
        let session = browser.post("/session", &wanted)?;
        let id = session["sessionId"]
            .as_str()
            .ok_or_else(|| Error::Check(format!("no browser came: {session}")))?;
        browser.session = format!("{}/session/{id}", self.base);
        Ok(browser)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with one page. Dropped, it is closed and its profile removed.
pub struct Browser {
    agent: ureq::Agent,
    session: String,
    folder: TempDir,
}

/// An element of the page.
pub struct Element(String);

impl Browser {
    /// Where it puts what is downloaded.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Goes to an address.
    pub fn go(&self, address: &str) -> Result<(), Error> {
        self.post("/url", &json!({"url": address})).map(drop)
    }

    /// Makes the window so large, in CSS pixels of the page.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Error> {
        let emulation = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": false});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": emulation});
        self.post("/goog/cdp/execute", &command).map(drop)
    }

    /// Runs a script in the page; gives what it returns.
    pub fn script(&self, script: &str, arguments: Value) -> Result<Value, Error> {
        self.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// The element that this CSS selector finds, as soon as it is there and can be seen.
    pub fn element(&self, selector: &str) -> Result<Element, Error> {
        self.until(&format!("{selector} on the page"), || {
            let script = "const found = [...document.querySelectorAll(arguments[0])];\
                          return found.find((one) => one.checkVisibility()) ?? null;";
            let found = self.script(script, json!([selector]))?;
            Ok(found[ELEMENT].as_str().map(|id| Element(id.to_owned())))
        })
    }

    /// Clicks as a mouse does: on what is really there on the screen. What is redrawn at that moment is clicked again.
    pub fn click(&self, selector: &str) -> Result<(), Error> {
        self.until(&format!("a click on {selector}"), || {
            let element = self.element(selector)?;
            match self.post(&format!("/element/{}/click", element.0), &json!({})) {
                Ok(_) => Ok(Some(())),
                Err(Error::Check(why)) if why.contains("stale element") || why.contains("intercepted") => {
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) -> Result<(), Error> {
        let each =
            |key: char| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let actions: Vec<Value> = keys.chars().flat_map(each).collect();
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}))
            .map(drop)
    }

    /// Types an answer into the question that the browser asks, and agrees.
    pub fn answer(&self, text: &str) -> Result<(), Error> {
        self.post("/alert/text", &json!({"text": text}))?;
        self.post("/alert/accept", &json!({})).map(drop)
    }

    /// The text that can be seen in an element.
    pub fn text(&self, selector: &str) -> Result<String, Error> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? '';";
        let text = self.script(script, json!([selector]))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until an element shows this text.
    pub fn shows(&self, selector: &str, text: &str) -> Result<(), Error> {
        let mut last = String::new();
        let what = format!("\"{text}\" in {selector}");
        let shown = self.until(&what, || {
            last = self.text(selector)?;
            Ok(last.contains(text).then_some(()))
        });
        shown.map_err(|error| Error::Check(format!("{error}; there is \"{last}\"")))
    }

    /// Looks again and again until there is something.
    pub fn until<T>(
        &self,
        what: &str,
        mut look: impl FnMut() -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let start = Instant::now();
        loop {
            if let Some(seen) = look()? {
                return Ok(seen);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::Check(format!("after {} s there is no {what}", PATIENCE.as_secs())));
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// What the page's errors are, as the browser noted them.
    pub fn complaints(&self) -> Result<Vec<String>, Error> {
        let log = self.post("/se/log", &json!({"type": "browser"}))?;
        let lines = log.as_array().into_iter().flatten();
        let severe =
            lines.filter(|line| line["level"] == "SEVERE").filter_map(|line| line["message"].as_str());
        Ok(severe.map(str::to_owned).collect())
    }

    /// The whole page as PNG, as long as it is.
    pub fn picture(&self, file: &Path) -> Result<(), Error> {
        let command = json!({"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": true, "optimizeForSpeed": true}});
        let taken = self.post("/goog/cdp/execute", &command)?;
        write_picture(file, &taken["data"])
    }

    /// What the screen shows of an element, as PNG.
    pub fn picture_of(&self, selector: &str, file: &Path) -> Result<(), Error> {
        let element = self.element(selector)?;
        write_picture(file, &self.get(&format!("/element/{}/screenshot", element.0))?)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let request = self.agent.post(format!("{}{path}", self.session)).content_type("application/json");
        value(request.send(body.to_string()))
    }

    fn get(&self, path: &str) -> Result<Value, Error> {
        value(self.agent.get(format!("{}{path}", self.session)).call())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.agent.delete(&self.session).call();
    }
}

fn value(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Error> {
    let failed = |why: String| Error::Check(format!("the browser does not obey: {why}"));
    let text = answer.and_then(|mut answer| answer.body_mut().with_config().limit(u64::MAX).read_to_string());
    let text = text.map_err(|error| failed(error.to_string()))?;
    let answer: Value = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    match answer["value"]["error"].as_str() {
        Some(error) => Err(failed(format!("{error}: {}", answer["value"]["message"]))),
        None => Ok(answer["value"].clone()),
    }
}

fn write_picture(file: &Path, base64: &Value) -> Result<(), Error> {
    let picture = base64.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
    let picture = picture.ok_or_else(|| Error::Check("the browser took no picture".into()))?;
    fs::write(file, picture).map_err(Error::file("write", file))
}
