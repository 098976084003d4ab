//! A WebDriver client, limited to what a person at a page can do.
//!
//! Hand-written, because the crates for it (`fantoccini`, `thirtyfour`) take longer to build than all the
//! cases take to run, and playwright-core needs Node.

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
/// The browser's first start may be slow.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The key under which the standard stores a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The WebDriver server process.
pub struct Driver {
    child: Child,
    base: String,
    chromium: PathBuf,
}

impl Driver {
    /// Starts the server on a free port.
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
        let port = port.ok_or_else(|| Error::Check("chromedriver did not print its port".into()))?;
        // Nobody reads the rest of its output, and it must not block on a full pipe.
        thread::spawn(move || lines.for_each(drop));
        driver.base = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// Opens a new browser with an empty profile.
    pub fn browser(&self) -> Result<Browser, Error> {
        let folder = workspace::scratch("browser")?;
        let options = json!({
            "binary": self.chromium,
            "args": [
                "--headless=new",
                // It loads nothing but our page, and root may not use Chromium's sandbox.
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
            .ok_or_else(|| Error::Check(format!("chromedriver opened no browser: {session}")))?;
        browser.session = format!("{}/session/{id}", self.base);
        Ok(browser)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with one page. Dropping it closes the browser and removes its profile.
pub struct Browser {
    agent: ureq::Agent,
    session: String,
    folder: TempDir,
}

/// An element of the page.
pub struct Element(String);

impl Browser {
    /// The download directory.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Navigates to an address.
    pub fn go(&self, address: &str) -> Result<(), Error> {
        self.post("/url", &json!({"url": address})).map(drop)
    }

    /// Resizes the window to this size, in CSS pixels of the page.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Error> {
        let emulation = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": false});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": emulation});
        self.post("/goog/cdp/execute", &command).map(drop)
    }

    /// Runs a script in the page and returns its result.
    pub fn script(&self, script: &str, arguments: Value) -> Result<Value, Error> {
        self.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Waits until an element matching this CSS selector exists and is visible, and returns it.
    pub fn element(&self, selector: &str) -> Result<Element, Error> {
        self.until(&format!("{selector} on the page"), || {
            let script = "const found = [...document.querySelectorAll(arguments[0])];\
                          return found.find((one) => one.checkVisibility()) ?? null;";
            let found = self.script(script, json!([selector]))?;
            Ok(found[ELEMENT].as_str().map(|id| Element(id.to_owned())))
        })
    }

    /// Clicks as a mouse does: on whatever is on top at that point. Clicks again if the element is redrawn
    /// meanwhile.
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

    /// Presses keys one after the other in the element that has the focus.
    pub fn press(&self, keys: &str) -> Result<(), Error> {
        let each =
            |key: char| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let actions: Vec<Value> = keys.chars().flat_map(each).collect();
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}))
            .map(drop)
    }

    /// Types a response into the browser's prompt and accepts it.
    pub fn answer(&self, text: &str) -> Result<(), Error> {
        self.post("/alert/text", &json!({"text": text}))?;
        self.post("/alert/accept", &json!({})).map(drop)
    }

    /// The visible text of an element.
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

    /// Polls until there is a value.
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

    /// The page's errors, from the browser's log.
    pub fn complaints(&self) -> Result<Vec<String>, Error> {
        let log = self.post("/se/log", &json!({"type": "browser"}))?;
        let lines = log.as_array().into_iter().flatten();
        let severe =
            lines.filter(|line| line["level"] == "SEVERE").filter_map(|line| line["message"].as_str());
        Ok(severe.map(str::to_owned).collect())
    }

    /// A screenshot of the whole page as PNG, including what is below the fold.
    pub fn picture(&self, file: &Path) -> Result<(), Error> {
        let command = json!({"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": true, "optimizeForSpeed": true}});
        let taken = self.post("/goog/cdp/execute", &command)?;
        write_picture(file, &taken["data"])
    }

    /// A screenshot of one element as PNG.
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
        // It may have exited already.
        let _ = self.agent.delete(&self.session).call();
    }
}

fn value(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Error> {
    let failed = |why: String| Error::Check(format!("the browser command failed: {why}"));
    let text =
        response.and_then(|mut response| response.body_mut().with_config().limit(u64::MAX).read_to_string());
    let text = text.map_err(|error| failed(error.to_string()))?;
    let response: Value = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    match response["value"]["error"].as_str() {
        Some(error) => Err(failed(format!("{error}: {}", response["value"]["message"]))),
        None => Ok(response["value"].clone()),
    }
}

fn write_picture(file: &Path, base64: &Value) -> Result<(), Error> {
    let picture = base64.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
    let picture = picture.ok_or_else(|| Error::Check("the browser returned no screenshot".into()))?;
    fs::write(file, picture).map_err(Error::file("write", file))
}
