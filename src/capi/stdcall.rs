//! The stdcall face: the calls of the C ABI once more for VB6, PowerBuilder, 易语言 and Visual FoxPro, which know only
//! Longs and texts.
//!
//! What a call does, sends and returns is said at the function of the C ABI that it is named after. The differences:
//! - Every handle is a Long. 0 is none, and what a handle is written to when there is none to give.
//! - An empty text stands for none where a text may be left out; most of these languages cannot pass NULL.
//! - There is no log callback; the lines are in `wsy.log`.
//!
//! The declarations for these languages are generated from this file, so every function is one plain signature. On
//! systems without stdcall it is compiled, to keep it right, and not exported.

#![allow(non_snake_case)]

use std::ffi::c_char;
use std::ptr::{null, null_mut, without_provenance_mut};

use crate::capi::amount::*;
use crate::capi::call::*;
use crate::capi::client::*;
use crate::capi::ledger::*;
use crate::capi::money::*;
use crate::capi::params::*;
use crate::capi::payment::*;
use crate::capi::print::*;
use crate::capi::receipt::*;
use crate::capi::reconcile::*;
use crate::capi::reply::*;
use crate::capi::text::give_number;

/// The handle that a Long stands for.
fn of<H>(long: i32) -> *mut H {
    without_provenance_mut(usize::try_from(long).unwrap_or(0))
}

/// The text, or NULL for an empty one.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string.
unsafe fn unless_empty(text: *const c_char) -> *const c_char {
    // SAFETY: not null where it is read, and a string has at least its terminator.
    if text.is_null() || unsafe { text.read() } == 0 { null() } else { text }
}

/// Makes a call that gives a handle, and gives it as a Long.
///
/// # Safety
/// `to` is NULL or points to an `int32_t`.
unsafe fn give<H>(to: *mut i32, call: impl FnOnce(*mut *mut H) -> i32) -> i32 {
    if to.is_null() {
        return call(null_mut());
    }
    let mut handle = null_mut::<H>();
    let code = call(&mut handle);
    // Handles are made to fit into a Long.
    // SAFETY: the contract is the same.
    unsafe { give_number(i32::try_from(handle.addr()).unwrap_or(0), to) };
    code
}

/// Opens a till on its data folder; first of all.
/// 打开收银台的数据文件夹，最先调用。
///
/// # Safety
/// `folder` is NULL or a NUL-terminated string; `client` and `reply` are NULL or point to Longs.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyOpen(
    folder: *const c_char,
    code_page: i32,
    options: i32,
    client: *mut i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(client, |client| give(reply, |reply| wsy_open(folder, code_page, of(options), client, reply)))
    }
}

/// Closes a till, before the program ends.
/// 关闭收银台，程序退出前调用。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyClose(client: i32) -> i32 {
    wsy_close(of(client))
}

/// Activates the till with a code from the back office, once in its life.
/// 用后台的激活码激活，一台收银机只做一次。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyActivate(
    client: i32,
    initkey: *const c_char,
    hostid: *const c_char,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_activate(of(client), initkey, unless_empty(hostid), reply)) }
}

/// Takes a device id and key that came from the back office by hand.
/// 填入后台给的设备号和密钥，代替激活。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsySetDevice(
    client: i32,
    device_id: *const c_char,
    key: *const c_char,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_set_device(of(client), device_id, key, reply)) }
}

/// The pay config; with refresh 1 read from the platform now.
/// 支付配置；refresh 为 1 时重新向平台读取。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyConfig(client: i32, refresh: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_config(of(client), refresh, reply)) }
}

/// The platform's clock.
/// 平台时间。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyTime(client: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_time(of(client), reply)) }
}

/// The library's version.
/// 本库的版本号。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyVersion(buffer: *mut c_char, size: i32, needed: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_version(buffer, size, needed) }
}

/// Makes an empty list of named values.
/// 新建一个参数表。
///
/// # Safety
/// `params` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyParamsNew(code_page: i32, params: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(params, |params| wsy_params_new(code_page, params)) }
}

/// Sets a named value.
/// 设置一个参数。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyParamsSet(params: i32, name: *const c_char, value: *const c_char) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_params_set(of(params), name, value) }
}

