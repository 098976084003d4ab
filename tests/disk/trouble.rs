//! Every file operation of a payment and of a refund fails in turn, once and forever, in each way that a disk
//! can fail: a clear error or verdict, nothing charged that is not in the ledger, and everything settled once
//! the disk works again.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use wsy::driver;
use wsy::driver::Store;
use wsy::payment::policy::Policy;
use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::request::{Device, Extra, Goods};
use wsy::till::ledger::{ChargeState, LedgerError, RefundState};
use wsy::till::secret_store::FilePermissions;
use wsy::till::{
    ChargeRequest, ChargeVerdict, Error, Insist, Options, RefundRequest, RefundVerdict, Till, Which,
};
use wsy_sandbox::{BillStateWord, Call, Fault, FaultOrder, NewAuthCode, NewDevice, Sandbox};

use crate::vfs::{Disk, Plan, Trouble};

struct World {
    sandbox: Sandbox,
    device: Device,
    home: TempDir,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::start(wsy_sandbox::Options::default()).unwrap();
        let device = sandbox.control().add_device(NewDevice::default()).unwrap();
        let device = Device::new(device.device_id, device.key);
        Self { sandbox, device, home: TempDir::new().unwrap() }
    }

    fn folder(&self) -> &Path {
        self.home.path()
    }

    fn open(&self) -> Result<Arc<Till>, Error> {
        let mut options = Options { refresh_config: false, ..Options::default() };
        options.http.base = self.sandbox.base();
        options.policy = Policy {
            poll_ms: 50,
            first_query_ms: 20,
            quiet_ms: 150,
            crashed_quiet_ms: 150,
            refund_quiet_ms: 150,
            deadline_ms: 5_000,
            ..options.policy
        };
        Till::open(self.folder(), options, Box::new(FilePermissions))
    }

    fn code(&self) -> AuthCode {
        let customer = NewAuthCode::wechat(wsy_sandbox::Behaviour::Pays);
        AuthCode::parse(&self.sandbox.control().new_auth_code(&customer).unwrap().auth_code).unwrap()
    }

    /// The amounts that the platform took and refunded, in fen.
    fn money(&self) -> (i64, i64) {
        let bills = self.sandbox.control().book().unwrap().bills;
        let paid = bills.iter().filter(|bill| bill.state == BillStateWord::Paid);
        paid.fold((0, 0), |(taken, back), bill| {
            let refunds: i64 = bill.refunds.iter().map(|refund| refund.refund_fen.0).sum();
            (taken + bill.total_fen.0, back + refunds)
        })
    }
}

fn charge(till: &Arc<Till>, code: AuthCode) -> Result<ChargeVerdict, Error> {
    let request = ChargeRequest {
        out_trade_no: "B1".to_owned(),
        auth_code: code,
        total: Fen::new(100).unwrap(),
        paytype: wsy::till::PayTypeChoice::ByCode,
        goods: Goods::None,
        noremind: false,
        extra: Extra::default(),
        placeholders: Placeholders::default(),
        insist: Insist::No,
        deadline_ms: None,
    };
    till.charge(request, &till.cancellation_token()).map(|report| report.verdict)
}

fn refund(till: &Arc<Till>) -> Result<RefundVerdict, Error> {
    refund_within(till, 5_000)
}

fn refund_within(till: &Arc<Till>, deadline_ms: u64) -> Result<RefundVerdict, Error> {
    let request = RefundRequest {
        out_refund_no: "R1".to_owned(),
        bill: Which { out_trade_no: Some("B1".to_owned()), ..Which::default() },
        refund: Fen::new(40).unwrap(),
        paytype: None,
        extra: Extra::default(),
        deadline_ms: Some(deadline_ms),
    };
    till.refund(request, &till.cancellation_token()).map(|report| report.verdict)
}

/// The amounts taken and refunded according to the ledger, and whether anything is open.
fn ledger(till: &Till) -> (i64, i64, bool) {
    let charges = till.ledger().charges("B1").unwrap();
    let refund = till.ledger().refund("R1").unwrap();
    let paid = charges.iter().filter(|row| row.state == ChargeState::Paid).count();
    let refunded = refund.as_ref().is_some_and(|row| row.state == RefundState::Refunded);
    let open = charges.iter().any(|row| row.state == ChargeState::Open)
        || refund.is_some_and(|row| row.state == RefundState::Open);
    (100 * i64::try_from(paid).unwrap(), if refunded { 40 } else { 0 }, open)
}

