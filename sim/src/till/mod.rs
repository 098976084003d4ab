//! A till: a process that drives the library's machines on a ledger, as the library's own effects do. What it decides
//! before a machine begins is in `charging` and `refunding`, what it settles after a crash in `recovering`.

mod charging;
mod recovering;
mod refunding;
mod run;

pub use charging::ChargeAsk;
pub use refunding::RefundAsk;
pub use run::{Run, Step, Tale, Told, Work};

use std::rc::Rc;

use wsy::payment::policy::Policy;
use wsy::protocol::request::Device;

use crate::disk::Disk;

/// Why a wish is refused at once. Nothing was sent, and nothing will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It is being worked on.
    Busy,
    /// The number has another amount.
    AmountDiffers,
    /// The bill is open under another code.
    StillOpen,
    /// The code belongs to another bill.
    CodeUsed,
    /// The bill was refunded in full.
    AlreadyRefunded,
    /// The bill is not paid.
    NotPaid,
    /// The refund number has another content.
    RefundDiffers,
    /// Another refund of the order is open.
    RefundOpen,
}

/// What became of a wish.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It is on record.
    Recorded(Tale),
    /// A run has begun.
    Begun(u32),
    /// It is refused.
    Refused(Refusal),
}

/// A till.
#[derive(Clone)]
pub struct Till {
    /// Which one.
    pub id: u8,
    /// Its disk.
    pub disk: Disk,
    /// What goes on.
    pub runs: Vec<Rc<Run>>,
    device: Rc<Device>,
    policy: Policy,
    serial: u32,
}

/// The device of a till.
pub const fn device(till: u8) -> u32 {
    57_201 + till as u32
}

impl Till {
    /// A till with an empty ledger.
    pub fn new(id: u8, policy: Policy) -> Self {
        let device = Device { id: device(id).to_string(), key: format!("key-of-{id}") };
        Self { id, disk: Disk::default(), runs: Vec::new(), device: Rc::new(device), policy, serial: 0 }
    }

    /// A run by its number.
    pub fn run(&self, id: u32) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id).map(Rc::as_ref)
    }

    /// The same, to change it.
    pub fn run_mut(&mut self, id: u32) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id).map(Rc::make_mut)
    }

    /// A run ends without a word: the process is gone, or its call panicked.
    pub fn forget(&mut self, id: u32) {
        self.runs.retain(|run| run.id != id);
    }

    fn policy(&self, deadline: Option<u64>) -> Policy {
        Policy { deadline_ms: deadline.unwrap_or(self.policy.deadline_ms), ..self.policy }
    }

    fn enter(&mut self, run: Run) -> u32 {
        let id = run.id;
        self.runs.push(Rc::new(run));
        id
    }

    fn next_id(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }
}
