//! The printer queues of Windows: sends bytes past the driver.

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_ACCESS_DENIED;
use windows_sys::Win32::Graphics::Printing::{
    AbortPrinter, ClosePrinter, DOC_INFO_1W, DRIVER_INFO_8W, EndDocPrinter, EndPagePrinter,
    GetPrinterDriverW, GetPrinterW, OpenPrinterW, PRINTER_ATTRIBUTE_WORK_OFFLINE, PRINTER_DRIVER_XPS,
    PRINTER_HANDLE, PRINTER_INFO_2W, PRINTER_STATUS_DOOR_OPEN, PRINTER_STATUS_ERROR,
    PRINTER_STATUS_NOT_AVAILABLE, PRINTER_STATUS_OFFLINE, PRINTER_STATUS_PAPER_JAM, PRINTER_STATUS_PAPER_OUT,
    PRINTER_STATUS_PAPER_PROBLEM, PRINTER_STATUS_PAUSED, PRINTER_STATUS_USER_INTERVENTION, StartDocPrinterW,
    StartPagePrinter, WritePrinter,
};

/// RPC_S_SERVER_UNAVAILABLE: the spooler service is not running.
const SPOOLER_UNAVAILABLE: u32 = 1722;

/// Why a queue did not take bytes. With the reason.
#[derive(Debug)]
pub enum QueueError {
    /// The queue does not exist.
    NotFound(String),
    /// The spooler is not running, or the queue's printer accepts nothing.
    Offline(String),
    /// Windows reports that the printer is out of paper.
    NoPaper,
    /// Sending failed; a part may be printed.
    Failed(String),
}

/// Sends bytes to a queue unchanged.
pub fn print(queue: &str, bytes: &[u8]) -> Result<(), QueueError> {
    let queue = Queue::open(queue)?;
    queue.ready()?;
    queue.send(bytes)
}

/// An open queue; closed when it is dropped.
struct Queue(PRINTER_HANDLE);

/// The states that a queue reports, and their meaning.
const STATES: [(u32, &str); 7] = [
    (PRINTER_STATUS_OFFLINE | PRINTER_STATUS_NOT_AVAILABLE, "Windows reports that the printer is offline"),
    (PRINTER_STATUS_DOOR_OPEN, "Windows reports that the printer's door is open"),
    (PRINTER_STATUS_PAPER_JAM, "Windows reports a paper jam"),
    (PRINTER_STATUS_PAPER_PROBLEM, "Windows reports a problem with the paper"),
    (PRINTER_STATUS_USER_INTERVENTION, "Windows reports that the printer needs attention"),
    (PRINTER_STATUS_PAUSED, "the queue is paused in Windows"),
    (PRINTER_STATUS_ERROR, "Windows reports a printer error"),
];

impl Queue {
    fn open(name: &str) -> Result<Self, QueueError> {
        let wide = wide(name);
        let mut handle = PRINTER_HANDLE::default();
        // SAFETY: `wide` is terminated and outlives the call; `handle` is ours; defaults may be null.
        if unsafe { OpenPrinterW(wide.as_ptr(), &mut handle, ptr::null()) } != 0 {
            return Ok(Self(handle));
        }
        let error = io::Error::last_os_error();
        let reason = format!("{name}: {error}");
        Err(match error.raw_os_error().and_then(|code| u32::try_from(code).ok()) {
            Some(ERROR_ACCESS_DENIED) => QueueError::Failed(reason),
            Some(SPOOLER_UNAVAILABLE) => QueueError::Offline(reason),
            _ => QueueError::NotFound(reason),
        })
    }

    /// Fails unless the printer is ready: a queue also accepts bytes for a printer that is off, and prints
    /// them hours later.
    fn ready(&self) -> Result<(), QueueError> {
        let Some((status, attributes)) = self.state() else { return Ok(()) };
        if status & PRINTER_STATUS_PAPER_OUT != 0 {
            return Err(QueueError::NoPaper);
        }
        if attributes & PRINTER_ATTRIBUTE_WORK_OFFLINE != 0 {
            return Err(QueueError::Offline("the queue is set to work offline in Windows".to_owned()));
        }
        match STATES.iter().find(|(bits, _)| status & bits != 0) {
            Some((_, state)) => Err(QueueError::Offline((*state).to_owned())),
            None => Ok(()),
        }
    }

