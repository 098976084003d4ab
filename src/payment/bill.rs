//! A bill: what all of its attempts and refunds come to. Every call about a bill asks this and nothing else.

use crate::payment::row::{ChargeRow, RefundRow};

/// Where a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeState {
    /// Sent, or about to be, and not decided.
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

    /// The word for it, in the ledger and in replies.
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

    /// From the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the money was taken, as the platform says or a person decided.
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::DecidedPaid)
    }

    /// Whether it was reported as not paid, by the library or by a person.
    pub const fn is_not_paid(self) -> bool {
        matches!(self, Self::NotPaid | Self::DecidedNotPaid)
    }
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundState {
    /// Sent, or about to be, and not decided.
    Open,
    /// Made.
    Refunded,
    /// Not made.
    NotRefunded,
    /// Nothing was sent.
    NotSent,
    /// The bill cannot tell; a person has to look.
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

    /// The word for it, in the ledger and in replies.
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

    /// From the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the money went back, as the bill shows or a person decided.
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Refunded | Self::DecidedRefunded)
    }

    /// Whether nobody knows yet if the money went back.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Conflict)
    }
}

/// How the refund numbers begin that the library makes, most of them for voids; callers' numbers may not.
pub const VOID: &str = "void-";

/// How the numbers of refunds begin that reconciling has found and this till has not made.
pub const ELSEWHERE: &str = "void-elsewhere-";

/// Whether a refund number is that of a void, which refunds whatever is left of an order.
pub fn is_void(out_refund_no: &str) -> bool {
    out_refund_no.starts_with(VOID) && !out_refund_no.starts_with(ELSEWHERE)
}

/// An attempt to charge the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where it stands.
    pub state: ChargeState,
    /// The amount, in fen.
    pub fen: i64,
    /// The platform's order of a paid one.
    pub order: String,
    /// The auth code's fingerprint.
    pub code: String,
    /// It was reported as paid to somebody who could hand over the goods.
    pub is_told: bool,
}

/// A refund of one of the bill's orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The number.
    pub number: String,
    /// Where it stands.
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

/// A bill with all that was ever done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The attempts, the first one first.
    pub attempts: Vec<Attempt>,
    /// The refunds of its orders, the first one first.
    pub refunds: Vec<Refunded>,
    /// It is to be undone.
    pub to_void: bool,
    /// A person has decided of one of the attempts that it is paid, also of one that the platform had said the same of.
    pub is_decided_paid: bool,
}

/// An order by which a charge that was reported as not paid turned out to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePayment {
    /// The charge, by its row's number; nothing where an earlier version found it, which did not keep that.
    pub charge: Option<i64>,
    /// The platform's order.
    pub dm_id: String,
    /// Its amount, in fen.
    pub fen: i64,
}

/// A bill with the rows that it was folded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The attempts, the first one first; one that turned out to be paid after all counts as paid.
    pub rows: Vec<ChargeRow>,
    /// What they come to.
    pub bill: Bill,
}

impl Account {
    /// Folds a bill. `late`: what turned out to be paid after it was reported as not paid; `is_decided_paid`: whether a person has
    /// decided of any attempt that it is paid. `refunds_of` gives the refunds of an order.
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

    /// Wall time at which it was first told as paid, if it was.
    pub fn first_told_ms(&self) -> Option<i64> {
        self.rows.iter().filter_map(ChargeRow::told_at).min()
    }

    /// Which refund or void of it is not decided.
    pub fn undecided(&self) -> Undecided<'_> {
        match self.bill.undecided_refund() {
            Some(refund) => Undecided::Refund(&refund.number),
            None => Undecided::Void,
        }
    }
}

/// What keeps a bill from being reported as paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided<'a> {
    /// The refund with this number.
    Refund(&'a str),
    /// The wish to undo it.
    Void,
}

/// A later look at the platform has found an order of an attempt that was reported as not paid: by our own record it is paid,
/// whatever the amount of an order that it was charged by. Where the attempt was not kept, it is the one that had the order, or
/// else one of its amount. Gives the attempt, where one turned out to be paid by this.
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

