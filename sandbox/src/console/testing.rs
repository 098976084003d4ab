//! Requests for the tests of the console.

use crate::{
    call::Call,
    moment::Moment,
    platform::Params,
    trace::{Sent, Trace},
};

/// A request with these parameters, which nothing was done about yet.
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
        answer: None,
    }
}
