//! The two clocks: a monotonic one for the rules, Beijing wall time for people.
//!
//! Texts are written and read by hand: the formatting and parsing of `time` would make the library 49 KB larger
//! for four formats.

use std::str::FromStr;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::payment::Millis;

/// The platform and its shops live in one time zone.
const BEIJING: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Milliseconds of the monotonic clock since its first use in this process.
pub fn monotonic() -> Millis {
    static START: OnceLock<Instant> = OnceLock::new();
    Millis::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(Millis::MAX)
}

/// Milliseconds since 1970 by this machine's clock.
pub fn wall() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// `2026-11-22 22:03:00` in Beijing.
pub fn stamp(wall_ms: i64) -> String {
    let t = beijing(wall_ms);
    let (century, year) = (t.year() / 100, t.year() % 100);
    let [century, year] = [century, year].map(|part| u8::try_from(part).unwrap_or_default());
    let parts = [century, year, t.month().into(), t.day(), t.hour(), t.minute(), t.second()];
    // `format!` is too slow here: every line of the log and most fields of a reply have a time.
    let mut stamp = *b"0000-00-00 00:00:00";
    for (at, part) in [0, 2, 5, 8, 11, 14, 17].into_iter().zip(parts) {
        stamp[at] += part / 10;
        stamp[at + 1] += part % 10;
    }
    stamp.map(char::from).iter().collect()
}

/// `2026-11-22` in Beijing.
pub fn day(wall_ms: i64) -> String {
    let mut day = stamp(wall_ms);
    day.truncate(10);
    day
}

/// Returns whether a text is a calendar day, such as `2026-11-22`.
pub fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = || parts.next().unwrap_or_default();
    let day = date(part(), number(part(), 2), part());
    day.is_some() && parts.next().is_none()
}

/// Returns how many seconds this machine is ahead of a platform time such as
/// `20180710164245`; `None` if that is not a time.
pub fn ahead_of(platform: &str, wall_ms: i64) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| platform.get(range);
    let date = date(part(0..4)?, number(part(4..6)?, 2), part(6..8)?)?;
    let at = time_of_day(part(8..10)?, part(10..12)?, part(12..14)?)?;
    let theirs = PrimitiveDateTime::new(date, at).assume_offset(BEIJING);
    Some(wall_ms.div_euclid(1000) - theirs.unix_timestamp())
}

/// Converts the `Date` of an HTTP response, `Tue, 10 Jul 2018 08:42:45 GMT`,
/// to milliseconds since 1970; `None` if it is not a time.
pub fn of_http(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split_once(", ")?.1.split(' ');
    let mut part = || parts.next();
    let (day, month, year, clock) = (part()?, part()?, part()?, part()?);
    if part()? != "GMT" || part().is_some() {
        return None;
    }
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month).map(|(_, month)| month);
    let mut clock = clock.split(':');
    let mut part = || clock.next().unwrap_or_default();
    let at = time_of_day(part(), part(), part()).filter(|_| clock.next().is_none())?;
    Some(PrimitiveDateTime::new(date(year, month, day)?, at).assume_utc().unix_timestamp() * 1_000)
}

fn date(year: &str, month: Option<u8>, day: &str) -> Option<Date> {
    let month = Month::try_from(month?).ok()?;
    Date::from_calendar_date(number(year, 4)?, month, number(day, 2)?).ok()
}

fn time_of_day(hour: &str, minute: &str, second: &str) -> Option<Time> {
    Time::from_hms(number(hour, 2)?, number(minute, 2)?, number(second, 2)?).ok()
}

/// Parses a number of exactly `length` digits.
fn number<T: FromStr>(digits: &str, length: usize) -> Option<T> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn beijing(wall_ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(wall_ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(BEIJING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_beijing() {
        assert_eq!(stamp(0), "1970-01-01 08:00:00");
        assert_eq!(stamp(1_531_212_165_999), "2018-07-10 16:42:45");
        assert_eq!(day(1_531_238_400_000), "2018-07-11");
    }

    #[test]
    fn a_day_of_the_calendar_is_one() {
        assert!(is_day("2026-11-22") && is_day("2024-02-29"));
        for no_day in
            ["", "2026-11-31", "2026-2-28", "2026-11-22 ", "+2026-11-22", "-2026-11-22", "2026/11/22"]
        {
            assert!(!is_day(no_day), "{no_day}");
        }
    }

    #[test]
    fn the_date_of_a_response_is_read() {
        let date = "Tue, 10 Jul 2018 08:42:45 GMT";
        assert_eq!(of_http(date).map(stamp).as_deref(), Some("2018-07-10 16:42:45"));
        assert_eq!(of_http("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for no_time in [
            "",
            "Tue, 10 Jul 2018 08:42:45",
            "Tue, 10 Jul 2018 08:42:45 CST",
            "Tue, 10 ulA 2018 08:42:45 GMT",
            "Tue, 10 J 2018 08:42:45 GMT",
            "Tue, 1 Jul 2018 08:42:45 GMT",
            "Tue, 10 Jul 2018 08:42 GMT",
            "Tue, 10 Jul 2018 08:42:4五 GMT",
            "Tue, 32 Jul 2018 08:42:45 GMT",
            "Tuesday, 10-Jul-18 08:42:45 GMT",
        ] {
            assert_eq!(of_http(no_time), None, "{no_time}");
        }
    }

    #[test]
    fn a_machine_is_compared_with_the_time_of_the_document() {
        assert_eq!(ahead_of("20180710164245", 1_531_212_165_000), Some(0));
        assert_eq!(ahead_of("20180710164245", 1_531_212_175_500), Some(10));
        assert_eq!(ahead_of("20180710164245", 0), Some(-1_531_212_165));
        for no_time in ["20181310164245", "20180732164245", "20180710256061", "2018", "abcdefghijklmn"] {
            assert_eq!(ahead_of(no_time, 0), None, "{no_time}");
        }
    }
}
