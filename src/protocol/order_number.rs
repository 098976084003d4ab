//! Order numbers as people write them: receipts print them with or without `dm`, and people type capitals and
//! blanks.

use crate::protocol::config::Config;
use crate::protocol::scan;

/// The platform numbers its orders consecutively, so a number fits in 64 bits. Longer ones are a channel's
/// transaction numbers, which have 28 digits.
const LONGEST: usize = 19;

/// Returns the forms in which the platform may know a number, most likely first: with `dm`, and as given or
/// [scanned](scan::unwrapped).
pub fn spellings(given: &str) -> impl Iterator<Item = String> {
    let given = scan::unwrapped(given);
    let with_dm = digits(&given).map(|digits| format!("dm{digits}"));
    let is_other = with_dm.as_deref() != Some(&given);
    with_dm.into_iter().chain(is_other.then_some(given))
}

/// Returns the digits of a number with or without `dm`, in upper or lower case.
fn digits(given: &str) -> Option<&str> {
    let digits = match given.get(..2) {
        Some(dm) if dm.eq_ignore_ascii_case("dm") => &given[2..],
        _ if given.len() > LONGEST => return None,
        _ => given,
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Returns the form that matches the config's rules (section 2); `None` if neither does. If there is no rule,
/// or one that does not compile (they are PCRE, see note 11), nothing is rejected: querying a wrong number
/// does no harm, while a rejection would keep a shop from giving money back.
pub fn fitting(given: &str, config: Option<&Config>) -> Option<String> {
    let takes = |number: &String| config.and_then(|config| config.takes_order(number));
    spellings(given)
        .find(|number| takes(number) == Some(true))
        .or_else(|| spellings(given).find(|number| takes(number).is_none()))
}
