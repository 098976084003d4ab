//! The driver of the money rules: it loads rows, asks [`crate::payment`] what may be done, and does the one
//! thing that a machine wants next. It has no rule of its own, and neither clock, file nor socket: it is
//! generic over the [`Context`] that it runs in. A request is handed to whoever drives the task, and its
//! outcome handed back; so the same code runs on a thread of a till, and a million times in a simulator.

mod charge;
mod decision;
mod error;
mod group;
mod reconciliation;
mod recovery;
mod refund;
mod settle;
mod store;
mod telling;
mod void;

use std::sync::Arc;

use crate::payment::bill::Account;
use crate::payment::evidence::Evidence;
use crate::payment::policy::Policy;
use crate::payment::refund::Known;
use crate::payment::row::{ChargeRow, Moment, RefundRow};
use crate::payment::{Delivery, Millis, Stage};
use crate::protocol::answer::{AnswerError, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::{Device, Request};
use crate::protocol::sentences::Taught;

pub use crate::payment::LedgerError;
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

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The ordinary course.
    Info,
    /// Something did not go as it should.
    Warn,
    /// Somebody has to look.
    Error,
}

/// What the driver runs in.
pub trait Context {
    /// The ledger.
    type Store: Store;
    /// A number that is being worked on, until this is dropped: no two tasks work on the same one at once.
    type Lock: Clone;

    /// The ledger.
    fn store(&self) -> &Self::Store;
    /// The monotonic clock.
    fn now(&self) -> Millis;
    /// The wall clock. Nothing is decided by it.
    fn moment(&self) -> Moment;
    /// The platform's own time, as its answers show it and as it writes it; empty while it is not known.
    fn platform_time(&self) -> String;
    /// Takes a number of a kind; [`Error::Busy`] where it is taken.
    fn lock(&self, kind: &str, number: &str) -> Result<Self::Lock, Error>;
    /// When what is known of a row was last written down, or last asked for; `None` if not in this process.
    fn noted(&self, row: RowId) -> Option<Millis>;
    /// What is known of a row is of this moment.
    fn note(&self, row: RowId);
    /// What was heard of a charge in this process and could not be written down.
    fn unwritten(&self, charge: i64) -> Option<Evidence>;
    /// Keeps that, or nothing where all is written down.
    fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>);
    /// What was heard of a refund in this process and could not be written down.
    fn unwritten_refund(&self, refund: i64) -> Option<Known>;
    /// Keeps that, or nothing where all is written down.
    fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>);
    /// Charges that are on record as told, and that nobody has heard of: that could not be written down.
    fn untold(&self) -> Vec<i64>;
    /// Keeps whether a charge is one of them.
    fn keep_untold(&self, charge: i64, is_untold: bool);
    /// When the ledger was opened.
    fn opened(&self) -> Millis;
    /// The device that this till is activated as, if it is.
    fn device(&self) -> Option<Device>;
    /// Where money goes.
    fn server(&self) -> String;
    /// Whether a row's server can still be asked.
    fn reaches(&self, server: &str) -> bool;
    /// The times and counts, with another deadline where the caller names one.
    fn policy(&self, deadline_ms: Option<Millis>) -> Policy;
    /// An auth code as it may be written down.
    fn seal(&self, code: &AuthCode) -> std::io::Result<String>;
    /// An auth code that was written down.
    fn unseal(&self, sealed: &str) -> std::io::Result<String>;
    /// Sentences of the platform that the integrator knows.
    fn taught(&self) -> &Taught;
    /// The platform refused a request, with this sentence.
    fn refused(&self, info: &str);
    /// Writes a line to the log.
    fn log(&self, level: Level, line: impl FnOnce() -> String);
}

/// A request to be made.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What is asked.
    pub request: Request,
    /// How it may be sent.
    pub kind: Kind,
    /// How long the caller still waits, in ms.
    pub left: Millis,
}

/// How a request may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It moves money and is delivered at most once, at this server: the one that its intent names, though
    /// the till may have moved since. Whoever asks later asks there.
    Money(String),
    /// It asks, and may be sent again; at this server and no other, or
    /// wherever the till asks now where it is empty.
    Question(String),
}

/// What a task wants of whoever drives it.
#[derive(Clone, Debug)]
pub enum Step<T> {
    /// To go on at once: it has done one thing.
    Go,
    /// This to be sent. [`Task::hear`] comes next.
    Send(Box<Exchange>),
    /// Nothing before this moment of the monotonic clock, unless it is cancelled.
    Wait(Millis),
    /// Nothing more. The end.
    Ended(T),
}

