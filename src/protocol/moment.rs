//! The platform's times, such as `2018-04-21 19:47:15`: Beijing time to the second.

/// Converts a time to seconds, of which only differences are meaningful; `None` if the text is not a time.
pub fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once(' ')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let is_time = is_day(month, day) && hour < 24 && minute < 60 && second < 60;
    is_time.then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Converts a day such as `2018-04-21` to its number, of which only differences are meaningful; `None` if the
/// text is not a day.
pub fn day_number(text: &str) -> Option<i64> {
    let [year, month, day] = numbers(text, '-')?;
    is_day(month, day).then(|| days(year, month, day))
}

fn is_day(month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Counts calendar days, in years that begin with March so that a leap day is the last of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let number = |part: &str| part.parse::<u16>().ok().map(i64::from);
    text.split(between).map(number).collect::<Option<Vec<_>>>()?.try_into().ok()
}
