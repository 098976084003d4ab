//! The times and counts that the rules go by.

use crate::payment::Millis;

/// How long to wait, how often to ask, and when a silence is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Between two questions about a payment that is not decided (section 3.1 suggests 5 s).
    pub poll_ms: Millis,
    /// Before the first question after a lost answer or a decline, and between two answers that an order has failed.
    pub first_query_ms: Millis,
    /// After this, a payment that is not decided is reported as unknown.
    pub deadline_ms: Millis,
    /// The quiet time after the last byte of a request. Before it has passed, "no such order" may only mean "not
    /// here yet" (note 3). Auth codes live about a minute.
    pub quiet_ms: Millis,
    /// The same where nobody saw the exchange end, as after a crash: more of it may have left since.
    pub crashed_quiet_ms: Millis,
    /// The same for a refund: the longest delivery and the longest lag of a bill together.
    pub refund_quiet_ms: Millis,
    /// How many answers asked for after the quiet time must agree that there is nothing.
    pub agreeing: u32,
    /// How often a request that moves money is tried while no byte of it was offered to a socket.
    pub connect_tries: u32,
    /// Between two such tries.
    pub retry_ms: Millis,
}

impl Policy {
    /// Between two answers that an order has failed which give no reason: the customer may choose another card.
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
