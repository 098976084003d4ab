//! A client: a till on its data folder.

use std::ffi::{c_char, c_void};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::capi::fields::{Fields, as_named, named};
use crate::capi::guard::{guard, in_callback};
use crate::capi::handle::Registry;
use crate::capi::ledger::is_to_be_undone;
use crate::capi::left::Left;
use crate::capi::money::option;
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::payment;
use crate::capi::reply::{Draft, wsy_reply};
use crate::capi::text::{charset, give_handle, give_text, optional, required};
use crate::chain::chain;
use crate::driver::{self, Store};
use crate::protocol::request::Device;
use crate::protocol::text::Charset;
use crate::till::code::Code;
use crate::till::host_id::HostId;
use crate::till::ledger::LedgerError;
use crate::till::secret_store::SecretStore;
use crate::till::{ConfigSource, Error, Options, Refusal, Till, clock, flag, log};

/// A till on its data folder. Opened by wsy_open, closed by wsy_close. Any thread may use it, several at once.
pub struct wsy_client {
    _private: (),
}

/// Takes each line of the log: user is the pointer given to wsy_on_log, level is 1 (info), 2 (warning) or 3 (error),
/// line is text in the client's code page, valid during the call only. Called on the thread that works, also on the
/// library's own threads of started payments. It must not call the library (it would get WSY_ERR_IN_CALLBACK), must
/// return soon, and must not let an exception out.
pub type wsy_log_callback = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, line: *const c_char)>;

/// What is behind a `wsy_client`.
pub struct Client {
    pub(super) till: Arc<Till>,
    pub(super) charset: Charset,
    running: Mutex<usize>,
    idle: Condvar,
}

/// A call on a client that is going on; `wsy_close` waits for it.
pub struct Running(Arc<Client>);

static CLIENTS: Registry<Client> = Registry::new();

impl std::ops::Deref for Running {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.idle.notify_all();
    }
}

/// Finds a client and keeps it open until the call ends.
pub(super) fn client(handle: *const wsy_client) -> Result<Running, Code> {
    let client = CLIENTS.get(handle)?;
    // Who calls again has heard the end of the last call.
    client.till.ledger().telling().hear();
    Ok(enter(&client))
}

/// Runs a call on a client and hands its outcome to the caller who asks for it.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
pub(super) unsafe fn answer(
    handle: *const wsy_client,
    reply: *mut *mut wsy_reply,
    call: impl FnOnce(&Running) -> Result<Result<Draft, Error>, Code>,
) -> Result<Code, Code> {
    // SAFETY: the contract is the same.
    unsafe { give_handle(std::ptr::null_mut(), reply) };
    let client = client(handle)?;
    let outcome = call(&client);
    client.note_heard();
    // SAFETY: the contract is the same.
    unsafe { client.give(outcome?, reply) }
}

/// The same for a call that may tell that a bill is paid. Until its caller has the answer, no other call says that all was heard.
///
/// # Safety
/// As for [`answer`].
pub(super) unsafe fn answer_telling(
    handle: *const wsy_client,
    reply: *mut *mut wsy_reply,
    call: impl FnOnce(&Running) -> Result<Result<Draft, Error>, Code>,
) -> Result<Code, Code> {
    let mut telling = None;
    // SAFETY: the contract is the same.
    unsafe {
        answer(handle, reply, |client| {
            telling = Some(client.till.ledger().telling().begin());
            call(client)
        })
    }
}

fn enter(client: &Arc<Client>) -> Running {
    *client.running.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    Running(client.clone())
}

impl Running {
    /// The same for another thread.
    pub(super) fn again(&self) -> Running {
        enter(&self.0)
    }

    /// Writes down what has been heard, unless the call has done so. If that fails, the next start lists a sale too many.
    pub(super) fn note_heard(&self) {
        if let Err(error) = self.till.ledger().note_heard() {
            self.till.log().warn(&format!("ledger.heard not written: {}", chain(&error)));
        }
    }

