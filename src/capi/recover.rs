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

/// Settles every charge and refund that is open, such as after a crash or a power cut. It sends questions
/// only, never a charge or a refund, and may be repeated. A charge that was cut short by a crash needs twice
/// quiet_ms and a little more; the time is summed over calls and starts. A till that opens its shop does not
/// wait so long: it calls wsy_recover_start. It does not finish a wsy_void that was cut short, which sends a
/// refund: wsy_unresolved lists that bill, and wsy_void ends it.
///
/// params: NULL, or a list with deadline_ms: the time for all of them together.
/// reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and
///         wsy_find_refund) of all that was open, as it stands now; settled and open: how many of them are
///         decided and are not; and the list "unfinished" (see wsy_unresolved), with its count.
///
/// Threads: any; blocks until all are decided, at the latest 3 s after deadline_ms. Returns WSY_OK (also if
/// some are still open: see open), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_HANDLE.
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

/// Starts what wsy_recover does and returns at once, so that a bill that takes its time to settle does not
/// hold up the shop: call it after each wsy_open, and go on selling. wsy_payment_text shows how far it is,
/// wsy_payment_poll and wsy_payment_wait give the reply of wsy_recover once it has ended. A cancel ends it
/// with what is settled by then.
///
/// While it works on a bill, wsy_micropay, wsy_settle and wsy_void of that very bill return WSY_ERR_BUSY, and
/// so does wsy_refund of that order; all other bills are charged and refunded as ever.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_recover.
///
/// Threads: any. Returns WSY_PENDING (started) or an error of wsy_recover.
///
/// # Safety
/// `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to settle what a crash or a power cut left open, after each start; selling goes on meanwhile.
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
