//! The printer queues of Windows: bytes past the driver (RAW).

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_ACCESS_DENIED;
use windows_sys::Win32::Graphics::Printing::{
    AbortPrinter, ClosePrinter, DOC_INFO_1W, EndDocPrinter, EndPagePrinter, GetPrinterW, OpenPrinterW,
    PRINTER_ATTRIBUTE_WORK_OFFLINE, PRINTER_HANDLE, PRINTER_INFO_2W, PRINTER_STATUS_DOOR_OPEN,
    PRINTER_STATUS_ERROR, PRINTER_STATUS_NOT_AVAILABLE, PRINTER_STATUS_OFFLINE, PRINTER_STATUS_PAPER_JAM,
    PRINTER_STATUS_PAPER_OUT, PRINTER_STATUS_PAPER_PROBLEM, PRINTER_STATUS_PAUSED,
    PRINTER_STATUS_USER_INTERVENTION, StartDocPrinterW, StartPagePrinter, WritePrinter,
};

/// RPC_S_SERVER_UNAVAILABLE: the service itself does not run.
const SPOOLER_IS_NOT_THERE: u32 = 1722;

/// Why a queue did not take bytes. With the reason.
#[derive(Debug)]
pub enum QueueError {
    /// There is no such queue.
    NotFound(String),
    /// The spooler, or the queue's printer, takes nothing.
    Offline(String),
    /// Windows says that the printer's paper is out.
    NoPaper,
    /// Sending failed; a part may be printed.
    Failed(String),
}

/// Puts bytes into a queue as they are.
pub fn print(queue: &str, bytes: &[u8]) -> Result<(), QueueError> {
    let queue = Queue::open(queue)?;
    queue.ready()?;
    queue.send(bytes)
}

/// An open queue; closed when it is dropped.
struct Queue(PRINTER_HANDLE);

/// What a queue says of itself, and what that means.
const STATES: [(u32, &str); 7] = [
    (PRINTER_STATUS_OFFLINE | PRINTER_STATUS_NOT_AVAILABLE, "Windows says that the printer is offline"),
    (PRINTER_STATUS_DOOR_OPEN, "Windows says that the printer is open"),
    (PRINTER_STATUS_PAPER_JAM, "Windows says that the paper is jammed"),
    (PRINTER_STATUS_PAPER_PROBLEM, "Windows says that there is a problem with the paper"),
    (PRINTER_STATUS_USER_INTERVENTION, "Windows says that the printer wants a person"),
    (PRINTER_STATUS_PAUSED, "the queue is paused in Windows"),
    (PRINTER_STATUS_ERROR, "Windows says that the printer has an error"),
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
        let told = format!("{name}: {error}");
        Err(match error.raw_os_error().and_then(|code| u32::try_from(code).ok()) {
            Some(ERROR_ACCESS_DENIED) => QueueError::Failed(told),
            Some(SPOOLER_IS_NOT_THERE) => QueueError::Offline(told),
            _ => QueueError::NotFound(told),
        })
    }

    /// A queue takes bytes also for a printer that is off, and prints them hours later.
    fn ready(&self) -> Result<(), QueueError> {
        let Some((status, attributes)) = self.state() else { return Ok(()) };
        if status & PRINTER_STATUS_PAPER_OUT != 0 {
            return Err(QueueError::NoPaper);
        }
        if attributes & PRINTER_ATTRIBUTE_WORK_OFFLINE != 0 {
            return Err(QueueError::Offline("the queue is set to work offline in Windows".to_owned()));
        }
        match STATES.iter().find(|(bits, _)| status & bits != 0) {
            Some((_, said)) => Err(QueueError::Offline((*said).to_owned())),
            None => Ok(()),
        }
    }

    /// Status and attributes; none if Windows does not tell.
    fn state(&self) -> Option<(u32, u32)> {
        let mut needed = 0;
        // SAFETY: without a buffer it writes its size only.
        unsafe { GetPrinterW(self.0, 2, ptr::null_mut(), 0, &mut needed) };
        // Of words as wide as the structure wants them aligned.
        let words = usize::try_from(needed)
            .ok()?
            .div_ceil(size_of::<u64>())
            .max(size_of::<PRINTER_INFO_2W>().div_ceil(8));
        let mut buffer = vec![0_u64; words];
        let size = u32::try_from(words * size_of::<u64>()).ok()?;
        // SAFETY: the buffer has `size` bytes and is written to alone.
        let done = unsafe { GetPrinterW(self.0, 2, buffer.as_mut_ptr().cast(), size, &mut needed) };
        if done == 0 {
            return None;
        }
        // SAFETY: the buffer is aligned for the structure and at least as large, and Windows has filled it.
        let info = unsafe { &*buffer.as_ptr().cast::<PRINTER_INFO_2W>() };
        Some((info.Status, info.Attributes))
    }

    fn send(&self, bytes: &[u8]) -> Result<(), QueueError> {
        let (mut name, mut raw) = (wide("wsy"), wide("RAW"));
        let document = DOC_INFO_1W {
            pDocName: name.as_mut_ptr(),
            pOutputFile: ptr::null_mut(),
            pDatatype: raw.as_mut_ptr(),
        };
        // SAFETY: the handle is open; the document's texts are terminated and outlive the call.
        if unsafe { StartDocPrinterW(self.0, 1, &document) } == 0 {
            return Err(failed("the queue takes no document"));
        }
        // SAFETY: the handle is open, and a document is begun.
        if unsafe { StartPagePrinter(self.0) } == 0 || !self.write(bytes) {
            let error = failed("the queue did not take all bytes");
            // SAFETY: the handle is open. What is there of the document is taken back.
            unsafe { AbortPrinter(self.0) };
            return Err(error);
        }
        // SAFETY: the handle is open, and a page is begun.
        let page = unsafe { EndPagePrinter(self.0) };
        // SAFETY: the handle is open, and a document is begun, whose page has ended.
        if page != 0 && unsafe { EndDocPrinter(self.0) } != 0 {
            Ok(())
        } else {
            Err(failed("the queue did not take the document"))
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
        // SAFETY: the handle is open, and nobody has it any more.
        unsafe { ClosePrinter(self.0) };
    }
}

fn failed(what: &str) -> QueueError {
    QueueError::Failed(format!("{what}: {}", io::Error::last_os_error()))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|unit| *unit != 0).chain([0]).collect()
}
