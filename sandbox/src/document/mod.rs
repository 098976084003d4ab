//! The platform's responses, first as values and then as the document's text.

mod brief;
mod canvas;
mod config;
mod paid;
mod pay_element;
mod receipt;
mod refunded;
mod said;
mod statement;
mod tamper;
mod xml;

use crate::moment::Moment;

pub(crate) use brief::Brief;
pub(crate) use config::ConfigDocument;
pub(crate) use paid::{PaidDocument, Slip};
pub(crate) use receipt::Receipt;
pub(crate) use refunded::RefundedDocument;
pub(crate) use said::said;
pub(crate) use statement::Statement;
use xml::Tag;

/// A response of the platform.
#[derive(Debug, Clone)]
pub(crate) enum Document {
    Brief(Brief),
    Activated(Activated),
    Config(ConfigDocument),
    Time(Moment),
    Paid(Box<PaidDocument>),
    Refunded(Box<RefundedDocument>),
    Statement(Box<Statement>),
    Receipt(Receipt),
}

/// The till has become a device.
#[derive(Debug, Clone)]
pub(crate) struct Activated {
    pub device_id: String,
    pub key: String,
}

impl Document {
    pub(crate) fn body(&self) -> String {
        match self {
            Self::Brief(brief) => brief.xml(),
            Self::Activated(activated) => activated.xml(),
            Self::Config(config) => config.xml(),
            Self::Time(at) => Tag::new("dm").attr("ok", "1").attr("time", &at.digits()).empty(),
            Self::Paid(paid) => paid.xml(),
            Self::Refunded(refunded) => refunded.xml(),
            Self::Statement(statement) => statement.xml(),
            Self::Receipt(receipt) => receipt.text(),
        }
    }

    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Receipt(_) => "text/plain; charset=utf-8",
            _ => "text/xml; charset=utf-8",
        }
    }
}

impl Activated {
    fn xml(&self) -> String {
        Tag::new("dm")
            .attr("ok", "1")
            .attr("device_id", &self.device_id)
            .attr("key", &self.key)
            .attr("info", "设备已成功注册!")
            .empty()
    }
}
