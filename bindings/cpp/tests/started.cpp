/* Payments, refunds and reconciliations in the background, while the screen stays responsive. */
#include "runner.hpp"
#include "shop.hpp"

namespace {

const Words PASSWORD("等待顾客输入密码", "\xb5\xc8\xb4\xfd\xb9\xcb\xbf\xcd\xca\xe4\xc8\xeb\xc3\xdc\xc2\xeb");

bool begins_with(const std::string &text, const std::string &beginning)
{
    return text.compare(0, beginning.size(), beginning) == 0;
}

/* How a started payment or refund ends. */
wsy::Outcome end_of(const wsy::Payment &payment)
{
    const runner::Deadline deadline;
    wsy::Outcome outcome = payment.wait(0);

    while (outcome.pending() && deadline.wait())
        outcome = payment.wait(50);
    return wsy::transfer(outcome);
}

/* The state of a charge in the day's list. */
std::string state(const Shop &shop, const std::string &number)
{
    const wsy::Reply day = shop.till.day();
    const std::vector<wsy::Item> charges = day.items("charge");

    for (size_t index = 0; index < charges.size(); index++) {
        if (charges[index].text("out_trade_no") == number)
            return charges[index].text("state");
    }
    return "";
}

} /* namespace */

TEST_IN_BOTH(a_payment_is_pending_until_it_ends_and_then_says_the_same_for_ever)
{
    Shop shop(page);
    const std::string code = sandbox::customer("never_answers");
    wsy::Payment payment;
    wsy::Outcome outcome = shop.till.micropay_start("B1", code, 100, payment);

    CHECK(outcome.pending() && !outcome.paid() && !outcome.unknown() && !outcome.error());
    CHECK(payment.poll().pending());
    CHECK(!payment.poll().has_fields());
    EVENTUALLY(begins_with(payment.text(wsy::zh), PASSWORD.in(page)));
    CHECK(begins_with(payment.text(wsy::en), "Waiting for the customer's password"));
    CHECK(payment.wait(1).pending());
    shop.all_pay();
    outcome = end_of(payment);
    CHECK(outcome.paid());
    CHECK(payment.poll().paid() && payment.wait(0).paid());
    CHECK_EQUAL(payment.poll().text("dm_id"), outcome.text("dm_id"));
    CHECK_EQUAL(payment.cancel(), WSY_OK);
    CHECK(payment.poll().paid());
    CHECK_EQUAL(payment.close(), WSY_OK);
    /* The outcome stays valid by itself. */
    CHECK_EQUAL(outcome.number("total_fen"), 100);
}

TEST(a_started_refund)
{
    Shop shop;
    wsy::Payment refund;

    CHECK(shop.sell("B1", 100).paid());
    CHECK(shop.till.refund_start("R1", "B1", NULL, 40, refund).pending());
    CHECK(end_of(refund).refunded());
    CHECK_EQUAL(refund.void_charge(), WSY_ERR_ARGUMENT);
    CHECK(refund.poll().refunded());
    /* The ledger knows how much is left; nothing is started. */
    {
        const wsy::Outcome outcome = shop.till.refund_start("R2", "B1", NULL, 61, refund);

        CHECK_EQUAL(outcome.code(), WSY_ERR_REFUND_TOO_MUCH);
        CHECK(outcome.error());
    }
    CHECK_EQUAL(shop.taken(), 60);
    /* The same object takes the next one. */
    CHECK(shop.till.refund_start("R3", "B1", NULL, 60, refund).pending());
    CHECK(end_of(refund).refunded());
    CHECK_EQUAL(shop.taken(), 0);
}

TEST(cancel_stops_the_waiting_and_undoes_nothing)
{
    Shop shop;
    wsy::Payment payment;
    wsy::Outcome outcome;

    CHECK(shop.till.micropay_start("B1", sandbox::customer("never_answers"), 100, payment).pending());
    EVENTUALLY(shop.sent("micropay") == 1);
    CHECK_EQUAL(payment.cancel(), WSY_OK);
    outcome = end_of(payment);
    CHECK(outcome.unknown() && !outcome.error());
    CHECK_EQUAL(outcome.text("state"), "open");
    shop.all_pay();
    CHECK(shop.till.settle("B1").paid());
}

