//! A client: a till on its data folder.

use std::ffi::{c_char, c_void};
use std::path::Path;
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::capi::call::Call;
use crate::capi::config::{config_fields, pay_types};
use crate::capi::draft::Draft;
use crate::capi::guard::{InCallback, guard};
use crate::capi::handle::Registry;
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::is_to_be_undone;
use crate::capi::started::withdraw_unheard;
use crate::driver::{self, Store};
use crate::protocol::text::Charset;
use crate::till::code::Code;
use crate::till::log::{Level, Listener};
use crate::till::sentences::Left;
use crate::till::{Error, Options, Refusal, Till, secret_store};

/// A till on its data folder. Opened by wsy_open, closed by wsy_close. Any thread may use it, several at
/// once.
pub struct wsy_client {
    _private: (),
}

/// Takes each line of the log: user is the pointer given to wsy_on_log, level is 1 (info), 2 (warning) or 3
/// (error), line is text in the client's code page, valid during the call only. Called on the thread that
/// works, also on the library's own threads of started payments. It must not call the library (it would get
/// WSY_ERR_IN_CALLBACK), must return soon, and must not let an exception out.
pub type wsy_log_callback = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, line: *const c_char)>;

/// What is behind a `wsy_client`.
pub struct Client {
    pub(super) till: Arc<Till>,
    pub(super) charset: Charset,
    /// How many calls are going on.
    running: Mutex<usize>,
    idle: Condvar,
}

pub(super) static CLIENTS: Registry<wsy_client, Client> = Registry::new();

impl Client {
    fn running(&self) -> MutexGuard<'_, usize> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call begins.
    pub(super) fn entered(&self) {
        *self.running() += 1;
    }

    /// A call has ended.
    pub(super) fn left(&self) {
        *self.running() -= 1;
        self.idle.notify_all();
    }
}

