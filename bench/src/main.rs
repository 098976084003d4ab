//! A server for the benchmark: it answers as the platform does, as fast as it can or after a given time, and
//! counts the traffic. It checks nothing; that is what the sandbox is for.
//!
//! ```text
//! wsy-bench [--listen IP] [--name NAME] [--think MS] [--authority FILE]
//! ```
//!
//! It listens on the loopback unless told otherwise, and prints its address. With `--name` that has a name,
//! and this is its name server as well. `--think` delays the responses to payments and refunds. With
//! `--authority` it speaks TLS, and writes the certificate of the authority that signed its own into this
//! file. A line of its standard input asks for its counts, which it prints as two lines; it ends with its
//! standard input.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod responses;
mod connection;
mod counts;
mod name;
mod tls;

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use counts::Counts;
use responses::Shop;
use rustls::ServerConfig;
use tls::encrypted;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = pico_args::Arguments::from_env();
    let ip = arguments.opt_value_from_str("--listen")?.unwrap_or(Ipv4Addr::LOCALHOST);
    let name: Option<String> = arguments.opt_value_from_str("--name")?;
    let thinking = Duration::from_millis(arguments.opt_value_from_str("--think")?.unwrap_or_default());
    let authority: Option<PathBuf> = arguments.opt_value_from_str("--authority")?;
    if name.is_some() {
        name::serve(ip)?;
    }
    let host = name.unwrap_or_else(|| ip.to_string());
    let config = authority.map(|file| tls::config(&host, &file)).transpose()?;

    let listener = TcpListener::bind((ip, 0))?;
    let scheme = if config.is_some() { "https" } else { "http" };
    let base = format!("{scheme}://{host}:{}", listener.local_addr()?.port());
    println!("{base}");
    let (shop, counts) = (Arc::new(Shop::new(base, thinking)), Arc::new(Counts::default()));
    let asked = Arc::clone(&counts);
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            counts.connection();
            let (shop, counts, config) = (Arc::clone(&shop), Arc::clone(&counts), config.clone());
            // The client decides when the connection ends, and how does not matter to this server.
            thread::spawn(move || serve(stream, config, &shop, &counts));
        }
    });
    for line in io::stdin().lines() {
        line?;
        println!("{}\n{}", asked.line(), asked.delivered());
    }
    Ok(())
}

fn serve(
    stream: TcpStream,
    config: Option<Arc<ServerConfig>>,
    shop: &Shop,
    counts: &Counts,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    match config {
        Some(config) => connection::serve(encrypted(stream, config)?, shop, counts)?,
        None => connection::serve(stream, shop, counts)?,
    }
    Ok(())
}
