//! A client: a till and its data folder.

use std::ffi::{c_char, c_void};
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::time::Instant;

use crate::capi::call::Call;
use crate::capi::config::{config_fields, pay_types};
use crate::capi::draft::Draft;
use crate::capi::guard::{InCallback, guard};
use crate::capi::handle::Registry;
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::presence::{Presence, State};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::is_to_be_voided;
use crate::capi::started::withdraw_unheard;
use crate::driver::{self, Store};
use crate::protocol::text::Charset;
use crate::sync::{Mutex, PATIENCE};
use crate::till::code::Code;
use crate::till::log::{Level, Listener};
use crate::till::sentences::Left;
use crate::till::{Error, FolderDoubt, Options, Refusal, Till, secret_store};

/// A till and its data folder. wsy_open opens it and wsy_close closes it. Any thread may use it, several at
/// once.
pub struct wsy_client {
    _private: (),
}

/// Receives each line of the log.
///
/// user:  the pointer given to wsy_on_log.
/// level: 1 (info), 2 (warning) or 3 (error).
/// line:  text in the client's code page; valid during the call only.
///
/// The library calls it on the thread that does the work, which may be one of its own. It must return soon,
/// and must not call the library: such a call returns WSY_ERR_IN_CALLBACK.
///
/// It must return: no exception may leave it, no longjmp, and its thread must not end in it (pthread_exit,
/// ExitThread). After a longjmp every later call on this thread returns WSY_ERR_IN_CALLBACK. Set a flag,
/// return, and jump once the call has returned.
///
/// It must not wait for another thread, least of all for the window's (SendMessage, TThread.Synchronize,
/// Control.Invoke): that thread may be in wsy_close or wsy_on_log, which wait for the callback. Hand the line
/// over without waiting (PostMessage, TThread.Queue, Control.BeginInvoke), or put it into a list that a timer
/// of the window empties.
pub type wsy_log_callback = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, line: *const c_char)>;

/// The state behind a `wsy_client`.
pub struct Client {
    pub(super) till: Arc<Till>,
    pub(super) charset: Charset,
    /// The calls in progress.
    pub(super) calls: Arc<Presence>,
    /// The host's log callback.
    host: Mutex<Option<Arc<Host>>>,
}

pub(super) static CLIENTS: Registry<wsy_client, Client> = Registry::new();

