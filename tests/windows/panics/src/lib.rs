//! A library whose only function panics: wsy.dll has none, and is built in the same way.

#![allow(unsafe_code, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Panics some calls deep, and returns WSY_ERR_INTERNAL as the guard of wsy.dll does; 0 if nothing happened.
#[unsafe(no_mangle)]
pub extern "C" fn panics(depth: i32) -> i32 {
    // No line on the console: the host may have none.
    std::panic::set_hook(Box::new(|_| {}));
    catch_unwind(AssertUnwindSafe(|| deeper(depth))).unwrap_or(-106)
}

#[inline(never)]
fn deeper(depth: i32) -> i32 {
    // Dropped on the way up.
    let kept = Box::new(depth);
    if depth == 0 {
        panic!("as it has to");
    }
    deeper(std::hint::black_box(depth - 1)) + *kept
}