TEST(cancel_before_anything_was_sent_is_an_error)
{
    Shop shop;
    wsy::Payment refund;
    wsy::Outcome outcome;

    CHECK(shop.sell("B1", 100).paid());
    sandbox::fault("read", "held");
    CHECK(shop.till.refund_start("R1", "B1", NULL, 40, refund).pending());
    EVENTUALLY(shop.sent("read") == 1);
    CHECK_EQUAL(refund.cancel(), WSY_OK);
    sandbox::reset();
    outcome = end_of(refund);
    CHECK_EQUAL(outcome.code(), WSY_ERR_CANCELLED);
    CHECK(outcome.error() && !outcome.unknown());
    CHECK_EQUAL(outcome.text("money"), "not_moved");
    CHECK_EQUAL(shop.sent("refund"), 0u);
}

TEST(void_of_a_payment_that_goes_on_and_of_one_that_has_ended)
{
    Shop shop;
    wsy::Payment payment;

    CHECK(shop.till.micropay_start("B1", sandbox::customer("asks_password", ",\"ms\":300"), 100, payment).pending());
    EVENTUALLY(shop.sent("micropay") == 1);
    CHECK_EQUAL(payment.void_charge(), WSY_OK);
    CHECK(end_of(payment).voided());
    CHECK(shop.till.micropay_start("B2", sandbox::customer(), 100, payment).pending());
    CHECK(end_of(payment).paid());
    CHECK_EQUAL(payment.void_charge(), WSY_OK);
    CHECK(end_of(payment).voided());
    CHECK_EQUAL(shop.taken(), 0);
}

TEST(a_payment_that_is_freed_goes_on_and_is_written_down)
{
    Shop shop;
    const std::string first = sandbox::customer("asks_password", ",\"ms\":200");
    const std::string second = sandbox::customer("asks_password", ",\"ms\":200");

    {
        wsy::Payment payment;

        CHECK(shop.till.micropay_start("B1", first, 100, payment).pending());
        CHECK_EQUAL(payment.close(), WSY_OK);
        CHECK(shop.till.micropay_start("B2", second, 100, payment).pending());
    }
    EVENTUALLY(state(shop, "B1") == "paid");
    EVENTUALLY(state(shop, "B2") == "paid");
}

TEST(closing_the_till_ends_what_goes_on_as_unknown)
{
    Shop shop;
    wsy::Payment payment;
    wsy::Reply again;

    CHECK(shop.till.micropay_start("B1", sandbox::customer("never_answers"), 100, payment).pending());
    EVENTUALLY(shop.sent("micropay") == 1);
    CHECK_EQUAL(shop.till.close(), WSY_OK);
    CHECK(payment.poll().unknown());
    CHECK_EQUAL(payment.void_charge(), WSY_ERR_HANDLE);
    again = shop.open();
    CHECK_EQUAL(again.number("open_charges"), 1);
}

