//! Why a call came to nothing.

use crate::till::Error;
use crate::till::code::Code;

/// Why a call came to nothing.
#[derive(Debug)]
pub enum Failure {
    /// A handle, a text or an argument was wrong: the code says all, and there is no reply.
    Code(Code),
    /// The till could not do it: the reply says why.
    Till(Error),
}

impl Failure {
    /// What the call returns.
    pub fn code(&self) -> Code {
        match self {
            Self::Code(code) => *code,
            Self::Till(error) => error.code(),
        }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Till(error.into())
    }
}
