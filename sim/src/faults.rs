//! What can go wrong, where it can hit, and whether it does now.

use std::collections::BTreeSet;

use crate::hash::mix;
use crate::rng::{Rng, throw};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// In words.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// Where a run of the library stands: what it is about to do, or what is on its way for it.
    FailPoint {
        /// The intent is about to be written.
        ChargeIntent = "charge: writing the intent",
        /// The charge is about to be sent, or on its way.
        ChargeSend = "charge: sending",
        /// No byte was sent; waiting to try again.
        ChargeRetry = "charge: waiting to connect again",
        /// Asking by auth code.
        ChargeAskCode = "charge: asking by auth code",
        /// Asking by order.
        ChargeAskOrder = "charge: asking by order",
        /// Waiting to ask.
        ChargePause = "charge: waiting to ask",
        /// Writing the order's number.
        ChargeKnown = "charge: writing the order's number",
        /// Writing that it is paid.
        ChargePaid = "charge: writing paid",
        /// Writing that it is not paid.
        ChargeNotPaid = "charge: writing not paid",
        /// Writing that nothing was sent.
        ChargeNotSent = "charge: writing not sent",
        /// Writing that a person is needed.
        ChargePerson = "charge: writing that a person is needed",
        /// About to tell.
        ChargeTell = "charge: telling",
        /// The same in a run that settles what an earlier one left.
        SettleAskCode = "settling: asking by auth code",
        /// Asking by order.
        SettleAskOrder = "settling: asking by order",
        /// Waiting to ask.
        SettlePause = "settling: waiting to ask",
        /// Writing the order's number.
        SettleKnown = "settling: writing the order's number",
        /// Writing that it is paid.
        SettlePaid = "settling: writing paid",
        /// Writing that it is not paid.
        SettleNotPaid = "settling: writing not paid",
        /// Writing that a person is needed.
        SettlePerson = "settling: writing that a person is needed",
        /// About to tell.
        SettleTell = "settling: telling",
        /// Reading the bill before a refund.
        RefundReadBefore = "refund: reading the bill before",
        /// Waiting to read it again.
        RefundPauseBefore = "refund: waiting to read the bill before",
        /// Writing the intent.
        RefundIntent = "refund: writing the intent",
        /// The refund is about to be sent, or on its way.
        RefundSend = "refund: sending",
        /// No byte was sent; waiting to try again.
        RefundRetry = "refund: waiting to connect again",
        /// Reading the bill after.
        RefundReadAfter = "refund: reading the bill after",
        /// Waiting to read it again.
        RefundPause = "refund: waiting to read the bill after",
        /// Writing that it was made.
        RefundDone = "refund: writing refunded",
        /// Writing that it was not.
        RefundNotDone = "refund: writing not refunded",
        /// Writing what is known.
        RefundKnown = "refund: writing what is known",
        /// Writing that nothing was sent.
        RefundNotSent = "refund: writing not sent",
        /// Writing that the bill cannot tell.
        RefundConflict = "refund: writing a conflict",
        /// About to tell.
        RefundTell = "refund: telling",
        /// The same in a run that settles what an earlier one left.
        ResumeReadAfter = "settling a refund: reading the bill",
        /// Waiting to read it again.
        ResumePause = "settling a refund: waiting to read the bill",
        /// Writing that it was made.
        ResumeDone = "settling a refund: writing refunded",
        /// Writing that it was not.
        ResumeNotDone = "settling a refund: writing not refunded",
        /// Writing what is known.
        ResumeKnown = "settling a refund: writing what is known",
        /// Writing that the bill cannot tell.
        ResumeConflict = "settling a refund: writing a conflict",
        /// About to tell.
        ResumeTell = "settling a refund: telling",
        /// Writing that a bill is to be undone.
        VoidWish = "void: writing the wish",
        /// Going on from one order to the next.
        VoidNext = "void: going on",
        /// Writing that a bill which was found to be paid is reported as paid.
        ChargeTold = "charge: writing that it is told",
        /// Writing what a person decided.
        Decision = "decision: writing it",
        /// Writing that a bill need not be undone any more.
        VoidUnwish = "void: writing that it is done",
        /// Asking about what is decided.
        Reconcile = "reconciling",
        /// Writing an alarm.
        Alarm = "reconciling: writing an alarm",
    }
}

