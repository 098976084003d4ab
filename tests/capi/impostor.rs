//! An attacker between the till and the platform. The platform acts on every request; the till reads a lie
//! instead of the response.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::relay::read_message;
use crate::shop::Shop;

/// Writes the lie for the till; knows the body of the true response.
pub type Lie = Arc<dyn Fn(&mut TcpStream, &str) -> io::Result<()> + Send + Sync>;

pub struct Impostor {
    addr: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    platform: SocketAddr,
    /// The calls that are lied to, and how.
    lie: Mutex<Option<(Vec<&'static str>, Lie)>>,
}

impl Impostor {
    /// Places itself between a shop's till, which it opens again, and everything that the till sends to.
    pub fn before(shop: &Shop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared { platform: shop.sandbox.addr(), lie: Mutex::default() });
        let impostor = Self { addr: listener.local_addr().unwrap(), shared: shared.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                thread::spawn(move || shared.serve(stream));
            }
        });
        shop.control.set_config(&shop.device.device_id, "server", Some(&impostor.base())).unwrap();
        shop.till.close();
        let opened = shop.open_with(&shop.till, &[("base", &impostor.base())]);
        assert_eq!(opened.text("server"), impostor.base());
        shop.control.clear_requests();
        impostor
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Lies to these calls from now on.
    pub fn lie(&self, calls: &[&'static str], lie: &Lie) {
        *self.shared.lie.lock().unwrap() = Some((calls.to_vec(), lie.clone()));
    }

    /// Passes on every response from now on.
    pub fn tell_the_truth(&self) {
        *self.shared.lie.lock().unwrap() = None;
    }
}

impl Shared {
    fn serve(&self, mut till: TcpStream) {
        // Endless writing is stopped by the till, or by this.
        till.set_write_timeout(Some(Duration::from_secs(180))).unwrap();
        while let Some(request) = read_message(&mut till) {
            let call = call(&request);
            let Some(response) = self.ask(&request) else { return };
            let lie = self.lie.lock().unwrap().clone();
            let lie = lie.filter(|(calls, _)| calls.contains(&call)).map(|(_, lie)| lie);
            let Some(lie) = lie else {
                if till.write_all(&response).is_err() {
                    return;
                }
                continue;
            };
            let response = String::from_utf8(response).unwrap();
            let (_, body) = response.split_once("\r\n\r\n").unwrap();
            // The till may have hung up in the middle.
            let _ = lie(&mut till, body);
            let _ = till.shutdown(Shutdown::Both);
            return;
        }
    }

    fn ask(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut platform = TcpStream::connect(self.platform).ok()?;
        platform.write_all(request).ok()?;
        read_message(&mut platform)
    }
}

/// The call that a request makes.
fn call(request: &[u8]) -> &'static str {
    const SIGNS: [(&str, &str); 8] = [
        ("app_device_register.php", "activate"),
        ("app.php", "config"),
        ("time.php", "time"),
        ("pay_printinfo.php", "reprint"),
        ("action=micropay", "micropay"),
        ("action=query", "query"),
        ("action=refund", "refund"),
        ("action=read", "read"),
    ];
    let text = String::from_utf8_lossy(request);
    let found = SIGNS.iter().find(|(sign, _)| text.contains(sign));
    found.map(|(_, call)| *call).unwrap_or_else(|| panic!("not a request of the protocol: {text}"))
}

/// A way of lying.
pub fn lie(write: impl Fn(&mut TcpStream, &str) -> io::Result<()> + Send + Sync + 'static) -> Lie {
    Arc::new(write)
}

/// A valid head.
pub fn head(framing: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n{framing}\r\n\r\n")
}

/// A valid response.
pub fn whole(body: &str) -> String {
    format!("{}{body}", head(&format!("Content-Length: {}", body.len())))
}
