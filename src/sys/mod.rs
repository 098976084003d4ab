//! The operating system and the processor: all `unsafe` code outside the C ABI. It depends on none of the
//! other layers.

#![allow(unsafe_code)]

#[cfg(windows)]
pub mod acl;
#[cfg(windows)]
pub mod adapters;
#[cfg(windows)]
pub mod dpapi;
pub mod fpu;
#[cfg(windows)]
pub mod pin;
pub mod serial;
pub mod sockets;
pub mod threads;
#[cfg(windows)]
pub mod winspool;