/// Frees a list of named values.
/// 释放参数表。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyParamsFree(params: i32) -> i32 {
    wsy_params_free(of(params))
}

/// Charges the customer and waits for the verdict; only 1 is paid.
/// 扫码收款并等到结果；只有返回 1 才是已收款。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyMicropay(
    client: i32,
    out_trade_no: *const c_char,
    auth_code: *const c_char,
    total_fen: i32,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(reply, |reply| wsy_micropay(of(client), out_trade_no, auth_code, total_fen, of(params), reply))
    }
}

/// Refunds a bill or a part of it and waits; only 2 is refunded.
/// 退款并等到结果；只有返回 2 才是已退款。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyRefund(
    client: i32,
    out_refund_no: *const c_char,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    refund_fen: i32,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(reply, |reply| {
            wsy_refund(
                of(client),
                out_refund_no,
                unless_empty(out_trade_no),
                unless_empty(dm_id),
                refund_fen,
                of(params),
                reply,
            )
        })
    }
}

/// Settles a bill, and refunds it if it turns out to be paid.
/// 撤销：查清这一单，若已收款则全额退款。
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyVoid(
    client: i32,
    out_trade_no: *const c_char,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_void(of(client), out_trade_no, of(params), reply)) }
}

/// Finds out what became of a bill that is unknown.
/// 查清一单“结果未知”的收款。
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsySettle(
    client: i32,
    out_trade_no: *const c_char,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_settle(of(client), out_trade_no, of(params), reply)) }
}

/// Settles what a crash or a power cut left open, after each start.
/// 每次启动后调用：查清上次断电或死机留下的单。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyRecover(client: i32, params: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_recover(of(client), of(params), reply)) }
}

/// Begins a charge that is polled, so that the screen stays alive.
/// 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to Longs.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyMicropayStart(
    client: i32,
    out_trade_no: *const c_char,
    auth_code: *const c_char,
    total_fen: i32,
    params: i32,
    payment: *mut i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(payment, |payment| {
            give(reply, |reply| {
                wsy_micropay_start(of(client), out_trade_no, auth_code, total_fen, of(params), payment, reply)
            })
        })
    }
}

/// Begins a refund that is polled.
/// 开始退款，不等待。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to Longs.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyRefundStart(
    client: i32,
    out_refund_no: *const c_char,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    refund_fen: i32,
    params: i32,
    payment: *mut i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(payment, |payment| {
            give(reply, |reply| {
                wsy_refund_start(
                    of(client),
                    out_refund_no,
                    unless_empty(out_trade_no),
                    unless_empty(dm_id),
                    refund_fen,
                    of(params),
                    payment,
                    reply,
                )
            })
        })
    }
}

/// Whether a started payment has ended; -4 while it has not.
/// 收款是否已有结果；还没有时返回 -4。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyPaymentPoll(payment: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_payment_poll(of(payment), reply)) }
}

/// Waits for a started payment, at most timeout_ms.
/// 等待结果，最多 timeout_ms 毫秒。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyPaymentWait(payment: i32, timeout_ms: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_payment_wait(of(payment), timeout_ms, reply)) }
}

/// A short text for the cashier while it goes on.
/// 给收银员看的提示，例如“等待顾客输入密码”。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyPaymentText(
    payment: i32,
    language: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_payment_text(of(payment), language, buffer, size, needed) }
}

/// Stops waiting; this cannot undo a payment.
/// 不再等待；不能撤销已经发生的收款。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyPaymentCancel(payment: i32) -> i32 {
    wsy_payment_cancel(of(payment))
}

/// Stops waiting, and gives the money back if it was taken.
/// 不再等待，若已收款则退回。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyPaymentVoid(payment: i32) -> i32 {
    wsy_payment_void(of(payment))
}

/// Frees a started payment; this does not undo it.
/// 释放句柄；不影响收款本身。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyPaymentFree(payment: i32) -> i32 {
    wsy_payment_free(of(payment))
}

