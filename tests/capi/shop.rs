//! A shop: a platform with a device, a till on a data folder, and the comparison of their books.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wsy_sandbox::{
    Behaviour, BillOutcome, BillStateWord, BillView, Call, Control, DeviceKey, Fault, FaultOrder,
    NewAuthCode, NewDevice, Options, Overrides, RefundedBy, RequestEntry, Sandbox,
};

use crate::driver::Driver;
use crate::till::{NONE, Page, Pairs, Reply, Till};
use crate::{codes, till};

/// An address where nobody listens. A free port would not do: the next test may get it.
pub const NOBODY: &str = "http://127.0.0.1:1";

/// Short times, so that a test does not wait as long as a cashier; but the ones that are used up only by a
/// hang are long, as this machine may be busy.
const TIMES: [(&str, &str); 7] = [
    ("poll_ms", "50"),
    ("first_query_ms", "20"),
    ("quiet_ms", "500"),
    ("refund_quiet_ms", "500"),
    ("deadline_ms", "60000"),
    ("connect_ms", "20000"),
    ("response_ms", "20000"),
];

/// A quiet time that no test waits for: a verdict must have another reason, however slow this machine is.
pub const NEVER_QUIET: &str = "3600000";

/// For calls that should end undecided.
pub const SOON: Pairs<'static> = &[("deadline_ms", "200")];

pub struct Shop {
    pub sandbox: Sandbox,
    pub control: Control,
    pub device: DeviceKey,
    pub till: Till,
    options: Vec<(String, String)>,
    home: TempDir,
}

#[derive(Default)]
pub struct Setup {
    gbk: bool,
    without_device: bool,
    options: Vec<(String, String)>,
    overrides: Overrides,
}

impl Setup {
    pub fn page(self, page: Page) -> Self {
        Self { gbk: page == Page::Gbk, ..self }
    }

    /// A till that is not activated.
    pub fn without_device(self) -> Self {
        Self { without_device: true, ..self }
    }

    /// Sets another option, or another value for one.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets an attribute of the device's config.
    pub fn config(mut self, name: &str, value: &str) -> Self {
        self.overrides.config.insert(name.to_owned(), Some(value.to_owned()));
        self
    }

    pub fn open(self) -> Shop {
        till::within_one_day();
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let control = sandbox.control();
        let device =
            control.add_device(NewDevice { overrides: self.overrides, ..NewDevice::default() }).unwrap();
        let page = if self.gbk { Page::Gbk } else { Page::Utf8 };
        let mut options: Vec<_> = TIMES.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        options.push(("base".to_owned(), sandbox.base()));
        options.extend(self.options);
        let till = Till::new(Driver::spawn(), 0, page);
        let shop = Shop { control, device, till, options, home: TempDir::new().unwrap(), sandbox };
        shop.open(&shop.till).is(codes::OK);
        if !self.without_device {
            let set = shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
            assert_eq!(set.text("config_source"), "platform");
        }
        shop.control.clear_requests();
        shop
    }
}

impl Shop {
    pub fn open_utf8() -> Self {
        Self::setup().open()
    }

    pub fn setup() -> Setup {
        Setup::default()
    }

    pub fn folder(&self) -> PathBuf {
        self.home.path().join("数据")
    }

    /// A place for other files of the test.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Opens the data folder in a client.
    pub fn open(&self, till: &Till) -> Reply {
        self.open_with(till, NONE)
    }

    pub fn open_with(&self, till: &Till, more: Pairs) -> Reply {
        let mut options: Vec<_> = self.options.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        options.extend_from_slice(more);
        till.open(&self.folder(), &options)
    }

    /// Opens the data folder again with these times; that sends no query to the platform, which might take
    /// longer.
    pub fn open_again_with(&self, times: Pairs) {
        self.till.close().is(codes::OK);
        let mut options = times.to_vec();
        options.push(("refresh_config", "0"));
        self.open_with(&self.till, &options).is(codes::OK);
    }

    /// Makes the till another device, without the key of the first one: as the platform does not know it,
    /// nothing can be asked as that device.
    pub fn replace_device(&self) -> DeviceKey {
        // A till that is open remembers what it was.
        self.till.close().is(codes::OK);
        fs::remove_file(self.folder().join("device.key")).unwrap();
        self.open(&self.till).is(codes::OK);
        let second = self.control.add_device(NewDevice::default()).unwrap();
        self.till.set_device(&second.device_id, &second.key).is(codes::OK);
        second
    }

    /// Another program on the same folder, after the first has ended.
    pub fn start_again(&mut self) -> Reply {
        self.till = Till::new(Driver::spawn(), 0, self.till.page);
        self.open(&self.till)
    }

    /// A customer with WeChat, and the code on the phone.
    pub fn customer(&self, behaviour: Behaviour) -> String {
        self.control.new_auth_code(&NewAuthCode::wechat(behaviour)).unwrap().auth_code
    }

    pub fn wechat(&self) -> String {
        self.customer(Behaviour::Pays)
    }

    pub fn alipay(&self) -> String {
        self.control.new_auth_code(&NewAuthCode::alipay(Behaviour::Pays)).unwrap().auth_code
    }

    /// Charges a customer who pays at once.
    pub fn sell(&self, bill: &str, fen: i32) -> Reply {
        self.till.micropay(bill, &self.wechat(), fen, NONE).is(codes::PAID)
    }

