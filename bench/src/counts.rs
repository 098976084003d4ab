//! The traffic between the programs and the server.

use std::sync::atomic::{AtomicU64, Ordering};

/// Connections, requests and their bytes, since the start.
#[derive(Default)]
pub struct Counts {
    connections: AtomicU64,
    requests: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Counts {
    /// Counts a connection.
    pub fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request, with its bytes and those of the response, headers included.
    pub fn exchange(&self, received: usize, sent: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.received.fetch_add(received as u64, Ordering::Relaxed);
        self.sent.fetch_add(sent as u64, Ordering::Relaxed);
    }

    /// `connections requests received sent`.
    pub fn line(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        format!("{} {} {} {}", of(&self.connections), of(&self.requests), of(&self.received), of(&self.sent))
    }
}
