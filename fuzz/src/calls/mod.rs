//! Sequences of C ABI calls, good ones and bad ones, by one program or by two of its threads, against a
//! platform that answers immediately and as the fuzzer likes.
//!
//! The functions are the exported ones. The promises of `include/wsy.h` are checked here: the codes that may
//! be returned, outputs that are complete or untouched, handles that are never followed, and *paid* only if
//! the platform said so, for this amount.

mod codes;
mod outputs;
mod platform;
mod program;
mod shop;

use libfuzzer_sys::arbitrary::{Result, Unstructured};

use platform::{Platform, Scripted};
use program::Program;
use shop::Shop;

const MOST_STEPS: usize = 20;
const MOST_RESPONSES: usize = 8;

/// Reads the bytes as a platform's responses and a program's calls.
pub fn run(data: &[u8]) {
    let _ = play(&mut Unstructured::new(data));
}

fn play(u: &mut Unstructured<'_>) -> Result<()> {
    let mut responses = Vec::new();
    for _ in 0..u.int_in_range(0..=MOST_RESPONSES)? {
        responses.push(Scripted::any(u)?);
    }
    let platform = Platform::begin(responses);
    let shop = Shop::open(platform, u.arbitrary()?);
    let steps = u.int_in_range(1..=MOST_STEPS)?;
    let outcome = if u.int_in_range(1..=4u8)? == 4 {
        let half = u.bytes(u.len() / 2)?;
        std::thread::scope(|scope| {
            scope.spawn(|| Program::new(&shop, true).steps(&mut Unstructured::new(half), steps));
            Program::new(&shop, true).steps(u, steps)
        })
    } else {
        Program::new(&shop, false).steps(u, steps)
    };
    shop.close();
    outcome
}
