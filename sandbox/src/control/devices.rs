//! Devices and activation codes.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use super::{Control, ControlError, ControlResult};
use crate::{
    book::{ActivationCode, Device, Overrides},
    platform::new_device,
};

/// A device to register. Whatever is left out gets a default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewDevice {
    /// Up to twelve digits. An existing device with this id is replaced.
    pub device_id: Option<String>,
    /// The signing key.
    pub key: Option<String>,
    /// `商户名称 - 设备名称`
    pub client_name: Option<String>,
    /// The overrides of its config.
    pub overrides: Overrides,
}

/// Changes to a device. Whatever is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceChange {
    /// The new key. Signs made with the old one are wrong from then on.
    pub key: Option<String>,
    /// The new name.
    pub client_name: Option<String>,
    /// New overrides, which replace all the earlier ones.
    pub overrides: Option<Overrides>,
}

/// The credentials with which a till signs as a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKey {
    /// The device's id.
    pub device_id: String,
    /// The signing key.
    pub key: String,
}

const MAX_DEVICE_ID: usize = 12;

impl Control {
    /// Creates a one-time activation code, this one or a random one, and returns it.
    pub fn activation_code(&self, code: Option<&str>) -> ControlResult<String> {
        let platform = self.shared.platform();
        let code = match code {
            Some("") => {
                return Err(ControlError::Invalid("an activation code cannot be empty".into()));
            }
            Some(code) => code.to_owned(),
            None => platform.book.new_activation_code()?,
        };
        platform.book.put_activation_code(&code)?;
        Ok(code)
    }

    /// All activation codes, used or not.
    pub fn activation_codes(&self) -> ControlResult<Vec<ActivationCode>> {
        Ok(self.shared.platform().book.activation_codes()?)
    }

    /// Revokes an activation code: tills can no longer use it. A device that it activated stays.
    pub fn revoke_activation_code(&self, code: &str) -> ControlResult<()> {
        let revoked = self.shared.platform().book.revoke_activation_code(code)?;
        if revoked { Ok(()) } else { Err(ControlError::NoSuchActivationCode(code.to_owned())) }
    }

    /// Registers a device without an activation code.
    pub fn add_device(&self, new: NewDevice) -> ControlResult<DeviceKey> {
        if let Some(id) = &new.device_id {
            check_device_id(id)?;
        }
        check_overrides(&new.overrides)?;
        let platform = self.shared.platform();
        let device = new_device(&platform.book, new.device_id, new.key, new.client_name)?;
        let device = Device { overrides: new.overrides, ..device };
        platform.book.put_device(&device)?;
        Ok(DeviceKey { device_id: device.device_id, key: device.key })
    }

    /// Changes a device, as the merchant's web page does.
    pub fn update_device(&self, device_id: &str, change: DeviceChange) -> ControlResult<()> {
        if let Some(overrides) = &change.overrides {
            check_overrides(overrides)?;
        }
        let platform = self.shared.platform();
        let device = platform.book.device(device_id)?;
        let device = device.ok_or_else(|| ControlError::NoSuchDevice(device_id.to_owned()))?;
        platform.book.put_device(&Device {
            key: change.key.unwrap_or(device.key),
            client_name: change.client_name.unwrap_or(device.client_name),
            overrides: change.overrides.unwrap_or(device.overrides),
            device_id: device.device_id,
        })?;
        Ok(())
    }

    /// Overrides one attribute of a device's config response; `None` leaves it out.
    pub fn set_config(&self, device_id: &str, name: &str, value: Option<&str>) -> ControlResult<()> {
        let platform = self.shared.platform();
        let device = platform.book.device(device_id)?;
        let mut device = device.ok_or_else(|| ControlError::NoSuchDevice(device_id.to_owned()))?;
        device.overrides.config.insert(name.to_owned(), value.map(str::to_owned));
        check_overrides(&device.overrides)?;
        platform.book.put_device(&device)?;
        Ok(())
    }

    /// Deletes a device, as the merchant's web page does.
    pub fn delete_device(&self, device_id: &str) -> ControlResult<()> {
        let deleted = self.shared.platform().book.delete_device(device_id)?;
        if deleted { Ok(()) } else { Err(ControlError::NoSuchDevice(device_id.to_owned())) }
    }
}

fn check_device_id(id: &str) -> ControlResult<()> {
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (1..=MAX_DEVICE_ID).contains(&id.len()) {
        return Ok(());
    }
    Err(ControlError::Invalid(format!("{id:?} is not a device number of up to {MAX_DEVICE_ID} digits")))
}

fn check_overrides(overrides: &Overrides) -> ControlResult<()> {
    overrides.config.keys().try_for_each(|name| check_attribute_name(name))?;
    let total = overrides.config.get("micropay_total_regex").and_then(Option::as_ref);
    let codes = overrides.dm_codes.iter().flatten().map(|code| &code.coderegex);
    total.into_iter().chain(codes).try_for_each(|pattern| check_pattern(pattern))
}

fn check_attribute_name(name: &str) -> ControlResult<()> {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let well_formed = name.bytes().all(|byte| letter(byte) || byte.is_ascii_digit());
    if well_formed && name.bytes().next().is_some_and(letter) && name != "ok" {
        return Ok(());
    }
    Err(ControlError::Invalid(format!("{name:?} is not the name of a config attribute")))
}

fn check_pattern(pattern: &str) -> ControlResult<()> {
    match Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(ControlError::Invalid(format!("{pattern:?} is not a regular expression: {error}"))),
    }
}
