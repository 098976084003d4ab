//! The C ABI under tools that watch memory and threads: AddressSanitizer, ThreadSanitizer and valgrind's
//! memcheck.
//!
//! Each tool first has to report deliberate mistakes, so that its silence afterwards means something. A
//! sanitizer covers the library, its bundled C code and the C programs alike. Miri is not used: it needs a
//! nightly compiler and cannot run SQLite, which is C.

mod build;
mod watched;

use build::Sanitizer;
use kit::counts::Counts;
use kit::error::Error;
use watched::{Mistake, Watched};

const FOR_ADDRESS: [Mistake; 4] = [
    ("overrun", "heap-buffer-overflow"),
    ("use after free", "heap-use-after-free"),
    ("no end", "heap-buffer-overflow"),
    ("leak", "LeakSanitizer: detected memory leaks"),
];
const FOR_VALGRIND: [Mistake; 4] = [
    ("overrun", "Invalid write"),
    ("use after free", "Invalid write"),
    ("no end", "Invalid read"),
    ("leak", "definitely lost"),
];
const FOR_THREADS: [Mistake; 1] = [("race", "ThreadSanitizer: data race")];

/// The sanitizer makes programs large and has to be preloaded, and only the driver is built with it.
const NOT_WATCHED: [&str; 15] = [
    "no_response_makes_the_program_large",
    "a_pattern_in_the_config_that_is_made_to_be_slow_or_large",
    "kills::",
    "a_name_server_that_is_gone",
    "a_clock_that_is_days_ahead",
    "a_decision_about_the_refund_of_a_void_is_made_whole",
    "a_folder_belongs_to_one_till_also_on_a_linux_without_locks",
    "what_a_virus_scanner_refuses",
    "a_start_renames_nothing",
    "an_activation_whose_key_cannot_be_saved",
    "addresses_that_are_dead_cost_a_moment",
    "hosts::",
    "a_key_that_could_not_be_saved",
    "a_till_that_is_killed_while_it_archives",
    "what_a_host_without_standard_output_prints",
];

/// All the tests of the C ABI under AddressSanitizer.
pub fn address() -> Result<Counts, Error> {
    let watched = Watched::by(Sanitizer::Address)?;
    let mut counts = watched.proof(&FOR_ADDRESS)?;
    counts.add(watched.session()?);
    counts.add(watched.suite(&NOT_WATCHED.map(|test| ["--skip", test]).concat())?);
    Ok(counts)
}

/// A whole session, and every misuse, under valgrind; with the library as shipped.
pub fn valgrind() -> Result<Counts, Error> {
    let watched = Watched::by_valgrind()?;
    let mut counts = watched.proof(&FOR_VALGRIND)?;
    counts.add(watched.session()?);
    counts.add(watched.misuse()?);
    Ok(counts)
}

/// The tests of the C ABI that use several threads, under ThreadSanitizer.
pub fn threads() -> Result<Counts, Error> {
    let watched = Watched::by(Sanitizer::Thread)?;
    let mut counts = watched.proof(&FOR_THREADS)?;
    counts.add(watched.session()?);
    counts.add(watched.suite(&[
        "started::",
        "idempotency::",
        "handles::",
        "payments::",
        "logging::",
        "reconciling::",
    ])?);
    Ok(counts)
}
