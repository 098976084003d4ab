//! A program that calls the library as the fuzzer likes.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::atomic::Ordering;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use wsy::capi::alarms::*;
use wsy::capi::amount::*;
use wsy::capi::bill::*;
use wsy::capi::charge::*;
use wsy::capi::client::*;
use wsy::capi::config::*;
use wsy::capi::day::*;
use wsy::capi::decision::*;
use wsy::capi::find::*;
use wsy::capi::params::*;
use wsy::capi::payment::*;
use wsy::capi::query::*;
use wsy::capi::receipt::*;
use wsy::capi::reconcile::*;
use wsy::capi::recover::*;
use wsy::capi::refund::*;
use wsy::capi::reply::*;
use wsy::capi::reprint::*;
use wsy::capi::settle::*;
use wsy::capi::started::*;
use wsy::capi::time::*;
use wsy::capi::unresolved::*;
use wsy::capi::void::*;

use super::codes::*;
use super::outputs::{self, Read};
use super::platform::AMOUNTS;
use super::shop::{Shop, list};
use crate::bodies::ORDERS;
use crate::planted;

const BILLS: [Option<&CStr>; 6] =
    [Some(c"B-1"), Some(c"B-1"), Some(c"B-2"), Some(c"a bill"), Some(c"\xff\xfe\x80"), None];
const REFUNDS: [Option<&CStr>; 5] = [Some(c"R-1"), Some(c"R-1"), Some(c"R-2"), Some(c"void-B-1"), None];
const CODES: [Option<&CStr>; 5] = [
    Some(c"134567890123456781"),
    Some(c"134567890123456782"),
    Some(c"289012345678901234"),
    Some(c"12x"),
    None,
];
const DAYS: [Option<&CStr>; 4] = [None, Some(c"2026-11-22"), Some(c"2026-02-30"), Some(c"\x80")];

/// The caller's value for an output, which must be untouched after an error.
const UNTOUCHED: usize = 0x5a5a_5a50;

/// One thread of a program.
pub struct Program<'a> {
    shop: &'a Shop,
    /// Whether another thread uses the till too: a request at the platform may then come from another call.
    shared: bool,
    payments: Vec<Started>,
}

/// A payment that was started.
struct Started {
    handle: *mut wsy_payment,
    what: What,
    /// Its final code, once reported; only a void changes it.
    ended: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Charge(*const c_char, i32),
    Voided,
    Refund(i32),
    Reconciling,
}

impl<'a> Program<'a> {
    pub fn new(shop: &'a Shop, shared: bool) -> Self {
        Self { shop, shared, payments: Vec::new() }
    }

    /// Makes at most this many calls, and frees everything.
    pub fn steps(mut self, u: &mut Unstructured<'_>, steps: usize) -> Result<()> {
        let outcome = (0..steps).try_for_each(|_| if u.is_empty() { Ok(()) } else { self.step(u) });
        for started in self.payments.drain(..) {
            assert_eq!(wsy_payment_free(started.handle), OK);
            assert_eq!(wsy_payment_free(started.handle), HANDLE);
        }
        outcome
    }

    fn step(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        match u.int_in_range(0..=21u8)? {
            0..=3 => self.micropay(u),
            4 => self.micropay_start(u),
            5 => self.refund(u),
            6 => self.refund_start(u),
            7 => self.wait(u),
            8 => self.poll(u),
            9 => self.cancel_or_void(u),
            10 => self.settle(u),
            11 => self.void(u),
            12 => self.recover(u),
            13 => self.query(u),
            14 => self.read_bill(u),
            15 => self.look_up(u),
            16 => self.reconcile(u),
            17 => self.config(u),
            18 => self.forged(u),
            19 => self.close(u),
            20 => self.decide(u),
            _ => self.receipt(u),
        }
    }

    fn client(&self, u: &mut Unstructured<'_>) -> Result<*mut wsy_client> {
        Ok(if rarely(u, 32)? { forged(u)? } else { self.shop.client.0 })
    }

