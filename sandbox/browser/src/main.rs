//! The sandbox's console in a real browser, driven as a person would, with a real till beside it.

mod browser;
mod build;
mod cases;
mod page;
mod scanner;
mod stage;
mod till;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use browser::Driver;
use build::Built;
use cases::CASES;
use kit::counts::Counts;
use kit::error::Error;
use kit::say;
use kit::tools;
use kit::workspace;
use scanner::Scanner;
use stage::Stage;

/// What every case needs.
struct Tools {
    built: Built,
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
    let mut counts = Counts::default();
    for (name, case) in CASES {
        let start = Instant::now();
        let result = Stage::set(&tools).and_then(|mut stage| {
            case(&mut stage).inspect_err(|_| {
                // What the person saw last; without it there is still the error.
                let _ = stage.page.picture(&format!("failed {name}"));
            })
        });
        let seconds = start.elapsed().as_secs_f32();
        match result {
            Ok(()) => {
                counts.passed += 1;
                say::line(format_args!("  {name}: ok, {seconds:.1} s"));
            }
            Err(error) => {
                counts.failed += 1;
                say::line(format_args!("  {name}: FAILED, {seconds:.1} s\n    {error}"));
            }
        }
    }
    say::line(format_args!("  The screenshots are in {}.", tools.pictures.display()));
    Ok(counts)
}

impl Tools {
    fn ready() -> Result<Self, Error> {
        let compiler = tools::c_compiler()?;
        let chromium = tools::need("chromium", "chromium")?;
        let driver = tools::need("chromedriver", "chromium-driver")?;
        let scanner = Scanner(tools::need("zbarimg", "zbar-tools")?);
        tools::need_chinese_font()?;
        let pictures = workspace::root().join("target/console");
        if pictures.exists() {
            fs::remove_dir_all(&pictures).map_err(Error::file("remove the folder", &pictures))?;
        }
        fs::create_dir_all(&pictures).map_err(Error::file("make the folder", &pictures))?;
        Ok(Self {
            built: build::build(&compiler)?,
            driver: Driver::start(&driver, &chromium)?,
            scanner,
            pictures,
        })
    }
}
