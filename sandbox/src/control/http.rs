//! The control API over HTTP: JSON in, JSON out, one thin function per call.

use axum::{
    Json, Router,
    extract::{ConnectInfo, Path, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    BillView, BookView, Control, ControlError, ControlResult, DeviceChange, DeviceKey, IssuedAuthCode,
    NewAuthCode, NewDevice, RefundView,
};
use crate::{
    book::{ActivationCode, Wallet},
    dm_id::DmId,
    fault::{FaultOrder, FaultTarget},
    journal::Requests,
    money::Fen,
    platform::{BillOutcome, PhoneAnswer},
    settings::Settings,
    wire::{Delivery, LineHandle},
};

/// Everything below `/_sandbox`.
pub(crate) fn routes(control: Control, console: Router) -> Router {
    Router::new()
        .route("/activation-codes", get(activation_codes).post(add_activation_code))
        .route("/activation-codes/{code}", delete(revoke_activation_code))
        .route("/devices", post(add_device))
        .route("/devices/{id}", put(update_device).delete(delete_device))
        .route("/auth-codes", post(add_auth_code))
        .route("/auth-codes/{code}", put(set_auth_code))
        .route("/wallets", get(wallets))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{on}/{kind}", delete(remove_faults))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/book", get(book))
        .route("/bills/{dm_id}", get(bill))
        .route("/bills/{dm_id}/phone", post(answer_on_phone))
        .route("/bills/{dm_id}/refund", post(refund_bill))
        .route("/bills/{dm_id}/state", post(set_bill_outcome))
        .route("/settings", get(settings).put(change_settings))
        .fallback(unknown)
        .with_state(control)
        .merge(console)
        .layer(from_fn(not_a_till))
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Book(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoSuchDevice(_)
            | Self::NoSuchActivationCode(_)
            | Self::NoSuchBill(_)
            | Self::NoSuchWallet(_) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

type Reply<T> = ControlResult<Json<T>>;
type ControlState = State<Control>;

/// Keeps control connections out of the tills' traffic figures, and away from faults.
async fn not_a_till(
    ConnectInfo(LineHandle(line)): ConnectInfo<LineHandle>,
    request: Request,
    next: Next,
) -> Response {
    line.mark_control();
    let response = next.run(request).await;
    line.order(Delivery::Whole);
    response
}

async fn unknown() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "there is no such control call" }))).into_response()
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WantedCode {
    code: Option<String>,
}

async fn add_activation_code(
    State(control): ControlState,
    Json(wanted): Json<WantedCode>,
) -> Reply<WantedCode> {
    let code = control.activation_code(wanted.code.as_deref())?;
    Ok(Json(WantedCode { code: Some(code) }))
}

async fn activation_codes(State(control): ControlState) -> Reply<Vec<ActivationCode>> {
    control.activation_codes().map(Json)
}

async fn revoke_activation_code(
    State(control): ControlState,
    Path(code): Path<String>,
) -> ControlResult<StatusCode> {
    control.revoke_activation_code(&code).map(|()| StatusCode::NO_CONTENT)
}

async fn add_device(State(control): ControlState, Json(new): Json<NewDevice>) -> Reply<DeviceKey> {
    control.add_device(new).map(Json)
}

async fn update_device(
    State(control): ControlState,
    Path(id): Path<String>,
    Json(change): Json<DeviceChange>,
) -> ControlResult<StatusCode> {
    control.update_device(&id, change).map(|()| StatusCode::NO_CONTENT)
}

async fn delete_device(State(control): ControlState, Path(id): Path<String>) -> ControlResult<StatusCode> {
    control.delete_device(&id).map(|()| StatusCode::NO_CONTENT)
}

async fn add_auth_code(State(control): ControlState, Json(new): Json<NewAuthCode>) -> Reply<IssuedAuthCode> {
    control.new_auth_code(&new).map(Json)
}

async fn set_auth_code(
    State(control): ControlState,
    Path(code): Path<String>,
    Json(new): Json<NewAuthCode>,
) -> Reply<IssuedAuthCode> {
    control.set_auth_code(&code, &new).map(Json)
}

async fn wallets(State(control): ControlState) -> Reply<Vec<Wallet>> {
    control.wallets().map(Json)
}

async fn add_fault(State(control): ControlState, Json(order): Json<FaultOrder>) -> StatusCode {
    control.add_fault(order);
    StatusCode::NO_CONTENT
}

async fn faults(State(control): ControlState) -> Json<Vec<FaultOrder>> {
    Json(control.faults())
}

async fn clear_faults(State(control): ControlState) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

async fn remove_faults(
    State(control): ControlState,
    Path((on, kind)): Path<(FaultTarget, String)>,
) -> StatusCode {
    control.remove_faults(on, &kind);
    StatusCode::NO_CONTENT
}

async fn requests(State(control): ControlState) -> Json<Requests> {
    Json(control.requests())
}

async fn clear_requests(State(control): ControlState) -> StatusCode {
    control.clear_requests();
    StatusCode::NO_CONTENT
}

async fn book(State(control): ControlState) -> Reply<BookView> {
    control.book().map(Json)
}

async fn bill(State(control): ControlState, Path(dm_id): Path<DmId>) -> Reply<BillView> {
    control.bill(dm_id).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnPhone {
    answer: PhoneAnswer,
}

async fn answer_on_phone(
    State(control): ControlState,
    Path(dm_id): Path<DmId>,
    Json(on_phone): Json<OnPhone>,
) -> ControlResult<StatusCode> {
    control.answer_on_phone(dm_id, on_phone.answer).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundOrder {
    refund_fen: Fen,
}

async fn refund_bill(
    State(control): ControlState,
    Path(dm_id): Path<DmId>,
    Json(order): Json<RefundOrder>,
) -> Reply<RefundView> {
    control.refund_bill(dm_id, order.refund_fen).map(Json)
}

async fn set_bill_outcome(
    State(control): ControlState,
    Path(dm_id): Path<DmId>,
    Json(outcome): Json<BillOutcome>,
) -> ControlResult<StatusCode> {
    control.set_bill_outcome(dm_id, &outcome).map(|()| StatusCode::NO_CONTENT)
}

async fn settings(State(control): ControlState) -> Json<Settings> {
    Json(control.settings())
}

async fn change_settings(
    State(control): ControlState,
    Json(changes): Json<Map<String, Value>>,
) -> Reply<Settings> {
    control.change_settings(changes).map(Json)
}
