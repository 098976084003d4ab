//! The identity of this machine: an identifier of the system, and hardware. Neither suffices alone. A cloned
//! disk brings the identifier along; a system that was set up again has another one; a network card is
//! replaced.

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
    hardware: BTreeSet<String>,
}

/// How a recorded machine differs from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Nothing is the same.
    Machine,
    /// The system is the same, and none of the hardware: a cloned disk, or one in another machine.
    Hardware,
}

/// How the text of a machine begins; earlier versions recorded a digest of the identifier alone.
const MARK: &str = "2 ";

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let facts = [("card", cards()), ("disk", disks())];
        let named = facts.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |fact| (kind, fact)));
        Self {
            id: id().map(|id| digest(&id)),
            hardware: named.map(|(kind, fact)| digest(&format!("{kind} {fact}"))).collect(),
        }
    }

    /// Whether nothing identifies it.
    pub fn is_unknown(&self) -> bool {
        self.id.is_none() && self.hardware.is_empty()
    }

    /// The text that a ledger records.
    pub fn text(&self) -> String {
        let hardware: Vec<_> = self.hardware.iter().map(String::as_str).collect();
        format!("{MARK}{} {}", self.id.as_deref().unwrap_or("-"), hardware.join(","))
    }

    /// Compares what a ledger recorded with this machine. Hardware decides where both have some: the
    /// identifier is copied with the disk, and replaced when the system is set up.
    pub fn compare(&self, recorded: &str) -> Result<(), Other> {
        let Some(recorded) = Self::read(recorded) else {
            // Recorded by an earlier version, which had the computer's name on Windows.
            let is_id = |id: Option<String>| id.is_some_and(|id| digest(&id) == recorded);
            return if is_id(id()) || is_id(name()) { Ok(()) } else { Err(Other::Machine) };
        };
        let is_same_id = recorded.id.is_some() && recorded.id == self.id;
        match (recorded.hardware.is_empty() || self.hardware.is_empty(), is_same_id) {
            (false, _) if !recorded.hardware.is_disjoint(&self.hardware) => Ok(()),
            (false, true) => Err(Other::Hardware),
            (true, true) => Ok(()),
            (_, false) => Err(Other::Machine),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (id, hardware) = text.strip_prefix(MARK)?.split_once(' ')?;
        let all = hardware.split(',').filter(|fact| !fact.is_empty());
        Some(Self { id: (id != "-").then(|| id.to_owned()), hardware: all.map(str::to_owned).collect() })
    }
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

    fn machine(id: Option<&str>, hardware: &[&str]) -> Machine {
        Machine {
            id: id.map(str::to_owned),
            hardware: hardware.iter().map(|fact| (*fact).to_owned()).collect(),
        }
    }

    #[test]
    fn a_machine_stays_the_same_while_some_of_its_hardware_does() {
        let here = machine(Some("id"), &["card", "disk"]);
        let compared = |id: Option<&str>, hardware: &[&str]| here.compare(&machine(id, hardware).text());
        assert_eq!(compared(Some("id"), &["card", "disk"]), Ok(()));
        // A replaced card, a system that was set up again, an identifier that differs at each start.
        assert_eq!(compared(Some("id"), &["other", "disk"]), Ok(()));
        assert_eq!(compared(Some("other"), &["card"]), Ok(()));
        assert_eq!(compared(None, &["card"]), Ok(()));
        // A clone; and a machine without hardware that could be told apart.
        assert_eq!(compared(Some("id"), &["third"]), Err(Other::Hardware));
        assert_eq!(compared(Some("id"), &[]), Ok(()));
        assert_eq!(compared(Some("other"), &["third"]), Err(Other::Machine));
        assert_eq!(compared(Some("other"), &[]), Err(Other::Machine));
        assert_eq!(compared(None, &[]), Err(Other::Machine));
        assert_eq!(machine(Some("id"), &[]).compare(&here.text()), Ok(()));
        assert_eq!(machine(None, &[]).compare(&here.text()), Err(Other::Machine));
        assert!(machine(None, &[]).is_unknown() && !here.is_unknown());
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
