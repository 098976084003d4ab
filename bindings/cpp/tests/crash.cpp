/* A program that is killed in the middle of a payment, and what the next start does about it. */
#include "crash.hpp"

#include "process.hpp"
#include "runner.hpp"
#include "shop.hpp"

namespace {

const char *name_of(wsy::CodePage page)
{
    return page == wsy::gbk ? "gbk" : "utf8";
}

/*
 * Another process of this program that opens the folder of the shop's till and starts to move money with it.
 */
std::vector<std::string> order(const Shop &shop, const char *what, const std::string &auth_code)
{
    std::vector<std::string> words;

    words.push_back("child");
    words.push_back(shop.home());
    words.push_back(name_of(shop.page()));
    words.push_back(what);
    words.push_back(auth_code);
    return words;
}

} /* namespace */

int crash::child(const std::string &home, const std::string &page_name, const std::string &what,
                 const std::string &auth_code)
{
    const wsy::CodePage page = page_name == name_of(wsy::gbk) ? wsy::gbk : wsy::utf8;
    wsy::Client till;
    wsy::Outcome outcome;

    if (!Shop::open(till, folder_in(home, "1", page), page).ok())
        return 2;
    outcome = what == "charge" ? till.micropay("B1", auth_code, 100) : till.refund("R1", "B1", NULL, 40);
    /* It should have been killed before it gets here. */
    return outcome.paid() || outcome.refunded() ? 0 : 1;
}

TEST_IN_BOTH(a_charge_of_a_program_that_was_killed_is_settled_by_the_next_start)
{
    Shop shop(page);
    const std::string code = sandbox::customer();
    wsy::Reply reply;

    CHECK_EQUAL(shop.till.close(), WSY_OK);
    sandbox::fault("micropay", "delay", "1", ",\"ms\":2000");
    {
        process::Child child(order(shop, "charge", code));

        EVENTUALLY(shop.sent("micropay") == 1);
        child.kill();
    }
    reply = shop.open();
    CHECK(reply.ok());
    CHECK_EQUAL(reply.number("open_charges"), 1);
    CHECK_EQUAL(reply.number("open_refunds", -1), 0);
    CHECK_EQUAL(shop.sell("B1", 100).code(), WSY_ERR_STILL_OPEN);
    reply = shop.till.unresolved();
    CHECK_EQUAL(reply.number("open"), 1);
    CHECK_EQUAL(reply.item("charge", 0).text("out_trade_no"), "B1");
    CHECK_EQUAL(reply.item("charge", 0).text("state"), "open");
    reply = shop.till.recover();
    CHECK(reply.ok());
    CHECK_EQUAL(reply.number("settled"), 1);
    CHECK_EQUAL(reply.item("charge", 0).text("state"), "paid");
    CHECK(shop.till.settle("B1").paid());
    CHECK_EQUAL(shop.sent("micropay"), 1u);
    CHECK_EQUAL(shop.taken(), 100);
}

TEST(a_charge_that_never_arrived_is_not_paid_after_the_next_start)
{
    Shop shop;
    wsy::Reply reply;

    CHECK_EQUAL(shop.till.close(), WSY_OK);
    sandbox::fault("micropay", "request_lost");
    sandbox::fault("query", "request_lost", "null");
    {
        process::Child child(order(shop, "charge", sandbox::customer()));

        EVENTUALLY(shop.sent("micropay") == 1);
        child.kill();
    }
    sandbox::reset();
    CHECK_EQUAL(shop.open().number("open_charges"), 1);
    reply = shop.till.recover();
    CHECK_EQUAL(reply.item("charge", 0).text("state"), "not_paid");
    CHECK(shop.sell("B1", 100).paid());
    CHECK_EQUAL(shop.taken(), 100);
}

TEST(a_refund_of_a_program_that_was_killed_is_settled_by_the_next_start)
{
    Shop shop;
    wsy::Reply reply;

    CHECK(shop.sell("B1", 100).paid());
    CHECK_EQUAL(shop.till.close(), WSY_OK);
    sandbox::fault("refund", "delay", "1", ",\"ms\":2000");
    {
        process::Child child(order(shop, "refund", "-"));

        EVENTUALLY(shop.sent("refund") == 1);
        child.kill();
    }
    CHECK_EQUAL(shop.open().number("open_refunds"), 1);
    reply = shop.till.recover();
    CHECK_EQUAL(reply.number("settled"), 1);
    CHECK_EQUAL(reply.item("refund", 0).text("state"), "refunded");
    CHECK(shop.till.refund("R1", "B1", NULL, 40).refunded());
    CHECK_EQUAL(shop.sent("refund"), 1u);
    CHECK_EQUAL(shop.taken(), 60);
}