    /// Returns status and attributes; `None` if Windows does not report them.
    fn state(&self) -> Option<(u32, u32)> {
        let info = self.filled::<PRINTER_INFO_2W>(|buffer, size, needed| {
            // SAFETY: the buffer has `size` bytes, or is null and `size` is zero.
            unsafe { GetPrinterW(self.0, 2, buffer, size, needed) }
        });
        info.map(|info| (info.Status, info.Attributes))
    }

    /// Returns what a function of the spooler fills in, whose texts are then gone. It is called with a
    /// buffer, its size and where it writes the size that it needs, first without a buffer.
    fn filled<T: Copy>(&self, fill: impl Fn(*mut u8, u32, *mut u32) -> i32) -> Option<T> {
        let mut needed = 0;
        fill(ptr::null_mut(), 0, &mut needed);
        // Words wide enough for the structure's alignment.
        let words = usize::try_from(needed).ok()?.div_ceil(size_of::<u64>()).max(size_of::<T>().div_ceil(8));
        let mut buffer = vec![0_u64; words];
        let size = u32::try_from(words * size_of::<u64>()).ok()?;
        if fill(buffer.as_mut_ptr().cast(), size, &mut needed) == 0 {
            return None;
        }
        // SAFETY: the buffer is aligned for the structure and at least as large, and Windows has filled it.
        Some(unsafe { buffer.as_ptr().cast::<T>().read() })
    }

    /// The data type of bytes that the driver is to leave alone. An XPS driver, as most of version 4 are,
    /// takes RAW without an error and prints nothing; Windows XP has none, and does not know level 8.
    fn datatype(&self) -> &'static str {
        let attributes = self.filled::<DRIVER_INFO_8W>(|buffer, size, needed| {
            // SAFETY: the buffer has `size` bytes, or is null and
            // `size` is zero; the environment may be null.
            unsafe { GetPrinterDriverW(self.0, ptr::null(), 8, buffer, size, needed) }
        });
        datatype_for(attributes.map(|info| info.dwPrinterDriverAttributes))
    }

    fn send(&self, bytes: &[u8]) -> Result<(), QueueError> {
        let (mut name, mut raw) = (wide("wsy"), wide(self.datatype()));
        let document = DOC_INFO_1W {
            pDocName: name.as_mut_ptr(),
            pOutputFile: ptr::null_mut(),
            pDatatype: raw.as_mut_ptr(),
        };
        // SAFETY: the handle is open; the document's texts are terminated and outlive the call.
        if unsafe { StartDocPrinterW(self.0, 1, &document) } == 0 {
            return Err(failed("could not begin a document in the queue"));
        }
        // SAFETY: the handle is open, and a document has begun.
        if unsafe { StartPagePrinter(self.0) } == 0 || !self.write(bytes) {
            let error = failed("could not send all bytes to the queue");
            // SAFETY: the handle is open. Discards the part of the document that was sent.
            unsafe { AbortPrinter(self.0) };
            return Err(error);
        }
        // SAFETY: the handle is open, and a page has begun.
        let page = unsafe { EndPagePrinter(self.0) };
        // SAFETY: the handle is open, and a document has begun whose page has ended.
        if page != 0 && unsafe { EndDocPrinter(self.0) } != 0 {
            Ok(())
        } else {
            Err(failed("could not complete the document in the queue"))
        }
    }

    fn write(&self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let mut written = 0;
            // SAFETY: the handle is open; `bytes` has `size` bytes and is only read.
            let done = unsafe { WritePrinter(self.0, bytes.as_ptr().cast::<c_void>(), size, &mut written) };
            match usize::try_from(written).ok().and_then(|written| bytes.get(written..)) {
                Some(rest) if done != 0 && written > 0 => bytes = rest,
                _ => return false,
            }
        }
        true
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and this was its only owner.
        unsafe { ClosePrinter(self.0) };
    }
}

fn datatype_for(attributes: Option<u32>) -> &'static str {
    if attributes.is_some_and(|attributes| attributes & PRINTER_DRIVER_XPS != 0) { "XPS_PASS" } else { "RAW" }
}

fn failed(what: &str) -> QueueError {
    QueueError::Failed(format!("{what}: {}", io::Error::last_os_error()))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|unit| *unit != 0).chain([0]).collect()
}
