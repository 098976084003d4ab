//! A till: a process that runs the library's own driver on a disk and with clocks of this world.

mod compared;
mod context;
mod run;

pub use run::{CallResult, Outcome, Report, Run, Step, Work};

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use wsy::driver::{
    self, ChargeRequest, Error, Insist, ReconcileTask, RecoverTask, RefundRequest, RowId, SettleTask,
    VoidTask, Which,
};
use wsy::payment::evidence::Evidence;
use wsy::payment::policy::Policy;
use wsy::payment::refund::Known;
use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::request::{Device, Extra, Goods};
use wsy::protocol::sentences::Taught;

use crate::Ms;
use crate::disk::{ChargeRow, ChargeState, Disk};
use crate::faults::FaultInjector;
use compared::Compared;

/// The payment type that tills send.
const PAYTYPE: &str = "o2o_dm_code_alipay_isv_beta";

/// The same in the form in which a charge stores it.
fn sent_as() -> wsy::payment::row::Wallet {
    wsy::payment::row::Wallet { paytype: PAYTYPE.to_owned(), ..Default::default() }
}

/// A number that a task has locked.
pub type Lock = Rc<str>;

/// Why a request is refused at once. Nothing was sent, and nothing will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It is being worked on.
    Busy,
    /// The number was used with another amount.
    AmountDiffers,
    /// The bill is open under another code.
    StillOpen,
    /// The code belongs to another bill.
    CodeUsed,
    /// The bill was refunded in full.
    AlreadyRefunded,
    /// The bill is not paid.
    NotPaid,
    /// The refund number was used for something else.
    RefundDiffers,
    /// Another refund of the order is open, or a void of the bill.
    RefundOpen,
    /// More than is left to refund.
    TooMuch,
    /// The ledger cannot be written.
    NotWritten,
    /// No bill has this number.
    NoBill,
}

/// The result of a request.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It is already decided on record.
    Recorded(Report),
    /// A run has begun.
    Begun(u32),
    /// It is refused.
    Refused(Refusal),
    /// The power failed while it was written.
    Torn,
}

/// A request to charge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeAsk {
    /// The caller's number of the bill.
    pub bill: u16,
    /// The amount.
    pub fen: i32,
    /// The auth code.
    pub code: u64,
    /// Whether a second code may be charged while the bill is open.
    pub insist: bool,
    /// Whether to ask for no receipt.
    pub plain: bool,
    /// Replaces the till's deadline.
    pub deadline: Option<Ms>,
}

/// A request to refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundAsk {
    /// The caller's number of the refund.
    pub number: u16,
    /// The platform's order.
    pub dm_id: String,
    /// The amount.
    pub fen: i32,
    /// Replaces the till's deadline.
    pub deadline: Option<Ms>,
}

/// A moment at a till, with the faults that may be injected.
pub struct Moment<'a> {
    /// The monotonic clock.
    pub now: Ms,
    /// The wall clock.
    pub wall: i64,
    /// The fault injector.
    pub injector: &'a mut FaultInjector,
}

/// How the platform knows a till.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The device as which it is activated.
    pub device: Rc<Device>,
    /// The server that its requests go to.
    pub server: &'static str,
    taught: Taught,
}

/// A process's knowledge of its rows beyond what is on disk.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    opened: Ms,
    noted: BTreeMap<RowId, Ms>,
    /// Evidence about charges that could not be written.
    unwritten: BTreeMap<i64, Evidence>,
    /// The same about refunds.
    unwritten_refunds: BTreeMap<i64, Known>,
    /// Charges that are on record as reported, although nobody received the report.
    unheard: BTreeSet<i64>,
    /// Whether time that passes while nothing is in progress is ignored.
    forgets: bool,
}

impl Memory {
    fn noted(&self, row: RowId, now: Ms) -> Option<Ms> {
        if self.forgets { Some(now) } else { self.noted.get(&row).copied() }
    }

    fn note(&mut self, row: RowId, now: Ms) {
        if !self.forgets {
            self.noted.insert(row, now);
        }
    }
}

