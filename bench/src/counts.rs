//! The traffic between the programs and the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Connections, requests and their bytes, and the payments among them, since the start.
#[derive(Default)]
pub struct Counts {
    connections: AtomicU64,
    requests: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    paying: AtomicU64,
    /// The auth code of each payment, once for each time that it was delivered.
    delivered: Mutex<Vec<String>>,
}

impl Counts {
    /// Counts a connection.
    pub fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection on which a payment was delivered.
    pub fn paying_connection(&self) {
        self.paying.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a payment, before it is answered.
    pub fn payment(&self, auth_code: &str) {
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner).push(auth_code.to_owned());
    }

    /// Counts a request, with its bytes and those of the response, headers included.
    pub fn exchange(&self, received: usize, sent: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.received.fetch_add(received as u64, Ordering::Relaxed);
        self.sent.fetch_add(sent as u64, Ordering::Relaxed);
    }

    /// `connections requests received sent paying`.
    pub fn line(&self) -> String {
        [&self.connections, &self.requests, &self.received, &self.sent, &self.paying]
            .map(|count| count.load(Ordering::Relaxed).to_string())
            .join(" ")
    }

    /// The auth codes that were delivered, separated by spaces.
    pub fn delivered(&self) -> String {
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner).join(" ")
    }
}
