//! What SQLite has to be told without a connection.

use std::ptr;

/// Has SQLite's random number generator begin anew: a child of this process would repeat its parent's numbers.
pub fn reseed() {
    // SAFETY: documented to reset the generator; no bytes are asked for, so none are written.
    unsafe { rusqlite::ffi::sqlite3_randomness(0, ptr::null_mut()) };
}
