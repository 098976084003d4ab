//! wsy
pub mod protocol;
