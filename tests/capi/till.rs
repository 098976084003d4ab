//! A till: one client of the library in a C program, with a typed interface to its calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use encoding_rs::{Encoding, GBK, UTF_8};

use crate::codes;
use crate::driver::{Begun, Driver};

/// Named values, for calls that take a list.
pub type Pairs<'a> = &'a [(&'a str, &'a str)];

pub const NONE: Pairs<'static> = &[];

/// A code page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Utf8,
    Gbk,
}

impl Page {
    pub const BOTH: [Self; 2] = [Self::Utf8, Self::Gbk];

    pub fn number(self) -> i32 {
        match self {
            Self::Utf8 => codes::UTF8,
            Self::Gbk => codes::GBK,
        }
    }

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk => GBK,
        }
    }

    pub fn encode(self, text: &str) -> Vec<u8> {
        let (bytes, _, lossy) = self.encoding().encode(text);
        assert!(!lossy, "{text} cannot be written in {self:?}");
        bytes.into_owned()
    }

    pub fn decode(self, bytes: &[u8]) -> String {
        let text = self.encoding().decode_without_bom_handling_and_without_replacement(bytes);
        text.unwrap_or_else(|| panic!("not {self:?}: {}", String::from_utf8_lossy(bytes))).into_owned()
    }
}

