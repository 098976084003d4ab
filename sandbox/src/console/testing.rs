//! Requests for the console's tests.

use crate::{
    call::Call,
    moment::Moment,
    platform::Params,
    trace::{Sent, Trace},
};

/// A request with these parameters that has not been processed yet.
pub(super) fn trace(n: u64, call: Call, params: &str) -> Trace {
    Trace {
        n,
        at: Moment::from_unix_ms(0),
        call,
        skew_s: 0,
        empty_values: crate::readings::EmptyValues::default(),
        request: Sent::default(),
        params: Params::parse(params).unwrap(),
        key: None,
        fault: None,
        acted: false,
        meant: None,
        response: None,
    }
}
