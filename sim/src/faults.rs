//! The faults that can be injected, the points they can hit, and the decision whether one fires.

use std::collections::BTreeSet;

use crate::hash::mix;
use crate::rng::{Rng, draw};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns its name in words.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// A point at which a fault can hit a run: what the run is about to do, or what is in flight for it.
    FailPoint {
        /// The intent is about to be written.
        ChargeIntent = "charge: writing the intent",
        /// The charge is about to be sent, or in flight.
        ChargeSend = "charge: sending",
        /// No byte was sent; waiting to connect again.
        ChargeRetry = "charge: waiting to connect again",
        /// Asking by auth code.
        ChargeAskCode = "charge: asking by auth code",
        /// Asking by order.
        ChargeAskOrder = "charge: asking by order",
        /// Waiting to ask.
        ChargePause = "charge: waiting to ask",
        /// Writing the order's number.
        ChargeKnown = "charge: writing the order's number",
        /// Writing that the charge is paid.
        ChargePaid = "charge: writing paid",
        /// Writing that the charge is not paid.
        ChargeNotPaid = "charge: writing not paid",
        /// Writing that nothing was sent.
        ChargeNotSent = "charge: writing not sent",
        /// Writing that a person is needed.
        ChargePerson = "charge: writing that a person is needed",
        /// About to report.
        ChargeTell = "charge: reporting",
        /// The same in a run that settles what an earlier one left open.
        SettleAskCode = "settling: asking by auth code",
        /// Asking by order.
        SettleAskOrder = "settling: asking by order",
        /// Waiting to ask.
        SettlePause = "settling: waiting to ask",
        /// Writing the order's number.
        SettleKnown = "settling: writing the order's number",
        /// Writing that the charge is paid.
        SettlePaid = "settling: writing paid",
        /// Writing that the charge is not paid.
        SettleNotPaid = "settling: writing not paid",
        /// Writing that a person is needed.
        SettlePerson = "settling: writing that a person is needed",
        /// About to report.
        SettleTell = "settling: reporting",
        /// Reading the bill before a refund.
        RefundReadBefore = "refund: reading the bill before",
        /// Waiting to read the bill again.
        RefundPauseBefore = "refund: waiting to read the bill before",
        /// Writing the intent.
        RefundIntent = "refund: writing the intent",
        /// The refund is about to be sent, or in flight.
        RefundSend = "refund: sending",
        /// No byte was sent; waiting to connect again.
        RefundRetry = "refund: waiting to connect again",
        /// Reading the bill after.
        RefundReadAfter = "refund: reading the bill after",
        /// Waiting to read the bill again.
        RefundPause = "refund: waiting to read the bill after",
        /// Writing that the refund was made.
        RefundDone = "refund: writing refunded",
        /// Writing that the refund was not made.
        RefundNotDone = "refund: writing not refunded",
        /// Writing the evidence so far.
        RefundKnown = "refund: writing what is known",
        /// Writing that nothing was sent.
        RefundNotSent = "refund: writing not sent",
        /// Writing that the bill is ambiguous.
        RefundConflict = "refund: writing a conflict",
        /// About to report.
        RefundTell = "refund: reporting",
        /// The same in a run that settles what an earlier one left open.
        ResumeReadAfter = "settling a refund: reading the bill",
        /// Waiting to read the bill again.
        ResumePause = "settling a refund: waiting to read the bill",
        /// Writing that the refund was made.
        ResumeDone = "settling a refund: writing refunded",
        /// Writing that the refund was not made.
        ResumeNotDone = "settling a refund: writing not refunded",
        /// Writing the evidence so far.
        ResumeKnown = "settling a refund: writing what is known",
        /// Writing that the bill is ambiguous.
        ResumeConflict = "settling a refund: writing a conflict",
        /// About to report.
        ResumeTell = "settling a refund: reporting",
        /// Writing that a bill is to be voided.
        VoidIntent = "void: writing the intent",
        /// Moving on from one order to the next.
        VoidNext = "void: next order",
        /// Writing that a bill which turned out to be paid is reported as paid.
        ChargeTold = "charge: writing that it is reported",
        /// Writing a person's decision.
        Decision = "decision: writing it",
        /// Writing that a bill no longer has to be voided.
        VoidDone = "void: writing that it is done",
        /// Asking about decided charges and refunds.
        Reconcile = "reconciling",
        /// Writing an alarm.
        Alarm = "reconciling: writing an alarm",
    }
}

impl FailPoint {
    /// Whether a request is sent here.
    pub const fn sends(self) -> bool {
        self.moves_money() || self.asks() || self.reads()
    }

