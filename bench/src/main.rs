//! A server on the loopback for the benchmark: it answers as the platform does, as fast as it can, and counts
//! the traffic. It prints its address and ends with its standard input. It checks nothing; that is what the
//! sandbox is for.

mod responses;
mod connection;
mod counts;

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use counts::Counts;
use responses::Shop;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    println!("{base}");
    io::stdout().flush()?;
    let (shop, counts) = (Arc::new(Shop::new(base)), Arc::new(Counts::default()));
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            counts.connection();
            let (shop, counts) = (Arc::clone(&shop), Arc::clone(&counts));
            thread::spawn(move || connection::serve(stream, &shop, &counts));
        }
    });
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
