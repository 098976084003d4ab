//! A file system for SQLite in between, under the name of the one that the ledger uses: it passes everything
//! on to the real one, keeps a journal of what reached the disk and when, and fails on demand.
#![allow(unsafe_code, reason = "SQLite's file systems are tables of C functions")]
#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "a file and its table are two pointers deep at each call"
)]

use std::collections::HashMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, OnceLock, Weak};
use std::{mem, ptr, slice};

use rusqlite::ffi;

/// The events on the files, in order.
#[derive(Clone, Debug)]
pub enum Op {
    Write {
        file: String,
        offset: u64,
        data: Vec<u8>,
    },
    Truncate {
        file: String,
        size: u64,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
    },
    /// The scenario got a result: what was reported is durable from here on.
    Told(usize),
}

/// How a file operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    NoSpace,
    InputOutput,
    ReadOnly,
    Locked,
}

impl Trouble {
    /// The result code for SQLite; `None` if such trouble does not affect the operation.
    fn code(self, kind: Kind) -> Option<c_int> {
        match (self, kind) {
            (Self::NoSpace, Kind::Write) => Some(ffi::SQLITE_FULL),
            (Self::ReadOnly, Kind::Write | Kind::Truncate) => Some(ffi::SQLITE_READONLY),
            (Self::Locked, Kind::Lock) => Some(ffi::SQLITE_BUSY),
            (Self::Locked, Kind::Open) => Some(ffi::SQLITE_CANTOPEN),
            (Self::InputOutput, Kind::Open) => Some(ffi::SQLITE_CANTOPEN),
            (Self::InputOutput, Kind::Read) => Some(ffi::SQLITE_IOERR_READ),
            (Self::InputOutput, Kind::Write) => Some(ffi::SQLITE_IOERR_WRITE),
            (Self::InputOutput, Kind::Truncate) => Some(ffi::SQLITE_IOERR_TRUNCATE),
            (Self::InputOutput, Kind::Sync) => Some(ffi::SQLITE_IOERR_FSYNC),
            (Self::InputOutput, Kind::Lock) => Some(ffi::SQLITE_IOERR_LOCK),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Lock,
}

/// The first operation that fails, how, and whether only once.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub after: usize,
    pub trouble: Trouble,
    pub forever: bool,
}

/// The disk under one data folder.
#[derive(Default)]
pub struct Disk {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ops: Vec<Op>,
    plan: Option<Plan>,
    /// The number of operations so far that the plan's trouble can affect.
    touched: usize,
    fired: bool,
}

impl Disk {
    /// Puts a disk under a folder: SQLite's operations on files in it go through it from now on, as long as
    /// the test holds it.
    pub fn under(folder: &Path) -> Arc<Self> {
        install();
        let disk = Arc::<Self>::default();
        disks().lock().unwrap().insert(folder.to_owned(), Arc::downgrade(&disk));
        disk
    }

    pub fn told(&self, number: usize) {
        self.state.lock().unwrap().ops.push(Op::Told(number));
    }

    pub fn ops(&self) -> Vec<Op> {
        self.state.lock().unwrap().ops.clone()
    }

    pub fn plan(&self, plan: Plan) {
        let mut state = self.state.lock().unwrap();
        (state.plan, state.touched, state.fired) = (Some(plan), 0, false);
    }

    /// Ends the trouble, and returns whether there was any.
    pub fn heal(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.plan = None;
        state.fired
    }

    fn trouble(&self, kind: Kind) -> Option<c_int> {
        let mut state = self.state.lock().unwrap();
        let plan = state.plan?;
        let code = plan.trouble.code(kind)?;
        let at = state.touched;
        state.touched += 1;
        let fires = if plan.forever { at >= plan.after } else { at == plan.after };
        state.fired |= fires;
        fires.then_some(code)
    }

    fn note(&self, op: Op) {
        self.state.lock().unwrap().ops.push(op);
    }
}

fn disks() -> &'static Mutex<HashMap<PathBuf, Weak<Disk>>> {
    static DISKS: OnceLock<Mutex<HashMap<PathBuf, Weak<Disk>>>> = OnceLock::new();
    DISKS.get_or_init(Mutex::default)
}

/// An open file: ours first, the real one's behind it in the same allocation of SQLite.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    watched: *mut Watched,
}

struct Watched {
    disk: Option<Arc<Disk>>,
    name: String,
}

struct Real(*mut ffi::sqlite3_vfs);
// SAFETY: SQLite's own file system is a table that is never changed or freed.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

fn real() -> *mut ffi::sqlite3_vfs {
    REAL.get().unwrap().0
}

