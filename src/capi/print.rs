//! Printing receipts and bytes.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use crate::capi::call::{Call, answer};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::failure::Failure;
use crate::capi::pointers::{CBytes, CText, Out};
use crate::capi::reply::{Reply, wsy_reply};
use crate::capi::started::{Started, start, wsy_payment};
use crate::protocol::receipt::escpos;
use crate::till::code::Code;
use crate::till::printing::{Printer, Queues, print};
use crate::till::sentences::PRINTING;
use crate::till::{Error, Till};

/// The time limit of a print, in ms, if the caller sets none.
const DEFAULT_MS: u64 = 10_000;
const MOST_BYTES: usize = 4 << 20;

/// Prints the receipt of a reply.
///
/// Printing is separate from the payment: it can neither delay nor change it. The call first asks a network
/// printer about its paper and cover; if the printer does not answer within 0.3 s, it prints anyway, and does
/// not wait for this printer's answer again. It returns once the printer has acknowledged every byte, or a
/// serial port has sent it. Calls for the same printer wait for each other.
///
/// receipt:    a reply with a receipt: from wsy_micropay, wsy_find_receipt, wsy_reprint and others.
/// printer:    "tcp:192.168.1.50" or "tcp:HOST:PORT": a network printer (default port 9100).
///             "queue:NAME": a Windows printer by its name; it gets the bytes unchanged, bypassing the driver
///             (as RAW, or as XPS_PASS where the driver is an XPS driver).
///             "device:COM3", "device:LPT1", "device:/dev/usb/lp0": a port, as it is set up.
///             "device:COM3:9600,n,8,1", "device:/dev/ttyS0:9600,n,8,1": a serial port, set to this speed,
///             parity (n, e, o, m, s), data bits and stop bits, without flow control.
/// timeout_ms: how long the call may block: 100 to 120000; 0 for 10000.
/// reply:      NULL, or receives a reply; its detail has the reason of a failure.
///
/// Threads: any. Blocks for at most timeout_ms.
///
/// Returns WSY_OK (the printer, or the queue, has all bytes); WSY_ERR_NO_PRINTER (no such printer, or not a
/// valid name); WSY_ERR_PRINTER_OFFLINE (refused, silent, cover open, or too slow: the receipt may still come
/// out); WSY_ERR_NO_PAPER; WSY_ERR_NOT_PRINTED (it broke off; a part may have come out);
/// WSY_ERR_NO_FIELD (the reply has no receipt); WSY_ERR_ARGUMENT, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `printer` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Prints the receipt of a reply; tcp:HOST, queue:NAME or device:COM3.
/// 打印小票：tcp:地址、queue:打印机名称 或 device:COM3。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_print_receipt(
    client: *mut wsy_client,
    receipt: *const wsy_reply,
    printer: *const c_char,
    timeout_ms: i32,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `printer` is NULL or a string, as this function asks.
    let printer = unsafe { CText::new(printer) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let bytes = escpos(&Reply::of(receipt)?.printinfo()?);
        Ok(Job::of(client, bytes, printer, timeout_ms)?.print()?)
    })
}

/// Starts printing as wsy_print_receipt does, and returns at once.
///
/// Poll or wait for the outcome. A cancel ends it at once as WSY_ERR_PRINTER_OFFLINE, and the receipt may
/// still come out. The receipt may be freed once this returns.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The other parameters are as for wsy_print_receipt.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started), WSY_ERR_NO_PRINTER (not a valid name), WSY_ERR_NO_FIELD, WSY_ERR_ARGUMENT,
/// WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `printer` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts printing the receipt of a reply; polled like a charge.
/// 开始打印小票，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_print_receipt_start(
    client: *mut wsy_client,
    receipt: *const wsy_reply,
    printer: *const c_char,
    timeout_ms: i32,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `printer` is NULL or a string, as this function asks.
    let printer = unsafe { CText::new(printer) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, _| {
        let bytes = escpos(&Reply::of(receipt)?.printinfo()?);
        Ok(Job::of(client, bytes, printer, timeout_ms)?.started(client))
    })
}

/// Prints bytes unchanged, such as a till's own bill or the command that opens the cash drawer.
///
/// bytes, size:                the bytes, 1 to 4194304 of them.
/// printer, timeout_ms, reply: as for wsy_print_receipt.
///
/// Threads: any. Blocks for at most timeout_ms.
///
/// Returns as wsy_print_receipt.
///
/// # Safety
/// `bytes` is NULL or has `size` bytes; `printer` is NULL or a NUL-terminated string; `reply` is NULL or
/// points to a pointer.
///
/// # Stdcall
/// Prints bytes unchanged, such as a till's own bill.
/// 原样打印字节，如收银软件自己的小票。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_print_bytes(
    client: *mut wsy_client,
    bytes: *const c_char,
    size: i32,
    printer: *const c_char,
    timeout_ms: i32,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `printer` is NULL or a string, as this function asks.
    let printer = unsafe { CText::new(printer) };
    // SAFETY: `bytes` is NULL or has `size` bytes, as this function asks.
    let bytes = unsafe { CBytes::new(bytes, size) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let bytes = bytes.at_most(MOST_BYTES)?.to_vec();
        Ok(Job::of(client, bytes, printer, timeout_ms)?.print()?)
    })
}

/// Starts printing as wsy_print_bytes does, and returns at once.
///
/// The bytes are copied. Otherwise as wsy_print_receipt_start.
///
/// # Safety
/// `bytes` is NULL or has `size` bytes; `printer` is NULL or a NUL-terminated string; `payment` and `reply`
/// are NULL or point to a pointer.
///
/// # Stdcall
/// Starts printing bytes unchanged; polled like a charge.
/// 开始原样打印字节，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_print_bytes_start(
    client: *mut wsy_client,
    bytes: *const c_char,
    size: i32,
    printer: *const c_char,
    timeout_ms: i32,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `printer` is NULL or a string, as this function asks.
    let printer = unsafe { CText::new(printer) };
    // SAFETY: `bytes` is NULL or has `size` bytes, as this function asks.
    let bytes = unsafe { CBytes::new(bytes, size) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, _| {
        let bytes = bytes.at_most(MOST_BYTES)?.to_vec();
        Ok(Job::of(client, bytes, printer, timeout_ms)?.started(client))
    })
}

/// Bytes for a printer.
struct Job {
    printer: Printer,
    bytes: Vec<u8>,
    limit: Duration,
}

impl Job {
    fn of(client: &Call, bytes: Vec<u8>, printer: CText<'_>, timeout_ms: i32) -> Result<Self, Failure> {
        let printer = client.required(printer)?;
        let limit = match u64::try_from(timeout_ms) {
            Ok(0) => DEFAULT_MS,
            Ok(ms @ 100..=120_000) => ms,
            _ => return Err(Code::Argument.into()),
        };
        Ok(Self { printer: Printer::parse(&printer)?, bytes, limit: Duration::from_millis(limit) })
    }

    fn print(self) -> Result<Draft, Error> {
        print(&self.printer, self.bytes, self.limit, Arc::new(Queues))?;
        Ok(Draft::new(Code::Ok))
    }

    fn started(self, client: &Call) -> Started {
        let run = |_: &Arc<Till>, job: Self| job.print();
        Started::job(Code::Internal, &client.till, self, run).unseen(PRINTING, Code::PrinterOffline)
    }
}
