//! The driver of the money rules: it loads rows, asks [`crate::payment`] what may be done, and carries out
//! the one action that a state machine wants next. It has no rules of its own and no clock, file or socket:
//! it is generic over the [`Context`] that it runs in. It hands each request to its caller and gets the
//! outcome back, so the same code runs on a thread of a till and a million times in a simulator.

mod charge;
mod decision;
mod error;
mod group;
mod reconciliation;
mod recovery;
mod refund;
mod reporting;
mod settle;
mod store;
mod void;

use std::sync::Arc;

use crate::payment::bill::Account;
use crate::payment::evidence::Evidence;
use crate::payment::policy::Policy;
use crate::payment::refund::Known;
use crate::payment::row::{ChargeRow, Moment, RefundRow};
use crate::payment::{Delivery, Millis, Stage};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::{Device, Request};
use crate::protocol::response::{PayResponse, ResponseError};
use crate::protocol::sentences::Taught;

pub use charge::{
    Admission, ChargeReport, ChargeRequest, ChargeTask, ChargeVerdict, Insist, PayTypeChoice, admit_charge,
};
pub use decision::{decide_charge, decide_refund};
pub use error::{Error, NoBill};
pub use group::Group;
pub use reconciliation::{ReconcileTask, Reconciled};
pub use recovery::{RecoverTask, Recovered, Settling, may_be_heard, not_heard, unfinished};
pub use refund::{
    Asking, Found, RefundAdmission, RefundReport, RefundRequest, RefundTask, RefundVerdict, Which,
    admit_refund, find, server_of_order,
};
pub use settle::{Attempts, SettleTask};
pub use store::Store;
pub use void::{VoidReport, VoidTask, wish_void};

/// A row of either table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowId {
    /// A charge.
    Charge(i64),
    /// A refund.
    Refund(i64),
}

/// The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The ordinary course of events.
    Info,
    /// Something did not go as it should.
    Warn,
    /// Somebody has to look.
    Error,
}

/// The environment that the driver runs in.
pub trait Context {
    /// The ledger.
    type Store: Store;
    /// Locks a number until this is dropped: no two tasks work on the same number at once.
    type Lock: Clone;

    /// The ledger.
    fn store(&self) -> &Self::Store;
    /// The monotonic clock.
    fn now(&self) -> Millis;
    /// The wall clock. No decision depends on it.
    fn moment(&self) -> Moment;
    /// The platform's own time, taken from its responses and in its format; empty while unknown.
    fn platform_time(&self) -> String;
    /// Locks a number of this kind; [`Error::Busy`] where it is already locked.
    fn lock(&self, kind: &str, number: &str) -> Result<Self::Lock, Error>;
    /// When the knowledge about a row was last recorded or queried; `None` if not in this process.
    fn noted(&self, row: RowId) -> Option<Millis>;
    /// Notes that the knowledge about a row is current.
    fn note(&self, row: RowId);
    /// Evidence about a charge that this process could not record.
    fn unwritten(&self, charge: i64) -> Option<Evidence>;
    /// Keeps that evidence, or clears it where everything is recorded.
    fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>);
    /// Knowledge about a refund that this process could not record.
    fn unwritten_refund(&self, refund: i64) -> Option<Known>;
    /// Keeps that knowledge, or clears it where everything is recorded.
    fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>);
    /// Charges recorded as reported that no caller received, where that could not be recorded.
    fn untold(&self) -> Vec<i64>;
    /// Notes whether a charge is one of [`Context::untold`].
    fn keep_untold(&self, charge: i64, is_untold: bool);
    /// When the ledger was opened.
    fn opened(&self) -> Millis;
    /// The device as which this till is activated, if it is.
    fn device(&self) -> Option<Device>;
    /// Why there is none.
    fn no_device(&self) -> Error {
        Error::NotActivated
    }
    /// The device that a row was sent as, if its key is still here: as an earlier device only queries are
    /// made.
    fn device_of_row(&self, device_id: &str) -> Option<Device> {
        self.device().filter(|device| device.id == device_id)
    }
    /// The server that requests that move money go to.
    fn server(&self) -> String;
    /// Whether a row's server can still be queried.
    fn reaches(&self, server: &str) -> bool;
    /// The time limits and counts, with another deadline where the caller gives one.
    fn policy(&self, deadline_ms: Option<Millis>) -> Policy;
    /// Seals an auth code for storage.
    fn seal(&self, code: &AuthCode) -> std::io::Result<String>;
    /// Returns what recognises an auth code forever, and does not reveal it to a reader of the ledger.
    fn print(&self, code: &AuthCode) -> String;
    /// Unseals a stored auth code.
    fn unseal(&self, sealed: &str) -> std::io::Result<String>;
    /// The platform's messages that the integrator has classified.
    fn taught(&self) -> &Taught;
    /// Notes that the platform refused a request with this message.
    fn refused(&self, info: &str);
    /// Writes a line to the log.
    fn log(&self, level: Level, line: impl FnOnce() -> String);
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request.
    pub request: Request,
    /// How it may be sent.
    pub kind: Kind,
    /// How long the caller still waits, in ms.
    pub left: Millis,
}

/// How a request may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It moves money and is delivered at most once, to this server: the one that its intent names, even if
    /// the till has moved since. Later queries about it go to the same server.
    Money(String),
    /// It only queries, and may be sent again; to this server and no other, or to the till's current server
    /// where it is empty.
    Question(String),
}

/// The next step that a task wants from its driver.
#[derive(Clone, Debug)]
pub enum Step<T> {
    /// Continue at once: the task has completed one step.
    Go,
    /// Send this. [`Task::hear`] comes next.
    Send(Box<Exchange>),
    /// Do nothing before this moment of the monotonic clock, unless the task is cancelled.
    Wait(Millis),
    /// The task has ended, with this result.
    Ended(T),
}

