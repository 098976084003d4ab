//! A day of the ledger.

use std::ffi::c_char;

use crate::capi::call::{Call, answer};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names::{self, Name};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{listed_fields, rows_of};
use crate::payment::day::{Sums, Totals};
use crate::till::clock;
use crate::till::code::Code;
use crate::till::ledger::{Ledger, LedgerError};

/// Reads a day's charges, refunds and totals from the ledger. Sends nothing.
///
/// Lists the charges and refunds that started or ended on the day, and the charges that were reported as not
/// paid and found on that day to be paid.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with day, the lists "charge" and "refund", oldest first, and open: how
///        many of these are undecided now. The totals are those of the outcomes of that day (ended_day),
///        whenever they started:
///   paid_fen, refunded_fen
///               the amounts paid and refunded, also as decided by a person (decided_paid, decided_refunded)
///   "wallet"    a list: count, paid_fen and refunded_fen for each paytype. A refund counts for its charge's
///               paytype, or for the empty one if its bill was not known to this ledger when it was refunded
///   "operator"  a list: the same for each operator_id, which is empty for outcomes without one
///   "state"     a list: the same for each state of a charge or refund, and for "paid_late": found to be paid
///               after it was reported as not paid (which stays counted), see wsy_reconcile. Not counted:
///               what was never sent, and what has no known outcome ("open", "conflict")
///   closed      when the day was closed (Beijing), see wsy_close_day; empty until then
///   closed_by   who closed it
///   "decision"  a list: the decisions that people made on that day; decisions: how many
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_ARGUMENT (not a day), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads all charges and refunds of a day, such as 2026-11-22; sends nothing.
/// 某一天的全部收款和退款，不联网。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_day(
    client: *mut wsy_client,
    day: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `day` is NULL or a string, as this function asks.
    let day = unsafe { CText::new(day) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let day = day_of(client, day)?;
        Ok(day_draft(client.till.ledger(), &day)?)
    })
}

/// Closes a day: fixes its outcomes and their totals. Sends nothing.
///
/// A later outcome, from wsy_settle, wsy_recover, a person's decision or any other call, counts for the day
/// after. Earlier days that were never closed are closed too. Payments continue as before, even on a closed
/// day.
///
/// A closed day stays closed: calling again returns the same totals, with the time and the person of the
/// first call. Closing does not wait for what is open: see the field open, and call wsy_recover first to
/// reduce it.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// by:    who closes it, such as a cashier's name or number; must not be empty.
/// reply: NULL, or receives a reply with the fields of wsy_day.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_DAY_NOT_OVER (the day is in the future; today can be closed), WSY_ERR_ARGUMENT
/// (not a day, or by is empty), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `day` and `by` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Closes a day: later outcomes count for the next day, and its totals stay the same.
/// 日结：之后查清的收款和退款计入第二天，当天的合计不再变化。不联网。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_close_day(
    client: *mut wsy_client,
    day: *const c_char,
    by: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [day, by] = unsafe { CText::each([day, by]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let (day, by) = (day_of(client, day)?, client.filled(by)?);
        client.till.close_day(&day, &by)?;
        Ok(day_draft(client.till.ledger(), &day)?)
    })
}

