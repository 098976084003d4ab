//! Bills and requests, as the page shows them.

use serde::Serialize;

use super::{
    decode::{self, Element},
    popup,
    received::{self, Reach, reach},
    sign::{self, SignSteps},
};
use crate::{
    book::{Bill, BillState, BookError, WalletKind},
    call::Call,
    control::BillView,
    fault::Fault,
    moment::Moment,
    platform::Platform,
    trace::{Answered, Sent, Trace},
};

/// A bill, with what the customer's phone shows about it.
#[derive(Debug, Serialize)]
pub(super) struct BillRow {
    #[serde(flatten)]
    bill: BillView,
    kind: WalletKind,
    channel: String,
    /// The names of the shop and the till.
    shop: String,
    till: String,
    opened: String,
    /// When it ends by itself, by the real clock.
    due_ms: Option<Moment>,
}

impl BillRow {
    pub(super) fn new(platform: &Platform, bill: Bill) -> Result<Self, BookError> {
        let device = platform.book.device_even_deleted(&bill.device_id)?;
        let refunds = platform.book.refunds(bill.dm_id)?;
        let due_ms = match &bill.state {
            BillState::Paying { due } => due.as_ref().map(|due| due.at),
            BillState::Paid(_) | BillState::Failed { .. } => None,
        };
        let name =
            |name: fn(&crate::book::Device) -> &str| device.as_ref().map(name).unwrap_or_default().to_owned();
        Ok(Self {
            kind: bill.channel.kind,
            channel: bill.channel.name.clone(),
            shop: name(|device| device.merchant()),
            till: name(|device| device.till()),
            opened: bill.opened.text(),
            due_ms,
            bill: BillView::new(bill, refunds),
        })
    }
}

/// One row of the request list.
#[derive(Debug, Serialize)]
pub(super) struct RequestRow {
    pub n: u64,
    at_ms: Moment,
    call: Call,
    path: String,
    device_id: Option<String>,
    auth_code: Option<String>,
    /// The bill that the request names, or the response.
    dm_id: Option<String>,
    /// In yuan, as received.
    amount: Option<String>,
    acted: bool,
    fault: Option<String>,
    /// There is no response yet.
    waiting: bool,
    /// `None` when the connection was closed without a byte.
    status: Option<u16>,
    ok: Option<String>,
    info: Option<String>,
    /// The response has something to print.
    receipt: bool,
}

impl RequestRow {
    pub(super) fn new(trace: &Trace) -> Self {
        let param = |name| trace.params.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let sent = sent(trace);
        let said = sent.and_then(|response| received::parse(&response.body));
        let meant = trace.meant.as_deref().and_then(received::parse);
        let answered = said.as_ref().or(meant.as_ref()).and_then(|told| told.dm_id.clone());
        Self {
            n: trace.n,
            at_ms: trace.at,
            call: trace.call,
            path: trace.request.target.split('?').next().unwrap_or_default().to_owned(),
            device_id: param("device_id"),
            auth_code: param("authcode"),
            dm_id: asked_bill(trace).or(answered),
            amount: param("total").or_else(|| param("refund")),
            acted: trace.acted,
            fault: trace.fault.as_ref().map(Fault::name),
            waiting: trace.response.is_none(),
            status: sent.map(|response| response.status),
            ok: said.as_ref().map(|told| told.ok.clone()),
            info: said.map(|told| told.info),
            receipt: printed(trace).is_some(),
        }
    }

    pub(super) fn is_about(&self, dm_id: &str, auth_code: &str) -> bool {
        self.dm_id.as_deref() == Some(dm_id) || self.auth_code.as_deref() == Some(auth_code)
    }
}

/// Reprints name the bill without its `dm`.
fn asked_bill(trace: &Trace) -> Option<String> {
    let dm_id = trace.params.get("dm_id").filter(|text| !text.is_empty())?;
    let bare = trace.call == Call::Reprint && !dm_id.starts_with("dm");
    Some(if bare { format!("dm{dm_id}") } else { dm_id.to_owned() })
}

/// The response, unless none of it was sent.
fn sent(trace: &Trace) -> Option<&Answered> {
    trace.response.as_ref().filter(|_| reach(trace.fault.as_ref()) != Reach::Nothing)
}

/// The text that the response prints or, if a fault took the response away, would have printed.
pub(super) fn printed(trace: &Trace) -> Option<String> {
    let response = trace.response.as_ref()?;
    let reprint = trace.call == Call::Reprint && response.content_type.starts_with("text/plain");
    match &trace.meant {
        Some(meant) => decode::print_text("", meant),
        None if reprint => Some(response.body.clone()),
        None => decode::print_text("", &response.body),
    }
}

pub(super) fn popped_up(trace: &Trace) -> Option<String> {
    trace
        .meant
        .as_ref()
        .or(trace.response.as_ref().map(|response| &response.body))
        .and_then(|body| popup::picture(body))
}

/// Everything about a request.
#[derive(Debug, Serialize)]
pub(super) struct RequestDetail {
    #[serde(flatten)]
    row: RequestRow,
    request: RequestText,
    params: Vec<(String, String)>,
    sign: Option<SignSteps>,
    ordered_fault: Option<Fault>,
    /// The platform's response, where it differs from the one that was sent.
    meant: Option<String>,
    response: Option<ResponseText>,
    popup: bool,
}

#[derive(Debug, Serialize)]
struct RequestText {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Debug, Serialize)]
struct ResponseText {
    status: u16,
    content_type: String,
    bytes: usize,
    body: String,
    elements: Vec<Element>,
}

impl RequestDetail {
    /// `keys` are the keys of all devices, to find out whose key signed the request.
    pub(super) fn new(trace: &Trace, keys: &[String]) -> Self {
        let Sent { method, target, headers, body } = trace.request.clone();
        let response = sent(trace).map(|response| ResponseText {
            status: response.status,
            content_type: response.content_type.clone(),
            bytes: response.bytes,
            elements: decode::elements(&response.body),
            body: response.body.clone(),
        });
        Self {
            row: RequestRow::new(trace),
            request: RequestText { line: format!("{method} {target}"), headers, body },
            params: trace.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            sign: sign::steps(trace, keys),
            ordered_fault: trace.fault.clone(),
            meant: trace.meant.clone(),
            response,
            popup: popped_up(trace).is_some(),
        }
    }
}
