//! What is known of a charge: what the platform has said of it, whose order it is, and for how long nothing of it can have
//! left any more. It is kept in the ledger, never forgotten and never weakened.

use crate::payment::Millis;
use crate::payment::policy::Policy;

/// The strongest thing that was ever said of a charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// There is no such payment.
    NotThere,
    /// The charge was declined.
    Declined,
    /// The code or the order was used before.
    EarlierUse,
    /// The customer is still paying.
    Paying,
    /// Paid, but not this amount, or with something that happened since.
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

    /// The word for it in the ledger.
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

    /// From the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.word() == word)
    }
}

/// How an order of the platform is tied to a charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// None is.
    #[default]
    None,
    /// The decline of the charge named it.
    Declined,
    /// One answer about the auth code named it.
    Seen,
    /// Two answers about the auth code named it: it is this charge's, unless the answer to another charge itself names it.
    Asked,
    /// The answer to the charge itself named it: it is this charge's and no other's.
    Own,
}

impl Tie {
    const ALL: [Self; 5] = [Self::None, Self::Declined, Self::Seen, Self::Asked, Self::Own];

    /// Whether the order belongs to the charge for ever.
    pub const fn binds(self) -> bool {
        matches!(self, Self::Asked | Self::Own)
    }

    /// The number for it in the ledger.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// From the ledger's number.
    pub fn read(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tie| tie.number() == number)
    }
}

/// What is known of a charge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The strongest thing that was ever said.
    pub said: Said,
    /// The platform's order; empty while none is tied.
    pub dm_id: String,
    /// How it is tied.
    pub tie: Tie,
    /// The answer to the charge itself was a decline.
    pub declined: bool,
    /// The exchange of the charge has ended with an answer or a reset, so that nothing of it can leave any more. Not known
    /// behind a proxy, which may go on sending, nor after a crash.
    pub ended: bool,
    /// For how long the charge has been quiet: since its exchange ended, or since it was found after a crash.
    pub quiet: Millis,
    /// Denials in a row, asked for after the quiet time.
    pub denials: u32,
    /// When the order was first said to have failed, by how long the charge had been quiet; `None` after what speaks against it.
    pub failed_at: Option<Millis>,
}

impl Evidence {
    /// Something was said.
    pub fn hear(&mut self, said: Said) {
        self.said = self.said.max(said);
    }

    /// The order that belongs to the charge.
    pub fn order(&self) -> Option<&str> {
        self.tie.binds().then_some(self.dm_id.as_str())
    }

    /// How long the charge has to be quiet before an absence is believed.
    pub const fn quiet_time(&self, policy: &Policy) -> Millis {
        if self.ended { policy.quiet_ms } else { policy.crashed_quiet_ms }
    }

    /// Ties an order that an answer to the charge itself, or about its auth code, names; `false` if that differs from what
    /// is tied already.
    pub fn tie_to(&mut self, dm_id: &str, by_charge: bool) -> bool {
        if self.tie.binds() {
            return self.dm_id == dm_id;
        }
        self.tie = match self.tie {
            _ if by_charge => Tie::Own,
            Tie::Seen if self.dm_id == dm_id => Tie::Asked,
            _ => Tie::Seen,
        };
        dm_id.clone_into(&mut self.dm_id);
        true
    }

    /// The order turned out to be another bill's.
    pub fn untie(&mut self) {
        self.tie = Tie::None;
        self.dm_id.clear();
    }

    /// The same, with what was heard since this was written down, and could not be. The time of the quiet goes on as it was kept.
    #[must_use]
    pub fn with(mut self, heard: &Self) -> Self {
        self.hear(heard.said);
        self.declined |= heard.declined;
        self.ended |= heard.ended;
        self.denials = self.denials.min(heard.denials);
        // A failure that was taken back since is not the first of two.
        self.failed_at = self.failed_at.filter(|_| heard.failed_at.is_some());
        if heard.tie > self.tie {
            self.tie = heard.tie;
            self.dm_id.clone_from(&heard.dm_id);
        }
        self
    }

    /// Whether a crash may not forget what this knows beyond `kept`.
    pub fn outweighs(&self, kept: &Self) -> bool {
        let said = self.said > kept.said && self.said >= Said::Declined;
        let declined = self.declined && !kept.declined;
        let begun_anew = self.denials < kept.denials;
        let failed = self.failed_at != kept.failed_at;
        said || declined || begun_anew || failed || (self.tie.binds() && !kept.tie.binds())
    }
}
