//! HTTP responses: the platform's, and those of a proxy or portal between it and a till.

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use encoding_rs::GBK;

use crate::{
    call::Call,
    document::{Brief, Document, Receipt},
    platform::{Arrival, Refusal},
};

const XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>WiFi 登录</title></head>\
    <body><h1>欢迎光临</h1><form action=\"/login\" method=\"post\">房间号 <input name=\"room\"> \
    <button>上网</button></form></body></html>\n";

pub(super) fn platform(document: &Document) -> Response {
    page(StatusCode::OK, document.content_type(), document.body())
}

/// The label still says UTF-8.
pub(super) fn platform_in_gbk(document: &Document) -> Response {
    let body = document.body();
    let (bytes, _, _) = GBK.encode(&body);
    page(StatusCode::OK, document.content_type(), bytes.into_owned())
}

/// As much as a test may need, and no more than a test machine can bear.
const MAX_PADDING: usize = 1 << 30;

pub(super) fn padded(document: &Document, bytes: usize) -> Response {
    let mut body = document.body();
    body.extend(std::iter::repeat_n(' ', bytes.min(MAX_PADDING)));
    page(StatusCode::OK, document.content_type(), body)
}

/// Some calls have their own words for the same refusal.
pub(super) fn refusal(arrival: &Arrival, refusal: &Refusal) -> Response {
    let brief = |refusal| Document::Brief(Brief::refusal(arrival.call, refusal));
    platform(&match (arrival.call, refusal) {
        (Call::Config, Refusal::UnknownDevice | Refusal::WrongSign) => brief(&Refusal::DeviceKey),
        (Call::Reprint, Refusal::NoSuchBill) => Document::Receipt(Receipt::never_paid(asked_for(arrival))),
        _ => brief(refusal),
    })
}

fn asked_for(arrival: &Arrival) -> &str {
    let params = arrival.params.as_ref().ok();
    params.and_then(|params| params.get("dm_id")).unwrap_or_default()
}

pub(super) fn verbatim(body: String) -> Response {
    page(StatusCode::OK, XML, body)
}

/// A whole HTTP response, as sent over the wire.
pub(super) fn raw(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: {XML}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

pub(super) fn login() -> Response {
    page(StatusCode::OK, HTML, LOGIN_PAGE)
}

pub(super) fn error(code: u16) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = format!("{code} {}", status.canonical_reason().unwrap_or("Error"));
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    page(status, HTML, body)
}

/// The server requires another method.
pub(super) fn not_allowed(only: &Method) -> Response {
    let mut response = error(405);
    if let Ok(only) = HeaderValue::from_str(only.as_str()) {
        response.headers_mut().insert(header::ALLOW, only);
    }
    response
}

/// A location that no header can carry is left out.
pub(super) fn redirect(location: &str) -> Response {
    let mut response = page(StatusCode::FOUND, HTML, "");
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

pub(super) fn garbage(seed: u64, bytes: usize) -> Response {
    page(StatusCode::OK, XML, random_bytes(seed, bytes.min(MAX_PADDING)))
}

/// For a connection that is closed without a byte: a response must be returned, but none of it is sent.
pub(super) fn nothing() -> Response {
    Response::new(Body::empty())
}

fn page(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}

fn random_bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}
