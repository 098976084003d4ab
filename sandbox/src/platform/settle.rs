//! How bills end: by the customer, by timing out, or by hand.

use serde::{Deserialize, Serialize};

use super::{Params, Platform, Stop};
use crate::{
    book::{Bill, BillState, BookError, DueOutcome, Payment, WalletKind},
    document::{Brief, Document, PaidDocument, Slip},
    moment::Moment,
};

/// The outcome to set for a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum BillOutcome {
    /// Open again, without a due time.
    Paying,
    /// Paid now, whatever the wallet's balance.
    Paid,
    /// Failed, with this text.
    Failed {
        /// The `info` of the responses.
        #[serde(default = "default_info")]
        info: String,
    },
}

fn default_info() -> String {
    "支付失败:订单已关闭".into()
}

/// The customer's reaction when the phone asks for the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneAnswer {
    /// Enters it: the bill is paid, if the balance allows.
    Confirm,
    /// Cancels: the bill fails.
    Cancel,
}

impl Platform {
    /// Ends a bill that is being paid, as its customer has just decided.
    pub(crate) fn answer_on_phone(
        &self,
        bill: &Bill,
        answer: PhoneAnswer,
        now: Moment,
    ) -> Result<(), BookError> {
        let outcome = match answer {
            PhoneAnswer::Confirm => DueOutcome::Pays,
            PhoneAnswer::Cancel => DueOutcome::Cancels,
        };
        let state = self.outcome(bill, &outcome, self.shown(now))?;
        self.book.set_bill_state(bill.dm_id, &state)
    }

    /// Ends every bill that is due.
    pub(crate) fn settle_due(&self, now: Moment) -> Result<(), BookError> {
        for bill in self.book.paying_bills()? {
            let BillState::Paying { due: Some(due) } = &bill.state else {
                continue;
            };
            if due.at <= now {
                let state = self.outcome(&bill, &due.outcome, self.shown(due.at))?;
                self.book.set_bill_state(bill.dm_id, &state)?;
            }
        }
        Ok(())
    }

    fn outcome(&self, bill: &Bill, outcome: &DueOutcome, at: Moment) -> Result<BillState, BookError> {
        let failed = |info: String| Ok(BillState::Failed { info });
        match outcome {
            DueOutcome::Pays if self.book.debit(bill.wallet_id, bill.total)? => {
                Ok(BillState::Paid(payment(bill, at)))
            }
            DueOutcome::Pays | DueOutcome::HasNoMoney => failed("余额不足".into()),
            DueOutcome::Cancels => failed("支付失败:用户取消支付".into()),
            DueOutcome::TimesOut => failed("支付失败:订单超时未支付".into()),
            DueOutcome::Declines { reason } => failed(format!("支付失败:{reason}")),
        }
    }

    /// The response to a charge or a query about a bill.
    pub(super) fn bill_document(&self, bill: &Bill, slip: Slip, params: &Params) -> Result<Document, Stop> {
        Ok(match &bill.state {
            BillState::Paying { .. } => Document::Brief(Brief::still_paying(Some(bill.dm_id.to_string()))),
            BillState::Failed { info } => Document::Brief(Brief::failed(bill.dm_id, info)),
            BillState::Paid(payment) => Document::Paid(Box::new(PaidDocument {
                slip,
                bill: bill.clone(),
                payment: payment.clone(),
                device: self.device_of(bill)?,
                shown_dm_id: bill.dm_id.to_string(),
                shown_total: bill.total.to_string(),
                with_print: params.get("noremind").is_none(),
                close_tag: match slip {
                    Slip::Charge => self.settings.close_tags.micropay,
                    Slip::Query => self.settings.close_tags.query,
                },
            })),
        })
    }
}

/// Sets a bill's state by hand, and moves the wallet's money accordingly.
pub(crate) fn set_outcome(
    platform: &Platform,
    bill: &Bill,
    wanted: &BillOutcome,
    now: Moment,
) -> Result<(), BookError> {
    let was_paid = matches!(bill.state, BillState::Paid(_));
    let state = match wanted {
        BillOutcome::Paid if was_paid => return Ok(()),
        BillOutcome::Paid => BillState::Paid(payment(bill, platform.shown(now))),
        BillOutcome::Failed { info } => BillState::Failed { info: info.clone() },
        BillOutcome::Paying => BillState::Paying { due: None },
    };
    match (was_paid, &state) {
        (false, BillState::Paid(_)) => platform.book.credit(bill.wallet_id, -bill.total)?,
        (true, _) => platform.book.credit(bill.wallet_id, bill.total)?,
        (false, _) => {}
    }
    platform.book.set_bill_state(bill.dm_id, &state)
}

fn payment(bill: &Bill, at: Moment) -> Payment {
    Payment { pay_id: pay_id(bill, at), at }
}

/// 28 digits made of the channel, the day and the bill.
fn pay_id(bill: &Bill, at: Moment) -> String {
    let digits = at.digits();
    let day = digits.get(..8).unwrap_or(&digits);
    let number = bill.dm_id.number();
    match bill.channel.kind {
        WalletKind::Wechat => format!("4200000067{day}{number:010}"),
        WalletKind::Alipay => format!("{day}2200100000{number:010}"),
    }
}
