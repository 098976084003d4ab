//! The sandbox's console in a real browser, driven as a person would, with a real till beside it.

mod browser;
mod cases;
mod page;
mod scanner;
mod stage;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use browser::{Browser, Driver};
use cases::{CASES, Case};
use kit::counts::Counts;
use kit::error::Error;
use kit::pool;
use kit::say;
use kit::till::Shop;
use kit::tools;
use kit::workspace;
use scanner::Scanner;
use stage::Stage;

/// So many cases at once: each waits about as long as it computes.
const AT_ONCE: usize = 3;

/// What every case needs.
struct Tools {
    shop: Shop,
    /// Browsers that no case is in.
    browsers: Mutex<Vec<Browser>>,
    driver: Driver,
    scanner: Scanner,
    /// Where the screenshots are kept.
    pictures: PathBuf,
}

fn main() -> ExitCode {
    kit::command::run(|_| kit::command::tell(browser()?))
}

/// Goes through all that a person does at the console. Screenshots of it are kept in `target/console`.
fn browser() -> Result<Counts, Error> {
    let tools = Tools::ready()?;
    let passed = pool::each(AT_ONCE, CASES, |case| passes(&tools, *case));
    let passed = passed.into_iter().filter(|passed| *passed).count();
    say::line(format_args!("  The screenshots are in {}.", tools.pictures.display()));
    Ok(Counts { passed, failed: CASES.len() - passed, skipped: 0 })
}

/// Plays a case, and says how it ended.
fn passes(tools: &Tools, (name, case): Case) -> bool {
    let start = Instant::now();
    let result = Stage::set(tools).and_then(|mut stage| {
        case(&mut stage).inspect_err(|_| {
            // What the person saw last; without it there is still the error.
            let _ = stage.page.picture(&format!("failed {name}"));
        })?;
        stage.clear();
        Ok(())
    });
    let seconds = start.elapsed().as_secs_f32();
    match &result {
        Ok(()) => say::line(format_args!("  {name}: ok, {seconds:.1} s")),
        Err(error) => say::line(format_args!("  {name}: FAILED, {seconds:.1} s\n    {error}")),
    }
    result.is_ok()
}

impl Tools {
    fn ready() -> Result<Self, Error> {
        let chromium = tools::need("chromium", "chromium")?;
        let driver = tools::need("chromedriver", "chromium-driver")?;
        let scanner = Scanner(tools::need("zbarimg", "zbar-tools")?);
        tools::need_chinese_font()?;
        let pictures = workspace::root().join("target/console");
        if pictures.exists() {
            fs::remove_dir_all(&pictures).map_err(Error::file("remove the folder", &pictures))?;
        }
        fs::create_dir_all(&pictures).map_err(Error::file("make the folder", &pictures))?;
        say::line("building the sandbox, the library and a till");
        let (shop, driver) = (Shop::build()?, Driver::start(&driver, &chromium)?);
        Ok(Self { shop, browsers: Mutex::default(), driver, scanner, pictures })
    }

    /// A browser that no case is in: one that was left, or another.
    fn browser(&self) -> Result<Browser, Error> {
        let left = self.browsers().pop();
        left.map_or_else(|| self.driver.browser(), Ok)
    }

    /// Takes back a browser, for another case.
    fn keep(&self, browser: Browser) {
        self.browsers().push(browser);
    }

    fn browsers(&self) -> MutexGuard<'_, Vec<Browser>> {
        self.browsers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
