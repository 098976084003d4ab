//! The bindings: how each is packed, and how its own tests are run.

mod bench;
pub mod cpp;
pub mod csharp;
pub mod delphi;
pub mod python;
mod till;
mod zipped;
