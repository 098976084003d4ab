//! The reason why a call failed.

use crate::till::Error;
use crate::till::code::Code;

/// The reason why a call failed.
#[derive(Debug)]
pub enum Failure {
    /// A handle, a text or an argument is invalid: the code says everything, and there is no reply.
    Code(Code),
    /// The till failed: the reply says why.
    Till(Error),
}

impl Failure {
    /// The code that the call returns.
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