    /// Hands the outcome of a call to the caller.
    ///
    /// # Safety
    /// `reply` is NULL or points to a pointer.
    pub(super) unsafe fn give(
        &self,
        outcome: Result<Draft, Error>,
        reply: *mut *mut wsy_reply,
    ) -> Result<Code, Code> {
        let draft = outcome.unwrap_or_else(|error| Draft::from(&error));
        // SAFETY: the contract is the same.
        unsafe { draft.give(self.charset, reply) }
    }

    /// A text argument that may be NULL.
    ///
    /// # Safety
    /// `text` is NULL or a NUL-terminated string.
    pub(super) unsafe fn optional(&self, text: *const c_char) -> Result<Option<String>, Code> {
        // SAFETY: the contract is the same.
        unsafe { optional(text, self.charset) }
    }

    /// A text argument that may not be NULL.
    ///
    /// # Safety
    /// As for [`Running::optional`].
    pub(super) unsafe fn required(&self, text: *const c_char) -> Result<String, Code> {
        // SAFETY: the contract is the same.
        unsafe { required(text, self.charset) }
    }
}

/// Opens a till on its data folder and reads the pay config from the platform, or from the file saved earlier if the
/// platform cannot be reached. A refusal of this device, or a server that is not allowed, is remembered over restarts until a
/// config is good again: config_refusal and hint_en say so, and nothing is charged. Call wsy_recover_start next, after each
/// wsy_open.
///
/// folder:    the data folder, in the code page; made if it is not there. It holds ledger.db, device.key, config.xml
///            and wsy.log. One process at a time; keep it on a local disk and never copy it to a second till.
/// code_page: WSY_UTF8 or WSY_GBK: the code page of every text in and out of this client.
/// options:   NULL, or a list of named values; the caller keeps it:
///   base            the platform's address; `http://dct.semoor.cn` by default (section 1 of the document)
///   ver             this program's version as the platform is told it; not empty, and without control characters
///   poll_ms         between two questions about a payment, 50 to 60000; 5000
///   deadline_ms     after which a payment that is not decided is reported as unknown, 1 to 3600000; 120000
///   quiet_ms        how long after an exchange has ended "not found" is not believed, 100 to 3600000; 60000; twice as long
///                   after a crash, or where the answer was lost behind a proxy.
///                   Less than 60000 is for tests: a customer's code can be charged for about a minute.
///   refund_quiet_ms the same for a refund, 100 to 86400000; 15 times quiet_ms
///   final_sentences sentences of the platform, one a line, that mean "declined for good"
///   absent_sentences  sentences of the platform, one a line, that mean "no such order"
///   device_sentences  sentences of the platform, one a line, that refuse a request because of the device, its key or its
///                   sign, as the document's 设备密钥错误 does. All three are compared whole, and
///                   never override a sentence that speaks for the payment, of trouble, of an earlier use or of a refusal
///   first_query_ms  before the first question after a lost answer, 10 to 60000; 1000
///   connect_ms      for looking the platform's name up and connecting, 100 to 120000; 10000
///   answer_ms       for the answer of one request to begin, and again for it to end, 100 to 300000; 30000
///   ca_file         a file of certificates in PEM that are trusted instead of the built-in ones
///   proxy           http://host:port, no SOCKS; the environment's proxy is never used
///   micropay_method, query_method, refund_method, read_method, time_method
///                   GET or POST: how each of these calls is sent, for a platform that takes one only; POST, and GET for the
///                   time. With GET the auth code and the goods detail stand in the address, which proxies and servers log,
///                   may repeat on their own, and may not take beyond 8 KB: choose it only where POST is answered with 405
///   https_only      1: refuse every address that is not https; 0
///   allowed_hosts   hosts, separated by commas, that the config's server may name besides the host of base and those
///                   below it
///   qrcode, qrcode_logo, qrcode_image
///                   picture files for these placeholders of the config's templates, see wsy_find_receipt; read when a template
///                   is filled that has them
///   refresh_config  0: do not read the config from the platform now; 1
///   keep_server     1: go on charging at the server of the last config where the platform names one that is not allowed; 0
///   accept_ledger   1: take a ledger that is a copy or a backup for this till's own, once a person has decided so; 0
///                   What the document leaves open (`wsyctl first-contact` says which of these a platform needs):
///   sign_case       upper or lower: the hexadecimal digits of the signs of payment calls; upper
///   query_pay_type  paytype, pay_type or none: what queries call the payment type; paytype
///   reprint_number  bare or whole: whether a reprint names 2032288236 or dm2032288236; bare
///   gs1_list        appendix or section: a list of bar codes is written as in the document's appendix, or as in its
///                   section 3.1; appendix
///   missing_end_tags  1: answers without `</dm>` are whole, of every call; 0: those of reading a bill alone
/// client:    receives the client; untouched on an error. The caller closes it with wsy_close.
/// reply:     NULL, or receives a reply with open_charges, open_refunds (how many are not decided), unfinished
///            (how many sales a person has to see to, see wsy_unresolved), conflicts (how
///            many refunds need a person), alarms (how many nobody has acknowledged), device_id (empty until activated), and the fields of wsy_config.
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK; WSY_ERR_ARGUMENT, WSY_ERR_TEXT,
/// WSY_ERR_HANDLE (options), WSY_ERR_OPTIONS, WSY_ERR_BASE, WSY_ERR_CA_FILE, WSY_ERR_FOLDER, WSY_ERR_FOLDER_IN_USE,
/// WSY_ERR_LEDGER, WSY_ERR_LEDGER_DAMAGED, WSY_ERR_LEDGER_NEWER, WSY_ERR_LEDGER_COPIED, WSY_ERR_LEDGER_RESTORED
/// or WSY_ERR_DEVICE_IN_USE. Each device belongs to one folder: two folders with one device would not know which auth codes the
/// other has charged. A program that opens both is refused; two programs or machines cannot know of each other.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe { give_handle(std::ptr::null_mut(), reply) };
        if client.is_null() {
            return Err(Code::Argument);
        }
        let charset = charset(code_page)?;
        // SAFETY: the contract is the same.
        let folder = unsafe { required(folder, charset) }?;
        if folder.is_empty() {
            return Err(Code::Argument);
        }
        let pairs = params::pairs(options)?;
        let opened = open(&folder, &pairs).map(|till| {
            let draft = opened(&till);
            (till, draft)
        });
        let draft = match opened {
            Ok((till, draft)) => {
                let opened = Client { till, charset, running: Mutex::new(0), idle: Condvar::new() };
                let handle = CLIENTS.add(Arc::new(opened))?;
                // SAFETY: not null.
                unsafe { give_handle(handle, client) };
                draft
            }
            Err(error) => Draft::from(&error),
        };
        // SAFETY: the contract is the same.
        unsafe { draft.give(charset, reply) }
    })
}

