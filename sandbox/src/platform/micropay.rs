//! Charging the auth code that a customer shows.

use regex_lite::Regex;

use super::{Params, Platform, Refusal, Stop};
use crate::{
    book::{AuthCode, Behaviour, Channel, Device, DmCode, Due, DueOutcome, NewBill, PLENTY, WalletKind},
    document::{Document, Slip},
    moment::Moment,
    money::Fen,
    readings::Gs1List,
};

impl Platform {
    pub(super) fn micropay(&self, params: &Params, now: Moment) -> Result<Document, Stop> {
        let device = self.signing_device(params)?;
        may_charge(&device)?;
        let auth_code = params.required("authcode")?;
        let dm_code = paytype(&device, Some(params.required("paytype")?))?.ok_or(Refusal::UnknownPaytype)?;
        fits(&dm_code.coderegex, auth_code, Refusal::WrongAuthCodeForm)?;
        let total = amount(&device, params.required("total")?)?;
        if params.get("info") == Some("GS") {
            gs1_list(params.get("infoaddo").unwrap_or_default(), auth_code, self.settings.readings.gs1_list)?;
        }

        let wallet = self.chargeable(auth_code, now)?.wallet;
        let dm_id = self.book.open_bill(&NewBill {
            auth_code,
            device_id: &device.device_id,
            wallet_id: wallet.wallet_id,
            channel: &Channel::new(&dm_code, wallet.kind),
            total,
            opened: self.shown(now),
            due: self.due(&wallet.behaviour, now),
        })?;
        self.settle_due(now)?;
        let bill = self.book.bill(dm_id)?.ok_or(Refusal::NoSuchBill)?;
        self.bill_document(&bill, Slip::Charge, params)
    }

    fn chargeable(&self, auth_code: &str, now: Moment) -> Result<AuthCode, Stop> {
        let code = match self.book.auth_code(auth_code)? {
            Some(code) => code,
            None => self.stranger(auth_code)?,
        };
        if self.book.latest_bill_of(auth_code)?.is_some() && !self.settings.allow_code_reuse {
            return Err(Refusal::UsedAuthCode.into());
        }
        match code.expires {
            Some(expires) if expires <= now => Err(Refusal::ExpiredAuthCode.into()),
            _ => Ok(code),
        }
    }

    /// Creates a wallet for an auth code that nobody prepared.
    fn stranger(&self, auth_code: &str) -> Result<AuthCode, Stop> {
        if self.settings.strict_wallets {
            return Err(Refusal::UnknownAuthCode.into());
        }
        let kind = if auth_code.starts_with('1') { WalletKind::Wechat } else { WalletKind::Alipay };
        let wallet = self.book.new_wallet(kind, PLENTY, &Behaviour::Pays)?;
        self.book.put_auth_code(auth_code, wallet.wallet_id, None)?;
        Ok(AuthCode { wallet, expires: None })
    }

    fn due(&self, behaviour: &Behaviour, now: Moment) -> Option<Due> {
        let due = |ms, outcome| Some(Due { at: now.plus_ms(ms), outcome });
        match behaviour {
            Behaviour::Pays => due(0, DueOutcome::Pays),
            Behaviour::AsksPassword { ms } => due(*ms, DueOutcome::Pays),
            Behaviour::CancelsPassword { ms } => due(*ms, DueOutcome::Cancels),
            Behaviour::NeverAnswers => {
                self.settings.bill_timeout_ms.and_then(|ms| due(ms, DueOutcome::TimesOut))
            }
            Behaviour::AsksPhone { ms } => due(*ms, DueOutcome::TimesOut),
            Behaviour::Declines { reason } => due(0, DueOutcome::Declines { reason: reason.clone() }),
            Behaviour::NoMoney => due(0, DueOutcome::HasNoMoney),
        }
    }
}

fn may_charge(device: &Device) -> Result<(), Refusal> {
    match device.overrides.config.get("license_micropay") {
        None => Ok(()),
        Some(Some(license)) if license == "1" => Ok(()),
        Some(_) => Err(Refusal::NotLicensed),
    }
}

/// The payment type that a request names, if any. One that the device does not have is always refused.
pub(super) fn paytype(device: &Device, named: Option<&str>) -> Result<Option<DmCode>, Refusal> {
    let Some(code) = named else { return Ok(None) };
    let known = device.dm_codes().into_iter().find(|dm_code| dm_code.code == code);
    known.map(Some).ok_or(Refusal::UnknownPaytype)
}

/// Checks that a list of bar codes has the form that this platform accepts.
fn gs1_list(text: &str, auth_code: &str, form: Gs1List) -> Result<(), Refusal> {
    let (rule, end) = match form {
        Gs1List::Any => return Ok(()),
        Gs1List::Appendix => ("--------------------", "\r\n"),
        Gs1List::Section => ("", ""),
    };
    let codes = text.strip_prefix(&*format!("[被扫支付]授权码:{auth_code}\r\n{rule}\r\n"));
    let codes = codes.and_then(|codes| codes.strip_suffix(end)).ok_or(Refusal::Bad("infoaddo"))?;
    let is_code = |line: &str| line.strip_prefix("GS1:").is_some_and(|code| !code.is_empty());
    if codes.split("\r\n").all(is_code) { Ok(()) } else { Err(Refusal::Bad("infoaddo")) }
}

fn amount(device: &Device, text: &str) -> Result<Fen, Refusal> {
    if let Some(pattern) = device.own_config("micropay_total_regex").filter(|pattern| !pattern.is_empty()) {
        fits(pattern, text, Refusal::BadAmount)?;
    }
    text.parse().map_err(|_| Refusal::BadAmount)
}

/// Patterns were checked when they were set; one that is broken anyway matches nothing.
fn fits(pattern: &str, text: &str, otherwise: Refusal) -> Result<(), Refusal> {
    match Regex::new(pattern) {
        Ok(regex) if regex.is_match(text) => Ok(()),
        _ => Err(otherwise),
    }
}
