//! The platform's clock.

use super::{Params, Platform, Stop, sign};
use crate::{answer::Answer, moment::Moment};

impl Platform {
    /// The sign needs no secret and the document knows no other error, so any device number may ask.
    pub(super) fn time(&self, params: &Params, now: Moment) -> Result<Answer, Stop> {
        let device_id = params.required("device_id")?;
        sign::check_time(device_id, params.required("sign")?)?;
        Ok(Answer::Time(self.shown(now)))
    }
}
