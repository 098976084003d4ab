//! What happens at a till: each step is announced, typed, shown, and compared with what it has to be.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::control::Control;
use super::ledger::{Row, rows};
use super::till::Shown;
use kit::error::Error;
use kit::say;
use kit::till::Till;

const PAID: &str = "已收款  PAID";
const NOT_PAID: &str = "没有收款  NOT PAID";
const REFUNDED: &str = "已退款  REFUNDED";

/// How long customers think about their password.
const THINKING: [&str; 2] = ["asks_password", "ms:=1500"];

/// So that nobody has to wait for a demo; a real till leaves these alone.
const QUICK: [&str; 2] = ["poll_ms=400", "first_query_ms=200"];

/// A till's part of the demo.
pub struct Story<'a> {
    control: &'a Control,
    program: &'a dyn Fn() -> Command,
    data: PathBuf,
    letter: &'a str,
    step: u32,
    charged: Vec<Charged>,
}

/// A bill that the till was told to charge.
#[derive(Clone, Debug)]
pub struct Charged {
    /// The till's number.
    pub number: String,
    /// The code on the customer's phone, by which the platform knows the bill whatever the till says.
    pub auth_code: String,
}

/// What the till was told, and what it says about it.
#[derive(Debug)]
pub struct Told {
    /// The bills that it was told to charge.
    pub charged: Vec<Charged>,
    /// The lines of its ledger.
    pub rows: Vec<Row>,
}

impl<'a> Story<'a> {
    /// The story of this till, whose data is in `data` and whose numbers begin with `letter`.
    pub fn new(
        control: &'a Control,
        program: &'a dyn Fn() -> Command,
        data: PathBuf,
        letter: &'a str,
    ) -> Self {
        Self { control, program, data, letter, step: 0, charged: Vec::new() }
    }

    /// Plays everything, one after the other; says how long after `since` the first payment came.
    pub fn tell(mut self, since: Option<Instant>) -> Result<Told, Error> {
        let mut till = self.first_start()?;
        self.first_customer(&mut till)?;
        if let Some(start) = since {
            let seconds = start.elapsed().as_secs_f32();
            say::line(format_args!(
                "    -- the first payment, {seconds:.0} s after the start 第一笔付款成功 --"
            ));
        }
        self.customers(&mut till)?;
        till = self.power_cut(till)?;
        self.money_back(&mut till)?;
        let rows = self.end(till)?;
        Ok(Told { charged: self.charged, rows })
    }

    fn first_start(&mut self) -> Result<Shown, Error> {
        self.announce("The till is started for the first time. 收银机第一次启动。");
        let mut till = self.start()?;
        expect(&till.listen()?, "not activated yet")?;

        self.announce("The back office gave a one-time activation code. 用后台的一次性激活码激活。");
        let code = self.control.activation_code()?;
        expect(&till.type_line(&format!("activate {code}"), None)?, "ACTIVATED")?;

        self.announce("Which shop is this, and what can it take? 读取支付配置。");
        expect(&till.type_line("config", None)?, "shop:")?;

        self.announce("Is the clock right? 核对时钟。");
        expect(&till.type_line("time", None)?, "ahead by")?;
        Ok(till)
    }

    fn start(&self) -> Result<Shown, Error> {
        Till::start(&mut (self.program)(), &self.data, &self.control.base, &QUICK).map(Shown)
    }

    fn first_customer(&mut self, till: &mut Shown) -> Result<(), Error> {
        self.announce("A customer shows a WeChat code and pays at once. 顾客用微信付款。");
        let phone = self.control.customer("wechat", &["pays"])?;
        self.pay(till, "1", "12.50", phone, PAID)
    }

    fn customers(&mut self, till: &mut Shown) -> Result<(), Error> {
        self.announce("A customer pays with Alipay. 顾客用支付宝付款。");
        let phone = self.control.customer("alipay", &["pays"])?;
        self.pay(till, "2", "8.80", phone, PAID)?;

        self.announce(
            "This one has to type a password first: the till waits. 顾客要先输入密码，收银机等待。",
        );
        let phone = self.password_customer()?;
        self.pay(till, "3", "99.00", phone, PAID)?;

        self.announce(
            "The platform takes the money, but its answer is lost on the way. 款已扣，答复却在途中丢失。",
        );
        let phone = self.control.customer("wechat", &["pays"])?;
        self.control.lose_next_payment_answer()?;
        self.pay(till, "4", "35.00", phone, PAID)?;
        if self.control.fault_is_left()? {
            return Err(Error::Check("the answer was to be lost, and was not".to_owned()));
        }

        self.announce("The bank declines this customer: no goods. 银行拒绝付款：不交付商品。");
        let phone = self.control.customer("wechat", &["declines", "reason=银行卡交易受限"])?;
        self.pay(till, "5", "66.00", phone, NOT_PAID)
    }

