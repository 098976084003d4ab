//! A till as the [context](driver::Context) of the money rules: tasks run on the caller's thread, with the
//! till's ledger, clocks and connections.

use std::sync::Arc;
use std::time::Duration;

use crate::chain::chain;
use crate::driver::{
    self, ChargeReport, ChargeRequest, ChargeTask, ChargeVerdict, Context, Exchange, Found, Kind, Level,
    PayTypeChoice, ReconcileTask, Reconciled, RecoverTask, Recovered, RefundReport, RefundRequest,
    RefundTask, RowId, SettleTask, Step, Store, Task, VoidReport, VoidTask, Which,
};
use crate::non_empty::NonEmpty;
use crate::payment::admission;
use crate::payment::archive::{DAYS_BEFORE_ARCHIVE, is_before};
use crate::payment::evidence::Evidence;
use crate::payment::policy::Policy;
use crate::payment::refund::Known;
use crate::payment::row::{ChargeRow, Moment, Wallet};
use crate::payment::{Delivery, Millis};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::config::{Config, PayType};
use crate::protocol::request::Device;
use crate::protocol::sentences::Taught;
use crate::till::cancellation::CancellationToken;
use crate::till::error::Error;
use crate::till::in_flight::InFlightLock;
use crate::till::ledger::{Closing, Ledger};
use crate::till::{Till, clock, device};

const DAY_MS: i64 = 86_400_000;
/// How many bills move to the archive in one write. Other calls wait that long.
const MOVED_TOGETHER: u32 = 200;
/// How long bills that are to move wait for other calls to end.
const BUSY: Duration = Duration::from_secs(1);
/// For how many quiet times queries are made as the till's own device, after an earlier one was refused.
const AS_OWN: u64 = 10;

/// The outcome of moving bills to the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// How many bills were moved.
    pub bills: usize,
    /// How many bills of those days stay: something of them is undecided, not compared or recent.
    pub stayed: usize,
    /// The size of the ledger afterwards.
    pub ledger_bytes: i64,
}

/// The response to a request to charge.
pub enum Admission {
    /// The ledger has the verdict.
    Recorded(Box<ChargeReport>),
    /// There is work to do.
    Run(ChargeRun),
}

/// The response to a request to refund.
pub enum RefundAdmission {
    /// The ledger has the verdict.
    Recorded(Box<RefundReport>),
    /// There is work to do.
    Run(RefundRun),
}

/// A charge that is being made or settled.
pub type ChargeRun = Run<ChargeTask<Arc<InFlightLock>>>;
/// A refund that is being made or settled.
pub type RefundRun = Run<RefundTask<Arc<InFlightLock>>>;

/// A bill that is being settled.
pub type SettleRun = Run<SettleTask<Arc<InFlightLock>>>;
/// A void in progress.
pub type VoidRun = Run<VoidTask<Arc<InFlightLock>>>;
/// A recovery in progress.
pub type RecoverRun = Run<RecoverTask<Arc<InFlightLock>>>;

/// A task of a till.
pub struct Run<T> {
    till: Arc<Till>,
    task: Box<T>,
    token: Arc<CancellationToken>,
}

impl<T: Task<Till>> Run<T> {
    fn new(till: &Arc<Till>, task: Box<T>, token: &Arc<CancellationToken>) -> Self {
        let run = Self { till: till.clone(), task, token: token.clone() };
        run.publish();
        run
    }

    fn publish(&self) {
        self.token.publish(self.task.progress(clock::monotonic()));
    }

    /// Runs to the end on this thread. A child that was forked meanwhile has nothing to wait for: it can
    /// neither send nor write.
    fn drive(mut self) -> T::End {
        loop {
            if self.token.is_cancelled() || !self.till.is_home() {
                self.task.cancel();
            }
            match self.task.step(&self.till) {
                Step::Go => self.publish(),
                Step::Send(exchange) => {
                    let delivery = self.till.make(&exchange);
                    self.task.hear(&self.till, delivery);
                    self.publish();
                }
                Step::Wait(until) if self.till.is_home() => self.token.sleep_until(until),
                Step::Wait(_) => {}
                Step::Ended(end) => return end,
            }
        }
    }

    /// The same for one that may move money. The next customer may already be waiting.
    fn drive_payment(self) -> T::End {
        let till = self.till.clone();
        let end = self.drive();
        till.prepare();
        end
    }
}

/// Locks of a run that outlive it. Until they are dropped, no other call works on the bill.
#[derive(Debug, Default)]
pub struct Locks {
    _held: Vec<Arc<InFlightLock>>,
}

