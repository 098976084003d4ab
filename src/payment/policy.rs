//! The times and counts of the rules.

use crate::payment::Millis;

/// How long to wait, how often to query, and when silence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The time between two queries about an undecided payment (section 3.1 suggests 5 s).
    pub poll_ms: Millis,
    /// The time before the first query after a lost response or a decline, and between two reports that an
    /// order has failed.
    pub first_query_ms: Millis,
    /// The time after which an undecided payment is reported as unknown.
    pub deadline_ms: Millis,
    /// The quiet time after the last byte of a request. Before it has passed, "no such order" may only mean
    /// "not here yet" (note 3). Auth codes live about a minute.
    pub quiet_ms: Millis,
    /// The same if nobody saw the exchange end, as after a crash: more of it may have left since.
    pub crashed_quiet_ms: Millis,
    /// The same for a refund: the longest delivery and the longest lag of a bill together.
    pub refund_quiet_ms: Millis,
    /// How many responses to queries after the quiet time have to agree that there is no payment.
    pub agreeing: u32,
    /// How often a request that moves money is tried while none of its bytes was offered to a socket.
    pub connect_tries: u32,
    /// The time between two such tries.
    pub retry_ms: Millis,
}

impl Policy {
    /// Returns the time between two reports that an order has failed without a reason: the customer may
    /// choose another card.
    pub const fn bare_failure_ms(&self) -> Millis {
        self.quiet_ms / 2
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            poll_ms: 5_000,
            first_query_ms: 1_000,
            deadline_ms: 120_000,
            quiet_ms: 60_000,
            crashed_quiet_ms: 120_000,
            refund_quiet_ms: 900_000,
            agreeing: 3,
            connect_tries: 3,
            retry_ms: 1_000,
        }
    }
}
