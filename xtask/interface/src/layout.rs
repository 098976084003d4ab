//! Helpers that the languages share: names, and lists that are too long for one line.

/// `out_trade_no` as `OutTradeNo`.
pub fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('_').filter_map(word).collect()
}

/// How a language breaks a list.
pub struct Lines {
    /// The maximum line length.
    pub width: usize,
    /// The text between items.
    pub separator: &'static str,
    /// The start of a continuation line.
    pub indent: &'static str,
    /// The end of a line that is continued.
    pub mark: &'static str,
}

impl Lines {
    /// Lays out `head`, the items and `tail`.
    pub fn list(&self, head: &str, items: &[String], tail: &str) -> String {
        let mut text = String::new();
        let mut line = head.to_owned();
        for (index, item) in items.iter().enumerate() {
            let end = if index + 1 == items.len() { tail } else { self.separator };
            let blank = if line.ends_with(['(', ' ']) { "" } else { " " };
            if line.len() + blank.len() + item.len() + end.len() + self.mark.len() > self.width {
                text += &format!("{}{}\n", line.trim_end(), self.mark);
                line = format!("{}{item}{end}", self.indent);
            } else {
                line += &format!("{blank}{item}{end}");
            }
        }
        if items.is_empty() {
            line += tail;
        }
        text + &line + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, pascal};

    #[test]
    fn names_become_pascal_case() {
        assert_eq!(pascal("out_trade_no"), "OutTradeNo");
        assert_eq!(pascal("by"), "By");
    }

    #[test]
    fn a_short_list_stays_on_one_line_and_a_long_one_is_broken() {
        let lines = Lines { width: 60, separator: ",", indent: "    ", mark: " _" };
        let items = |count: usize| vec!["ByVal hClient As Long".to_owned(); count];
        assert_eq!(lines.list("f(", &items(1), ") As Long"), "f(ByVal hClient As Long) As Long\n");
        assert_eq!(lines.list("f(", &[], ")"), "f()\n");
        let broken = lines.list("f(", &items(3), ")");
        let once = "ByVal hClient As Long";
        assert_eq!(broken, format!("f({once}, {once}, _\n    {once})\n"));
    }
}
