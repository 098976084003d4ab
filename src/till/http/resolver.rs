//! Resolves host names within a time limit.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::sync::Mutex;
use crate::till::limited::{Unfinished, within};

/// The number of addresses that ureq has room for.
const MOST_ADDRESSES: usize = 16;

/// The number of addresses to remember: those of the base, the server and a proxy.
const MOST_REACHED: usize = 4;

/// The system's resolver, which puts the addresses first that were reached before.
#[derive(Debug, Default)]
pub struct SystemResolver {
    reached: Mutex<Vec<SocketAddr>>,
}

impl SystemResolver {
    /// Remembers an address that was connected to.
    pub fn reached(&self, address: SocketAddr) {
        let mut reached = self.reached.lock();
        reached.retain(|known| *known != address);
        reached.insert(0, address);
        reached.truncate(MOST_REACHED);
    }

    /// Otherwise the system's order stays.
    fn reached_first(&self, found: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let known = self.reached.lock();
        let (mut reached, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|at| known.contains(at));
        reached.extend(others);
        reached
    }
}

impl Resolver for SystemResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let found = match address(host) {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => looked_up(host.to_owned(), port, *timeout.after)?,
        };
        let mut addresses = self.empty();
        self.reached_first(found)
            .into_iter()
            .take(MOST_ADDRESSES)
            .for_each(|address| addresses.push(address));
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Parses a host that is already an address; an IPv6 one may be in brackets.
fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Looks a name up on a thread of its own: the system takes no time limit, and with an unreachable name
/// server it gives up after a quarter of a minute at best.
fn looked_up(host: String, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, ureq::Error> {
    let lookup = move || (host.as_str(), port).to_socket_addrs().map(Vec::from_iter);
    match within(limit, "wsy-name", lookup) {
        Ok(found) => Ok(found?),
        Err(Unfinished::Late) => Err(ureq::Error::Timeout(ureq::Timeout::Resolve)),
        Err(other) => Err(io::Error::other(other).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uri: &str) -> Vec<SocketAddr> {
        let limit = NextTimeout { after: Duration::from_secs(20).into(), ..NextTimeout::default() };
        SystemResolver::default().resolve(&uri.parse().unwrap(), &Config::default(), limit).unwrap().to_vec()
    }

    #[test]
    fn an_address_is_taken_as_it_is_with_the_port_of_its_scheme() {
        for (uri, address) in [
            ("http://192.0.2.7", "192.0.2.7:80"),
            ("https://192.0.2.7/path", "192.0.2.7:443"),
            ("https://192.0.2.7:8443", "192.0.2.7:8443"),
            ("http://[2001:db8::1]:81", "[2001:db8::1]:81"),
            ("https://[2001:db8::1]", "[2001:db8::1]:443"),
        ] {
            assert_eq!(found(uri), [address.parse().unwrap()], "{uri}");
        }
    }

    #[test]
    fn an_address_that_was_reached_comes_first_until_others_were_reached_since() {
        let address = |last: u8| SocketAddr::from(([192, 0, 2, last], 80));
        let found = || vec![address(1), address(2), address(3)];
        let resolver = SystemResolver::default();
        assert_eq!(resolver.reached_first(found()), found());
        resolver.reached(address(3));
        assert_eq!(resolver.reached_first(found()), [address(3), address(1), address(2)]);
        for other in 11..15 {
            resolver.reached(address(other));
        }
        assert_eq!(resolver.reached_first(found()), found());
    }

    #[test]
    fn a_name_is_looked_up() {
        let found = found("http://localhost:81");
        assert!(
            !found.is_empty() && found.iter().all(|at| at.ip().is_loopback() && at.port() == 81),
            "{found:?}"
        );
    }
}