/// Opens a till on its data folder and reads the pay config from the platform, or from the file saved earlier
/// if the platform cannot be reached. A refusal of this device, or a server that is not allowed, is
/// remembered over restarts until a config is good again: config_refusal and hint_en say so, and nothing is
/// charged. Call wsy_recover_start next, after each wsy_open.
///
/// folder:    the data folder, in the code page; made if it is not there. It holds ledger.db, device.key,
///            config.xml and wsy.log. One process at a time; keep it on a local disk and never copy it to a
///            second till.
/// code_page: WSY_UTF8 or WSY_GBK: the code page of every text in and out of this client.
/// options:   NULL, or a list of named values; the caller keeps it:
///   base            the platform's address; `http://dct.semoor.cn` by default (section 1 of the document)
///   ver             this program's version as the platform is told it; not empty, and without control
///                   characters
///   poll_ms         between two questions about a payment, 50 to 60000; 5000
///   deadline_ms     after which a payment that is not decided is reported as unknown, 1 to 3600000; 120000
///   quiet_ms        how long after an exchange has ended "not found" is not believed, 100 to 3600000; 60000;
///                   twice as long after a crash, or where the answer was lost behind a proxy.
///                   Less than 60000 is for tests: a customer's code can be charged for about a minute.
///   refund_quiet_ms the same for a refund, 100 to 86400000; 15 times quiet_ms
///   final_sentences sentences of the platform, one a line, that mean "declined for good"
///   absent_sentences  sentences of the platform, one a line, that mean "no such order"
///   device_sentences  sentences of the platform, one a line, that refuse a request because of the device,
///                   its key or its sign, as the document's 设备密钥错误 does. All three are compared whole,
///                   and never override a sentence that speaks for the payment, of
///                   trouble, of an earlier use or of a refusal
///   first_query_ms  before the first question after a lost answer, 10 to 60000; 1000
///   connect_ms      for looking the platform's name up and connecting, 100 to 120000; 10000
///   answer_ms       for the answer of one request to begin, and again for it to end, 100 to 300000; 30000
///   ca_file         a file of certificates in PEM that are trusted instead of the built-in ones
///   proxy           http://host:port, no SOCKS; the environment's proxy is never used
///   micropay_method, query_method, refund_method, read_method, time_method
///                   GET or POST: how each of these calls is sent, for a platform that takes one only; POST,
///                   and GET for the time. With GET the auth code and the goods detail stand in the address,
///                   which proxies and servers log, may repeat on their own, and may not take beyond 8 KB:
///                   choose it only where POST is answered with 405
///   https_only      1: refuse every address that is not https; 0
///   allowed_hosts   hosts, separated by commas, that the config's server may name besides the host of base
///                   and those below it
///   qrcode, qrcode_logo, qrcode_image
///                   picture files for these placeholders of the config's templates, see wsy_find_receipt;
///                   read when a template is filled that has them
///   refresh_config  0: do not read the config from the platform now; 1
///   keep_server     1: go on charging at the server of the last config where the platform names one that is
///                   not allowed; 0
///   accept_ledger   1: take a ledger that is a copy or a backup for this till's own, once a person has
///                   decided so; 0
///                   What the document leaves open (`wsyctl first-contact` says which of these a platform
///                   needs):
///   sign_case       upper or lower: the hexadecimal digits of the signs of payment calls; upper
///   query_pay_type  paytype, pay_type or none: what queries call the payment type; paytype
///   reprint_number  bare or whole: whether a reprint names 2032288236 or dm2032288236; bare
///   gs1_list        appendix or section: a list of bar codes is written as in the document's appendix, or as
///                   in its section 3.1; appendix
///   missing_end_tags  1: answers without `</dm>` are whole, of every call; 0: those of reading a bill alone
/// client:    receives the client; untouched on an error. The caller closes it with wsy_close.
/// reply:     NULL, or receives a reply with open_charges, open_refunds (how many are not decided),
///            unfinished (how many sales a person has to see to, see wsy_unresolved), conflicts (how
///            many refunds need a person), alarms (how many nobody has acknowledged), device_id (empty until
///            activated), and the fields of wsy_config.
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK; WSY_ERR_ARGUMENT,
/// WSY_ERR_TEXT, WSY_ERR_HANDLE (options), WSY_ERR_OPTIONS, WSY_ERR_BASE, WSY_ERR_CA_FILE, WSY_ERR_FOLDER,
/// WSY_ERR_FOLDER_IN_USE, WSY_ERR_LEDGER, WSY_ERR_LEDGER_DAMAGED, WSY_ERR_LEDGER_NEWER,
/// WSY_ERR_LEDGER_COPIED, WSY_ERR_LEDGER_RESTORED or WSY_ERR_DEVICE_IN_USE. Each device belongs to one
/// folder: two folders with one device would not know which auth codes the other has charged. A program that
/// opens both is refused; two programs or machines cannot know of each other.
///
/// # Safety
/// `folder` is NULL or a NUL-terminated string; `client` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Opens a till on its data folder; first of all.
/// 打开收银台的数据文件夹，最先调用。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_open(
    folder: *const c_char,
    code_page: i32,
    options: *const wsy_params,
    client: *mut *mut wsy_client,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `folder` is NULL or a string, as this function asks.
    let folder = unsafe { CText::new(folder) };
    // SAFETY: `client` is NULL or points to a pointer, as this function asks.
    let client = unsafe { Out::new(client) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    guard(|| {
        reply.write(ptr::null_mut());
        let client = client.required()?;
        let charset = Charset::from_code_page(code_page).ok_or(Code::Argument)?;
        let folder = folder.required(charset)?;
        if folder.is_empty() {
            return Err(Code::Argument.into());
        }
        let pairs = params::pairs(options)?;
        let draft = match open(&folder, &pairs) {
            Ok(till) => {
                let draft = opened(&till);
                let opened = Client { till, charset, running: Mutex::new(0), idle: Condvar::new() };
                client.write(CLIENTS.add(Arc::new(opened)));
                draft
            }
            Err(error) => Draft::from(&error),
        };
        Ok(draft.give(charset, &reply))
    })
}

fn open(folder: &str, pairs: &[(String, String)]) -> Result<Arc<Till>, Error> {
    let mut options = Options::default();
    for (name, value) in pairs {
        options.set(name, value)?;
    }
    Till::open(Path::new(folder), options, secret_store::of_this_system())
}

