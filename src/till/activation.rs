//! Activation: how the till gets its device id and key.

use crate::chain::chain;
use crate::driver;
use crate::payment::{Delivery, Millis};
use crate::protocol::request::{self, Device};
use crate::protocol::response::{self, Activation};
use crate::till::config::ConfigState;
use crate::till::device::Activated;
use crate::till::error::Error;
use crate::till::host_id::HostId;
use crate::till::{Till, device};

impl Till {
    /// Activates this till with a one-time code (section 1). The device is on disk when this returns.
    pub fn activate(&self, initkey: &str, host: &HostId) -> Result<Device, Error> {
        if initkey.trim().is_empty() || initkey.chars().any(char::is_control) {
            return Err(Error::ActivationInput("activation code"));
        }
        let _lock = self.in_flight.lock("activation", "")?;
        // One success uses up the code, so whatever can be checked beforehand
        // must not fail afterwards (note 16).
        device::probe(&self.folder, self.secrets.as_ref()).map_err(Error::Folder)?;
        let activate = request::activate(host.as_str(), initkey.trim());
        let device = match self.http.send_money(&activate, Millis::MAX) {
            Delivery::NotSent(reason) => return Err(driver::Error::NotSent(reason).into()),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => {
                return Err(self.activation_lost(driver::Error::NoResponse(reason).into()));
            }
            Delivery::Response(body) => match response::activation(&body) {
                Ok(Activation::Done(device)) => device,
                Ok(Activation::Refused(info)) => {
                    self.log.warn(&format!("activation.refused {info}"));
                    return Err(Error::ActivationRefused(info));
                }
                Err(error) => return Err(self.activation_lost(error.into())),
            },
        };
        // The code is used up: save the device even if another till of this process is activated as it.
        device::save(&self.folder, &device, self.secrets.as_ref()).map_err(Error::Folder)?;
        self.set_device(device.clone())?;
        Ok(device)
    }

    /// Sets and saves a device id and key from the back office (the document's remark 1).
    pub fn set_device(&self, device: Device) -> Result<(), Error> {
        let bad = |text: &str| text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ');
        if bad(&device.id) || bad(&device.key) {
            return Err(Error::ActivationInput("device id or key"));
        }
        let mut own = self.device.write();
        let activated = Activated::take(&self.http.base(), device, own.as_ref())?;
        device::save(&self.folder, &activated.device, self.secrets.as_ref()).map_err(Error::Folder)?;
        self.log.info(&format!("device.set device_id={}", activated.device.id));
        *own = Some(activated);
        drop(own);
        *self.config.write() = ConfigState::default();
        self.forget_refusal();
        // The device is set even if its config cannot be read now; `config` says whether it was.
        let _ = self.refresh_config();
        Ok(())
    }

    fn activation_lost(&self, reason: Error) -> Error {
        self.log.error(&format!("activation.lost the code may be used up: {}", chain(&reason)));
        Error::ActivationLost(Box::new(reason))
    }
}