fn open(folder: &str, pairs: &[(String, String)]) -> Result<Arc<Till>, Error> {
    let mut options = Options::default();
    for (name, value) in pairs {
        options.set(name, value)?;
    }
    Till::open(Path::new(folder), options, secrets())
}

/// How this system keeps secrets. A Rust program on the data folder of a till that was made through the C ABI needs the
/// same.
#[cfg(windows)]
pub fn secrets() -> Box<dyn SecretStore> {
    Box::new(crate::capi::dpapi::Dpapi)
}

/// How this system keeps secrets. A Rust program on the data folder of a till that was made through the C ABI needs the
/// same.
#[cfg(not(windows))]
pub fn secrets() -> Box<dyn SecretStore> {
    Box::new(crate::till::secret_store::FilePermissions)
}

/// The host id of this machine, where a caller gives none of its own.
#[cfg(windows)]
pub fn host_id() -> HostId {
    HostId::of_machine(crate::capi::adapters::card())
}

/// The host id of this machine, where a caller gives none of its own.
#[cfg(not(windows))]
pub fn host_id() -> HostId {
    HostId::of_machine(crate::till::host_id::card())
}

/// The host id that a caller gives.
fn given_host_id(hostid: Option<&str>, pairs: &[(String, String)]) -> Result<HostId, Error> {
    let mut is_base64 = false;
    for (name, value) in pairs {
        match name.as_str() {
            "hostid_base64" => is_base64 = flag(name, value)?,
            _ => return Err(option(name, "is not known")),
        }
    }
    match hostid {
        Some(encoded) if is_base64 => HostId::of_base64(encoded),
        Some(content) => HostId::of_text(content),
        None if is_base64 => Err(option("hostid_base64", "needs a hostid")),
        None => Ok(host_id()),
    }
}

