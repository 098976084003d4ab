//! The log of every request that arrived.

use serde::Serialize;

use crate::{call::Call, moment::Moment, platform::Params};

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestEntry {
    /// Its number in the order of arrival, starting at 1. Clearing the log does not restart the count.
    pub n: u64,
    /// When it arrived, in milliseconds since the Unix epoch, by the real clock.
    pub at_ms: Moment,
    /// The id of the TCP connection.
    pub connection: u64,
    /// The requested path.
    pub endpoint: String,
    /// The requested call.
    pub action: Call,
    /// The HTTP method.
    pub method: String,
    /// The decoded parameters, in order; none if they could not be decoded.
    pub params: Params,
    /// Whether the platform's rules have processed it. A refusal counts too.
    pub acted: bool,
    /// The fault that hit it.
    pub fault: Option<String>,
    /// The HTTP status of the response; `None` while there is none, and when the connection was closed
    /// without a byte.
    pub status: Option<u16>,
}

/// The log, and the totals of the tills' connections since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// The number of accepted TCP connections.
    pub connections: u64,
    /// The number of bytes received.
    pub bytes_received: u64,
    /// The number of bytes sent.
    pub bytes_sent: u64,
    /// The requests, in order of arrival.
    pub requests: Vec<RequestEntry>,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    last: u64,
    entries: Vec<RequestEntry>,
}

impl Journal {
    /// Adds the entry that is made for the next number, and returns the number.
    pub(crate) fn note(&mut self, entry: impl FnOnce(u64) -> RequestEntry) -> u64 {
        self.last += 1;
        self.entries.push(entry(self.last));
        self.last
    }

    pub(crate) fn note_acted(&mut self, n: u64) {
        self.change(n, |entry| entry.acted = true);
    }

    pub(crate) fn note_status(&mut self, n: u64, status: u16) {
        self.change(n, |entry| entry.status = Some(status));
    }

    pub(crate) fn entries(&self) -> &[RequestEntry] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The log may have been cleared while the request was being processed.
    fn change(&mut self, n: u64, change: impl FnOnce(&mut RequestEntry)) {
        if let Ok(index) = self.entries.binary_search_by_key(&n, |entry| entry.n) {
            change(&mut self.entries[index]);
        }
    }
}
