//! Reading the pay config.

use super::{Params, Platform, Refusal, Stop, sign};
use crate::document::{ConfigDocument, Document};

impl Platform {
    pub(super) fn config(&self, params: &Params, host: Option<&str>) -> Result<Document, Stop> {
        let device_id = params.required("device_id")?;
        let version = params.required("ver")?;
        let sign = params.required("sign")?;
        let device = self.book.device(device_id)?.ok_or(Refusal::DeviceKey)?;
        sign::check_config(&device.key, device_id, version, sign).map_err(|_| Refusal::DeviceKey)?;
        Ok(Document::Config(ConfigDocument {
            server: self.server(host),
            device,
            readings: self.settings.readings,
        }))
    }

    fn server(&self, host: Option<&str>) -> String {
        match (&self.settings.server, host) {
            (Some(server), _) => server.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => self.base.clone(),
        }
    }
}
