//! A response in the words of a fault.

use super::xml::{Tag, dm_end, element};
use crate::{
    dm_id::DmId,
    fault::{NamedBill, Says},
};

/// The text of the response. `own` is the bill that the request is about, if it exists.
pub(crate) fn said(says: &Says, own: Option<DmId>) -> String {
    let dm_id = match &says.dm_id {
        None => None,
        Some(NamedBill::Own) => own.map(|dm_id| dm_id.to_string()),
        Some(NamedBill::Number(text)) => Some(text.clone()),
    };
    let head = Tag::new("dm").attr("ok", &says.ok).attr("info", &says.info);
    let head = dm_id.iter().fold(head, |tag, dm_id| tag.attr("dm_id", dm_id));
    let head = says.attributes.iter().fold(head, |tag, (name, value)| tag.attr(name, value));
    match &says.element {
        None => head.empty(),
        Some(ok) => format!("{}\n{}\n{}", head.open(), element("ok", ok), dm_end(true)),
    }
}
