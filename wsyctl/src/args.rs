//! The options that every command takes.

use std::path::PathBuf;

use pico_args::Arguments;
use wsy::till::Options;
use wsy::till::code::Language;

use crate::failure::Failure;
use crate::wording;

/// The options of every command.
pub struct Common {
    pub folder: Option<PathBuf>,
    pub language: Language,
    pub json: bool,
    /// Whether to show the programmer's hints.
    pub verbose: bool,
    pub options: Options,
}

impl Common {
    /// Takes them out of the command line.
    pub fn take(args: &mut Arguments) -> Result<Self, Failure> {
        let language = match args.opt_value_from_str::<_, String>("--lang")?.as_deref() {
            None => wording::of_system(),
            Some("zh") => Language::Zh,
            Some("en") => Language::En,
            Some(other) => return Err(Failure::Usage(format!("--lang {other}: zh | en"))),
        };
        let folder = args.opt_value_from_os_str("--folder", |text| Ok::<_, String>(PathBuf::from(text)))?;
        let folder = folder.or_else(|| std::env::var_os("WSY_FOLDER").map(PathBuf::from));
        let mut options = Options::default();
        // A command makes one call, and nothing follows it.
        options.http.prepare = false;
        if let Some(base) = args.opt_value_from_str::<_, String>("--base")? {
            options.set("base", &base)?;
        }
        for pair in args.values_from_str::<_, String>("--option")? {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| Failure::Usage(format!("--option {pair}: NAME=VALUE")))?;
            options.set(name, value)?;
        }
        let (json, verbose) = (args.contains("--json"), args.contains("--verbose"));
        Ok(Self { folder, language, json, verbose, options })
    }
}

/// Ends the reading of a command line: leftover words are an error, and nothing is done.
pub fn finish(args: Arguments) -> Result<(), Failure> {
    match args.finish().first() {
        None => Ok(()),
        Some(word) => Err(Failure::Usage(word.to_string_lossy().into_owned())),
    }
}

/// A secret word: from the command line, or typed or scanned as one line.
pub fn secret(given: Option<String>, ask: &str) -> Result<String, Failure> {
    if let Some(word) = given {
        return Ok(word);
    }
    eprintln!("{ask}");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(line.trim().to_owned())
}
