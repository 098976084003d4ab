//! What the four languages have in common: names, and lists that are too long for one line.

/// Longer lines are broken where the language allows it.
const WIDTH: usize = 110;

/// `out_trade_no` as `OutTradeNo`.
pub fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('_').filter_map(word).collect()
}

/// Lays out `head`, the items with commas between them, and `tail`. A line that goes on ends in `mark`.
pub fn list(head: &str, items: &[String], tail: &str, mark: &str) -> String {
    let mut text = String::new();
    let mut line = head.to_owned();
    for (index, item) in items.iter().enumerate() {
        let end = if index + 1 == items.len() { tail } else { "," };
        let blank = if line.ends_with(['(', ' ']) { "" } else { " " };
        if line.len() + blank.len() + item.len() + end.len() + mark.len() > WIDTH {
            text += &format!("{}{mark}\n", line.trim_end());
            line = format!("    {item}{end}");
        } else {
            line += &format!("{blank}{item}{end}");
        }
    }
    if items.is_empty() {
        line += tail;
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::{list, pascal};

    #[test]
    fn names_become_pascal_case() {
        assert_eq!(pascal("out_trade_no"), "OutTradeNo");
        assert_eq!(pascal("by"), "By");
    }

    #[test]
    fn a_short_list_stays_on_one_line_and_a_long_one_is_broken() {
        let items = |count: usize| vec!["ByVal hClient As Long".to_owned(); count];
        assert_eq!(list("f(", &items(1), ") As Long", " _"), "f(ByVal hClient As Long) As Long\n");
        assert_eq!(list("f(", &[], ")", " _"), "f()\n");
        let broken = list("f(", &items(6), ")", " _");
        assert_eq!(broken.lines().count(), 2);
        assert!(broken.lines().next().is_some_and(|line| line.ends_with(", _") && line.len() <= 110));
        assert_eq!(broken.matches("hClient").count(), 6);
    }
}
