//! The network cards of a Windows machine.

use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, ERROR_SUCCESS};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_DNS_SERVER, GAA_FLAG_SKIP_MULTICAST, GAA_FLAG_SKIP_UNICAST,
    GetAdaptersAddresses, IF_TYPE_ETHERNET_CSMACD, IF_TYPE_IEEE80211, IP_ADAPTER_ADDRESSES_LH,
};

/// Words in the names of drivers with no card behind them. Windows XP has no better way to recognise these.
const VIRTUAL: [&str; 9] =
    ["virtual", "vmware", "virtualbox", "hyper-v", "vpn", "tap-", "wintun", "bluetooth", "loopback"];

/// How many times to fetch the list: it may grow between two calls.
const TRIES: usize = 4;

/// Returns the hardware address of a network card, `00:1a:2b:3c:4d:5e`: of an Ethernet card before a Wi-Fi
/// one, and of several the lowest address, since Windows does not keep their order.
pub fn card() -> Option<String> {
    all().into_iter().min().map(|(_, address)| address)
}

/// Returns the hardware addresses of all network cards.
pub fn cards() -> Vec<String> {
    all().into_iter().map(|(_, address)| address).collect()
}

/// Each card: whether it is for Wi-Fi, and its address.
fn all() -> Vec<(bool, String)> {
    let Some(list) = fetch() else { return Vec::new() };
    let mut cards = Vec::new();
    let mut next = list.as_ptr().cast::<IP_ADAPTER_ADDRESSES_LH>();
    while !next.is_null() {
        // SAFETY: Windows filled the list, whose buffer is aligned for the structure and outlives the loop;
        // `next` is null or points into it.
        let adapter = unsafe { &*next };
        cards.extend(card_of(adapter));
        next = adapter.Next;
    }
    cards
}

/// Returns whether the card is for Wi-Fi, and its address.
fn card_of(adapter: &IP_ADAPTER_ADDRESSES_LH) -> Option<(bool, String)> {
    let is_wireless = match adapter.IfType {
        IF_TYPE_ETHERNET_CSMACD => false,
        IF_TYPE_IEEE80211 => true,
        _ => return None,
    };
    let length = usize::try_from(adapter.PhysicalAddressLength).ok()?;
    let address = adapter.PhysicalAddress.get(..length).filter(|address| address.len() == 6)?;
    // The second bit marks a made-up address, one that is not burnt in.
    let is_burnt_in = address[0] & 2 == 0 && address.iter().any(|byte| *byte != 0);
    let description = description(adapter).to_lowercase();
    let is_virtual = VIRTUAL.iter().any(|word| description.contains(word));
    let text = address.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":");
    (is_burnt_in && !is_virtual).then_some((is_wireless, text))
}

fn description(adapter: &IP_ADAPTER_ADDRESSES_LH) -> String {
    let text = adapter.Description;
    if text.is_null() {
        return String::new();
    }
    let is_inside = |at: &usize| {
        // SAFETY: Windows terminates the text, which lies in the list's buffer; no unit after its end is
        // read.
        let unit = unsafe { text.add(*at).read() };
        unit != 0
    };
    let length = (0..).take_while(is_inside).count();
    // SAFETY: the text has this many units before its end.
    let units = unsafe { std::slice::from_raw_parts(text, length) };
    String::from_utf16_lossy(units)
}

/// Fetches the list of adapters, in words wide enough for the structure's alignment.
fn fetch() -> Option<Vec<u64>> {
    const AF_UNSPEC: u32 = 0;
    let flags =
        GAA_FLAG_SKIP_UNICAST | GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    let mut size = 16 << 10;
    for _ in 0..TRIES {
        // The structure of Windows XP is shorter: leave room to view the last one at today's length.
        let bytes = usize::try_from(size).ok()? + size_of::<IP_ADAPTER_ADDRESSES_LH>();
        let mut list = vec![0_u64; bytes.div_ceil(size_of::<u64>())];
        // SAFETY: the buffer has at least `size` bytes, and nothing else refers to it.
        let done = unsafe {
            GetAdaptersAddresses(AF_UNSPEC, flags, ptr::null(), list.as_mut_ptr().cast(), &mut size)
        };
        match done {
            ERROR_SUCCESS => return Some(list),
            ERROR_BUFFER_OVERFLOW => {}
            _ => return None,
        }
    }
    None
}
