//! Host names, looked up for no longer than a limit.

use std::io;
use std::net::IpAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::till::limited::{Unfinished, within};

/// The system's resolver. It cannot be told when to give up, and with a name server that is gone it does so after a quarter
/// of a minute at best; so a name is looked up on a thread of its own. What is an address already needs none.
#[derive(Debug, Default)]
pub struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if is_address(uri) {
            return self.0.resolve(uri, config, NextTimeout::default());
        }
        let (name, config) = (uri.clone(), config.clone());
        let lookup = move || DefaultResolver::default().resolve(&name, &config, NextTimeout::default());
        within(*timeout.after, "wsy-name", lookup).unwrap_or_else(|unfinished| match unfinished {
            Unfinished::Late => Err(ureq::Error::Timeout(ureq::Timeout::Resolve)),
            other => Err(io::Error::other(other).into()),
        })
    }
}

fn is_address(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}
