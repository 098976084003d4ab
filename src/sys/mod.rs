//! The operating system and the processor: all `unsafe` code outside the C ABI. It depends on none of the
//! other layers.

#![allow(unsafe_code)]

#[cfg(windows)]
pub mod acl;
#[cfg(windows)]
pub mod adapters;
#[cfg(windows)]
pub mod dpapi;
pub mod drive;
pub mod file_id;
pub mod fpu;
pub mod lock;
#[cfg(windows)]
pub mod machine;
#[cfg(windows)]
pub mod pin;
pub mod process;
#[cfg(windows)]
pub mod rename;
pub mod serial;
pub mod sockets;
pub mod sqlite;
pub mod stdio;
pub mod threads;
#[cfg(windows)]
pub mod winspool;
