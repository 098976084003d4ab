//! The command line, on top of `pico-args`: options are taken first, then words in order.

use std::path::PathBuf;

use pico_args::Arguments;

/// The command line is not valid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error(transparent)]
    CommandLine(#[from] pico_args::Error),
    #[error("{0} cannot be {1:?}")]
    BadValue(&'static str, String),
    #[error("unknown argument: {0:?}")]
    UnknownWord(String),
}

pub(crate) fn next_word(args: &mut Arguments) -> Result<String, UsageError> {
    Ok(args.free_from_str()?)
}

pub(crate) fn optional_word(args: &mut Arguments) -> Result<Option<String>, UsageError> {
    Ok(args.opt_free_from_str()?)
}

pub(crate) fn take_text(args: &mut Arguments, name: &'static str) -> Result<Option<String>, UsageError> {
    Ok(args.opt_value_from_str(name)?)
}

/// The value of an option, converted by `parse`.
pub(crate) fn take_value<T, E>(
    args: &mut Arguments,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, UsageError> {
    let Some(text) = take_text(args, name)? else {
        return Ok(None);
    };
    parse(&text).map(Some).map_err(|_| UsageError::BadValue(name, text))
}

pub(crate) fn take_path(args: &mut Arguments, name: &'static str) -> Result<Option<PathBuf>, UsageError> {
    Ok(args.opt_value_from_os_str(name, |text| Ok::<_, std::convert::Infallible>(text.into()))?)
}

/// Fails if any argument is left over.
pub(crate) fn finish(args: Arguments) -> Result<(), UsageError> {
    match args.finish().into_iter().next() {
        None => Ok(()),
        Some(word) => Err(UsageError::UnknownWord(word.to_string_lossy().into_owned())),
    }
}

#[cfg(test)]
pub(crate) fn from_words(words: &[&str]) -> Arguments {
    Arguments::from_vec(words.iter().map(Into::into).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn flags_may_stand_anywhere() {
        let mut args = from_words(&["faults", "--base", "http://x", "add", "--now"]);
        assert_eq!(take_text(&mut args, "--base").unwrap().as_deref(), Some("http://x"));
        assert!(args.contains("--now"));
        assert_eq!(
            (next_word(&mut args).unwrap().as_str(), next_word(&mut args).unwrap().as_str()),
            ("faults", "add")
        );
        assert!(matches!(next_word(&mut args), Err(UsageError::CommandLine(_))));
        assert!(finish(args).is_ok());
    }

    #[test]
    fn leftovers_and_missing_values_are_errors() {
        assert_eq!(finish(from_words(&["x"])).unwrap_err().to_string(), "unknown argument: \"x\"");
        assert!(take_text(&mut from_words(&["--base"]), "--base").is_err());
        let bad = take_value(&mut from_words(&["--skip", "x"]), "--skip", str::parse::<i64>);
        assert_eq!(bad.unwrap_err().to_string(), "--skip cannot be \"x\"");
    }
}