impl FailPoint {
    /// A request is sent here.
    pub const fn sends(self) -> bool {
        self.moves_money() || self.asks() || self.reads()
    }

    /// A request that moves money is sent here.
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::ChargeSend | Self::RefundSend)
    }

    /// What became of a charge is asked here.
    pub const fn asks(self) -> bool {
        self.asks_order() || matches!(self, Self::ChargeAskCode | Self::SettleAskCode)
    }

    const fn asks_order(self) -> bool {
        matches!(self, Self::ChargeAskOrder | Self::SettleAskOrder)
    }

    /// A bill is read here.
    pub const fn reads(self) -> bool {
        matches!(self, Self::RefundReadBefore | Self::RefundReadAfter | Self::ResumeReadAfter)
    }

    /// The ledger is written here.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::ChargeIntent
                | Self::ChargeKnown
                | Self::ChargePaid
                | Self::ChargeNotPaid
                | Self::ChargeNotSent
                | Self::ChargePerson
                | Self::SettleKnown
                | Self::SettlePaid
                | Self::SettleNotPaid
                | Self::SettlePerson
                | Self::RefundIntent
                | Self::RefundKnown
                | Self::ResumeKnown
                | Self::RefundDone
                | Self::RefundNotDone
                | Self::RefundNotSent
                | Self::RefundConflict
                | Self::ResumeDone
                | Self::ResumeNotDone
                | Self::ResumeConflict
                | Self::VoidWish
                | Self::VoidUnwish
                | Self::ChargeTold
                | Self::Decision
                | Self::Alarm
        )
    }

    /// A run stands here for a while, so that somebody else can do something meanwhile.
    pub const fn lasts(self) -> bool {
        self.sends()
            || matches!(
                self,
                Self::ChargeRetry
                    | Self::ChargePause
                    | Self::SettlePause
                    | Self::RefundPauseBefore
                    | Self::RefundRetry
                    | Self::RefundPause
                    | Self::ResumePause
            )
    }

    /// It is about a refund.
    pub const fn refunds(self) -> bool {
        self as u8 >= Self::RefundReadBefore as u8
    }
}