/// Asks the platform once about an auth code.
/// 按付款码向平台查询一次。
///
/// # Safety
/// `auth_code` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyQueryAuthCode(
    client: i32,
    auth_code: *const c_char,
    total_fen: i32,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_query_auth_code(of(client), auth_code, total_fen, of(params), reply)) }
}

/// Asks the platform once about one of its orders.
/// 按平台单号向平台查询一次。
///
/// # Safety
/// `dm_id` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyQueryOrder(
    client: i32,
    dm_id: *const c_char,
    total_fen: i32,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_query_order(of(client), dm_id, total_fen, of(params), reply)) }
}

/// Reads a bill with its payments and refunds from the platform.
/// 向平台读取账单及其支付、退款明细。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReadBill(
    client: i32,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(reply, |reply| {
            wsy_read_bill(of(client), unless_empty(out_trade_no), unless_empty(dm_id), of(params), reply)
        })
    }
}

/// Reads a receipt from the platform again.
/// 重打小票。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReprint(
    client: i32,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(reply, |reply| wsy_reprint(of(client), unless_empty(out_trade_no), unless_empty(dm_id), reply))
    }
}

/// What the ledger knows of a bill; nothing is sent.
/// 查本机账本里的一单，不联网。
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyFind(client: i32, out_trade_no: *const c_char, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_find(of(client), out_trade_no, reply)) }
}

/// What the ledger knows of a refund; nothing is sent.
/// 查本机账本里的一笔退款，不联网。
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyFindRefund(
    client: i32,
    out_refund_no: *const c_char,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_find_refund(of(client), out_refund_no, reply)) }
}

/// All charges and refunds of a day, such as 2026-11-22; nothing is sent.
/// 某一天的全部收款和退款，不联网。
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyDay(client: i32, day: *const c_char, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_day(of(client), unless_empty(day), reply)) }
}

/// All charges and refunds that are not decided; nothing is sent.
/// 所有尚未查清的收款和退款，不联网。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyUnresolved(client: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_unresolved(of(client), reply)) }
}

/// Compares a day of the ledger with the platform, and tells where the two differ.
/// 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReconcile(client: i32, day: *const c_char, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_reconcile(of(client), unless_empty(day), reply)) }
}

/// Begins a reconciliation that is polled, so that the screen can show how far it is.
/// 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to Longs.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReconcileStart(
    client: i32,
    day: *const c_char,
    payment: *mut i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe {
        give(payment, |payment| {
            give(reply, |reply| wsy_reconcile_start(of(client), unless_empty(day), payment, reply))
        })
    }
}

/// The alarms that nobody has acknowledged: verdicts that turned out to be wrong.
/// 尚未确认的警报：事后发现与平台不符的结果。
///
/// # Safety
/// `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyAlarms(client: i32, reply: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_alarms(of(client), reply)) }
}

/// Acknowledges an alarm: a person has seen it.
/// 确认一条警报：已有人处理。
///
/// # Safety
/// `by` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyAcknowledge(
    client: i32,
    alarm_id: i32,
    by: *const c_char,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_acknowledge(of(client), alarm_id, by, reply)) }
}

/// The code of a reply once more.
/// 回复的返回码。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyReplyCode(reply: i32) -> i32 {
    wsy_reply_code(of(reply))
}

/// Reads a field of a reply as text.
/// 读回复的一个字段（文本）。
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyText(
    reply: i32,
    name: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_text(of(reply), name, buffer, size, needed) }
}

/// Reads a field of a reply as a number.
/// 读回复的一个字段（整数）。
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `value` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyInt(reply: i32, name: *const c_char, value: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_int(of(reply), name, value) }
}

/// The name of the field at an index, from 0 on.
/// 第 index 个字段的名字，从 0 开始。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyName(
    reply: i32,
    index: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_name(of(reply), index, buffer, size, needed) }
}

/// How many items a list of a reply has.
/// 回复中一个列表的项数。
///
/// # Safety
/// `list` is NULL or a NUL-terminated string; `count` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyCount(reply: i32, list: *const c_char, count: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_count(of(reply), list, count) }
}