impl ChargeRun {
    /// The locks it holds, for a caller that has to handle the verdict before another call reads it.
    pub fn locks(&self) -> Locks {
        Locks { _held: self.task.locks().to_vec() }
    }

    /// Runs to the verdict on this thread.
    pub fn finish(self) -> Result<ChargeReport, Error> {
        let till = self.till.clone();
        let report = self.drive_payment()?;
        if report.verdict == ChargeVerdict::Paid && till.paid_attempts(&report) > 1 {
            let ChargeRow { out_trade_no, attempt, .. } = &report.row;
            till.log.error(&format!(
                "charge.paid_twice out_trade_no={out_trade_no} attempt={attempt}: refund one of the orders"
            ));
        }
        Ok(report)
    }
}

impl RefundRun {
    /// Runs to the verdict on this thread.
    pub fn finish(self) -> Result<RefundReport, Error> {
        Ok(self.drive_payment()?)
    }
}

impl SettleRun {
    /// The locks it holds, as for a charge.
    pub fn locks(&self) -> Locks {
        Locks { _held: vec![self.task.attempts().lock().clone()] }
    }

    /// Runs to the verdict on this thread.
    pub fn finish(self) -> Result<ChargeReport, Error> {
        Ok(self.drive()?)
    }
}

impl VoidRun {
    /// Runs to the verdict on this thread.
    pub fn finish(self) -> Result<VoidReport, Error> {
        Ok(self.drive_payment()?)
    }
}

impl RecoverRun {
    /// Runs to the end on this thread.
    pub fn finish(self) -> Result<Recovered, Error> {
        Ok(self.drive()?)
    }
}

impl Till {
    /// Opens a connection for a payment that is about to come, and keeps one ready for a while. Returns at
    /// once. Does nothing where a payment would first read the config, which says where to connect to.
    pub fn prepare(&self) {
        if self.is_ready_to_charge() {
            self.http.prepare();
        }
    }

    /// Charges a bill and waits for the verdict.
    pub fn charge(
        self: &Arc<Self>,
        request: ChargeRequest,
        token: &Arc<CancellationToken>,
    ) -> Result<ChargeReport, Error> {
        match self.admit(request, token)? {
            Admission::Recorded(report) => Ok(*report),
            Admission::Run(run) => run.finish(),
        }
    }

    /// Decides whether a charge may be made. Nothing has been sent when this returns.
    pub fn admit(
        self: &Arc<Self>,
        request: ChargeRequest,
        token: &Arc<CancellationToken>,
    ) -> Result<Admission, Error> {
        Ok(match driver::admit_charge(self.as_ref(), request, |request| self.wallet(request))? {
            driver::Admission::Recorded(report) => Admission::Recorded(report),
            driver::Admission::Run(task) => Admission::Run(Run::new(self, task, token)),
        })
    }

