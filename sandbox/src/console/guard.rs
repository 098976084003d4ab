//! Access control for the console and the control API.
//!
//! On loopback everybody on this machine has access, except pages of another site that reach us under a name
//! of their own (DNS rebinding) or from another origin. On the network, the token is required.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use crate::platform::Params;

/// The requirement for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Guard {
    /// The client is on this machine.
    Loopback,
    /// The client knows this token.
    Token(String),
}

/// The console's path.
pub(crate) const CONSOLE: &str = "/_sandbox/console/";

const COOKIE: &str = "wsy_console";

/// Content-Security-Policy: only the page's own files, and no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ASK: &str = "<!DOCTYPE html><html lang=\"zh\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>wsy-sandbox</title>\
    <h1>wsy-sandbox</h1><p>这个控制台对网络开放，请输入 wsy-sandbox 启动时显示的口令。</p>\
    <p>This console is open to the network. Type the token that wsy-sandbox printed when it started.</p>\
    <form method=\"get\"><input name=\"token\" type=\"password\" autocomplete=\"off\" aria-label=\"token\" autofocus> \
    <button>OK</button></form></html>";

pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match &guard {
        Guard::Loopback if is_ours(request.headers()) => next.run(request).await,
        Guard::Loopback => {
            refused("this name does not belong to the sandbox: use the address that it printed")
        }
        Guard::Token(token) => with_token(token, request, next).await,
    };
    let headers = response.headers_mut();
    let set = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    headers.extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// Whether no page of another site can have sent the request: neither under a name that its own name server
/// points here, nor under ours, since a page sends its origin.
fn is_ours(headers: &HeaderMap) -> bool {
    let host = text(headers, header::HOST);
    let origin = text(headers, header::ORIGIN);
    let from_here = origin.is_none_or(|origin| host.is_some() && origin.strip_prefix("http://") == host);
    host.is_none_or(is_local_name) && from_here
}

/// A numeric address, or a name without a dot such as `localhost`: no public name server has those.
fn is_local_name(host: &str) -> bool {
    if host.starts_with('[') {
        return true;
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    !name.contains('.') || name.parse::<std::net::Ipv4Addr>().is_ok()
}

async fn with_token(token: &str, request: Request, next: Next) -> Response {
    if knows(token, request.headers()) {
        return next.run(request).await;
    }
    let query = Params::parse(request.uri().query().unwrap_or_default()).unwrap_or_default();
    match query.get("token") {
        Some(offered) if same(offered, token) => accept_token(token),
        _ if text(request.headers(), header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) => {
            (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], ASK)
                .into_response()
        }
        _ => refused(
            "the sandbox is open to the network: this takes its token, which it printed when it started",
        ),
    }
}

fn knows(token: &str, headers: &HeaderMap) -> bool {
    let bearer = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let cookies = text(headers, header::COOKIE).unwrap_or_default();
    let mut cookies = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let cookie = cookies.find(|(name, _)| *name == COOKIE).map(|(_, value)| value);
    bearer.into_iter().chain(cookie).any(|offered| same(offered, token))
}

/// Removes the token from the address, so that it does not stay in the browser's history.
fn accept_token(token: &str) -> Response {
    let cookie = format!("{COOKIE}={token}; Path=/_sandbox; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], Redirect::to(CONSOLE)).into_response()
}

fn refused(why: &str) -> Response {
    (StatusCode::FORBIDDEN, axum::Json(json!({ "error": why }))).into_response()
}

/// Compares in constant time.
fn same(offered: &str, token: &str) -> bool {
    let differing =
        offered.bytes().zip(token.bytes()).fold(0, |differing, (one, other)| differing | (one ^ other));
    offered.len() == token.len() && differing == 0
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_nobody_else_can_point_here() {
        for host in ["127.0.0.1:80", "localhost", "LOCALHOST:8080", "sandbox", "[::1]:80", "10.0.0.1"] {
            assert!(is_local_name(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "1.2.3.4.5", "evil."]
        {
            assert!(!is_local_name(host), "{host}");
        }
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(same("abc", "abc"));
        for other in ["", "ab", "abd", "abcd"] {
            assert!(!same(other, "abc"));
        }
    }
}
