//! The module stays loaded until its process ends. Its threads may still ask about a payment when the host
//! calls FreeLibrary, and code that is gone under a running thread ends the process.

use std::sync::Once;

use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

/// Pins this module. On Linux the linker's `nodelete` does it.
pub fn pin() {
    static PINNED: Once = Once::new();
    PINNED.call_once(|| {
        let mut module = std::ptr::null_mut();
        let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
        // SAFETY: with FROM_ADDRESS the second argument is an address inside the module, which this static
        // is; `module` is ours. That it fails is no reason not to go on: then FreeLibrary is what it always
        // is.
        unsafe { GetModuleHandleExW(flags, (&raw const PINNED).cast(), &mut module) };
    });
}
