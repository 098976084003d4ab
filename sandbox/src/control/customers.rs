//! Wallets, and the auth codes that customers show.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use super::{Control, ControlError, ControlResult};
use crate::{
    book::{Behaviour, BookError, PLENTY, Wallet, WalletKind},
    moment::Moment,
    money::Fen,
    platform::Platform,
};

/// A request for an auth code, shown by a new wallet or by an existing one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAuthCode {
    /// The channel of the wallet.
    pub kind: WalletKind,
    /// What happens when it is charged. An existing wallet takes this behaviour on.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// The balance: ample in a new wallet, and unchanged in an existing one, if left out.
    #[serde(default)]
    pub balance_fen: Option<Fen>,
    /// The id of an existing wallet.
    #[serde(default)]
    pub wallet_id: Option<i64>,
    /// How long the code is valid; forever if left out.
    #[serde(default)]
    pub expires_in_ms: Option<u64>,
}

impl NewAuthCode {
    /// A code of a new WeChat wallet.
    pub fn wechat(behaviour: Behaviour) -> Self {
        Self::of(WalletKind::Wechat, behaviour)
    }

    /// A code of a new Alipay wallet.
    pub fn alipay(behaviour: Behaviour) -> Self {
        Self::of(WalletKind::Alipay, behaviour)
    }

    fn of(kind: WalletKind, behaviour: Behaviour) -> Self {
        Self { kind, behaviour, balance_fen: None, wallet_id: None, expires_in_ms: None }
    }
}

/// An auth code, ready to be scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedAuthCode {
    /// The digits.
    pub auth_code: String,
    /// The id of the wallet that it charges.
    pub wallet_id: i64,
}

/// The form of every auth code. Whether one fits a payment method is up to the device's config.
const AUTH_CODE: &str = r"^\d{10,32}$";

impl Control {
    /// Issues a fresh auth code that nobody has charged.
    pub fn new_auth_code(&self, new: &NewAuthCode) -> ControlResult<IssuedAuthCode> {
        let platform = self.shared.platform();
        let auth_code = platform.book.unused_auth_code(new.kind)?;
        issue(&platform, auth_code, new)
    }

    /// Assigns a chosen auth code to a wallet. A code that was charged stays used.
    pub fn set_auth_code(&self, auth_code: &str, new: &NewAuthCode) -> ControlResult<IssuedAuthCode> {
        if !Regex::new(AUTH_CODE).is_ok_and(|pattern| pattern.is_match(auth_code)) {
            return Err(ControlError::Invalid(format!(
                "{auth_code:?} is not an auth code of 10 to 32 digits"
            )));
        }
        issue(&self.shared.platform(), auth_code.to_owned(), new)
    }

    /// The wallet with this number.
    pub fn wallet(&self, wallet_id: i64) -> ControlResult<Wallet> {
        let platform = self.shared.platform();
        platform.settle_due(Moment::now())?;
        platform.book.wallet(wallet_id)?.ok_or(ControlError::NoSuchWallet(wallet_id))
    }

    /// All wallets.
    pub fn wallets(&self) -> ControlResult<Vec<Wallet>> {
        let platform = self.shared.platform();
        platform.settle_due(Moment::now())?;
        Ok(platform.book.wallets()?)
    }
}

fn issue(platform: &Platform, auth_code: String, new: &NewAuthCode) -> ControlResult<IssuedAuthCode> {
    platform.book.atomically(|| {
        let wallet_id = match new.wallet_id {
            Some(wallet_id) => refreshed(platform, wallet_id, new)?,
            None => new_wallet(platform, new)?,
        };
        let expires = new.expires_in_ms.map(|ms| Moment::now().plus_ms(ms));
        platform.book.put_auth_code(&auth_code, wallet_id, expires)?;
        Ok(IssuedAuthCode { auth_code, wallet_id })
    })
}

fn new_wallet(platform: &Platform, new: &NewAuthCode) -> Result<i64, BookError> {
    let balance = new.balance_fen.unwrap_or(PLENTY);
    Ok(platform.book.new_wallet(new.kind, balance, &new.behaviour)?.wallet_id)
}

fn refreshed(platform: &Platform, wallet_id: i64, new: &NewAuthCode) -> ControlResult<i64> {
    let wallet = platform.book.wallet(wallet_id)?.ok_or(ControlError::NoSuchWallet(wallet_id))?;
    if wallet.kind != new.kind {
        return Err(ControlError::Invalid(format!("wallet {wallet_id} is of another kind")));
    }
    let balance_fen = new.balance_fen.unwrap_or(wallet.balance_fen);
    platform.book.update_wallet(&Wallet { balance_fen, behaviour: new.behaviour.clone(), ..wallet })?;
    Ok(wallet_id)
}