impl<T> Step<T> {
    /// The same, with what an end leads to.
    fn and_then<U>(self, ended: impl FnOnce(T) -> Step<U>) -> Step<U> {
        match self {
            Self::Go => Step::Go,
            Self::Send(exchange) => Step::Send(exchange),
            Self::Wait(until) => Step::Wait(until),
            Self::Ended(end) => ended(end),
        }
    }
}

/// What a cashier can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A payment or refund goes on.
    Payment {
        /// How far it is.
        stage: Stage,
        /// The moment, on the monotonic clock, at which the call ends at the latest.
        deadline: Millis,
        /// The last thing that the platform said about it and that decided nothing, cut to a screen's line.
        said: Option<Arc<str>>,
    },
    /// A number of rows is gone through.
    Rows {
        /// What for.
        purpose: Purpose,
        /// How many of them are done.
        done: usize,
        /// Of how many.
        all: usize,
        /// The moment, on the monotonic clock, at which the call ends at the
        /// latest; `None` where it has no limit of its own.
        deadline: Option<Millis>,
    },
}

/// What rows are gone through for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What an earlier run left open is settled.
    Recovering,
    /// A day is compared with the platform.
    Reconciling,
}

/// Something that goes on: a machine with its row, or several of them.
pub trait Task<C: Context> {
    /// What it comes to.
    type End;

    /// Does one thing.
    fn step(&mut self, context: &C) -> Step<Self::End>;
    /// Takes what became of the request that it wanted to be sent.
    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>);
    /// The caller stops waiting.
    fn cancel(&mut self);
    /// How far it is.
    fn progress(&self, now: Millis) -> Progress;
}

/// How many characters of the platform's sentence a cashier is shown.
const SHOWN: usize = 40;

/// Keeps what an answer says that decides nothing, for [`Progress`]. What decides is not kept: most payments
/// end at once. The context hears of a refusal, which may be about more than this payment.
fn keep_said<C: Context>(
    context: &C,
    said: &mut Option<Arc<str>>,
    delivery: &Delivery<Result<PayAnswer, AnswerError>>,
) {
    if let Delivery::Answer(Ok(PayAnswer::Refused(info))) = delivery {
        context.refused(info);
    }
    let info = match delivery {
        Delivery::Answer(Ok(PayAnswer::Paying(order) | PayAnswer::Failed(order))) => order.info.trim(),
        Delivery::Answer(Ok(PayAnswer::Refused(info))) => info.trim(),
        _ => "",
    };
    if !info.is_empty() {
        *said = Some(shown(info).into());
    }
}

/// A sentence on one line, and not too long for a screen.
fn shown(sentence: &str) -> String {
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    let mut shown: String = sentence.chars().take(SHOWN).map(plain).collect();
    if sentence.chars().nth(SHOWN).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// A bill by the caller's number, with all that belongs to it.
pub fn account<C: Context>(context: &C, out_trade_no: &str) -> Result<Account, Error> {
    let store = context.store();
    let rows = store
        .charges(out_trade_no)?
        .into_iter()
        .map(|row| telling::as_told(context, row))
        .collect::<Vec<_>>();
    let (late, is_decided_paid) = if rows.is_empty() {
        (Vec::new(), false)
    } else {
        (store.paid_there(out_trade_no)?, store.is_decided_paid(out_trade_no)?)
    };
    Ok(Account::of(rows, &late, is_decided_paid, |dm_id| store.refunds_of_order(dm_id))?)
}

/// What is known of a charge, with the time that has passed since it was written down, and what could not be.
fn brought_up<C: Context>(context: &C, row: &ChargeRow) -> Evidence {
    let kept = row.evidence.clone();
    let mut evidence = match context.unwritten(row.id) {
        Some(heard) => kept.with(&heard),
        None => kept,
    };
    evidence.quiet = evidence.quiet.saturating_add(since(context, RowId::Charge(row.id)));
    evidence
}

/// The same of a refund.
fn brought_up_refund<C: Context>(context: &C, row: &RefundRow) -> Known {
    let kept = row.known.clone();
    let mut known = match context.unwritten_refund(row.id) {
        Some(heard) => kept.with(&heard),
        None => kept,
    };
    known.quiet = known.quiet.saturating_add(since(context, RowId::Refund(row.id)));
    known
}

/// For how long nothing was noted of a row while the ledger was open.
fn since<C: Context>(context: &C, row: RowId) -> Millis {
    context.now().saturating_sub(context.noted(row).unwrap_or_else(|| context.opened()))
}

/// Whether the device and the server that a row was sent by and to can be asked now. A row of schema version
/// 1 does not say where it was sent, so that whoever knows nothing of it may be the wrong one to ask.
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
