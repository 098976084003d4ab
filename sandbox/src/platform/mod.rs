//! The platform's rules: what each call does to the book, and the response to it.

mod activate;
mod arrival;
mod config;
mod micropay;
mod params;
mod query;
mod read;
mod refund;
mod refusal;
mod reprint;
mod settle;
pub(crate) mod sign;
mod time;

use std::time::Duration;

use crate::{
    book::{Book, BookError, Device},
    call::Call,
    document::{Brief, Document},
    moment::Moment,
    readings::Refusals,
    settings::Settings,
};

pub(crate) use activate::new_device;
pub(crate) use arrival::Arrival;
pub use params::Params;
pub(crate) use refund::make_refund;
pub(crate) use refusal::{Refusal, Stop};
pub(crate) use settle::set_outcome;
pub use settle::{BillOutcome, PhoneAnswer};

/// The book, and the rules that apply to it.
#[derive(Debug)]
pub(crate) struct Platform {
    pub book: Book,
    pub settings: Settings,
    /// The listening address, for tills that send no `Host` header.
    pub base: String,
}

impl Platform {
    /// Processes the request and returns the response. A platform that lags shows bills as they were that
    /// long ago.
    pub(crate) fn answer(
        &self,
        arrival: &Arrival,
        now: Moment,
        lag: Option<Duration>,
    ) -> Result<Document, BookError> {
        let seen = lag.map(|lag| self.shown(now).minus(lag));
        self.book.atomically(|| {
            self.settle_due(now)?;
            match self.obey(arrival, now, seen) {
                Ok(document) => Ok(document),
                Err(Stop::Refused(refusal)) => Ok(self.refusal(arrival.call, &refusal)),
                Err(Stop::Book(error)) => Err(error),
            }
        })
    }

    fn obey(&self, arrival: &Arrival, now: Moment, seen: Option<Moment>) -> Result<Document, Stop> {
        let params = arrival.params.as_ref().map_err(Refusal::clone)?;
        params.refuse_duplicates()?;
        match arrival.call {
            Call::Activate => self.activate(params),
            Call::Config => self.config(params, arrival.host.as_deref()),
            Call::Time => self.time(params, now),
            Call::Micropay => self.micropay(params, now),
            Call::Query => self.query(params, seen),
            Call::Refund => self.refund(params, now),
            Call::Read => self.read(params, seen),
            Call::Reprint => self.reprint(params),
            Call::Unknown => Err(Refusal::UnknownAction.into()),
        }
    }

    /// The response that refuses a request.
    fn refusal(&self, call: Call, refusal: &Refusal) -> Document {
        Document::Brief(match self.settings.readings.refusals {
            Refusals::Document => Brief::refusal(call, refusal),
            Refusals::Other => Brief::refusal(call, &refusal.otherwise()),
        })
    }

    /// The device that a payment call names, if the call is signed with its key.
    fn signing_device(&self, params: &Params) -> Result<Device, Stop> {
        let device_id = params.required("device_id")?;
        let device = self.book.device(device_id)?.ok_or(Refusal::UnknownDevice)?;
        sign::check_payment(params, &device.key, &self.settings.readings)?;
        Ok(device)
    }

    /// The platform's own clock.
    pub(crate) fn shown(&self, now: Moment) -> Moment {
        now.plus_seconds(self.settings.clock_skew_s)
    }
}