/// A till.
#[derive(Clone)]
pub struct Till {
    /// Its number.
    pub id: u8,
    /// Its disk.
    pub disk: Disk,
    /// Its runs in progress.
    pub runs: Vec<Rc<Run>>,
    /// How the platform knows it.
    pub identity: Identity,
    memory: Memory,
    policy: Policy,
    serial: u32,
}

/// How far apart the successive devices of a till are numbered.
const DEVICES: u32 = 1_000;

/// Whether a device is or was a till's.
pub const fn is_device_of(till: u8, device: u32) -> bool {
    device % DEVICES == self::device(till) % DEVICES
}

/// Returns the first device of a till.
pub const fn device(till: u8) -> u32 {
    57_201 + till as u32
}

impl Till {
    /// Creates a till with an empty ledger.
    pub fn new(id: u8, policy: Policy) -> Self {
        let device = Device::new(device(id).to_string(), format!("key-of-{id}"));
        let identity =
            Identity { device: Rc::new(device), server: "http://platform", taught: Taught::default() };
        Self {
            id,
            disk: Disk::default(),
            runs: Vec::new(),
            identity,
            memory: Memory::default(),
            policy,
            serial: 0,
        }
    }

    /// Makes quiet time count only while something is in progress, so that idle time is not part of the
    /// till's state.
    pub fn without_idle_time(mut self) -> Self {
        self.memory.forgets = true;
        self
    }

    /// Activates the till again, as another device.
    pub fn activate(&mut self) {
        let id: u32 = self.identity.device.id.parse().unwrap_or_default();
        let device = Device::new((id + DEVICES).to_string(), &*self.identity.device.key);
        self.identity.device = Rc::new(device);
    }

    /// Starts a new process.
    pub fn start(&mut self) {
        self.runs.clear();
        self.memory.noted.clear();
        self.memory.unwritten.clear();
        self.memory.unwritten_refunds.clear();
        self.memory.unheard.clear();
    }

