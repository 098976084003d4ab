//! The console's page, in the words of the person in front of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Tools;
use super::browser::Browser;
use kit::error::Error;

const DESK: (u32, u32) = (1360, 960);

/// The page in a browser.
pub struct Page<'a> {
    /// The browser that it is in.
    pub browser: Browser,
    tools: &'a Tools,
}

impl<'a> Page<'a> {
    /// Opens the console of this platform in a window as on a desk.
    pub fn open(tools: &'a Tools, base: &str) -> Result<Self, Error> {
        let browser = tools.browser()?;
        // Another case may have been in it: its page goes first, and then what that page's errors were.
        browser.go("about:blank")?;
        browser.complaints()?;
        browser.resize(DESK.0, DESK.1)?;
        browser.go(&format!("{base}/_sandbox/console/"))?;
        Ok(Self { browser, tools })
    }

    /// Opens a page of the console.
    pub fn tab(&self, name: &str) -> Result<(), Error> {
        self.browser.click(&format!("#tab-{name}"))?;
        self.browser.element(&format!("#panel-{name}")).map(drop)
    }

    /// Chooses the customer: what is said at each of the phone's questions.
    pub fn customer(&self, kind: &str, money: &str, behaviour: &str) -> Result<(), Error> {
        for value in [kind, money, behaviour] {
            self.browser.click(&format!("#phone input[value={value}] + span"))?;
        }
        self.phone_code().map(drop)
    }

    /// The digits on the phone, as soon as it shows a code of the customer that was chosen.
    pub fn phone_code(&self) -> Result<String, Error> {
        let script = "const [kind, money, behaviour] = [...document.querySelectorAll('#phone input:checked')].map((one) => one.value);\
                      return [document.querySelector('#digits')?.dataset.code, document.querySelector('#phone-screen').classList.contains(kind)];";
        self.browser.until("payment code on the phone", || {
            let seen = self.browser.script(script, json!([]))?;
            Ok(seen[0].as_str().filter(|_| seen[1] == true).map(str::to_owned))
        })
    }

    /// A fresh code on the phone: another one than the one that is shown.
    pub fn fresh_code(&self) -> Result<String, Error> {
        let script = "return document.querySelector('#digits')?.dataset.code ?? '';";
        let old = self.browser.script(script, json!([]))?;
        self.browser.click("#fresh")?;
        self.other_code(old.as_str().unwrap_or_default())
    }

    /// The code on the phone, once it is another one than this.
    pub fn other_code(&self, old: &str) -> Result<String, Error> {
        self.browser.until("fresh payment code", || Ok(Some(self.phone_code()?).filter(|code| *code != old)))
    }

    /// Chooses a customer, who takes the phone and gets a fresh code.
    pub fn next_customer(&self, kind: &str, money: &str, behaviour: &str) -> Result<String, Error> {
        self.customer(kind, money, behaviour)?;
        self.fresh_code()
    }

    /// What the phone's screen says, once it says this.
    pub fn phone_shows(&self, text: &str) -> Result<(), Error> {
        self.browser.shows("#phone-screen", text)
    }

    /// Waits until a case of the check-list has this verdict.
    pub fn case_is(&self, case: &str, verdict: &str) -> Result<(), Error> {
        let wanted = format!(".case[data-case={case}][data-verdict={verdict}]");
        self.tab("checklist")?;
        self.browser.element(&wanted).map(drop)
    }

    /// How wide the page is beyond its window, in pixels: what would have to be scrolled sideways.
    pub fn overflow(&self) -> Result<i64, Error> {
        let script = "return document.documentElement.scrollWidth - window.innerWidth;";
        Ok(self.browser.script(script, json!([]))?.as_i64().unwrap_or(i64::MAX))
    }

    /// The picture that an image of the page really has: its width and height, once it is loaded.
    pub fn image(&self, selector: &str) -> Result<(u64, u64), Error> {
        let script = "const image = document.querySelector(arguments[0]);\
                      return image?.complete && image.naturalWidth ? [image.naturalWidth, image.naturalHeight] : null;";
        self.browser.until(&format!("picture in {selector}"), || {
            let size = self.browser.script(script, json!([selector]))?;
            Ok(size[0].as_u64().zip(size[1].as_u64()))
        })
    }

    /// Every address from which something of the page was loaded.
    pub fn loaded(&self) -> Result<Vec<String>, Error> {
        let script = "return performance.getEntriesByType('resource').map((one) => one.name);";
        let loaded = self.browser.script(script, json!([]))?;
        Ok(loaded.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Keeps a picture of the whole page.
    pub fn picture(&self, name: &str) -> Result<PathBuf, Error> {
        let file = self.file(name);
        self.browser.picture(&file)?;
        Ok(file)
    }

    /// What a scanner reads off the screen, in this part of the page.
    pub fn scan(&self, selector: &str, name: &str) -> Result<Vec<(String, String)>, Error> {
        let file = self.file(name);
        self.browser.picture_of(selector, &file)?;
        self.tools.scanner.read(&file)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tools.pictures.join(format!("{}.png", name.replace(' ', "-")))
    }
}
