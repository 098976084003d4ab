//! The platform's responses, which are always good news.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

const PAID: &str = include_str!("../responses/paid.xml");
const REFUNDED: &str = include_str!("../responses/refunded.xml");
const CONFIG: &str = include_str!("../responses/config.xml");
const ABSENT: &str = "<dm ok=\"0\" info=\"订单不存在\" />\n";
/// An order whose query the server delays, so that a waiting program can be inspected.
const SLOW: &str = "dm1";
const SLOW_FOR: Duration = Duration::from_millis(500);
/// Greater than any number that the programs themselves use.
const FIRST_ORDER: u64 = 3_000_000_000;

/// The orders so far, and the amounts refunded of each.
pub struct Shop {
    base: String,
    thinking: Duration,
    next: AtomicU64,
    /// The numbers and amounts of the orders, by the auth codes that paid them.
    orders: Mutex<HashMap<String, (String, String)>>,
    refunds: Mutex<HashMap<String, Vec<String>>>,
}

impl Shop {
    /// A shop without orders; its config names this address. Each payment and each refund takes it this long.
    pub fn new(base: String, thinking: Duration) -> Self {
        Self {
            base,
            thinking,
            next: AtomicU64::new(FIRST_ORDER),
            orders: Mutex::default(),
            refunds: Mutex::default(),
        }
    }

    /// The response to a request, head and body.
    pub fn answer(&self, request: &str) -> String {
        if request.starts_with("GET /o2o_dmprinter/app.php") {
            let line = request.lines().next().unwrap_or_default();
            let query = line.split(['?', ' ']).nth(2).unwrap_or_default();
            return CONFIG.replace("{base}", &self.base).replace("{device}", field(query, "device_id"));
        }
        let form = form(request);
        let field = |name| field(form, name);
        let (device, dm_id) = (field("device_id"), field("dm_id"));
        match field("action") {
            "micropay" => {
                thread::sleep(self.thinking);
                let dm_id = format!("dm{}", self.next.fetch_add(1, Ordering::Relaxed));
                let response = filled(PAID, device, &dm_id, field("total"));
                lock(&self.orders).insert(field("authcode").to_owned(), (dm_id, field("total").to_owned()));
                response
            }
            "refund" => {
                thread::sleep(self.thinking);
                lock(&self.refunds).entry(dm_id.to_owned()).or_default().push(field("refund").to_owned());
                filled(REFUNDED, device, dm_id, field("refund"))
            }
            "read" => self.bill(dm_id),
            // By a till that did not hear how its payment ended.
            _ if !field("authcode").is_empty() => match lock(&self.orders).get(field("authcode")) {
                Some((dm_id, total)) => filled(PAID, device, dm_id, total),
                None => ABSENT.to_owned(),
            },
            _ => {
                if dm_id == SLOW {
                    thread::sleep(SLOW_FOR);
                }
                filled(PAID, device, dm_id, "0.01")
            }
        }
    }

    fn bill(&self, dm_id: &str) -> String {
        let line = |total: &str, time: &str, pay_id: &str| {
            format!(
                "<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"{total}\" pay_time=\"{time}\" \
                 pay_id=\"{pay_id}\" />\n"
            )
        };
        let refunds = lock(&self.refunds).get(dm_id).cloned().unwrap_or_default();
        let mut lines = line("1.00", "2018-04-21 18:58:01", "4200000067201804213236197646");
        for (at, refund) in refunds.iter().enumerate() {
            // At the time in the response to the refund.
            let pay_id = format!("{dm_id}20152431433{at}");
            lines += &line(&format!("-{refund}"), "2018-04-21 19:47:15", &pay_id);
        }
        // The programs refund a bill only once.
        let refunded =
            refunds.first().map(|refund| format!(" refund_total=\"-{refund}\"")).unwrap_or_default();
        format!(
            "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"1.00\" \
             pay_time=\"2018-04-21 18:58:01\" no=\"\"{refunded}>\n{lines}</dm>\n"
        )
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn filled(response: &str, device: &str, dm_id: &str, total: &str) -> String {
    let number = dm_id.strip_prefix("dm").unwrap_or(dm_id);
    // Amounts have two decimals here.
    let fen = total.replace('.', "");
    let fen = fen.trim_start_matches('0');
    response
        .replace("{total}", total)
        .replace("{fen}", fen)
        .replace("{device}", device)
        .replace("{dm_id}", dm_id)
        .replace("{number}", number)
}

/// The form in the body of a request.
pub fn form(request: &str) -> &str {
    request.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// A parameter of a form; empty if it is not there.
pub fn field<'a>(form: &'a str, name: &str) -> &'a str {
    let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| *n == name).map_or("", |(_, value)| value)
}
