//! The host id of an activation (section 1), which describes this machine to the platform.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[cfg(windows)]
use crate::sys::adapters::card;
use crate::till::error::Error;
use crate::till::machine;

/// A host id in Base64, as sent (note 15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostId(String);

impl HostId {
    /// Encodes a text, in UTF-8.
    pub fn of_text(content: &str) -> Result<Self, Error> {
        if content.trim().is_empty() {
            return Err(bad("is empty"));
        }
        Ok(Self(STANDARD.encode(content)))
    }

    /// Takes a host id that the caller has encoded; it is sent unchanged.
    pub fn of_base64(encoded: &str) -> Result<Self, Error> {
        match STANDARD.decode(encoded) {
            Ok(content) if content.is_empty() => Err(bad("is empty")),
            Ok(_) => Ok(Self(encoded.to_owned())),
            Err(error) => Err(bad(&format!("is not Base64: {error}"))),
        }
    }

    /// Describes this machine in the form that the document suggests: the processor's name and the hardware
    /// address of a network card. If no card is found, the system's identifier of the machine replaces it.
    pub fn of_this_machine() -> Self {
        Self::of_card(card())
    }

    fn of_card(mac: Option<String>) -> Self {
        let mac = mac.or_else(machine::id).unwrap_or_default();
        Self(STANDARD.encode(format!("<host cpu=\"{}\" mac=\"{}\" />", clean(&cpu()), clean(&mac))))
    }

    /// The host id as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn bad(reason: &str) -> Error {
    Error::Option { name: "hostid".to_owned(), reason: reason.to_owned() }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !"<>&\"'".contains(*c)).collect()
}

fn cpu() -> String {
    let from_proc = || {
        let info = fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split(':').nth(1)?.trim().to_owned())
    };
    std::env::var("PROCESSOR_IDENTIFIER").ok().or_else(from_proc).unwrap_or_default()
}

/// Returns the hardware address of a network card, `00:1a:2b:3c:4d:5e`,
/// from Linux's list of interfaces.
#[cfg(not(windows))]
fn card() -> Option<String> {
    card_among("/sys/class/net".as_ref())
}

/// Picks the first card by name; cards with their permanent address come before those with an assigned one.
/// Interfaces without a device are not cards: lo, bridges, docker's, veth, tunnels.
#[cfg(not(windows))]
fn card_among(interfaces: &std::path::Path) -> Option<String> {
    let cards = fs::read_dir(interfaces).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        let read = |file: &str| {
            let text = fs::read_to_string(entry.path().join(file)).ok()?;
            Some(text.trim().to_owned())
        };
        let address = read("address").filter(|address| is_of_hardware(address))?;
        let is_card = entry.path().join("device").exists();
        // NET_ADDR_PERM
        let is_given = read("addr_assign_type").is_some_and(|kind| kind != "0");
        is_card.then(|| (is_given, entry.file_name(), address))
    });
    cards.min().map(|(_, _, address)| address)
}

/// Returns whether this is six bytes in hexadecimal that are not all zero.
#[cfg(not(windows))]
fn is_of_hardware(address: &str) -> bool {
    let is_byte = |byte: &str| byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
    address.split(':').count() == 6 && address.split(':').all(is_byte) && address != "00:00:00:00:00:00"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(host: &HostId) -> String {
        String::from_utf8(STANDARD.decode(host.as_str()).unwrap()).unwrap()
    }

    #[test]
    fn the_host_id_of_a_machine_has_the_form_that_the_document_suggests() {
        let host = HostId::of_card(Some("00:1a:2b:3c:4d:5e".to_owned()));
        let content = content(&host);
        assert!(content.starts_with("<host cpu=\""), "{content}");
        assert!(content.ends_with("\" mac=\"00:1a:2b:3c:4d:5e\" />"), "{content}");
        let without = HostId::of_card(None);
        assert_eq!(without, HostId::of_card(machine::id()));
    }

    #[test]
    fn a_text_is_encoded_also_where_it_happens_to_be_base64() {
        for text in ["001122334455", "abcd", "主机", "<host />"] {
            assert_eq!(content(&HostId::of_text(text).unwrap()), text);
        }
        assert_eq!(HostId::of_base64("PGhvc3QgLz4=").unwrap().as_str(), "PGhvc3QgLz4=");
        for bad in ["", " "] {
            assert!(HostId::of_text(bad).is_err());
        }
        for bad in ["", "PGhvc3QgLz4", "<host />", "主机"] {
            assert!(HostId::of_base64(bad).is_err(), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_a_card_with_a_device_behind_it_gives_its_address() {
        let folder = tempfile::tempdir().unwrap();
        let interface = |name: &str, address: &str, given: &str, is_card: bool| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("address"), format!("{address}\n")).unwrap();
            fs::write(path.join("addr_assign_type"), format!("{given}\n")).unwrap();
            if is_card {
                std::os::unix::fs::symlink(folder.path(), path.join("device")).unwrap();
            }
        };
        let card = || card_among(folder.path());
        assert_eq!(card(), None);
        interface("lo", "00:00:00:00:00:00", "0", false);
        interface("docker0", "02:42:00:00:00:01", "3", false);
        interface("br-1", "00:00:5e:00:53:01", "0", false);
        interface("veth1", "02:42:00:00:00:02", "0", false);
        interface("ib0", "80:00:00:48:fe:80:00:00", "0", true);
        interface("dead", "00:00:00:00:00:00", "0", true);
        assert_eq!(card(), None);
        interface("enp1s0", "02:00:00:00:00:09", "1", true);
        assert_eq!(card().as_deref(), Some("02:00:00:00:00:09"));
        interface("wlp2s0", "00:1a:2b:3c:4d:5f", "0", true);
        interface("enp3s0", "00:1a:2b:3c:4d:5e", "0", true);
        assert_eq!(card().as_deref(), Some("00:1a:2b:3c:4d:5e"));
        assert_eq!(card_among(&folder.path().join("none")), None);
    }
}
