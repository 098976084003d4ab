//! `acknowledge ID --by WHO`: a person has seen an alarm.

use pico_args::Arguments;

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let by: String = args.value_from_str("--by")?;
    let id: i64 = args.free_from_str()?;
    args::finish(args)?;
    if by.trim().is_empty() {
        return Err(Failure::Usage("--by".to_owned()));
    }
    desk::open(common, Talk::LedgerOnly)?.acknowledge(id, &by)?;
    let line =
        wording::pick(common.language, "已记下：警报已确认。", "Written down: the alarm is acknowledged.");
    Ok(Report::new(Exit::Good).line(line).field("id", id))
}
