//! Bills: one for every charge that reached a wallet.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Book, DmCode, Result, WalletKind, from_json, to_json};
use crate::{dm_id::DmId, moment::Moment, money::Fen};

/// The way a bill is paid, copied from the device's config when the bill was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub type_no: u32,
    pub paytype: String,
    pub name: String,
    pub kind: WalletKind,
}

impl Channel {
    pub(crate) fn new(code: &DmCode, kind: WalletKind) -> Self {
        Self { type_no: code.type_no, paytype: code.code.clone(), name: code.name.clone(), kind }
    }
}

/// How and when a bill that is being paid will end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Due {
    pub at: Moment,
    pub outcome: DueOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DueOutcome {
    Pays,
    Cancels,
    TimesOut,
    Declines { reason: String },
    HasNoMoney,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub pay_id: String,
    /// By the platform's clock.
    pub at: Moment,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillState {
    /// Still being paid. Without a due time it stays so.
    Paying {
        due: Option<Due>,
    },
    Paid(Payment),
    Failed {
        info: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bill {
    pub dm_id: DmId,
    pub auth_code: String,
    pub device_id: String,
    pub wallet_id: i64,
    pub channel: Channel,
    pub total: Fen,
    /// By the platform's clock.
    pub opened: Moment,
    pub state: BillState,
}

impl Bill {
    /// The bill as it was at that time, if it existed. A failure has no time and shows at once.
    pub(crate) fn seen_at(self, then: Moment) -> Option<Self> {
        let state = match self.state {
            BillState::Paid(payment) if payment.at > then => BillState::Paying { due: None },
            state => state,
        };
        (self.opened <= then).then_some(Self { state, ..self })
    }
}

pub(crate) struct NewBill<'a> {
    pub auth_code: &'a str,
    pub device_id: &'a str,
    pub wallet_id: i64,
    pub channel: &'a Channel,
    pub total: Fen,
    pub opened: Moment,
    pub due: Option<Due>,
}

impl Book {
    pub(crate) fn open_bill(&self, bill: &NewBill<'_>) -> Result<DmId> {
        let state = BillState::Paying { due: bill.due.clone() };
        let number = self.connection.query_row(
            "INSERT INTO bills (number, auth_code, device_id, wallet_id, channel, total_fen, opened_ms, state, paying)
             VALUES ((SELECT ifnull(max(number) + 1, ?1) FROM bills), ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
             RETURNING number",
            params![
                DmId::FIRST.number(),
                bill.auth_code,
                bill.device_id,
                bill.wallet_id,
                to_json(bill.channel)?,
                bill.total.0,
                bill.opened.unix_ms(),
                to_json(&state)?,
            ],
            |row| row.get(0),
        )?;
        Ok(DmId::from_number(number))
    }

    pub(crate) fn bill(&self, dm_id: DmId) -> Result<Option<Bill>> {
        let sql = "SELECT * FROM bills WHERE number = ?1";
        Ok(self.connection.query_row(sql, [dm_id.number()], bill).optional()?)
    }

    pub(crate) fn bills(&self) -> Result<Vec<Bill>> {
        self.bills_where("1")
    }

    /// The newest bills that have this text in their numbers, codes, state or amount in yuan.
    pub(crate) fn find_bills(&self, text: &str, limit: usize) -> Result<Vec<Bill>> {
        let mut statement = self.connection.prepare(
            "SELECT * FROM bills WHERE ?1 = '' OR instr('dm' || number, ?1) OR instr(auth_code, ?1) OR device_id = ?1
             OR instr(state, ?1) OR printf('%d.%02d', total_fen / 100, total_fen % 100) = ?1
             ORDER BY number DESC LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let bills = statement.query_map(params![text, limit], bill)?.collect::<rusqlite::Result<_>>()?;
        Ok(bills)
    }

    pub(crate) fn paying_bills(&self) -> Result<Vec<Bill>> {
        self.bills_where("paying = 1")
    }

    pub(crate) fn set_bill_state(&self, dm_id: DmId, state: &BillState) -> Result<()> {
        let paying = matches!(state, BillState::Paying { .. });
        self.connection.execute(
            "UPDATE bills SET state = ?2, paying = ?3 WHERE number = ?1",
            params![dm_id.number(), to_json(state)?, paying],
        )?;
        Ok(())
    }

    fn bills_where(&self, condition: &'static str) -> Result<Vec<Bill>> {
        let sql = format!("SELECT * FROM bills WHERE {condition} ORDER BY number");
        let mut statement = self.connection.prepare(&sql)?;
        let bills = statement.query_map([], bill)?.collect::<rusqlite::Result<_>>()?;
        Ok(bills)
    }
}

fn bill(row: &rusqlite::Row<'_>) -> rusqlite::Result<Bill> {
    Ok(Bill {
        dm_id: DmId::from_number(row.get("number")?),
        auth_code: row.get("auth_code")?,
        device_id: row.get("device_id")?,
        wallet_id: row.get("wallet_id")?,
        channel: from_json(row, "channel")?,
        total: Fen(row.get("total_fen")?),
        opened: Moment::from_unix_ms(row.get("opened_ms")?),
        state: from_json(row, "state")?,
    })
}
