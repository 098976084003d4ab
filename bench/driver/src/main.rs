//! `cargo xtask bench`: compares the library, through its C interface, with what a till's author would write
//! without it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod build;
mod counted;
mod disk;
mod figures;
mod footprint;
mod lines;
mod peers;
mod server;
mod spread;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use build::Programs;
use figures::Figures;
use kit::error::Error;
use kit::say;
use kit::workspace;
use table::{Row, Table};

fn main() -> ExitCode {
    kit::command::run(|arguments| match arguments {
        [] => bench(),
        ["--write"] => write(),
        ["--lines"] => lines(),
        ["--short"] => short(),
        ["--accept"] => accept(),
        _ => Err(Error::Usage("see cargo xtask help".to_owned())),
    })
}

/// Measures everything and prints the table.
fn bench() -> Result<(), Error> {
    measured().map(|table| say::line(table.text()))
}

/// Measures everything, prints the table and writes it into the two documents about it.
fn write() -> Result<(), Error> {
    let table = measured()?;
    say::line(table.text());
    for document in ["performance.md", "performance.zh-CN.md"] {
        table.write_into(&workspace::root().join("docs").join(document))?;
    }
    Ok(())
}

/// Measures only payments over a line.
fn lines() -> Result<(), Error> {
    let programs = Programs::build()?;
    let rows = lines::rows(&programs, &programs.payers()?)?;
    say::line(Table { rows }.text());
    Ok(())
}

/// Counts instructions and bytes, which are the same in each run, and compares them with the committed
/// figures.
fn short() -> Result<(), Error> {
    let (now, committed) = (Figures::measure()?, Figures::read(&committed())?);
    let compared = now.compare(&committed);
    compared.iter().for_each(say::line);
    let worse: Vec<&str> =
        compared.iter().filter(|figure| figure.is_worse()).map(|figure| figure.name()).collect();
    if worse.is_empty() {
        return Ok(());
    }
    let sum = format!(
        "more than {} % worse than the committed figures: {}. To accept them, run cargo xtask bench --accept",
        figures::TOLERANCE_PERCENT,
        worse.join(", ")
    );
    Err(Error::Check(sum))
}

/// Writes the figures that later ones are compared with.
fn accept() -> Result<(), Error> {
    Figures::measure()?.write(&committed())
}

fn committed() -> PathBuf {
    workspace::root().join("bench").join("figures.txt")
}

fn measured() -> Result<Table, Error> {
    let programs = Programs::build()?;
    let peers = programs.peers()?;
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(lines::rows(&programs, &peers.payers)?);
    rows.extend(peers::rows(&programs, &peers)?);
    rows.extend(counted::rows(&programs)?);
    rows.extend(disk::rows(&programs)?);
    rows.extend(footprint::rows(&programs)?);
    Ok(Table { rows })
}
