//! A client for the sandbox's own control API, and for nothing else.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// The control call could not be made, or the sandbox refused it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{0:?} is not a sandbox's base address, such as http://127.0.0.1:8080")]
    BadBase(String),
    #[error("could not reach a sandbox at {0}: {1}")]
    Unreachable(String, #[source] io::Error),
    #[error("the server at {0} is not a sandbox")]
    NotASandbox(String),
    #[error("the sandbox refused the call ({0}): {1}")]
    Refused(u16, String),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A call of the control API.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// The path below `/_sandbox`.
    pub path: String,
    pub body: Option<Value>,
}

const TIMEOUT: Duration = Duration::from_secs(30);

/// Makes the call and returns the text of the response.
pub(crate) fn call(base: &str, token: Option<&str>, call: &Call) -> Result<String, ClientError> {
    let host = base.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let host = host.filter(|host| !host.is_empty()).ok_or_else(|| ClientError::BadBase(base.to_owned()))?;
    let response =
        exchange(host, token, call).map_err(|error| ClientError::Unreachable(base.to_owned(), error))?;
    let (status, body) = split(&response).ok_or_else(|| ClientError::NotASandbox(base.to_owned()))?;
    if (200..300).contains(&status) {
        Ok(body.to_owned())
    } else {
        Err(ClientError::Refused(status, body.to_owned()))
    }
}

fn exchange(host: &str, token: Option<&str>, call: &Call) -> io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    // HTTP/1.0, so that the response ends with the connection and is not chunked.
    let head = format!(
        "{} /_sandbox/{} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{token}\r\n",
        call.method.word(),
        call.path,
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

fn split(response: &str) -> Option<(u16, &str)> {
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    Some((status.parse().ok()?, body))
}
