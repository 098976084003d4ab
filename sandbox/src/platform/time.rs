//! The platform's clock.

use super::{Params, Platform, Stop, sign};
use crate::{document::Document, moment::Moment};

impl Platform {
    /// The sign needs no secret and the document knows no other error, so any device number may ask.
    pub(super) fn time(&self, params: &Params, now: Moment) -> Result<Document, Stop> {
        let device_id = params.required("device_id")?;
        sign::check_time(device_id, params.required("sign")?)?;
        Ok(Document::Time(self.shown(now)))
    }
}
