//! A line between a till and the platform: two network namespaces, each with a TUN device, and a forwarder
//! that passes packets between the devices after half a round trip, and loses some.
//!
//! A namespace lives as long as the process that was started in it, which ends with this one, however that
//! ends: nothing has to be removed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::tun::Tun;
use kit::error::Error;
use kit::process;
use kit::tools;

/// The address at the platform's end, and that of the name server.
pub const PLATFORM: &str = "10.0.0.2";
const TILL: &str = "10.0.0.1";

/// Larger than any packet: a new device takes 1,500 bytes at most.
const ROOM: usize = 2048;

/// A line as it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// From one end to the other and back.
    pub round_trip: Duration,
    /// How many packets are lost, in each direction.
    pub lost_percent: u8,
}

/// A line. Dropping it ends its namespaces.
pub struct Line {
    /// The end with the till.
    pub till: Namespace,
    /// The end with the platform.
    pub platform: Namespace,
    syns: Arc<AtomicU64>,
}

/// A network namespace, with a name server of its own, and the process that keeps it.
pub struct Namespace {
    holder: Child,
    network: String,
    files: String,
}

impl Line {
    /// Makes one. It loses other packets with another seed. Needs root.
    pub fn new(quality: Quality, seed: u64) -> Result<Self, Error> {
        let (near, far) = (device()?, device()?);
        let (till, platform) = (Namespace::new()?, Namespace::new()?);
        till.take(&near.name, TILL, PLATFORM)?;
        platform.take(&far.name, PLATFORM, TILL)?;
        let syns = Arc::new(AtomicU64::new(0));
        let (near, far) = (Arc::new(near.file), Arc::new(far.file));
        let mut seeds = Rng::with_seed(seed);
        for (from, to) in [(&near, &far), (&far, &near)] {
            let (packets, forwarded) = mpsc::channel();
            let (from, to, syns, rng) = (Arc::clone(from), Arc::clone(to), Arc::clone(&syns), seeds.fork());
            // Both end with the namespaces: then the devices are gone.
            thread::spawn(move || receive(&from, quality, rng, &syns, &packets));
            thread::spawn(move || send(&to, &forwarded));
        }
        Ok(Self { till, platform, syns })
    }

    /// How many packets asked for a connection so far, from either end.
    pub fn syns(&self) -> u64 {
        self.syns.load(Ordering::Relaxed)
    }
}

impl Namespace {
    fn new() -> Result<Self, Error> {
        let mut command = tools::need("unshare", "util-linux")?.command();
        // It ends with its standard input.
        let script = format!(
            "set -e; ip link set lo up; names=$(mktemp); echo nameserver {PLATFORM} >\"$names\"; \
             mount --bind \"$names\" /etc/resolv.conf; rm \"$names\"; echo ready; exec cat"
        );
        command.args(["--net", "--mount", "--", "sh", "-c", &script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let not_started = |source| Error::Start { program: "unshare".to_owned(), source };
        let mut holder = command.spawn().map_err(not_started)?;
        let [network, files] = [("net", "net"), ("mount", "mnt")]
            .map(|(option, file)| format!("--{option}=/proc/{}/ns/{file}", holder.id()));
        let mut line = String::new();
        let said = holder.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        let namespace = Self { holder, network, files };
        said.transpose().map_err(not_started)?;
        if line.trim_end() != "ready" {
            return Err(Error::Check("no network namespace can be made".to_owned()));
        }
        Ok(namespace)
    }

    /// The start of a command line that runs in it.
    pub fn prefix(&self) -> [&str; 4] {
        ["nsenter", &self.network, &self.files, "--"]
    }

    /// Takes a device of this process's own namespace, and gives it addresses.
    fn take(&self, device: &str, address: &str, peer: &str) -> Result<(), Error> {
        let holder = self.holder.id().to_string();
        let ip = tools::need("ip", "iproute2")?;
        process::output(ip.command().args(["link", "set", device, "netns", &holder]))?;
        for arguments in [
            ["address", "add", address, "peer", peer, "dev", device].as_slice(),
            ["link", "set", device, "up"].as_slice(),
        ] {
            let [program, rest @ ..] = self.prefix();
            process::output(Command::new(program).args(rest).arg(ip.path()).args(arguments))?;
        }
        Ok(())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn device() -> Result<Tun, Error> {
    Tun::create().map_err(Error::file("make a network device with", "/dev/net/tun".as_ref()))
}

/// A packet, and when it arrives at the other end.
type Sent = (Instant, Vec<u8>);

fn receive(from: &File, quality: Quality, mut rng: Rng, syns: &AtomicU64, packets: &Sender<Sent>) {
    let mut packet = [0; ROOM];
    let mut from = from;
    while let Ok(size) = from.read(&mut packet) {
        let due = Instant::now() + quality.round_trip / 2;
        let packet = &packet[..size];
        // The rest is the system's own: it looks for IPv6 neighbours.
        if !is_ipv4(packet) {
            continue;
        }
        if asks_for_connection(packet) {
            syns.fetch_add(1, Ordering::Relaxed);
        }
        let is_lost = rng.u8(..100) < quality.lost_percent;
        if !is_lost && packets.send((due, packet.to_vec())).is_err() {
            return;
        }
    }
}

fn send(to: &File, packets: &Receiver<Sent>) {
    let mut to = to;
    for (due, packet) in packets {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&packet).is_err() {
            return;
        }
    }
}

fn is_ipv4(packet: &[u8]) -> bool {
    packet.first().is_some_and(|byte| byte >> 4 == 4)
}

/// Whether this is the first packet of a TCP connection: SYN without ACK.
fn asks_for_connection(packet: &[u8]) -> bool {
    const TCP: u8 = 6;
    const SYN: u8 = 0b10;
    const ACK: u8 = 0b1_0000;
    let header = packet.first().map_or(0, |byte| usize::from(byte & 0xF) * 4);
    packet.get(9) == Some(&TCP) && packet.get(header + 13).is_some_and(|flags| flags & (SYN | ACK) == SYN)
}

#[cfg(test)]
mod tests {
    use super::{asks_for_connection, is_ipv4};

    /// An IPv4 packet with this protocol, and these TCP flags after a header of this many bytes.
    fn packet(protocol: u8, header: usize, flags: u8) -> Vec<u8> {
        let mut packet = vec![0; header + 20];
        packet[0] = 0x40 | (header / 4) as u8;
        packet[9] = protocol;
        packet[header + 13] = flags;
        packet
    }

    #[test]
    fn only_the_first_packet_of_a_connection_asks_for_it() {
        assert!(asks_for_connection(&packet(6, 20, 0b10)));
        assert!(asks_for_connection(&packet(6, 24, 0b1100_0010)));
        assert!(!asks_for_connection(&packet(6, 20, 0b1_0010)));
        assert!(!asks_for_connection(&packet(6, 20, 0b1_1000)));
        assert!(!asks_for_connection(&packet(17, 20, 0b10)));
        assert!(!asks_for_connection(&[0x45; 12]));
    }

    #[test]
    fn other_protocols_are_told_apart() {
        assert!(is_ipv4(&packet(6, 20, 0)));
        assert!(!is_ipv4(&[0x60; 40]) && !is_ipv4(&[]));
    }
}