words! {
    /// What can go wrong.
    Fault {
        /// The name is not found; no byte is sent.
        NameFails = "name lookup fails",
        /// The connection is refused.
        Refused = "connection refused",
        /// The connection is never answered.
        BlackHole = "black hole",
        /// TLS fails.
        TlsFails = "TLS fails",
        /// The connection is cut within the request.
        CutInRequest = "reset within the request",
        /// The request is lost before the platform.
        RequestLost = "request lost",
        /// The request is held back, and delivered later.
        RequestLate = "request delivered late",
        /// The request is delivered twice.
        Twice = "request delivered twice",
        /// The platform has acted, and the answer is lost.
        AnswerLost = "answer lost",
        /// The answer comes after the deadline of the exchange.
        AnswerLate = "answer late",
        /// The answer trickles, and comes just in time.
        Trickle = "answer trickles",
        /// The answer is cut off, and the connection closed as if it were whole.
        Truncated = "answer cut off",
        /// The answer is larger than any.
        TooLarge = "answer too large",
        /// A hotel's login page with status 200.
        LoginPage = "login page",
        /// 502 to 504 before the platform acted.
        GatewayBefore = "5xx before acting",
        /// 502 to 504 after the platform acted.
        GatewayAfter = "5xx after acting",
        /// The answer to somebody else's request.
        OthersAnswer = "somebody else's answer",
        /// One endpoint is down for a while.
        Outage = "endpoint down",
        /// The answer is of a moment ago.
        Stale = "stale answer",
        /// The order is there, and the platform says that it is not; never three times.
        Blind = "not found, though it is there",
        /// Another amount than was asked.
        WrongAmount = "another amount in the answer",
        /// Another order than was asked about.
        WrongOrder = "another order in the answer",
        /// The sign is refused.
        SignError = "sign refused",
        /// The device is deleted for a while.
        DeviceDeleted = "device deleted",
        /// The till is activated again, as another device.
        Activated = "activated again",
        /// The till is opened at another address.
        Moved = "another address",
        /// Not XML.
        Malformed = "malformed XML",
        /// GBK under a UTF-8 label.
        GbkLabel = "GBK under a UTF-8 label",
        /// Nothing is done or told for maintenance.
        Maintenance = "maintenance",
        /// The back office refunds a part.
        BackOffice = "refund in the back office",
        /// The process is killed.
        Kill = "killed",
        /// The power fails.
        PowerCut = "power cut",
        /// A panic ends the run; the process lives.
        Panic = "panic",
        /// The process is stopped for long.
        Stopped = "stopped for two hours",
        /// The till is closed.
        Closed = "closed",
        /// Another process opens the ledger.
        SecondProcess = "second process",
        /// A write fails.
        WriteFails = "write fails",
        /// A sync fails; the write may be on disk all the same.
        SyncFails = "sync fails",
        /// A sync lies.
        SyncLies = "sync lies",
        /// Power fails between write and sync.
        TornWrite = "power cut within a write",
        /// The disk is full for a while.
        DiskFull = "disk full",
        /// The ledger is locked by another program for a moment.
        DiskLocked = "ledger locked",
        /// A write takes seconds.
        DiskSlow = "disk slow",
        /// The wall clock steps.
        WallStep = "wall clock steps",
        /// The monotonic clock runs fast or slow.
        Drift = "clock drifts",
        /// The machine sleeps, and the monotonic clock with it.
        Suspended = "machine asleep",
        /// The caller cancels.
        Cancel = "cancelled",
        /// The same number again, while the first call goes on.
        AgainAtOnce = "same number twice at once",
        /// The same number with another amount.
        OtherAmount = "same number, other amount",
        /// The same code for another bill.
        CodeAgain = "same code, other bill",
        /// The same code at another till.
        CodeElsewhere = "same code, other till",
        /// A second code for a bill that is open.
        SecondCode = "second code for an open bill",
        /// The platform does it, now or in a minute, and says that it failed, in words that prove nothing.
        Doubtful = "done all the same",
        /// A question fails, in whatever words, and may name an order.
        QuestionFails = "question fails",
        /// A failure names the order of another bill.
        NamesOther = "a failure names another order",
        /// The answer says `ok` and `OK`, and they differ.
        Contradicts = "ok and OK contradict",
        /// The answer is about an order that another bill of this ledger has.
        OthersOrder = "the order of another bill",
        /// What the platform once spoke for it denies from now on.
        Forgets = "spoken for, then denied",
        /// A refund is in processing, and made later or never.
        Pends = "refund in processing",
        /// A refund is declined for good.
        RefundDeclined = "refund declined",
        /// A refund becomes two lines.
        Split = "refund split over two lines",
        /// The bill does not show for up to a day what was accepted.
        LongLag = "bill lags for a day",
        /// A bill reads as larger than what was charged.
        LargerBill = "bill too large",
        /// A leftover answer on a kept connection.
        Leftover = "leftover answer",
        /// The back office refunds the very amount that a till refunds.
        Lookalike = "same amount in the back office",
        /// Delivered later than every quiet time. Breaks the premises.
        TooLate = "delivered too late",
        /// A final decline that is paid. Breaks the premises.
        Lies = "declined for good, and paid",
    }
}

