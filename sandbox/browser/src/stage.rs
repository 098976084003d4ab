//! The test fixture of a case: a sandbox, a browser at its console, and a directory for tills.

use std::process::Command;

use tempfile::TempDir;

use super::Tools;
use super::page::Page;
use kit::error::Error;
use kit::platform::Platform;
use kit::till::{PROMPT, Till};
use kit::workspace;

/// Shortened so that tests do not wait; a real till keeps the defaults.
const QUICK: [&str; 4] = ["poll_ms=200", "first_query_ms=150", "quiet_ms=1500", "response_ms=3000"];

/// The tools of a case.
pub struct Stage<'a> {
    /// The console in a browser.
    pub page: Page<'a>,
    tools: &'a Tools,
    folder: TempDir,
    platform: Platform,
}

impl<'a> Stage<'a> {
    /// Starts a sandbox and opens its console.
    pub fn set(tools: &'a Tools) -> Result<Self, Error> {
        let platform = Platform::start(Command::new(&tools.shop.sandbox))?;
        let page = Page::open(tools, platform.base())?;
        Ok(Self { page, tools, folder: workspace::scratch("till")?, platform })
    }

    /// Ends the case and returns the browser to the pool.
    pub fn clear(self) {
        self.tools.keep(self.page.browser);
    }

    /// The platform's base address.
    pub fn base(&self) -> &str {
        self.platform.base()
    }

    /// Stops the platform. Its address stays reserved.
    pub fn stop_platform(&mut self) {
        self.platform.stop();
    }

    /// Starts another platform, with an empty book, at the same address.
    pub fn restart_platform(&mut self) -> Result<(), Error> {
        let listen = self.base().trim_start_matches("http://").to_owned();
        self.platform = Platform::start_at(Command::new(&self.tools.shop.sandbox), &listen)?;
        Ok(())
    }

    /// Starts the till in its directory, and returns its output up to the first prompt.
    pub fn till(&self) -> Result<(Till, String), Error> {
        let data = self.folder.path().join("till's data");
        let mut till = Till::start(&mut self.tools.shop.till(), &data, self.base(), &QUICK)?;
        let greeting = till.until(PROMPT)?;
        Ok((till, greeting))
    }

    /// A till that was activated with a code made on the page.
    pub fn activated_till(&self) -> Result<Till, Error> {
        self.page.tab("book")?;
        self.page.browser.click("#add-code")?;
        let code = self.page.browser.until("activation code", || {
            let code = self.page.browser.text("#codes code")?;
            Ok(Some(code).filter(|code| !code.is_empty()))
        })?;
        let (mut till, _) = self.till()?;
        types(&mut till, &format!("activate {code}"), "ACTIVATED")?;
        Ok(till)
    }
}

/// Waits until a till is ready for the next command; its output up to then must contain this text.
pub fn responses(till: &mut Till, wanted: &str) -> Result<(), Error> {
    said(&till.until(PROMPT)?, wanted)
}

/// Types a command at a till, whose output must contain this text.
pub fn types(till: &mut Till, command: &str, wanted: &str) -> Result<(), Error> {
    till.write(command)?;
    responses(till, wanted)
}

/// Fails unless a till printed the expected text.
pub fn said(text: &str, wanted: &str) -> Result<(), Error> {
    if text.contains(wanted) {
        return Ok(());
    }
    Err(Error::Check(format!("the till does not print \"{wanted}\" but: {}", text.trim_end())))
}
