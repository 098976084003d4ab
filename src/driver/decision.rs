//! A person's decision about a row that nothing else has decided.

use crate::driver::{Context, Error, Level, NoBill, Store, account, brought_up, brought_up_refund};
use crate::payment::bill::{Account, Bill};
use crate::payment::decision::{self, Decision, Undecidable, Verdict};
use crate::payment::row::{ChargeRow, RefundRow};

/// Decides an attempt on a bill: the one with this number, or the only one that awaits a decision. Sends
/// nothing; durable when this returns.
pub fn decide_charge<C: Context>(
    context: &C,
    out_trade_no: &str,
    attempt: Option<i64>,
    decision: &Decision,
) -> Result<ChargeRow, Error> {
    let _lock = context.lock("bill", out_trade_no)?;
    let Account { rows, bill } = account(context, out_trade_no)?;
    let mut wanted = match attempt {
        Some(attempt) => rows.iter().filter(|row| row.attempt == attempt).collect(),
        None => decision::waiting(&rows),
    }
    .into_iter();
    let row = match (wanted.next(), wanted.next()) {
        (Some(row), None) => row,
        (Some(_), Some(other)) => {
            return Err(Error::StillOpen { out_trade_no: out_trade_no.to_owned(), attempt: other.attempt });
        }
        (None, _) if rows.is_empty() => return Err(NoBill::Bill(out_trade_no.to_owned()).into()),
        (None, _) => return Err(Error::NotOpen(out_trade_no.to_owned())),
    };
    let (evidence, now) = (brought_up(context, row), context.moment());
    let decided = row
        .decided(decision.verdict, &evidence, &context.policy(None), &now)
        .map_err(|why| refused(why, out_trade_no))?;
    let at = rows.iter().position(|other| other.id == row.id).unwrap_or(rows.len());
    let ends_wish = decided.ends_wish(&bill.with_attempt(at, decided.state));
    let ended_day = context.store().decide_charge(&decided, decision, ends_wish, &now)?;
    if decision.verdict == Verdict::Paid {
        // The decision counts as a report, even where this process knows of an earlier one that nobody
        // received.
        context.keep_untold(row.id, false);
    }
    let decided = ChargeRow { ended_day, to_void: decided.to_void && !ends_wish, ..decided };
    log(context, &format!("out_trade_no={out_trade_no} attempt={}", row.attempt), decision);
    Ok(decided)
}

/// Decides a refund. Sends nothing; durable when this returns.
pub fn decide_refund<C: Context>(
    context: &C,
    out_refund_no: &str,
    decision: &Decision,
) -> Result<RefundRow, Error> {
    let _lock = context.lock("refund", out_refund_no)?;
    let row = context.store().refund(out_refund_no)?;
    let row = row.ok_or_else(|| NoBill::Refund(out_refund_no.to_owned()))?;
    // A void holds this lock throughout, and the refund's lock only while the refund runs.
    let bill_no = row.out_trade_no.as_deref();
    let _bill = bill_no.map(|bill_no| context.lock("bill", bill_no)).transpose()?;
    let (known, now) = (brought_up_refund(context, &row), context.moment());
    let decided = row
        .decided(decision.verdict, &known, &context.policy(None), &now)
        .map_err(|why| refused(why, out_refund_no))?;
    let bill = match bill_no {
        Some(bill_no) => account(context, bill_no)?.bill,
        None => Bill::default(),
    };
    let ends_wish = decided.ends_wish(&bill.with_refund(out_refund_no, decided.state));
    let ended_day = context.store().decide_refund(&decided, decision, ends_wish, &now)?;
    let decided = RefundRow { ended_day, ..decided };
    log(context, &format!("out_refund_no={out_refund_no}"), decision);
    Ok(decided)
}

fn refused(why: Undecidable, number: &str) -> Error {
    match why {
        Undecidable::NotOpen | Undecidable::OtherKind => Error::NotOpen(number.to_owned()),
        Undecidable::TooEarly(left_ms) => Error::TooEarly { left_ms },
    }
}

fn log<C: Context>(context: &C, row: &str, decision: &Decision) {
    context.log(Level::Warn, || {
        format!("decision verdict={} by={} {row}: {}", decision.verdict.word(), decision.by, decision.why)
    });
}
