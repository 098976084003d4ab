//! What the page shows at a time, and waiting until that is something else.

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

/// What changes while a page is open.
#[derive(Debug, Serialize)]
struct Snapshot {
    base: String,
    settings: Settings,
    faults: Vec<FaultOrder>,
    devices: Vec<DeviceView>,
    activation_codes: Vec<ActivationCode>,
    /// The one behind the code on the page's phone.
    wallet: Option<Wallet>,
    /// The newest first.
    bills: Vec<BillRow>,
    requests: Vec<RequestRow>,
    cases: Vec<Case>,
}

/// A snapshot, and what it is known by.
#[derive(Debug, Serialize)]
pub(super) struct State {
    version: String,
    /// The real clock, for countdowns.
    now_ms: Moment,
    state: Box<RawValue>,
}

/// As many as a person looks through; a search finds the others.
const MOST: usize = 100;

/// Longer than this no browser or proxy should have to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Some things change without a request: bills that end by themselves, orders that a test gives from inside.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Console {
    /// Waits until there is something else to show than the page shows already, but not for ever.
    pub(super) async fn state_after(&self, wanted: &Wanted) -> ControlResult<State> {
        let end = Instant::now() + PATIENCE;
        let mut pulse = self.shared.pulse();
        loop {
            pulse.mark_unchanged();
            let state = self.state(wanted)?;
            if state.version != wanted.version || Instant::now() >= end {
                return Ok(state);
            }
            // Both mean: look again.
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
