//! Points in time, formatted in Beijing time as the platform does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// Milliseconds since 1970-01-01 00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

const BEIJING_SECONDS_EAST: i32 = 8 * 3600;

impl Moment {
    /// The time that PHP shows if none was set.
    pub(crate) const EPOCH: Self = Self(0);

    pub(crate) fn now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(saturating_millis(since_epoch))
    }

    pub(crate) const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    pub(crate) const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub(crate) const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ms))
    }

    pub(crate) fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(saturating_millis(duration)))
    }

    pub(crate) const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// `2018-04-21 18:58:01`
    pub(crate) fn text(self) -> String {
        shown(self.in_beijing(), format_description!("[year]-[month]-[day] [hour]:[minute]:[second]"))
    }

    /// `20180421185801`
    pub(crate) fn digits(self) -> String {
        shown(self.in_beijing(), format_description!("[year][month][day][hour][minute][second]"))
    }

    /// `Sat, 21 Apr 2018 10:58:01 GMT`, as in a response's `Date` header.
    pub(crate) fn http_date(self) -> String {
        let format = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        shown(self.in_beijing().to_offset(UtcOffset::UTC), format)
    }

    /// Times beyond the calendar become the epoch: only an absurd clock skew gets there.
    fn in_beijing(self) -> OffsetDateTime {
        let east = UtcOffset::from_whole_seconds(BEIJING_SECONDS_EAST).unwrap_or(UtcOffset::UTC);
        OffsetDateTime::from_unix_timestamp(self.unix_seconds())
            .ok()
            .and_then(|at| at.checked_to_offset(east))
            .unwrap_or_else(|| OffsetDateTime::UNIX_EPOCH.to_offset(east))
    }
}

/// Only a format that asks for what a time does not have can fail.
fn shown(time: OffsetDateTime, format: &[BorrowedFormatItem<'_>]) -> String {
    time.format(format).unwrap_or_default()
}

fn saturating_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_beijing_time() {
        assert_eq!(Moment::EPOCH.text(), "1970-01-01 08:00:00");
        assert_eq!(Moment::from_unix_ms(1_524_314_334_999).text(), "2018-04-21 20:38:54");
        assert_eq!(Moment::from_unix_ms(1_524_314_334_999).digits(), "20180421203854");
    }

    #[test]
    fn shows_the_date_of_a_response() {
        assert_eq!(Moment::EPOCH.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(Moment::from_unix_ms(1_524_308_281_999).http_date(), "Sat, 21 Apr 2018 10:58:01 GMT");
    }

    #[test]
    fn survives_absurd_times() {
        assert_eq!(Moment::from_unix_ms(i64::MAX).text(), Moment::EPOCH.text());
        assert_eq!(Moment::now().plus_seconds(i64::MIN).text(), Moment::EPOCH.text());
    }
}