/// How a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A refund or a void of it is not decided: nobody knows whether it is paid.
    RefundOpen,
    /// This attempt is paid, and not all of it went back.
    Paid(usize),
    /// A person decided that this attempt was paid, and not all of it went back.
    Decided(usize),
    /// It may be paid by this attempt.
    Open(usize),
    /// It was paid by this attempt, and all of the money went back.
    Refunded(usize),
    /// It is not paid.
    NotPaid,
}

/// Whether "paid" may still be told: to hand over the goods is right once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Telling {
    /// Nobody was told yet.
    First,
    /// It was told, or it is another code that is asked about.
    Earlier,
}

/// What a wish to charge comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charging {
    /// A new attempt may be made.
    New,
    /// This attempt is the one; it is settled.
    Resume(usize),
    /// This attempt is the answer.
    Recorded(usize),
    /// This attempt is paid.
    Paid(usize),
    /// The number was used with this amount.
    AmountDiffers(i64),
    /// This attempt is not decided.
    StillOpen(usize),
    /// A refund or a void is not decided.
    RefundOpen,
    /// It was paid, and all of the money went back.
    AlreadyRefunded,
}

impl Bill {
    /// What is still captured of an order, in fen, as far as this ledger knows. A void refunds whatever was left.
    pub fn captured_fen(&self, order: &str) -> i64 {
        let is_of_order = |attempt: &&Attempt| attempt.state.is_paid() && attempt.order == order;
        let paid: i64 = self.attempts.iter().filter(is_of_order).map(|attempt| attempt.fen).sum();
        let made = || self.refunds.iter().filter(|r| r.order == order && r.state.is_made());
        if made().any(Refunded::is_void) {
            return 0;
        }
        (paid - made().map(|refund| refund.fen).sum::<i64>()).max(0)
    }

    /// The attempts that are paid.
    pub fn paid(&self) -> impl Iterator<Item = (usize, &Attempt)> {
        self.attempts.iter().enumerate().filter(|(_, attempt)| attempt.state == ChargeState::Paid)
    }

    /// How many attempts were paid, also those that a person decided as paid.
    pub fn paid_attempts(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.state.is_paid()).count()
    }

    /// A refund that is not decided.
    pub fn undecided_refund(&self) -> Option<&Refunded> {
        self.refunds.iter().find(|refund| refund.state.is_undecided())
    }

    /// Whether nothing of it is captured or open, so that there is nothing to undo any more.
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

    /// How it stands. One paid attempt makes the bill paid; without one, an open one leaves it open.
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

    /// Whether "paid" may still be told of it, by whichever attempt, to a caller who has scanned this code, or to one who names
    /// the bill alone. A person who decides that it is paid has told it. Whoever scans another code wants to charge, and would
    /// hand over the goods once more.
    pub fn telling_to(&self, code: Option<&str>) -> Telling {
        if code.is_some_and(|code| !self.paid().any(|(_, attempt)| attempt.code == code)) {
            return Telling::Earlier;
        }
        self.telling()
    }

    /// Whether "paid" may still be told of it.
    pub fn telling(&self) -> Telling {
        let is_told = self.is_told_by_person() || self.attempts.iter().any(|attempt| attempt.is_told);
        if is_told { Telling::Earlier } else { Telling::First }
    }

    /// Whether a person has decided that it is paid, and told it with that.
    pub fn is_told_by_person(&self) -> bool {
        self.is_decided_paid || self.attempts.iter().any(|attempt| attempt.state == ChargeState::DecidedPaid)
    }

    /// Whether "paid" that is on record as told, and that its caller has not heard, may be heard now. The money may have gone back
    /// meanwhile, or be about to, or a person may have decided that it is paid, and told it.
    pub fn may_be_heard(&self) -> bool {
        matches!(self.standing(), Standing::Paid(_)) && !self.is_told_by_person()
    }

    /// Whether it may be charged so much by this code. `insists`: the caller accepts that the customer may pay twice.
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
