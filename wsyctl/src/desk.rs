//! A till that is opened for a command.

use std::path::Path;
use std::sync::Arc;

use wsy::till::{Options, Till, secret_store};

use crate::args::Common;
use crate::failure::Failure;

/// Whether a command needs the platform.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// It does.
    Platform,
    /// It reads the ledger, and sends nothing.
    LedgerOnly,
}

/// The folder from the options.
pub fn folder(common: &Common) -> Result<&Path, Failure> {
    common.folder.as_deref().ok_or(Failure::NoFolder)
}

/// Opens the till of a folder that has a ledger: a folder whose name was mistyped must not get an empty one.
pub fn open(common: &Common, talk: Talk) -> Result<Arc<Till>, Failure> {
    let folder = folder(common)?;
    if !folder.join("ledger.db").exists() {
        return Err(Failure::NoLedger(folder.to_owned()));
    }
    open_or_make(common, talk)
}

/// Opens the till of a folder, and creates it if it does not exist.
pub fn open_or_make(common: &Common, talk: Talk) -> Result<Arc<Till>, Failure> {
    open_with(common, common.options.clone(), talk)
}

/// The same with other options than those of the command line.
pub fn open_with(common: &Common, options: Options, talk: Talk) -> Result<Arc<Till>, Failure> {
    let refresh_config = talk == Talk::Platform && options.refresh_config;
    let options = Options { refresh_config, ..options };
    let secrets = secret_store::of_this_system(options.secret_scope);
    Ok(Till::open(folder(common)?, options, secrets)?)
}