    /// Whether a request that moves money is sent here.
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::ChargeSend | Self::RefundSend)
    }

    /// Whether the run asks here what became of a charge.
    pub const fn asks(self) -> bool {
        self.asks_order() || matches!(self, Self::ChargeAskCode | Self::SettleAskCode)
    }

    const fn asks_order(self) -> bool {
        matches!(self, Self::ChargeAskOrder | Self::SettleAskOrder)
    }

    /// Whether a bill is read here.
    pub const fn reads(self) -> bool {
        matches!(self, Self::RefundReadBefore | Self::RefundReadAfter | Self::ResumeReadAfter)
    }

    /// Whether the ledger is written here.
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
                | Self::VoidIntent
                | Self::VoidDone
                | Self::ChargeTold
                | Self::Decision
                | Self::Alarm
        )
    }

    /// Whether a run stays here for a while, so that something else can happen meanwhile.
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

    /// Whether it concerns a refund.
    pub const fn refunds(self) -> bool {
        self as u8 >= Self::RefundReadBefore as u8
    }
}

words! {
    /// A fault that can be injected.
    Fault {
        /// The name is not resolved; no byte is sent.
        NameFails = "name lookup fails",
        /// The connection is refused.
        Refused = "connection refused",
        /// The connection attempt gets no response.
        BlackHole = "black hole",
        /// TLS fails.
        TlsFails = "TLS fails",
        /// The connection is reset within the request.
        CutInRequest = "reset within the request",
        /// The request is lost on the way to the platform.
        RequestLost = "request lost",
        /// The request is delayed and delivered later.
        RequestLate = "request delivered late",
        /// The request is delivered twice.
        Twice = "request delivered twice",
        /// The platform has acted, and its response is lost.
        ResponseLost = "response lost",
        /// The response arrives after the deadline of the exchange.
        ResponseLate = "response late",
        /// The response trickles in, and is complete just in time.
        Trickle = "response trickles",
        /// The response is cut off, and the connection is closed as if it were complete.
        Truncated = "response cut off",
        /// The response is larger than any real one.
        TooLarge = "response too large",
        /// A captive portal's login page with status 200.
        LoginPage = "login page",
        /// 502 to 504 before the platform acted.
        GatewayBefore = "5xx before acting",
        /// 502 to 504 after the platform acted.
        GatewayAfter = "5xx after acting",
        /// The response to somebody else's request.
        OthersResponse = "somebody else's response",
        /// One endpoint is down for a while.
        Outage = "endpoint down",
        /// The response is a moment old.
        Stale = "stale response",
        /// The order exists, and the platform denies it; never three times.
        Blind = "not found, though it exists",
        /// The response has another amount than was asked for.
        WrongAmount = "another amount in the response",
        /// The response has another order than was asked about.
        WrongOrder = "another order in the response",
        /// The sign is rejected.
        SignError = "sign rejected",
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
        /// Nothing is done or answered because of maintenance.
        Maintenance = "maintenance",
        /// The back office refunds a part.
        BackOffice = "refund in the back office",
        /// The process is killed.
        Kill = "killed",
        /// The power fails.
        PowerCut = "power cut",
        /// A panic ends the run; the process lives.
        Panic = "panic",
        /// The process is stopped for a long time.
        Stopped = "stopped for two hours",
        /// The till is closed.
        Closed = "closed",
        /// Another process opens the ledger.
        SecondProcess = "second process",
        /// A write fails.
        WriteFails = "write fails",
        /// A sync fails; the write may be on disk anyway.
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
        /// The same number again while the first call is in progress.
        AgainAtOnce = "same number twice at once",
        /// The same number with another amount.
        OtherAmount = "same number, other amount",
        /// The same code for another bill.
        CodeAgain = "same code, other bill",
        /// The same code at another till.
        CodeElsewhere = "same code, other till",
        /// A second code for a bill that is open.
        SecondCode = "second code for an open bill",
        /// The platform executes the request, now or within a minute, and reports a failure in words that
        /// prove nothing.
        Doubtful = "done anyway",
        /// A query fails, in any words, and may name an order.
        QuestionFails = "query fails",
        /// A failure response names the order of another bill.
        NamesOther = "a failure names another order",
        /// `ok` and `OK` in the response differ.
        Contradicts = "ok and OK contradict",
        /// The response is about an order that another bill of this ledger has.
        OthersOrder = "the order of another bill",
        /// From now on the platform denies what it once confirmed.
        Forgets = "confirmed, then denied",
        /// A refund is being processed, and is made later or never.
        Pends = "refund in processing",
        /// A refund is declined for good.
        RefundDeclined = "refund declined",
        /// A refund becomes two lines of the bill.
        Split = "refund split over two lines",
        /// For up to a day the bill does not show an accepted refund.
        LongLag = "bill lags for a day",
        /// The bill shows more than was charged.
        LargerBill = "bill too large",
        /// A leftover response on a kept-alive connection.
        Leftover = "leftover response",
        /// The back office refunds the same amount that a till refunds.
        Lookalike = "same amount in the back office",
        /// Delivered after every quiet time. Breaks the premises.
        TooLate = "delivered too late",
        /// A final decline that is paid. Breaks the premises.
        Lies = "declined for good, and paid",
    }
}

