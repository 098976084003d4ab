//! The console's page, in terms of what a person does and sees.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Tools;
use super::browser::Browser;
use kit::error::Error;

const DESK: (u32, u32) = (1360, 960);

/// The page in a browser.
pub struct Page<'a> {
    /// The browser that shows it.
    pub browser: Browser,
    tools: &'a Tools,
}

impl<'a> Page<'a> {
    /// Opens the console of this platform in a desktop-sized window.
    pub fn open(tools: &'a Tools, base: &str) -> Result<Self, Error> {
        let browser = tools.browser()?;
        // Another case may have used this browser: leave its page first, then discard that page's errors.
        browser.go("about:blank")?;
        browser.complaints()?;
        browser.resize(DESK.0, DESK.1)?;
        browser.go(&format!("{base}/_sandbox/console/"))?;
        Ok(Self { browser, tools })
    }

    /// Opens one of the console's pages.
    pub fn tab(&self, name: &str) -> Result<(), Error> {
        self.browser.click(&format!("#tab-{name}"))?;
        self.browser.element(&format!("#panel-{name}")).map(drop)
    }

    /// Chooses the customer, one response for each of the phone's questions.
    pub fn customer(&self, kind: &str, money: &str, behaviour: &str) -> Result<(), Error> {
        for value in [kind, money, behaviour] {
            self.browser.click(&format!("#phone input[value={value}] + span"))?;
        }
        self.phone_code().map(drop)
    }

    /// Waits until the phone shows a code of the chosen customer, and returns its digits.
    pub fn phone_code(&self) -> Result<String, Error> {
        let script = "const [kind, money, behaviour] = [...document.querySelectorAll('#phone input:checked')].map((one) => one.value);\
                      return [document.querySelector('#digits')?.dataset.code, document.querySelector('#phone-screen').classList.contains(kind)];";
        self.browser.until("payment code on the phone", || {
            let seen = self.browser.script(script, json!([]))?;
            Ok(seen[0].as_str().filter(|_| seen[1] == true).map(str::to_owned))
        })
    }

    /// Asks for a fresh code and returns it, once it differs from the one that is shown.
    pub fn fresh_code(&self) -> Result<String, Error> {
        let script = "return document.querySelector('#digits')?.dataset.code ?? '';";
        let old = self.browser.script(script, json!([]))?;
        self.browser.click("#fresh")?;
        self.other_code(old.as_str().unwrap_or_default())
    }

    /// Waits until the phone shows a code other than this one, and returns it.
    pub fn other_code(&self, old: &str) -> Result<String, Error> {
        self.browser.until("fresh payment code", || Ok(Some(self.phone_code()?).filter(|code| *code != old)))
    }

    /// Chooses a customer, who takes the phone and gets a fresh code.
    pub fn next_customer(&self, kind: &str, money: &str, behaviour: &str) -> Result<String, Error> {
        self.customer(kind, money, behaviour)?;
        self.fresh_code()
    }

    /// Waits until the phone's screen shows this text, and returns the screen's text.
    pub fn phone_shows(&self, text: &str) -> Result<(), Error> {
        self.browser.shows("#phone-screen", text)
    }

    /// Waits until a case of the checklist has this verdict.
    pub fn case_is(&self, case: &str, verdict: &str) -> Result<(), Error> {
        let wanted = format!(".case[data-case={case}][data-verdict={verdict}]");
        self.tab("checklist")?;
        self.browser.element(&wanted).map(drop)
    }

    /// How far the page is wider than its window, in pixels: the part that would need horizontal scrolling.
    pub fn overflow(&self) -> Result<i64, Error> {
        let script = "return document.documentElement.scrollWidth - window.innerWidth;";
        Ok(self.browser.script(script, json!([]))?.as_i64().unwrap_or(i64::MAX))
    }

    /// The intrinsic size of an image on the page, once it is loaded: width and height.
    pub fn image(&self, selector: &str) -> Result<(u64, u64), Error> {
        let script = "const image = document.querySelector(arguments[0]);\
                      return image?.complete && image.naturalWidth ? [image.naturalWidth, image.naturalHeight] : null;";
        self.browser.until(&format!("picture in {selector}"), || {
            let size = self.browser.script(script, json!([selector]))?;
            Ok(size[0].as_u64().zip(size[1].as_u64()))
        })
    }

    /// Every address from which the page loaded anything.
    pub fn loaded(&self) -> Result<Vec<String>, Error> {
        let script = "return performance.getEntriesByType('resource').map((one) => one.name);";
        let loaded = self.browser.script(script, json!([]))?;
        Ok(loaded.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Saves a screenshot of the whole page.
    pub fn picture(&self, name: &str) -> Result<PathBuf, Error> {
        let file = self.file(name);
        self.browser.picture(&file)?;
        Ok(file)
    }

    /// The codes that a scanner reads in this part of the page.
    pub fn scan(&self, selector: &str, name: &str) -> Result<Vec<(String, String)>, Error> {
        let file = self.file(name);
        self.browser.picture_of(selector, &file)?;
        self.tools.scanner.read(&file)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tools.pictures.join(format!("{}.png", name.replace(' ', "-")))
    }
}
