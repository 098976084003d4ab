//! Printing: receipts and bytes to a printer.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use crate::capi::client::{Running, answer, wsy_client};
use crate::capi::guard::guard;
use crate::capi::payment::{Started, start, wsy_payment};
use crate::capi::reply::{Draft, receipt_of, wsy_reply};
use crate::protocol::receipt::escpos;
use crate::till::Error;
use crate::till::code::Code;
use crate::till::printing::{Printer, Spooler, print};

/// How long a printer has, in ms, where the caller does not say.
const DEFAULT_MS: u64 = 10_000;

/// The system's printer queues.
#[cfg(windows)]
pub fn spooler() -> Arc<dyn Spooler> {
    Arc::new(crate::capi::winspool::Winspool)
}

/// The system's printer queues.
#[cfg(not(windows))]
pub fn spooler() -> Arc<dyn Spooler> {
    Arc::new(crate::till::printing::NoQueues)
}

/// Prints the receipt of a reply. It has nothing to do with the payment, which it can neither hold up nor change.
///
/// receipt:    a reply with a receipt: of wsy_micropay, wsy_find_receipt, wsy_reprint and others.
/// printer:    "tcp:192.168.1.50" or "tcp:HOST:PORT": a printer on the network (port 9100 if none is named);
///             "queue:NAME": a printer of Windows, by its name there; it gets the bytes raw, past the driver;
///             "device:COM3", "device:LPT1", "device:/dev/usb/lp0": a port. A serial one has to be set up before ("mode
///             COM3: 9600,n,8,1"; "stty -F /dev/ttyS0 9600 raw").
/// timeout_ms: how long the call blocks at most, 100 to 120000; 0 for 10000.
/// reply:      NULL, or receives a reply; detail has the reason of a failure.
///
/// A network printer is asked for its paper and cover first; one that does not answer within 0.3 s is printed on all the same.
/// Calls for one printer wait for each other.
///
/// Threads: any. Returns WSY_OK: the printer, or the queue, has all bytes; WSY_ERR_NO_PRINTER (no such printer, or not the
/// name of one); WSY_ERR_PRINTER_OFFLINE (refused, silent, cover open, or too slow: the receipt may still come out);
/// WSY_ERR_NO_PAPER; WSY_ERR_NOT_PRINTED (it broke off); WSY_ERR_NO_FIELD (receipt has none); WSY_ERR_ARGUMENT,
/// WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let (printinfo, _) = receipt_of(receipt)?;
                let job = print_job(client, escpos(&printinfo), printer, timeout_ms)?;
                Ok(job.and_then(|job| job()))
            })
        }
    })
}

/// Starts what wsy_print_receipt does and returns at once; poll or wait for the outcome. A cancel ends it at once as
/// WSY_ERR_PRINTER_OFFLINE, and the receipt may still come out. The receipt may be freed once this returns.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_print_receipt.
///
/// Threads: any. Returns WSY_PENDING (started); WSY_ERR_NO_PRINTER (not the name of a printer), WSY_ERR_NO_FIELD,
/// WSY_ERR_ARGUMENT, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `printer` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to print the receipt of a reply; polled like a charge.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, _| {
                let (printinfo, _) = receipt_of(receipt)?;
                Ok(print_job(running, escpos(&printinfo), printer, timeout_ms)?.map(printing))
            })
        }
    })
}

/// Prints bytes as they are: a till's own bill, a kick for the cash drawer.
///
/// bytes, size: what to send; 1 to 4194304 bytes.
/// printer, timeout_ms, reply: as for wsy_print_receipt.
///
/// Threads: any. Returns as wsy_print_receipt.
///
/// # Safety
/// `bytes` is NULL or has `size` bytes; `printer` is NULL or a NUL-terminated string; `reply` is NULL or points to a
/// pointer.
///
/// # Stdcall
/// Prints bytes as they are, such as a till's own bill.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let job = print_job(client, bytes_of(bytes, size)?, printer, timeout_ms)?;
                Ok(job.and_then(|job| job()))
            })
        }
    })
}

/// Starts what wsy_print_bytes does and returns at once; as wsy_print_receipt_start. The bytes are copied.
///
/// # Safety
/// `bytes` is NULL or has `size` bytes; `printer` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or
/// point to a pointer.
///
/// # Stdcall
/// Begins to print bytes as they are; polled like a charge.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, _| {
                Ok(print_job(running, bytes_of(bytes, size)?, printer, timeout_ms)?.map(printing))
            })
        }
    })
}

const MOST_BYTES: usize = 4 << 20;

/// The bytes of the caller.
///
/// # Safety
/// `bytes` is NULL or has `size` bytes.
unsafe fn bytes_of(bytes: *const c_char, size: i32) -> Result<Vec<u8>, Code> {
    let size = usize::try_from(size).ok().filter(|size| (1..=MOST_BYTES).contains(size));
    let (false, Some(size)) = (bytes.is_null(), size) else { return Err(Code::Argument) };
    // SAFETY: not null, and of this size.
    Ok(unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size) }.to_vec())
}

/// A print that is polled.
fn printing(job: impl FnOnce() -> Result<Draft, Error> + Send + 'static) -> Started {
    Started {
        text: Some(["正在打印", "Printing"]),
        on_cancel: Some(Draft::new(Code::PrinterOffline).detail("the waiting was cancelled")),
        ..Started::job(Code::Internal, job)
    }
}

/// What sends bytes to a printer of the caller's.
///
/// # Safety
/// `printer` is NULL or a NUL-terminated string.
unsafe fn print_job(
    client: &Running,
    bytes: Vec<u8>,
    printer: *const c_char,
    timeout_ms: i32,
) -> Result<Result<impl FnOnce() -> Result<Draft, Error> + Send + use<>, Error>, Code> {
    // SAFETY: the contract is the same.
    let printer = unsafe { client.required(printer) }?;
    let limit = match u64::try_from(timeout_ms) {
        Ok(0) => DEFAULT_MS,
        Ok(ms @ 100..=120_000) => ms,
        _ => return Err(Code::Argument),
    };
    let printer = Printer::parse(&printer).map_err(Error::from);
    Ok(printer.map(|printer| {
        move || {
            let printed = print(&printer, bytes, Duration::from_millis(limit), spooler());
            printed.map(|()| Draft::new(Code::Ok)).map_err(Error::from)
        }
    }))
}