impl Fault {
    /// Whether it can hit a run that stands there.
    pub const fn hits(self, point: FailPoint) -> bool {
        match self {
            Self::NameFails
            | Self::Refused
            | Self::BlackHole
            | Self::TlsFails
            | Self::CutInRequest
            | Self::RequestLost
            | Self::AnswerLost
            | Self::AnswerLate
            | Self::Trickle
            | Self::Truncated
            | Self::TooLarge
            | Self::LoginPage
            | Self::GatewayBefore
            | Self::GatewayAfter
            | Self::OthersAnswer
            | Self::Outage
            | Self::SignError
            | Self::DeviceDeleted
            | Self::Malformed
            | Self::GbkLabel
            | Self::Contradicts
            | Self::Maintenance => point.sends(),
            Self::RequestLate | Self::Twice | Self::Doubtful | Self::TooLate => point.moves_money(),
            Self::Stale | Self::Leftover => point.asks() || point.reads(),
            Self::Blind | Self::QuestionFails | Self::Forgets => point.asks(),
            Self::NamesOther | Self::OthersOrder => point.asks() || matches!(point, FailPoint::ChargeSend),
            Self::Pends | Self::RefundDeclined | Self::Split => matches!(point, FailPoint::RefundSend),
            Self::LongLag => matches!(point, FailPoint::RefundReadAfter | FailPoint::ResumeReadAfter),
            Self::LargerBill => point.reads(),
            Self::Lookalike => point.refunds(),
            Self::Lies => matches!(point, FailPoint::ChargeSend),
            Self::WrongAmount => point.asks() || point.moves_money(),
            Self::WrongOrder => point.asks_order() || point.reads(),
            Self::BackOffice => point.refunds(),
            Self::WriteFails
            | Self::SyncFails
            | Self::SyncLies
            | Self::TornWrite
            | Self::DiskFull
            | Self::DiskLocked
            | Self::DiskSlow => point.writes(),
            Self::Kill
            | Self::PowerCut
            | Self::Panic
            | Self::Stopped
            | Self::Closed
            | Self::SecondProcess
            | Self::Activated
            | Self::Moved
            | Self::WallStep
            | Self::Drift
            | Self::Suspended
            | Self::Cancel => true,
            Self::AgainAtOnce
            | Self::OtherAmount
            | Self::CodeAgain
            | Self::CodeElsewhere
            | Self::SecondCode => point.lasts() && !point.refunds(),
        }
    }

    /// Whether it breaks the premises of the rules.
    pub const fn breaks(self) -> bool {
        matches!(self, Self::TooLate | Self::Lies)
    }

    /// How much rarer it fires than its rate says: what ends a run may not end every run. Instants are hit more often than
    /// what lasts, of which there is much more.
    const fn rarity(self, point: FailPoint) -> u64 {
        let often = match self {
            Self::Kill | Self::PowerCut | Self::Panic | Self::Cancel => 16,
            Self::Suspended | Self::Stopped | Self::Closed | Self::WallStep => 128,
            Self::SecondProcess | Self::BackOffice | Self::Lookalike => 8,
            Self::Forgets | Self::LongLag => 4,
            _ => 1,
        };
        if point.lasts() || often == 1 { often } else { often / 8 }
    }
}

/// How often each fault was seen at each point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks(Vec<u64>);

impl Default for Marks {
    fn default() -> Self {
        Self(vec![0; Fault::ALL.len() * FailPoint::ALL.len()])
    }
}

impl Marks {
    const fn at(fault: Fault, point: FailPoint) -> usize {
        fault as usize * FailPoint::ALL.len() + point as usize
    }

    /// Counts one.
    pub fn hit(&mut self, fault: Fault, point: FailPoint) {
        if fault.hits(point)
            && let Some(count) = self.0.get_mut(Self::at(fault, point))
        {
            *count += 1;
        }
    }

