//! The platform's clock.

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::till::code::Code;

/// Reads the platform's clock (section 3).
///
/// A till whose clock is wrong prints wrong receipts; no verdict depends on it.
///
/// reply: NULL, or receives a reply with time (14 digits, Beijing) and ahead_s (how many seconds this machine
///        is ahead of the platform; negative if it is behind).
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms.
///
/// Returns WSY_OK, WSY_ERR_NOT_ACTIVATED, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE,
/// WSY_ERR_BAD_RESPONSE or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads the platform's clock.
/// 平台时间。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_time(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let time = client.till.platform_time()?;
        Ok(Draft::new(Code::Ok).field(names::TIME, time.time).field(names::AHEAD_S, time.ahead_s))
    })
}
