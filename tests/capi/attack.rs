//! What an adversary made the platform say, and when, to get a wrong verdict. Each of these did once.

use wsy_sandbox::{Call, DmId, Fault, FaultOrder, Fen};

use crate::codes;
use crate::shop::{Setup, Shop, eventually};
use crate::till::NONE;

fn body(attributes: &str, inner: &str) -> String {
    format!("<dm {attributes}>{inner}</dm>")
}

fn says(info: &str) -> Fault {
    Fault::Answer { body: body(&format!("ok=\"0\" info=\"{info}\""), "") }
}

/// A bill of 10 yuan without refunds.
fn unrefunded(dm_id: &str) -> Fault {
    Fault::Answer {
        body: body(&format!("ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"10.00\""), ""),
    }
}

#[test]
fn a_refund_is_not_declined_by_an_answer_about_another_order() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let other = body("ok=\"0\" info=\"超过退款期限\" dm_id=\"dm999999\"", "");
    shop.once(Call::Refund, Fault::AnswerAfter { body: other });
    // The bill lags.
    shop.control.add_fault(FaultOrder::once(Call::Read, unrefunded(&dm_id)).after(1).times(5));
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn the_decline_of_a_refund_survives_a_kill() {
    let mut shop = Setup::default().open();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.once(Call::Refund, says("超过退款期限"));
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let _lost = shop.till.refund_aside("R1", "B1", 300, NONE);
    eventually("the bill is read again", || shop.sent(Call::Read).len() > 1);
    shop.till.driver.kill();
    shop.control.clear_faults();
    shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(300)).unwrap();
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.refund("R1", "B1", 300, NONE).is(codes::UNKNOWN).text("state"), "conflict");
}

#[test]
fn a_bill_that_is_read_without_its_payment_is_not_refunded() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let empty = body(&format!("ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"0.00\""), "");
    shop.once(Call::Read, Fault::Answer { body: empty });
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.agree();
}
