//! The identity of a machine: an identifier of the system, its network cards and its disks. None of them
//! suffices alone. A cloned disk brings the identifier along; a system that was set up again has another one;
//! a card is replaced; and disks of the same make, above all virtual ones, may share a serial number.

use std::collections::BTreeSet;
#[cfg(not(windows))]
use std::fs;

use sha1::{Digest, Sha1};

#[cfg(windows)]
use crate::sys::{adapters, machine};

/// The facts about a machine, as digests: a ledger may be sent to support.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    id: Option<String>,
    cards: BTreeSet<String>,
    disks: BTreeSet<String>,
}

/// How a recorded machine differs from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Not even the system is the same.
    Machine,
    /// The system is the same, and the hardware is not: a cloned disk, or one in another machine.
    Hardware,
}

/// How the text of a machine begins.
const MARK: &str = "3 ";
/// The same of an earlier version, which did not tell cards and disks apart. Those before it recorded a
/// digest of the identifier alone.
const MIXED: &str = "2 ";

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let digests = |kind: &str, all: Vec<String>| {
            all.iter().map(|fact| digest(&format!("{kind} {fact}"))).collect::<BTreeSet<_>>()
        };
        let cards = cards().into_iter().filter(|address| is_given_by_maker(address)).collect();
        Self {
            id: id().map(|id| digest(&id)),
            cards: digests("card", cards),
            disks: digests("disk", disks()),
        }
    }

    /// Whether nothing identifies it.
    pub fn is_unknown(&self) -> bool {
        self.id.is_none() && self.cards.is_empty() && self.disks.is_empty()
    }

    /// The text that a ledger records.
    pub fn text(&self) -> String {
        let list = |all: &BTreeSet<String>| all.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        let id = self.id.as_deref().unwrap_or("-");
        format!("{MARK}{id} {} {}", list(&self.cards), list(&self.disks))
    }

    /// Compares what a ledger recorded with this machine. Of what both know, some hardware has to be the
    /// same, since the identifier is copied with the disk; and where both know all three, two have to be,
    /// since another machine may have a disk of the same number.
    pub fn compare(&self, recorded: &str) -> Result<(), Other> {
        if let Some(mixed) = recorded.strip_prefix(MIXED) {
            return self.compare_mixed(mixed);
        }
        let Some(recorded) = Self::read(recorded) else {
            // Recorded by an earlier version, which had the computer's name on Windows.
            let is_id = |id: Option<String>| id.is_some_and(|id| digest(&id) == recorded);
            return if is_id(id()) || is_id(name()) { Ok(()) } else { Err(Other::Machine) };
        };
        let hardware = [(&self.cards, &recorded.cards), (&self.disks, &recorded.disks)];
        let known: Vec<_> =
            hardware.into_iter().filter(|(here, was)| !here.is_empty() && !was.is_empty()).collect();
        let same = known.iter().filter(|(here, was)| !here.is_disjoint(was)).count();
        let id = self.id.as_ref().zip(recorded.id.as_ref()).map(|(here, was)| here == was);
        let is_same_id = id == Some(true);
        let is_this = match (known.len(), id) {
            (0, _) => is_same_id,
            (2, Some(_)) => same + usize::from(is_same_id) >= 2 && same > 0,
            (_, _) => same > 0,
        };
        match (is_this, is_same_id) {
            (true, _) => Ok(()),
            (false, true) => Err(Other::Hardware),
            (false, false) => Err(Other::Machine),
        }
    }

    /// Compares what an earlier version recorded, for which one piece of hardware was enough.
    fn compare_mixed(&self, recorded: &str) -> Result<(), Other> {
        let (id, hardware) = recorded.split_once(' ').unwrap_or((recorded, ""));
        let (was, here) = (facts(hardware), &self.cards | &self.disks);
        let is_same_id = self.id.as_deref() == Some(id);
        match (was.is_empty() || here.is_empty(), is_same_id) {
            (false, _) if !was.is_disjoint(&here) => Ok(()),
            (false, true) => Err(Other::Hardware),
            (true, true) => Ok(()),
            (_, false) => Err(Other::Machine),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(MARK)?.split(' ');
        let (id, cards, disks) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { id: (id != "-").then(|| id.to_owned()), cards: facts(cards), disks: facts(disks) })
    }
}

/// The facts of a list.
fn facts(list: &str) -> BTreeSet<String> {
    list.split(',').filter(|fact| !fact.is_empty()).map(str::to_owned).collect()
}

/// Whether a hardware address is its maker's. One that is not was made up by a program, as those of virtual
/// machines are, and may be the same on many.
fn is_given_by_maker(address: &str) -> bool {
    let first = address.get(..2).and_then(|byte| u8::from_str_radix(byte, 16).ok());
    first.is_some_and(|first| first & 2 == 0)
}

fn digest(fact: &str) -> String {
    hex::encode(Sha1::digest(fact))
}

