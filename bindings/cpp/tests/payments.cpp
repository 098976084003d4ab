/* Blocking payments and refunds: every verdict, in both code pages. */
#include "runner.hpp"
#include "shop.hpp"

namespace {

const Words DECLINED("银行卡交易受限", "\xd2\xf8\xd0\xd0\xbf\xa8\xbd\xbb\xd2\xd7\xca\xdc\xcf\xde");
const Words CASHIER("收银员 7", "\xca\xd5\xd2\xf8\xd4\xb1 7");

/* An auth code that the platform would accept. */
const char *const ANY_CODE = "130000000000000999";

} /* namespace */

TEST_IN_BOTH(paid)
{
    Shop shop(page);
    const std::string code = sandbox::customer();
    const wsy::Outcome outcome = shop.till.micropay("B1", code, 1250);

    CHECK(outcome.paid() && !outcome.not_paid() && !outcome.unknown() && !outcome.pending() && !outcome.error());
    CHECK(!outcome.refunded() && !outcome.not_refunded() && !outcome.paid_earlier() && !outcome.decided() && !outcome.voided());
    CHECK_EQUAL(outcome.first_told(), outcome.text("told"));
    CHECK_EQUAL(outcome.code(), WSY_PAID);
    CHECK_EQUAL(outcome.text("money"), "moved");
    CHECK_EQUAL(outcome.text("out_trade_no"), "B1");
    CHECK_EQUAL(outcome.text("total"), "12.50");
    CHECK_EQUAL(outcome.number("total_fen"), 1250);
    CHECK_EQUAL(outcome.yuan("total_fen"), "12.50");
    CHECK_EQUAL(outcome.text("dm_id"), shop.bill(0)["dm_id"].text());
    CHECK_EQUAL(shop.bill(0)["auth_code"].text(), code);
    CHECK_EQUAL(shop.taken(), 1250);
}

TEST(a_bill_is_reported_as_paid_once_and_not_charged_again)
{
    Shop shop;
    wsy::Outcome outcome = shop.sell("B1", 100);
    const std::string told = outcome.text("told");

    CHECK(outcome.paid() && told != "");
    outcome = shop.sell("B1", 100);
    CHECK(outcome.paid_earlier() && !outcome.paid() && !outcome.error());
    CHECK_EQUAL(outcome.code(), WSY_PAID_EARLIER);
    CHECK_EQUAL(outcome.first_told(), told);
    CHECK_EQUAL(shop.sent("micropay"), 1u);
}

TEST_IN_BOTH(a_person_decides_what_stays_unknown)
{
    Shop shop(page);
    const wsy::Params in_a_moment = soon(page);
    wsy::Outcome outcome = shop.till.micropay("B1", sandbox::customer("never_answers"), 100, &in_a_moment);

    CHECK(outcome.unknown());
    CHECK_EQUAL(shop.till.decide("B1", "maybe", "me", "so").code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.decide("B1", "paid", "", "so").code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.decide("B9", "paid", "me", "so").code(), WSY_ERR_NO_BILL);
    EVENTUALLY(shop.till.decide("B1", "not_paid", CASHIER.in(page), "so", 1).ok());
    CHECK_EQUAL(shop.till.find("B1").text("state"), "decided_not_paid");
    outcome = shop.till.settle("B1");
    CHECK(outcome.decided() && !outcome.not_paid() && !outcome.error());
    CHECK_EQUAL(outcome.decision(), "not_paid");
    CHECK_EQUAL(outcome.text("decided_by"), CASHIER.in(page));
    CHECK_EQUAL(outcome.text("money"), "decided");
    CHECK_EQUAL(shop.till.decide("B1", "paid", "me", "so").code(), WSY_ERR_NOT_OPEN);
    CHECK_EQUAL(shop.till.decide_refund("R9", "refunded", "me", "so").code(), WSY_ERR_NO_BILL);
    CHECK(shop.sell("B1", 100).paid());
}

TEST_IN_BOTH(not_paid)
{
    Shop shop(page);
    const std::string code = sandbox::customer("declines", ",\"reason\":\"" + DECLINED.in(wsy::utf8) + "\"");
    const wsy::Outcome outcome = shop.till.micropay("B1", code, 100);

    CHECK(outcome.not_paid() && !outcome.paid() && !outcome.unknown() && !outcome.error());
    CHECK_EQUAL(outcome.text("money"), "not_moved");
    CHECK(outcome.text("reason").find(DECLINED.in(page)) != std::string::npos);
    CHECK(shop.sell("B1", 100).paid());
    CHECK_EQUAL(shop.taken(), 100);
}

