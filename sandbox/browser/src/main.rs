//! Tests the sandbox's console in a real browser, driven as a person would, with a real till beside it.

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

/// How many cases run at once. Each spends about as long waiting as computing.
const AT_ONCE: usize = 3;

/// The resources that every case needs.
struct Tools {
    shop: Shop,
    /// Idle browsers.
    browsers: Mutex<Vec<Browser>>,
    driver: Driver,
    scanner: Scanner,
    /// The directory for screenshots.
    pictures: PathBuf,
}

fn main() -> ExitCode {
    kit::command::run(|_| kit::command::tell(browser()?))
}

/// Runs every case at the console. Screenshots are kept in `target/console`.
fn browser() -> Result<Counts, Error> {
    let tools = Tools::ready()?;
    let passed = pool::each(AT_ONCE, CASES, |case| passes(&tools, *case));
    let passed = passed.into_iter().filter(|passed| *passed).count();
    say::line(format_args!("  The screenshots are in {}.", tools.pictures.display()));
    Ok(Counts { passed, failed: CASES.len() - passed, skipped: 0 })
}

/// Runs a case and reports its result.
fn passes(tools: &Tools, (name, case): Case) -> bool {
    let start = Instant::now();
    let result = Stage::set(tools).and_then(|mut stage| {
        case(&mut stage).inspect_err(|_| {
            // The last thing the person saw. Without a screenshot there is still the error.
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
            fs::remove_dir_all(&pictures).map_err(Error::file("remove the directory", &pictures))?;
        }
        fs::create_dir_all(&pictures).map_err(Error::file("create the directory", &pictures))?;
        say::line("building the sandbox, the library and a till");
        let (shop, driver) = (Shop::build()?, Driver::start(&driver, &chromium)?);
        Ok(Self { shop, browsers: Mutex::default(), driver, scanner, pictures })
    }

    /// An idle browser, or a new one.
    fn browser(&self) -> Result<Browser, Error> {
        let left = self.browsers().pop();
        left.map_or_else(|| self.driver.browser(), Ok)
    }

    /// Returns a browser to the pool.
    fn keep(&self, browser: Browser) {
        self.browsers().push(browser);
    }

    fn browsers(&self) -> MutexGuard<'_, Vec<Browser>> {
        self.browsers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
