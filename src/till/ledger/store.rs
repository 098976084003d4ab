//! The ledger's implementation of the driver's [`Store`].

use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension};

use super::archive::By;
use super::writes::{self, Refusal};
use super::{Ledger, compared, days, decisions, rows};
use crate::driver::{RowId, Store};
use crate::non_empty::NonEmpty;
use crate::payment::bill::LatePayment;
use crate::payment::decision::Decision;
use crate::payment::evidence::Tie;
use crate::payment::reconciliation::NewAlarm;
use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow};
use crate::payment::{LedgerError, PersistError};

impl Store for Ledger {
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.recall(By::Bill(out_trade_no))?;
        compared::charges(&*self.lock()?, out_trade_no)
    }

    fn wish_void(&self, out_trade_no: &str, wish: bool) -> Result<(), LedgerError> {
        self.recall(By::Bill(out_trade_no))?;
        let write = if wish { writes::begin_wish } else { writes::end_wish };
        self.write(|tx, number| Ok(write(tx, number, out_trade_no)?))
    }

    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError> {
        let connection = self.lock()?;
        let mut statement = connection.prepare_cached(
            "SELECT charge, dm_id, there_fen FROM alarm WHERE kind = 'paid_there' AND out_trade_no = ?1 \
             ORDER BY id",
        )?;
        let rows = statement.query_map([out_trade_no], |row| {
            Ok(LatePayment {
                charge: row.get("charge")?,
                dm_id: row.get("dm_id")?,
                fen: row.get("there_fen")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError> {
        self.recall(By::Order(dm_id))?;
        let sql =
            "SELECT out_trade_no FROM alarm WHERE kind = 'paid_there' AND dm_id = ?1 ORDER BY id LIMIT 1";
        Ok(self.lock()?.prepare_cached(sql)?.query_row([dm_id], |row| row.get(0)).optional()?)
    }

    fn is_decided_paid(&self, out_trade_no: &str) -> Result<bool, LedgerError> {
        decisions::is_decided_paid(&*self.lock()?, out_trade_no)
    }

    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.recall(By::Code(code_print))?;
        self.charges_where("WHERE code_print = ?1 ORDER BY id", [code_print])
    }

    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError> {
        self.recall(By::Charge(id))?;
        self.recall(By::Order(dm_id))?;
        Ok(writes::owner(&*self.lock()?, id, dm_id, tie)?)
    }

    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        self.recall(By::Order(dm_id))?;
        let condition = "WHERE dm_id = ?1 AND tie >= 3 AND state IN ('paid', 'decided_paid')";
        Ok(self.charges_where(condition, [dm_id])?.pop())
    }

    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        self.recall(By::Charge(id))?;
        Ok(rows::charge_by_id(&*self.lock()?, id)?)
    }

    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.charges_where("WHERE state = 'open' ORDER BY id", [])
    }

    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        self.recall(By::Refund(out_refund_no))?;
        compared::refund(&*self.lock()?, out_refund_no)
    }

    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.recall(By::Order(dm_id))?;
        self.refunds_where("WHERE dm_id = ?1 ORDER BY id", [dm_id])
    }

    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.refunds_where("WHERE state = 'open' ORDER BY id", [])
    }

    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.recall(By::Day(day))?;
        self.charges_where(&days::to_reconcile("charge", "state <> 'open'"), [day])
    }

    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.recall(By::Day(day))?;
        self.refunds_where(&days::to_reconcile("refund", "state NOT IN ('open', 'conflict')"), [day])
    }

    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError> {
        self.write(|tx, number| days::set_reconciled(tx, number, rows))
    }

    fn raise(&self, alarm: &NewAlarm, now: &Moment) -> Result<(), LedgerError> {
        if let Some(bill) = &alarm.out_trade_no {
            self.recall(By::Bill(bill))?;
        }
        self.write(|tx, number| Ok(writes::raise(tx, number, alarm, now)?))
    }

    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        self.write(|tx, number| writes::begin_charge(tx, number, new))
    }

    fn write_charge(&self, row: &ChargeRow) -> Result<Option<NonEmpty>, PersistError> {
        if let Some(dm_id) = row.order() {
            self.recall(By::Order(dm_id))?;
        }
        let write = |tx: &Connection, number| Ok((number, writes::write_charge(tx, number, row)?));
        let (number, day) = self.write_outcome(write).map_err(|Refusal(why)| why)?;
        if row.auth_code.is_none() {
            self.has_spent_code.store(true, Ordering::Relaxed);
        }
        if row.told_ms.is_some() {
            self.telling().told(number);
        }
        Ok(day)
    }

    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError> {
        let number = self.write(|tx, number| {
            writes::set_told(tx, number, charge, told_ms)?;
            Ok::<_, LedgerError>(number)
        })?;
        if told_ms.is_some() {
            self.telling().told(number);
        }
        Ok(())
    }

    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.charges_where("WHERE unfinished = 1 ORDER BY id", [])
    }

    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        self.write(|tx, number| {
            let ended_day = writes::decide_charge(tx, number, row, decision.verdict)?;
            if ends_wish {
                writes::end_wish(tx, number, &row.out_trade_no)?;
            }
            decisions::add(tx, number, RowId::Charge(row.id), decision, now)?;
            Ok(ended_day)
        })
    }

    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        self.write(|tx, number| {
            let ended_day = writes::decide_refund(tx, number, row)?;
            if let (true, Some(out_trade_no)) = (ends_wish, &row.out_trade_no) {
                writes::end_wish(tx, number, out_trade_no)?;
            }
            decisions::add(tx, number, RowId::Refund(row.id), decision, now)?;
            Ok(ended_day)
        })
    }

    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        self.write(|tx, number| writes::begin_refund(tx, number, new))
    }

    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError> {
        let note = |tx: &Connection, number: i64| {
            let row = writes::begin_refund(tx, number, new)?.made_elsewhere(new.started).map_err(Refusal)?;
            writes::write_refund(tx, number, &row).map(drop)
        };
        self.write(note).map_err(|Refusal(why)| why)
    }

    fn write_refund(&self, row: &RefundRow) -> Result<Option<NonEmpty>, PersistError> {
        self.write_outcome(|tx, number| writes::write_refund(tx, number, row)).map_err(|Refusal(why)| why)
    }
}
