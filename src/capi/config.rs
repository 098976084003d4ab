//! The pay config.

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::till::code::Code;
use crate::till::{ConfigSource, Error, Refusal, Till, clock};

/// Reads the pay config (section 2): the one in use, or a new one from the platform.
///
/// refresh: 0 for the config in use, with nothing sent; 1 to read it from the platform now, as the document
///          asks after changes in the back office.
/// reply:   NULL, or receives a reply with
///   device_id           this till's device; empty until activated
///   config_source       "platform", "file" (the platform could not be reached) or "none"
///   config_refusal      "device" if the platform does not accept this device or its key, "server" if it has
///                       moved to a server that is not allowed; nothing is charged until a valid config
///                       arrives. Empty otherwise
///   config_refusal_info the platform's sentence, or that server
///   config_age_s, config_time (Beijing)
///                       the age of the config in seconds, and when it was read
///   and every attribute of the platform's response under its own name, such as server, client_name,
///   license_micropay and payremind_template; and the list "dm_code" of payment types with type, code, name,
///   coderegex and cancelregex
///
/// Threads: any. With refresh 1 blocks as long as wsy_open.
///
/// Returns WSY_OK, WSY_ERR_HANDLE or WSY_ERR_ARGUMENT; with refresh 0 also WSY_ERR_NO_CONFIG; with refresh 1
/// also WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_REFUSED,
/// WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE or WSY_ERR_BAD_RESPONSE (also for the config of another device), after
/// which the config in use stays.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads the pay config; with refresh 1 from the platform now.
/// 支付配置；refresh 为 1 时重新向平台读取。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_config(
    client: *mut wsy_client,
    refresh: i32,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let read = match refresh {
            0 => client.till.config().ok_or(Error::NoConfig(None)),
            1 => client.till.refresh_config(),
            _ => return Err(Code::Argument.into()),
        };
        let draft = read.map_or_else(|error| Draft::from(&error), |_| Draft::new(Code::Ok));
        Ok(with_config(draft, &client.till))
    })
}

/// The reply to a call that has changed the config.
pub(super) fn configured(till: &Till) -> Draft {
    with_config(Draft::new(Code::Ok), till)
}

fn with_config(draft: Draft, till: &Till) -> Draft {
    draft.fields(config_fields(till)).list(names::LIST_DM_CODE, pay_types(till))
}

/// The fields of the config in use.
pub(super) fn config_fields(till: &Till) -> Fields {
    let refusal = till.refusal();
    let (refused, said) = refusal.as_ref().map_or_else(Default::default, Refusal::parts);
    let fields = Fields::default()
        .with(names::DEVICE_ID, till.device_id())
        .with(names::CONFIG_REFUSAL, refused.to_owned())
        .with(names::CONFIG_REFUSAL_INFO, said.to_owned());
    let Some(known) = till.config() else { return fields.with(names::CONFIG_SOURCE, "none") };
    let source = match known.source {
        ConfigSource::Platform => "platform",
        ConfigSource::File => "file",
    };
    fields
        .with(names::CONFIG_SOURCE, source)
        .with(names::CONFIG_AGE_S, known.age_s())
        .with(names::CONFIG_TIME, clock::stamp(known.read_ms))
        .and(Fields::as_named(&known.config.attributes))
}

/// The payment types of the config in use.
pub(super) fn pay_types(till: &Till) -> Vec<Fields> {
    let known = till.config();
    let types = known.iter().flat_map(|known| &known.config.pay_types);
    types.map(|pay_type| Fields::as_named(&pay_type.attributes)).collect()
}
