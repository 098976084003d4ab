//! The charges and refunds that are undecided.

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::names;
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, is_to_be_voided, left_of, rows_of};
use crate::driver::{self, Store};
use crate::till::sentences::Left;

/// Lists the charges and refunds that are undecided or need a person. Sends nothing.
///
/// reply: NULL, or receives a reply with these lists, oldest first:
///   "charge", "refund"
///                the charges and refunds that are undecided, the refunds that need a person, and the charges
///                of bills that wsy_void was called for and has not voided yet; open: how many there are in
///                both lists. wsy_recover settles those in state "open". Only a person can resolve those in
///                state "conflict". A charge in another state is of a bill that is to be voided: wsy_void
///                finishes it
///   "unfinished" the charges of paid bills whose verdict may not have reached anybody: wsy_recover or a void
///                found it, the handle was freed, or the program ended just after it was reported;
///                unfinished: how many. Check whether the goods were handed over, and call wsy_settle, which
///                returns WSY_PAID if that was never reported and WSY_PAID_EARLIER if it was. Either removes
///                the entry, and so does wsy_decide
/// What the library leaves undecided, a person can decide with wsy_decide and wsy_decide_refund.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Lists all charges and refunds that are undecided; sends nothing.
/// 所有尚未查清的收款和退款，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_unresolved(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let ledger = client.till.ledger();
        let mut charges = ledger.open_charges()?;
        charges.extend(ledger.to_void()?.into_iter().filter(is_to_be_voided));
        let mut refunds = ledger.open_refunds()?;
        refunds.extend(ledger.conflicts()?);
        let unfinished = driver::unfinished(client.till.as_ref())?;
        Ok(rows_of(&charges, &refunds)
            .left(&Left { unfinished: unfinished.len(), ..left_of(&charges, &refunds) })
            .field(names::UNFINISHED, unfinished.len())
            .list(names::LIST_UNFINISHED, unfinished.iter().map(charge_fields)))
    })
}
