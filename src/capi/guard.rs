//! The guard around every exported function: no panic reaches the host, its floating-point unit is as it left it, and
//! the log callback cannot call back in.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::capi::fpu::HostState;
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
    let _host = HostState::set_aside();
    #[cfg(windows)]
    crate::capi::pin::pin();
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(code) | Err(code)) => code.number(),
        Err(_) => on_panic.number(),
    }
}

/// Runs the host's callback.
pub fn in_callback(call: impl FnOnce()) {
    // A callback that sets the floating-point unit for itself must not set it for the library.
    let _library = HostState::set_aside();
    let before = IN_CALLBACK.replace(true);
    call();
    IN_CALLBACK.set(before);
}
