//! Breaks and aligns lines as a printer with a certain paper width does.

use super::lines::{Align, Font, Line, Row, Run, Style};

/// The distance between two tab stops, in characters.
const TAB: u16 = 8;

/// A width of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 58 mm: 32 columns, 384 dots.
    Mm58,
    /// 80 mm: 48 columns, 576 dots.
    Mm80,
}

impl Paper {
    /// Returns the paper of a width in mm, 58 or 80.
    pub const fn of_mm(width_mm: i32) -> Option<Self> {
        match width_mm {
            58 => Some(Self::Mm58),
            80 => Some(Self::Mm80),
            _ => None,
        }
    }

    /// Returns how many ASCII characters of font A fit on a line.
    pub const fn columns(self) -> u16 {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }

    /// Returns how many dots fit on a line.
    pub const fn dots(self) -> u16 {
        self.columns() * COLUMN
    }
}

/// The width of an ASCII character in font A, in dots.
const COLUMN: u16 = 12;

impl Style {
    /// Returns the width of a character in this style, in dots. A printer sets everything except ASCII at
    /// twice the width.
    pub fn dots(&self, c: char) -> u16 {
        let usual = match self.font {
            _ if !c.is_ascii() => 2 * COLUMN,
            Font::A => COLUMN,
            Font::B => 9,
        };
        usual * u16::from(self.width)
    }
}

impl Line {
    /// Returns the width of its text in dots.
    pub fn dots(&self) -> u16 {
        let of = |run: &Run| run.text.chars().map(|c| run.style.dots(c)).fold(0, u16::saturating_add);
        self.runs.iter().map(of).fold(0, u16::saturating_add)
    }
}

/// Breaks each line at the edge of the paper, and replaces tabs by blanks.
pub fn laid_out(rows: Vec<Row>, paper: Paper) -> Vec<Row> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Row::Line(line) => out.extend(broken(line, paper).into_iter().map(Row::Line)),
            row => out.push(row),
        }
    }
    out
}

/// A line that is being filled.
struct Filling {
    paper: Paper,
    like: Line,
    runs: Vec<Run>,
    dots: u16,
    done: Vec<Line>,
}

fn broken(mut line: Line, paper: Paper) -> Vec<Line> {
    let runs = std::mem::take(&mut line.runs);
    let mut filling = Filling { paper, like: line, runs: Vec::new(), dots: 0, done: Vec::new() };
    for run in runs {
        for c in run.text.chars() {
            if c == '\t' { filling.tab(run.style) } else { filling.put(c, run.style) }
        }
    }
    if !filling.runs.is_empty() || filling.done.is_empty() {
        filling.end();
    }
    filling.done
}

impl Filling {
    fn put(&mut self, c: char, style: Style) {
        let dots = style.dots(c);
        if self.dots + dots > self.paper.dots() {
            self.end();
        }
        self.dots += dots;
        match self.runs.last_mut() {
            Some(run) if run.style == style => run.text.push(c),
            _ => self.runs.push(Run { text: c.to_string(), style }),
        }
    }

    /// Adds blanks up to the next tab stop; none if the paper has no further one.
    fn tab(&mut self, style: Style) {
        let blank = style.dots(' ');
        let stop = (self.dots / (TAB * blank) + 1) * TAB * blank;
        while stop < self.paper.dots() && self.dots + blank <= stop {
            self.put(' ', style);
        }
    }

    fn end(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        self.dots = 0;
        self.done.push(Line { runs, ..self.like.clone() });
    }
}

/// Returns the laid-out rows as plain text, for a screen or a printer without commands: aligned with blanks
/// in the paper's columns, in single size. Cuts and pictures are left out, as are trailing blanks and
/// surrounding empty lines.
pub fn plain(rows: &[Row], paper: Paper) -> String {
    let mut text = String::new();
    for row in rows {
        match row {
            Row::Line(line) => {
                text.push_str(placed(line, paper).trim_end());
                text.push('\n');
            }
            Row::Lines(lines) => (0..*lines).for_each(|_| text.push('\n')),
            Row::Dots(_) | Row::Picture(..) | Row::Cut => {}
        }
    }
    text.trim_matches('\n').to_owned()
}

fn placed(line: &Line, paper: Paper) -> String {
    let text: String = line.runs.iter().map(|run| run.text.as_str()).collect();
    let columns: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let free = usize::from(paper.columns()).saturating_sub(columns);
    let before = match line.align {
        Align::Left => 0,
        Align::Centre => free / 2,
        Align::Right => free,
    };
    " ".repeat(before) + &text
}
