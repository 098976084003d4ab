//! Tidies the output of cbindgen into a header as one would write it by hand.

use crate::source::STDCALL;

/// Rustdoc's heading for the duties of an unsafe function's caller. In C they always concern pointers.
const SAFETY: &str = "# Safety";

/// Tidies the output of cbindgen. Doing it twice changes nothing.
pub fn tidy(raw: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_comment = false;
    let mut after_heading = false;
    let mut not_for_c = false;
    for line in raw.lines().map(str::trim_end) {
        let tidied = match line {
            "/*" => {
                in_comment = true;
                line.to_owned()
            }
            " */" => {
                in_comment = false;
                not_for_c = false;
                // Above a removed section.
                while lines.last().is_some_and(|line| line == " *") {
                    lines.pop();
                }
                line.to_owned()
            }
            _ if in_comment && (not_for_c || line.trim() == STDCALL) => {
                not_for_c = true;
                continue;
            }
            // Markdown wants a blank line under a heading, C does not.
            "" | " *" if after_heading => continue,
            _ if in_comment => comment_line(line),
            _ => code_line(line),
        };
        after_heading = tidied == " * Pointers:";
        let blank_again = tidied.is_empty() && lines.last().is_none_or(String::is_empty);
        if !blank_again {
            lines.push(tidied);
        }
    }
    let mut text = lines.join("\n").trim_end().to_owned();
    text.push('\n');
    text
}

/// A line inside a block comment, with the star in front.
fn comment_line(line: &str) -> String {
    // Lines from cbindgen.toml have their star already. cbindgen itself puts one space in front.
    let text = line.strip_prefix(" *").or_else(|| line.strip_prefix(' ').map(|_| line)).unwrap_or(line);
    if text.trim() == SAFETY {
        return " * Pointers:".to_owned();
    }
    // Markdown's quotes around names mean nothing to a C programmer.
    format!(" *{}", text.replace('`', "")).trim_end().to_owned()
}

/// A line outside of comments.
fn code_line(line: &str) -> String {
    if let Some((code, comment)) = line.split_once("//") {
        // C90 has no other comments.
        return format!("{} /* {} */", code.trim_end(), comment.trim());
    }
    if let Some((code, comment)) = line.split_once("/*") {
        return format!("{} /*{comment}", code.trim_end());
    }
    line.strip_prefix("#define ")
        .and_then(|define| define.split_once(' '))
        .filter(|(_, value)| value.starts_with('-'))
        // `x -WSY_UNKNOWN` must not become `x --2`.
        .map_or_else(|| line.to_owned(), |(name, value)| format!("#define {name} ({value})"))
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn negative_numbers_are_put_in_parentheses() {
        let raw = "#define WSY_OK 0\n#define WSY_UNKNOWN -2\n#define WSY_H\n";
        assert_eq!(tidy(raw), "#define WSY_OK 0\n#define WSY_UNKNOWN (-2)\n#define WSY_H\n");
    }

    #[test]
    fn comments_get_stars_and_keep_their_indents() {
        let raw = "/*\n Opens `folder`.\n\n   base  the address\n */\nint32_t wsy_x(void);\n";
        let tidied = "/*\n * Opens folder.\n *\n *   base  the address\n */\nint32_t wsy_x(void);\n";
        assert_eq!(tidy(raw), tidied);
    }

    #[test]
    fn comments_that_have_stars_stay() {
        let text = "/*\n * wsy\n *\n *   more\n */\n";
        assert_eq!(tidy(text), text);
    }

    #[test]
    fn the_heading_of_rustdoc_becomes_one_for_c() {
        let raw = "/*\n Reads.\n\n # Safety\n\n `fen` is NULL.\n */\n";
        assert_eq!(tidy(raw), "/*\n * Reads.\n *\n * Pointers:\n * fen is NULL.\n */\n");
    }

    #[test]
    fn what_other_languages_are_told_is_left_out() {
        let raw = "/*\n Reads.\n\n # Stdcall\n Reads it.\n\n Again.\n */\nint32_t wsy_x(void);\n";
        assert_eq!(tidy(raw), "/*\n * Reads.\n */\nint32_t wsy_x(void);\n");
    }

    #[test]
    fn line_comments_become_block_comments() {
        assert_eq!(tidy("}  // extern \"C\"\n"), "} /* extern \"C\" */\n");
        assert_eq!(tidy("#endif  /* WSY_H */\n"), "#endif /* WSY_H */\n");
    }

    #[test]
    fn an_address_in_a_comment_is_no_line_comment() {
        assert_eq!(tidy("/*\n http://host\n */\n"), "/*\n * http://host\n */\n");
    }

    #[test]
    fn blanks_at_ends_and_blank_lines_in_a_row_go() {
        assert_eq!(tidy("\n\na;  \n\n\n\nb;\n\n"), "a;\n\nb;\n");
    }

    #[test]
    fn tidying_twice_changes_nothing() {
        let raw = "/*\n Not paid.\n\n # Safety\n `x`.\n */\n#define WSY_NOT_PAID -1\n\n\n#endif  // X\n";
        let once = tidy(raw);
        assert_eq!(tidy(&once), once);
    }
}
