//! Devices, and the one-time codes that activate them.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Book, Result, from_json, to_json};

/// A payment method that a device may use: a `dm_code` line of the config response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DmCode {
    /// The number of the payment method, `4` for WeChat.
    #[serde(rename = "type")]
    pub type_no: u32,
    /// The value that a till sends as `paytype`.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// The pattern of the auth codes that belong to it.
    pub coderegex: String,
    /// The pattern of the bill numbers.
    pub cancelregex: String,
}

impl DmCode {
    /// WeChat, as in the document's sample.
    pub fn wechat() -> Self {
        Self {
            type_no: 4,
            code: "o2o_dm_code_wxpaysub".into(),
            name: "微信".into(),
            coderegex: r"^1[0-5]\d{16}$".into(),
            cancelregex: r"^dm\d+$".into(),
        }
    }

    /// Alipay, as in the document's sample.
    pub fn alipay() -> Self {
        Self {
            type_no: 30,
            code: "o2o_dm_code_alipay_isv_beta".into(),
            name: "支付宝".into(),
            coderegex: r"^28\d{15,16}$".into(),
            cancelregex: r"^dm\d+$".into(),
        }
    }
}

/// How one device's config differs from the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Attributes of the config response to replace, or to leave out if `None`.
    pub config: BTreeMap<String, Option<String>>,
    /// The device's payment methods, if they are not the default two.
    pub dm_codes: Option<Vec<DmCode>>,
}

/// A one-time code that turns a till into a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivationCode {
    /// The code.
    pub code: String,
    /// The device that it activated; `None` while it is unused.
    pub used_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    pub device_id: String,
    pub key: String,
    pub client_name: String,
    pub overrides: Overrides,
}

impl Device {
    pub(crate) fn dm_codes(&self) -> Vec<DmCode> {
        let usual = || vec![DmCode::wechat(), DmCode::alipay()];
        self.overrides.dm_codes.clone().unwrap_or_else(usual)
    }

    /// The text of a config attribute, if this device overrides it.
    pub(crate) fn own_config(&self, name: &str) -> Option<&str> {
        self.overrides.config.get(name)?.as_deref()
    }

    /// The first half of the client name `商户名称-设备名称`.
    pub(crate) fn merchant(&self) -> &str {
        self.client_name.split_once(" - ").map_or(&self.client_name, |(merchant, _)| merchant)
    }

    /// The second half of the client name.
    pub(crate) fn till(&self) -> &str {
        self.client_name.split_once(" - ").map_or("", |(_, till)| till)
    }
}

const FIRST_DEVICE_ID: i64 = 215_117;
const KEY_BYTES: u32 = 20;
const ACTIVATION_CODE_BYTES: u32 = 8;

impl Book {
    pub(crate) fn device(&self, device_id: &str) -> Result<Option<Device>> {
        let sql = "SELECT * FROM devices WHERE device_id = ?1 AND deleted = 0";
        Ok(self.connection.query_row(sql, [device_id], device).optional()?)
    }

    pub(crate) fn device_even_deleted(&self, device_id: &str) -> Result<Option<Device>> {
        let sql = "SELECT * FROM devices WHERE device_id = ?1";
        Ok(self.connection.query_row(sql, [device_id], device).optional()?)
    }

    pub(crate) fn devices(&self) -> Result<Vec<Device>> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM devices WHERE deleted = 0 ORDER BY CAST(device_id AS INTEGER)")?;
        let devices = statement.query_map([], device)?.collect::<rusqlite::Result<_>>()?;
        Ok(devices)
    }

    /// Stores a device, replacing one with the same id.
    pub(crate) fn put_device(&self, device: &Device) -> Result<()> {
        self.connection.execute(
            "INSERT OR REPLACE INTO devices (device_id, key, client_name, overrides) VALUES (?1, ?2, ?3, ?4)",
            params![device.device_id, device.key, device.client_name, to_json(&device.overrides)?],
        )?;
        Ok(())
    }

    /// Deleted devices stay in the table, so that a number is never reused.
    pub(crate) fn delete_device(&self, device_id: &str) -> Result<bool> {
        let sql = "UPDATE devices SET deleted = 1 WHERE device_id = ?1 AND deleted = 0";
        Ok(self.connection.execute(sql, [device_id])? > 0)
    }

    pub(crate) fn next_device_id(&self) -> Result<String> {
        let sql = "SELECT max(?1 - 1, ifnull(max(CAST(device_id AS INTEGER)), 0)) + 1 FROM devices";
        let next: i64 = self.connection.query_row(sql, [FIRST_DEVICE_ID], |row| row.get(0))?;
        Ok(next.to_string())
    }

    pub(crate) fn new_key(&self) -> Result<String> {
        self.random_hex(KEY_BYTES)
    }

    pub(crate) fn new_activation_code(&self) -> Result<String> {
        self.random_hex(ACTIVATION_CODE_BYTES)
    }

    /// Stores an unused activation code, even if it was used before.
    pub(crate) fn put_activation_code(&self, code: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO activation_codes (code, used_by) VALUES (?1, NULL)";
        self.connection.execute(sql, [code])?;
        Ok(())
    }

    /// In order of creation.
    pub(crate) fn activation_codes(&self) -> Result<Vec<ActivationCode>> {
        let mut statement =
            self.connection.prepare("SELECT code, used_by FROM activation_codes ORDER BY rowid")?;
        let code = |row: &rusqlite::Row<'_>| {
            Ok(ActivationCode { code: row.get("code")?, used_by: row.get("used_by")? })
        };
        let codes = statement.query_map([], code)?.collect::<rusqlite::Result<_>>()?;
        Ok(codes)
    }

    /// Revokes a code. Returns `false` if it does not exist.
    pub(crate) fn revoke_activation_code(&self, code: &str) -> Result<bool> {
        Ok(self.connection.execute("DELETE FROM activation_codes WHERE code = ?1", [code])? > 0)
    }

    /// Uses a code up. Returns `false` if it does not exist or was used before.
    pub(crate) fn use_activation_code(&self, code: &str, device_id: &str) -> Result<bool> {
        let sql = "UPDATE activation_codes SET used_by = ?2 WHERE code = ?1 AND used_by IS NULL";
        Ok(self.connection.execute(sql, [code, device_id])? > 0)
    }
}

fn device(row: &rusqlite::Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        device_id: row.get("device_id")?,
        key: row.get("key")?,
        client_name: row.get("client_name")?,
        overrides: from_json(row, "overrides")?,
    })
}
