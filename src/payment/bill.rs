//! A bill: the sum of all its attempts and refunds. Every call about a bill is decided here and nowhere else.

use crate::payment::row::{ChargeRow, RefundRow};

/// The state of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeState {
    /// Sent, or about to be, and undecided.
    Open,
    /// The money was taken.
    Paid,
    /// The money was not taken.
    NotPaid,
    /// Nothing was sent.
    NotSent,
    /// A person decided that the money was taken.
    DecidedPaid,
    /// A person decided that the money was not taken.
    DecidedNotPaid,
}

impl ChargeState {
    const ALL: [Self; 6] =
        [Self::Open, Self::Paid, Self::NotPaid, Self::NotSent, Self::DecidedPaid, Self::DecidedNotPaid];

    /// Returns its word in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::NotSent => "not_sent",
            Self::DecidedPaid => "decided_paid",
            Self::DecidedNotPaid => "decided_not_paid",
        }
    }

    /// Parses the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Returns whether the money was taken, according to the platform or a person's decision.
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::DecidedPaid)
    }

    /// Returns whether it was reported as not paid, by the library or by a person.
    pub const fn is_not_paid(self) -> bool {
        matches!(self, Self::NotPaid | Self::DecidedNotPaid)
    }
}

/// The state of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundState {
    /// Sent, or about to be, and undecided.
    Open,
    /// Made.
    Refunded,
    /// Not made.
    NotRefunded,
    /// Nothing was sent.
    NotSent,
    /// The bill is ambiguous; a person has to look.
    Conflict,
    /// A person decided that it was made.
    DecidedRefunded,
    /// A person decided that it was not made.
    DecidedNotRefunded,
}

impl RefundState {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Refunded,
        Self::NotRefunded,
        Self::NotSent,
        Self::Conflict,
        Self::DecidedRefunded,
        Self::DecidedNotRefunded,
    ];

    /// Returns its word in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refunded => "refunded",
            Self::NotRefunded => "not_refunded",
            Self::NotSent => "not_sent",
            Self::Conflict => "conflict",
            Self::DecidedRefunded => "decided_refunded",
            Self::DecidedNotRefunded => "decided_not_refunded",
        }
    }

    /// Parses the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Returns whether the money was given back, according to the bill or a person's decision.
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Refunded | Self::DecidedRefunded)
    }

    /// Returns whether nobody knows yet if the money was given back.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Conflict)
    }
}

/// The prefix of refund numbers that the library creates, mostly for voids. Callers' numbers may not start
/// with it.
pub const VOID: &str = "void-";

/// The prefix of the numbers of refunds that reconciliation found and this till did not make.
pub const ELSEWHERE: &str = "void-elsewhere-";

/// Returns whether a refund number is that of a void, which refunds whatever is left of an order.
pub fn is_void(out_refund_no: &str) -> bool {
    out_refund_no.starts_with(VOID) && !out_refund_no.starts_with(ELSEWHERE)
}

/// An attempt to charge the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its state.
    pub state: ChargeState,
    /// The amount, in fen.
    pub fen: i64,
    /// The platform's order, if the attempt is paid.
    pub order: String,
    /// The keyed print of the auth code, see [`ChargeRow::code_print`].
    pub code: String,
    /// Whether it was reported as paid to somebody who could hand over the goods.
    pub is_told: bool,
}

/// A refund of one of the bill's orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The number.
    pub number: String,
    /// Its state.
    pub state: RefundState,
    /// The amount, in fen.
    pub fen: i64,
    /// The platform's order.
    pub order: String,
}

impl Attempt {
    fn of(row: &ChargeRow) -> Self {
        Self {
            state: row.state,
            fen: i64::from(row.total_fen),
            order: row.paid_order().unwrap_or_default().to_owned(),
            code: row.code_print.clone(),
            is_told: row.is_told(),
        }
    }
}

impl Refunded {
    fn of(row: &RefundRow) -> Self {
        Self {
            number: row.out_refund_no.clone(),
            state: row.state,
            fen: i64::from(row.refund_fen),
            order: row.dm_id.clone(),
        }
    }

    fn is_void(&self) -> bool {
        is_void(&self.number)
    }
}

/// A bill with everything that was ever done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// The refunds of its orders, oldest first.
    pub refunds: Vec<Refunded>,
    /// Whether it is to be voided.
    pub to_void: bool,
    /// A person has decided of one of the attempts that it is paid, also
    /// of one that the platform had said the same of.
    pub is_decided_paid: bool,
}

/// An order that turned out to have paid a charge that was reported as not paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePayment {
    /// The row number of the charge; `None` if an earlier version found the order, which did not store this.
    pub charge: Option<i64>,
    /// The platform's order.
    pub dm_id: String,
    /// Its amount, in fen.
    pub fen: i64,
}