    /// Pulls the plug in the middle of a payment; the next start has to know what became of it.
    fn power_cut(&mut self, till: Shown) -> Result<Shown, Error> {
        self.announce("The power fails while a customer types the password. 顾客正在输入密码时突然断电。");
        let phone = self.password_customer()?;
        let (number, command) = self.charge("6", "20.00", &phone);
        till.type_and_die(&command, &phone, "password")?;
        say::line("    -- the till was killed in the middle of the payment 程序在付款途中被强行结束 --");

        self.announce("The till is started again, and finds out what became of it. 重新启动，先查清上一笔。");
        let mut till = self.start()?;
        let lines = till.listen()?;
        let after = lines.iter().position(|line| line.contains("after asking"));
        let settled = rows(after.and_then(|at| lines.get(at..)).unwrap_or_default());
        match &settled[..] {
            [row] if row.number == number && row.state == "paid" => Ok(till),
            _ => Err(Error::Check(format!("the till should have found out that {number} is paid"))),
        }
    }

    fn money_back(&mut self, till: &mut Shown) -> Result<(), Error> {
        let (bill, letter) = (self.number("1"), self.letter);
        self.announce("Half of the first bill goes back. 第一笔退一半。");
        expect_headline(&till.type_line(&format!("refund {letter}R1 {bill} 6.25"), None)?, REFUNDED)?;

        self.announce("And the rest. 再退剩下的一半。");
        expect_headline(&till.type_line(&format!("refund {letter}R2 {bill} 6.25"), None)?, REFUNDED)?;

        self.announce("The bill as the platform has it. 读取平台上的账单。");
        expect(&till.type_line(&format!("bill {bill}"), None)?, "-6.25")?;

        self.announce("The receipt of the second bill once more. 补打第二笔的小票。");
        expect(&till.type_line(&format!("reprint {}", self.number("2")), None)?, "8.80")
    }

    fn end(&mut self, mut till: Shown) -> Result<Vec<Row>, Error> {
        self.announce("The day's ledger of this till. 本机今日流水。");
        let lines = till.type_line("ledger", None)?;
        expect(&lines, "open 0")?;
        till.quit()?;
        Ok(rows(&lines))
    }

    fn pay(
        &mut self,
        till: &mut Shown,
        bill: &str,
        yuan: &str,
        phone: String,
        headline: &str,
    ) -> Result<(), Error> {
        let (_, command) = self.charge(bill, yuan, &phone);
        expect_headline(&till.type_line(&command, Some(&phone))?, headline)
    }

    /// Notes a charge that is about to be made; gives its number and the command.
    fn charge(&mut self, bill: &str, yuan: &str, phone: &str) -> (String, String) {
        let number = self.number(bill);
        self.charged.push(Charged { number: number.clone(), auth_code: phone.to_owned() });
        let command = format!("pay {number} {yuan}");
        (number, command)
    }

    fn password_customer(&self) -> Result<String, Error> {
        self.control.customer("wechat", &THINKING)
    }

    fn number(&self, bill: &str) -> String {
        format!("{}{bill}", self.letter)
    }

    fn announce(&mut self, what: &str) {
        self.step += 1;
        say::line(format_args!("\n{}{}. {what}", self.letter, self.step));
    }
}

fn expect(lines: &[String], text: &str) -> Result<(), Error> {
    if lines.iter().any(|line| line.contains(text)) {
        return Ok(());
    }
    Err(Error::Check(format!("the demo is not as expected: the till should have said \"{text}\" just now")))
}

/// Exactly one headline, and this one: "PAID" is a part of "NOT PAID".
fn expect_headline(lines: &[String], headline: &str) -> Result<(), Error> {
    let frame = "========";
    let headlines: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.trim().strip_prefix(frame)?.strip_suffix(frame).map(str::trim))
        .collect();
    match headlines[..] {
        [said] if said == headline => Ok(()),
        _ => Err(Error::Check(format!(
            "the demo is not as expected: the till should have said \"{headline}\", and said \"{}\"",
            headlines.join("\", \"")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{NOT_PAID, PAID, expect_headline};

    #[test]
    fn not_paid_is_not_taken_for_paid() {
        let lines = |text: &str| vec!["  Paid or not?".to_owned(), format!("  ========  {text}  ========")];
        assert!(expect_headline(&lines(PAID), PAID).is_ok());
        assert!(expect_headline(&lines(NOT_PAID), NOT_PAID).is_ok());
        assert!(expect_headline(&lines(NOT_PAID), PAID).is_err());
        assert!(expect_headline(&lines(PAID), NOT_PAID).is_err());
        assert!(expect_headline(&[], PAID).is_err());
        assert!(expect_headline(&[lines(PAID), lines(PAID)].concat(), PAID).is_err());
    }
}
