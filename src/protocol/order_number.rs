//! The number of an order as people write it: a receipt prints it with its `dm` or without, and a keyboard adds capitals and
//! blanks.

use crate::protocol::config::Config;

/// The platform counts its orders, so that a number fits 64 bits. What is longer is a channel's transaction, which has 28 digits.
const LONGEST: usize = 19;

/// The ways to write a number as the platform may know it, the likeliest first: with its `dm`, and as it was given.
pub fn spellings(given: &str) -> impl Iterator<Item = String> {
    let given = given.trim();
    let with_dm = digits(given).map(|digits| format!("dm{digits}"));
    let is_other = with_dm.as_deref() != Some(given);
    with_dm.into_iter().chain(is_other.then(|| given.to_owned()))
}

/// The digits of a number with or without `dm`, in capitals or not.
fn digits(given: &str) -> Option<&str> {
    let digits = match given.get(..2) {
        Some(dm) if dm.eq_ignore_ascii_case("dm") => &given[2..],
        _ if given.len() > LONGEST => return None,
        _ => given,
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The spelling that the config's rules take (section 2); `None` where none of them fits. Where there is no rule, or one that
/// cannot be read (they are PCRE, see note 11), nothing is refused: the platform is asked about a number, and not harmed by it,
/// while a refusal would keep a shop from giving money back.
pub fn fitting(given: &str, config: Option<&Config>) -> Option<String> {
    let takes = |number: &String| config.and_then(|config| config.takes_order(number));
    spellings(given)
        .find(|number| takes(number) == Some(true))
        .or_else(|| spellings(given).find(|number| takes(number).is_none()))
}