fn opened(till: &Till) -> Draft {
    let ledger = till.ledger();
    let charges = ledger.open_charges().map(|rows| rows.len());
    let refunds = ledger.open_refunds().map(|rows| rows.len());
    let conflicts = ledger.conflicts().map(|rows| rows.len());
    let alarms = ledger.alarms().map(|rows| rows.len());
    let unfinished = driver::unfinished(till).map(|rows| rows.len()).unwrap_or_default();
    let known = |count: &Result<usize, LedgerError>| count.as_ref().map_or(0, |count| *count);
    let refusal = till.refusal();
    let left = Left {
        inactive: usize::from(till.device_id().is_none()),
        disowned: usize::from(matches!(refusal, Some(Refusal::Device(_)))),
        moved: usize::from(matches!(refusal, Some(Refusal::Server(_)))),
        charges: known(&charges),
        refunds: known(&refunds),
        unfinished,
        persons: known(&conflicts),
        alarms: known(&alarms),
        undoing: known(&ledger.to_void().map(|rows| rows.iter().filter(|row| is_to_be_undone(row)).count())),
        ..Left::default()
    };
    let count = |count: Result<usize, LedgerError>| count.map_or_else(|_| String::new(), |n| n.to_string());
    Draft::new(Code::Ok)
        .left(&left)
        .field(names::OPEN_CHARGES, count(charges))
        .field(names::OPEN_REFUNDS, count(refunds))
        .field(names::UNFINISHED, unfinished)
        .field(names::CONFLICTS, count(conflicts))
        .field(names::ALARMS, count(alarms))
        .fields(config_fields(till))
        .list(names::LIST_DM_CODE, pay_types(till))
}

fn config_fields(till: &Till) -> Fields {
    let refusal = till.refusal();
    let (refused, said) = refusal.as_ref().map_or_else(Default::default, Refusal::parts);
    let mut fields = named([
        (names::DEVICE_ID, till.device_id().unwrap_or_default()),
        (names::CONFIG_REFUSAL, refused.to_owned()),
        (names::CONFIG_REFUSAL_INFO, said.to_owned()),
    ]);
    match till.config() {
        None => fields.push((names::CONFIG_SOURCE.into(), "none".into())),
        Some(known) => {
            let source = match known.source {
                ConfigSource::Platform => "platform",
                ConfigSource::File => "file",
            };
            fields.extend(named([
                (names::CONFIG_SOURCE, source.to_owned()),
                (names::CONFIG_AGE_S, known.age_s().to_string()),
                (names::CONFIG_TIME, clock::stamp(known.read_ms)),
            ]));
            fields.extend(as_named(known.config.attributes.clone()));
        }
    }
    fields
}

fn pay_types(till: &Till) -> Vec<Fields> {
    let known = till.config();
    let types = known.iter().flat_map(|known| &known.config.pay_types);
    types.map(|pay_type| as_named(pay_type.attributes.clone())).collect()
}

