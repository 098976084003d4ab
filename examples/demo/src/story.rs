//! The story of a till: each step is announced, typed, shown, and compared with the expected result.

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
const UNKNOWN: &str = "结果未知  UNKNOWN";
const PAID_EARLIER: &str = "已付过款，不要再收款  PAID EARLIER";
const DECIDED: &str = "已由人工认定  DECIDED";

/// How long customers think about their password.
const THINKING: [&str; 2] = ["asks_password", "ms:=1500"];

/// Shortened for the demo; a real till keeps the defaults.
const QUICK: [&str; 4] = ["poll_ms=400", "first_query_ms=200", "quiet_ms=3000", "deadline_ms=6000"];

/// A till's part of the demo.
pub struct Story<'a> {
    control: &'a Control,
    program: &'a dyn Fn() -> Command,
    data: PathBuf,
    letter: &'a str,
    step: u32,
    charged: Vec<Charged>,
    /// The phone of the customer whom the bank declined.
    declined: String,
}

/// A bill that the till was told to charge.
#[derive(Clone, Debug)]
pub struct Charged {
    /// The till's number.
    pub number: String,
    /// The code on the customer's phone, which identifies the bill at the platform independently of the till.
    pub auth_code: String,
}

/// The orders that a till got, and its reports.
#[derive(Debug)]
pub struct Told {
    /// The bills that it was told to charge.
    pub charged: Vec<Charged>,
    /// The lines of its ledger.
    pub rows: Vec<Row>,
    /// The bills that it reported as not paid and that were paid later: an alarm says so.
    pub late: Vec<String>,
}

impl<'a> Story<'a> {
    /// The story of this till, whose data is in `data` and whose numbers begin with `letter`.
    pub fn new(
        control: &'a Control,
        program: &'a dyn Fn() -> Command,
        data: PathBuf,
        letter: &'a str,
    ) -> Self {
        Self { control, program, data, letter, step: 0, charged: Vec::new(), declined: String::new() }
    }

