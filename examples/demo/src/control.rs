//! The control API of the sandbox: JSON over HTTP, one connection a call.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::book::{Bill, bills};
use kit::error::Error;

const PATIENCE: Duration = Duration::from_secs(10);

/// Orders the platform about, and reads its book.
pub struct Control {
    base: String,
}

impl Control {
    /// Of the platform at this address, `http://host:port`.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned() }
    }

    /// The platform's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A fresh one-time activation code.
    pub fn activation_code(&self) -> Result<String, Error> {
        self.text("activation-codes", &json!({}), "code")
    }

    /// A customer with a wallet (`wechat`, `alipay`) who behaves like this; gives the code on the phone.
    pub fn customer(&self, wallet: &str, behaviour: &Value) -> Result<String, Error> {
        self.text("auth-codes", &json!({"kind": wallet, "behaviour": behaviour}), "auth_code")
    }

    /// The next payment is made, and its answer is lost.
    pub fn lose_next_payment_answer(&self) -> Result<(), Error> {
        let order = json!({"on": "micropay", "fault": {"kind": "answer_lost"}});
        self.call("POST", "faults", Some(&order)).map(|_| ())
    }

    /// Whether an ordered fault has not happened yet.
    pub fn fault_is_left(&self) -> Result<bool, Error> {
        let faults = self.call("GET", "faults", None)?;
        Ok(faults.as_array().is_none_or(|faults| !faults.is_empty()))
    }

    /// The platform's truth.
    pub fn book(&self) -> Result<Vec<Bill>, Error> {
        let book = self.call("GET", "book", None)?;
        bills(&book).ok_or_else(|| Error::Check(format!("the platform's book cannot be read: {book}")))
    }

    fn text(&self, path: &str, body: &Value, field: &str) -> Result<String, Error> {
        let answer = self.call("POST", path, Some(body))?;
        let text = answer[field].as_str().map(str::to_owned);
        text.ok_or_else(|| Error::Check(format!("the sandbox gave no {field}: {answer}")))
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let failed = |why: String| Error::Check(format!("the sandbox does not do {method} {path}: {why}"));
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = self.exchange(method, path, &body).map_err(|error| failed(error.to_string()))?;
        let (status, body) = parts(&answer).ok_or_else(|| failed("its answer is not HTTP".to_owned()))?;
        if !(200..300).contains(&status) {
            return Err(failed(format!("{status} {body}")));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(body).map_err(|error| failed(error.to_string()))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<String> {
        let host = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} /_sandbox/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

/// The status and the body of an answer.
fn parts(answer: &str) -> Option<(u16, &str)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, body))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn an_answer_has_a_status_and_a_body() {
        assert_eq!(parts("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), Some((200, "{}")));
        assert_eq!(parts("HTTP/1.1 204 No Content\r\n\r\n"), Some((204, "")));
        assert_eq!(parts("HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(parts("SSH-2.0\r\n\r\n"), None);
    }
}
