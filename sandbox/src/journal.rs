//! The log of every request that arrived.

use serde::Serialize;

use crate::{call::Call, moment::Moment, platform::Params};

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestEntry {
    /// Its number, from 1, in the order of arrival. Clearing the log does not restart the count.
    pub n: u64,
    /// When it arrived, in milliseconds since the Unix epoch, by the real clock.
    pub at_ms: Moment,
    /// The TCP connection that it came over.
    pub connection: u64,
    /// The path that was asked for.
    pub endpoint: String,
    /// What was asked for.
    pub action: Call,
    /// The HTTP method.
    pub method: String,
    /// The decoded parameters, in order; none if they could not be decoded.
    pub params: Params,
    /// The platform's rules have run for it. A refusal counts too.
    pub acted: bool,
    /// The fault that hit it.
    pub fault: Option<String>,
    /// The HTTP status of the answer; `None` while there is none, and when the connection was closed without a byte.
    pub status: Option<u16>,
}

/// The log, and what came over the tills' connections since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// TCP connections that were accepted.
    pub connections: u64,
    /// Bytes that came in.
    pub bytes_received: u64,
    /// Bytes that went out.
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
    /// Notes the entry that is made for the next number, and returns the number.
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

    /// An entry may have been cleared away while its request was being answered.
    fn change(&mut self, n: u64, change: impl FnOnce(&mut RequestEntry)) {
        if let Ok(index) = self.entries.binary_search_by_key(&n, |entry| entry.n) {
            change(&mut self.entries[index]);
        }
    }
}
