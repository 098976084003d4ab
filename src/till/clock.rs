//! The two clocks: a monotonic one for the rules, Beijing wall time for people.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::payment::Millis;

/// The platform and its shops live in one time zone.
const BEIJING: UtcOffset = offset!(+8);

type Format = &'static [BorrowedFormatItem<'static>];
const DAY: Format = format_description!("[year]-[month]-[day]");
const STAMP: Format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
/// The platform's.
const DIGITS: Format = format_description!("[year][month][day][hour][minute][second]");
const HTTP: Format =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

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
    beijing(wall_ms).format(STAMP).unwrap_or_default()
}

/// `2026-11-22` in Beijing.
pub fn day(wall_ms: i64) -> String {
    beijing(wall_ms).format(DAY).unwrap_or_default()
}

/// Returns whether a text is a calendar day, such as `2026-11-22`.
pub fn is_day(text: &str) -> bool {
    // A sign would be taken as well.
    text.len() == 10 && Date::parse(text, DAY).is_ok()
}

/// Returns how many seconds this machine is ahead of a platform time such as
/// `20180710164245`; `None` if that is not a time.
pub fn ahead_of(platform: &str, wall_ms: i64) -> Option<i64> {
    let theirs = PrimitiveDateTime::parse(platform, DIGITS).ok()?.assume_offset(BEIJING);
    Some(wall_ms.div_euclid(1000) - theirs.unix_timestamp())
}

/// Converts the `Date` of an HTTP response, `Tue, 10 Jul 2018 08:42:45 GMT`,
/// to milliseconds since 1970; `None` if it is not a time.
pub fn of_http(text: &str) -> Option<i64> {
    let time = PrimitiveDateTime::parse(text, HTTP).ok()?;
    Some(time.assume_utc().unix_timestamp() * 1_000)
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
