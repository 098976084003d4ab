//! Settings of SQLite as a whole, without a connection.

use std::ptr;

/// Seeds SQLite's random number generator again: a child of this process would repeat its parent's numbers.
pub fn reseed() {
    // SAFETY: documented to reset the generator; no bytes are asked for, so none are written.
    unsafe { rusqlite::ffi::sqlite3_randomness(0, ptr::null_mut()) };
}