TEST(a_reconciliation_in_the_background)
{
    Shop shop;
    wsy::Reconciliation walk;
    wsy::Reply reply;

    CHECK(shop.sell("B1", 100).paid());
    CHECK(shop.sell("B2", 100).paid());
    CHECK_EQUAL(shop.till.reconcile_start(NULL, walk).code(), WSY_PENDING);
    CHECK(walk.text(wsy::zh) != "");
    EVENTUALLY((reply = walk.wait(100)).code() != WSY_PENDING);
    CHECK(reply.ok());
    CHECK_EQUAL(reply.number("asked"), 2);
    CHECK_EQUAL(walk.poll().number("differences", -1), 0);

    sandbox::fault("read", "html");
    CHECK_EQUAL(shop.till.reconcile_start(reply.text("day"), walk).code(), WSY_PENDING);
    EVENTUALLY((reply = walk.wait(100)).code() != WSY_PENDING);
    CHECK_EQUAL(reply.code(), WSY_ERR_NO_RESPONSE);
    CHECK_EQUAL(reply.count("unanswered"), 1);

    CHECK_EQUAL(shop.till.reconcile_start("yesterday", walk).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(walk.poll().code(), WSY_ERR_NO_RESPONSE);

    sandbox::fault("read", "held");
    CHECK_EQUAL(shop.till.reconcile_start(NULL, walk).code(), WSY_PENDING);
    EVENTUALLY(shop.sent("read") > 4);
    CHECK_EQUAL(walk.cancel(), WSY_OK);
    sandbox::reset();
    EVENTUALLY((reply = walk.wait(100)).code() != WSY_PENDING);
    CHECK_EQUAL(reply.code(), WSY_ERR_CANCELLED);
}

TEST(a_recovery_while_the_till_sells)
{
    Shop shop;
    wsy::Params soon(wsy::utf8);
    wsy::Work recovery;
    wsy::Reply reply;

    soon.set_number("deadline_ms", 200);
    CHECK(shop.till.micropay("B1", sandbox::customer("never_answers"), 100, &soon).unknown());
    CHECK_EQUAL(shop.till.recover_start(recovery).code(), WSY_PENDING);
    CHECK_EQUAL(recovery.text(wsy::en).compare(0, 36, "Checking what was left open, 0 of 1,"), 0);
    CHECK(shop.sell("B2", 100).paid());
    CHECK_EQUAL(shop.till.settle("B1").code(), WSY_ERR_BUSY);
    CHECK_EQUAL(recovery.poll().code(), WSY_PENDING);
    shop.all_pay();
    EVENTUALLY((reply = recovery.wait(100)).code() != WSY_PENDING);
    CHECK(reply.ok());
    CHECK_EQUAL(reply.number("settled"), 1);
    CHECK_EQUAL(reply.number("open", -1), 0);
}

TEST(a_settling_and_a_void_in_the_background)
{
    Shop shop;
    wsy::Params soon(wsy::utf8);
    wsy::Payment payment;

    soon.set_number("deadline_ms", 200);
    CHECK(shop.till.micropay("B1", sandbox::customer("never_answers"), 100, &soon).unknown());
    CHECK(shop.till.settle_start("B1", payment).pending());
    CHECK_EQUAL(payment.cancel(), WSY_OK);
    CHECK(end_of(payment).unknown());
    CHECK(shop.till.settle_start("B1", payment).pending());
    CHECK_EQUAL(payment.void_charge(), WSY_OK);
    shop.all_pay();
    CHECK(end_of(payment).voided());
    CHECK(shop.sell("B2", 100).paid());
    CHECK(shop.till.void_start("B2", payment).pending());
    CHECK(end_of(payment).refunded());
    CHECK_EQUAL(payment.void_charge(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.void_start("B9", payment).code(), WSY_ERR_NO_BILL);
    CHECK_EQUAL(shop.taken(), 0);
}

TEST(reprinting_and_printing_in_the_background)
{
    Shop shop;
    wsy::Work work;
    wsy::Reply reply, sold;

    CHECK(shop.sell("B1", 100).paid());
    sold = shop.till.find_receipt("B1");
    CHECK_EQUAL(shop.till.reprint_start("B1", NULL, work).code(), WSY_PENDING);
    EVENTUALLY((reply = work.wait(100)).code() != WSY_PENDING);
    CHECK(reply.ok() && reply.receipt_bytes() != "");
    CHECK_EQUAL(shop.till.print_receipt_start(sold, "tcp:127.0.0.1:1", 0, work).code(), WSY_PENDING);
    EVENTUALLY((reply = work.wait(100)).code() != WSY_PENDING);
    CHECK_EQUAL(reply.code(), WSY_ERR_PRINTER_OFFLINE);
    CHECK_EQUAL(shop.till.print_bytes_start("1", "tcp:127.0.0.1:1", 0, work).code(), WSY_PENDING);
    EVENTUALLY((reply = work.wait(100)).code() != WSY_PENDING);
    CHECK_EQUAL(reply.code(), WSY_ERR_PRINTER_OFFLINE);
    CHECK_EQUAL(shop.till.print_bytes_start("", "tcp:127.0.0.1:1", 0, work).code(), WSY_ERR_ARGUMENT);
}
