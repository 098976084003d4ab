//! `cargo xtask demo`: the small tills work through a day while the user watches, against a platform on this
//! machine.

mod book;
mod control;
mod janitor;
mod ledger;
mod story;
mod till;
mod tills;

use std::process::{Command, ExitCode};
use std::time::Instant;

use book::Comparison;
use control::Control;
use janitor::Janitor;
use kit::error::Error;
use kit::platform::Platform;
use kit::say;
use kit::till::Shop;
use story::Story;
use tills::TILLS;

fn main() -> ExitCode {
    kit::command::run(run)
}

/// Shows the tills in these languages, or in all, and fails if anything is wrong.
fn run(languages: &[&str]) -> Result<(), Error> {
    if let Some(unknown) = languages.iter().find(|name| TILLS.iter().all(|till| till.language != **name)) {
        let known: Vec<_> = TILLS.iter().map(|till| till.language).collect();
        return Err(Error::Usage(format!("there is no till in {unknown}; there is {}", known.join(", "))));
    }
    let start = Instant::now();
    say::line("Building the library, the platform and a till; the first time this takes a minute or two.");
    let shop = Shop::build()?;
    say::line(format_args!("Built in {:.0} s.", start.elapsed().as_secs_f32()));
    let platform = Platform::start(Command::new(&shop.sandbox))?;
    let _janitor = Janitor::watch(shop.folder(), platform.id());
    let control = Control { sandbox: shop.sandbox.clone(), base: platform.base().to_owned() };
    say::line(format_args!("The platform of this demo listens on {}.", platform.base()));

    let mut comparison = Comparison::default();
    let mut since = Some(start);
    for till in TILLS.iter().filter(|till| languages.is_empty() || languages.contains(&till.language)) {
        let program = match (till.ready)(&shop) {
            Ok(program) => program,
            Err(error @ (Error::Failed { .. } | Error::Check(_))) => return Err(error),
            Err(why) => {
                say::line(format_args!("\nThe till in {} was left out: {why}.", till.language));
                continue;
            }
        };
        say::line(format_args!("\n######## {} ({}) ########", till.language, till.source));
        let data = shop.folder().join(format!("{} till data", till.language));
        comparison.add(Story::new(&control, &program, data, till.letter).tell(since.take())?);
    }

    comparison.tell(&control.book()?)?;
    say::line(format_args!("Built and shown in {:.0} s.", start.elapsed().as_secs_f32()));
    Ok(())
}