fn opened(till: &Till) -> Draft {
    let ledger = till.ledger();
    let charges = ledger.open_charges().ok().map(|rows| rows.len());
    let refunds = ledger.open_refunds().ok().map(|rows| rows.len());
    let conflicts = ledger.conflicts().ok().map(|rows| rows.len());
    let alarms = ledger.alarms().ok().map(|rows| rows.len());
    let undoing = ledger.to_void().ok().map(|rows| rows.iter().filter(|row| is_to_be_undone(row)).count());
    let unfinished = driver::unfinished(till).map(|rows| rows.len()).unwrap_or_default();
    let refusal = till.refusal();
    let left = Left {
        inactive: usize::from(till.device_id().is_none()),
        disowned: usize::from(matches!(refusal, Some(Refusal::Device(_)))),
        moved: usize::from(matches!(refusal, Some(Refusal::Server(_)))),
        charges: charges.unwrap_or_default(),
        refunds: refunds.unwrap_or_default(),
        unfinished,
        persons: conflicts.unwrap_or_default(),
        alarms: alarms.unwrap_or_default(),
        undoing: undoing.unwrap_or_default(),
        ..Left::default()
    };
    Draft::new(Code::Ok)
        .left(&left)
        .field(names::OPEN_CHARGES, charges)
        .field(names::OPEN_REFUNDS, refunds)
        .field(names::UNFINISHED, unfinished)
        .field(names::CONFLICTS, conflicts)
        .field(names::ALARMS, alarms)
        .fields(config_fields(till))
        .list(names::LIST_DM_CODE, pay_types(till))
}

/// Closes a client. Calls that are going on in other threads, and payments that were started, are ended as
/// soon as they can be: what is not decided by then comes back as WSY_UNKNOWN there and stays open in the
/// ledger for the next start. Waits for them, then releases the data folder. Its wsy_payment and wsy_reply
/// handles stay valid; a payment that has ended as WSY_PAID and was not polled by then says WSY_UNKNOWN, and
/// wsy_settle tells it once the folder is open again.
///
/// Threads: any, but not from the log callback. Blocks for at most 2 s; for connect_ms besides where a
/// connection is being opened, and for as long as a print that goes on may still take. Returns WSY_OK, or
/// WSY_ERR_HANDLE for an unknown or closed client.
///
/// # Stdcall
/// Closes a till, before the program ends.
/// 关闭收银台，程序退出前调用。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_close(client: *mut wsy_client) -> i32 {
    guard(|| {
        let client = CLIENTS.remove(client)?;
        let mut running = client.running();
        // A call lets go of its references just after it has said that it ended, and one that entered just
        // before is only now to be cancelled; hence a look every few ms.
        loop {
            client.till.close();
            if *running == 0 && Arc::strong_count(&client) == 1 && Arc::strong_count(&client.till) == 1 {
                break;
            }
            let waited = client.idle.wait_timeout(running, Duration::from_millis(5));
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(running);
        withdraw_unheard(&client.till);
        client.till.ledger().telling().hear();
        // If that fails, the next start lists the last sale as one to see about.
        let _ = client.till.ledger().note_heard();
        Ok(Code::Ok)
    })
}

/// Sets the callback that takes each line of the log, besides the file wsy.log in the data folder.
///
/// callback: NULL for none.
/// user:     given to the callback as it is; has to stay valid until the callback is taken away or the client
///           closed.
///
/// Threads: any; a line that is on its way may still arrive at the old callback. Returns WSY_OK or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `callback` is NULL or a function that keeps to what wsy_log_callback says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_on_log(
    client: *mut wsy_client,
    callback: wsy_log_callback,
    user: *mut c_void,
) -> i32 {
    guard(|| {
        let client = Call::on(client)?;
        let host = callback.map(|callback| Host {
            callback,
            user: user.expose_provenance(),
            charset: client.charset,
        });
        client.till.log().listen(host.map(Host::listener));
        Ok(Code::Ok)
    })
}

/// Who takes the lines of the log.
struct Host {
    callback: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    /// The address that the callback is given back.
    user: usize,
    charset: Charset,
}

impl Host {
    fn listener(self) -> Listener {
        Arc::new(move |level, line| self.hear(level, line))
    }

    fn hear(&self, level: Level, line: &str) {
        let mut bytes = self.charset.encode(line);
        bytes.retain(|byte| *byte != 0);
        bytes.push(0);
        let user = ptr::with_exposed_provenance_mut(self.user);
        let _inside = InCallback::enter();
        // SAFETY: the host promised wsy_on_log a function of this type that takes this pointer; the line is
        // terminated and lives through the call.
        unsafe { (self.callback)(user, level as i32, bytes.as_ptr().cast()) };
    }
}
