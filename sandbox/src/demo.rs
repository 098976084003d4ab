//! A book to try out: one device, one activation code, and a customer of every kind.

use crate::{
    book::Behaviour,
    control::{Control, ControlResult, NewAuthCode, NewDevice},
};

/// Published in the protocol document.
const ACTIVATION_CODE: &str = "24901320180424";
const DEVICE_ID: &str = "57206";
/// Published in the protocol document.
const DEVICE_KEY: &str = "8df7975ac2c8eca932a0d2802b27945f5757494b";

const PASSWORD_MS: u64 = 8000;

/// Does nothing to a book that has the demo's device already, because its codes may be used.
pub(crate) fn seed(control: &Control) -> ControlResult<()> {
    if control.book()?.devices.iter().any(|device| device.device_id == DEVICE_ID) {
        return Ok(());
    }
    control.activation_code(Some(ACTIVATION_CODE))?;
    control.add_device(NewDevice {
        device_id: Some(DEVICE_ID.into()),
        key: Some(DEVICE_KEY.into()),
        ..NewDevice::default()
    })?;
    for (auth_code, customer) in customers() {
        control.set_auth_code(auth_code, &customer)?;
    }
    Ok(())
}

fn customers() -> [(&'static str, NewAuthCode); 6] {
    let reason = "银行卡交易受限".to_owned();
    [
        ("130000000000000001", NewAuthCode::wechat(Behaviour::Pays)),
        ("280000000000000001", NewAuthCode::alipay(Behaviour::Pays)),
        ("130000000000000002", NewAuthCode::wechat(Behaviour::AsksPassword { ms: PASSWORD_MS })),
        ("130000000000000003", NewAuthCode::wechat(Behaviour::CancelsPassword { ms: PASSWORD_MS })),
        ("130000000000000004", NewAuthCode::wechat(Behaviour::Declines { reason })),
        ("130000000000000005", NewAuthCode::wechat(Behaviour::NeverAnswers)),
    ]
}