impl Fault {
    /// Whether it can hit a run at this point.
    pub const fn hits(self, point: FailPoint) -> bool {
        match self {
            Self::NameFails
            | Self::Refused
            | Self::BlackHole
            | Self::TlsFails
            | Self::CutInRequest
            | Self::RequestLost
            | Self::ResponseLost
            | Self::ResponseLate
            | Self::Trickle
            | Self::Truncated
            | Self::TooLarge
            | Self::LoginPage
            | Self::GatewayBefore
            | Self::GatewayAfter
            | Self::OthersResponse
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

    /// How many times more rarely it fires than its rate says, so that faults which end a run do not end
    /// every run. Instants are hit more often than long waits, which have far more occasions.
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
pub struct Coverage(Vec<u64>);

impl Default for Coverage {
    fn default() -> Self {
        Self(vec![0; Fault::ALL.len() * FailPoint::ALL.len()])
    }
}

impl Coverage {
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

    /// Adds the counts of another run.
    pub fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, other)| *mine += other);
    }

    /// Returns the faults never seen at a point where they can hit.
    pub fn never(&self) -> Vec<(Fault, FailPoint)> {
        pairs().filter(|(fault, point)| self.0.get(Self::at(*fault, *point)) == Some(&0)).collect()
    }

    /// Returns how many combinations of fault and point there are.
    pub fn all() -> usize {
        pairs().count()
    }
}

fn pairs() -> impl Iterator<Item = (Fault, FailPoint)> {
    let points = |fault: &Fault| FailPoint::ALL.iter().map(|point| (*fault, *point)).collect::<Vec<_>>();
    Fault::ALL.iter().flat_map(points).filter(|(fault, point)| fault.hits(*point))
}

/// The occasion at which a fault fired, as the shrinker identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fired {
    /// Which fault.
    pub fault: Fault,
    /// The occasion.
    pub occasion: u64,
}

/// How often each fault fires, out of 1024 occasions. Most are zero: a fault is enabled in a quarter of the
/// seeds.
#[derive(Clone, Debug)]
pub struct Rates(Vec<u64>);

impl Rates {
    /// The rates of a seed. An enabled fault fires a quarter of the time on average.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(mix(seed ^ 0xfa));
        // One seed in eight has no faults.
        let quiet = rng.chance(12);
        let rate = |_: &Fault| {
            let on = rng.chance(25);
            let rate = rng.pick(&[32, 128, 256, 608]).unwrap_or_default();
            if on && !quiet { rate } else { 0 }
        };
        Self(Fault::ALL.iter().map(rate).collect())
    }

    /// The same rates, but these faults never fire.
    pub fn without(&self, never: &BTreeSet<Fault>) -> Self {
        let mut rates = self.clone();
        for fault in never {
            if let Some(rate) = rates.0.get_mut(*fault as usize) {
                *rate = 0;
            }
        }
        rates
    }

    /// The rates with which no fault fires.
    pub fn calm() -> Self {
        Self(vec![0; Fault::ALL.len()])
    }

    /// Returns how often a fault fires, out of 1024 occasions.
    pub fn get(&self, fault: Fault) -> u64 {
        self.0.get(fault as usize).copied().unwrap_or_default()
    }
}

/// The fault injector: decides for every occasion whether a fault fires there, and counts.
#[derive(Clone, Debug)]
pub struct FaultInjector {
    seed: u64,
    rates: Rates,
    muted: BTreeSet<Fired>,
    healed: bool,
    /// The faults that fired.
    pub fired: Vec<Fired>,
    /// Which faults were seen at which points.
    pub coverage: Coverage,
}

impl FaultInjector {
    /// The injector of a seed, without the muted occasions.
    pub fn new(seed: u64, rates: Rates, muted: BTreeSet<Fired>) -> Self {
        Self { seed, rates, muted, healed: false, fired: Vec::new(), coverage: Coverage::default() }
    }

    /// An injector that injects nothing.
    pub fn calm() -> Self {
        Self::new(0, Rates::calm(), BTreeSet::new())
    }

    /// Stops injecting faults.
    pub fn heal(&mut self) {
        self.healed = true;
    }

    /// Whether everything has healed.
    pub const fn is_healed(&self) -> bool {
        self.healed
    }

    /// Decides whether a fault fires on an occasion at a point.
    pub fn fires(&mut self, fault: Fault, point: FailPoint, occasion: u64) -> bool {
        let rate = self.rates.get(fault);
        if rate == 0 || self.healed || !fault.hits(point) {
            return false;
        }
        let occasion = mix(occasion ^ (fault as u64).wrapping_mul(0x5851_f42d_4c95_7f2d));
        if draw(self.seed, occasion, 1024 * fault.rarity(point)) >= rate {
            return false;
        }
        let fired = Fired { fault, occasion };
        if self.muted.contains(&fired) {
            return false;
        }
        self.fired.push(fired);
        self.coverage.hit(fault, point);
        true
    }

    /// Draws a number below `n` for an occasion.
    pub const fn draw(&self, occasion: u64, n: u64) -> u64 {
        draw(self.seed, occasion, n)
    }
}
