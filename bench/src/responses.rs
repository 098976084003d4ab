//! The platform's responses, which are always good news.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const PAID: &str = include_str!("../responses/paid.xml");
const REFUNDED: &str = include_str!("../responses/refunded.xml");
const CONFIG: &str = include_str!("../responses/config.xml");
/// An order whose response the server delays, so that a waiting program can be inspected.
const SLOW: &str = "dm1";
const THINKING: Duration = Duration::from_millis(500);
/// Greater than any number that the programs themselves use.
const FIRST_ORDER: u64 = 3_000_000_000;

/// The orders so far, and the amounts refunded of each.
pub struct Shop {
    base: String,
    next: AtomicU64,
    refunds: Mutex<HashMap<String, Vec<String>>>,
}

impl Shop {
    /// A shop without orders; its config names this address.
    pub fn new(base: String) -> Self {
        Self { base, next: AtomicU64::new(FIRST_ORDER), refunds: Mutex::default() }
    }

    /// The response to a request, head and body.
    pub fn answer(&self, request: &str) -> String {
        if request.starts_with("GET /o2o_dmprinter/app.php") {
            let line = request.lines().next().unwrap_or_default();
            let query = line.split(['?', ' ']).nth(2).unwrap_or_default();
            return CONFIG.replace("{base}", &self.base).replace("{device}", field(query, "device_id"));
        }
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let field = |name| field(body, name);
        let dm_id = field("dm_id");
        match field("action") {
            "micropay" => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                filled(PAID, &format!("dm{number}"), field("total"))
            }
            "refund" => {
                self.refunds().entry(dm_id.to_owned()).or_default().push(field("refund").to_owned());
                filled(REFUNDED, dm_id, field("refund"))
            }
            "read" => self.bill(dm_id),
            _ => {
                if dm_id == SLOW {
                    thread::sleep(THINKING);
                }
                filled(PAID, dm_id, "0.01")
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
        let refunds = self.refunds().get(dm_id).cloned().unwrap_or_default();
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

    fn refunds(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.refunds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn filled(response: &str, dm_id: &str, total: &str) -> String {
    let number = dm_id.strip_prefix("dm").unwrap_or(dm_id);
    // Amounts have two decimals here.
    let fen = total.replace('.', "");
    let fen = fen.trim_start_matches('0');
    response
        .replace("{total}", total)
        .replace("{fen}", fen)
        .replace("{dm_id}", dm_id)
        .replace("{number}", number)
}

/// A parameter of a form; empty if it is not there.
fn field<'a>(form: &'a str, name: &str) -> &'a str {
    let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| *n == name).map_or("", |(_, value)| value)
}