    /// Settles a bill whose freed payment may not have let go of it yet: its outcome is listed shortly
    /// before.
    pub fn settle_when_free(&self, bill: &str) -> Reply {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let settled = self.till.settle(bill, NONE);
            if settled.code != codes::ERR_BUSY || Instant::now() > until {
                return settled;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn once(&self, call: Call, fault: Fault) {
        self.control.add_fault(FaultOrder::once(call, fault));
    }

    pub fn always(&self, call: Call, fault: Fault) {
        self.control.add_fault(FaultOrder::always(call, fault));
    }

    /// The requests of a kind that have arrived.
    pub fn sent(&self, call: Call) -> Vec<RequestEntry> {
        let all = self.control.requests().requests;
        all.into_iter().filter(|request| request.action == call).collect()
    }

    /// How many requests of a kind the platform has acted on, which it does a little after they arrive.
    pub fn acted(&self, call: Call) -> usize {
        self.sent(call).iter().filter(|request| request.acted).count()
    }

    /// Checks that a call sends nothing at all. Meanwhile a connection may be opened for the next payment.
    #[track_caller]
    pub fn silent<T>(&self, call: impl FnOnce() -> T) -> T {
        let before = self.control.requests();
        let outcome = call();
        let after = self.control.requests();
        let (sent, last) = (after.bytes_received - before.bytes_received, after.requests.last());
        assert_eq!(sent, 0, "something was sent: {last:#?}");
        outcome
    }

    pub fn bills(&self) -> Vec<BillView> {
        self.control.book().unwrap().bills
    }

    /// The only bill in the book.
    pub fn bill(&self) -> BillView {
        let [bill] = <[BillView; 1]>::try_from(self.bills()).unwrap();
        bill
    }

    pub fn set_outcome(&self, outcome: &BillOutcome) {
        self.control.set_bill_outcome(self.bill().dm_id, outcome).unwrap();
    }

    /// Compares the till's ledger with the platform's book. Everything has to be settled.
    #[track_caller]
    pub fn agree(&self) {
        let ledger = ledger(&self.till);
        let book = self.bills();
        let money: BTreeMap<String, Money> = book
            .iter()
            .filter(|bill| bill.state == BillStateWord::Paid)
            .map(|bill| {
                let ours = bill.refunds.iter().filter(|refund| refund.by == RefundedBy::Till);
                let refunded = ours.map(|refund| refund.refund_fen.0).sum();
                (bill.dm_id.to_string(), Money { paid: bill.total_fen.0, refunded })
            })
            .collect();
        assert_eq!(ledger, money, "ledger and book differ: {book:#?}");
    }

    /// Does the same as [`Shop::agree`], and checks that no bill has a second capture.
    #[track_caller]
    pub fn agree_on_one_capture(&self, bill: &str) {
        self.agree();
        let found = self.till.find(bill).is(codes::OK);
        let orders: Vec<_> = found.list("charge").iter().map(|charge| charge.text("dm_id")).collect();
        let captures = self.bills().into_iter().filter(|booked| {
            booked.state == BillStateWord::Paid && orders.contains(&booked.dm_id.to_string().as_str())
        });
        assert!(captures.count() <= 1, "two captures: {:#?}", self.bills());
    }

    /// Checks a verdict against the platform's book.
    #[track_caller]
    pub fn verify(&self, reply: &Reply, auth_code: &str, fen: i32) {
        let paid = |bill: &BillView| bill.auth_code == auth_code && bill.state == BillStateWord::Paid;
        let captured: Vec<_> = self.bills().into_iter().filter(paid).collect();
        match reply.code {
            codes::PAID | codes::PAID_EARLIER => {
                let [bill] = captured.as_slice() else { panic!("reported as paid: {captured:#?}") };
                assert_eq!(bill.total_fen.0, i64::from(fen));
                assert_eq!(reply.text("dm_id"), bill.dm_id.to_string());
                assert_eq!(reply.number("total_fen"), i64::from(fen));
            }
            codes::NOT_PAID => assert!(captured.is_empty(), "reported as not paid: {captured:#?}"),
            codes::UNKNOWN => {}
            error => {
                assert!(error < -100, "{}", codes::name(error));
                assert!(captured.is_empty(), "reported as not sent: {captured:#?}");
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Money {
    paid: i64,
    refunded: i64,
}

/// The totals of the ledger by order. Everything has to be settled.
#[track_caller]
fn ledger(till: &Till) -> BTreeMap<String, Money> {
    // A long test may run past midnight in Beijing and cover two days; so may one whose platform is some
    // hours ahead.
    let mut days = [-600, 0, 5 * 3600].map(till::beijing_day).to_vec();
    days.dedup();
    let days: Vec<_> = days.iter().map(|day| till.day(day).is(codes::OK)).collect();
    let mut money = BTreeMap::new();
    for day in &days {
        assert_eq!(day.number("open"), 0, "something is still open");
        for charge in day.list("charge").iter().filter(|charge| charge.text("state") == "paid") {
            let paid = Money { paid: charge.number("total_fen"), refunded: 0 };
            let twice = money.insert(charge.text("dm_id").to_owned(), paid);
            assert_eq!(twice, None, "an order is in the ledger twice");
        }
    }
    let refunds = days.iter().flat_map(|day| day.list("refund"));
    for refund in refunds.filter(|refund| refund.text("state") == "refunded") {
        // A refund of another till's bill has no charge here.
        if let Some(order) = money.get_mut(refund.text("dm_id")) {
            order.refunded += refund.number("refund_fen");
        }
    }
    money
}

/// Waits for something that is bound to happen.
#[track_caller]
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < until, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
