//! The console: a page where a till developer watches everything that the platform does, and breaks it.

mod assets;
mod checklist;
mod decode;
mod guard;
mod popup;
mod receipt;
mod received;
mod sign;
mod state;
mod symbols;
#[cfg(test)]
mod testing;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post, put},
};
use serde::{Deserialize, Serialize};

use crate::{
    book::BookError,
    control::{ControlError, ControlResult},
    dm_id::DmId,
    shared::Shared,
    trace::Trace,
};
pub(crate) use guard::{CONSOLE, Guard, guard};
use receipt::{Listed, Paper};
use view::{BillRow, RequestDetail, RequestRow};

/// The state behind the page's calls.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    shared: Arc<Shared>,
    marks: Arc<Mutex<Marks>>,
}

/// What people have confirmed on the checklist.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    /// Requests up to this number do not count.
    begun_after: u64,
    /// The till refused a second scan without a request to the platform.
    refused_at_till: bool,
}

impl Console {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, marks: Arc::default() }
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trace(&self, n: u64) -> Option<Trace> {
        self.shared.traces().get(n).cloned()
    }

    fn keys(&self) -> Result<Vec<String>, BookError> {
        let devices = self.shared.platform().book.devices()?;
        Ok(devices.into_iter().map(|device| device.key).collect())
    }
}

/// The routes of `/_sandbox/console` and below.
pub(crate) fn routes(console: Console) -> Router {
    Router::new()
        .route("/console", get(|| async { Redirect::to(CONSOLE) }))
        .route("/console/", get(assets::index))
        .route("/console/{name}", get(assets::asset))
        .route("/console/api/state", get(state))
        .route("/console/api/bills/{dm_id}", get(bill))
        .route("/console/api/requests/{n}", get(request))
        .route("/console/api/requests/{n}/receipt", get(receipt_commands))
        .route("/console/api/requests/{n}/receipt.svg", get(receipt_picture))
        .route("/console/api/requests/{n}/receipt.bin", get(receipt_bytes))
        .route("/console/api/requests/{n}/popup.svg", get(popup))
        .route("/console/api/symbols/{digits}/barcode.svg", get(barcode))
        .route("/console/api/symbols/{digits}/qr.svg", get(qr))
        .route("/console/api/checklist/restart", post(restart_checklist))
        .route("/console/api/checklist/second_scan", put(mark_second_scan))
        .with_state(console)
}

type ConsoleState = State<Console>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    /// The version that the page already shows.
    version: String,
    /// The search text for bills.
    search: String,
    /// The code on the page's phone.
    code: String,
}

async fn state(
    State(console): ConsoleState,
    Query(wanted): Query<Wanted>,
) -> ControlResult<Json<state::State>> {
    console.state_after(&wanted).await.map(Json)
}

#[derive(Serialize)]
struct BillDetail {
    bill: BillRow,
    /// The requests about it that are still in the log, in order.
    requests: Vec<RequestDetail>,
}

async fn bill(State(console): ConsoleState, Path(dm_id): Path<DmId>) -> ControlResult<Json<BillDetail>> {
    let (bill, auth_code) = {
        let platform = console.shared.platform();
        let bill = platform.book.bill(dm_id)?.ok_or(ControlError::NoSuchBill(dm_id))?;
        let auth_code = bill.auth_code.clone();
        (BillRow::new(&platform, bill)?, auth_code)
    };
    let keys = console.keys()?;
    let number = dm_id.to_string();
    let traces = console.shared.traces();
    let about = traces.iter().filter(|trace| RequestRow::new(trace).is_about(&number, &auth_code));
    let requests = about.map(|trace| RequestDetail::new(trace, &keys)).collect();
    Ok(Json(BillDetail { bill, requests }))
}

async fn request(State(console): ConsoleState, Path(n): Path<u64>) -> ControlResult<Response> {
    let keys = console.keys()?;
    Ok(or_not_found(console.trace(n).map(|trace| Json(RequestDetail::new(&trace, &keys)))))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OnPaper {
    paper: Paper,
}

async fn receipt_picture(
    State(console): ConsoleState,
    Path(n): Path<u64>,
    Query(on): Query<OnPaper>,
) -> Response {
    svg(console.printed(n).map(|text| receipt::picture(&text, on.paper)))
}

async fn receipt_bytes(State(console): ConsoleState, Path(n): Path<u64>) -> Response {
    let name = format!("attachment; filename=\"receipt-{n}.bin\"");
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, name)];
    or_not_found(console.printed(n).map(|text| (headers, receipt::bytes(&text))))
}

#[derive(Serialize)]
struct ReceiptCommands {
    text: String,
    commands: Vec<Listed>,
}

async fn receipt_commands(State(console): ConsoleState, Path(n): Path<u64>) -> Response {
    let printed = console.printed(n);
    or_not_found(printed.map(|text| Json(ReceiptCommands { commands: receipt::listing(&text), text })))
}

async fn popup(State(console): ConsoleState, Path(n): Path<u64>) -> Response {
    svg(console.trace(n).and_then(|trace| view::popped_up(&trace)))
}

async fn barcode(Path(digits): Path<String>) -> Response {
    svg(symbols::barcode(&digits))
}

async fn qr(Path(digits): Path<String>) -> Response {
    svg(symbols::qr(&digits))
}

async fn restart_checklist(State(console): ConsoleState) -> StatusCode {
    let last = console.shared.traces().iter().next_back().map_or(0, |trace| trace.n);
    *console.marks() = Marks { begun_after: last, refused_at_till: false };
    console.shared.beat();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondScan {
    refused_at_till: bool,
}

async fn mark_second_scan(State(console): ConsoleState, Json(said): Json<SecondScan>) -> StatusCode {
    console.marks().refused_at_till = said.refused_at_till;
    console.shared.beat();
    StatusCode::NO_CONTENT
}

impl Console {
    fn printed(&self, n: u64) -> Option<String> {
        self.trace(n).and_then(|trace| view::printed(&trace))
    }
}

fn svg(picture: Option<String>) -> Response {
    or_not_found(picture.map(|picture| ([(header::CONTENT_TYPE, "image/svg+xml")], picture)))
}

fn or_not_found(found: Option<impl IntoResponse>) -> Response {
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}