/// The system's identifier of this machine, if it has one.
pub fn id() -> Option<String> {
    #[cfg(windows)]
    let id = machine::guid();
    #[cfg(not(windows))]
    let id = fs::read_to_string("/etc/machine-id").ok();
    id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The computer's name, which anybody may change.
fn name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

#[cfg(windows)]
fn cards() -> Vec<String> {
    adapters::cards()
}

/// The hardware addresses of the network cards, as their makers gave them.
#[cfg(not(windows))]
fn cards() -> Vec<String> {
    let read = |entry: fs::DirEntry| {
        let text = |file: &str| fs::read_to_string(entry.path().join(file)).ok();
        let is_own = text("addr_assign_type").is_some_and(|kind| kind.trim() == "0");
        let address = text("address").map(|address| address.trim().to_owned());
        address.filter(|_| is_own && entry.path().join("device").exists())
    };
    entries("/sys/class/net").filter_map(read).filter(|address| address.len() == 17).collect()
}

/// Windows names its disks only to administrators on some versions; the cards have to do.
#[cfg(windows)]
const fn disks() -> Vec<String> {
    Vec::new()
}

/// The serial numbers of the disks that are built in: a memory stick moves from machine to machine.
#[cfg(not(windows))]
fn disks() -> Vec<String> {
    let read = |entry: fs::DirEntry| {
        let text = |file: &str| fs::read_to_string(entry.path().join(file)).ok();
        let is_removable = text("removable").is_none_or(|removable| removable.trim() != "0");
        let serial = ["serial", "device/serial", "wwid", "device/wwid"].into_iter().find_map(text);
        serial.map(|serial| serial.trim().to_owned()).filter(|serial| !is_removable && serial.len() > 3)
    };
    entries("/sys/block").filter_map(read).collect()
}

#[cfg(not(windows))]
fn entries(folder: &str) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(id: Option<&str>, cards: &[&str], disks: &[&str]) -> Machine {
        let all = |facts: &[&str]| facts.iter().map(|fact| (*fact).to_owned()).collect();
        Machine { id: id.map(str::to_owned), cards: all(cards), disks: all(disks) }
    }

    #[test]
    fn a_machine_stays_the_same_while_most_of_it_does() {
        let here = machine(Some("id"), &["card", "wifi"], &["disk"]);
        let compared = |id, cards: &[&str], disks: &[&str]| here.compare(&machine(id, cards, disks).text());
        let (id, other) = (Some("id"), Some("other"));
        assert_eq!(compared(id, &["card"], &["disk"]), Ok(()));
        // A replaced card, a replaced disk, a system that was set up again.
        assert_eq!(compared(id, &["third"], &["disk"]), Ok(()));
        assert_eq!(compared(id, &["wifi"], &["third"]), Ok(()));
        assert_eq!(compared(other, &["card"], &["disk"]), Ok(()));
        // Another machine with a disk of the same number, or with one of its cards.
        assert_eq!(compared(other, &["third"], &["disk"]), Err(Other::Machine));
        assert_eq!(compared(other, &["card"], &["third"]), Err(Other::Machine));
        // Of two that are known, the hardware decides: a clone, and a system that was set up again.
        assert_eq!(compared(id, &["third"], &["fourth"]), Err(Other::Hardware));
        assert_eq!(compared(id, &["third"], &[]), Err(Other::Hardware));
        assert_eq!(compared(other, &["card"], &[]), Ok(()));
        assert_eq!(compared(None, &["card"], &["third"]), Ok(()));
        assert_eq!(compared(other, &["third"], &[]), Err(Other::Machine));
        // Of one, that one does.
        assert_eq!(compared(id, &[], &[]), Ok(()));
        assert_eq!(compared(other, &[], &[]), Err(Other::Machine));
        assert_eq!(compared(None, &["card"], &[]), Ok(()));
        assert_eq!(compared(None, &[], &[]), Err(Other::Machine));
        assert_eq!(machine(id, &[], &[]).compare(&here.text()), Ok(()));
        assert_eq!(machine(None, &[], &[]).compare(&here.text()), Err(Other::Machine));
        assert!(machine(None, &[], &[]).is_unknown() && !here.is_unknown());
    }

    #[test]
    fn an_address_that_a_program_made_up_says_nothing() {
        for made_up in ["52:54:00:12:34:56", "02:42:ac:11:00:02", "fe:00:00:00:00:01", ""] {
            assert!(!is_given_by_maker(made_up), "{made_up}");
        }
        assert!(is_given_by_maker("00:1a:2b:3c:4d:5e"));
    }

    #[test]
    fn what_did_not_tell_cards_and_disks_apart_is_compared_as_it_was() {
        let here = machine(Some("id"), &["card"], &["disk"]);
        assert_eq!(here.compare("2 other disk"), Ok(()));
        assert_eq!(here.compare("2 id card,third"), Ok(()));
        assert_eq!(here.compare("2 id third"), Err(Other::Hardware));
        assert_eq!(here.compare("2 id "), Ok(()));
        assert_eq!(here.compare("2 other third"), Err(Other::Machine));
        assert_eq!(here.compare("2 - "), Err(Other::Machine));
    }

    #[test]
    fn what_an_earlier_version_recorded_is_understood() {
        let here = Machine::this();
        assert_eq!(here, Machine::this());
        assert_eq!(here.compare(&digest("another")), Err(Other::Machine));
        if let Some(id) = id() {
            assert_eq!(here.compare(&digest(&id)), Ok(()));
        }
        assert_eq!(Machine::read(&here.text()), Some(here));
    }
}