fn install() {
    static INSTALLED: Once = Once::new();
    // SAFETY: the new table is a copy of the real one, which lives as long as the process, as does the copy.
    INSTALLED.call_once(|| unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let found = ffi::sqlite3_vfs_find(c"unix-none".as_ptr());
        assert!(!found.is_null() && REAL.set(Real(found)).is_ok());
        let mut ours = *found;
        ours.szOsFile += c_int::try_from(mem::size_of::<File>()).unwrap();
        ours.pNext = ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1), ffi::SQLITE_OK);
    });
}

/// The disk under a path, and the file's name on it.
unsafe fn watched(path: *const c_char) -> Watched {
    if path.is_null() {
        return Watched { disk: None, name: String::new() };
    }
    // SAFETY: SQLite passes NUL-terminated paths.
    let path = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()));
    let folder = path.parent().unwrap_or(Path::new(""));
    let disk = disks().lock().unwrap().get(folder).and_then(Weak::upgrade);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Watched { disk, name }
}

unsafe fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` asked for room for both.
    unsafe { file.cast::<File>().add(1).cast() }
}

unsafe fn of<'a>(file: *mut ffi::sqlite3_file) -> &'a Watched {
    // SAFETY: `open` set it, `close` ends it.
    unsafe { &*(*file.cast::<File>()).watched }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the real file system opens its part of the allocation; ours is complete before SQLite uses it.
    unsafe {
        (*file).pMethods = ptr::null();
        let watched = watched(path);
        if let Some(code) = watched.disk.as_ref().and_then(|disk| disk.trouble(Kind::Open)) {
            return code;
        }
        let code = (*real()).xOpen.unwrap()(real(), path, inner(file), flags, out);
        if code == ffi::SQLITE_OK {
            (*file.cast::<File>()).watched = Box::into_raw(Box::new(watched));
            (*file).pMethods = &raw const METHODS.0;
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    // SAFETY: passed on.
    unsafe {
        let Watched { disk, name } = watched(path);
        if let Some(disk) = disk {
            disk.note(Op::Delete { file: name });
        }
        (*real()).xDelete.unwrap()(real(), path, sync)
    }
}

struct Methods(ffi::sqlite3_io_methods);
// SAFETY: functions only.
unsafe impl Sync for Methods {}

/// Version 1: without shared memory, which a ledger that is held exclusively does not use.
static METHODS: Methods = Methods(ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
});

macro_rules! pass {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let inner = inner($file);
        (*(*inner).pMethods).$method.unwrap()(inner $(, $argument)*)
    }};
}

/// Fails on demand, or passes on the operation and records it.
unsafe fn watch(
    file: *mut ffi::sqlite3_file,
    kind: Kind,
    pass: impl FnOnce() -> c_int,
    note: impl FnOnce(String) -> Option<Op>,
) -> c_int {
    // SAFETY: an open file of ours.
    let Watched { disk, name } = unsafe { of(file) };
    let Some(disk) = disk else { return pass() };
    if let Some(code) = disk.trouble(kind) {
        return code;
    }
    let code = pass();
    if code == ffi::SQLITE_OK
        && let Some(op) = note(name.clone())
    {
        disk.note(op);
    }
    code
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` made the box; SQLite closes a file once.
    unsafe {
        drop(Box::from_raw((*file.cast::<File>()).watched));
        pass!(file, xClose)
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, n: c_int, at: i64) -> c_int {
    // SAFETY: passed on.
    unsafe { watch(file, Kind::Read, || pass!(file, xRead, to, n, at), |_| None) }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, n: c_int, at: i64) -> c_int {
    // SAFETY: passed on; SQLite passes `n` bytes.
    unsafe {
        let data = slice::from_raw_parts(from.cast::<u8>(), usize::try_from(n).unwrap());
        let offset = u64::try_from(at).unwrap();
        let note = |file| Some(Op::Write { file, offset, data: data.to_vec() });
        watch(file, Kind::Write, || pass!(file, xWrite, from, n, at), note)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let note = |file| Some(Op::Truncate { file, size: u64::try_from(size).unwrap() });
    // SAFETY: passed on.
    unsafe { watch(file, Kind::Truncate, || pass!(file, xTruncate, size), note) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // The real disk need not be waited for: the journal determines what a power cut leaves.
    // SAFETY: an open file of ours.
    unsafe { watch(file, Kind::Sync, || ffi::SQLITE_OK, |file| Some(Op::Sync { file })) }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xFileSize, size) }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: passed on.
    unsafe { watch(file, Kind::Lock, || pass!(file, xLock, level), |_| None) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xUnlock, level) }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xCheckReservedLock, out) }
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xFileControl, op, argument) }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xSectorSize) }
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: passed on.
    unsafe { pass!(file, xDeviceCharacteristics) }
}