    fn micropay(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, bill, code, fen) = (self.client(u)?, pick(u, &BILLS)?, pick(u, &CODES)?, amount(u)?);
        let params = self.params(u)?;
        let before = self.before();
        self.shop.charges.fetch_add(1, Ordering::Relaxed);
        let mut reply = untouched();
        // SAFETY: the texts are NUL-terminated, and the output is valid.
        let said = unsafe { wsy_micropay(client, bill, code, fen, params, &mut reply) };
        free(params);
        // A lost response mistaken for a good one.
        let said = if planted() && said == UNKNOWN { PAID } else { said };
        one_of(said, CHARGED);
        let read = self.read(u, reply, said)?;
        self.charge_holds(said, fen, read.as_ref());
        self.told(said, bill);
        self.error_sent_nothing(said, before);
        Ok(())
    }

    fn micropay_start(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, bill, code, fen) = (self.client(u)?, pick(u, &BILLS)?, pick(u, &CODES)?, amount(u)?);
        let params = self.params(u)?;
        let before = self.before();
        self.shop.charges.fetch_add(1, Ordering::Relaxed);
        let (mut reply, mut payment) = (untouched(), untouched());
        // SAFETY: the texts are NUL-terminated, and the outputs are valid.
        let said = unsafe { wsy_micropay_start(client, bill, code, fen, params, &mut payment, &mut reply) };
        free(params);
        self.started(u, said, payment, reply, What::Charge(bill, fen))?;
        self.error_sent_nothing(said, before);
        Ok(())
    }

    fn refund(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, number, fen) = (self.client(u)?, pick(u, &REFUNDS)?, amount(u)?);
        let (bill, order) = (pick(u, &BILLS)?, order(u)?);
        let params = self.params(u)?;
        let before = self.before();
        self.shop.refunds.fetch_add(1, Ordering::Relaxed);
        let mut reply = untouched();
        // SAFETY: the texts are NUL-terminated, and the output is valid.
        let said = unsafe { wsy_refund(client, number, bill, order.pointer(), fen, params, &mut reply) };
        free(params);
        one_of(said, &[REFUNDED, NOT_REFUNDED, UNKNOWN]);
        self.read(u, reply, said)?;
        self.refund_holds(said, fen);
        self.error_sent_nothing(said, before);
        Ok(())
    }

    fn refund_start(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, number, fen) = (self.client(u)?, pick(u, &REFUNDS)?, amount(u)?);
        let (bill, order) = (pick(u, &BILLS)?, order(u)?);
        self.shop.refunds.fetch_add(1, Ordering::Relaxed);
        let (mut reply, mut payment) = (untouched(), untouched());
        // SAFETY: the texts are NUL-terminated, and the outputs are valid.
        let said = unsafe {
            wsy_refund_start(
                client,
                number,
                bill,
                order.pointer(),
                fen,
                ptr::null(),
                &mut payment,
                &mut reply,
            )
        };
        self.started(u, said, payment, reply, What::Refund(fen))
    }

    fn started(
        &mut self,
        u: &mut Unstructured<'_>,
        said: i32,
        payment: *mut wsy_payment,
        reply: *mut wsy_reply,
        what: What,
    ) -> Result<()> {
        one_of(said, &[PENDING]);
        if said == PENDING {
            assert!(payment != untouched() && !payment.is_null());
            self.payments.push(Started { handle: payment, what, ended: None });
        } else {
            assert_eq!(payment, untouched(), "an output was touched by an error");
        }
        self.read(u, reply, said)?;
        Ok(())
    }

    fn wait(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let timeout = *u.choose(&[0, 1, 20, 200, -1, i32::MAX])?;
        let Some(at) = self.pick_payment(u)? else { return Ok(()) };
        let mut reply = untouched();
        // SAFETY: the output is valid.
        let said = unsafe { wsy_payment_wait(self.payments[at].handle, timeout, &mut reply) };
        if !(0..=3_600_000).contains(&timeout) {
            assert_eq!(said, ARGUMENT);
            self.read(u, reply, said)?;
            return Ok(());
        }
        self.heard(u, at, said, reply)
    }

    fn poll(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let Some(at) = self.pick_payment(u)? else { return Ok(()) };
        let handle = self.payments[at].handle;
        let language = u.int_in_range(-1..=2)?;
        // It changes while the payment is in progress, so it is read once and not in two steps.
        let code = outputs::once(self.shop.code_page, |buffer, size, needed| {
            // SAFETY: the buffer has room for size bytes.
            unsafe { wsy_payment_text(handle, language, buffer, size, needed) }
        });
        assert_eq!(code == OK, language == 0 || language == 1, "the text in {language} returns {code}");
        let mut reply = untouched();
        // SAFETY: the output is valid.
        let said = unsafe { wsy_payment_poll(handle, &mut reply) };
        self.heard(u, at, said, reply)
    }

    fn heard(&mut self, u: &mut Unstructured<'_>, at: usize, said: i32, reply: *mut wsy_reply) -> Result<()> {
        let what = self.payments[at].what;
        if said == PENDING {
            assert!(reply.is_null(), "a reply before the end");
            assert!(self.payments[at].ended.is_none(), "ended, and then not");
            return Ok(());
        }
        let before = self.payments[at].ended.replace(said);
        assert_eq!(said, before.unwrap_or(said), "the same call returned another code");
        let read = self.read(u, reply, said)?;
        match what {
            What::Charge(bill, fen) => {
                one_of(said, CHARGED);
                self.charge_holds(said, fen, read.as_ref());
                if before.is_none() {
                    self.told(said, bill);
                }
            }
            What::Refund(fen) => {
                one_of(said, &[REFUNDED, NOT_REFUNDED, UNKNOWN]);
                self.refund_holds(said, fen);
            }
            What::Voided => one_of(said, &[VOIDED, NOT_PAID, NOT_REFUNDED, UNKNOWN]),
            What::Reconciling => one_of(said, &[OK]),
        }
        Ok(())
    }

    fn cancel_or_void(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let Some(at) = self.pick_payment(u)? else { return Ok(()) };
        if u.arbitrary()? {
            assert_eq!(wsy_payment_cancel(self.payments[at].handle), OK);
            return Ok(());
        }
        self.shop.refunds.fetch_add(1, Ordering::Relaxed);
        let said = wsy_payment_void(self.payments[at].handle);
        one_of(said, &[OK]);
        let started = &mut self.payments[at];
        match (said, started.what) {
            (OK, What::Charge(..) | What::Voided) => (started.what, started.ended) = (What::Voided, None),
            (OK, other) => panic!("{other:?} was voided"),
            _ => {}
        }
        Ok(())
    }

    fn settle(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, bill, before) = (self.client(u)?, pick(u, &BILLS)?, self.before());
        let params = self.params(u)?;
        let mut reply = untouched();
        // SAFETY: the text is NUL-terminated, and the output is valid.
        let said = unsafe { wsy_settle(client, bill, params, &mut reply) };
        free(params);
        one_of(said, CHARGED);
        let read = self.read(u, reply, said)?;
        if let Some(fen) = read.as_ref().and_then(|read| read.total_fen) {
            self.charge_holds(said, fen, read.as_ref());
        }
        self.told(said, bill);
        self.sent_nothing(before, "settling");
        Ok(())
    }

    fn void(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, bill, before) = (self.client(u)?, pick(u, &BILLS)?, self.before());
        self.shop.refunds.fetch_add(1, Ordering::Relaxed);
        let mut reply = untouched();
        // SAFETY: the text is NUL-terminated, and the output is valid.
        let said = unsafe { wsy_void(client, bill, ptr::null(), &mut reply) };
        one_of(said, &[REFUNDED, NOT_PAID, NOT_REFUNDED, UNKNOWN]);
        self.read(u, reply, said)?;
        self.error_sent_nothing(said, before);
        Ok(())
    }

    fn recover(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, before) = (self.client(u)?, self.before());
        let params = self.params(u)?;
        let mut reply = untouched();
        // SAFETY: the output is valid.
        let said = unsafe { wsy_recover(client, params, &mut reply) };
        free(params);
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        self.sent_nothing(before, "recovering");
        Ok(())
    }

    fn query(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, fen, before) = (self.client(u)?, amount(u)?, self.before());
        let mut reply = untouched();
        let said = if u.arbitrary()? {
            let code = pick(u, &CODES)?;
            // SAFETY: the text is NUL-terminated, and the output is valid.
            unsafe { wsy_query_auth_code(client, code, fen, ptr::null(), &mut reply) }
        } else {
            let order = order(u)?;
            // SAFETY: the text is NUL-terminated, and the output is valid.
            unsafe { wsy_query_order(client, order.pointer(), fen, ptr::null(), &mut reply) }
        };
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        self.sent_nothing(before, "asking");
        Ok(())
    }

    fn read_bill(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, bill, order) = (self.client(u)?, pick(u, &BILLS)?, order(u)?);
        let mut reply = untouched();
        let said = if u.arbitrary()? {
            // SAFETY: the texts are NUL-terminated, and the output is valid.
            unsafe { wsy_read_bill(client, bill, order.pointer(), ptr::null(), &mut reply) }
        } else {
            // SAFETY: the same.
            unsafe { wsy_reprint(client, bill, order.pointer(), ptr::null(), &mut reply) }
        };
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        Ok(())
    }

    fn look_up(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, before) = (self.client(u)?, self.before());
        let mut reply = untouched();
        let which = u.int_in_range(0..=5u8)?;
        let (bill, refund, day) = (pick(u, &BILLS)?, pick(u, &REFUNDS)?, pick(u, &DAYS)?);
        // SAFETY: the texts are NUL-terminated, and the output is valid.
        let said = unsafe {
            match which {
                0 => wsy_find(client, bill, &mut reply),
                1 => wsy_find_refund(client, refund, &mut reply),
                2 => wsy_day(client, day, &mut reply),
                3 => wsy_unresolved(client, &mut reply),
                4 => wsy_alarms(client, &mut reply),
                _ => wsy_acknowledge(client, u.int_in_range(-1..=2)?, bill, &mut reply),
            }
        };
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        self.sent_nothing(before, "looking something up");
        Ok(())
    }

    fn decide(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        const WORDS: [Option<&CStr>; 7] = [
            Some(c"paid"),
            Some(c"not_paid"),
            Some(c"keep"),
            Some(c"refunded"),
            Some(c"not_refunded"),
            Some(c""),
            None,
        ];
        const PEOPLE: [Option<&CStr>; 4] = [Some(c"01"), Some(c"01"), Some(c""), Some(c"\x80")];
        let (client, before, attempt) = (self.client(u)?, self.before(), u.int_in_range(-1..=2)?);
        let (bill, refund, day) = (pick(u, &BILLS)?, pick(u, &REFUNDS)?, pick(u, &DAYS)?);
        let (word, by, why) = (pick(u, &WORDS)?, pick(u, &PEOPLE)?, pick(u, &PEOPLE)?);
        let mut reply = untouched();
        // SAFETY: the texts are NUL-terminated, and the output is valid.
        let said = unsafe {
            match u.int_in_range(0..=3u8)? {
                0 => wsy_decide(client, bill, attempt, word, by, why, &mut reply),
                1 => wsy_decide_refund(client, refund, word, by, why, &mut reply),
                2 => wsy_close_day(client, day, by, &mut reply),
                _ => wsy_archive(client, day, &mut reply),
            }
        };
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        self.sent_nothing(before, "deciding");
        Ok(())
    }

    fn receipt(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        const PAIRS: [(&str, &str); 11] = [
            ("copy", "1"),
            ("copy", "2"),
            ("kind", "receipt"),
            ("kind", "popup"),
            ("kind", "invitation"),
            ("kind", "red_packet"),
            ("tableno", "7"),
            ("qrcode_logo", "/dev/zero"),
            ("sign", "x"),
            ("noremnid", "1"),
            ("extra:noremnid", "1"),
        ];
        let (client, before, of_refund) = (self.client(u)?, self.before(), u.arbitrary()?);
        let number = if of_refund { pick(u, &REFUNDS)? } else { pick(u, &BILLS)? };
        let params = list(self.shop.code_page, &[*u.choose(&PAIRS)?, *u.choose(&PAIRS)?]);
        let mut reply = untouched();
        // SAFETY: the text is NUL-terminated, and the output is valid.
        let said = unsafe {
            if of_refund {
                wsy_find_refund_receipt(client, number, params, &mut reply)
            } else {
                wsy_find_receipt(client, number, params, &mut reply)
            }
        };
        free(params);
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        self.sent_nothing(before, "making a receipt");
        Ok(())
    }

    fn reconcile(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (client, day, before) = (self.client(u)?, pick(u, &DAYS)?, self.before());
        let mut reply = untouched();
        if u.arbitrary()? {
            // SAFETY: the text is NUL-terminated, and the output is valid.
            let said = unsafe { wsy_reconcile(client, day, &mut reply) };
            one_of(said, &[OK]);
            self.read(u, reply, said)?;
            self.sent_nothing(before, "reconciling");
            return Ok(());
        }
        let mut payment = untouched();
        // SAFETY: the text is NUL-terminated, and the outputs are valid.
        let said = unsafe { wsy_reconcile_start(client, day, &mut payment, &mut reply) };
        self.started(u, said, payment, reply, What::Reconciling)
    }

    fn config(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let client = self.client(u)?;
        let mut reply = untouched();
        let refresh = u.int_in_range(-1..=2)?;
        // SAFETY: the output is valid.
        let said = unsafe {
            if u.arbitrary()? {
                wsy_time(client, &mut reply)
            } else {
                wsy_config(client, refresh, &mut reply)
            }
        };
        one_of(said, &[OK]);
        self.read(u, reply, said)?;
        one_of(wsy_prepare(client), &[OK]);
        let (fen, short) = (u.arbitrary()?, usize::from(u.arbitrary::<u8>()?));
        let (_, yuan) = outputs::text(UTF8, short, true, |buffer, size, needed| {
            // SAFETY: the buffer has room for size bytes.
            unsafe { wsy_fen_to_yuan(fen, buffer, size, needed) }
        });
        let (mut back, yuan) = (7, CString::new(yuan.unwrap_or_default()).unwrap_or_default());
        // SAFETY: the text is NUL-terminated, and the output is valid.
        let code = unsafe { wsy_yuan_to_fen(yuan.as_ptr(), &mut back) };
        let good = (1..=100_000_000).contains(&fen);
        assert_eq!((code == OK, back), (good, if good { fen } else { 7 }), "{yuan:?}");
        let (code, language) = (u.int_in_range(-175..=5)?, u.int_in_range(0..=1)?);
        let (said, _) = outputs::text(self.shop.code_page, short, true, |buffer, size, needed| {
            // SAFETY: the buffer has room for size bytes.
            unsafe { wsy_code_text(code, language, self.shop.code_page, buffer, size, needed) }
        });
        assert!(said == OK || said == ARGUMENT);
        Ok(())
    }

    /// Handles that are invalid, or of another kind.
    fn forged(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let number = forged::<wsy_reply>(u)?;
        let mut reply = untouched();
        assert_eq!(wsy_reply_code(number), HANDLE);
        assert_eq!(wsy_reply_free(number), HANDLE);
        assert_eq!(wsy_payment_cancel(number.cast()), HANDLE);
        assert_eq!(wsy_payment_void(number.cast()), HANDLE);
        assert_eq!(wsy_payment_free(number.cast()), HANDLE);
        assert_eq!(wsy_params_free(number.cast()), HANDLE);
        assert_eq!(wsy_close(number.cast()), HANDLE);
        // SAFETY: the output is valid.
        assert_eq!(unsafe { wsy_payment_poll(number.cast(), &mut reply) }, HANDLE);
        assert!(reply.is_null());
        // A client is not a payment, and not a reply.
        assert_eq!(wsy_payment_cancel(self.shop.client.0.cast()), HANDLE);
        assert_eq!(wsy_reply_code(self.shop.client.0.cast()), HANDLE);
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { wsy_params_new(UTF8, ptr::null_mut()) }, ARGUMENT);
        Ok(())
    }

    /// Ends every call in progress on the other thread, and payments that were started.
    fn close(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        if !rarely(u, 4)? {
            return Ok(());
        }
        self.shop.close_early();
        Ok(())
    }

    fn pick_payment(&self, u: &mut Unstructured<'_>) -> Result<Option<usize>> {
        if self.payments.is_empty() {
            return Ok(None);
        }
        Ok(Some(u.int_in_range(0..=self.payments.len() - 1)?))
    }

    /// Reads and frees a reply. If the handles and texts were valid there is one.
    fn read(&self, u: &mut Unstructured<'_>, reply: *mut wsy_reply, said: i32) -> Result<Option<Read>> {
        assert!(reply != untouched(), "the reply was left as it was");
        if reply.is_null() {
            assert!(said == PENDING || is_error(said), "{said} without a reply");
            return Ok(None);
        }
        let short = usize::from(u.arbitrary::<u8>()?) / 4;
        Ok(Some(outputs::reply(reply, said, self.shop.code_page, short)))
    }

    /// Paid may be reported only if the platform said so: this order, this amount.
    fn charge_holds(&self, said: i32, fen: i32, read: Option<&Read>) {
        match said {
            PAID => {
                let read = read.expect("paid without a reply");
                assert_eq!(read.total_fen, Some(fen), "paid with another amount");
                let order = read.dm_id.as_deref().expect("paid without an order");
                assert!(
                    self.shop.platform.said_paid(order, fen.into()),
                    "{order} was never paid with {fen}: {read:?}"
                );
            }
            NOT_PAID => assert!(self.shop.platform.said_not_paid(), "not paid, and nobody said so"),
            _ => {}
        }
    }

    /// A bill is reported as paid once.
    fn told(&self, said: i32, bill: *const c_char) {
        if said == PAID {
            // SAFETY: one of BILLS, and no bill without a number is paid.
            let bill = unsafe { CStr::from_ptr(bill) };
            assert!(self.shop.tells(bill), "{bill:?} was reported as paid twice");
        }
    }

    fn refund_holds(&self, said: i32, fen: i32) {
        assert!(
            said != REFUNDED || self.shop.platform.showed_refund(fen.into()),
            "no bill shows a refund of {fen}"
        );
    }

    /// The requests so far, if only this call can change them.
    fn before(&self) -> Option<(usize, usize)> {
        let alone = !self.shared && self.payments.iter().all(|started| started.ended.is_some());
        alone.then(|| self.shop.platform.moved())
    }

    fn error_sent_nothing(&self, said: i32, before: Option<(usize, usize)>) {
        if is_error(said) {
            self.sent_nothing(before, "a call that returned an error");
        }
    }

    fn sent_nothing(&self, before: Option<(usize, usize)>, what: &str) {
        if let Some(before) = before {
            assert_eq!(self.shop.platform.moved(), before, "{what} has sent something that moves money");
        }
    }

    fn params(&self, u: &mut Unstructured<'_>) -> Result<*mut wsy_params> {
        const PAIRS: [(&str, &str); 12] = [
            ("deadline_ms", "1"),
            ("deadline_ms", "400"),
            ("deadline_ms", "0"),
            ("insist", "may_charge_twice"),
            ("noremind", "1"),
            ("paytype", "o2o_dm_code_wxpaysub"),
            ("gs1", "6901234567892"),
            ("operator_id", "7"),
            ("staff", "7"),
            ("sign", "x"),
            ("noremnid", "1"),
            ("extra:noremnid", "1"),
        ];
        if !rarely(u, 4)? {
            return Ok(ptr::null_mut());
        }
        Ok(list(self.shop.code_page, &[*u.choose(&PAIRS)?, *u.choose(&PAIRS)?]))
    }
}

