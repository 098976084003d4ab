//! Settling what a crash or a power cut left open.

use std::sync::Arc;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::params::{self, deadline_of, wsy_params};
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, left_of, refund_fields};
use crate::capi::started::{Started, start, wsy_payment};
use crate::till::code::Code;
use crate::till::sentences::Left;
use crate::till::{Error, RecoverRun, Recovered, Till};

/// Settles every open charge and refund, such as after a crash or a power cut.
///
/// It sends queries only, never a charge or a refund, and may be repeated. A charge that a crash interrupted
/// needs a little more than twice quiet_ms, summed over calls and starts. A till that is opening its shop
/// should not wait that long: call wsy_recover_start. This does not finish an interrupted wsy_void, which
/// would send a refund: wsy_unresolved lists that bill, and wsy_void finishes it.
///
/// params: NULL, or a list with deadline_ms: the time for all of them together.
/// reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and
///         wsy_find_refund) of everything that was open, as it is now; settled and open: how many of them are
///         decided and undecided; and the list "unfinished" (see wsy_unresolved), with its count.
///
/// Threads: any. Blocks until all are decided, at most 3 s longer than deadline_ms.
///
/// Returns WSY_OK (also if some are still open: see open), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS,
/// WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Settles what a crash or a power cut left open, after each start.
/// 每次启动后调用：查清上次断电或死机留下的单。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_recover(
    client: *mut wsy_client,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let limit = deadline_of(&params::pairs(params)?)?;
        let found = client.till.recover(limit, &client.till.cancellation_token())?;
        Ok(recovered(&client.till, &found))
    })
}

/// Starts a recovery as wsy_recover does, and returns at once, so that the shop can open.
///
/// Call it after each wsy_open, and keep selling. wsy_payment_text reports the progress; wsy_payment_poll and
/// wsy_payment_wait return the reply of wsy_recover once it has ended. A cancel ends it with what is settled
/// by then.
///
/// While it works on a bill, wsy_micropay, wsy_settle and wsy_void for that bill return WSY_ERR_BUSY, and so
/// does wsy_refund for its order. All other bills are charged and refunded as usual.
///
/// params:  as for wsy_recover.
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started) or an error of wsy_recover.
///
/// # Safety
/// `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts settling what a crash or a power cut left open, after each start; the till keeps selling.
/// 每次启动后调用，不等待：在后台查清上次断电或死机留下的单，期间照常收款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_recover_start(
    client: *mut wsy_client,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, token| {
        let limit = deadline_of(&params::pairs(params)?)?;
        let run = client.till.begin_recovery(limit, token)?;
        Ok(Started::job(Code::Internal, &client.till, run, finish))
    })
}

fn finish(till: &Arc<Till>, run: RecoverRun) -> Result<Draft, Error> {
    Ok(recovered(till, &run.finish()?))
}

fn recovered(till: &Till, found: &Recovered) -> Draft {
    let left = left_of(&found.charges, &found.refunds);
    let open = left.charges + left.refunds;
    let all = found.charges.len() + found.refunds.len();
    let alarms = till.ledger().alarms().map_or(0, |alarms| alarms.len());
    Draft::new(Code::Ok)
        .left(&Left { alarms, unfinished: found.unfinished.len(), ..left })
        .field(names::SETTLED, all - open)
        .field(names::OPEN, open)
        .field(names::UNFINISHED, found.unfinished.len())
        .list(names::LIST_CHARGE, found.charges.iter().map(charge_fields))
        .list(names::LIST_REFUND, found.refunds.iter().map(refund_fields))
        .list(names::LIST_UNFINISHED, found.unfinished.iter().map(charge_fields))
}