TEST_IN_BOTH(unknown_and_then_settled)
{
    Shop shop(page);
    const wsy::Params in_a_moment = soon(page);
    const wsy::Outcome outcome = shop.till.micropay("B1", sandbox::customer("never_answers"), 100, &in_a_moment);

    CHECK(outcome.unknown() && !outcome.paid() && !outcome.not_paid() && !outcome.error());
    CHECK_EQUAL(outcome.text("money"), "may_have_moved");
    CHECK_EQUAL(outcome.text("state"), "open");
    CHECK_EQUAL(shop.sell("B1", 100).code(), WSY_ERR_STILL_OPEN);
    CHECK(shop.till.settle("B1", &in_a_moment).unknown());
    sandbox::decide(shop.bill(0)["dm_id"].text(), "paid");
    CHECK(shop.till.settle("B1").paid());
    CHECK(shop.till.settle("B1").paid_earlier());
    CHECK_EQUAL(shop.taken(), 100);
}

TEST(a_response_that_is_lost_is_found_again)
{
    Shop shop;

    sandbox::fault("micropay", "response_lost");
    CHECK(shop.sell("B1", 100).paid());
    sandbox::fault("micropay", "request_lost");
    CHECK(shop.sell("B2", 100).not_paid());
    CHECK_EQUAL(shop.taken(), 100);
}

TEST_IN_BOTH(further_parameters_are_sent)
{
    Shop shop(page);
    wsy::Params params(page);

    params.set("operator_id", CASHIER.in(page)).set("info", "x").set("info", "").set_number("deadline_ms", 9000);
    CHECK_EQUAL(params.code(), WSY_OK);
    CHECK(shop.till.micropay("B1", sandbox::customer(), 100, &params).paid());
    CHECK_EQUAL(shop.sent_parameter("micropay", "operator_id"), CASHIER.in(wsy::utf8));
    CHECK_EQUAL(shop.sent_parameter("micropay", "info"), "");
    CHECK_EQUAL(shop.sent_parameter("micropay", "deadline_ms"), "");
    CHECK(shop.till.micropay("B2", sandbox::customer(), 100, &params).paid());
}

TEST_IN_BOTH(errors_say_what_is_wrong_and_send_nothing)
{
    struct {
        int32_t code;
        const char *out_trade_no, *auth_code;
        int32_t fen;
    } const wrong[] = {
        {WSY_ERR_AUTH_CODE, "B2", "12", 100},
        {WSY_ERR_AMOUNT, "B2", ANY_CODE, 0},
        {WSY_ERR_AMOUNT, "B2", ANY_CODE, -1},
        {WSY_ERR_AMOUNT_DIFFERS, "B1", ANY_CODE, 101},
        {WSY_ERR_OUT_TRADE_NO, "", ANY_CODE, 100},
        {WSY_ERR_PAY_TYPE, "B2", "999999999999999999", 100},
    };
    Shop shop(page);
    wsy::Payment payment;

    shop.sell("B1", 100);
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        const wsy::Outcome outcome =
            shop.till.micropay(wrong[index].out_trade_no, wrong[index].auth_code, wrong[index].fen);

        CHECK_EQUAL(outcome.code(), wrong[index].code);
        CHECK(outcome.error() && !outcome.paid() && !outcome.not_paid() && !outcome.unknown());
        CHECK_EQUAL(outcome.number("code"), wrong[index].code);
        CHECK_EQUAL(outcome.explain(wsy::en), outcome.text("message_en") + " " + outcome.text("advice_en"));
        CHECK_EQUAL(outcome.explain(wsy::zh), outcome.text("message_zh") + outcome.text("advice_zh"));
        CHECK(outcome.text("message_zh") != "" && outcome.text("advice_zh") != "" && outcome.text("message_en") != "");
        CHECK_EQUAL(shop.till
                        .micropay_start(wrong[index].out_trade_no, wrong[index].auth_code, wrong[index].fen, payment)
                        .code(),
                    wrong[index].code);
        CHECK(payment.handle() == NULL);
    }
    CHECK_EQUAL(shop.till.micropay("B2", shop.bill(0)["auth_code"].text(), 100).code(), WSY_ERR_AUTH_CODE_USED);
    CHECK_EQUAL(shop.sent("micropay"), 1u);
}

TEST(no_network_is_an_error_and_nothing_was_sent)
{
    Shop shop;
    wsy::Outcome outcome;

    sandbox::control("PUT", "settings", "{\"server\":\"http://127.0.0.1:1\"}");
    CHECK(shop.till.config(true).ok());
    outcome = shop.till.micropay("B1", ANY_CODE, 100);
    CHECK_EQUAL(outcome.code(), WSY_ERR_NOT_SENT);
    CHECK(outcome.error());
    CHECK_EQUAL(outcome.text("money"), "not_moved");
}

