//! A request as it arrived, before any rule has processed it.

use axum::http::{Method, Request, header};

use super::{params::Params, refusal::Refusal};
use crate::call::{Call, Endpoint};

#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub call: Call,
    pub params: Result<Params, Refusal>,
    /// The `Host` header: the name under which the till knows the platform.
    pub host: Option<String>,
}

impl Arrival {
    pub(crate) fn new<B>(endpoint: Endpoint, request: &Request<B>, body: &[u8]) -> Self {
        let params = params(endpoint, request, body);
        let action = params.as_ref().ok().and_then(|params| params.get("action"));
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        Self { call: Call::of(endpoint, action), host: host.map(str::to_owned), params }
    }
}

fn params<B>(endpoint: Endpoint, request: &Request<B>, body: &[u8]) -> Result<Params, Refusal> {
    if !endpoint.allows(request.method()) {
        return Err(Refusal::WrongMethod);
    }
    let query = request.uri().query().unwrap_or_default();
    if request.method() == Method::GET {
        return Params::parse(query);
    }
    if !query.is_empty() || !is_form(request) {
        return Err(Refusal::NotAForm);
    }
    Params::parse(std::str::from_utf8(body).map_err(|_| Refusal::BadEncoding)?)
}

fn is_form<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
