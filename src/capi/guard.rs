//! The guard around every exported function: no panic reaches the host, the host's floating-point state is
//! preserved, a cancellation of the host's thread waits, and the log callback cannot call back into the
//! library.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::capi::failure::Failure;
use crate::sys::fpu::HostState;
use crate::sys::process::Home;
use crate::sys::threads::Uncancellable;
use crate::till::code::Code;

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Runs a function that moves no money.
pub fn guard(call: impl FnOnce() -> Result<Code, Failure>) -> i32 {
    guarded(Code::Internal, call)
}

/// Runs a function that may have sent something that moves money: after a panic, the money may have moved.
pub fn guard_money(call: impl FnOnce() -> Result<Code, Failure>) -> i32 {
    guarded(Code::Unknown, call)
}

fn guarded(on_panic: Code, call: impl FnOnce() -> Result<Code, Failure>) -> i32 {
    if IN_CALLBACK.get() {
        return Code::InCallback.number();
    }
    let _uncancellable = Uncancellable::begin();
    let _host = HostState::set_aside();
    #[cfg(windows)]
    crate::sys::pin::pin();
    let home = Home::here();
    let code = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure.code(),
        Err(_) => on_panic,
    };
    // A child that was forked in the middle of the call returns from it as well.
    if home.is_here() { code.number() } else { Code::Forked.number() }
}

/// Marks that the host's callback is running on this thread.
pub struct InCallback {
    before: bool,
    // A callback that changes the floating-point state must not change it for the library.
    _library: HostState,
}

impl InCallback {
    /// Enters the callback.
    pub fn enter() -> Self {
        Self { _library: HostState::set_aside(), before: IN_CALLBACK.replace(true) }
    }
}

impl Drop for InCallback {
    fn drop(&mut self) {
        IN_CALLBACK.set(self.before);
    }
}
