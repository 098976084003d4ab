//! A name server that knows one address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;

/// Its usual port.
const PORT: u16 = 53;

/// The size of the part before the question.
const HEAD: usize = 12;

/// Answers every question for an IPv4 address with this one; whatever else is asked for does not exist.
pub fn serve(ip: Ipv4Addr) -> io::Result<()> {
    let socket = UdpSocket::bind(SocketAddr::new(IpAddr::V4(ip), PORT))?;
    thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((size, from)) = socket.recv_from(&mut packet) {
            // Whoever gets no answer asks again.
            if let Some(answer) = answer(&packet[..size], ip) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    Ok(())
}

/// The answer to a message with one question (RFC 1035, section 4).
fn answer(asked: &[u8], ip: Ipv4Addr) -> Option<Vec<u8>> {
    let question = asked.get(HEAD..)?;
    let name = question.iter().position(|byte| *byte == 0)? + 1;
    let question = question.get(..name + 4)?;
    let is_ipv4 = question[name..] == [0, 1, 0, 1];
    let mut answer = asked[..2].to_vec();
    // A response without an error, one question, perhaps one answer, nothing else.
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_ipv4), 0, 0, 0, 0]);
    answer.extend(question);
    if is_ipv4 {
        // The name of the question, its type and class, not to be kept, four bytes.
        answer.extend([0xC0, HEAD as u8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        answer.extend(ip.octets());
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::answer;
    use std::net::Ipv4Addr;

    const IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

    /// A question for `a.b` of this type, followed by what a resolver may add.
    fn question(kind: u8) -> Vec<u8> {
        let head = [7, 8, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
        [head.as_slice(), b"\x01a\x01b\0", &[0, kind, 0, 1], &[0, 0, 41]].concat()
    }

    #[test]
    fn an_address_is_answered_and_nothing_else() {
        let found = answer(&question(1), IP).unwrap();
        assert_eq!(found[..8], [7, 8, 0x81, 0x80, 0, 1, 0, 1]);
        assert_eq!(found[12..21], question(1)[12..21]);
        assert_eq!(found[found.len() - 4..], IP.octets());
        let absent = answer(&question(28), IP).unwrap();
        assert_eq!((absent[7], absent.len()), (0, 21));
        assert_eq!(answer(&[0; 15], IP), None);
        assert_eq!(answer(&[], IP), None);
    }
}
