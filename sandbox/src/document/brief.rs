//! Responses of one empty element: refusals, failures, and "not yet".

use std::fmt::Display;

use super::xml::Tag;
use crate::{call::Call, dm_id::DmId};

#[derive(Debug, Clone)]
pub(crate) struct Brief {
    ok: &'static str,
    info: String,
    pub(super) dm_id: Option<String>,
}

impl Brief {
    /// An error of the request. It names no bill, because none was touched.
    pub(crate) fn refusal(call: Call, why: &dyn Display) -> Self {
        let ok = if call == Call::Config { "-1" } else { "0" };
        Self { ok, info: why.to_string(), dm_id: None }
    }

    /// A bill that failed.
    pub(crate) fn failed(dm_id: DmId, info: &str) -> Self {
        Self { ok: "0", info: info.to_owned(), dm_id: Some(dm_id.to_string()) }
    }

    /// The customer is entering the password.
    pub(crate) fn still_paying(dm_id: Option<String>) -> Self {
        Self { ok: "-1", info: "用户支付中，等待用户输入密码".into(), dm_id }
    }

    pub(super) fn xml(&self) -> String {
        let tag = Tag::new("dm").attr("ok", self.ok).attr("info", &self.info);
        match &self.dm_id {
            Some(dm_id) => tag.attr("dm_id", dm_id).empty(),
            None => tag.empty(),
        }
    }
}