/// Opens a till's data folder and reads the pay config from the platform.
///
/// If the platform cannot be reached, the config comes from the file saved earlier. If the platform refuses
/// this device, or names a server that is not allowed, nothing is charged until a valid config arrives, even
/// after a restart; config_refusal and hint_en say so. If the saved device key cannot be read, the till opens
/// as not activated: config_refusal is "key", and calls that need the device return
/// WSY_ERR_DEVICE_UNREADABLE. Call wsy_recover_start next, after each wsy_open.
///
/// folder:    the data folder, in code_page; created if it does not exist. It holds ledger.db, device.key,
///            config.xml and wsy.log. Only one client of one process can have it open. Keep it on a local
///            disk and never copy it to a second till. A relative path is resolved now: changing the current
///            directory later makes no difference.
/// code_page: WSY_UTF8 or WSY_GBK: the code page of every text in and out of this client.
/// options:   NULL, or a list of named values; the caller keeps it:
///   base            the platform's address (default `http://dct.semoor.cn`, section 1 of the document):
///                   where the till is activated and the config is read. Charges, refunds and queries go to
///                   the server that the config names, the saved one if none can be read. http, as the
///                   document has it, is not encrypted: anybody on the shop's network can forge "paid" and
///                   take the key and the auth codes. Use https where the platform offers it
///   ver             your program's version, as sent to the platform; not empty, no control characters
///   poll_ms         pause between two queries about a payment: 50 to 60000 (default 5000)
///   deadline_ms     time after which an undecided payment is reported as unknown: 1 to 3600000
///                   (default 120000)
///   quiet_ms        "not found" is not accepted until this long after an exchange has ended: 100 to 3600000
///                   (default 60000). Doubled after a crash, and where the response was lost behind a proxy.
///                   Use less than 60000 in tests only: a customer's code can be charged for about a minute.
///   refund_quiet_ms the same for a refund: 100 to 86400000 (default 15 times quiet_ms)
///   final_sentences sentences of the platform, one a line, that mean "declined for good"
///   absent_sentences  sentences of the platform, one a line, that mean "no such order"
///   device_sentences  sentences of the platform, one a line, that refuse a request because of the device,
///                   its key or its sign, as the document's 设备密钥错误 does. All three options are compared
///                   with whole sentences. They never override a sentence that reports a payment, trouble, an
///                   earlier use of the code or a refusal
///   first_query_ms  pause before the first query after a lost response: 10 to 60000 (default 1000)
///   connect_ms      limit for resolving the platform's name and connecting, to all of its addresses
///                   together: 100 to 120000 (default 10000)
///   response_ms       limit until a response starts, and again until it ends: 100 to 300000 (default 30000)
///   prepare         0: open no connection ahead of a payment, see wsy_prepare (default 1)
///   prepare_ms      how long one is kept ready after wsy_open, wsy_prepare or the last payment: 1000 to
///                   3600000 (default 60000)
///   prepare_age_ms  age at which it is replaced by a new one: 100 to 60000 (default 15000). Use less where a
///                   server or a box on the way closes a connection sooner that has carried no request
///   ca_file         a PEM file of certificates to trust instead of the built-in ones
///   proxy           http://host:port or http://name:password@host:port; SOCKS is not supported. What goes to
///                   an http address is sent to the proxy in absolute form, which it can read and change;
///                   what goes to an https address, through a tunnel (CONNECT). WSY_ERR_NOT_SENT still means
///                   that no byte of the request was offered to anybody.
///                   The environment's proxy is never used
///   micropay_method, query_method, refund_method, read_method, time_method
///                   GET or POST: how each of these requests is sent, for a platform that accepts only one
///                   (default POST, but GET for the time). With GET, the auth code and the goods detail are
///                   part of the address, which proxies and servers log, may repeat on their own, and may
///                   refuse beyond 8 KB: choose it only where POST is answered with 405
///   https_only      1: refuse every address that is not https (default 0)
///   plain_server    1: with an https base, follow the config to a server without encryption as well; see
///                   base for what that means (default 0: such a server is not allowed)
///   allowed_hosts   hosts, separated by commas, that the config's server may name in addition to the host of
///                   base and its subdomains
///   qrcode, qrcode_logo, qrcode_image
///                   picture files for these placeholders of the config's templates, see wsy_find_receipt;
///                   read when a template that has them is filled
///   refresh_config  0: do not read the config from the platform now (default 1)
///   keep_server     1: keep charging at the last config's server if the platform names one that is not
///                   allowed (default 0)
///   accept_ledger   1: accept a copied or restored ledger as this till's own, once a person has decided so
///                   (default 0)
///   secret_scope    Windows: user or machine: the device key and open auth codes can be unsealed by the
///                   Windows user who runs the till only, or by every user of this machine who may read the
///                   folder: for a service, or several users (default user). With machine, a folder that is
///                   created is closed to all but administrators, the system and this user; let the others in
///                   (icacls FOLDER /grant USER:(OI)(CI)M) before they run the till
/// What the document leaves open (`wsyctl first-contact` finds out which of these a platform needs):
///   sign_case       upper or lower: the hexadecimal digits in the signs of payment requests (default upper)
///   query_pay_type  paytype, pay_type or none: the name of the payment type in queries (default paytype)
///   reprint_number  bare or whole: whether a reprint names 2032288236 or dm2032288236 (default bare)
///   gs1_list        appendix or section: whether a list of bar codes follows the document's appendix or its
///                   section 3.1 (default appendix)
///   missing_end_tags  1: any response may lack its end tag `</dm>`; 0: only the response to reading a bill
///                   may (default 0)
/// client:    receives the client; untouched on an error. The caller closes it with wsy_close.
/// reply:     NULL, or receives a reply with open_charges and open_refunds (how many are undecided),
///            unfinished (how many sales a person has to check, see wsy_unresolved), conflicts (how many
///            refunds need a person), alarms (how many nobody has acknowledged), device_id (empty until
///            activated), folder_doubt (what may be wrong with the data folder: "network", "synced",
///            "no_ledger", "no_mark" or "archive", which a support desk should see), and the fields of
///            wsy_config.
///
/// The till works on the folder itself, whatever links lead to it. If the folder or its ledger is moved or
/// replaced while it is open, nothing new is begun: calls that would write return WSY_ERR_LEDGER or, for the
/// device, WSY_ERR_FOLDER. What was sent before is still written to the open files, and wsy_close leaves all
/// files as they are. Close the client, look what happened to the folder, and open it again.
///
/// Each device belongs to one data folder: two folders with the same device would not know which auth codes
/// the other has charged. A program that opens both gets WSY_ERR_DEVICE_IN_USE; two programs or machines
/// cannot detect each other.
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms.
///
/// Returns WSY_OK, WSY_ERR_ARGUMENT, WSY_ERR_TEXT, WSY_ERR_HANDLE (options), WSY_ERR_OPTIONS, WSY_ERR_BASE,
/// WSY_ERR_CA_FILE, WSY_ERR_FOLDER, WSY_ERR_FOLDER_IN_USE (another program has it open),
/// WSY_ERR_ALREADY_OPEN (this one has), WSY_ERR_LEDGER, WSY_ERR_LEDGER_DAMAGED, WSY_ERR_LEDGER_NEWER,
/// WSY_ERR_LEDGER_COPIED, WSY_ERR_LEDGER_RESTORED or WSY_ERR_DEVICE_IN_USE.
///
/// # Safety
/// `folder` is NULL or a NUL-terminated string; `client` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Opens a till's data folder; call this first.
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
                let opened = Client { till, charset, calls: Arc::default(), host: Mutex::default() };
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
    let secrets = secret_store::of_this_system(options.secret_scope);
    Till::open(Path::new(folder), options, secrets)
}