/// Closes a client. Calls that are going on in other threads, and payments that were started, are ended as soon as
/// they can be: what is not decided by then comes back as WSY_UNKNOWN there and stays open in the ledger for the next
/// start. Waits for them, then releases the data folder. Its wsy_payment and wsy_reply handles stay valid; a payment that
/// has ended as WSY_PAID and was not polled by then says WSY_UNKNOWN, and wsy_settle tells it once the folder is open again.
///
/// Threads: any, but not from the log callback. Blocks for at most 2 s; for connect_ms besides where a connection is being
/// opened, and for as long as a print that goes on may still take. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or closed
/// client.
///
/// # Stdcall
/// Closes a till, before the program ends.
/// 关闭收银台，程序退出前调用。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_close(client: *mut wsy_client) -> i32 {
    guard(|| {
        let client = CLIENTS.remove(client)?;
        let mut running = client.running.lock().unwrap_or_else(PoisonError::into_inner);
        // A call lets go of its references just after it has said that it ended, and one that entered just before is
        // only now to be cancelled; hence a look every few ms.
        loop {
            client.till.close();
            if *running == 0 && Arc::strong_count(&client) == 1 && Arc::strong_count(&client.till) == 1 {
                break;
            }
            let pause = std::time::Duration::from_millis(5);
            let waited = client.idle.wait_timeout(running, pause);
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(running);
        payment::withdraw_unheard(&client.till);
        client.till.ledger().telling().hear();
        // If that fails, the next start lists the last sale as one to see about.
        let _ = client.till.ledger().note_heard();
        Ok(Code::Ok)
    })
}

/// Sets the callback that takes each line of the log, besides the file wsy.log in the data folder.
///
/// callback: NULL for none.
/// user:     given to the callback as it is; has to stay valid until the callback is taken away or the client closed.
///
/// Threads: any; a line that is on its way may still arrive at the old callback. Returns WSY_OK or WSY_ERR_HANDLE.
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
        let client = self::client(client)?;
        let charset = client.charset;
        let user = user.expose_provenance();
        let listener = callback.map(|callback| -> log::Listener {
            Arc::new(move |level, line: &str| {
                let mut bytes = charset.encode(line);
                bytes.retain(|byte| *byte != 0);
                bytes.push(0);
                in_callback(|| {
                    let user = std::ptr::with_exposed_provenance_mut(user);
                    // SAFETY: the host promised a function of this type that takes this pointer; the line is
                    // terminated and lives through the call.
                    unsafe { callback(user, level as i32, bytes.as_ptr().cast()) };
                });
            })
        });
        client.till.log().listen(listener);
        Ok(Code::Ok)
    })
}

/// Activates this till with a one-time code from the back office (section 1). Device id and key are on disk, the key
/// readable by this user only, when this returns WSY_OK; then the config is read.
///
/// initkey: the activation code.
/// hostid:  what the platform is to know this machine by, not empty, such as `<host cpu="..." mac="..." />`; it is sent in Base64, as
///          the document asks, whatever it looks like. NULL for that form, with the name of this machine's processor and the
///          hardware address of a network card: in Windows of an Ethernet card, else one for Wi-Fi, none that is known to be
///          virtual; in Linux of a card with a device behind it, so not of lo, bridges, docker, veth or tunnels. Without
///          such a card, mac is the computer's name (Windows) or /etc/machine-id (Linux).
/// params:  NULL, or a list: hostid_base64 (1: hostid is Base64 already, and is sent as it is).
/// reply:   NULL, or receives a reply with the fields of wsy_config, and info if the platform refused.
///
/// Threads: any. Blocks for at most twice connect_ms and four times answer_ms: the activation, and the config after it.
/// Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (the code was not used up);
/// WSY_ERR_ACTIVATION_LOST (it may be); WSY_ERR_DEVICE_IN_USE (another client of this program is the device that the code was for:
/// it is kept for the next wsy_open of this folder, after that client is closed); WSY_ERR_OPTIONS (hostid is empty, or is not Base64
/// although params says so), WSY_ERR_NOT_SENT, WSY_ERR_FOLDER, WSY_ERR_BUSY, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
///
/// # Safety
/// `initkey` and `hostid` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Activates the till with a code from the back office, once in its life.
/// 用后台的激活码激活，一台收银机只做一次。
/// Empty for none: hostid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_activate(
    client: *mut wsy_client,
    initkey: *const c_char,
    hostid: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let initkey = client.required(initkey)?;
                let hostid = client.optional(hostid)?;
                let pairs = params::pairs(params)?;
                let done = given_host_id(hostid.as_deref(), &pairs)
                    .and_then(|host| client.till.activate(&initkey, &host));
                Ok(done.map(|_| configured(&client.till)))
            })
        }
    })
}

