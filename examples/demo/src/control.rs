//! Controls the platform and reads its book, through `wsy-sandbox ctl`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::book::{Bill, bills};
use kit::error::Error;
use kit::process;

/// Controls the platform and reads its book.
pub struct Control {
    /// The sandbox's program.
    pub sandbox: PathBuf,
    /// The platform's address.
    pub base: String,
}

impl Control {
    /// A fresh one-time activation code.
    pub fn activation_code(&self) -> Result<String, Error> {
        self.text(&["activation-code"], "code")
    }

    /// Creates a customer with a wallet (`wechat`, `alipay`) and this behaviour; returns the code on the
    /// phone.
    pub fn customer(&self, wallet: &str, behaviour: &[&str]) -> Result<String, Error> {
        self.text(&[&["wallet", "new", wallet], behaviour].concat(), "auth_code")
    }

    /// Makes the next payment succeed and its response get lost.
    pub fn lose_next_payment_response(&self) -> Result<(), Error> {
        self.ask(&["faults", "add", "micropay", "response_lost"]).map(drop)
    }

    /// Sets the final outcome of the customer's payment: `paid`, `failed`.
    pub fn decide(&self, auth_code: &str, outcome: &str) -> Result<(), Error> {
        let book = self.book()?;
        let bill = book.iter().find(|bill| bill.auth_code() == auth_code);
        let order =
            bill.ok_or_else(|| Error::Check(format!("the platform has no bill of {auth_code}")))?.order();
        self.ask(&["bill", order, outcome]).map(drop)
    }

    /// Whether a fault is still pending.
    pub fn fault_is_left(&self) -> Result<bool, Error> {
        let faults = self.ask(&["faults", "list"])?;
        Ok(faults.as_array().is_none_or(|faults| !faults.is_empty()))
    }

    /// The platform's book.
    pub fn book(&self) -> Result<Vec<Bill>, Error> {
        let book = self.ask(&["book"])?;
        bills(&book).ok_or_else(|| Error::Check(format!("the platform's book cannot be read: {book}")))
    }

    fn text(&self, order: &[&str], field: &str) -> Result<String, Error> {
        let response = self.ask(order)?;
        let text = response[field].as_str().map(str::to_owned);
        text.ok_or_else(|| Error::Check(format!("the sandbox gave no {field}: {response}")))
    }

    fn ask(&self, order: &[&str]) -> Result<Value, Error> {
        let mut command = Command::new(&self.sandbox);
        let response = process::output(command.args(["ctl", "--base", &self.base]).args(order))?;
        let wrong = |error| Error::Check(format!("the sandbox responses {}: {error}", response.trim_end()));
        if response.trim().is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_str(&response).map_err(wrong)
        }
    }
}
