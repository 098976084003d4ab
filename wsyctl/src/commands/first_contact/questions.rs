//! Findings from queries about an order that belongs to nobody. Moves no money.

use std::sync::Arc;

use wsy::driver::Context;
use wsy::protocol::config::{self, ConfigResponse};
use wsy::protocol::dialect::{Dialect, SignCase};
use wsy::protocol::request::{self, Device, Request};
use wsy::protocol::response::{self, PayResponse};
use wsy::protocol::sentences::Class;
use wsy::till::code::Language;
use wsy::till::{Error, Options, Till};

use super::finding::Finding;
use crate::failure::Failure;
use crate::wording::pick;

/// An order that no till of this shop has charged.
const NOBODYS: &str = "dm1";
/// A device that does not exist.
const NO_DEVICE: &str = "999999999";

/// The platform's response to a query.
#[derive(Clone, PartialEq, Eq)]
struct Said {
    info: String,
    class: Class,
}

struct Questions<'a> {
    till: &'a Till,
    device: Device,
    ver: &'a str,
    language: Language,
}

/// The payment calls, by the options that choose how they are sent.
const PAYMENT_METHODS: [&str; 4] = ["micropay_method", "query_method", "refund_method", "read_method"];
const TIME_METHOD: &str = "time_method";

/// Which of GET and POST are needed, where the document allows both; `open` returns a till with other
/// options.
pub fn methods(
    options: &Options,
    language: Language,
    open: impl Fn(Options) -> Result<Arc<Till>, Failure>,
) -> Result<Vec<Finding>, Failure> {
    let other = |names: &[&str], method| {
        let mut options = options.clone();
        names.iter().try_for_each(|name| options.set(name, method))?;
        open(options)
    };
    let is_asked = |till: &Till| {
        let device = Context::device(till).ok_or(Error::from(wsy::driver::Error::NotActivated))?;
        Ok::<_, Failure>(till.ask(&request::probe(&device, &[("dm_id", NOBODYS)])).is_ok())
    };
    let needs = |names: &[&'static str], method: &'static str| {
        let seen = pick(language, format!("只接受 {method}"), format!("only {method} is accepted"));
        names.iter().map(|name| Finding::mended_by(name, &*seen, name, method)).collect::<Vec<_>>()
    };
    let (posts, has_time) = {
        let till = open(options.clone())?;
        (is_asked(&till)?, till.platform_time().is_ok())
    };
    let mut found = Vec::new();
    if !posts && is_asked(&*other(&PAYMENT_METHODS, "GET")?)? {
        found.extend(needs(&PAYMENT_METHODS, "GET"));
    }
    if !has_time && other(&[TIME_METHOD], "POST")?.platform_time().is_ok() {
        found.extend(needs(&[TIME_METHOD], "POST"));
    }
    if posts && has_time {
        let seen = pick(
            language,
            "支付接口接受 POST，获取时间接口接受 GET",
            "payment calls take POST, the time call takes GET",
        );
        found.push(Finding::expected("method", seen));
    }
    Ok(found)
}

/// Makes every query; `ver` is the version of this program in the requests.
pub fn all(till: &Till, ver: &str, language: Language) -> Result<Vec<Finding>, Failure> {
    let device = Context::device(till).ok_or(Error::from(wsy::driver::Error::NotActivated))?;
    let questions = Questions { till, device, ver, language };
    questions.all()
}

impl Questions<'_> {
    fn all(mut self) -> Result<Vec<Finding>, Failure> {
        let wrong_sign =
            self.about_nobody(&Device { key: "no key".to_owned(), ..self.device.clone() }, &[])?;
        let signs = self.sign_case(&wrong_sign)?;
        // The requests below have to be signed as this platform expects.
        if signs.option().is_some() {
            self.device.dialect = Dialect { sign_case: SignCase::Lower, ..self.device.dialect };
        }
        let absent = self.about_nobody(&self.device, &[])?;
        let is_heard = absent != wrong_sign;
        let mut found = vec![self.time()?, signs];
        if is_heard {
            found.push(self.empty_values(&wrong_sign)?);
            found.push(self.query_pay_type(&absent)?);
            found.push(self.absence(&absent));
        }
        found.push(self.words_of_refusals(&wrong_sign)?);
        found.extend(self.config());
        Ok(found)
    }

    fn about_nobody(&self, device: &Device, more: &[(&str, &str)]) -> Result<Said, Failure> {
        let params = [&[("dm_id", NOBODYS)], more].concat();
        self.said(&request::probe(device, &params))
    }

    fn said(&self, request: &Request) -> Result<Said, Failure> {
        let body = self.till.ask(request)?;
        let response = response::pay(&body).map_err(Error::from)?;
        Ok(match response {
            PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order) => {
                Said { info: order.info, class: order.class }
            }
            PayResponse::Refused(info) => Said { info, class: Class::Refusal },
        })
    }

    fn time(&self) -> Result<Finding, Failure> {
        let time = self.till.platform_time()?;
        let (time, ahead_s) = (time.time, time.ahead_s);
        Ok(Finding::expected(
            "time",
            pick(
                self.language,
                format!("平台时间 {time}，本机快 {ahead_s} 秒"),
                format!("the platform's time is {time}; this machine is {ahead_s} s ahead"),
            ),
        ))
    }

    fn sign_case(&self, wrong: &Said) -> Result<Finding, Failure> {
        let signed = |sign_case| {
            let dialect = Dialect { sign_case, ..self.device.dialect };
            self.about_nobody(&Device { dialect, ..self.device.clone() }, &[])
        };
        let (upper, lower) = (signed(SignCase::Upper)? != *wrong, signed(SignCase::Lower)? != *wrong);
        let name = "sign_case";
        Ok(match (upper, lower) {
            (true, true) => Finding::expected(
                name,
                pick(self.language, "大写、小写都接受", "upper and lower case are accepted"),
            ),
            (true, false) => {
                Finding::expected(name, pick(self.language, "只接受大写", "only upper case is accepted"))
            }
            (false, true) => Finding::mended_by(
                name,
                pick(self.language, "只接受小写", "only lower case is accepted"),
                "sign_case",
                "lower",
            ),
            (false, false) => Finding::not_shown(
                name,
                pick(
                    self.language,
                    format!("对错两种签名，平台都回答：{}", wrong.info),
                    format!("a valid and an invalid sign get the same response: {}", wrong.info),
                ),
            ),
        })
    }

    fn empty_values(&self, wrong: &Said) -> Result<Finding, Failure> {
        let name = "empty_values";
        Ok(if self.about_nobody(&self.device, &[("remark", "")])? == *wrong {
            // The library sends none.
            Finding::otherwise(
                name,
                pick(
                    self.language,
                    "空值不参与签名；本库不发送空值，不受影响",
                    "they are not part of the sign; the library sends none, so no option is needed",
                ),
            )
        } else {
            Finding::expected(name, pick(self.language, "空值参与签名", "they are signed"))
        })
    }

    fn query_pay_type(&self, absent: &Said) -> Result<Finding, Failure> {
        let name = "query_pay_type";
        let config = self.till.config();
        let Some(pay_type) = config.as_ref().and_then(|known| known.config.pay_types.first()) else {
            let why = pick(self.language, "配置里没有支付方式", "the config has no payment type");
            return Ok(Finding::not_shown(name, why));
        };
        let is_taken =
            |name| Ok::<_, Failure>(self.about_nobody(&self.device, &[(name, &pay_type.code)])? == *absent);
        Ok(match (is_taken("paytype")?, is_taken("pay_type")?) {
            (true, _) => Finding::expected(name, pick(self.language, "接受 paytype", "paytype is accepted")),
            (false, true) => Finding::mended_by(
                name,
                pick(self.language, "不接受 paytype，接受 pay_type", "pay_type is accepted, paytype is not"),
                "query_pay_type",
                "pay_type",
            ),
            (false, false) => Finding::mended_by(
                name,
                pick(self.language, "两种写法都不接受", "neither name is accepted"),
                "query_pay_type",
                "none",
            ),
        })
    }

    fn absence(&self, absent: &Said) -> Finding {
        let seen = pick(
            self.language,
            format!("没有的订单：{}", absent.info),
            format!("about an order that does not exist: {}", absent.info),
        );
        if absent.class == Class::NotThere {
            Finding::expected("absent_sentences", seen)
        } else {
            Finding::mended_by("absent_sentences", seen, "absent_sentences", &absent.info)
        }
    }

    /// The sentences about a wrong sign, about a device that does not exist, and about such a key when the
    /// config is read.
    fn words_of_refusals(&self, wrong_sign: &Said) -> Result<Finding, Failure> {
        let nobody = Device { id: NO_DEVICE.to_owned(), ..self.device.clone() };
        let no_device = self.about_nobody(&nobody, &[])?;
        let no_key = Device { key: "no key".to_owned(), ..self.device.clone() };
        let body = self.till.ask(&request::config(&no_key, self.ver))?;
        let of_config = match config::parse(&body).map_err(Error::from)? {
            ConfigResponse::Refused(info) => Some(info),
            ConfigResponse::ActivateAgain(_) | ConfigResponse::Good(_) => None,
        };
        let mut unknown: Vec<&str> = [wrong_sign, &no_device]
            .into_iter()
            .filter(|said| said.class != Class::Refusal)
            .map(|said| said.info.as_str())
            .chain(of_config.as_deref())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        let seen = pick(
            self.language,
            format!("签名错：{}；设备不存在：{}", wrong_sign.info, no_device.info),
            format!("about a wrong sign: {}; about an unknown device: {}", wrong_sign.info, no_device.info),
        );
        Ok(if unknown.is_empty() {
            Finding::expected("device_sentences", seen)
        } else {
            Finding::mended_by("device_sentences", seen, "device_sentences", unknown.join("\n"))
        })
    }

    /// Findings from the config itself.
    fn config(&self) -> Vec<Finding> {
        let Some(known) = self.till.config() else { return Vec::new() };
        let config = &known.config;
        let unreadable: Vec<&str> = config
            .pay_types
            .iter()
            .filter(|pay_type| !pay_type.is_readable())
            .map(|pay_type| pay_type.name.as_str())
            .collect();
        let patterns = if unreadable.is_empty() {
            Finding::expected("patterns", pick(self.language, "规则都读得懂", "all can be read"))
        } else {
            let names = unreadable.join(", ");
            Finding::otherwise(
                "patterns",
                pick(
                    self.language,
                    format!("读不懂这些支付方式的规则：{names}；收款时给 paytype 和 any_code=1"),
                    format!("those of {names} cannot be read: give paytype and any_code=1 with each charge"),
                ),
            )
        };
        vec![patterns]
    }
}
