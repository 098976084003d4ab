//! The page's current state, and waiting for it to change.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout};

use super::{
    Console, Wanted,
    checklist::{self, Case},
    view::{BillRow, RequestRow},
};
use crate::{
    book::{ActivationCode, Wallet},
    control::{ControlResult, DeviceView},
    fault::FaultOrder,
    moment::Moment,
    platform::sign,
    settings::Settings,
};

/// The part of the state that changes while a page is open.
#[derive(Debug, Serialize)]
struct Snapshot {
    base: String,
    settings: Settings,
    faults: Vec<FaultOrder>,
    devices: Vec<DeviceView>,
    activation_codes: Vec<ActivationCode>,
    /// The wallet behind the code on the page's phone.
    wallet: Option<Wallet>,
    /// Newest first.
    bills: Vec<BillRow>,
    requests: Vec<RequestRow>,
    cases: Vec<Case>,
}

/// A snapshot and its version.
#[derive(Debug, Serialize)]
pub(super) struct State {
    version: String,
    /// The real clock, for countdowns.
    now_ms: Moment,
    state: Box<RawValue>,
}

/// As many as a person looks through; the search finds the rest.
const MOST: usize = 100;

/// Browsers and proxies should not have to wait longer for a response.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look without a request: bills end by themselves, and a test may add faults directly.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Console {
    /// Waits until the state differs from what the page already shows, up to a limit.
    pub(super) async fn state_after(&self, wanted: &Wanted) -> ControlResult<State> {
        let end = Instant::now() + PATIENCE;
        let mut pulse = self.shared.pulse();
        loop {
            pulse.mark_unchanged();
            let state = self.state(wanted)?;
            if state.version != wanted.version || Instant::now() >= end {
                return Ok(state);
            }
            // In both cases: look again.
            let _ = timeout(LOOK_AGAIN, pulse.changed()).await;
        }
    }

    fn state(&self, wanted: &Wanted) -> ControlResult<State> {
        let snapshot =
            serde_json::value::to_raw_value(&self.snapshot(wanted)?).map_err(crate::book::BookError::from)?;
        Ok(State { version: sign::hash(snapshot.get().as_bytes()), now_ms: Moment::now(), state: snapshot })
    }

    fn snapshot(&self, wanted: &Wanted) -> ControlResult<Snapshot> {
        let (requests, cases) = self.of_requests();
        let faults = self.shared.queue().orders().to_vec();
        let platform = self.shared.platform();
        platform.settle_due(Moment::now())?;
        let bills = platform.book.find_bills(wanted.search.trim(), MOST)?;
        let bills = bills.into_iter().map(|bill| BillRow::new(&platform, bill)).collect::<Result<_, _>>()?;
        Ok(Snapshot {
            base: platform.base.clone(),
            settings: platform.settings.clone(),
            faults,
            devices: platform.book.devices()?.into_iter().map(DeviceView::from).collect(),
            activation_codes: platform.book.activation_codes()?,
            wallet: platform.book.auth_code(&wanted.code)?.map(|code| code.wallet),
            bills,
            requests,
            cases,
        })
    }

    fn of_requests(&self) -> (Vec<RequestRow>, Vec<Case>) {
        let marks = *self.marks();
        let traces = self.shared.traces();
        let requests = traces.iter().rev().take(MOST).map(RequestRow::new).collect();
        let counted: Vec<_> = traces.iter().filter(|trace| trace.n > marks.begun_after).collect();
        (requests, checklist::cases(&counted, marks.refused_at_till))
    }
}
