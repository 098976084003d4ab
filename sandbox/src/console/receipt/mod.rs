//! Prints a receipt as a printer does: the text's escapes become bytes, the bytes commands, the commands rows
//! on paper.

mod bytes;
mod command;
mod paper;
mod printer;

use serde::Serialize;

pub(super) use bytes::bytes;
use command::commands;
pub(super) use paper::Paper;

/// A printer command in readable form.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    /// `1B 40`
    hex: String,
    #[serde(flatten)]
    command: command::Command,
}

/// Every command, with its bytes.
pub(super) fn listing(text: &str) -> Vec<Listed> {
    let bytes = bytes(text);
    commands(&bytes)
        .map(|(bytes, command)| Listed {
            hex: bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "),
            command,
        })
        .collect()
}

/// The receipt on paper, as SVG.
pub(super) fn picture(text: &str, paper: Paper) -> String {
    let bytes = bytes(text);
    let rows = printer::print(commands(&bytes).map(|(_, command)| command), paper.columns());
    paper.draw(&rows)
}
