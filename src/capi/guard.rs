//! The guard around every exported function: no panic reaches the host, and the log callback cannot call back in.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::till::code::Code;

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Runs a function that moves no money.
pub fn guard(call: impl FnOnce() -> Result<Code, Code>) -> i32 {
    guarded(Code::Internal, call)
}

/// Runs a function that may have sent something that moves money: if it fails in a way that nobody foresaw, the
/// money may have moved.
pub fn guard_money(call: impl FnOnce() -> Result<Code, Code>) -> i32 {
    guarded(Code::Unknown, call)
}

fn guarded(on_panic: Code, call: impl FnOnce() -> Result<Code, Code>) -> i32 {
    if IN_CALLBACK.get() {
        return Code::InCallback.number();
    }
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(code) | Err(code)) => code.number(),
        Err(_) => on_panic.number(),
    }
}

/// Runs the host's callback.
pub fn in_callback(call: impl FnOnce()) {
    let before = IN_CALLBACK.replace(true);
    call();
    IN_CALLBACK.set(before);
}
