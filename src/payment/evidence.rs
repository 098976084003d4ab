//! The evidence about a charge: what the platform has said of it, whose order it is, and how long ago the
//! last byte of it can have left. It is stored in the ledger, never forgotten and never weakened.

use crate::non_empty::NonEmpty;
use crate::payment::Millis;
use crate::payment::policy::Policy;

/// The strongest statement that was ever made about a charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// The payment does not exist.
    NotThere,
    /// The charge was declined.
    Declined,
    /// The code or the order was used before.
    EarlierUse,
    /// The customer is still paying.
    Paying,
    /// Paid, but with another amount, or something happened to it since.
    PaidOtherwise,
    /// Paid.
    Paid,
}

impl Said {
    const ALL: [Self; 7] = [
        Self::Nothing,
        Self::NotThere,
        Self::Declined,
        Self::EarlierUse,
        Self::Paying,
        Self::PaidOtherwise,
        Self::Paid,
    ];

    /// Returns its word in the ledger.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NotThere => "not_there",
            Self::Declined => "declined",
            Self::EarlierUse => "earlier_use",
            Self::Paying => "paying",
            Self::PaidOtherwise => "paid_otherwise",
            Self::Paid => "paid",
        }
    }

    /// Parses the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.word() == word)
    }
}

/// How an order of the platform is tied to a charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// No order is tied.
    #[default]
    None,
    /// The decline of the charge named it.
    Declined,
    /// One response about the auth code named it.
    Seen,
    /// Two responses about the auth code named it: it belongs to this charge, unless the response to another
    /// charge itself names it.
    Asked,
    /// The response to the charge itself named it: it belongs to this charge and no other.
    Own,
}

impl Tie {
    const ALL: [Self; 5] = [Self::None, Self::Declined, Self::Seen, Self::Asked, Self::Own];

    /// Returns whether the order belongs to the charge permanently.
    pub const fn binds(self) -> bool {
        matches!(self, Self::Asked | Self::Own)
    }

    /// Returns its number in the ledger.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// Parses the ledger's number.
    pub fn read(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tie| tie.number() == number)
    }
}

/// The evidence about a charge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The strongest statement that was ever made.
    pub said: Said,
    /// The platform's order, if one is tied.
    pub dm_id: Option<NonEmpty>,
    /// How it is tied.
    pub tie: Tie,
    /// Whether the response to the charge itself was a decline.
    pub declined: bool,
    /// Whether the exchange of the charge has ended with a response or a reset, so that no byte of it can
    /// still leave. False behind a proxy, which may continue to send, and after a crash.
    pub ended: bool,
    /// How long the charge has been quiet: since its exchange ended, or since it was found after a crash.
    pub quiet: Millis,
    /// The number of denials in a row to queries sent after the quiet time.
    pub denials: u32,
    /// The first report that an order failed; `None` after a response that contradicts the failure.
    pub first_failure: Option<FirstFailure>,
}

/// The first report that an order failed, without a response since that contradicts it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FirstFailure {
    /// The order. `None` if it was recorded before version 5 of the ledger: then it may be any.
    pub dm_id: Option<NonEmpty>,
    /// When it came, as the quiet time of the charge.
    pub at: Millis,
}

impl Evidence {
    /// Adds a statement.
    pub fn hear(&mut self, said: Said) {
        self.said = self.said.max(said);
    }

    /// Returns the order that belongs to the charge.
    pub fn order(&self) -> Option<&str> {
        self.dm_id.as_deref().filter(|_| self.tie.binds())
    }

    /// Returns how long the charge has to be quiet before an absence counts.
    pub const fn quiet_time(&self, policy: &Policy) -> Millis {
        if self.ended { policy.quiet_ms } else { policy.crashed_quiet_ms }
    }

    /// Ties an order that a response to the charge itself, or about its auth code, names; `false` if another
    /// one is already tied.
    pub fn tie_to(&mut self, dm_id: NonEmpty, by_charge: bool) -> bool {
        let is_tied = self.dm_id.as_ref() == Some(&dm_id);
        if self.tie.binds() {
            return is_tied;
        }
        self.tie = match self.tie {
            _ if by_charge => Tie::Own,
            Tie::Seen if is_tied => Tie::Asked,
            _ => Tie::Seen,
        };
        self.dm_id = Some(dm_id);
        true
    }

    /// Unties the order after it turned out to be another bill's.
    pub fn untie(&mut self) {
        self.tie = Tie::None;
        self.dm_id = None;
    }

    /// Adds what was learned since this was stored but could not be written. The quiet time continues as it
    /// was stored.
    #[must_use]
    pub fn with(mut self, heard: &Self) -> Self {
        self.hear(heard.said);
        self.declined |= heard.declined;
        self.ended |= heard.ended;
        self.denials = self.denials.min(heard.denials);
        // A failure that was contradicted since, or of another order, is not the first of two.
        let now = heard.first_failure.as_ref();
        self.first_failure = self.first_failure.filter(|kept| now.is_some_and(|now| now.dm_id == kept.dm_id));
        if heard.tie > self.tie {
            self.tie = heard.tie;
            self.dm_id.clone_from(&heard.dm_id);
        }
        self
    }

    /// Returns whether this holds something beyond `kept` that a crash may not erase.
    pub fn outweighs(&self, kept: &Self) -> bool {
        let said = self.said > kept.said && self.said >= Said::Declined;
        let declined = self.declined && !kept.declined;
        let begun_anew = self.denials < kept.denials;
        let failed = self.first_failure != kept.first_failure;
        said || declined || begun_anew || failed || (self.tie.binds() && !kept.tie.binds())
    }
}
