//! Activation: how the till gets its device id and key.

use std::io;
use std::time::{Duration, Instant};

use crate::chain::chain;
use crate::driver;
use crate::payment::{Delivery, Millis};
use crate::protocol::request::{self, Device};
use crate::protocol::response::{self, Activation};
use crate::till::config::{ConfigState, Refusal};
use crate::till::device::{Activated, Saved};
use crate::till::error::Error;
use crate::till::host_id::HostId;
use crate::till::{Till, device, files};

/// How often to try to save a device that could not be saved.
const PAUSE: Duration = Duration::from_secs(1);

impl Till {
    /// Activates this till with a one-time code (section 1). The device is on disk when this returns, or the
    /// error says that it is not: it is then used from memory and saved later.
    pub fn activate(&self, initkey: &str, host: &HostId) -> Result<Device, Error> {
        if initkey.trim().is_empty() || initkey.chars().any(char::is_control) {
            return Err(Error::ActivationInput("activation code"));
        }
        let _lock = self.in_flight.lock("activation", "")?;
        // One success uses up the code, so whatever can be checked beforehand
        // must not fail afterwards (note 16).
        self.check_folder()?;
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
        // The code is used up: keep the device even if another till of this process is activated as it, and
        // even if it cannot be saved.
        let mut own = self.device.write();
        let saved = self.save_device(&device, own.as_ref(), files::replace);
        *self.unsaved.lock() = saved.is_err().then(|| (device.clone(), Instant::now()));
        if let Err(error) = &saved {
            self.log.error(&format!("device.not_saved device_id={} {error}", device.id));
        }
        let activated = Activated::take(&self.http.base(), device.clone(), own.as_ref())
            .inspect_err(|_| self.keep_own(own.as_ref()))?;
        self.use_device(activated, &mut own);
        drop(own);
        // The device is set even if its config cannot be read now; `config` says whether it was.
        let _ = self.refresh_config();
        saved.map_err(Error::DeviceNotSaved)?;
        Ok(device)
    }

    /// Sets and saves a device id and key from the back office (the document's remark 1).
    pub fn set_device(&self, device: Device) -> Result<(), Error> {
        let bad = |text: &str| text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ');
        if bad(&device.id) || bad(&device.key) {
            return Err(Error::ActivationInput("device id or key"));
        }
        self.check_folder()?;
        let mut own = self.device.write();
        let activated = Activated::take(&self.http.base(), device, own.as_ref())?;
        self.save_device(&activated.device, own.as_ref(), files::replace).map_err(Error::Folder)?;
        *self.unsaved.lock() = None;
        self.use_device(activated, &mut own);
        drop(own);
        let _ = self.refresh_config();
        Ok(())
    }

    /// Saves a device. What the till was before is kept beside it while a row needs it, also if it was never
    /// saved or the platform refuses it now, which may pass; so is what cannot be read now.
    fn save_device(
        &self,
        device: &Device,
        before: Option<&Activated>,
        write: device::Write,
    ) -> io::Result<()> {
        if !self.is_home() {
            return Err(io::Error::other(
                "the data folder belongs to the process that this one was forked from",
            ));
        }
        self.check_folder().map_err(io::Error::other)?;
        let (folder, secrets) = (&self.folder, self.secrets.as_ref());
        let saved = match device::load(folder, secrets) {
            Saved::Device(saved) => Some(saved),
            Saved::Unreadable(_) => {
                device::keep_unreadable(folder, write)?;
                None
            }
            Saved::None => None,
        };
        let before = saved.into_iter().chain(before.map(|before| before.device.clone()));
        let today = self.platform_day();
        let needs = |id: &str, today: &str| self.ledger.needs_device(id, today).unwrap_or(true);
        let is_needed = |id: &str| today.as_deref().is_none_or(|today| needs(id, today));
        let mut earlier = self.earlier.write();
        for before in before.filter(|before| before.id != device.id && is_needed(&before.id)) {
            earlier.add(before);
        }
        if matches!(self.refusal(), Some(Refusal::Device(_))) {
            earlier.refuse();
        }
        // Also those that could not be written when the till was activated after them.
        for earlier in earlier.devices() {
            device::keep(folder, earlier, secrets, write)?;
        }
        device::save(folder, device, secrets, write)
    }

    /// Keeps the device that the till goes on as until it is closed, although another one is saved: what it
    /// sends until then will need its key.
    fn keep_own(&self, own: Option<&Activated>) {
        let Some(Activated { device, .. }) = own else { return };
        if let Err(error) = device::keep(&self.folder, device, self.secrets.as_ref(), files::replace) {
            self.log.error(&format!("device.not_kept device_id={} {error}", device.id));
        }
    }

    fn use_device(&self, activated: Activated, own: &mut Option<Activated>) {
        self.log.info(&format!("device.set device_id={}", activated.device.id));
        *own = Some(activated);
        *self.unreadable.write() = None;
        *self.config.write() = ConfigState::default();
        self.forget_refusal();
    }

    /// Whether the device is on disk. If not, it is lost when the program ends.
    pub fn is_device_saved(&self) -> bool {
        self.unsaved.lock().is_none()
    }

    /// Tries again to save a device that could not be saved, once in a while.
    pub(super) fn save_device_later(&self) {
        // In this order, as an activation takes them.
        let own = self.device.read();
        let mut unsaved = self.unsaved.lock();
        let Some((device, tried)) = unsaved.as_mut().filter(|(_, tried)| tried.elapsed() >= PAUSE) else {
            return;
        };
        *tried = Instant::now();
        if self.save_device(device, own.as_ref(), files::replace_at_once).is_ok() {
            self.log.info(&format!("device.saved device_id={}", device.id));
            *unsaved = None;
        }
    }

    /// Tries for the last time, and harder.
    pub(super) fn save_device_at_last(&self) {
        let unsaved = self.unsaved.lock().take();
        if let Some((device, _)) = unsaved {
            match self.save_device(&device, self.device.read().as_ref(), files::replace) {
                Ok(()) => self.log.info(&format!("device.saved device_id={}", device.id)),
                Err(error) => self.log.error(&format!("device.lost device_id={} {error}", device.id)),
            }
        }
    }

    fn activation_lost(&self, reason: Error) -> Error {
        self.log.error(&format!("activation.lost the code may be used up: {}", chain(&reason)));
        Error::ActivationLost(Box::new(reason))
    }
}
