//! A virtual printer: executes commands and puts rows of characters on paper.

use super::command::{Align, Command};

/// A character on paper, and how many columns and lines it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    pub character: char,
    /// The width in columns of one half-width character, doubled or not.
    pub columns: usize,
    pub width: u8,
    pub height: u8,
    pub bold: bool,
    pub underline: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    Line { align: Align, spacing: Option<u8>, upside_down: bool, glyphs: Vec<Glyph> },
    Cut,
}

#[derive(Debug, Clone, Copy)]
struct Mode {
    align: Align,
    width: u8,
    height: u8,
    bold: bool,
    underline: bool,
    upside_down: bool,
    spacing: Option<u8>,
}

const PLAIN: Mode = Mode {
    align: Align::Left,
    width: 1,
    height: 1,
    bold: false,
    underline: false,
    upside_down: false,
    spacing: None,
};

/// A printer whose paper has this many columns.
struct Printer {
    columns: usize,
    mode: Mode,
    line: Vec<Glyph>,
    rows: Vec<Row>,
}

pub(super) fn print(commands: impl Iterator<Item = Command>, columns: usize) -> Vec<Row> {
    let mut printer = Printer { columns, mode: PLAIN, line: Vec::new(), rows: Vec::new() };
    commands.for_each(|command| printer.obey(command));
    printer.finish_line();
    printer.rows
}

impl Printer {
    fn obey(&mut self, command: Command) {
        let mode = &mut self.mode;
        match command {
            Command::Text { text } => text.chars().for_each(|character| self.put(character)),
            Command::LineFeed => self.feed(),
            Command::Feed { lines } => (0..lines.max(1)).for_each(|_| self.feed()),
            Command::Initialise => {
                // Some printers would lose the pending line here; the platform's templates rely on those that
                // print it.
                self.finish_line();
                self.mode = PLAIN;
            }
            Command::Align { align } => mode.align = align,
            Command::Size { width, height } => (mode.width, mode.height) = (width, height),
            Command::Bold { on } => mode.bold = on,
            Command::Underline { on } => mode.underline = on,
            Command::UpsideDown { on } => mode.upside_down = on,
            Command::LineSpacing { dots } => mode.spacing = dots,
            Command::Cut => {
                self.finish_line();
                self.rows.push(Row::Cut);
            }
            Command::CarriageReturn
            | Command::Font { .. }
            | Command::Chinese { .. }
            | Command::CodePage { .. }
            | Command::Unknown => {}
        }
    }

    fn put(&mut self, character: char) {
        let half = if character.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&character) { 1 } else { 2 };
        let Mode { width, height, bold, underline, .. } = self.mode;
        let glyph = Glyph { character, columns: half * usize::from(width), width, height, bold, underline };
        let taken: usize = self.line.iter().map(|glyph| glyph.columns).sum();
        if taken + glyph.columns > self.columns {
            self.finish_line();
        }
        self.line.push(glyph);
    }

    fn finish_line(&mut self) {
        if !self.line.is_empty() {
            self.feed();
        }
    }

    fn feed(&mut self) {
        let Mode { align, spacing, upside_down, .. } = self.mode;
        let glyphs = std::mem::take(&mut self.line);
        self.rows.push(Row::Line { align, spacing, upside_down, glyphs });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::receipt::{bytes, commands};

    fn printed(text: &str, columns: usize) -> Vec<String> {
        let bytes = bytes(text);
        let rows = print(commands(&bytes).map(|(_, command)| command), columns);
        let shown = |row: Row| match row {
            Row::Cut => "-- cut --".to_owned(),
            Row::Line { glyphs, .. } => glyphs.iter().map(|glyph| glyph.character).collect(),
        };
        rows.into_iter().map(shown).collect()
    }

    #[test]
    fn long_lines_go_on_below() {
        assert_eq!(printed("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(printed("微收银", 5), ["微收", "银"]);
        assert_eq!(printed(r"\x1d\x21\x10abc", 4), ["ab", "c"]);
    }

    #[test]
    fn starting_anew_ends_the_line_and_the_mode() {
        assert_eq!(printed(r"\x1d\x21\x10ab\x1b\x40cdef", 4), ["ab", "cdef"]);
    }

    #[test]
    fn cuts_and_feeds() {
        assert_eq!(printed("a\\x1bi", 4), ["a", "-- cut --"]);
        assert_eq!(printed("a\r\n\\x1bd\\x02b", 4), ["a", "", "", "b"]);
    }
}