/// Checks that a report is true of the platform's book at that moment.
fn told_is_true(
    world: &World,
    charged: &Result<ChargeVerdict, Error>,
    refunded: Option<&Result<RefundVerdict, Error>>,
) {
    let (taken, back) = world.money();
    match charged {
        Ok(ChargeVerdict::Paid) => assert_eq!(taken, 100),
        Ok(ChargeVerdict::NotPaid) | Err(_) => assert_eq!(taken, 0, "{charged:?}"),
        Ok(ChargeVerdict::Unknown) => {}
        Ok(ChargeVerdict::PaidEarlier | ChargeVerdict::Decided) => panic!("{charged:?}"),
    }
    match refunded {
        Some(Ok(RefundVerdict::Refunded)) => assert_eq!(back, 40),
        Some(Ok(RefundVerdict::NotRefunded) | Err(_)) => assert_eq!(back, 0, "{refunded:?}"),
        Some(Ok(RefundVerdict::Unknown)) => {}
        Some(Ok(RefundVerdict::Decided)) => panic!("{refunded:?}"),
        None => assert_eq!(back, 0),
    }
}

/// A program that is restarted on a working disk: everything is settled, and the two books agree.
fn settles(world: &World) {
    let till = world.open().unwrap();
    till.set_device(world.device.clone()).unwrap();
    // However busy the machine is.
    till.recover(Some(60_000), &till.cancellation_token()).unwrap();
    let (taken, back, open) = ledger(&till);
    assert!(!open);
    assert_eq!(world.money(), (taken, back));
}

/// One life with trouble. Returns whether the trouble occurred.
fn live(plan: Plan) -> bool {
    let world = World::new();
    let disk = Disk::under(world.folder());
    let till = world.open().unwrap();
    till.set_device(world.device.clone()).unwrap();
    disk.plan(plan);
    let charged = charge(&till, world.code());
    let refunded = matches!(charged, Ok(ChargeVerdict::Paid)).then(|| refund(&till));
    told_is_true(&world, &charged, refunded.as_ref());
    if let Err(error) = &charged {
        assert!(matches!(error, Error::Driver(driver::Error::Ledger(_))), "{error:?}");
    }
    let came = disk.heal();
    drop(till);
    settles(&world);
    came
}

/// The same for a till that is started on a disk with trouble.
fn start(plan: Plan) -> bool {
    let world = World::new();
    let disk = Disk::under(world.folder());
    {
        let till = world.open().unwrap();
        till.set_device(world.device.clone()).unwrap();
        assert_eq!(charge(&till, world.code()).unwrap(), ChargeVerdict::Paid);
    }
    disk.plan(plan);
    if let Err(error) = world.open() {
        let said = matches!(
            &error,
            Error::Driver(driver::Error::Ledger(
                LedgerError::Full(_)
                    | LedgerError::Disk(_)
                    | LedgerError::CannotOpen(_)
                    | LedgerError::Storage(_)
                    | LedgerError::InUse
                    | LedgerError::Damaged(_)
            ))
        );
        assert!(said, "{error:?}");
    }
    let came = disk.heal();
    settles(&world);
    assert_eq!(world.money(), (100, 0));
    came
}

/// The same for the very first start, which creates the ledger.
fn first_start(plan: Plan) -> bool {
    let world = World::new();
    let disk = Disk::under(world.folder());
    disk.plan(plan);
    if let Err(error) = world.open() {
        assert!(matches!(error, Error::Driver(driver::Error::Ledger(_))), "{error:?}");
    }
    let came = disk.heal();
    let till = world.open().unwrap();
    till.set_device(world.device.clone()).unwrap();
    assert_eq!(charge(&till, world.code()).unwrap(), ChargeVerdict::Paid);
    came
}

/// Moves the trouble from one operation to the next until it no longer occurs.
fn at_every_operation(life: fn(Plan) -> bool, trouble: Trouble) {
    let mut lives = 0;
    for forever in [false, true] {
        let mut after = 0;
        while life(Plan { after, trouble, forever }) {
            (after, lives) = (after + 1, lives + 1);
        }
    }
    println!("{trouble:?}: {lives} lives");
    assert!(lives > 2, "{trouble:?} never occurred");
}

#[test]
fn a_payment_on_a_disk_without_space_is_safe() {
    at_every_operation(live, Trouble::NoSpace);
}

#[test]
fn a_payment_on_a_disk_with_errors_is_safe() {
    at_every_operation(live, Trouble::InputOutput);
}

#[test]
fn a_payment_on_a_disk_that_became_read_only_is_safe() {
    at_every_operation(live, Trouble::ReadOnly);
}

