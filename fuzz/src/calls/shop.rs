//! An activated till, in a folder that is restored for each play.

use std::ffi::{CStr, CString};
use std::fs;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use tempfile::TempDir;
use wsy::capi::client::*;
use wsy::capi::device::*;
use wsy::capi::params::*;

use super::codes::{self, GBK, OK, UTF8};
use super::platform::Platform;
use crate::bodies::DEVICE;

const FILES: [&str; 4] = ["ledger.db", "ledger.mark", "device.key", "config.xml"];

/// The folder of this process, and its files right after the activation.
struct Template {
    folder: TempDir,
    files: [Option<Vec<u8>>; 4],
}

/// An open till.
pub struct Shop {
    pub platform: &'static Platform,
    pub client: Client,
    pub code_page: i32,
    /// The number of calls that may have charged, or refunded.
    pub charges: AtomicUsize,
    pub refunds: AtomicUsize,
    /// Bills that were reported as paid.
    paid: Mutex<Vec<CString>>,
    closed: AtomicBool,
}

/// A client's handle, which threads may share.
#[derive(Clone, Copy)]
pub struct Client(pub *mut wsy_client);

// SAFETY: a handle is a number that is looked up and never followed.
unsafe impl Send for Client {}
// SAFETY: the same.
unsafe impl Sync for Client {}

impl Shop {
    pub fn open(platform: &'static Platform, gbk: bool) -> Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| Template::make(platform));
        template.lay();
        let code_page = if gbk { GBK } else { UTF8 };
        let client = open(template.folder.path(), platform, code_page);
        Self {
            platform,
            client,
            code_page,
            charges: AtomicUsize::default(),
            refunds: AtomicUsize::default(),
            paid: Mutex::default(),
            closed: AtomicBool::default(),
        }
    }

    /// Records that a bill is reported as paid; returns whether it is the first time.
    pub fn tells(&self, bill: &CStr) -> bool {
        let mut paid = self.paid.lock().expect("nobody panicked");
        let first = paid.iter().all(|told| told.as_c_str() != bill);
        paid.push(bill.to_owned());
        first
    }

    /// Closes it while calls may be in progress.
    pub fn close_early(&self) {
        match wsy_close(self.client.0) {
            OK => assert!(!self.closed.swap(true, Ordering::SeqCst), "closed twice"),
            said => assert_eq!(said, codes::HANDLE),
        }
    }

    /// Closes it unless the program has, and checks the total of the requests.
    pub fn close(self) {
        let open = !self.closed.load(Ordering::SeqCst);
        assert_eq!(wsy_close(self.client.0), if open { OK } else { codes::HANDLE });
        assert_eq!(wsy_close(self.client.0), codes::HANDLE);
        let (charges, refunds) = self.platform.moved();
        assert!(charges <= self.charges.load(Ordering::Relaxed), "{charges} charges have arrived");
        assert!(refunds <= self.refunds.load(Ordering::Relaxed), "{refunds} refunds have arrived");
    }
}

impl Template {
    fn make(platform: &Platform) -> Self {
        let folder = tempfile::Builder::new().prefix("wsy till ").tempdir().expect("a folder");
        let sample = include_str!("../../../tests/vectors/config.xml");
        let config = sample.replace("http://dct.semoor.cn", &platform.base());
        fs::write(folder.path().join("config.xml"), config).expect("written");
        let client = open(folder.path(), platform, UTF8);
        let (id, key) = (CString::new(DEVICE).expect("text"), c"8b7f3c1a9d");
        // SAFETY: the texts are NUL-terminated.
        let code = unsafe { wsy_set_device(client.0, id.as_ptr(), key.as_ptr(), ptr::null_mut()) };
        assert!(code == OK, "the device returns {code}");
        assert_eq!(wsy_close(client.0), OK);
        let files = FILES.map(|name| fs::read(folder.path().join(name)).ok());
        Self { folder, files }
    }

    fn lay(&self) {
        for entry in fs::read_dir(self.folder.path()).expect("the folder").flatten() {
            fs::remove_file(entry.path()).expect("removed");
        }
        for (name, bytes) in FILES.iter().zip(&self.files) {
            if let Some(bytes) = bytes {
                fs::write(self.folder.path().join(name), bytes).expect("written");
            }
        }
    }
}

fn open(folder: &Path, platform: &Platform, code_page: i32) -> Client {
    let options = list(
        code_page,
        &[
            ("base", &platform.base()),
            ("refresh_config", "0"),
            ("poll_ms", "50"),
            ("quiet_ms", "100"),
            ("first_query_ms", "10"),
            ("deadline_ms", "60"),
            ("connect_ms", "100"),
            ("response_ms", "100"),
        ],
    );
    let folder = CString::new(folder.to_str().expect("ASCII")).expect("text");
    let mut client = ptr::null_mut();
    // SAFETY: the text is NUL-terminated, and the outputs are valid.
    let code = unsafe { wsy_open(folder.as_ptr(), code_page, options, &mut client, ptr::null_mut()) };
    assert!(code == OK && !client.is_null(), "open returns {code}");
    assert_eq!(wsy_params_free(options), OK);
    Client(client)
}

/// A list of named values.
pub fn list(code_page: i32, pairs: &[(&str, &str)]) -> *mut wsy_params {
    let mut params = ptr::null_mut();
    // SAFETY: the output is valid.
    assert_eq!(unsafe { wsy_params_new(code_page, &mut params) }, OK);
    for (name, value) in pairs {
        let (name, value) = (CString::new(*name).expect("text"), CString::new(*value).expect("text"));
        // SAFETY: the texts are NUL-terminated.
        assert_eq!(unsafe { wsy_params_set(params, name.as_ptr(), value.as_ptr()) }, OK);
    }
    params
}