/// A bill together with the rows it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The attempts, oldest first. One that turned out to be paid after all counts as paid.
    pub rows: Vec<ChargeRow>,
    /// The bill that they add up to.
    pub bill: Bill,
}

impl Account {
    /// Computes a bill. `late` lists charges that turned out to be paid after they were reported as not paid;
    /// `is_decided_paid` is whether a person decided that any attempt is
    /// paid; `refunds_of` returns the refunds of an order.
    pub fn of<E>(
        mut rows: Vec<ChargeRow>,
        late: &[LatePayment],
        is_decided_paid: bool,
        refunds_of: impl Fn(&str) -> Result<Vec<RefundRow>, E>,
    ) -> Result<Self, E> {
        for late in late {
            pay_late(&mut rows, late);
        }
        let mut refunds = Vec::new();
        for order in rows.iter().filter_map(ChargeRow::paid_order) {
            refunds.extend(refunds_of(order)?.iter().map(Refunded::of));
        }
        let bill = Bill {
            attempts: rows.iter().map(Attempt::of).collect(),
            refunds,
            to_void: rows.iter().any(|row| row.to_void),
            is_decided_paid,
        };
        Ok(Self { rows, bill })
    }

    /// Returns the wall time at which it was first reported as paid, if it was.
    pub fn first_told_ms(&self) -> Option<i64> {
        self.rows.iter().filter_map(ChargeRow::told_at).min()
    }

    /// Returns which refund or void of it is undecided.
    pub fn undecided(&self) -> Undecided<'_> {
        match self.bill.undecided_refund() {
            Some(refund) => Undecided::Refund(&refund.number),
            None => Undecided::Void,
        }
    }
}

/// The obstacle to reporting a bill as paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided<'a> {
    /// The refund with this number.
    Refund(&'a str),
    /// The request to void it.
    Void,
}

/// Marks an attempt as paid after reconciliation has found an order for it, although it was reported as not
/// paid. By our own record it is paid, whatever the amount of the order that charged it. If the attempt was
/// not stored, it is the one that had the order, or else one with its amount. Returns the attempt that this
/// made paid.
pub fn pay_late(rows: &mut [ChargeRow], late: &LatePayment) -> Option<usize> {
    let LatePayment { charge, dm_id, fen } = late;
    if rows.iter().any(|row| row.state == ChargeState::Paid && row.dm_id == *dm_id) {
        return None;
    }
    let last =
        |fits: &dyn Fn(&ChargeRow) -> bool| rows.iter().rposition(|row| row.state.is_not_paid() && fits(row));
    let at = match charge {
        Some(id) => last(&|row| row.id == *id),
        None => last(&|row| row.dm_id == *dm_id).or_else(|| last(&|row| i64::from(row.total_fen) == *fen)),
    };
    let row = rows.get_mut(at?)?;
    row.state = ChargeState::Paid;
    dm_id.clone_into(&mut row.dm_id);
    at
}

/// The standing of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A refund or a void of it is undecided: nobody knows whether it is paid.
    RefundOpen,
    /// This attempt is paid, and not all of it was refunded.
    Paid(usize),
    /// A person decided that this attempt was paid, and not all of it was refunded.
    Decided(usize),
    /// It may be paid by this attempt.
    Open(usize),
    /// It was paid by this attempt, and all of the money was refunded.
    Refunded(usize),
    /// It is not paid.
    NotPaid,
}

/// Whether "paid" may still be reported. The goods may be handed over only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Telling {
    /// It was not reported yet.
    First,
    /// It was reported before, or the caller asks about another code.
    Earlier,
}

/// The decision about a request to charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charging {
    /// A new attempt may be made.
    New,
    /// This attempt matches and has to be settled.
    Resume(usize),
    /// This attempt is decided and is returned as recorded.
    Recorded(usize),
    /// This attempt is paid.
    Paid(usize),
    /// The number was used before with this amount.
    AmountDiffers(i64),
    /// This attempt is undecided.
    StillOpen(usize),
    /// A refund or a void is undecided.
    RefundOpen,
    /// It was paid, and all of the money was refunded.
    AlreadyRefunded,
}

impl Bill {
    /// Returns what is still captured of an order, in fen, as far as this ledger knows. A void refunds
    /// whatever was left.
    pub fn captured_fen(&self, order: &str) -> i64 {
        let is_of_order = |attempt: &&Attempt| attempt.state.is_paid() && attempt.order == order;
        let paid: i64 = self.attempts.iter().filter(is_of_order).map(|attempt| attempt.fen).sum();
        if self.made(order).any(Refunded::is_void) {
            return 0;
        }
        (paid - self.refunded_fen(order)).max(0)
    }

    /// Returns how much was refunded of a paid order, in fen, as far as this ledger knows.
    pub fn refunded_fen(&self, order: &str) -> i64 {
        self.made(order).map(|refund| refund.fen).sum()
    }

