//! The two kinds of Windows program.

/// The two kinds of Windows program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// 32-bit, the folder `x86`.
    X86,
    /// 64-bit, the folder `x64`.
    X64,
}

impl Bits {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::X86, Self::X64];

    /// The folder in the package.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
        }
    }

    /// The processor, as the GNU tools and Rust's targets name it.
    pub const fn processor(self) -> &'static str {
        match self {
            Self::X86 => "i686",
            Self::X64 => "x86_64",
        }
    }
}
