//! The addresses that requests go to.

use ureq::http::Uri;

/// An address such as `http://host`, `https://host:8443` or `http://host/below`.
#[derive(Clone, Debug)]
pub struct Address {
    /// Scheme, host and port, used to connect.
    pub uri: Uri,
    /// The host in lower case, and the port if one is given, as the `Host` header sends them.
    pub host_and_port: String,
    /// The address as text.
    pub text: String,
    /// The prefix of each path, without a trailing slash; usually empty.
    pub prefix: String,
}

impl Address {
    /// Reads an address; `None` unless it is a valid HTTP address. One with a name and password before its
    /// host, or with a `?` or a `#` (after which a path would not be sent), is refused: its author expects
    /// something other than what would happen.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains(['@', '#', '?']) {
            return None;
        }
        let uri: Uri = text.trim().trim_end_matches('/').parse().ok()?;
        let authority = uri.authority()?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = !authority.host().is_empty();
        // An invalid port would silently become the default one.
        let has_good_port = authority.as_str() == authority.host() || authority.port_u16().is_some();
        if !is_http || !has_host || !has_good_port {
            return None;
        }
        // `Till.Example` is the same host, and the ledger and the config compare addresses as texts.
        let host_and_port = authority.as_str().to_ascii_lowercase();
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let text = format!("{}://{host_and_port}{prefix}", uri.scheme_str().unwrap_or_default());
        Some(Self { uri, host_and_port, text, prefix })
    }

    /// Whether requests to it are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The host in lower case.
    pub fn host(&self) -> String {
        self.uri.host().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
    }

    /// Whether a connection to the other address leads here too.
    pub fn shares_connections_with(&self, other: &Self) -> bool {
        self.uri.scheme() == other.uri.scheme() && self.host_and_port == other.host_and_port
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_has_a_host_and_maybe_a_port_and_a_path() {
        for (given, host_and_port, prefix) in [
            ("http://dct.semoor.cn", "dct.semoor.cn", ""),
            (" https://till.example:8443/ ", "till.example:8443", ""),
            ("HTTP://Till.Example:81/Sub", "till.example:81", "/Sub"),
            ("http://127.0.0.1:8080/sub", "127.0.0.1:8080", "/sub"),
            ("http://[::1]:81/", "[::1]:81", ""),
        ] {
            let address = Address::parse(given).unwrap();
            assert_eq!((address.host_and_port.as_str(), address.prefix.as_str()), (host_and_port, prefix));
        }
    }

    #[test]
    fn an_invalid_http_address_is_refused() {
        for bad in [
            "",
            "dct.semoor.cn",
            "ftp://host",
            "http://",
            "http://host?x=1",
            "http://host#x",
            "http://host:99999",
            "http://a b",
            "http://name:password@host",
            "http://good.example@evil.example",
        ] {
            assert!(Address::parse(bad).is_none(), "{bad}");
        }
    }
}