#[test]
fn what_was_heard_and_could_not_be_written_down_is_not_forgotten() {
    for trouble in [Trouble::NoSpace, Trouble::InputOutput] {
        let world = World::new();
        let (disk, control) = (Disk::under(world.folder()), world.sandbox.control());
        let till = world.open().unwrap();
        till.set_device(world.device.clone()).unwrap();
        let settle = |deadline_ms| {
            till.settle("B1", Some(deadline_ms), &till.cancellation_token()).map(|told| told.verdict)
        };
        control.add_fault(FaultOrder::always(Call::Micropay, Fault::RequestLost));
        control.add_fault(FaultOrder::always(Call::Query, Fault::RequestLost));
        assert_eq!(charge(&till, world.code()).unwrap(), ChargeVerdict::Unknown);
        control.clear_faults();
        // The platform confirms the payment while nothing can be written, and does not know it any longer
        // afterwards.
        disk.plan(Plan { after: 0, trouble, forever: true });
        let body = "<dm ok=\"-1\" info=\"用户支付中\" dm_id=\"dm7\"/>".to_owned();
        control.add_fault(FaultOrder::always(Call::Query, Fault::Response { body }));
        let told = settle(200);
        assert!(!matches!(told, Ok(ChargeVerdict::Paid | ChargeVerdict::NotPaid)), "{told:?}");
        control.clear_faults();
        assert!(disk.heal(), "{trouble:?} never occurred");
        assert_eq!(settle(2_000).unwrap(), ChargeVerdict::Unknown, "{trouble:?}");
        assert!(till.ledger().charges("B1").unwrap()[0].needs_person.is_some());
    }
}

#[test]
fn an_acceptance_that_could_not_be_written_down_is_not_forgotten() {
    // The disk fails for good at each operation in turn: one of them is the first after the intent.
    for after in 0..40 {
        let world = World::new();
        let (disk, control) = (Disk::under(world.folder()), world.sandbox.control());
        let till = world.open().unwrap();
        till.set_device(world.device.clone()).unwrap();
        assert_eq!(charge(&till, world.code()).unwrap(), ChargeVerdict::Paid);
        // The platform accepts the refund, and its bill lags for longer than any quiet time.
        let body = "<dm ok=\"0\" info=\"退款申请已提交\"/>".to_owned();
        control.add_fault(FaultOrder::always(Call::Refund, Fault::Response { body }));
        disk.plan(Plan { after, trouble: Trouble::NoSpace, forever: true });
        let _ = refund_within(&till, 100);
        let was_sent = control.requests().requests.iter().any(|request| request.action == Call::Refund);
        if !disk.heal() || !was_sent {
            continue;
        }
        assert_eq!(refund_within(&till, 1_000).unwrap(), RefundVerdict::Unknown, "after {after}");
    }
}

#[test]
fn what_nobody_heard_and_could_not_be_taken_back_is_not_taken_for_heard() {
    for restarts in [false, true] {
        let world = World::new();
        let disk = Disk::under(world.folder());
        let mut till = world.open().unwrap();
        till.set_device(world.device.clone()).unwrap();
        assert_eq!(charge(&till, world.code()).unwrap(), ChargeVerdict::Paid);
        disk.plan(Plan { after: 0, trouble: Trouble::NoSpace, forever: true });
        driver::not_heard(till.as_ref(), "B1").unwrap_err();
        assert!(disk.heal());
        // The program calls again, about something else.
        till.ledger().telling().hear();
        till.ledger().note_heard().unwrap();
        if restarts {
            drop(till);
            till = world.open().unwrap();
        }
        let unfinished = driver::unfinished(till.as_ref()).unwrap();
        assert_eq!(unfinished.iter().map(|row| &*row.out_trade_no).collect::<Vec<_>>(), ["B1"]);
        let settle = || till.settle("B1", None, &till.cancellation_token()).map(|told| told.verdict);
        // The next process cannot know whether anybody heard it: a person has to handle the sale.
        let first = if restarts { ChargeVerdict::PaidEarlier } else { ChargeVerdict::Paid };
        assert_eq!(settle().unwrap(), first);
        assert_eq!(settle().unwrap(), ChargeVerdict::PaidEarlier);
        assert!(driver::unfinished(till.as_ref()).unwrap().is_empty());
    }
}

#[test]
fn a_start_on_a_disk_with_trouble_is_safe() {
    for trouble in [Trouble::InputOutput, Trouble::Locked] {
        at_every_operation(start, trouble);
    }
}

#[test]
fn a_first_start_on_a_disk_with_trouble_can_be_made_good() {
    for trouble in [Trouble::InputOutput, Trouble::Locked, Trouble::NoSpace, Trouble::ReadOnly] {
        at_every_operation(first_start, trouble);
    }
}