fn opened(till: &Till) -> Draft {
    let ledger = till.ledger();
    let charges = ledger.open_charges().ok().map(|rows| rows.len());
    let refunds = ledger.open_refunds().ok().map(|rows| rows.len());
    let conflicts = ledger.conflicts().ok().map(|rows| rows.len());
    let alarms = ledger.alarms().ok().map(|rows| rows.len());
    let undoing = ledger.to_void().ok().map(|rows| rows.iter().filter(|row| is_to_be_voided(row)).count());
    let unfinished = driver::unfinished(till).map(|rows| rows.len()).unwrap_or_default();
    let refusal = till.refusal();
    let left = Left {
        inactive: usize::from(till.device_id().is_none() && till.unreadable().is_none()),
        unreadable: usize::from(till.unreadable().is_some()),
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
    let doubts: Vec<_> = till.folder_doubts().into_iter().map(FolderDoubt::word).collect();
    Draft::new(Code::Ok)
        .left(&left)
        .field(names::OPEN_CHARGES, charges)
        .field(names::OPEN_REFUNDS, refunds)
        .field(names::UNFINISHED, unfinished)
        .field(names::CONFLICTS, conflicts)
        .field(names::ALARMS, alarms)
        .field(names::FOLDER_DOUBT, doubts.join(" "))
        .fields(config_fields(till))
        .list(names::LIST_DM_CODE, pay_types(till))
}

/// Closes a client and releases its data folder.
///
/// Ends the calls that other threads have in progress, and the started payments, as soon as possible, and
/// waits for them. What is undecided by then is reported there as WSY_UNKNOWN and stays open in the ledger
/// for the next start. The client's wsy_payment and wsy_reply handles stay valid. A payment that ended as
/// WSY_PAID but was not polled before the close reports WSY_UNKNOWN; wsy_settle reports it as paid once the
/// folder is open again.
///
/// A log callback that waits for the thread that is in wsy_close never returns, nor does wsy_close: see
/// wsy_log_callback for the way out. Never end a thread that is inside a call (TerminateThread, `_exit` of a
/// thread). wsy_close does not wait for such a thread, and releases the folder; if the thread was ended while
/// it was writing, the folder stays in use until the process ends.
///
/// Threads: any, but not from the log callback. Blocks for at most 2 s, plus connect_ms while a connection is
/// being opened, plus the time that a running print may still take, plus a few seconds after a thread was
/// ended inside a call.
///
/// Returns WSY_OK; WSY_ERR_HANDLE for an unknown or closed client; WSY_ERR_INTERNAL if the folder stays in
/// use because of a thread that was ended.
///
/// # Stdcall
/// Closes a till; call this before the program ends.
/// 关闭收银台，程序退出前调用。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_close(client: *mut wsy_client) -> i32 {
    guard(|| Ok(close(CLIENTS.remove(client)?)))
}

/// Closes every client of this process, as wsy_close does.
///
/// For programs that run inside a development environment (VB6, PowerBuilder, Visual FoxPro): stopped there,
/// they lose their handles without closing them, and the library stays loaded, so the next run would get
/// WSY_ERR_ALREADY_OPEN. Such a program calls this first, before wsy_open. Do not call it where another part
/// of the process may be using the library. Replies, parameters and payments stay valid, as with wsy_close.
///
/// Threads: any, but not from the log callback. Blocks as long as wsy_close may.
///
/// Returns WSY_OK, also if no client was open; WSY_ERR_INTERNAL as wsy_close.
///
/// # Stdcall
/// Closes every till that this process left open; call this first in a development environment.
/// 关闭本进程遗留未关的所有收银台；在开发环境里运行的程序启动时最先调用。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_close_all() -> i32 {
    guard(|| {
        let clients = CLIENTS.remove_all();
        // All at once: none then waits while another is still being told.
        for client in &clients {
            client.till.close();
        }
        let codes: Vec<_> = clients.into_iter().map(close).collect();
        Ok(codes.into_iter().find(|code| *code != Code::Ok).unwrap_or(Code::Ok))
    })
}

