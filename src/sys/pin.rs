//! Keeps the module loaded until its process ends. When the host calls FreeLibrary, its threads may still be
//! querying a payment, and unloading code under a running thread ends the process.

use std::sync::Once;

use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

/// Pins this module. On Linux the linker's `nodelete` does this.
pub fn pin() {
    static PINNED: Once = Once::new();
    PINNED.call_once(|| {
        let mut module = std::ptr::null_mut();
        let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
        // SAFETY: with FROM_ADDRESS the second argument is an address inside the module, which this static
        // is; `module` is ours. A failure is harmless: FreeLibrary then behaves as usual.
        unsafe { GetModuleHandleExW(flags, (&raw const PINNED).cast(), &mut module) };
    });
}