/// The fields of a reply, or of an item of one of its lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("no field {name} in {:?}", self.0))
    }

    pub fn number(&self, name: &str) -> i64 {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`"))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

/// The result of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub code: i32,
    /// Whether the call returned a reply at all.
    pub given: bool,
    pub fields: Fields,
    lists: BTreeMap<String, Vec<Fields>>,
    /// The receipt's bytes.
    pub receipt: Option<Vec<u8>>,
    /// The receipt's picture.
    pub picture: Option<Vec<u8>>,
    /// The text that the call itself returned.
    pub said: Option<String>,
    /// The number that the call itself returned.
    pub value: Option<i32>,
}

impl Reply {
    pub fn read(line: &str, page: Page) -> Self {
        let mut words = line.split(' ');
        let code = words.next().and_then(|code| code.parse().ok()).unwrap();
        let mut reply = Self { code, ..Self::default() };
        let bytes = |hex: &str| hex::decode(hex).unwrap();
        for word in words {
            let (what, value) = word.split_once('=').unwrap_or((word, ""));
            match what.split_once(':').unwrap_or((what, "")) {
                ("reply", _) => reply.given = true,
                ("f", name) => drop(reply.fields.0.insert(name.to_owned(), page.decode(&bytes(value)))),
                ("n", list) => {
                    let items = vec![Fields::default(); value.parse().unwrap()];
                    reply.lists.insert(list.to_owned(), items);
                }
                ("i", place) => {
                    let [list, at, name] = place.splitn(3, ':').collect::<Vec<_>>().try_into().unwrap();
                    let items = reply.lists.get_mut(list).unwrap();
                    let at: usize = at.parse().unwrap();
                    items[at].0.insert(name.to_owned(), page.decode(&bytes(value)));
                }
                ("b", _) => reply.receipt = Some(bytes(value)),
                ("p", _) => reply.picture = Some(bytes(value)),
                ("t", _) => reply.said = Some(page.decode(&bytes(value))),
                ("v", _) => reply.value = Some(value.parse().unwrap()),
                _ => panic!("the C program read the reply in two ways and says {word}: {line}"),
            }
        }
        reply
    }

    /// Checks the code, and that the reply has the same one.
    #[track_caller]
    pub fn is(self, code: i32) -> Self {
        let (got, wanted) = (codes::name(self.code), codes::name(code));
        assert_eq!(got, wanted, "{:#?}", self.fields);
        if self.given {
            assert_eq!(self.fields.number("code"), i64::from(code));
        }
        self
    }

    pub fn text(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    pub fn number(&self, name: &str) -> i64 {
        self.fields.number(name)
    }

    pub fn list(&self, name: &str) -> &[Fields] {
        self.maybe_list(name).unwrap_or_else(|| panic!("no list {name}"))
    }

    pub fn maybe_list(&self, name: &str) -> Option<&[Fields]> {
        self.lists.get(name).map(Vec::as_slice)
    }
}

/// A call that has begun on another thread.
pub struct Pending {
    begun: Begun,
    page: Page,
}

impl Pending {
    pub fn has_ended(&self) -> bool {
        self.begun.has_ended()
    }

    pub fn end(self) -> Reply {
        Reply::read(&self.begun.end(), self.page)
    }
}

/// A client in a C program. Several can share one program.
#[derive(Clone)]
pub struct Till {
    pub driver: Arc<Driver>,
    pub page: Page,
    client: usize,
}

const SLOTS: usize = 64;

impl Till {
    pub fn new(driver: Arc<Driver>, client: usize, page: Page) -> Self {
        Self { driver, page, client }
    }

    fn words(&self, call: &str, rest: &[String]) -> Vec<String> {
        let mut words = vec![call.to_owned(), self.client.to_string()];
        words.extend_from_slice(rest);
        words
    }

    /// Any call, in the words of the C program's commands.
    pub fn raw(&self, words: &[&str]) -> Reply {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Reply::read(&self.driver.call(&words), self.page)
    }

    /// Any call, on a thread of the program.
    pub fn start_raw(&self, words: &[&str]) -> Pending {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Pending { begun: self.driver.start(&words), page: self.page }
    }

    fn call(&self, call: &str, rest: &[String]) -> Reply {
        Reply::read(&self.driver.call(&self.words(call, rest)), self.page)
    }

    /// Any call on this client, on a thread of the program.
    pub fn start(&self, call: &str, rest: &[String]) -> Pending {
        Pending { begun: self.driver.start(&self.words(call, rest)), page: self.page }
    }

    /// A text argument.
    pub fn arg(&self, text: &str) -> String {
        hex_arg(&self.page.encode(text))
    }

    fn maybe(&self, text: &str) -> String {
        if text.is_empty() { "-".to_owned() } else { self.arg(text) }
    }

    /// A list of named values in the C program, which stays: slots are used again only after many calls.
    pub fn list(&self, pairs: Pairs) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        if pairs.is_empty() {
            return "-".to_owned();
        }
        let slot = (NEXT.fetch_add(1, Ordering::Relaxed) % SLOTS).to_string();
        self.raw(&["params_free", &slot]);
        self.raw(&["params_new", &slot, &self.page.number().to_string()]).is(codes::OK);
        for (name, value) in pairs {
            self.raw(&["params_set", &slot, &self.arg(name), &self.arg(value)]).is(codes::OK);
        }
        slot
    }

    pub fn open(&self, folder: &Path, options: Pairs) -> Reply {
        let (folder, page) = (self.arg(folder.to_str().unwrap()), self.page.number().to_string());
        self.call("open", &[folder, page, self.list(options)])
    }

    pub fn close(&self) -> Reply {
        self.call("close", &[])
    }

    /// Closes every client of the program.
    pub fn close_all(&self) -> Reply {
        self.raw(&["close_all"])
    }

    pub fn prepare(&self) -> Reply {
        self.call("prepare", &[])
    }

    pub fn start_close(&self) -> Pending {
        self.start("close", &[])
    }

    pub fn on_log(&self, how: &str) -> Reply {
        self.call("on_log", &[how.to_owned()])
    }

    pub fn log(&self) -> Vec<String> {
        self.driver.log().iter().map(|(_, line)| self.page.decode(line)).collect()
    }

    pub fn activate(&self, initkey: &str, hostid: &str) -> Reply {
        self.activate_with(initkey, hostid, NONE)
    }

    pub fn activate_with(&self, initkey: &str, hostid: &str, pairs: Pairs) -> Reply {
        self.call("activate", &[self.arg(initkey), self.maybe(hostid), self.list(pairs)])
    }

    pub fn set_device(&self, id: &str, key: &str) -> Reply {
        self.call("set_device", &[self.arg(id), self.arg(key)])
    }

    pub fn config(&self, refresh: i32) -> Reply {
        self.call("config", &[refresh.to_string()])
    }

    pub fn time(&self) -> Reply {
        self.call("time", &[])
    }

    fn micropay_words(&self, bill: &str, code: &str, fen: i32, pairs: Pairs) -> [String; 4] {
        [self.arg(bill), self.arg(code), fen.to_string(), self.list(pairs)]
    }

    pub fn micropay(&self, bill: &str, code: &str, fen: i32, pairs: Pairs) -> Reply {
        self.call("micropay", &self.micropay_words(bill, code, fen, pairs))
    }

    /// wsy_micropay on a thread of the program.
    pub fn micropay_aside(&self, bill: &str, code: &str, fen: i32, pairs: Pairs) -> Pending {
        self.start("micropay", &self.micropay_words(bill, code, fen, pairs))
    }

    pub fn micropay_start(&self, slot: usize, bill: &str, code: &str, fen: i32, pairs: Pairs) -> Reply {
        let mut words = self.micropay_words(bill, code, fen, pairs).to_vec();
        words.push(slot.to_string());
        self.call("micropay_start", &words)
    }

    fn refund_words(&self, refund: &str, bill: &str, dm_id: &str, fen: i32, pairs: Pairs) -> [String; 5] {
        [self.arg(refund), self.maybe(bill), self.maybe(dm_id), fen.to_string(), self.list(pairs)]
    }

    pub fn refund(&self, refund: &str, bill: &str, fen: i32, pairs: Pairs) -> Reply {
        self.call("refund", &self.refund_words(refund, bill, "", fen, pairs))
    }

    pub fn refund_order(&self, refund: &str, bill: &str, dm_id: &str, fen: i32) -> Reply {
        self.refund_order_with(refund, bill, dm_id, fen, NONE)
    }

    pub fn refund_order_with(&self, refund: &str, bill: &str, dm_id: &str, fen: i32, pairs: Pairs) -> Reply {
        self.call("refund", &self.refund_words(refund, bill, dm_id, fen, pairs))
    }

    pub fn refund_aside(&self, refund: &str, bill: &str, fen: i32, pairs: Pairs) -> Pending {
        self.start("refund", &self.refund_words(refund, bill, "", fen, pairs))
    }

    pub fn refund_start(&self, slot: usize, refund: &str, bill: &str, fen: i32, pairs: Pairs) -> Reply {
        let mut words = self.refund_words(refund, bill, "", fen, pairs).to_vec();
        words.push(slot.to_string());
        self.call("refund_start", &words)
    }

    pub fn void(&self, bill: &str, pairs: Pairs) -> Reply {
        self.call("void", &[self.arg(bill), self.list(pairs)])
    }

    pub fn settle(&self, bill: &str, pairs: Pairs) -> Reply {
        self.call("settle", &[self.arg(bill), self.list(pairs)])
    }

    pub fn recover(&self, pairs: Pairs) -> Reply {
        self.call("recover", &[self.list(pairs)])
    }

    pub fn recover_aside(&self, pairs: Pairs) -> Pending {
        self.start("recover", &[self.list(pairs)])
    }

    pub fn void_start(&self, slot: usize, bill: &str, pairs: Pairs) -> Reply {
        self.call("void_start", &[self.arg(bill), self.list(pairs), slot.to_string()])
    }

    pub fn settle_start(&self, slot: usize, bill: &str, pairs: Pairs) -> Reply {
        self.call("settle_start", &[self.arg(bill), self.list(pairs), slot.to_string()])
    }

    pub fn recover_start(&self, slot: usize, pairs: Pairs) -> Reply {
        self.call("recover_start", &[self.list(pairs), slot.to_string()])
    }

    pub fn reprint_start(&self, slot: usize, bill: &str) -> Reply {
        self.call("reprint_start", &[self.arg(bill), "-".to_owned(), "-".to_owned(), slot.to_string()])
    }

    /// Prints the receipt of one slot, with the operation started in another.
    pub fn print_receipt_start(&self, slot: usize, receipt: usize, printer: &str, ms: i32) -> Reply {
        let mut words = self.print_words(receipt, printer, ms).to_vec();
        words.push(slot.to_string());
        self.call("print_receipt_start", &words)
    }

    pub fn print_bytes_start(&self, slot: usize, bytes: &[u8], printer: &str, ms: i32) -> Reply {
        let mut words = self.bytes_words(bytes, printer, ms).to_vec();
        words.push(slot.to_string());
        self.call("print_bytes_start", &words)
    }

    pub fn poll(&self, slot: usize) -> Reply {
        self.raw(&["payment_poll", &slot.to_string()])
    }

    pub fn wait(&self, slot: usize) -> Reply {
        self.raw(&["payment_wait", &slot.to_string(), "120000"])
    }

    /// The text for the cashier.
    pub fn cashier(&self, slot: usize, language: i32) -> String {
        self.raw(&["payment_text", &slot.to_string(), &language.to_string()]).is(codes::OK).said.unwrap()
    }

    pub fn cancel(&self, slot: usize) -> Reply {
        self.raw(&["payment_cancel", &slot.to_string()])
    }

    pub fn void_payment(&self, slot: usize) -> Reply {
        self.raw(&["payment_void", &slot.to_string()])
    }

    pub fn free_payment(&self, slot: usize) -> Reply {
        self.raw(&["payment_free", &slot.to_string()])
    }

    pub fn query_auth_code(&self, code: &str, fen: i32, pairs: Pairs) -> Reply {
        self.call("query_auth_code", &[self.arg(code), fen.to_string(), self.list(pairs)])
    }

    pub fn query_order(&self, dm_id: &str, fen: i32, pairs: Pairs) -> Reply {
        self.call("query_order", &[self.arg(dm_id), fen.to_string(), self.list(pairs)])
    }

    pub fn read_bill(&self, bill: &str, dm_id: &str) -> Reply {
        self.read_bill_with(bill, dm_id, NONE)
    }

    pub fn read_bill_with(&self, bill: &str, dm_id: &str, pairs: Pairs) -> Reply {
        self.call("read_bill", &[self.maybe(bill), self.maybe(dm_id), self.list(pairs)])
    }

    pub fn reprint(&self, bill: &str, dm_id: &str) -> Reply {
        self.reprint_with(bill, dm_id, NONE)
    }

    pub fn reprint_with(&self, bill: &str, dm_id: &str, pairs: Pairs) -> Reply {
        self.call("reprint", &[self.maybe(bill), self.maybe(dm_id), self.list(pairs)])
    }

    pub fn find(&self, bill: &str) -> Reply {
        self.call("find", &[self.arg(bill)])
    }

    /// The receipt of a bill, which the program keeps in a slot.
    pub fn find_receipt(&self, bill: &str, pairs: Pairs, slot: usize) -> Reply {
        self.call("find_receipt", &[self.arg(bill), self.list(pairs), slot.to_string()])
    }

    pub fn find_refund_receipt(&self, refund: &str, pairs: Pairs, slot: usize) -> Reply {
        self.call("find_refund_receipt", &[self.arg(refund), self.list(pairs), slot.to_string()])
    }

    pub fn receipt_text(&self, slot: usize, width_mm: i32) -> Reply {
        self.raw(&["receipt_text", &slot.to_string(), &width_mm.to_string()])
    }

    pub fn receipt_png(&self, slot: usize, width_mm: i32, font: &str) -> Reply {
        self.raw(&["receipt_png", &slot.to_string(), &width_mm.to_string(), &self.maybe(font)])
    }

    pub fn receipt_png_file(&self, slot: usize, width_mm: i32, font: &str, path: &str) -> Reply {
        let words = [&slot.to_string(), &width_mm.to_string(), &self.maybe(font), &self.maybe(path)];
        self.raw(&["receipt_png_file", words[0], words[1], words[2], words[3]])
    }

    /// The same as wsy_query_order, with the reply kept in a slot.
    pub fn keep_query(&self, dm_id: &str, fen: i32, slot: usize) -> Reply {
        self.call("query_order_kept", &[self.arg(dm_id), fen.to_string(), slot.to_string()])
    }

    pub fn canvas_text(&self, slot: usize) -> Reply {
        self.raw(&["canvas_text", &slot.to_string()])
    }

    pub fn canvas_png(&self, slot: usize, font: &str) -> Reply {
        self.raw(&["canvas_png", &slot.to_string(), &self.maybe(font)])
    }

    pub fn canvas_png_file(&self, slot: usize, font: &str, path: &str) -> Reply {
        self.raw(&["canvas_png_file", &slot.to_string(), &self.maybe(font), &self.maybe(path)])
    }

    pub fn free_receipt(&self, slot: usize) -> Reply {
        self.raw(&["receipt_free", &slot.to_string()])
    }

    fn print_words(&self, slot: usize, printer: &str, ms: i32) -> [String; 3] {
        [slot.to_string(), self.arg(printer), ms.to_string()]
    }

    pub fn print_receipt(&self, slot: usize, printer: &str, ms: i32) -> Reply {
        self.call("print_receipt", &self.print_words(slot, printer, ms))
    }

    fn bytes_words(&self, bytes: &[u8], printer: &str, ms: i32) -> [String; 4] {
        [hex_arg(bytes), bytes.len().to_string(), self.arg(printer), ms.to_string()]
    }

    pub fn print_bytes(&self, bytes: &[u8], printer: &str, ms: i32) -> Reply {
        self.call("print_bytes", &self.bytes_words(bytes, printer, ms))
    }

    /// wsy_print_bytes on a thread of the program.
    pub fn print_bytes_aside(&self, bytes: &[u8], printer: &str, ms: i32) -> Pending {
        self.start("print_bytes", &self.bytes_words(bytes, printer, ms))
    }

    pub fn find_refund(&self, refund: &str) -> Reply {
        self.call("find_refund", &[self.arg(refund)])
    }

    pub fn day(&self, day: &str) -> Reply {
        self.call("day", &[self.maybe(day)])
    }

    pub fn close_day(&self, day: &str, by: &str) -> Reply {
        self.call("close_day", &[self.maybe(day), self.arg(by)])
    }

    pub fn archive(&self, day: &str) -> Reply {
        self.call("archive", &[self.maybe(day)])
    }

    pub fn unresolved(&self) -> Reply {
        self.call("unresolved", &[])
    }

    fn decide_words(&self, bill: &str, attempt: i32, decision: &str) -> [String; 5] {
        [
            self.arg(bill),
            attempt.to_string(),
            self.arg(decision),
            self.arg("店长"),
            self.arg("商户后台已核对"),
        ]
    }

    /// Decides an attempt as the manager, who has looked in the back office.
    pub fn decide(&self, bill: &str, attempt: i32, decision: &str) -> Reply {
        self.call("decide", &self.decide_words(bill, attempt, decision))
    }

    /// Decides with this person and reason, unchanged.
    pub fn decide_by(&self, bill: &str, by: &str, why: &str) -> Reply {
        let [bill, attempt, decision, ..] = self.decide_words(bill, 0, "keep");
        self.call("decide", &[bill, attempt, decision, self.arg(by), self.arg(why)])
    }

    pub fn decide_refund(&self, refund: &str, decision: &str) -> Reply {
        let [refund, _, decision, by, why] = self.decide_words(refund, 0, decision);
        self.call("decide_refund", &[refund, decision, by, why])
    }

    /// The bills of the unfinished sales, as both calls with the list return it.
    pub fn unfinished(&self) -> Vec<String> {
        let names = |reply: &Reply| -> Vec<String> {
            let list = reply.list("unfinished");
            assert_eq!(reply.number("unfinished"), i64::try_from(list.len()).unwrap());
            list.iter().map(|charge| charge.text("out_trade_no").to_owned()).collect()
        };
        let found = names(&self.unresolved().is(codes::OK));
        assert_eq!(names(&self.recover(crate::shop::SOON).is(codes::OK)), found);
        found
    }

    pub fn reconcile(&self, day: &str) -> Reply {
        self.call("reconcile", &[self.maybe(day)])
    }

    pub fn reconcile_start(&self, slot: usize, day: &str) -> Reply {
        self.call("reconcile_start", &[self.maybe(day), slot.to_string()])
    }

    pub fn alarms(&self) -> Reply {
        self.call("alarms", &[])
    }

    pub fn acknowledge(&self, alarm_id: i32, by: &str) -> Reply {
        self.call("acknowledge", &[alarm_id.to_string(), self.arg(by)])
    }
}

/// Bytes as a text argument.
pub fn hex_arg(bytes: &[u8]) -> String {
    format!("={}", hex::encode(bytes))
}

/// Seconds since 1970, as the clocks in Beijing show them.
fn beijing_s() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + 8 * 3600
}

/// Waits for the next day if this one is about to end, so that a sale and the queries about it are on one
/// day.
pub fn within_one_day() {
    const SPARE_S: i64 = 60;
    let left = DAY_S - beijing_s() % DAY_S;
    if left <= SPARE_S {
        std::thread::sleep(std::time::Duration::from_secs(left.unsigned_abs()));
    }
}

const DAY_S: i64 = 24 * 3600;

/// The day in Beijing this many seconds from now.
pub fn beijing_day(offset_s: i64) -> String {
    let beijing = beijing_s() + offset_s;
    let day = time::OffsetDateTime::from_unix_timestamp(beijing).unwrap().date();
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}
