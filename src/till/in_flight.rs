//! In-flight locks: no two calls of this process work on the same number at once. The ledger's lock keeps
//! other processes out.

use std::collections::HashSet;
use std::sync::Arc;

use crate::driver::Error;
use crate::sync::Mutex;

/// The locked numbers.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<String>>>);

/// Locks a number until this is dropped.
#[derive(Debug)]
pub struct InFlightLock {
    in_flight: InFlight,
    name: String,
}

impl InFlight {
    /// Locks a number of a kind.
    pub fn lock(&self, kind: &str, number: &str) -> Result<InFlightLock, Error> {
        let name = format!("{kind} {number}");
        let fresh = self.0.lock().insert(name.clone());
        if fresh {
            Ok(InFlightLock { in_flight: self.clone(), name })
        } else {
            Err(Error::Busy(name.trim_end().to_owned()))
        }
    }
}

impl Drop for InFlightLock {
    fn drop(&mut self) {
        self.in_flight.0.lock().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_once_until_it_is_given_back() {
        let in_flight = InFlight::default();
        let lock = in_flight.lock("bill", "A1").unwrap();
        assert!(matches!(in_flight.lock("bill", "A1"), Err(Error::Busy(_))));
        in_flight.lock("refund", "A1").unwrap();
        drop(lock);
        in_flight.lock("bill", "A1").unwrap();
    }
}