/// Reads a field of a list's item as text.
/// 读列表中一项的字段（文本）。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyItemText(
    reply: i32,
    list: *const c_char,
    index: i32,
    name: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_item_text(of(reply), list, index, name, buffer, size, needed) }
}

/// Reads a field of a list's item as a number.
/// 读列表中一项的字段（整数）。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `value` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyItemInt(
    reply: i32,
    list: *const c_char,
    index: i32,
    name: *const c_char,
    value: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_item_int(of(reply), list, index, name, value) }
}

/// The receipt as bytes for an ESC/POS printer.
/// 小票的 ESC/POS 打印字节。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyReceiptBytes(
    reply: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_receipt_bytes(of(reply), buffer, size, needed) }
}

/// The receipt of a paid bill from the till's own ledger; nothing is sent.
/// 从本地账本取小票，不联网；平台没有给的按模板生成。
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyFindReceipt(
    client: i32,
    out_trade_no: *const c_char,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_find_receipt(of(client), out_trade_no, of(params), reply)) }
}

/// The receipt of a refund from the till's own ledger; nothing is sent.
/// 从本地账本取退款小票，不联网。
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyFindRefundReceipt(
    client: i32,
    out_refund_no: *const c_char,
    params: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_find_refund_receipt(of(client), out_refund_no, of(params), reply)) }
}

/// The receipt as text in the columns of 58 or 80 mm paper.
/// 按 58 或 80 毫米纸宽排好的小票文字。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyReceiptText(
    reply: i32,
    width_mm: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_receipt_text(of(reply), width_mm, buffer, size, needed) }
}

/// The receipt as a picture (PNG).
/// 小票图片（PNG）的字节。
///
/// # Safety
/// `font` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to
/// a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyReceiptPng(
    reply: i32,
    width_mm: i32,
    font: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_receipt_png(of(reply), width_mm, font, buffer, size, needed) }
}

/// The receipt as a picture (PNG) into a file.
/// 小票图片（PNG）存成文件。
///
/// # Safety
/// The texts are NULL or NUL-terminated strings.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyReplyReceiptPngFile(
    reply: i32,
    width_mm: i32,
    font: *const c_char,
    path: *const c_char,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_reply_receipt_png_file(of(reply), width_mm, font, path) }
}

/// Prints the receipt of a reply; tcp:HOST, queue:NAME or device:COM3.
/// 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
///
/// # Safety
/// `printer` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyPrintReceipt(
    client: i32,
    receipt: i32,
    printer: *const c_char,
    timeout_ms: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_print_receipt(of(client), of(receipt), printer, timeout_ms, reply)) }
}

/// Prints bytes as they are, such as a till's own bill.
/// 原样打印字节，如收银软件自己的小票。
///
/// # Safety
/// `bytes` is NULL or has `size` bytes; `printer` is NULL or a NUL-terminated string; `reply` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyPrintBytes(
    client: i32,
    bytes: *const c_char,
    size: i32,
    printer: *const c_char,
    timeout_ms: i32,
    reply: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { give(reply, |reply| wsy_print_bytes(of(client), bytes, size, printer, timeout_ms, reply)) }
}

/// Frees a reply.
/// 释放回复。
#[cfg_attr(windows, unsafe(no_mangle))]
pub extern "system" fn WsyReplyFree(reply: i32) -> i32 {
    wsy_reply_free(of(reply))
}

/// What a code means, with what to do next.
/// 返回码的说明和处理办法。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyCodeText(
    code: i32,
    language: i32,
    code_page: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_code_text(code, language, code_page, buffer, size, needed) }
}

/// Reads an amount in yuan, such as 12.50, into fen.
/// 元（如 12.50）换成分。
///
/// # Safety
/// `yuan` is NULL or a NUL-terminated string; `fen` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyYuanToFen(yuan: *const c_char, fen: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_yuan_to_fen(yuan, fen) }
}

/// Writes an amount in fen as yuan.
/// 分换成元。
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to a Long.
#[cfg_attr(windows, unsafe(no_mangle))]
pub unsafe extern "system" fn WsyFenToYuan(
    fen: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the contract is the same.
    unsafe { wsy_fen_to_yuan(fen, buffer, size, needed) }
}
