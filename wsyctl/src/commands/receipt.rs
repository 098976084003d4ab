//! `receipt NUMBER`: the receipt of a bill or refund, as text, as a picture, or printed; from the ledger if
//! the platform has none.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pico_args::Arguments;
use wsy::protocol::receipt::{Paper, as_copy, escpos, laid_out, plain, rows, screen};
use wsy::till::printing::{self, Printer, Queues};
use wsy::till::{Error, Slip, Till, Which, custom_series, receipt_png};

use crate::args::{self, Common};
use crate::commands::refund;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

/// A printer that accepts nothing for this long is off.
const PRINTER_LIMIT: Duration = Duration::from_secs(10);

/// The bill or refund of the receipt.
enum Of {
    Bill(Which),
    Refund(String),
}

/// Where it goes, besides the screen.
struct Wish {
    paper: Option<Paper>,
    copy: bool,
    custom_series: u32,
    png: Option<PathBuf>,
    font: Option<PathBuf>,
    printer: Option<String>,
}

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let wish = Wish::take(&mut args)?;
    let of = match args.opt_value_from_str("--refund-no")? {
        Some(number) => Of::Refund(number),
        None => Of::Bill(refund::which(&mut args)?),
    };
    args::finish(args)?;
    let printer = wish.printer.as_deref().map(Printer::parse).transpose().map_err(Error::from)?;
    let talk = if matches!(of, Of::Bill(_)) { Talk::Platform } else { Talk::LedgerOnly };
    let (source, printinfo) = found(desk::open(common, talk)?.as_ref(), &of, &wish)?;

    let text = wish.text(&printinfo);
    let mut report = Report::new(Exit::Good)
        .line(text.trim_end())
        .field("source", source)
        .field("receipt", text.as_str())
        .field("printinfo", printinfo.as_str());
    if let Some(path) = &wish.png {
        let picture = receipt_png(&printinfo, wish.paper.unwrap_or(Paper::Mm58), wish.font.as_deref())?;
        fs::write(path, picture).map_err(|error| Failure::File(path.clone(), error))?;
        report = report.field("png", path.display().to_string());
    }
    if let Some(printer) = printer {
        printing::print(&printer, escpos(&printinfo), PRINTER_LIMIT, Arc::new(Queues))
            .map_err(Error::from)?;
        let said = wording::pick(common.language, "已送到打印机", "Sent to the printer");
        report = report.line(format!("{said}: {printer}")).field("printer", printer.to_string());
    }
    Ok(report)
}

impl Wish {
    fn take(args: &mut Arguments) -> Result<Self, Failure> {
        let path = |text: &std::ffi::OsStr| Ok::<_, String>(PathBuf::from(text));
        let wish = Self {
            paper: args.opt_value_from_fn("--mm", paper)?,
            copy: args.contains("--copy"),
            custom_series: args.opt_value_from_fn("--custom-series", custom_series)?.unwrap_or_default(),
            png: args.opt_value_from_os_str("--png", path)?,
            font: args.opt_value_from_os_str("--font", path)?,
            printer: args.opt_value_from_str("--printer")?,
        };
        match wish {
            Self { png: None, font: Some(_), .. } => Err(Failure::Usage("--font: --png FILE".to_owned())),
            wish => Ok(wish),
        }
    }

    fn text(&self, printinfo: &str) -> String {
        match self.paper {
            Some(paper) => plain(&laid_out(rows(printinfo), paper), paper),
            None => screen(printinfo),
        }
    }
}

fn paper(text: &str) -> Result<Paper, String> {
    text.parse().ok().and_then(Paper::of_mm).ok_or_else(|| "58 | 80".to_owned())
}

/// The receipt from the platform, or else from the ledger.
fn found(till: &Till, of: &Of, wish: &Wish) -> Result<(&'static str, String), Failure> {
    let copy = wish.copy;
    let which = match of {
        Of::Refund(number) => return Ok(("ledger", till.refund_slip(number, copy)?)),
        Of::Bill(which) => which,
    };
    match (till.reprint(which, wish.custom_series), &which.out_trade_no) {
        (Ok(printinfo), _) => Ok(("platform", marked(printinfo, copy))),
        (Err(Error::NoReceipt { stored: Some(printinfo) }), None) => Ok(("ledger", marked(printinfo, copy))),
        (Err(error), None) => Err(error.into()),
        // The platform's reason says more than the fact that the ledger has none either.
        (Err(error), Some(number)) => {
            let slip = till.slip(number, Slip::Receipt, copy).map_err(|_| error)?;
            Ok(("ledger", slip))
        }
    }
}

fn marked(printinfo: String, copy: bool) -> String {
    if copy { as_copy(&printinfo) } else { printinfo }
}