    /// Returns a run by its number.
    pub fn run(&self, id: u32) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id).map(Rc::as_ref)
    }

    /// Returns a run by its number, to change it.
    pub fn run_mut(&mut self, id: u32) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id).map(Rc::make_mut)
    }

    /// Ends a run without a report: the process is gone, or its call panicked.
    pub fn forget(&mut self, id: u32) {
        self.runs.retain(|run| run.id != id);
    }

    /// Returns the order of a bill of this till if it is paid.
    pub fn paid_order(&self, bill: u16) -> Option<String> {
        let paid = |row: &&ChargeRow| row.bill == bill && row.state == ChargeState::Paid;
        self.disk.ledger.charges.iter().rev().find(paid).map(|row| row.dm_id.clone())
    }

    /// Decides whether a charge may be made; `occasion` identifies the request.
    pub fn charge(&mut self, ask: &ChargeAsk, moment: &mut Moment<'_>, occasion: u64) -> Admission {
        let (Ok(total), Ok(auth_code)) = (Fen::new(ask.fen), AuthCode::parse(&ask.code.to_string())) else {
            return Admission::Refused(Refusal::AmountDiffers);
        };
        let request = ChargeRequest {
            out_trade_no: ask.bill.to_string(),
            auth_code,
            total,
            paytype: wsy::driver::PayTypeChoice::ByCode,
            goods: Goods::None,
            noremind: ask.plain,
            extra: Extra::default(),
            placeholders: Placeholders::default(),
            insist: if ask.insist { Insist::MayChargeTwice } else { Insist::No },
            deadline_ms: ask.deadline,
        };
        let id = self.id;
        self.admit(moment, (ask.bill, occasion), |context| {
            Ok(match driver::admit_charge(context, request, |_| Ok::<_, Error>(sent_as()))? {
                driver::Admission::Recorded(report) => Err(Report::of_charge(id, &report, ask.fen)),
                driver::Admission::Run(task) => Ok(Work::Charge(task)),
            })
        })
    }

    /// Decides whether a refund may be made.
    pub fn refund(&mut self, ask: &RefundAsk, moment: &mut Moment<'_>, occasion: u64) -> Admission {
        let Ok(refund) = Fen::new(ask.fen) else { return Admission::Refused(Refusal::RefundDiffers) };
        let request = RefundRequest {
            out_refund_no: ask.number.to_string(),
            bill: Which { dm_id: Some(ask.dm_id.clone()), ..Which::default() },
            refund,
            paytype: None,
            extra: Extra::default(),
            deadline_ms: ask.deadline,
        };
        let id = self.id;
        self.admit(moment, (ask.number, occasion), |context| {
            Ok(match driver::admit_refund(context, request)? {
                driver::RefundAdmission::Recorded(report) => {
                    Err(Report { fen: ask.fen, ..Report::of_refund(id, &report) })
                }
                driver::RefundAdmission::Run(task) => Ok(Work::Refund(task)),
            })
        })
    }

    /// Starts to settle a bill.
    pub fn settle(
        &mut self,
        bill: u16,
        deadline: Option<Ms>,
        moment: &mut Moment<'_>,
        occasion: u64,
    ) -> Admission {
        self.admit(moment, (bill, occasion), |context| {
            Ok(Ok(Work::Settle(Box::new(SettleTask::begin(context, &bill.to_string(), deadline)?))))
        })
    }

    /// Starts to void a bill.
    pub fn void(
        &mut self,
        bill: u16,
        deadline: Option<Ms>,
        moment: &mut Moment<'_>,
        occasion: u64,
    ) -> Admission {
        self.admit(moment, (bill, occasion), |context| {
            Ok(Ok(Work::Void(Box::new(VoidTask::begin(context, &bill.to_string(), deadline)?))))
        })
    }

    /// Starts to settle everything that is open.
    pub fn recover(&mut self, moment: &mut Moment<'_>, occasion: u64) -> Admission {
        self.admit(moment, (u16::MAX, occasion), |context| {
            Ok(Ok(Work::Recover(Box::new(RecoverTask::begin(context, None)?))))
        })
    }

    /// Starts to ask about everything that is decided.
    pub fn reconcile(&mut self, moment: &mut Moment<'_>, occasion: u64) -> Admission {
        self.admit(moment, (u16::MAX - 1, occasion), |context| {
            Ok(Ok(Work::Reconcile(Box::new(ReconcileTask::begin(context, "")?))))
        })
    }

    fn admit(
        &mut self,
        moment: &mut Moment<'_>,
        occasion: (u16, u64),
        begin: impl FnOnce(&Compared<'_>) -> Result<Result<Work, Report>, Error>,
    ) -> Admission {
        let occasion = crate::hash::of(&(self.id, occasion));
        let context = Compared::new(self, moment, false, occasion);
        let begun = begin(&context);
        if context.context.is_torn() {
            return Admission::Torn;
        }
        match begun {
            Ok(Ok(work)) => {
                self.serial += 1;
                self.runs.push(Rc::new(Run::new(self.serial, work, occasion)));
                Admission::Begun(self.serial)
            }
            Ok(Err(report)) => Admission::Recorded(report),
            Err(error) => Admission::Refused(refusal(&error)),
        }
    }
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::AmountDiffers { .. } => Refusal::AmountDiffers,
        Error::StillOpen { .. } => Refusal::StillOpen,
        Error::AuthCodeUsed { .. } => Refusal::CodeUsed,
        Error::AlreadyRefunded(_) => Refusal::AlreadyRefunded,
        Error::BillNotPaid(_) => Refusal::NotPaid,
        Error::RefundDiffers { .. } => Refusal::RefundDiffers,
        Error::RefundOpen(_) | Error::VoidOpen(_) => Refusal::RefundOpen,
        Error::RefundTooMuch { .. } => Refusal::TooMuch,
        Error::Ledger(_) => Refusal::NotWritten,
        Error::NoBill(_) => Refusal::NoBill,
        _ => Refusal::Busy,
    }
}