/// Once in this many times. `false` once the choices have run out.
fn rarely(u: &mut Unstructured<'_>, times: u8) -> Result<bool> {
    Ok(u.int_in_range(1..=times)? == times)
}

fn free(params: *mut wsy_params) {
    if !params.is_null() {
        assert_eq!(wsy_params_free(params), OK);
    }
}

fn untouched<T>() -> *mut T {
    ptr::without_provenance_mut(UNTOUCHED)
}

/// A number that was never a handle.
fn forged<T>(u: &mut Unstructured<'_>) -> Result<*mut T> {
    let number = *u.choose(&[0usize, 1, 0x1_0011, 0x7fff_ffff, usize::MAX, UNTOUCHED + 1])?;
    Ok(ptr::without_provenance_mut(number))
}

fn pick(u: &mut Unstructured<'_>, texts: &[Option<&'static CStr>]) -> Result<*const c_char> {
    Ok(u.choose(texts)?.map_or(ptr::null(), CStr::as_ptr))
}

fn amount(u: &mut Unstructured<'_>) -> Result<i32> {
    if rarely(u, 8)? { u.choose(&[0, -1, i32::MIN, i32::MAX]).copied() } else { u.choose(&AMOUNTS).copied() }
}

/// The number of an order, or none.
struct Order(Option<CString>);

impl Order {
    fn pointer(&self) -> *const c_char {
        self.0.as_ref().map_or(ptr::null(), |text| text.as_ptr())
    }
}

fn order(u: &mut Unstructured<'_>) -> Result<Order> {
    if u.arbitrary()? {
        return Ok(Order(None));
    }
    Ok(Order(CString::new(*u.choose(&ORDERS)?).ok()))
}
