//! Receipts from the ledger alone: the platform sent none, or cannot be reached.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use tempfile::TempDir;
use wsy::driver;
use wsy::driver::Store;
use wsy::payment::policy::Policy;
use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::{Placeholders, screen};
use wsy::protocol::request::{Device, Extra, Goods};
use wsy::till::secret_store::FilePermissions;
use wsy::till::{
    ChargeRequest, ChargeVerdict, Error, Insist, Options, RefundRequest, RefundVerdict, Slip, Till, Which,
};
use wsy_sandbox::{Behaviour, NewAuthCode, NewDevice, Sandbox};

struct Shop {
    till: Arc<Till>,
    sandbox: Sandbox,
    _home: TempDir,
}

impl Shop {
    /// A till whose config has these attributes.
    fn open(config: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(wsy_sandbox::Options::default()).unwrap();
        let device = sandbox.control().add_device(NewDevice::default()).unwrap();
        for (name, value) in config {
            sandbox.control().set_config(&device.device_id, name, Some(value)).unwrap();
        }
        let home = tempfile::Builder::new().prefix("a till ").tempdir().unwrap();
        let mut options = Options::default();
        options.http.base = sandbox.base();
        options.policy = Policy { poll_ms: 50, first_query_ms: 20, quiet_ms: 150, ..options.policy };
        let till = Till::open(home.path(), options, Box::new(FilePermissions)).unwrap();
        till.set_device(Device::new(device.device_id, device.key)).unwrap();
        till.refresh_config().unwrap();
        Self { till, sandbox, _home: home }
    }

    fn charge(&self, out_trade_no: &str, behaviour: Behaviour, noremind: bool) -> ChargeVerdict {
        let code = self.sandbox.control().new_auth_code(&NewAuthCode::wechat(behaviour)).unwrap();
        let request = ChargeRequest {
            out_trade_no: out_trade_no.to_owned(),
            auth_code: AuthCode::parse(&code.auth_code).unwrap(),
            total: Fen::new(1234).unwrap(),
            paytype: wsy::till::PayTypeChoice::ByCode,
            goods: Goods::None,
            noremind,
            extra: Extra::default(),
            placeholders: Placeholders::default(),
            insist: Insist::No,
            deadline_ms: None,
        };
        self.till.charge(request, &self.till.cancellation_token()).unwrap().verdict
    }

    fn slip(&self, slip: Slip, copy: bool) -> String {
        screen(&self.till.slip("B1", slip, copy).unwrap())
    }

    fn dm_id(&self) -> String {
        self.till.ledger().charges("B1").unwrap()[0].dm_id.clone().unwrap().into()
    }
}

#[test]
fn a_bill_without_a_receipt_is_printed_after_the_template_when_the_platform_is_gone() {
    let shop =
        Shop::open(&[("payremind_template", r"\x1b\x40凭证\x1b\x40桌号:{tableno}\x1b\x40{id} {no} {total}")]);
    assert_eq!(shop.charge("B1", Behaviour::Pays, true), ChargeVerdict::Paid);
    let dm_id = shop.dm_id();
    let Shop { till, sandbox, _home } = shop;
    drop(sandbox);
    let receipt = |copy| screen(&till.slip("B1", Slip::Receipt, copy).unwrap());
    assert_eq!(receipt(false), format!("凭证\n{} B1 12.34", dm_id.trim_start_matches("dm")));
    assert_eq!(receipt(true), format!("补打\n{}", receipt(false)));
}

#[test]
fn the_platforms_own_receipt_comes_before_the_template() {
    let shop = Shop::open(&[("payremind_template", "模板")]);
    assert_eq!(shop.charge("B1", Behaviour::Pays, false), ChargeVerdict::Paid);
    let sent = shop.till.ledger().charges("B1").unwrap()[0].printinfo.clone().unwrap();
    assert_eq!(shop.till.slip("B1", Slip::Receipt, false).unwrap(), *sent);
    assert!(shop.slip(Slip::Receipt, true).starts_with("补打\n"));
}

#[test]
fn a_window_and_an_invitation_have_their_own_templates() {
    let shop = Shop::open(&[
        ("payremind_template_popup", "窗 {total}"),
        ("qrcode_template", "{qrcode_logo}码 {no}"),
    ]);
    assert_eq!(shop.charge("B1", Behaviour::Pays, false), ChargeVerdict::Paid);
    assert_eq!(shop.slip(Slip::Popup, false), "窗 12.34");
    assert_eq!(shop.slip(Slip::Invitation, false), "码 B1");
}

#[test]
fn an_empty_template_gives_the_plain_layout() {
    let shop = Shop::open(&[("payremind_template", ""), ("client_name", "示例小店")]);
    assert_eq!(shop.charge("B1", Behaviour::Pays, true), ChargeVerdict::Paid);
    let receipt = shop.slip(Slip::Receipt, false);
    for part in ["支付凭证", "示例小店", "账单号: B1", &shop.dm_id(), "付款方式: 微信", "￥12.34"]
    {
        assert!(receipt.contains(part), "no {part} in {receipt}");
    }
}

#[test]
fn a_bill_that_is_not_paid_has_no_receipt() {
    let shop = Shop::open(&[]);
    assert_eq!(shop.charge("B1", Behaviour::NoMoney, false), ChargeVerdict::NotPaid);
    for slip in [Slip::Receipt, Slip::Popup, Slip::Invitation] {
        assert!(matches!(
            shop.till.slip("B1", slip, false),
            Err(Error::Driver(driver::Error::BillNotPaid(_)))
        ));
        assert!(matches!(shop.till.slip("B2", slip, false), Err(Error::Driver(driver::Error::NoBill(_)))));
    }
}

#[test]
fn a_refund_has_the_platforms_receipt_and_none_before_it_is_made() {
    let shop = Shop::open(&[]);
    assert_eq!(shop.charge("B1", Behaviour::Pays, false), ChargeVerdict::Paid);
    assert!(matches!(shop.till.refund_slip("R1", false), Err(Error::Driver(driver::Error::NoBill(_)))));
    let request = RefundRequest {
        out_refund_no: "R1".to_owned(),
        bill: Which { out_trade_no: Some("B1".to_owned()), ..Which::default() },
        refund: Fen::new(40).unwrap(),
        paytype: None,
        extra: Extra::default(),
        deadline_ms: None,
    };
    let verdict = shop.till.refund(request, &shop.till.cancellation_token()).unwrap().verdict;
    assert_eq!(verdict, RefundVerdict::Refunded);
    let receipt = screen(&shop.till.refund_slip("R1", true).unwrap());
    assert!(receipt.starts_with("补打\n") && receipt.contains("0.40"), "{receipt}");
}
