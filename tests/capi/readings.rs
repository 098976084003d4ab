//! A platform that reads its document otherwise than the library expects, and the option that mends it.

use wsy_sandbox::{Call, Readings, Refusals, Settings};

use crate::activation::new_key;
use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::NONE;

fn read(shop: &Shop, change: impl FnOnce(&mut Readings)) {
    let mut settings = Settings::default();
    change(&mut settings.readings);
    shop.control.set_settings(settings);
}

#[test]
fn a_refusal_of_the_device_in_other_words_is_known_once_it_is_named() {
    let mut shop = Setup::default().option("device_sentences", "终端未授权\n验签未通过").open();
    read(&shop, |all| all.refusals = Refusals::Other);
    shop.sell("B1", 100);
    new_key(&shop, "another");
    let refused = shop.till.micropay("B2", &shop.wechat(), 100, &[("deadline_ms", "1")]);
    assert_ne!(refused.code, codes::PAID);
    let payments = shop.sent(Call::Micropay).len();
    shop.till.micropay("B3", &shop.wechat(), 100, NONE).is(codes::ERR_ACTIVATE_AGAIN);
    assert_eq!(shop.sent(Call::Micropay).len(), payments);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).text("config_refusal"), "device");
}
