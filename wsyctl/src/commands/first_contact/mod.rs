//! `first-contact`: finds out, with a real device, what the platform's document leaves open, and which options a till needs
//! for it. Half an hour, once. Asks before each step that moves money.

mod finding;
mod payments;
mod person;
mod questions;
mod transcript;

use std::path::PathBuf;
use std::sync::Arc;

use pico_args::Arguments;
use wsy::capi::client::host_id;
use wsy::till::code::Language;
use wsy::till::{Options, Till, clock};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording::pick;
use finding::Finding;
use payments::Payments;
use person::Person;
use transcript::Transcript;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let record = args.opt_value_from_os_str("--record", |text| Ok::<_, String>(PathBuf::from(text)))?;
    args::finish(args)?;
    let now = clock::wall();
    let stamp = clock::stamp(now).replace([' ', ':'], "-");
    let record = match record {
        Some(record) => record,
        None => desk::folder(common)?.join(format!("first-contact-{stamp}.txt")),
    };
    let language = common.language;
    let mut person = Person::at_the_terminal();
    person.says(pick(
        language,
        "首次联调：先问平台若干问题，再各收、退一两笔 0.01 元。每次收款、退款之前都会先问你；请用自己的手机付款。",
        "First contact: some questions to the platform, then one or two payments of 0.01 yuan and their refunds. You are asked \
         before each step that moves money; pay with your own phone.",
    ));
    let transcript = Transcript::default();
    let mut contact = Contact {
        common,
        transcript: &transcript,
        options: taken(common),
        number: format!("first-contact-{}", now / 1000),
        found: Vec::new(),
    };
    let outcome = contact.all(&mut person);
    let found = contact.found;
    let written = std::fs::write(&record, text(&found, &transcript, language));
    written.map_err(|error| Failure::File(record.clone(), error))?;
    outcome?;
    Ok(told(&found, &record, language))
}

/// The till's options. An answer without end tag is taken down, and must not end it all.
fn taken(common: &Common) -> Options {
    let mut options = common.options.clone();
    options.http.missing_end_tags = true;
    options
}

struct Contact<'a> {
    common: &'a Common,
    transcript: &'a Transcript,
    /// Those of the command line, and those that were found to be needed.
    options: Options,
    /// What the numbers of bills and refunds begin with.
    number: String,
    found: Vec<Finding>,
}

impl Contact<'_> {
    fn all(&mut self, person: &mut Person) -> Result<(), Failure> {
        let language = self.common.language;
        let till = self.open()?;
        if till.device_id().is_none() {
            let ask =
                pick(language, "请输入后台给出的激活码：", "Type the activation code from the back office:");
            let Some(code) = person.answers(ask)? else {
                return Err(wsy::till::Error::from(wsy::driver::Error::NotActivated).into());
            };
            till.activate(&code, &host_id())?;
        }
        till.refresh_config()?;
        drop(till);
        let found = questions::methods(&self.options, language, |options| self.open_with(options))?;
        self.take(found);
        let till = self.open()?;
        let asked = questions::all(&till, &self.common.options.ver, language)?;
        self.take(asked);
        // From here on as the platform has been found to read.
        drop(till);
        let till = self.open()?;
        let found = self.payments(till.clone()).plain(person)?;
        self.take(found);
        let found = self.goods(person, till)?;
        self.take(found);
        self.found.push(self.end_tags());
        Ok(())
    }

    fn payments(&self, till: Arc<Till>) -> Payments<'_> {
        let language = self.common.language;
        Payments { till, transcript: self.transcript, language, number: self.number.clone() }
    }

    fn open(&self) -> Result<Arc<Till>, Failure> {
        self.open_with(self.options.clone())
    }

    fn open_with(&self, options: Options) -> Result<Arc<Till>, Failure> {
        let till = desk::open_with(self.common, options, Talk::Platform)?;
        self.transcript.follow(&till);
        Ok(till)
    }

    fn take(&mut self, found: Vec<Finding>) {
        for finding in &found {
            if let Some((name, value)) = finding.option() {
                // A value that the library itself has found is one that it takes.
                let _ = self.options.set(name, value);
            }
        }
        self.found.extend(found);
    }

    /// How a list of bar codes has to be written.
    fn goods(&self, person: &mut Person, till: Arc<Till>) -> Result<Vec<Finding>, Failure> {
        let (language, name) = (self.common.language, "gs1_list");
        let Some(barcode) = person.answers(pick(
            language,
            "若要试单品上传，请扫描一件商品的条码（直接回车则略过）",
            "To try the upload of articles, scan the bar code of one (Enter leaves it out)",
        ))?
        else {
            return Ok(Vec::new());
        };
        match self.payments(till).with_goods(person, &barcode, "2")? {
            None => return Ok(Vec::new()),
            Some(true) => {
                let seen = pick(language, "附录的写法", "as in the appendix");
                return Ok(vec![Finding::expected(name, seen)]);
            }
            Some(false) => {}
        }
        let mut options = self.options.clone();
        options.set(name, "section")?;
        let till = self.open_with(options)?;
        Ok(match self.payments(till).with_goods(person, &barcode, "3")? {
            None => Vec::new(),
            Some(true) => {
                let seen = pick(language, "3.1 节的写法", "as in section 3.1");
                vec![Finding::mended_by(name, seen, name, "section")]
            }
            Some(false) => {
                let why = pick(language, "两种写法都没有付成", "neither was paid");
                vec![Finding::not_shown(name, why)]
            }
        })
    }

    fn end_tags(&self) -> Finding {
        let (language, name) = (self.common.language, "missing_end_tags");
        let without: Vec<String> =
            self.transcript.without_end().into_iter().filter(|action| action != "read").collect();
        if without.is_empty() {
            let seen = pick(language, "除 read 外都有 </dm>", "all but read end with </dm>");
            Finding::expected(name, seen)
        } else {
            let calls = without.join(", ");
            let seen = pick(language, format!("{calls} 的应答没有 </dm>"), format!("{calls} lack </dm>"));
            Finding::mended_by(name, seen, name, "1")
        }
    }
}

fn told(found: &[Finding], record: &std::path::Path, language: Language) -> Report {
    let needs: Vec<String> = found
        .iter()
        .filter_map(Finding::option)
        .map(|(name, value)| format!("{name}={}", value.replace('\n', "\\n")))
        .collect();
    let is_otherwise = found.iter().any(Finding::is_otherwise);
    let mut report = Report::new(if is_otherwise { Exit::Attention } else { Exit::Good });
    for finding in found {
        report = report.line(finding.line(language));
    }
    let summary = if needs.is_empty() {
        pick(
            language,
            "收银程序不需要另设选项。".to_owned(),
            "The till needs no options for this platform.".to_owned(),
        )
    } else {
        let needs = needs.join(" ");
        pick(
            language,
            format!("收银程序打开时要设这些选项：{needs}"),
            format!("The till has to be opened with these options: {needs}"),
        )
    };
    let place = record.display();
    report
        .line(summary)
        .line(pick(language, format!("记录：{place}"), format!("Record: {place}")))
        .field("findings", found.iter().map(Finding::json).collect::<Vec<_>>())
        .field("record", record.to_string_lossy().into_owned())
}

fn text(found: &[Finding], transcript: &Transcript, language: Language) -> String {
    let lines: String = found.iter().map(|finding| finding.line(language) + "\n").collect();
    format!("{lines}{}\n", transcript.text())
}
