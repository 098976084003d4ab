//! The command line: flags may stand anywhere, words are taken in order.

use std::collections::VecDeque;

/// The command line makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("something is missing at the end")]
    Missing,
    #[error("{0} needs a value")]
    MissingValue(&'static str),
    #[error("{0} cannot be {1:?}")]
    BadValue(&'static str, String),
    #[error("{0:?} is not understood")]
    UnknownWord(String),
}

#[derive(Debug)]
pub(crate) struct Args(VecDeque<String>);

impl Args {
    /// Arguments that are not Unicode are shown as such, and then not understood.
    pub(crate) fn from_environment() -> Self {
        Self(std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect())
    }

    pub(crate) fn next_word(&mut self) -> Result<String, UsageError> {
        self.optional_word().ok_or(UsageError::Missing)
    }

    pub(crate) fn optional_word(&mut self) -> Option<String> {
        self.0.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take_flag(&mut self, name: &str) -> bool {
        self.position(name).and_then(|at| self.0.remove(at)).is_some()
    }

    pub(crate) fn take_value(&mut self, name: &'static str) -> Result<Option<String>, UsageError> {
        let Some(at) = self.position(name) else {
            return Ok(None);
        };
        self.0.remove(at);
        self.0.remove(at).map(Some).ok_or(UsageError::MissingValue(name))
    }

    pub(crate) fn finish(mut self) -> Result<(), UsageError> {
        match self.0.pop_front() {
            None => Ok(()),
            Some(word) => Err(UsageError::UnknownWord(word)),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|arg| arg == name)
    }
}

#[cfg(test)]
impl<const N: usize> From<[&str; N]> for Args {
    fn from(words: [&str; N]) -> Self {
        Self(words.iter().map(|word| (*word).to_owned()).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn flags_may_stand_anywhere() {
        let mut args = Args::from(["faults", "--base", "http://x", "add", "--now"]);
        assert_eq!(args.take_value("--base"), Ok(Some("http://x".into())));
        assert!(args.take_flag("--now"));
        assert_eq!(
            (args.next_word().unwrap().as_str(), args.next_word().unwrap().as_str()),
            ("faults", "add")
        );
        assert_eq!(args.next_word(), Err(UsageError::Missing));
        assert_eq!(args.finish(), Ok(()));
    }

    #[test]
    fn leftovers_and_missing_values_are_errors() {
        assert_eq!(Args::from(["x"]).finish(), Err(UsageError::UnknownWord("x".into())));
        assert_eq!(Args::from(["--base"]).take_value("--base"), Err(UsageError::MissingValue("--base")));
    }
}
