//! The platform's sentences that are in no class of the table, collected from the log. They show support what
//! the real platform says.

use std::fs;
use std::io;
use std::path::Path;

use crate::protocol::sentences::{self, Class, RefundClass, Taught};
use crate::till::log;

/// The unlisted sentences in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unlisted {
    /// The first and the last day that the log covers, in Beijing; `None` if the log is empty.
    pub days: Option<(String, String)>,
    /// The sentences, the most recent first.
    pub sentences: Vec<Met>,
}

/// A sentence that the platform sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The sentence, unchanged.
    pub sentence: String,
    /// The subject of the sentence.
    pub about: About,
    /// How often it occurred.
    pub times: u32,
    /// When it last occurred: `2026-11-22 22:03:00` in Beijing.
    pub last: String,
}

/// The subject of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A charge, or a query about one.
    Charge,
    /// A refund.
    Refund,
}

/// The text before such a sentence in the log.
const MARK: &str = " ok=0 unlisted ";

/// Reads the log files of a data folder. Leaves out sentences that this
/// library or its options know by now.
pub fn met(folder: &Path, taught: &Taught) -> io::Result<Unlisted> {
    let mut found = Unlisted::default();
    for path in log::files(folder) {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        String::from_utf8_lossy(&bytes).lines().filter_map(Line::read).for_each(|line| found.add(&line));
    }
    found.sentences.retain(|met| !is_known(met, taught));
    found.sentences.reverse();
    Ok(found)
}

fn is_known(met: &Met, taught: &Taught) -> bool {
    let class = match met.about {
        About::Charge => taught.class(&met.sentence),
        About::Refund if sentences::refund_class(&met.sentence) != RefundClass::Nothing => return true,
        About::Refund => sentences::class(&met.sentence),
    };
    class != Class::Unlisted
}

/// A line of the log.
struct Line<'a> {
    /// `2026-11-22 22:03:00`
    time: &'a str,
    event: &'a str,
}

impl<'a> Line<'a> {
    const STAMP: usize = "2026-11-22 22:03:00".len();

    fn read(line: &'a str) -> Option<Self> {
        let (time, rest) = line.split_at_checked(Self::STAMP)?;
        let (_level, event) = rest.strip_prefix('.')?.split_once(' ')?.1.split_once(' ')?;
        Some(Self { time, event })
    }

    fn day(&self) -> &'a str {
        self.time.split(' ').next().unwrap_or_default()
    }

    /// Returns what a response was about and its sentence, if that is unlisted.
    fn unlisted(&self) -> Option<(About, &'a str)> {
        let about = match self.event.split(' ').next()? {
            "micropay" | "query_by_auth_code" | "query_by_order" => About::Charge,
            "refund" => About::Refund,
            _ => return None,
        };
        let (_, sentence) = self.event.split_once(MARK)?;
        Some((about, sentence.trim()))
    }
}

impl Unlisted {
    fn add(&mut self, line: &Line<'_>) {
        let first = self.days.take().map_or_else(|| line.day().to_owned(), |(first, _)| first);
        self.days = Some((first, line.day().to_owned()));
        let Some((about, sentence)) = line.unlisted() else { return };
        let known = self.sentences.iter().position(|met| met.about == about && met.sentence == sentence);
        let times = known.map_or(0, |at| self.sentences.remove(at).times).saturating_add(1);
        self.sentences.push(Met { sentence: sentence.to_owned(), about, times, last: line.time.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&str]) -> Unlisted {
        log_with(lines, &Taught::default())
    }

    fn log_with(lines: &[&str], taught: &Taught) -> Unlisted {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = lines.split_at(lines.len() / 2);
        fs::write(folder.path().join("wsy.2.log"), old.join("\n")).unwrap();
        fs::write(folder.path().join("wsy.log"), new.join("\n")).unwrap();
        met(folder.path(), taught).unwrap()
    }

    fn seen(found: &Unlisted) -> Vec<(&str, About, u32, &str)> {
        let met = found.sentences.iter();
        met.map(|met| (met.sentence.as_str(), met.about, met.times, met.last.as_str())).collect()
    }

    #[test]
    fn sentences_are_counted_over_all_files_the_last_one_first() {
        let found = log(&[
            "2026-11-20 09:00:00.001 INFO micropay out_trade_no=A ms=3 ok=0 unlisted 没有听说过",
            "2026-11-20 09:00:01.001 INFO query_by_order out_trade_no=A ms=3 ok=0 unlisted 没有听说过",
            "2026-11-21 09:00:00.001 INFO query_by_auth_code out_trade_no=B ms=3 ok=0 unlisted ",
            "2026-11-22 09:00:00.001 INFO refund out_refund_no=R ok=0 unlisted 没有听说过",
        ]);
        assert_eq!(found.days, Some(("2026-11-20".to_owned(), "2026-11-22".to_owned())));
        assert_eq!(
            seen(&found),
            [
                ("没有听说过", About::Refund, 1, "2026-11-22 09:00:00"),
                ("", About::Charge, 1, "2026-11-21 09:00:00"),
                ("没有听说过", About::Charge, 2, "2026-11-20 09:00:01"),
            ]
        );
    }

    #[test]
    fn what_only_quotes_such_a_line_is_none() {
        let found = log(&[
            "2026-11-20 09:00:00.001 INFO charge.not_paid out_trade_no=A ok=0 unlisted x",
            "2026-11-20 09:00:00.001 INFO micropay out_trade_no=A ms=3 ok=0 余额不足",
            "micropay ok=0 unlisted x",
            "2026-11-20",
            "2026-11-20 09:00:00.001",
        ]);
        assert_eq!((found.days.is_some(), seen(&found)), (true, vec![]));
        assert_eq!(log(&[]), Unlisted::default());
    }

    #[test]
    fn what_is_known_by_now_is_left_out() {
        let taught = Taught {
            final_ones: vec!["没有听说过".to_owned()],
            absent_ones: vec!["没这单".to_owned()],
            ..Taught::default()
        };
        let found = log_with(
            &[
                "2026-11-20 09:00:00.001 INFO micropay out_trade_no=A ms=3 ok=0 unlisted 没有听说过",
                "2026-11-20 09:00:00.001 INFO micropay out_trade_no=A ms=3 ok=0 unlisted 没这单",
                "2026-11-20 09:00:00.001 INFO micropay out_trade_no=A ms=3 ok=0 unlisted 余额不足",
                "2026-11-20 09:00:00.001 INFO refund out_refund_no=R ok=0 unlisted 退款已受理",
                "2026-11-20 09:00:00.001 INFO refund out_refund_no=R ok=0 unlisted 没有听说过",
            ],
            &taught,
        );
        assert_eq!(seen(&found), [("没有听说过", About::Refund, 1, "2026-11-20 09:00:00")]);
    }
}