    /// Plays everything in sequence; returns how long after `since` the first payment was made.
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
        let late = self.unknown(&mut till)?;
        till = self.power_cut(till, &late)?;
        self.decision(&mut till)?;
        self.money_back(&mut till)?;
        self.end(&mut till)?;
        let rows = self.paid_late(till)?;
        let late = vec![self.number("5")];
        Ok(Told { charged: self.charged, rows, late })
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
            "The cashier scans a bill that is paid: nobody is charged. 收银员误扫已付过的单：不再扣款。",
        );
        let phone = self.control.customer("wechat", &["pays"])?;
        let lines = till.type_line(&format!("pay {} 12.50", self.number("1")), Some(&phone))?;
        expect_headline(&lines, PAID_EARLIER)?;
        expect(&lines, "first told:")?;

        self.announce(
            "This one has to type a password first: the till waits. 顾客要先输入密码，收银机等待。",
        );
        let phone = self.password_customer()?;
        self.pay(till, "3", "99.00", phone, PAID)?;

        self.announce(
            "The platform takes the money, but its response is lost on the way. 款已扣，答复却在途中丢失。",
        );
        let phone = self.control.customer("wechat", &["pays"])?;
        self.control.lose_next_payment_response()?;
        self.pay(till, "4", "35.00", phone, PAID)?;
        if self.control.fault_is_left()? {
            return Err(Error::Check("the response was to be lost, and was not".to_owned()));
        }

        self.announce("The bank declines this customer: no goods. 银行拒绝付款：不交付商品。");
        self.declined = self.control.customer("wechat", &["declines", "reason=银行卡交易受限"])?;
        self.pay(till, "5", "66.00", self.declined.clone(), NOT_PAID)
    }

    /// A customer who does not enter the password in time; returns the code on the phone.
    fn unknown(&mut self, till: &mut Shown) -> Result<String, Error> {
        self.announce(
            "A customer never types the password: nobody knows yet. 顾客一直没有输入密码：结果未知。",
        );
        let phone = self.control.customer("wechat", &["never_answers"])?;
        self.pay(till, "6", "18.00", phone.clone(), UNKNOWN)?;

        self.announce("It stays on the list. 这一单留在清单里。");
        expect(&till.type_line("unresolved", None)?, &self.number("6"))?;
        Ok(phone)
    }

    /// Pulls the plug in the middle of a payment; the next start must find out its outcome, and that of the
    /// one before, which the customer pays while the till is off.
    fn power_cut(&mut self, till: Shown, late: &str) -> Result<Shown, Error> {
        self.announce("The power fails while a customer types the password. 顾客正在输入密码时突然断电。");
        let phone = self.password_customer()?;
        let (number, command) = self.charge("7", "20.00", &phone);
        till.type_and_die(&command, &phone, "输入密码")?;
        say::line("    -- the till was killed in the middle of the payment 程序在付款途中被强行结束 --");

        self.control.decide(late, "paid")?;
        say::line("    -- meanwhile the customer before has paid after all 此时前一位顾客付了款 --");

        self.announce(
            "The till is started again, and asks in the background. 重新启动，在后台查清，照常营业。",
        );
        let mut till = self.start()?;
        let mut lines = till.listen()?;
        expect(&lines, "the last run left these open")?;

        self.announce("The next customer does not wait for that. 下一位顾客不用等。");
        let phone = self.control.customer("alipay", &["pays"])?;
        let (_, command) = self.charge("8", "5.00", &phone);
        let sold = till.type_line(&command, Some(&phone))?;
        expect_headline(&sold, PAID)?;
        lines.extend(sold);

        self.announce("Both are paid, and nobody has seen it. 两单都已收款，但没有人看到过。");
        lines.extend(till.type_line("wait", None)?);
        let after = lines.iter().position(|line| line.contains("recovered:"));
        let found = rows(after.and_then(|at| lines.get(at..)).unwrap_or_default());
        expect(&lines, "nobody is known to have seen it")?;
        for number in [&number, &self.number("6")] {
            if !found.iter().any(|row| row.number == *number && row.state == "paid") {
                return Err(Error::Check(format!("the till should have found out that {number} is paid")));
            }
        }

        self.announce("Each is settled: the goods are handed over once. 逐单了结：商品只交付一次。");
        for (bill, headline) in [("7", PAID), ("6", PAID), ("6", PAID_EARLIER)] {
            let lines = till.type_line(&format!("settle {}", self.number(bill)), None)?;
            expect_headline(&lines, headline)?;
        }
        let lines = till.type_line("unresolved", None)?;
        expect(&lines, "nothing is unresolved")?;
        match rows(&lines)[..] {
            [] => Ok(till),
            _ => Err(Error::Check("every sale should be finished".to_owned())),
        }
    }

    /// A payment that stays unknown, and that a person decides.
    fn decision(&mut self, till: &mut Shown) -> Result<(), Error> {
        self.announce("Another one stays unknown. 又有一单查不清。");
        let phone = self.control.customer("wechat", &["never_answers"])?;
        self.pay(till, "9", "7.00", phone.clone(), UNKNOWN)?;

        self.announce(
            "The manager looks it up and decides; the customer pays cash. 店长到后台核对后认定，顾客付现金。",
        );
        let number = self.number("9");
        let lines = till.type_line(&format!("decide {number} not_paid 店长 后台未收款，改付现金"), None)?;
        expect(&lines, "decided_not_paid")?;
        expect_headline(&till.type_line(&format!("settle {number}"), None)?, DECIDED)?;
        self.control.decide(&phone, "failed")
    }

    fn money_back(&mut self, till: &mut Shown) -> Result<(), Error> {
        let (bill, letter) = (self.number("1"), self.letter);
        self.announce("A sale is off: the second bill is undone. 第二笔整单撤销。");
        expect_headline(&till.type_line(&format!("void {}", self.number("2")), None)?, REFUNDED)?;

        self.announce("Half of the first bill goes back. 第一笔退一半。");
        expect_headline(&till.type_line(&format!("refund {letter}R1 {bill} 6.25"), None)?, REFUNDED)?;

        self.announce("The bill as the platform has it. 读取平台上的账单。");
        expect(&till.type_line(&format!("bill {bill}"), None)?, "-6.25")?;

        self.announce("The receipt of the third bill once more. 补打第三笔的小票。");
        expect(&till.type_line(&format!("reprint {}", self.number("3")), None)?, "99.00")
    }

    fn end(&mut self, till: &mut Shown) -> Result<(), Error> {
        self.announce("The day's ledger of this till. 本机今日流水。");
        let lines = till.type_line("ledger", None)?;
        if !lines.iter().any(|line| line.ends_with("open 0") || line.ends_with("open: 0")) {
            return Err(Error::Check("nothing should be open at the end of the day".to_owned()));
        }

        self.announce("The day is closed: its totals stay as they are. 日结，当日金额不再变动。");
        let closed = till.type_line("close_day 店长", None)?;
        expect(&closed, "day closed:")?;
        expect(&closed, "198.30")?;
        expect(&closed, "15.05")?;

        self.announce("The day against the platform. 与平台对账。");
        expect(&till.type_line("reconcile", None)?, "differences 0")?;
        expect(&till.type_line("alarms", None)?, "alarms: 0")
    }

    /// The platform takes the money of a payment that it has declined; the customer has left without goods.
    fn paid_late(&mut self, mut till: Shown) -> Result<Vec<Row>, Error> {
        self.announce(
            "The bank takes the declined payment after all; reconciling notices it. 银行后来又扣了那笔被拒的款：对账时报警。",
        );
        self.control.decide(&self.declined, "paid")?;
        let found = till.type_line("reconcile", None)?;
        expect(&found, "differences 1")?;
        expect(&found, "商品没有交付的，交付商品，或把这笔款退给顾客")?;
        expect(&till.type_line("alarms", None)?, "alarms: 1")?;

        self.announce(
            "The customer left without goods: the bill is undone, the alarm acknowledged. 顾客没拿商品就走了：撤销整单，确认警报。",
        );
        expect_headline(&till.type_line(&format!("void {}", self.number("5")), None)?, REFUNDED)?;
        expect(&till.type_line("acknowledge 1 店长", None)?, "acknowledged")?;
        expect(&till.type_line("alarms", None)?, "alarms: 0")?;

        self.announce("The ledger as it is now. 本机流水。");
        let lines = till.type_line("ledger", None)?;
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

    /// Records a charge that is about to be made; returns its number and the command.
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
