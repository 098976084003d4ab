//! Customers' wallets and the auth codes that they show.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Book, Result, from_json, to_json};
use crate::{dm_id::DmId, moment::Moment, money::Fen};

/// Which channel the wallet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletKind {
    /// WeChat: auth codes begin with 10 to 15.
    Wechat,
    /// Alipay: auth codes begin with 28.
    Alipay,
}

/// What happens when a wallet's auth code is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Behaviour {
    /// It pays at once.
    #[default]
    Pays,
    /// It asks for the password, and pays after this many milliseconds.
    AsksPassword {
        /// How long the customer takes to enter it.
        ms: u64,
    },
    /// It asks for the password, and the customer cancels after this many milliseconds: the bill fails.
    CancelsPassword {
        /// How long the customer hesitates.
        ms: u64,
    },
    /// It asks for the password, and the customer never reacts: the bill stays open until the platform times
    /// it out.
    NeverAnswers,
    /// It asks for the password on the console's phone, where a person confirms or cancels. A bill that
    /// nobody confirms or cancels fails after this many milliseconds.
    AsksPhone {
        /// How long the phone waits.
        ms: u64,
    },
    /// The wallet's bank declines.
    Declines {
        /// The text after `支付失败:` in the response.
        #[serde(default = "default_reason")]
        reason: String,
    },
    /// There is not enough money, whatever the balance is.
    NoMoney,
}

fn default_reason() -> String {
    "银行卡交易受限".into()
}

/// A customer's wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wallet {
    /// Its id in the book.
    pub wallet_id: i64,
    /// Its channel.
    pub kind: WalletKind,
    /// Its balance.
    pub balance_fen: Fen,
    /// What happens when it is charged.
    pub behaviour: Behaviour,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthCode {
    pub wallet: Wallet,
    pub expires: Option<Moment>,
}

/// Large enough that a wallet nobody prepared never runs out of money.
pub(crate) const PLENTY: Fen = Fen(100_000_000_000);

impl Book {
    pub(crate) fn new_wallet(&self, kind: WalletKind, balance: Fen, behaviour: &Behaviour) -> Result<Wallet> {
        self.connection.execute(
            "INSERT INTO wallets (kind, balance_fen, behaviour) VALUES (?1, ?2, ?3)",
            params![to_json(&kind)?, balance.0, to_json(behaviour)?],
        )?;
        let wallet_id = self.connection.last_insert_rowid();
        Ok(Wallet { wallet_id, kind, balance_fen: balance, behaviour: behaviour.clone() })
    }

    pub(crate) fn wallet(&self, wallet_id: i64) -> Result<Option<Wallet>> {
        let sql = "SELECT * FROM wallets WHERE wallet_id = ?1";
        Ok(self.connection.query_row(sql, [wallet_id], wallet).optional()?)
    }

    pub(crate) fn wallets(&self) -> Result<Vec<Wallet>> {
        let mut statement = self.connection.prepare("SELECT * FROM wallets ORDER BY wallet_id")?;
        let wallets = statement.query_map([], wallet)?.collect::<rusqlite::Result<_>>()?;
        Ok(wallets)
    }

    pub(crate) fn update_wallet(&self, wallet: &Wallet) -> Result<()> {
        self.connection.execute(
            "UPDATE wallets SET balance_fen = ?2, behaviour = ?3 WHERE wallet_id = ?1",
            params![wallet.wallet_id, wallet.balance_fen.0, to_json(&wallet.behaviour)?],
        )?;
        Ok(())
    }

    /// Withdraws the amount if the balance allows it.
    pub(crate) fn debit(&self, wallet_id: i64, amount: Fen) -> Result<bool> {
        let sql =
            "UPDATE wallets SET balance_fen = balance_fen - ?2 WHERE wallet_id = ?1 AND balance_fen >= ?2";
        Ok(self.connection.execute(sql, [wallet_id, amount.0])? > 0)
    }

    /// Credits an amount; a negative one is debited whatever the balance.
    pub(crate) fn credit(&self, wallet_id: i64, amount: Fen) -> Result<()> {
        let sql = "UPDATE wallets SET balance_fen = balance_fen + ?2 WHERE wallet_id = ?1";
        self.connection.execute(sql, [wallet_id, amount.0])?;
        Ok(())
    }

    pub(crate) fn auth_code(&self, auth_code: &str) -> Result<Option<AuthCode>> {
        let sql = "SELECT * FROM auth_codes JOIN wallets USING (wallet_id) WHERE auth_code = ?1";
        let code = self.connection.query_row(sql, [auth_code], |row| {
            let expires: Option<i64> = row.get("expires_ms")?;
            Ok(AuthCode { wallet: wallet(row)?, expires: expires.map(Moment::from_unix_ms) })
        });
        Ok(code.optional()?)
    }

    pub(crate) fn put_auth_code(
        &self,
        auth_code: &str,
        wallet_id: i64,
        expires: Option<Moment>,
    ) -> Result<()> {
        self.connection.execute(
            "INSERT OR REPLACE INTO auth_codes (auth_code, wallet_id, expires_ms) VALUES (?1, ?2, ?3)",
            params![auth_code, wallet_id, expires.map(Moment::unix_ms)],
        )?;
        Ok(())
    }

    /// A well-formed code that is unknown and was never charged.
    pub(crate) fn unused_auth_code(&self, kind: WalletKind) -> Result<String> {
        let prefix = match kind {
            WalletKind::Wechat => "13",
            WalletKind::Alipay => "28",
        };
        loop {
            let sql = "SELECT ?1 || substr('0000000000000000' || abs(random() % 10000000000000000), -16)";
            let candidate: String = self.connection.query_row(sql, [prefix], |row| row.get(0))?;
            if self.auth_code(&candidate)?.is_none() && self.latest_bill_of(&candidate)?.is_none() {
                return Ok(candidate);
            }
        }
    }

    /// The latest bill that used the code.
    pub(crate) fn latest_bill_of(&self, auth_code: &str) -> Result<Option<DmId>> {
        let sql = "SELECT max(number) FROM bills WHERE auth_code = ?1";
        let number: Option<i64> = self.connection.query_row(sql, [auth_code], |row| row.get(0))?;
        Ok(number.map(DmId::from_number))
    }
}

fn wallet(row: &rusqlite::Row<'_>) -> rusqlite::Result<Wallet> {
    Ok(Wallet {
        wallet_id: row.get("wallet_id")?,
        kind: from_json(row, "kind")?,
        balance_fen: Fen(row.get("balance_fen")?),
        behaviour: from_json(row, "behaviour")?,
    })
}
