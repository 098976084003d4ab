//! What is not decided.

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::names;
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, is_to_be_undone, left_of, rows_of};
use crate::driver::{self, Store};
use crate::till::sentences::Left;

/// Reads all charges and refunds that are not decided, refunds that need a person, and the charges of bills
/// that wsy_void was called for and has not undone yet; nothing is sent.
///
/// reply: NULL, or receives a reply with the lists "charge" and "refund", the oldest first; open: how many
///        there are. Those in state "open" are what wsy_recover settles; those in "conflict" only a person
///        can; a charge in another state is of a bill that is to be undone, which wsy_void ends. Further the
///        list "unfinished", with the number unfinished: the charges of bills that are paid where nobody is
///        known to have heard that, since wsy_recover or a void found it, the handle was freed, or the
///        program ended just after it was told. See whether the goods were handed over, and call wsy_settle,
///        which returns WSY_PAID if that was never told and WSY_PAID_EARLIER if it was; both end the entry,
///        as wsy_decide does. What is left undecided a person can decide with wsy_decide and
///        wsy_decide_refund.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// All charges and refunds that are not decided; nothing is sent.
/// 所有尚未查清的收款和退款，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_unresolved(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let ledger = client.till.ledger();
        let mut charges = ledger.open_charges()?;
        charges.extend(ledger.to_void()?.into_iter().filter(is_to_be_undone));
        let mut refunds = ledger.open_refunds()?;
        refunds.extend(ledger.conflicts()?);
        let unfinished = driver::unfinished(client.till.as_ref())?;
        Ok(rows_of(&charges, &refunds)
            .left(&Left { unfinished: unfinished.len(), ..left_of(&charges, &refunds) })
            .field(names::UNFINISHED, unfinished.len())
            .list(names::LIST_UNFINISHED, unfinished.iter().map(charge_fields)))
    })
}
