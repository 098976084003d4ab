//! A test till with its own platform.

use std::time::{Duration, Instant};

use sha1::{Digest, Sha1};
use wsy_sandbox::{
    BillView, Control, DeviceKey, Fault, FaultOrder, FaultTarget, NewAuthCode, NewDevice, Options,
    RequestEntry, Sandbox,
};

use crate::http::{self, Received, Response};

pub const WECHAT: &str = "o2o_dm_code_wxpaysub";
pub const ALIPAY: &str = "o2o_dm_code_alipay_isv_beta";

pub struct Till {
    pub sandbox: Sandbox,
    pub control: Control,
    pub device: DeviceKey,
}

pub fn sha1(text: &str) -> String {
    hex::encode(Sha1::digest(text))
}

pub fn joined(pairs: &[(&str, &str)]) -> String {
    let encoded = pairs.iter().map(|(name, value)| format!("{name}={}", http::encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

/// The value of an attribute, at its first place in the text.
pub fn attr<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Polls until the condition holds.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("never came: {what}");
}

impl Till {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        let control = sandbox.control();
        let device = control.add_device(NewDevice::default()).unwrap();
        Self { sandbox, control, device }
    }

    pub fn get(&self, target: &str) -> Response {
        http::get(self.sandbox.addr(), target).response()
    }

    /// The parameters of a payment call with the device and the sign added.
    pub fn signed(&self, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        pairs.push(("device_id", &self.device.device_id));
        pairs.sort_unstable();
        let text: String = pairs.iter().map(|(name, value)| format!("{name}={value}&")).collect();
        let sign = sha1(&format!("{text}key={}", self.device.key));
        pairs.push(("sign", &sign));
        joined(&pairs)
    }

    pub fn send(&self, pairs: &[(&str, &str)]) -> Received {
        http::form(self.sandbox.addr(), "/o2o-dm/op.php", &self.signed(pairs))
    }

    pub fn op(&self, pairs: &[(&str, &str)]) -> String {
        let response = self.send(pairs).response();
        assert_eq!(response.status, 200);
        response.text()
    }

    pub fn code(&self, new: &NewAuthCode) -> String {
        self.control.new_auth_code(new).unwrap().auth_code
    }

    pub fn micropay(&self, auth_code: &str, paytype: &str, total: &str) -> String {
        self.op(&micropay(auth_code, paytype, total))
    }

    /// Charges a rich WeChat wallet, and returns the bill's number.
    pub fn paid(&self, total: &str) -> String {
        let response = self.micropay(&fresh_code(), WECHAT, total);
        assert_eq!(attr(&response, "ok"), Some("1"), "{response}");
        attr(&response, "dm_id").unwrap().to_owned()
    }

    pub fn query(&self, dm_id: &str) -> String {
        self.op(&[("action", "query"), ("dm_id", dm_id), ("paytype", WECHAT)])
    }

    pub fn read(&self, dm_id: &str) -> String {
        self.op(&[("action", "read"), ("dm_id", dm_id)])
    }

    pub fn refund(&self, dm_id: &str, amount: &str) -> String {
        self.op(&[("action", "refund"), ("dm_id", dm_id), ("refund", amount)])
    }

    pub fn fault(&self, on: impl Into<FaultTarget>, fault: Fault) {
        self.control.add_fault(FaultOrder::once(on, fault));
    }

    pub fn bills(&self) -> Vec<BillView> {
        self.control.book().unwrap().bills
    }

    pub fn last_request(&self) -> RequestEntry {
        self.control.requests().requests.pop().expect("a request")
    }
}

pub fn micropay<'a>(auth_code: &'a str, paytype: &'a str, total: &'a str) -> [(&'a str, &'a str); 4] {
    [("action", "micropay"), ("authcode", auth_code), ("paytype", paytype), ("total", total)]
}

/// A WeChat code that the sandbox has never heard of.
pub fn fresh_code() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("15{:016}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn assert_refused(response: &str, info: &str) {
    assert_eq!(response, format!("<dm ok=\"0\" info=\"{info}\" />"));
}