impl<T> Step<T> {
    /// Maps the end of a task to another step.
    fn and_then<U>(self, ended: impl FnOnce(T) -> Step<U>) -> Step<U> {
        match self {
            Self::Go => Step::Go,
            Self::Send(exchange) => Step::Send(exchange),
            Self::Wait(until) => Step::Wait(until),
            Self::Ended(end) => ended(end),
        }
    }
}

/// Progress, as it can be shown to a cashier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A payment or refund is in progress.
    Payment {
        /// The stage that it has reached.
        stage: Stage,
        /// The moment, on the monotonic clock, by which the call ends.
        deadline: Millis,
        /// The platform's last message about it that decided nothing, cut to one line of a screen.
        said: Option<Arc<str>>,
    },
    /// A number of rows is being processed.
    Rows {
        /// The purpose.
        purpose: Purpose,
        /// How many rows are done.
        done: usize,
        /// How many rows there are.
        all: usize,
        /// The moment, on the monotonic clock, by which the call ends; `None` where it has no limit.
        deadline: Option<Millis>,
    },
}

/// Why rows are being processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Settling what an earlier run left open.
    Recovering,
    /// Comparing a day with the platform.
    Reconciling,
}

/// A running operation: a state machine with its row, or several of them.
pub trait Task<C: Context> {
    /// The result of the task.
    type End;

    /// Performs one step.
    fn step(&mut self, context: &C) -> Step<Self::End>;
    /// Receives the outcome of the request that the task wanted sent.
    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>);
    /// Cancels: the caller no longer waits.
    fn cancel(&mut self);
    /// The progress of the task.
    fn progress(&self, now: Millis) -> Progress;
}

/// How many characters of the platform's message a cashier is shown.
const SHOWN: usize = 40;

/// Keeps a response's message that decides nothing, for [`Progress`]. One that decides is not kept: most
/// payments end at once. The context is notified of a refusal, which may concern more than this payment.
fn keep_said<C: Context>(
    context: &C,
    said: &mut Option<Arc<str>>,
    delivery: &Delivery<Result<PayResponse, ResponseError>>,
) {
    if let Delivery::Response(Ok(PayResponse::Refused(info))) = delivery {
        context.refused(info);
    }
    let info = match delivery {
        Delivery::Response(Ok(PayResponse::Paying(order) | PayResponse::Failed(order))) => order.info.trim(),
        Delivery::Response(Ok(PayResponse::Refused(info))) => info.trim(),
        _ => "",
    };
    if !info.is_empty() {
        *said = Some(shown(info).into());
    }
}

/// Puts a message on one line, short enough for a screen.
fn shown(sentence: &str) -> String {
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    let mut shown: String = sentence.chars().take(SHOWN).map(plain).collect();
    if sentence.chars().nth(SHOWN).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Loads a bill by the caller's number, with everything that belongs to it.
pub fn account<C: Context>(context: &C, out_trade_no: &str) -> Result<Account, Error> {
    let store = context.store();
    let rows = store
        .charges(out_trade_no)?
        .into_iter()
        .map(|row| reporting::as_reported(context, row))
        .collect::<Vec<_>>();
    let (late, is_decided_paid) = if rows.is_empty() {
        (Vec::new(), false)
    } else {
        (store.paid_there(out_trade_no)?, store.is_decided_paid(out_trade_no)?)
    };
    Ok(Account::of(rows, &late, is_decided_paid, |dm_id| store.refunds_of_order(dm_id))?)
}

/// The evidence about a charge, including what could not be recorded and the time since it was recorded.
fn brought_up<C: Context>(context: &C, row: &ChargeRow) -> Evidence {
    let kept = row.evidence.clone();
    let mut evidence = match context.unwritten(row.id) {
        Some(heard) => kept.with(&heard),
        None => kept,
    };
    evidence.quiet = evidence.quiet.saturating_add(since(context, RowId::Charge(row.id)));
    evidence
}

/// The same for a refund.
fn brought_up_refund<C: Context>(context: &C, row: &RefundRow) -> Known {
    let kept = row.known.clone();
    let mut known = match context.unwritten_refund(row.id) {
        Some(heard) => kept.with(&heard),
        None => kept,
    };
    known.quiet = known.quiet.saturating_add(since(context, RowId::Refund(row.id)));
    known
}

/// How long the ledger has been open without a note about a row.
fn since<C: Context>(context: &C, row: RowId) -> Millis {
    context.now().saturating_sub(context.noted(row).unwrap_or_else(|| context.opened()))
}

/// The device that queries about a row are made as: the one that sent it, or else the till's own.
fn device_to_ask_as<C: Context>(context: &C, device_id: &str) -> Result<Device, Error> {
    context.device_of_row(device_id).or_else(|| context.device()).ok_or_else(|| context.no_device())
}

/// Whether a row's device and server can be queried now. A row of schema version 1 does not say where it was
/// sent, so "unknown" may come from the wrong server.
fn is_witness<C: Context>(context: &C, device: &Device, row_device: &str, row_server: &str) -> bool {
    !row_server.is_empty() && context.reaches(row_server) && row_device == device.id
}

/// Merchant numbers: 1 to 64 visible ASCII characters, which survive every charset, log and file.
pub fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_sentence_is_shown_on_one_line_of_forty_characters() {
        assert_eq!(shown("用户支付中\r\n请稍候"), "用户支付中  请稍候");
        let forty = "支".repeat(40);
        assert_eq!(shown(&forty), forty);
        assert_eq!(shown(&"支".repeat(41)), "支".repeat(39) + "…");
    }
}