/// Moves old bills from the ledger to its archive, so that the ledger does not grow forever. Sends
/// nothing but a query of the platform's time, if that is not known yet: this machine's clock may be wrong.
///
/// A bill moves with all its attempts, refunds, alarms and decisions if nothing of it is undecided or waits
/// for a person, wsy_reconcile has compared all of it, and nothing happened to it after the day. Nothing is
/// forgotten: every call finds an archived bill as before and takes it back into the ledger; its number, and
/// those of its refunds, cannot be used for anything else. The auth codes of archived bills are removed.
///
/// The archive is archive.db in the data folder. It belongs to the ledger: copy, move and back up the folder
/// as a whole. Without it the till goes on selling, folder_doubt of wsy_open says "archive", and calls about
/// what was archived return WSY_ERR_ARCHIVE. Only auth codes and order numbers of archived bills are then not
/// recognised.
///
/// Bills move only while no other call and no started payment is in progress; other calls wait for a moment.
/// Call it once a month, say, after wsy_close_day and wsy_reconcile, while nobody is paying. A crash at any
/// moment loses nothing; calling again continues.
///
/// day:   the last day to archive, such as "2026-08-31", in Beijing time; NULL for 90 days ago. It has to be
///        closed, and at least 90 days ago: late captures, refunds and reconciliations come before that.
/// reply: NULL, or receives a reply with the fields day, archived (how many bills moved), stayed (how many of
///        those days did not, see wsy_unresolved, wsy_alarms and wsy_reconcile) and ledger_bytes (the size of
///        the ledger afterwards)
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_DAY_NOT_ARCHIVABLE, WSY_ERR_ARGUMENT (not a day), WSY_ERR_ARCHIVE (the file cannot
/// be read or written), WSY_ERR_BUSY (another call is in progress), WSY_ERR_CANCELLED (the client is being
/// closed), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE. Whatever moved before an error stays archived.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Moves bills that are done with, up to a day at least 90 days ago, into the archive.
/// 归档：把 90 天以前、已了结的单移到归档文件，账本不会一直变大；之后照样能查、能退。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_archive(
    client: *mut wsy_client,
    day: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `day` is NULL or a string, as this function asks.
    let day = unsafe { CText::new(day) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let day = client.optional(day)?.unwrap_or_else(|| client.till.last_day_to_archive());
        if !clock::is_day(&day) {
            return Err(Code::Argument.into());
        }
        let archived = client.till.archive(&day)?;
        Ok(Draft::new(Code::Ok)
            .field(names::DAY, day)
            .field(names::ARCHIVED, archived.bills)
            .field(names::STAYED, archived.stayed)
            .field(names::LEDGER_BYTES, archived.ledger_bytes))
    })
}

/// The day that the caller names, or today.
pub(super) fn day_of(client: &Call, day: CText<'_>) -> Result<String, Code> {
    let day = client.optional(day)?.unwrap_or_else(|| client.till.today());
    if clock::is_day(&day) { Ok(day) } else { Err(Code::Argument) }
}

fn day_draft(ledger: &Ledger, day: &str) -> Result<Draft, LedgerError> {
    let (charges, refunds) = (ledger.charges_of_day(day)?, ledger.refunds_of_day(day)?);
    let decisions = ledger.decisions_of_day(day)?;
    let totals = Totals::of(day, &charges, &refunds);
    let (closed, by) = ledger.closing(day)?.map(|closing| (clock::stamp(closing.ms), closing.by)).unzip();
    Ok(rows_of(&charges, &refunds)
        .field(names::DAY, day.to_owned())
        .field(names::PAID_FEN, totals.all.paid_fen)
        .field(names::REFUNDED_FEN, totals.all.refunded_fen)
        .field(names::CLOSED, closed)
        .field(names::CLOSED_BY, by)
        .field(names::DECISIONS, decisions.len())
        .list(names::LIST_WALLET, totals.wallets.iter().map(|sums| sums_fields(names::PAYTYPE, sums)))
        .list(names::LIST_OPERATOR, totals.operators.iter().map(|sums| sums_fields(names::OPERATOR_ID, sums)))
        .list(names::LIST_STATE, totals.states.iter().map(|sums| sums_fields(names::STATE, sums)))
        .list(names::LIST_DECISION, decisions.iter().map(listed_fields)))
}

/// The fields of one line of a day's totals.
fn sums_fields(name: Name, (key, sums): (&(impl ToString + ?Sized), &Sums)) -> Fields {
    Fields::default()
        .with(name, key.to_string())
        .with(names::COUNT, sums.count)
        .with(names::PAID_FEN, sums.paid_fen)
        .with(names::REFUNDED_FEN, sums.refunded_fen)
}
