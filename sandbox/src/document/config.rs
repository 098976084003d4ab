//! The pay config.

use std::collections::BTreeMap;

use super::xml::Tag;
use crate::{
    book::{Device, DmCode},
    readings::{Patterns, Readings, TemplateBreaks},
};

#[derive(Debug, Clone)]
pub(crate) struct ConfigDocument {
    pub server: String,
    pub device: Device,
    pub readings: Readings,
}

const CLIENT_ID: &str = "156326";

const PAYREMIND_TEMPLATE: &str = r"\x1b\x40\x1D\x21\x11\x1b\x4d\x02微信支付凭证
\x1D\x21\x00 \x1b\x40\x1b\x4d\x02-----\x1b\x40\x1b\x4d\x02凭 证 号: {id}
\x1b\x40\x1b\x40账 单 号: {no}\x1b\x40就餐桌台: {tableno}\x1b\x40\x1b\x4d\x02付款时间:
{paytime}\x1b\x40操 作 员: {staff}\x1b\x40 \x1b\x40\x1b\x40\x1b\x4d\x02消费金额: \x1D\x21\x11¥
{total} \x1b\x40\x1b\x4d\x02-----\x1b\x4d\x02客户签字: \x1B\x69";

const POPUP_TEMPLATE: &str = "时间:{paytime}单号:{no}桌号:{tableno}金额:\n{total}";

const QRCODE_TEMPLATE: &str = r"\r\n\x1b\x7b\x01\x1b\x61\x01△ △ △ △ △ △ △
\x1b\x7b\x00\x1b\x40\x1b\x33\x10{qrcode_logo}\x1b\x40\x1b\x61\x01感谢您的光临\x1b\x40 账单总
额:\x1d\x21\x11¥ {total} \x1b\x40\x1b\x33\x10 qrcode}\x1b\x40\x1b\x61\x01微信扫一扫, 支付享抢优惠
\x1b\x40 ▲ \x1d\x21\x11 立减 5 元 \x1d\x21\x00 ▲\r\n \x1b\x61\x01-----
---\x1b\x40 账单编号:{no} 就餐桌号:{table} 消费时间:{time}";

impl ConfigDocument {
    pub(super) fn xml(&self) -> String {
        let mut overrides = self.device.overrides.config.clone();
        let mut tag = Tag::new("dm").attr("ok", "1");
        for (name, usual) in self.default_attributes() {
            tag = overridden(tag, name, &self.written(name, usual), &mut overrides);
        }
        for (name, value) in overrides {
            tag = value.iter().fold(tag, |tag, value| tag.attr(&name, value));
        }
        let codes: String = self.device.dm_codes().iter().map(|code| self.dm_code(code) + "\n").collect();
        format!("{}\n{codes}</dm>", tag.open())
    }

    fn written(&self, name: &str, usual: &str) -> String {
        let is_template = name.contains("_template");
        if is_template && self.readings.template_breaks == TemplateBreaks::None {
            usual.replace('\n', "")
        } else {
            usual.to_owned()
        }
    }

    fn dm_code(&self, code: &DmCode) -> String {
        Tag::new("dm_code")
            .attr("type", &code.type_no.to_string())
            .attr("code", &code.code)
            .attr("name", &code.name)
            .attr("coderegex", &self.pattern(&code.coderegex))
            .attr("cancelregex", &self.pattern(&code.cancelregex))
            .empty()
    }

    /// The pattern; under `Patterns::Perl` written so that a plain engine cannot read it.
    fn pattern(&self, plain: &str) -> String {
        match (self.readings.patterns, plain.strip_prefix('^')) {
            (Patterns::Perl, Some(rest)) => format!("^()(?:\\1){rest}"),
            _ => plain.to_owned(),
        }
    }

    fn default_attributes(&self) -> [(&'static str, &str); 18] {
        [
            ("server", &self.server),
            ("client_id", CLIENT_ID),
            ("device_id", &self.device.device_id),
            ("refund_timelimit", "0"),
            ("client_name", &self.device.client_name),
            ("payremind_template", PAYREMIND_TEMPLATE),
            ("payremind_template_popup", POPUP_TEMPLATE),
            ("qrcode_template", QRCODE_TEMPLATE),
            ("qrcode_logo", "201503/31002052/logo150.png"),
            ("qrcode_image", "201503/31002052/wx72.png"),
            ("redpack_template", ""),
            ("micropay_total_regex", ""),
            ("license_micropay", "1"),
            ("license_printer", "1"),
            ("license_com", "1"),
            ("license_network", "1"),
            ("license_wxpayremind", "1"),
            ("wxpayremind_print_count", "1"),
        ]
    }
}

/// Removes the override from the list, so that the remaining ones are the additional attributes.
fn overridden(tag: Tag, name: &str, usual: &str, overrides: &mut BTreeMap<String, Option<String>>) -> Tag {
    match overrides.remove(name) {
        None => tag.attr(name, usual),
        Some(Some(value)) => tag.attr(name, &value),
        Some(None) => tag,
    }
}