/// Takes a device id and key that came from the back office by hand (remark 1 of the document), keeps them like
/// wsy_activate does, and reads the config.
///
/// Threads: any. Blocks like wsy_open. Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (one of them is empty or has a blank),
/// WSY_ERR_DEVICE_IN_USE (another client of this program is this device; nothing is changed), WSY_ERR_FOLDER, WSY_ERR_HANDLE,
/// WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
///
/// # Safety
/// `device_id` and `key` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Takes a device id and key that came from the back office by hand.
/// 填入后台给的设备号和密钥，代替激活。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_set_device(
    client: *mut wsy_client,
    device_id: *const c_char,
    key: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let device = Device::new(client.required(device_id)?, client.required(key)?);
                let done = client.till.set_device(device);
                Ok(done.map(|()| configured(&client.till)))
            })
        }
    })
}

/// The pay config (section 2).
///
/// refresh: 0 for the one in use, with nothing sent; 1 to read it from the platform now, as the document asks after
///          changes in the back office.
/// reply:   NULL, or receives a reply with device_id; config_source: "platform", "file" (the platform could not be
///          reached) or "none"; config_refusal: "device" if the platform does not take this device or its key, "server"
///          if it has moved to a server that is not allowed: nothing is charged then, until a config is good again;
///          empty otherwise; config_refusal_info: the platform's sentence, or that server; config_age_s and config_time (Beijing): how old it is; every attribute of the answer
///          under its own name, such as server, client_name, license_micropay, payremind_template; and the list
///          "dm_code" of payment types with type, code, name, coderegex and cancelregex.
///
/// Threads: any. With refresh 1 blocks like wsy_open. Returns WSY_OK; with refresh 0 WSY_ERR_NO_CONFIG; with refresh 1
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT,
/// WSY_ERR_NO_ANSWER or WSY_ERR_BAD_ANSWER (also where it is the config of another device), and the config in use stays; WSY_ERR_HANDLE, WSY_ERR_ARGUMENT.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// The pay config; with refresh 1 read from the platform now.
/// 支付配置；refresh 为 1 时重新向平台读取。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_config(
    client: *mut wsy_client,
    refresh: i32,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let outcome = match refresh {
                    0 => client.till.config().ok_or(Error::NoConfig(None)),
                    1 => client.till.refresh_config(),
                    _ => return Err(Code::Argument),
                };
                let draft = match outcome {
                    Ok(_) => configured(&client.till),
                    Err(error) => Draft::from(&error)
                        .fields(config_fields(&client.till))
                        .list(names::LIST_DM_CODE, pay_types(&client.till)),
                };
                Ok(Ok(draft))
            })
        }
    })
}

fn configured(till: &Till) -> Draft {
    Draft::new(Code::Ok).fields(config_fields(till)).list(names::LIST_DM_CODE, pay_types(till))
}

/// The platform's clock (section 3). A till whose clock is wrong prints wrong receipts; no verdict depends on it.
///
/// reply: NULL, or receives a reply with time (14 digits, Beijing) and ahead_s (how many seconds this machine is ahead
///        of the platform; negative if it is behind).
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK, WSY_ERR_NOT_ACTIVATED,
/// WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// The platform's clock.
/// 平台时间。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_time(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let outcome = client.till.platform_time().map(|time| {
                    Draft::new(Code::Ok).field(names::TIME, time.time).field(names::AHEAD_S, time.ahead_s)
                });
                Ok(outcome)
            })
        }
    })
}

/// The library's version, such as "0.1.0". buffer, size, needed: see wsy_reply_text; always ASCII.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size negative).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// The library's version.
/// 本库的版本号。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_version(buffer: *mut c_char, size: i32, needed: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    guard(|| unsafe { give_text(env!("CARGO_PKG_VERSION"), Charset::Utf8, buffer, size, needed) })
}
