/*
 * Wrong use: objects that were closed, moved from or never opened, NULL, numbers that do not fit, invalid
 * text.
 */
#include <limits.h>
#include <string.h>

#include "runner.hpp"
#include "shop.hpp"

namespace {

/* The result of every call of a till that does not exist. */
void all_say_handle(const wsy::Client &till)
{
    wsy::Payment payment;
    wsy::Reconciliation walk;

    CHECK_EQUAL(till.close(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.on_log(NULL), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.activate("1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.set_device("1", "k").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.config().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.time().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.prepare(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.micropay("B1", "130000000000000001", 100).code(), WSY_ERR_HANDLE);
    CHECK(till.micropay("B1", "130000000000000001", 100).error());
    CHECK_EQUAL(till.micropay_start("B1", "130000000000000001", 100, payment).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.refund("R1", "B1", NULL, 100).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.refund_start("R1", "B1", NULL, 100, payment).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.void_bill("B1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.void_start("B1", payment).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.settle("B1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.settle_start("B1", payment).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.recover().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.recover_start(walk).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.reprint_start("B1", NULL, walk).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.print_bytes_start("1", "tcp:127.0.0.1:1", 0, walk).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.query_auth_code("130000000000000001", 100).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.query_order("dm1", 100).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.read_bill("B1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.reprint("B1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.reconcile().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.reconcile_start(NULL, walk).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.decide("B1", "paid", "me", "so").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.decide_refund("R1", "refunded", "me", "so").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.close_day("me").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.archive().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.find("B1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.find_refund("R1").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.day().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.unresolved().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.alarms().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(till.acknowledge(1, "x").code(), WSY_ERR_HANDLE);
    CHECK(payment.handle() == NULL && walk.handle() == NULL);
}

/* An error of poll or wait says nothing about the money. */
void all_say_handle(const wsy::Payment &payment)
{
    CHECK_EQUAL(payment.poll().code(), WSY_ERR_HANDLE);
    CHECK(payment.poll().unknown() && !payment.poll().error());
    CHECK_EQUAL(payment.wait(1).code(), WSY_ERR_HANDLE);
    CHECK(payment.wait(1).unknown() && !payment.wait(1).error());
    CHECK_EQUAL(payment.text(wsy::zh), "");
    CHECK_EQUAL(payment.cancel(), WSY_ERR_HANDLE);
    CHECK_EQUAL(payment.void_charge(), WSY_ERR_HANDLE);
    CHECK_EQUAL(payment.close(), WSY_ERR_HANDLE);
}

void all_say_handle(const wsy::Reconciliation &walk)
{
    CHECK_EQUAL(walk.poll().code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(walk.wait(1).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(walk.text(wsy::en), "");
    CHECK_EQUAL(walk.cancel(), WSY_ERR_HANDLE);
    CHECK_EQUAL(walk.close(), WSY_ERR_HANDLE);
}

void has_nothing(const wsy::Reply &reply)
{
    std::string text;
    int32_t number = 7;

    CHECK(!reply.has_fields());
    CHECK_EQUAL(reply.read_text("code", text), WSY_ERR_HANDLE);
    CHECK_EQUAL(reply.read_number("code", number), WSY_ERR_HANDLE);
    CHECK_EQUAL(number, 7);
    CHECK_EQUAL(reply.names().size(), 0u);
    CHECK_EQUAL(reply.count("charge"), 0);
    CHECK_EQUAL(reply.items("charge").size(), 0u);
    CHECK_EQUAL(reply.item("charge", 0).read_text("state", text), WSY_ERR_HANDLE);
    CHECK_EQUAL(reply.item("charge", 0).read_number("attempt", number), WSY_ERR_HANDLE);
    CHECK_EQUAL(reply.receipt_bytes(), "");
    CHECK_EQUAL(reply.receipt_text(), "");
    CHECK_EQUAL(reply.receipt_png(text), WSY_ERR_HANDLE);
    CHECK_EQUAL(reply.receipt_png_file("receipt.png"), WSY_ERR_HANDLE);
    CHECK_EQUAL(reply.close(), WSY_ERR_HANDLE);
    CHECK(reply.explain(wsy::zh) != "" && reply.explain(wsy::en) != "");
}

/* Returned from a function, in every version of the language. */
wsy::Client opened(const Shop &shop, const std::string &folder)
{
    wsy::Client till;

    Shop::open(till, folder, shop.page());
    return wsy::transfer(till);
}

} /* namespace */

TEST(verdicts_are_never_mixed_up)
{
    for (int32_t code = -300; code <= 300; code++) {
        const wsy::Verdict verdict(code);
        const int said = verdict.paid() + verdict.not_paid() + verdict.unknown() + verdict.refunded()
            + verdict.not_refunded() + verdict.paid_earlier() + verdict.decided() + verdict.voided()
            + verdict.pending() + verdict.error();

        CHECK_EQUAL(said, 1);
        CHECK_EQUAL(verdict.paid(), code == WSY_PAID);
        CHECK_EQUAL(verdict.not_paid(), code == WSY_NOT_PAID);
        CHECK_EQUAL(verdict.refunded(), code == WSY_REFUNDED);
        CHECK_EQUAL(verdict.not_refunded(), code == WSY_NOT_REFUNDED);
        CHECK_EQUAL(verdict.pending(), code == WSY_PENDING);
        CHECK_EQUAL(verdict.error(), code < -100);
        CHECK(verdict.unknown() ? verdict.code() == WSY_UNKNOWN : verdict.code() == code);
    }
    CHECK(wsy::Verdict().unknown() && wsy::Outcome().unknown());
    CHECK(wsy::Verdict(WSY_PAID) == wsy::Verdict(WSY_PAID));
    CHECK(wsy::Verdict(WSY_PAID) != wsy::Verdict(WSY_UNKNOWN) && wsy::Verdict(0) == wsy::Verdict());
}

TEST(a_till_that_was_closed_or_never_opened)
{
    Shop shop;

    CHECK_EQUAL(shop.till.close(), WSY_OK);
    all_say_handle(shop.till);
    all_say_handle(wsy::Client());
    CHECK(shop.till.time().explain(wsy::en) != "");
    CHECK_EQUAL(shop.till.time().explain(wsy::zh), wsy::code_text(WSY_ERR_HANDLE, wsy::zh, wsy::utf8));
}

TEST(a_till_that_was_moved_from)
{
    Shop shop;
    wsy::Client other(opened(shop, shop.folder("2")));
    wsy::Client third;

    CHECK(other.find("B1").code() == WSY_ERR_NO_BILL);
    third = wsy::transfer(other);
    all_say_handle(other);
    CHECK(third.find("B1").code() == WSY_ERR_NO_BILL);
    third = wsy::transfer(third);
    CHECK(third.find("B1").code() == WSY_ERR_NO_BILL);
    /* Assignment closes the target first, and an object that was moved from can be reused. */
    third = opened(shop, shop.folder("3"));
    CHECK(Shop::open(other, shop.folder("2"), wsy::utf8).ok());
    CHECK(third.find("B1").code() == WSY_ERR_NO_BILL);
    other.swap(third);
    CHECK_EQUAL(other.close(), WSY_OK);
    CHECK(Shop::open(other, shop.folder("3"), wsy::utf8).ok());
}

TEST(a_payment_that_was_closed_moved_from_or_never_started)
{
    Shop shop;
    wsy::Payment payment, other;

    CHECK(shop.till.micropay_start("B1", sandbox::customer(), 100, payment).pending());
    other = wsy::transfer(payment);
    all_say_handle(payment);
    EVENTUALLY(other.wait(100).paid());
    payment.swap(other);
    CHECK(payment.poll().paid());
    CHECK_EQUAL(payment.close(), WSY_OK);
    all_say_handle(payment);
    all_say_handle(wsy::Payment());
    all_say_handle(wsy::Reconciliation());
    {
        wsy::Reconciliation walk, second;

        CHECK_EQUAL(shop.till.reconcile_start(NULL, walk).code(), WSY_PENDING);
        second = wsy::transfer(walk);
        all_say_handle(walk);
        EVENTUALLY(second.poll().ok());
        walk.swap(second);
        CHECK_EQUAL(walk.close(), WSY_OK);
        all_say_handle(walk);
    }
}

TEST(a_reply_that_was_closed_moved_from_or_is_of_no_call)
{
    Shop shop;
    wsy::Outcome sold = shop.sell("B1", 100);
    wsy::Outcome other(wsy::transfer(sold));
    wsy::Reply day = shop.till.day();
    const wsy::Item item = day.item("charge", 0);

    has_nothing(sold);
    CHECK(sold.unknown() && sold.code() == WSY_ERR_HANDLE);
    CHECK(other.paid());
    CHECK_EQUAL(other.number("total_fen"), 100);
    sold.swap(other);
    CHECK_EQUAL(sold.number("total_fen"), 100);
    CHECK_EQUAL(item.text("state"), "paid");
    CHECK_EQUAL(day.close(), WSY_OK);
    has_nothing(day);
    CHECK(day.ok());
    CHECK_EQUAL(item.text("state"), "");
    has_nothing(wsy::Reply());
    has_nothing(wsy::Outcome());
    CHECK(!wsy::Reply().ok());
    CHECK_EQUAL(sold.close(), WSY_OK);
    CHECK(sold.paid());
}

TEST(a_list_that_was_refused_closed_or_moved_from_is_never_taken_for_no_list)
{
    Shop shop;
    const std::string code = sandbox::customer();
    wsy::Params refused(wsy::utf8), closed(wsy::utf8), moved(wsy::utf8);
    wsy::Params other(wsy::transfer(moved));
    wsy::Client client;

    refused.set("info", "\xff").set("operator_id", "7");
    CHECK_EQUAL(refused.code(), WSY_ERR_TEXT);
    CHECK_EQUAL(closed.close(), WSY_OK);
    CHECK_EQUAL(closed.close(), WSY_ERR_HANDLE);
    CHECK_EQUAL(closed.set("operator_id", "7").code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(shop.till.micropay("B1", code, 100, &refused).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(shop.till.micropay("B1", code, 100, &closed).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(shop.till.micropay("B1", code, 100, &moved).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(client.open(shop.folder("2"), wsy::utf8, &moved).code(), WSY_ERR_HANDLE);
    CHECK_EQUAL(wsy::Params(static_cast<wsy::CodePage>(1)).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(other.set("operator_id", NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.sent("micropay"), 0u);
    moved = wsy::Params(wsy::utf8);
    moved.swap(other);
    CHECK(shop.till.micropay("B1", code, 100, &other).paid());
}

TEST(numbers_are_written_whole)
{
    Shop shop;
    const int32_t numbers[] = {0, 7, -7, 2147483647, -2147483647 - 1};
    const char *const texts[] = {"0", "7", "-7", "2147483647", "-2147483648"};

    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        wsy::Params params(wsy::utf8);

        params.set_number("operator_id", numbers[index]);
        CHECK(shop.till.micropay("B" + runner::shown(index), sandbox::customer(), 1, &params).paid());
        CHECK_EQUAL(shop.sent_parameter("micropay", "operator_id"), texts[index]);
    }
}

TEST(an_amount_is_never_cut)
{
    Shop shop;
    const std::string code = sandbox::customer();

    CHECK_EQUAL(shop.till.micropay("B1", code, ULONG_MAX).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, LONG_MAX).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, LONG_MIN).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, UINT_MAX).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, static_cast<uint64_t>(UINT_MAX) + 101).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, static_cast<int64_t>(INT_MIN) - 101).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.till.micropay("B1", code, 100000001).code(), WSY_ERR_AMOUNT);
    CHECK_EQUAL(shop.sent("micropay"), 0u);
    CHECK(shop.till.micropay("B1", code, static_cast<uint64_t>(100)).paid());
    CHECK(shop.till.micropay("B2", sandbox::customer(), static_cast<short>(100)).paid());
    CHECK_EQUAL(shop.taken(), 200);
}

TEST_IN_BOTH(text_that_is_none)
{
    Shop shop(page);
    const std::string code = sandbox::customer();
    const std::string with_a_nul("B1\0B2", 5);
    const char *const nothing = NULL;
    int32_t fen = 7;
    wsy::Client other;

    CHECK_EQUAL(shop.till.micropay(with_a_nul, code, 100).code(), WSY_ERR_TEXT);
    CHECK_EQUAL(shop.till.micropay("B1", with_a_nul, 100).code(), WSY_ERR_TEXT);
    CHECK_EQUAL(shop.till.micropay("B\xff", code, 100).code(), WSY_ERR_TEXT);
    CHECK_EQUAL(shop.till.find(with_a_nul).code(), WSY_ERR_TEXT);
    CHECK_EQUAL(other.open(with_a_nul, page).code(), WSY_ERR_TEXT);
    CHECK_EQUAL(shop.till.micropay(nothing, code, 100).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.micropay("B1", nothing, 100).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.refund(NULL, "B1", NULL, 100).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.refund("R1", NULL, NULL, 100).error(), true);
    CHECK_EQUAL(shop.till.void_bill(NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.settle(NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.find(NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.activate(NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.set_device(NULL, NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.acknowledge(1, NULL).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.query_order(NULL, 1).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.query_auth_code(NULL, 1).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(other.open(NULL, page).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(wsy::yuan_to_fen(NULL, fen), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(fen, 7);
    CHECK_EQUAL(shop.till.config().text(NULL), "");
    CHECK_EQUAL(shop.till.config().count(NULL), 0);
    CHECK_EQUAL(shop.sent("micropay"), 0u);
}

TEST(a_wrong_time_to_wait_is_about_that_call_alone)
{
    Shop shop;
    wsy::Payment payment;

    CHECK(shop.till.micropay_start("B1", sandbox::customer("never_answers"), 100, payment).pending());
    CHECK_EQUAL(payment.wait(-1).code(), WSY_ERR_ARGUMENT);
    CHECK(payment.wait(-1).unknown() && !payment.wait(-1).error());
    CHECK_EQUAL(payment.wait(3600001).code(), WSY_ERR_ARGUMENT);
    CHECK(payment.poll().pending());
}

TEST(handles_that_nobody_gave_out)
{
    const size_t forged[] = {0, 1, 0x7ffffff0, ~static_cast<size_t>(0)};
    int32_t number = 7;

    for (size_t index = 0; index < sizeof forged / sizeof forged[0]; index++) {
        void *const handle = reinterpret_cast<void *>(forged[index]);

        CHECK_EQUAL(wsy_close(static_cast<wsy_client *>(handle)), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_time(static_cast<wsy_client *>(handle), NULL), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_params_set(static_cast<wsy_params *>(handle), "a", "b"), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_params_free(static_cast<wsy_params *>(handle)), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_payment_poll(static_cast<wsy_payment *>(handle), NULL), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_payment_free(static_cast<wsy_payment *>(handle)), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_reply_int(static_cast<wsy_reply *>(handle), "code", &number), WSY_ERR_HANDLE);
        CHECK_EQUAL(wsy_reply_free(static_cast<wsy_reply *>(handle)), WSY_ERR_HANDLE);
    }
    CHECK_EQUAL(number, 7);
}

TEST_IN_BOTH(short_buffers)
{
    Shop shop(page);
    const wsy::Reply reply = shop.till.config();
    const std::string whole = SHOP_NAME.in(page);
    char buffer[40];
    int32_t needed = 0;

    CHECK_EQUAL(wsy_reply_text(reply.handle(), "client_name", NULL, 0, &needed), WSY_ERR_BUFFER);
    CHECK_EQUAL(static_cast<size_t>(needed), whole.size() + 1);
    for (int32_t size = 1; size < needed; size++) {
        memset(buffer, '?', sizeof buffer);
        CHECK_EQUAL(wsy_reply_text(reply.handle(), "client_name", buffer, size, NULL), WSY_ERR_BUFFER);
        CHECK_EQUAL(whole.compare(0, strlen(buffer), buffer), 0);
        /* Never more than fits. */
        CHECK(memchr(buffer + size, '\0', sizeof buffer - static_cast<size_t>(size)) == NULL);
        CHECK_EQUAL(buffer[size], '?');
    }
    CHECK_EQUAL(wsy_reply_text(reply.handle(), "client_name", buffer, sizeof buffer, NULL), WSY_OK);
    CHECK_EQUAL(whole, buffer);
    CHECK_EQUAL(wsy_reply_text(reply.handle(), "client_name", buffer, -1, NULL), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(wsy_reply_text(reply.handle(), NULL, buffer, sizeof buffer, NULL), WSY_ERR_ARGUMENT);
}
