//! Responses that do not say what the platform did.

use super::{Brief, Document};

impl Document {
    /// Replaces the amount, if the response has one.
    pub(crate) fn with_total(mut self, total: &str) -> Self {
        if let Some(shown) = self.shown_total() {
            total.clone_into(shown);
        }
        self
    }

    /// Replaces the bill number, if the response has one.
    pub(crate) fn with_dm_id(mut self, dm_id: &str) -> Self {
        if let Some(shown) = self.shown_dm_id() {
            dm_id.clone_into(shown);
        }
        self
    }

    /// Reports that the customer is still paying, whatever the truth is.
    pub(crate) fn still_paying(mut self) -> Self {
        let dm_id = self.shown_dm_id().map(std::mem::take);
        Self::Brief(Brief::still_paying(dm_id))
    }

    fn shown_total(&mut self) -> Option<&mut String> {
        match self {
            Self::Paid(paid) => Some(&mut paid.shown_total),
            Self::Refunded(refunded) => Some(&mut refunded.shown_total),
            Self::Statement(statement) => Some(&mut statement.shown_total),
            Self::Brief(_) | Self::Activated(_) | Self::Config(_) | Self::Time(_) | Self::Receipt(_) => None,
        }
    }

    fn shown_dm_id(&mut self) -> Option<&mut String> {
        match self {
            Self::Brief(brief) => brief.dm_id.as_mut(),
            Self::Paid(paid) => Some(&mut paid.shown_dm_id),
            Self::Refunded(refunded) => Some(&mut refunded.shown_dm_id),
            Self::Statement(statement) => Some(&mut statement.shown_dm_id),
            Self::Receipt(receipt) => Some(&mut receipt.number),
            Self::Activated(_) | Self::Config(_) | Self::Time(_) => None,
        }
    }
}
