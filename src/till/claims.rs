//! Which numbers are being worked on in this process, so that no two calls work on the same one at once. Other
//! processes are kept out by the ledger's lock.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::driver::Error;

/// The numbers that are taken.
#[derive(Clone, Debug, Default)]
pub struct Claims(Arc<Mutex<HashSet<String>>>);

/// A number that is taken until this is dropped.
#[derive(Debug)]
pub struct Claim {
    claims: Claims,
    name: String,
}

impl Claims {
    /// Takes a number of a kind.
    pub fn take(&self, kind: &str, number: &str) -> Result<Claim, Error> {
        let name = format!("{kind} {number}");
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        if fresh { Ok(Claim { claims: self.clone(), name }) } else { Err(Error::Busy(name)) }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_once_until_it_is_given_back() {
        let claims = Claims::default();
        let claim = claims.take("bill", "A1").unwrap();
        assert!(matches!(claims.take("bill", "A1"), Err(Error::Busy(_))));
        claims.take("refund", "A1").unwrap();
        drop(claim);
        claims.take("bill", "A1").unwrap();
    }
}