    /// Takes the counts of others in.
    pub fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, other)| *mine += other);
    }

    /// The faults that were never seen where they can hit.
    pub fn never(&self) -> Vec<(Fault, FailPoint)> {
        pairs().filter(|(fault, point)| self.0.get(Self::at(*fault, *point)) == Some(&0)).collect()
    }

    /// How many marks there are.
    pub fn all() -> usize {
        pairs().count()
    }
}

fn pairs() -> impl Iterator<Item = (Fault, FailPoint)> {
    let points = |fault: &Fault| FailPoint::ALL.iter().map(|point| (*fault, *point)).collect::<Vec<_>>();
    Fault::ALL.iter().flat_map(points).filter(|(fault, point)| fault.hits(*point))
}

/// An occasion at which a fault fired, as the shrinker knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fired {
    /// Which fault.
    pub fault: Fault,
    /// The occasion.
    pub occasion: u64,
}

/// How often each fault fires, of 1024 occasions. Zero for the most: a fault is a section, on in a quarter of the seeds.
#[derive(Clone, Debug)]
pub struct Rates(Vec<u64>);

impl Rates {
    /// The rates of a seed. Where a section is on, it fires a quarter of the time on average.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(mix(seed ^ 0xfa));
        // One seed in eight is a quiet day.
        let quiet = rng.chance(12);
        let rate = |_: &Fault| {
            let on = rng.chance(25);
            let rate = rng.pick(&[32, 128, 256, 608]).unwrap_or_default();
            if on && !quiet { rate } else { 0 }
        };
        Self(Fault::ALL.iter().map(rate).collect())
    }

    /// The same, but that these never fire.
    pub fn without(&self, never: &BTreeSet<Fault>) -> Self {
        let mut rates = self.clone();
        for fault in never {
            if let Some(rate) = rates.0.get_mut(*fault as usize) {
                *rate = 0;
            }
        }
        rates
    }

    /// None at all.
    pub fn calm() -> Self {
        Self(vec![0; Fault::ALL.len()])
    }

    /// How often a fault fires, of 1024 occasions.
    pub fn get(&self, fault: Fault) -> u64 {
        self.0.get(fault as usize).copied().unwrap_or_default()
    }
}

/// Decides, for every occasion, whether a fault fires there; and keeps count.
#[derive(Clone, Debug)]
pub struct FaultInjector {
    seed: u64,
    rates: Rates,
    muted: BTreeSet<Fired>,
    healed: bool,
    /// What has fired.
    pub fired: Vec<Fired>,
    /// What was seen where.
    pub marks: Marks,
}

impl FaultInjector {
    /// The injector of a seed, without the occasions that are muted.
    pub fn new(seed: u64, rates: Rates, muted: BTreeSet<Fired>) -> Self {
        Self { seed, rates, muted, healed: false, fired: Vec::new(), marks: Marks::default() }
    }

    /// In which nothing goes wrong.
    pub fn calm() -> Self {
        Self::new(0, Rates::calm(), BTreeSet::new())
    }

    /// From now on nothing goes wrong any more.
    pub fn heal(&mut self) {
        self.healed = true;
    }

    /// Whether everything has healed.
    pub const fn is_healed(&self) -> bool {
        self.healed
    }

    /// Whether a fault fires on an occasion, at a point.
    pub fn fires(&mut self, fault: Fault, point: FailPoint, occasion: u64) -> bool {
        let rate = self.rates.get(fault);
        if rate == 0 || self.healed || !fault.hits(point) {
            return false;
        }
        let occasion = mix(occasion ^ (fault as u64).wrapping_mul(0x5851_f42d_4c95_7f2d));
        if throw(self.seed, occasion, 1024 * fault.rarity(point)) >= rate {
            return false;
        }
        let fired = Fired { fault, occasion };
        if self.muted.contains(&fired) {
            return false;
        }
        self.fired.push(fired);
        self.marks.hit(fault, point);
        true
    }

    /// A throw for an occasion: below `n`.
    pub const fn throw(&self, occasion: u64, n: u64) -> u64 {
        throw(self.seed, occasion, n)
    }
}
