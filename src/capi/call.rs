//! A call on a client, from its handle to its reply.

use std::ptr;
use std::sync::Arc;

use crate::capi::client::{CLIENTS, Client, wsy_client};
use crate::capi::draft::Draft;
use crate::capi::failure::Failure;
use crate::capi::guard::{guard, guard_money};
use crate::capi::handle::Handle;
use crate::capi::pointers::{CText, Out};
use crate::capi::presence::Presence;
use crate::capi::reply::wsy_reply;
use crate::till::Inside;
use crate::till::code::Code;

/// Runs a call that moves no money and hands over its reply.
pub fn answer(
    client: *const wsy_client,
    reply: &Out<*mut wsy_reply>,
    call: impl FnOnce(&Call) -> Result<Draft, Failure>,
) -> i32 {
    guard(|| run(client, reply, false, call))
}

/// The same for a call that may have sent something that moves money.
pub fn response_money(
    client: *const wsy_client,
    reply: &Out<*mut wsy_reply>,
    call: impl FnOnce(&Call) -> Result<Draft, Failure>,
) -> i32 {
    guard_money(|| run(client, reply, false, call))
}

/// The same for a call that may also report a bill as paid. Until its caller has the reply, no other call
/// records that every verdict was received.
pub fn answer_telling(
    client: *const wsy_client,
    reply: &Out<*mut wsy_reply>,
    call: impl FnOnce(&Call) -> Result<Draft, Failure>,
) -> i32 {
    guard_money(|| run(client, reply, true, call))
}

fn run(
    client: *const wsy_client,
    reply: &Out<*mut wsy_reply>,
    reports_paid: bool,
    call: impl FnOnce(&Call) -> Result<Draft, Failure>,
) -> Result<Code, Failure> {
    reply.write(ptr::null_mut());
    // Declared first, so dropped last.
    let _telling;
    let client = Call::on(client)?;
    _telling = reports_paid.then(|| client.till.ledger().telling().begin());
    let outcome = call(&client);
    client.till.end_call();
    client.give(outcome, reply)
}

/// A call in progress on a client; `wsy_close` waits for it.
pub struct Call {
    _inside: Inside,
    client: Arc<Client>,
    /// Declared last, so that who has left refers to nothing any more.
    entry: Entry,
}

/// The place of a call among those in progress.
struct Entry {
    calls: Arc<Presence>,
    number: Option<u64>,
}

impl std::ops::Deref for Call {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.calls.leave(number);
        }
    }
}

impl Call {
    /// Finds a client and keeps it open until the call ends.
    pub fn on(client: impl Into<Handle<wsy_client>>) -> Result<Self, Code> {
        let client = CLIENTS.get(client)?;
        // A caller that calls again has received the result of its last call.
        client.till.hear();
        let number = client.calls.enter();
        Ok(Self::of(client, number))
    }

    /// The same call, for another thread, which has to say that it [is there](Self::is_here).
    pub fn again(&self) -> Self {
        let client = self.client.clone();
        let number = client.calls.expect();
        Self::of(client, number)
    }

    fn of(client: Arc<Client>, number: Option<u64>) -> Self {
        let entry = Entry { number, calls: client.calls.clone() };
        Self { _inside: client.till.begin_call(), client, entry }
    }

    /// Notes that the call is now on the calling thread.
    pub fn is_here(&self) {
        if let Some(number) = self.entry.number {
            self.client.calls.move_here(number);
        }
    }

    /// Hands the outcome of a call to the caller. A failure that is only a code leaves no reply, and neither
    /// does a child that was forked in the middle of the call.
    pub fn give(
        &self,
        outcome: Result<Draft, Failure>,
        reply: &Out<*mut wsy_reply>,
    ) -> Result<Code, Failure> {
        if !self.till.is_home() {
            return Err(Code::Forked.into());
        }
        let draft = match outcome {
            Ok(draft) => draft,
            Err(Failure::Till(error)) => Draft::from(&error),
            Err(failure) => return Err(failure),
        };
        Ok(draft.give(self.charset, reply))
    }

    /// A text argument that may be NULL.
    pub fn optional(&self, text: CText<'_>) -> Result<Option<String>, Code> {
        text.optional(self.charset)
    }

    /// A text argument that may not be NULL.
    pub fn required(&self, text: CText<'_>) -> Result<String, Code> {
        text.required(self.charset)
    }

    /// A text argument that may be neither NULL nor empty.
    pub fn filled(&self, text: CText<'_>) -> Result<String, Code> {
        self.required(text)
            .and_then(|text| if text.trim().is_empty() { Err(Code::Argument) } else { Ok(text) })
    }
}