    /// Settles a bill of the ledger by queries alone; a verdict on record is returned as it is. It is an
    /// error if the bill was, or may have been, refunded in full: after "paid", the goods may be handed over.
    pub fn settle(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<ChargeReport, Error> {
        self.begin_settle(out_trade_no, deadline_ms, token)?.finish()
    }

    /// Starts settling a bill. Nothing has been sent when this returns.
    pub fn begin_settle(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<SettleRun, Error> {
        let task = SettleTask::begin(self.as_ref(), out_trade_no, deadline_ms)?;
        Ok(Run::new(self, Box::new(task), token))
    }

    /// Refunds part or all of a bill and waits for the verdict.
    pub fn refund(
        self: &Arc<Self>,
        request: RefundRequest,
        token: &Arc<CancellationToken>,
    ) -> Result<RefundReport, Error> {
        match self.admit_refund(request, token)? {
            RefundAdmission::Recorded(report) => Ok(*report),
            RefundAdmission::Run(run) => run.finish(),
        }
    }

    /// Decides whether a refund may be made. Nothing has been sent when this returns.
    pub fn admit_refund(
        self: &Arc<Self>,
        request: RefundRequest,
        token: &Arc<CancellationToken>,
    ) -> Result<RefundAdmission, Error> {
        if let Some(code) = &request.paytype {
            named(&self.config_to_charge()?.config, code)?;
        }
        let request = RefundRequest { bill: self.named(&request.bill)?, ..request };
        Ok(match driver::admit_refund(self.as_ref(), request)? {
            driver::RefundAdmission::Recorded(report) => RefundAdmission::Recorded(report),
            driver::RefundAdmission::Run(task) => RefundAdmission::Run(Run::new(self, task, token)),
        })
    }

    /// Voids a bill: settles it, and refunds what is left of every order that turns out to be paid.
    pub fn void(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<VoidReport, Error> {
        self.begin_void(out_trade_no, deadline_ms, token)?.finish()
    }

    /// Starts voiding a bill. When this returns, the request is on record and nothing has been sent.
    pub fn begin_void(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<VoidRun, Error> {
        let task = VoidTask::begin(self.as_ref(), out_trade_no, deadline_ms)?;
        Ok(Run::new(self, Box::new(task), token))
    }

    /// Settles everything that is open, concurrently on this thread, so that one that has to wait does not
    /// hold up the others. Sends queries only and may be repeated. Skips what another call is working on.
    pub fn recover(
        self: &Arc<Self>,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<Recovered, Error> {
        self.begin_recovery(deadline_ms, token)?.finish()
    }

    /// Starts settling everything that is open. Nothing has been sent when this returns.
    pub fn begin_recovery(
        self: &Arc<Self>,
        deadline_ms: Option<u64>,
        token: &Arc<CancellationToken>,
    ) -> Result<RecoverRun, Error> {
        let task = RecoverTask::begin(self.as_ref(), deadline_ms)?;
        Ok(Run::new(self, Box::new(task), token))
    }

    /// Compares the charges and refunds that were started, ended or paid on a day, `2026-11-22` in Beijing,
    /// with the platform, and those of other days that no reconciliation has had a response about. Sends
    /// queries only. Reports those that cannot be queried now; a later reconciliation may query them.
    /// Cancelling stops between two queries.
    pub fn reconcile(
        self: &Arc<Self>,
        day: &str,
        token: &Arc<CancellationToken>,
    ) -> Result<Reconciled, Error> {
        let task = ReconcileTask::begin(self.as_ref(), day)?;
        Ok(Run::new(self, Box::new(task), token).drive()?)
    }

    /// Today in Beijing, by this machine's clock unless that is known to be wrong.
    pub fn today(&self) -> String {
        self.moment().day
    }

    /// Closes a day, `2026-11-22`, and all days before it: no later outcome counts towards them. Sends
    /// nothing. A closed day stays unchanged.
    pub fn close_day(&self, day: &str, by: &str) -> Result<Closing, Error> {
        let now = self.moment();
        if *day > *now.day {
            return Err(driver::Error::DayNotOver(day.to_owned()).into());
        }
        let closing = self.ledger.close_day(day, by, now.ms)?;
        self.log.info(&format!("day.closed day={day} by={}", closing.by));
        if let Some(today) = self.platform_day() {
            self.forget(&today);
        }
        Ok(closing)
    }

    /// Forgets auth codes and earlier devices that are no longer needed. The date has to be the platform's: a
    /// machine whose clock is wrong would forget what can never be asked for again.
    fn forget(&self, today: &str) {
        match self.ledger.forget_codes(today) {
            Ok(0) => {}
            Ok(count) => self.log.info(&format!("codes.forgotten {count}")),
            Err(error) => self.log.warn(&format!("codes.forgotten not written: {}", chain(&error))),
        }
        if self.check_folder().is_ok() {
            let is_needed = |id: &str| self.ledger.needs_device(id, today).unwrap_or(true);
            self.earlier.write().forget(is_needed);
            device::forget_earlier(&self.folder, self.secrets.as_ref(), is_needed);
        }
    }

    /// The last day that [`Till::archive`] accepts.
    pub fn last_day_to_archive(&self) -> String {
        clock::day(self.now_ms() - DAYS_BEFORE_ARCHIVE * DAY_MS)
    }

    /// Moves the bills that are done with, and on which nothing has happened after a day, `2026-11-22`, from
    /// the ledger to its archive. Every call about such a bill finds it as before. Bills move only while no
    /// other call is in progress. Queries the platform's time if it is not known.
    pub fn archive(&self, day: &str) -> Result<Archived, Error> {
        let _lock = self.in_flight.lock("archive", "")?;
        let is_closed = self.ledger.closing(day)?.is_some();
        if !is_closed || !is_before(day, &self.certain_day()?, DAYS_BEFORE_ARCHIVE) {
            return Err(driver::Error::DayNotArchivable(day.to_owned()).into());
        }
        let token = self.cancellation_token();
        let mut archived = Archived::default();
        let mut after = 0;
        loop {
            if token.is_cancelled() {
                return Err(driver::Error::Cancelled.into());
            }
            let bills = self.ledger.bills_until(day, after, MOVED_TOGETHER)?;
            let Some((last, _)) = bills.last() else { break };
            after = *last;
            let bills: Vec<_> = bills.into_iter().map(|(_, bill)| bill).collect();
            let all = bills.len();
            let moved = self.gate.alone(BUSY, || self.ledger.archive(&bills, day));
            let moved = moved.ok_or_else(|| driver::Error::Busy("archive".to_owned()))??;
            archived.bills += moved;
            archived.stayed += all - moved;
        }
        archived.ledger_bytes = self.ledger.shrink()?;
        let Archived { bills, stayed, ledger_bytes } = archived;
        self.log
            .info(&format!("archived day={day} bills={bills} stayed={stayed} ledger_bytes={ledger_bytes}"));
        Ok(archived)
    }

    /// Records that a person has seen an alarm.
    pub fn acknowledge(&self, alarm_id: i64, by: &str) -> Result<(), Error> {
        if !self.ledger.acknowledge(alarm_id, by)? {
            return Err(Error::NoAlarm(alarm_id));
        }
        self.log.info(&format!("alarm.acknowledged id={alarm_id} by={by}"));
        Ok(())
    }

    /// Returns how much of a paid charge was refunded, in fen, as this till knows or a person decided.
    pub fn refunded_fen(&self, report: &ChargeReport) -> Result<i64, Error> {
        match (report.refunded_fen, &report.row.dm_id) {
            (Some(fen), _) => Ok(fen),
            (None, Some(dm_id)) => Ok(admission::refunded_fen(&self.ledger.refunds_of_order(dm_id)?)),
            (None, None) => Ok(0),
        }
    }

    /// Returns how many attempts on a bill were paid, including late and by decision of a person. If there
    /// are several, the customer has paid more than once.
    pub fn paid_attempts(&self, report: &ChargeReport) -> usize {
        let read = || driver::account(self, &report.row.out_trade_no);
        report.paid_attempts.unwrap_or_else(|| read().map_or(0, |account| account.bill.paid_attempts()))
    }

    /// Finds the bill that a call is about.
    pub(super) fn find(&self, which: &Which) -> Result<Found, Error> {
        Ok(driver::find(self, &self.named(which)?)?)
    }

    fn wallet(&self, request: &ChargeRequest) -> Result<Wallet, Error> {
        let known = self.config_to_charge()?;
        let config = &known.config;
        if !config.may_charge() {
            return Err(Error::NotLicensed);
        }
        let unread = |of: &str| {
            let mut patterns = config.unread_patterns().filter(|(name, _)| *name == of);
            patterns.next().map(|(name, pattern)| Error::Pattern { name, pattern: pattern.to_owned() })
        };
        if let Some(error) = unread("micropay_total_regex") {
            return Err(error);
        }
        if !config.allows(request.total) {
            return Err(Error::AmountNotAllowed {
                rule: config.attribute("micropay_total_regex").unwrap_or_default().to_owned(),
                yuan: request.total.to_yuan(),
            });
        }
        let pay_type = match &request.paytype {
            PayTypeChoice::ByCode => config
                .pay_type_for(&request.auth_code)
                .ok_or_else(|| unread("coderegex").unwrap_or(Error::NoPayType))?,
            PayTypeChoice::ForAnyCode(code) => named(config, code)?,
            PayTypeChoice::Named(code) => {
                let pay_type = named(config, code)?;
                if !pay_type.takes(&request.auth_code) {
                    return Err(match pay_type.unread_coderegex() {
                        Some(pattern) => Error::Pattern { name: "coderegex", pattern: pattern.to_owned() },
                        None => Error::OtherPayType(code.clone()),
                    });
                }
                pay_type
            }
        };
        Ok(Wallet {
            paytype: pay_type.code.clone(),
            pay_type: NonEmpty::of(&pay_type.number),
            pay_name: NonEmpty::of(&pay_type.name),
        })
    }

    /// Today in Beijing by the platform's clock, if that is known.
    pub(super) fn platform_day(&self) -> Option<String> {
        self.http.platform_ms().map(clock::day)
    }

    /// The same, queried if it is not known.
    fn certain_day(&self) -> Result<String, Error> {
        match self.platform_day() {
            Some(day) => Ok(day),
            None => Ok(clock::day(clock::wall() + self.platform_time()?.ahead_s * 1_000)),
        }
    }

    /// Wall time, ms since 1970; the platform's if it is known.
    fn now_ms(&self) -> i64 {
        self.http.platform_ms().unwrap_or_else(clock::wall)
    }

    fn make(&self, exchange: &Exchange) -> Delivery<Vec<u8>> {
        let Exchange { request, kind, left } = exchange;
        match kind {
            Kind::Money(Some(server)) => self.http.send_money_there(server, request, *left),
            Kind::Money(None) => Delivery::NotSent("its intent names no server".to_owned()),
            Kind::QuestionBeforeMoney(Some(server)) => {
                self.http.prepare_there(server);
                self.http.ask_there(server, request, *left)
            }
            Kind::Question(Some(server)) => self.http.ask_there(server, request, *left),
            Kind::Question(None) | Kind::QuestionBeforeMoney(None) => self.http.ask(request, *left),
        }
    }
}

/// Returns the payment type that a caller names.
fn named<'a>(config: &'a Config, code: &str) -> Result<&'a PayType, Error> {
    config.pay_type_named(code).ok_or_else(|| Error::UnknownPayType(code.to_owned()))
}

impl Context for Till {
    type Store = Ledger;
    type Lock = Arc<InFlightLock>;

    fn store(&self) -> &Ledger {
        &self.ledger
    }

    fn now(&self) -> Millis {
        clock::monotonic()
    }

    fn moment(&self) -> Moment {
        Moment { ms: clock::wall(), day: clock::day(self.now_ms()) }
    }

    fn platform_time(&self) -> String {
        self.http.platform_ms().map(clock::stamp).unwrap_or_default()
    }

    fn lock(&self, kind: &str, number: &str) -> Result<Arc<InFlightLock>, driver::Error> {
        self.in_flight.lock(kind, number).map(Arc::new)
    }

    fn noted(&self, row: RowId) -> Option<Millis> {
        self.quiet.noted(row)
    }

    fn note(&self, row: RowId) {
        self.quiet.note(row, clock::monotonic());
    }

    fn unwritten(&self, charge: i64) -> Option<Evidence> {
        self.quiet.unwritten(charge)
    }

    fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        self.quiet.keep_unwritten(charge, heard);
    }

    fn untold(&self) -> Vec<i64> {
        self.quiet.untold()
    }

    fn keep_untold(&self, charge: i64, is_untold: bool) {
        self.ledger.telling().hold(self.quiet.keep_untold(charge, is_untold));
    }

    fn unwritten_refund(&self, refund: i64) -> Option<Known> {
        self.quiet.unwritten_refund(refund)
    }

    fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>) {
        self.quiet.keep_unwritten_refund(refund, heard);
    }

    fn opened(&self) -> Millis {
        self.quiet.opened()
    }

    fn device(&self) -> Option<Device> {
        Self::device(self).ok()
    }

    fn no_device(&self) -> driver::Error {
        self.unreadable().map_or(driver::Error::NotActivated, driver::Error::DeviceUnreadable)
    }

    fn device_of_row(&self, device_id: &str) -> Option<Device> {
        let own = Self::device(self).ok().filter(|device| device.id == device_id);
        own.or_else(|| {
            let pause = Duration::from_millis(self.options.policy.quiet_ms.saturating_mul(AS_OWN));
            self.earlier.write().find(device_id, pause).map(|device| self.in_dialect(device))
        })
    }

    fn server(&self) -> String {
        self.http.server()
    }

    fn reaches(&self, server: &str) -> bool {
        self.http.allows(server).is_ok()
    }

    fn policy(&self, deadline_ms: Option<Millis>) -> Policy {
        let policy = self.options.policy;
        Policy { deadline_ms: deadline_ms.unwrap_or(policy.deadline_ms), ..policy }
    }

    fn seal(&self, code: &AuthCode) -> std::io::Result<String> {
        self.secrets.seal(code.reveal())
    }

    fn print(&self, code: &AuthCode) -> String {
        self.code_key.print(&code.fingerprint())
    }

    fn unseal(&self, sealed: &str) -> std::io::Result<String> {
        self.secrets.unseal(sealed)
    }

    fn taught(&self) -> &Taught {
        &self.options.taught
    }

    fn refused(&self, info: &str) {
        self.heed_refusal(info);
    }

    fn log(&self, level: Level, line: impl FnOnce() -> String) {
        match level {
            Level::Info => self.log.info(&line()),
            Level::Warn => self.log.warn(&line()),
            Level::Error => self.log.error(&line()),
        }
    }
}
