//! The guides show what the program prints.

use crate::desk::Desk;

const EN: &str = include_str!("../../../docs/wsyctl.md");
const ZH: &str = include_str!("../../../docs/wsyctl.zh-CN.md");

#[test]
fn the_help_in_the_guides_is_the_programs() {
    let desk = Desk::bare();
    for (guide, ran) in [(EN, desk.en(&["help"])), (ZH, desk.zh(&["help"]))] {
        assert!(guide.contains(ran.exits(0).out.trim_end()));
    }
}

#[test]
fn the_sentences_in_the_guides_are_the_programs() {
    let desk = Desk::activated();
    desk.lose("B20261122-0001", "12.50").exits(3);
    for (guide, ran) in [(EN, desk.en(&["open"])), (ZH, desk.zh(&["open"]))] {
        let out = ran.exits(5).out;
        let first = out.lines().next().unwrap();
        assert!(guide.contains(first), "{first}");
    }
}