fn close(client: Arc<Client>) -> Code {
    // A call that entered just before the close is only cancelled now, and what works on the till without
    // being one, such as the thread that empties the journal, drops its reference when it is done; hence a
    // check every few ms. A thread that was ended before its call had entered never drops its own.
    let mut empty_since = None;
    let is_abandoned = loop {
        client.till.close();
        match client.calls.state() {
            State::Empty if Arc::strong_count(&client) == 1 && Arc::strong_count(&client.till) == 1 => {
                break false;
            }
            State::OnlyEnded => break true,
            State::Empty if !client.till.ledger().is_locked() => {
                if empty_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                    break true;
                }
            }
            State::Empty | State::Busy => empty_since = None,
        }
        Presence::wait_a_moment();
    };
    // A thread that was ended while it was writing holds the ledger for ever.
    if is_abandoned && client.till.ledger().is_locked() {
        return Code::Internal;
    }
    withdraw_unheard(&client.till);
    client.till.hear();
    client.till.note_heard();
    if is_abandoned {
        // Its references keep the till alive.
        Host::retire(client.host.lock_patiently().and_then(|mut host| host.take()));
        client.till.log().listen(None);
        return if client.till.abandon() { Code::Ok } else { Code::Internal };
    }
    Code::Ok
}

/// Opens a connection for the next payment, while the cashier is still adding up: the payment then waits
/// neither for the server's name nor for connecting nor for TLS.
///
/// Call it when a sale begins. The library does the same after wsy_open and after each payment, refund and
/// void. One connection at most is kept ready, for prepare_ms after the last of these; it is replaced when it
/// is prepare_age_ms old, see wsy_open. It carries at most one request, and the payment checks it first: if
/// the server has closed it, or sent anything, the payment opens another one. A verdict is as certain as
/// without it. But if the line has broken meanwhile, or a firewall has forgotten a connection that was silent
/// for less than prepare_age_ms, the payment is unknown at first, where without it one that was made or was
/// not sent. Nothing happens with the option prepare=0, until the config has been read, and for 10 s after an
/// attempt has failed.
///
/// Threads: any. Returns at once; the connection is opened on a thread of the library's own.
///
/// Returns WSY_OK, even if nothing is or can be opened, or WSY_ERR_HANDLE.
///
/// # Stdcall
/// Opens a connection for the next payment while the sale is being entered; returns at once.
/// 录入商品时提前为下一笔收款建立连接，立即返回。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_prepare(client: *mut wsy_client) -> i32 {
    guard(|| {
        Call::on(client)?.till.prepare();
        Ok(Code::Ok)
    })
}

/// Sets the callback that receives each line of the log, in addition to the file wsy.log in the data folder.
///
/// callback: the function; NULL for none.
/// user:     passed to the callback unchanged. Must stay valid until a later wsy_on_log or wsy_close of this
///           client has returned: both wait until the callback that they replace has returned in every
///           thread, and it is not called afterwards.
///
/// Threads: any, but not from the log callback. Blocks while the replaced callback runs; if that waits for
/// this very thread, for ever: see wsy_log_callback.
///
/// Returns WSY_OK or WSY_ERR_HANDLE.
///
/// # Safety
/// `callback` is NULL or a function that follows the rules of wsy_log_callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_on_log(
    client: *mut wsy_client,
    callback: wsy_log_callback,
    user: *mut c_void,
) -> i32 {
    guard(|| {
        let client = Call::on(client)?;
        let new = callback.map(|callback| {
            Arc::new(Host {
                callback,
                user: user.expose_provenance(),
                charset: client.charset,
                inside: Presence::default(),
            })
        });
        let mut host = client.host.lock();
        client.till.log().listen(new.clone().map(Host::listener));
        let old = std::mem::replace(&mut *host, new);
        drop(host);
        Host::retire(old);
        Ok(Code::Ok)
    })
}

/// The host's callback for the lines of the log.
struct Host {
    callback: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    /// The user pointer, passed back to the callback.
    user: usize,
    charset: Charset,
    /// The threads that are in the callback.
    inside: Presence,
}

impl Host {
    fn listener(self: Arc<Self>) -> Listener {
        Arc::new(move |level, line| self.hear(level, line))
    }

    /// Lets no thread into a callback any more, and waits until all have left it.
    fn retire(host: Option<Arc<Self>>) {
        if let Some(host) = host {
            host.inside.shut();
            host.inside.wait();
        }
    }

    fn hear(&self, level: Level, line: &str) {
        // A thread may still be on its way to a callback that has been replaced.
        let Some(entry) = self.inside.enter() else { return };
        let mut bytes = self.charset.encode(line);
        bytes.retain(|byte| *byte != 0);
        bytes.push(0);
        let user = ptr::with_exposed_provenance_mut(self.user);
        let _inside = InCallback::enter();
        // SAFETY: the host promised wsy_on_log that this is a function of this type and takes this pointer.
        // The line is terminated and lives until the call returns.
        unsafe { (self.callback)(user, level as i32, bytes.as_ptr().cast()) };
        self.inside.leave(entry);
    }
}