    fn made(&self, order: &str) -> impl Iterator<Item = &Refunded> {
        self.refunds.iter().filter(move |refund| refund.order == order && refund.state.is_made())
    }

    /// Returns the attempts that are paid.
    pub fn paid(&self) -> impl Iterator<Item = (usize, &Attempt)> {
        self.attempts.iter().enumerate().filter(|(_, attempt)| attempt.state == ChargeState::Paid)
    }

    /// Returns how many attempts were paid, including those that a person decided as paid.
    pub fn paid_attempts(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.state.is_paid()).count()
    }

    /// Returns a refund that is undecided.
    pub fn undecided_refund(&self) -> Option<&Refunded> {
        self.refunds.iter().find(|refund| refund.state.is_undecided())
    }

    /// Returns whether nothing of it is captured or open, so that there is nothing left to void.
    pub fn is_void(&self) -> bool {
        self.undecided_refund().is_none()
            && self.attempts.iter().all(|attempt| match attempt.state {
                ChargeState::Open => false,
                ChargeState::Paid => self.captured_fen(&attempt.order) == 0,
                ChargeState::NotPaid
                | ChargeState::NotSent
                | ChargeState::DecidedPaid
                | ChargeState::DecidedNotPaid => true,
            })
    }

    /// Returns its standing. One paid attempt makes the bill paid; otherwise an open one leaves it open.
    pub fn standing(&self) -> Standing {
        if self.to_void || self.undecided_refund().is_some() {
            return Standing::RefundOpen;
        }
        let last = |wanted: &dyn Fn(&Attempt) -> bool| self.attempts.iter().rposition(wanted);
        let last_kept =
            |state| last(&|attempt| attempt.state == state && self.captured_fen(&attempt.order) > 0);
        if let Some(at) = last_kept(ChargeState::Paid) {
            return Standing::Paid(at);
        }
        if let Some(at) = last_kept(ChargeState::DecidedPaid) {
            return Standing::Decided(at);
        }
        if let Some(at) = last(&|attempt| attempt.state == ChargeState::Open) {
            return Standing::Open(at);
        }
        last(&|attempt| attempt.state.is_paid()).map_or(Standing::NotPaid, Standing::Refunded)
    }

    /// Returns whether "paid" may still be reported, for whichever attempt, to a caller who has scanned this
    /// code, or to one who names only the bill. A person's decision that it is paid counts as a report. A
    /// caller who scans another code wants to charge, and would hand over the goods a second time.
    pub fn telling_to(&self, code: Option<&str>) -> Telling {
        if code.is_some_and(|code| !self.paid().any(|(_, attempt)| attempt.code == code)) {
            return Telling::Earlier;
        }
        self.telling()
    }

    /// Returns whether "paid" may still be reported.
    pub fn telling(&self) -> Telling {
        let is_told = self.is_told_by_person() || self.attempts.iter().any(|attempt| attempt.is_told);
        if is_told { Telling::Earlier } else { Telling::First }
    }

    /// Whether a person has decided that it is paid, and told it with that.
    pub fn is_told_by_person(&self) -> bool {
        self.is_decided_paid || self.attempts.iter().any(|attempt| attempt.state == ChargeState::DecidedPaid)
    }

    /// Returns whether a "paid" that is on record as reported, but did not reach its caller, may be delivered
    /// now. Meanwhile the money may have been refunded or be about to be, or a person may have decided and
    /// reported that it is paid.
    pub fn may_be_heard(&self) -> bool {
        matches!(self.standing(), Standing::Paid(_)) && !self.is_told_by_person()
    }

    /// Decides whether it may be charged this amount with this code. `insists`: the caller accepts that the
    /// customer may pay twice.
    pub fn admit_charge(&self, fen: i64, code: &str, insists: bool) -> Charging {
        if let Some(other) = self.attempts.iter().find(|attempt| attempt.fen != fen) {
            return Charging::AmountDiffers(other.fen);
        }
        match self.standing() {
            Standing::RefundOpen => return Charging::RefundOpen,
            Standing::Paid(at) => return Charging::Paid(at),
            Standing::Decided(at) => return Charging::Recorded(at),
            Standing::Refunded(_) => return Charging::AlreadyRefunded,
            Standing::Open(_) | Standing::NotPaid => {}
        }
        for (at, attempt) in self.attempts.iter().enumerate().rev() {
            match attempt.state {
                ChargeState::Open if attempt.code == code => return Charging::Resume(at),
                ChargeState::Open if !insists => return Charging::StillOpen(at),
                _ => {}
            }
        }
        let was_answered = |attempt: &Attempt| attempt.state.is_not_paid() && attempt.code == code;
        match (self.attempts.iter().rposition(was_answered), self.standing()) {
            (None, _) => Charging::New,
            // A declined attempt does not decide a bill that another attempt may have paid.
            (Some(_), Standing::Open(open)) => Charging::StillOpen(open),
            (Some(at), _) => Charging::Recorded(at),
        }
    }
}
