//! The two clocks: a monotonic one for the rules, Beijing wall time for people.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, UtcOffset};

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

/// Milliseconds of the wall clock since 1970, as the machine believes them.
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
    // Not with `format!`: there is one in every line of the log and in most fields of a reply.
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

/// Whether a text is a day of the calendar, such as `2026-11-22`.
pub fn is_day(text: &str) -> bool {
    let shape =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return false;
    }
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    let month = part(5..7).and_then(|month| time::Month::try_from(month).ok());
    let year = text.get(..4).and_then(|year| year.parse::<i32>().ok());
    match (year, month, part(8..10)) {
        (Some(year), Some(month), Some(day)) => time::Date::from_calendar_date(year, month, day).is_ok(),
        _ => false,
    }
}

/// How many seconds this machine is ahead of a platform time such as `20180710164245`; `None` if that is no time.
pub fn ahead_of(platform: &str, wall_ms: i64) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| platform.get(range)?.parse::<u8>().ok();
    let year = platform.get(..4)?.parse::<i32>().ok()?;
    let month = time::Month::try_from(part(4..6)?).ok()?;
    let date = time::Date::from_calendar_date(year, month, part(6..8)?).ok()?;
    let at = time::Time::from_hms(part(8..10)?, part(10..12)?, part(12..14)?).ok()?;
    let theirs = time::PrimitiveDateTime::new(date, at).assume_offset(BEIJING);
    Some(wall_ms.div_euclid(1000) - theirs.unix_timestamp())
}

/// Milliseconds since 1970 of the `Date` of an HTTP answer, `Tue, 10 Jul 2018 08:42:45 GMT`; `None` if that is no time.
pub fn of_http(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, date) = date.split_once(", ")?;
    let [day, month, year, clock, "GMT"] = date.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.find(month).filter(|at| at % 3 == 0 && month.len() == 3)? / 3;
    let digits: String = clock.split(':').collect();
    let text = format!("{year}{:02}{day}{digits}", month + 1);
    let is_time = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    // Read as Beijing's, it is eight hours early.
    let early_s = -ahead_of(&text, 0).filter(|_| is_time)?;
    Some((early_s + i64::from(BEIJING.whole_seconds())) * 1_000)
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
    fn times_are_told_in_beijing() {
        assert_eq!(stamp(0), "1970-01-01 08:00:00");
        assert_eq!(stamp(1_531_212_165_999), "2018-07-10 16:42:45");
        assert_eq!(day(1_531_238_400_000), "2018-07-11");
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
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
