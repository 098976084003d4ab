//! A 微收银 platform to test tills against.
//!
//! It is written from the protocol document alone and shares no code with any till, so that one mistake
//! cannot hide on both sides. It keeps a book of devices, wallets, bills and refunds, answers the nine
//! terminal calls over HTTP, and on demand breaks requests and responses in every way that a network and a
//! platform can.
//!
//! ```
//! use wsy_sandbox::{Behaviour, Call, Fault, FaultOrder, NewAuthCode, NewDevice, Options, Sandbox};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start(Options::default())?;
//! let control = sandbox.control();
//! let device = control.add_device(NewDevice::default())?;
//! let customer = control.new_auth_code(&NewAuthCode::wechat(Behaviour::AsksPassword { ms: 300 }))?;
//! control.add_fault(FaultOrder::once(Call::Micropay, Fault::ResponseLost));
//! println!("charge {} at {} as {}", customer.auth_code, sandbox.base(), device.device_id);
//! assert!(control.book()?.bills.is_empty());
//! # Ok(())
//! # }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod document;
mod book;
mod call;
mod console;
mod control;
mod demo;
mod dm_id;
mod terminal_api;
mod fault;
mod journal;
mod moment;
mod money;
mod platform;
mod readings;
mod server;
mod settings;
mod shared;
mod trace;
mod wire;

pub use book::{
    ActivationCode, Behaviour, BookError, DmCode, Overrides, RefundedBy, Storage, Wallet, WalletKind,
};
pub use call::Call;
pub use control::{
    BillStateWord, BillView, BookView, Control, ControlError, ControlResult, DeviceChange, DeviceKey,
    DeviceView, IssuedAuthCode, NewAuthCode, NewDevice, RefundView,
};
pub use dm_id::{DmId, DmIdError};
pub use fault::{Fault, FaultOrder, FaultStatus, FaultStatusError, FaultTarget, NamedBill, Says};
pub use journal::{RequestEntry, Requests};
pub use moment::Moment;
pub use money::{AmountError, Fen};
pub use platform::{BillOutcome, Params, PhoneAnswer};
pub use readings::{
    BillLines, EmptyValues, Gs1List, Patterns, QueryPayType, Readings, Refusals, ReprintNumber, SignCase,
    TemplateBreaks,
};
pub use server::{Options, Sandbox, StartError};
pub use settings::{CloseTags, Methods, Settings, Taken};
