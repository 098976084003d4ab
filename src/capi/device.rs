//! The activation of a till's device.

use std::ffi::c_char;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::config::{configured, with_config};
use crate::capi::draft::Draft;
use crate::capi::params::{self, unknown, wrong, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::protocol::request::Device;
use crate::till::host_id::HostId;
use crate::till::{Error, flag};

/// Activates this till with a one-time code from the back office (section 1).
///
/// When this returns WSY_OK, the device id and key are on disk, and only this user can read the key. Then it
/// reads the config. A code works only once, so a key that cannot be saved is used nevertheless.
///
/// initkey: the activation code.
/// hostid:  identifies this machine to the platform; not empty, such as `<host cpu="..." mac="..." />`. It is
///          sent in Base64, as the document asks, whatever its content. NULL for that form, with the name of
///          this machine's processor and the hardware address of a network card. On Windows the card is an
///          Ethernet card, otherwise a Wi-Fi card, never one known to be virtual. On Linux it has a device
///          behind it, which excludes lo, bridges, docker, veth and tunnels. Without such a card, mac is the
///          system's identifier of the machine: MachineGuid (Windows) or /etc/machine-id (Linux).
/// params:  NULL, or a list: hostid_base64 (1: hostid is Base64 already, and is sent unchanged).
/// reply:   NULL, or receives a reply with the fields of wsy_config, and info if the platform refused.
///
/// Threads: any. Blocks for at most twice connect_ms plus four times response_ms: the activation, and the
/// config after it.
///
/// Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (the code was not used up); WSY_ERR_ACTIVATION_LOST (it may
/// be used up); WSY_ERR_DEVICE_NOT_SAVED (activated, and the code is used up, but the key is in memory
/// only: later calls and wsy_close try to save it, and device_saved says whether it is);
/// WSY_ERR_DEVICE_IN_USE (another client of this program is the device that the code was for; the device is
/// kept for the next wsy_open of this folder, after that client is closed); WSY_ERR_OPTIONS (hostid is
/// empty, or is not Base64 although params says so), WSY_ERR_NOT_SENT, WSY_ERR_FOLDER, WSY_ERR_BUSY,
/// WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
///
/// # Safety
/// `initkey` and `hostid` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Activates the till with a code from the back office; needed only once.
/// 用后台的激活码激活，只需激活一次。
/// Empty for none: hostid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_activate(
    client: *mut wsy_client,
    initkey: *const c_char,
    hostid: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [initkey, hostid] = unsafe { CText::each([initkey, hostid]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let initkey = client.required(initkey)?;
        let hostid = client.optional(hostid)?;
        let host = host_id(hostid.as_deref(), &params::pairs(params)?)?;
        match client.till.activate(&initkey, &host) {
            Err(error @ Error::DeviceNotSaved(_)) => Ok(with_config(Draft::from(&error), &client.till)),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(configured(&client.till)),
        }
    })
}

/// The host id that the caller gives, or that of this machine.
fn host_id(hostid: Option<&str>, pairs: &[(String, String)]) -> Result<HostId, Error> {
    let mut is_base64 = false;
    for (name, value) in pairs {
        match name.as_str() {
            "hostid_base64" => is_base64 = flag(name, value)?,
            _ => return Err(unknown(name)),
        }
    }
    match hostid {
        Some(encoded) if is_base64 => HostId::of_base64(encoded),
        Some(content) => HostId::of_text(content),
        None if is_base64 => Err(wrong("hostid_base64", "needs a hostid")),
        None => Ok(HostId::of_this_machine()),
    }
}

/// Sets a device id and key that the back office issued by hand (remark 1 of the document).
///
/// Stores them as wsy_activate does, and reads the config. An earlier device's key that an open row still
/// needs, also if the platform refuses it now or it was never saved, or that cannot be read now, is kept
/// beside it as device-*.key.
///
/// device_id, key: as the back office shows them.
/// reply:          NULL, or receives a reply with the fields of wsy_config.
///
/// Threads: any. Blocks as long as wsy_open.
///
/// Returns WSY_OK, WSY_ERR_ACTIVATION_REFUSED (one of them is empty or contains a blank),
/// WSY_ERR_DEVICE_IN_USE (another client of this program is this device; nothing is changed), WSY_ERR_FOLDER,
/// WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
///
/// # Safety
/// `device_id` and `key` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Sets a device id and key that the back office issued by hand.
/// 填入后台给的设备号和密钥，代替激活。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_set_device(
    client: *mut wsy_client,
    device_id: *const c_char,
    key: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [device_id, key] = unsafe { CText::each([device_id, key]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let device = Device::new(client.required(device_id)?, client.required(key)?);
        client.till.set_device(device)?;
        Ok(configured(&client.till))
    })
}
