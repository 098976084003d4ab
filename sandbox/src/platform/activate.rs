//! Activating a device with a one-time code.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Params, Platform, Refusal, Stop};
use crate::{
    book::{Book, BookError, Device, Overrides},
    document::{Activated, Document},
};

const DEFAULT_CLIENT_NAME: &str = "测试读取配置文件接口 - 001";

impl Platform {
    pub(super) fn activate(&self, params: &Params) -> Result<Document, Stop> {
        let host_id =
            BASE64_STANDARD.decode(params.required("hostid")?).map_err(|_| Refusal::Bad("hostid"))?;
        if host_id.is_empty() {
            return Err(Refusal::Bad("hostid").into());
        }
        let code = params.required("initkey")?;
        if params.required("retkey")? != "1" {
            return Err(Refusal::Bad("retkey").into());
        }
        let device = new_device(&self.book, None, None, None)?;
        if !self.book.use_activation_code(code, &device.device_id)? {
            return Err(Refusal::UnknownActivationCode.into());
        }
        self.book.put_device(&device)?;
        Ok(Document::Activated(Activated { device_id: device.device_id, key: device.key }))
    }
}

/// A device that is not in the book yet, with defaults for whatever is left out.
pub(crate) fn new_device(
    book: &Book,
    device_id: Option<String>,
    key: Option<String>,
    client_name: Option<String>,
) -> Result<Device, BookError> {
    Ok(Device {
        device_id: device_id.map_or_else(|| book.next_device_id(), Ok)?,
        key: key.map_or_else(|| book.new_key(), Ok)?,
        client_name: client_name.unwrap_or_else(|| DEFAULT_CLIENT_NAME.to_owned()),
        overrides: Overrides::default(),
    })
}
