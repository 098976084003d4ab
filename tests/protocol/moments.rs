use proptest::prelude::*;
use wsy::protocol::moment::seconds;

use crate::support::cases;

#[test]
fn the_times_of_the_samples_are_a_second_or_a_day_apart() {
    let at = seconds("2018-04-21 20:38:55").unwrap();
    assert_eq!(seconds("2018-04-21 20:38:56"), Some(at + 1));
    assert_eq!(seconds(" 2018-04-22 20:38:55 "), Some(at + 86_400));
    assert_eq!(seconds("2018-12-31 23:59:59").unwrap() + 1, seconds("2019-01-01 00:00:00").unwrap());
    assert_eq!(seconds("2018-02-28 23:59:59").unwrap() + 1, seconds("2018-03-01 00:00:00").unwrap());
    assert_eq!(seconds("2016-02-29 00:00:00").unwrap() + 86_400, seconds("2016-03-01 00:00:00").unwrap());
}

#[test]
fn what_is_no_time_has_no_seconds() {
    for text in [
        "",
        "2018-04-21",
        "20:38:55",
        "2018-04-21T20:38:55",
        "2018-04-32 00:00:00",
        "2018-04-21 24:00:00",
        "2018-04-21 20:38",
        "2018-13-01 00:00:00",
        "2018-04-21 20:38:55:01",
        "-018-04-21 20:38:55",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn any_text_is_read_without_a_panic(text in ".*") {
        let _ = seconds(&text);
    }
}
