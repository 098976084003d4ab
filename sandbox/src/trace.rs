//! The latest requests and responses exactly as they went over the wire, for the console.

use std::collections::VecDeque;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
    response::Response,
};

use crate::{call::Call, fault::Fault, moment::Moment, platform::Params, readings::EmptyValues};

/// A request and what happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    /// Its number in the request log.
    pub n: u64,
    pub at: Moment,
    pub call: Call,
    /// The platform's clock skew at that time.
    pub skew_s: i64,
    /// How an empty value was signed at that time.
    pub empty_values: EmptyValues,
    pub request: Sent,
    /// Decoded, in the order of the request.
    pub params: Params,
    /// The key that the device in the request had when the request arrived.
    pub key: Option<String>,
    pub fault: Option<Fault>,
    pub acted: bool,
    /// The platform's response, if a fault kept it from the till.
    pub meant: Option<String>,
    /// The response that was sent, or would have been if the connection had not been closed.
    pub response: Option<Answered>,
}

/// The text of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    pub method: String,
    pub target: String,
    /// The headers that say something about a till.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub status: u16,
    pub content_type: String,
    pub body: String,
    /// The length of the whole body; `body` may hold only the beginning.
    pub bytes: usize,
}

/// More than a till sends in a day, and small enough for any machine.
const KEPT: usize = 1000;

/// Enough for any response that is not padded on purpose.
const MAX_TEXT: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Traces(VecDeque<Trace>);

impl Traces {
    pub(crate) fn note(&mut self, trace: Trace) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(trace);
    }

    pub(crate) fn note_acted(&mut self, n: u64) {
        self.change(n, |trace| trace.acted = true);
    }

    pub(crate) fn note_meant(&mut self, n: u64, meant: String) {
        self.change(n, |trace| trace.meant = Some(without_key(&meant)));
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Trace> {
        self.0.iter()
    }

    pub(crate) fn get(&self, n: u64) -> Option<&Trace> {
        self.0.iter().rev().find(|trace| trace.n == n)
    }

    pub(crate) fn note_response(&mut self, n: u64, response: Answered) {
        self.change(n, |trace| trace.response = Some(response));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The oldest entries may have been removed already.
    fn change(&mut self, n: u64, change: impl FnOnce(&mut Trace)) {
        if let Some(trace) = self.0.iter_mut().rev().find(|trace| trace.n == n) {
            change(trace);
        }
    }
}

impl Sent {
    pub(crate) fn new<B>(request: &Request<B>, body: &[u8]) -> Self {
        let header = |name: header::HeaderName| {
            let value = request.headers().get(&name)?;
            Some((name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        };
        let uri = request.uri();
        let query = uri.query().map(|query| format!("?{}", without_secrets(query))).unwrap_or_default();
        Self {
            method: request.method().to_string(),
            target: format!("{}{query}", uri.path()),
            headers: [header::HOST, header::CONTENT_TYPE, header::USER_AGENT]
                .map(header)
                .into_iter()
                .flatten()
                .collect(),
            body: without_secrets(&beginning(body)),
        }
    }
}

/// Records the response's text on its way out.
pub(crate) async fn copied(response: Response) -> (Response, Option<Answered>) {
    let (parts, body) = response.into_parts();
    // The body is in memory already; this only unwraps it.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return (Response::from_parts(parts, Body::empty()), None);
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let response = Answered {
        status: parts.status.as_u16(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: without_key(&beginning(&bytes)),
        bytes: bytes.len(),
    };
    (Response::from_parts(parts, Body::from(bytes)), Some(response))
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes)).into_owned()
}

/// A key does not belong in a request; if a till sends it anyway, it is not kept.
fn without_secrets(encoded: &str) -> String {
    let blotted = encoded.split('&').map(|pair| match Params::parse(pair) {
        Ok(params) if params.get("key").is_some() => "key=***",
        _ => pair,
    });
    blotted.collect::<Vec<_>>().join("&")
}

/// The response to an activation contains the new device's key.
fn without_key(body: &str) -> String {
    let Some((before, rest)) = body.split_once(" key=\"") else {
        return body.to_owned();
    };
    let after = rest.find('"').and_then(|end| rest.get(end..)).unwrap_or_default();
    format!("{before} key=\"***{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_kept() {
        assert_eq!(without_secrets("a=1&key=secret&b=2"), "a=1&key=***&b=2");
        assert_eq!(without_secrets("a=1&%6Bey=secret"), "a=1&key=***");
        assert_eq!(without_secrets("monkey=1&&x=%zz"), "monkey=1&&x=%zz");
        assert_eq!(
            without_key(r#"<dm ok="1" key="secret" info="x" />"#),
            r#"<dm ok="1" key="***" info="x" />"#
        );
        assert_eq!(without_key("<dm />"), "<dm />");
    }

    #[test]
    fn only_the_last_ones_are_kept() {
        let mut traces = Traces::default();
        for n in 0..KEPT as u64 + 5 {
            traces.note(Trace {
                n,
                at: Moment::now(),
                call: Call::Time,
                skew_s: 0,
                empty_values: crate::readings::EmptyValues::default(),
                request: Sent::default(),
                params: Params::default(),
                key: None,
                fault: None,
                acted: false,
                meant: None,
                response: None,
            });
        }
        traces.note_acted(3);
        assert!(traces.get(4).is_none());
        assert_eq!(traces.iter().count(), KEPT);
        traces.note_acted(5);
        assert!(traces.get(5).is_some_and(|trace| trace.acted));
    }
}
