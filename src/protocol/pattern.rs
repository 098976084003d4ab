//! The patterns of the config, which are PCRE (note 11): the platform's PHP matches with them as well.
//!
//! The crate that matches takes the common part of PCRE and needs a time that is linear in the text, so no
//! pattern of a config can make a till hang. Translated for it are delimiters with flags, `/^\d+$/i`; `\Z`;
//! and look-aheads at the start, `^(?!0\.)\d+`, which are patterns of their own. A pattern with more in it is
//! reported instead. `regex-lite` makes a library 75 KB larger; `fancy-regex`, without its tables and
//! optimisations, 615 KB; and `regress`, which has no limit of steps, 712 KB.

use regex_lite::Regex;

/// A pattern of the config, compiled once for all charges. One that is empty or cannot be read matches
/// nothing.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// Every part has to match, or not to match if it is negative. `None` if the pattern cannot be read.
    parts: Option<Vec<Part>>,
}

#[derive(Clone, Debug)]
struct Part {
    regex: Regex,
    is_negative: bool,
}

impl Pattern {
    /// Compiles a pattern.
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), parts: if text.is_empty() { None } else { compile(text) } }
    }

    /// Returns whether it matches a text.
    pub fn takes(&self, text: &str) -> bool {
        let fits = |part: &Part| part.regex.is_match(text) != part.is_negative;
        self.parts.as_ref().is_some_and(|parts| parts.iter().all(fits))
    }

    /// Returns whether there is a pattern, and it was understood.
    pub const fn is_read(&self) -> bool {
        self.parts.is_some()
    }

    /// The pattern if it is one and was not understood.
    pub fn unread(&self) -> Option<&str> {
        (!self.is_read() && !self.text.is_empty()).then_some(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

fn compile(text: &str) -> Option<Vec<Part>> {
    let (flags, pattern) = undelimited(text)?;
    // The document's table writes `\$` for the end anchor (note 11).
    let pattern = match pattern.strip_suffix("\\$") {
        Some(start) => format!("{start}$"),
        None => pattern.to_owned(),
    };
    let pattern = with_known_anchors(&pattern);
    let (aheads, rest) = look_aheads(&pattern);
    let part = |is_negative, pattern: &str| {
        Some(Part { regex: Regex::new(&format!("{flags}{pattern}")).ok()?, is_negative })
    };
    let mut parts = Vec::new();
    for (is_negative, ahead) in aheads {
        parts.push(part(is_negative, &format!("^(?:{ahead})"))?);
    }
    parts.push(part(false, &rest)?);
    Some(parts)
}

/// Takes off PHP's delimiters, and returns its flags as the start of a pattern. `None` if a flag is not
/// known.
fn undelimited(text: &str) -> Option<(String, &str)> {
    let bare = Some((String::new(), text));
    let Some(delimiter) = text.chars().next().filter(|first| "/#~@%!".contains(*first)) else { return bare };
    let Some((pattern, flags)) = text[1..].rsplit_once(delimiter) else { return bare };
    let mut known = String::new();
    for flag in flags.chars() {
        match flag {
            'i' | 'm' | 's' | 'x' | 'U' => known.push(flag),
            // Text is UTF-8 here, and `$` is the very end.
            'u' | 'D' | 'S' => {}
            _ => return None,
        }
    }
    Some((if known.is_empty() { known } else { format!("(?{known})") }, pattern))
}

/// Writes `\Z` as `\z`: no text that is matched here ends with a line end.
fn with_known_anchors(pattern: &str) -> String {
    let mut known = String::with_capacity(pattern.len());
    let mut is_escaped = false;
    for c in pattern.chars() {
        known.push(if is_escaped && c == 'Z' { 'z' } else { c });
        is_escaped = c == '\\' && !is_escaped;
    }
    known
}

/// Splits a pattern into the look-aheads at its start, negative or not, and what is left. A pattern with
/// alternatives outside of groups is left whole: its look-aheads belong to the first one alone.
fn look_aheads(pattern: &str) -> (Vec<(bool, &str)>, String) {
    let whole = || (Vec::new(), pattern.to_owned());
    let anchors = ["^", "\\A"];
    let Some(mut rest) = anchors.iter().find_map(|anchor| pattern.strip_prefix(anchor)) else {
        return whole();
    };
    let mut aheads = Vec::new();
    while let Some((is_negative, inside)) = [("(?=", false), ("(?!", true)]
        .iter()
        .find_map(|(begin, is_negative)| Some((*is_negative, rest.strip_prefix(begin)?)))
    {
        let Some(end) = end_of_group(inside) else { return whole() };
        let after = &inside[end + 1..];
        if after.starts_with(['*', '+', '?', '{']) {
            return whole();
        }
        aheads.push((is_negative, &inside[..end]));
        rest = after;
    }
    if aheads.is_empty() || has_alternatives(rest) { whole() } else { (aheads, format!("^{rest}")) }
}

/// Returns where the group ends that began before this text.
fn end_of_group(inside: &str) -> Option<usize> {
    outside_of_classes(inside).find(|(_, c, depth)| *c == ')' && *depth < 0).map(|(at, ..)| at)
}

fn has_alternatives(pattern: &str) -> bool {
    outside_of_classes(pattern).any(|(_, c, depth)| c == '|' && depth == 0)
}

/// Iterates over the characters that are neither escaped nor in a class, with their places, and with the
/// depth of groups after each.
fn outside_of_classes(pattern: &str) -> impl Iterator<Item = (usize, char, i32)> {
    let (mut depth, mut is_escaped, mut class) = (0, false, None);
    pattern.char_indices().filter_map(move |(at, c)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        match (c, class) {
            ('\\', _) => is_escaped = true,
            ('[', None) => class = Some(at),
            // Right after its start, or after `[^`, it is one of the class.
            (']', Some(begin)) if at > begin + 1 && &pattern[begin..at] != "[^" => class = None,
            (_, Some(_)) => {}
            (c, None) => {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                return Some((at, c, depth));
            }
        }
        None
    })
}