TEST_IN_BOTH(void_of_every_kind)
{
    Shop shop(page);
    const wsy::Params in_a_moment = soon(page);

    CHECK(shop.sell("B1", 100).paid());
    {
        const wsy::Outcome outcome = shop.till.void_bill("B1");

        CHECK(outcome.refunded() && !outcome.not_refunded() && !outcome.paid() && !outcome.error());
        CHECK_EQUAL(outcome.number("refund_fen"), 100);
    }
    CHECK_EQUAL(shop.till.settle("B1").code(), WSY_ERR_ALREADY_REFUNDED);
    CHECK(shop.till.micropay("B2", sandbox::customer("no_money"), 100).not_paid());
    CHECK(shop.till.void_bill("B2").not_paid());
    CHECK(shop.till.micropay("B3", sandbox::customer("never_answers"), 100, &in_a_moment).unknown());
    CHECK(shop.till.void_bill("B3", &in_a_moment).unknown());
    CHECK(shop.sell("B4", 100).paid());
    sandbox::fault("refund", "request_lost");
    CHECK(shop.till.void_bill("B4").not_refunded());
    CHECK_EQUAL(shop.till.void_bill("B5").code(), WSY_ERR_NO_BILL);
    CHECK_EQUAL(shop.taken(), 100);
}

TEST_IN_BOTH(refunds_of_every_kind)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 500);
    const wsy::Outcome refunded = shop.till.refund("R1", "B1", NULL, 200);

    CHECK(refunded.refunded() && !refunded.unknown() && !refunded.error());
    CHECK_EQUAL(refunded.code(), WSY_REFUNDED);
    CHECK_EQUAL(refunded.text("money"), "moved");
    CHECK_EQUAL(refunded.yuan("refund_fen"), refunded.text("refund"));
    CHECK(shop.till.refund("R1", "B1", NULL, 200).refunded());
    CHECK_EQUAL(shop.sent("refund"), 1u);
    CHECK(shop.till.refund("R2", NULL, sold.text("dm_id"), 100).refunded());
    sandbox::fault("refund", "request_lost");
    {
        const wsy::Outcome outcome = shop.till.refund("R3", "B1", NULL, 100);

        CHECK(outcome.not_refunded() && !outcome.refunded() && !outcome.unknown() && !outcome.error());
    }
    {
        const wsy::Outcome outcome = shop.till.refund("R4", "B1", NULL, 201);

        CHECK_EQUAL(outcome.code(), WSY_ERR_REFUND_TOO_MUCH);
        CHECK_EQUAL(outcome.number("refundable_fen"), 200);
    }
    CHECK_EQUAL(shop.till.refund("R1", "B1", NULL, 199).code(), WSY_ERR_REFUND_DIFFERS);
    CHECK_EQUAL(shop.till.refund("void-1", "B1", NULL, 1).code(), WSY_ERR_OUT_REFUND_NO);
    CHECK_EQUAL(shop.till.refund("R5", "B1", NULL, 0).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.taken(), 200);
}

TEST(a_refund_that_is_unknown_is_read_again_under_the_same_number)
{
    Shop shop;
    wsy::Payment payment;
    wsy::Outcome outcome;

    CHECK(shop.sell("B1", 500).paid());
    sandbox::fault("refund", "held");
    CHECK(shop.till.refund_start("R1", "B1", NULL, 200, payment).pending());
    EVENTUALLY(shop.sent("refund") == 1);
    sandbox::fault("read", "html", "null");
    sandbox::control("DELETE", "faults/refund/held", "");
    EVENTUALLY(shop.sent("read") > 1);
    CHECK_EQUAL(payment.cancel(), WSY_OK);
    EVENTUALLY(!(outcome = payment.wait(1000)).pending());
    CHECK(outcome.unknown() && !outcome.refunded() && !outcome.not_refunded());
    {
        const wsy::Reply unresolved = shop.till.unresolved();

        CHECK_EQUAL(unresolved.item("refund", 0).text("out_refund_no"), "R1");
    }
    sandbox::reset();
    CHECK(shop.till.refund("R1", "B1", NULL, 200).refunded());
    CHECK_EQUAL(shop.sent("refund"), 1u);
}

TEST(single_queries)
{
    Shop shop;
    const wsy::Params in_a_moment = soon(wsy::utf8);
    const std::string code = sandbox::customer(), waiting = sandbox::customer("never_answers");
    const wsy::Outcome sold = shop.till.micropay("B1", code, 100);
    wsy::Params params(wsy::utf8);

    params.set_number("noremind", 1);
    {
        const wsy::Reply asked = shop.till.query_auth_code(code, 100);

        CHECK(asked.ok());
        CHECK_EQUAL(asked.text("state"), "was_paid");
        CHECK_EQUAL(asked.text("money"), "not_moved");
    }
    CHECK_EQUAL(shop.till.query_auth_code(code, 101, &params).text("state"), "differs");
    CHECK_EQUAL(shop.till.query_order(sold.text("dm_id"), 100, &params).text("state"), "was_paid");
    CHECK(shop.till.micropay("B2", waiting, 100, &in_a_moment).unknown());
    CHECK_EQUAL(shop.till.query_auth_code(waiting, 100).text("state"), "paying");
    sandbox::decide(shop.bill(1)["dm_id"].text(), "failed");
    CHECK_EQUAL(shop.till.query_order(shop.bill(1)["dm_id"].text(), 100).text("state"), "failed");
    CHECK_EQUAL(shop.till.query_auth_code("x", 100).code(), WSY_ERR_AUTH_CODE);
}
