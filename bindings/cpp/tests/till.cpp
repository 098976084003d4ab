/*
 * Everything of a till that is not a payment: opening, activating, the ledger, bills, receipts, days, alarms,
 * the log.
 */
#include <algorithm>

#include "process.hpp"
#include "runner.hpp"
#include "shop.hpp"

namespace {

const Words WECHAT("微信", "\xce\xa2\xd0\xc5");
const Words MANAGER("店长", "\xb5\xea\xb3\xa4");
const Words REPRINT("补打", "\xb2\xb9\xb4\xf2");
const Words OTHER_NAME("新名字", "\xd0\xc2\xc3\xfb\xd7\xd6");

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/* Keeps the lines of the log. */
class Lines : public wsy::Log {
public:
    Lines() : lines(0), of_other_level(0) {}

    virtual void line(wsy::LogLevel level, const char *text)
    {
        lines++;
        all += std::string(text) + "\n";
        if (level != wsy::log_info && level != wsy::log_warning && level != wsy::log_error)
            of_other_level++;
    }

    int lines, of_other_level;
    std::string all;
};

/* Calls the library from where it must not. */
class Caller : public wsy::Log {
public:
    explicit Caller(const wsy::Client &till) : till_(till), code(WSY_OK), closed(WSY_OK), money(WSY_OK) {}

    virtual void line(wsy::LogLevel, const char *)
    {
        code = till_.time().code();
        closed = till_.close();
        money = till_.micropay("B9", "130000000000000001", 100).code();
    }

private:
    const wsy::Client &till_;

public:
    int32_t code, closed, money;
};

} /* namespace */

TEST_IN_BOTH(a_folder_is_made_and_used_by_one_client_at_a_time)
{
    Shop shop(page);
    wsy::Client second;
    wsy::Reply reply = Shop::open(second, shop.folder(), page);

    CHECK_EQUAL(reply.code(), WSY_ERR_ALREADY_OPEN);
    CHECK(!reply.ok());
    CHECK(reply.explain(wsy::zh) != "" && reply.explain(wsy::en) != "");
    CHECK(second.handle() == NULL);
    CHECK_EQUAL(shop.till.close(), WSY_OK);
    reply = Shop::open(second, shop.folder(), page);
    CHECK(reply.ok());
    CHECK_EQUAL(reply.text("device_id"), shop.device_id());
    CHECK_EQUAL(reply.number("alarms", -1), 0);
    CHECK_EQUAL(second.code_page(), page);
}

TEST(opening_again_closes_the_till_that_was_open)
{
    Shop shop;
    wsy::Client other;
    wsy::Reply reply;

    CHECK_EQUAL(Shop::open(shop.till, shop.folder(), wsy::utf8).code(), WSY_ERR_ALREADY_OPEN);
    CHECK(shop.till.find("B1").code() == WSY_ERR_NO_BILL);
    CHECK(Shop::open(shop.till, shop.folder("2"), wsy::utf8).ok());
    CHECK(Shop::open(other, shop.folder(), wsy::utf8).ok());
}

TEST(a_till_that_goes_gives_its_folder_free)
{
    Shop shop;

    {
        wsy::Client other;

        CHECK(Shop::open(other, shop.folder("2"), wsy::utf8).ok());
    }
    {
        wsy::Client other;

        CHECK(Shop::open(other, shop.folder("2"), wsy::utf8).ok());
    }
}

TEST(wrong_options)
{
    Shop shop;
    wsy::Client other;

    {
        wsy::Params params(wsy::utf8);

        params.set("no_such", "1");
        CHECK_EQUAL(other.open(shop.folder("2"), wsy::utf8, &params).code(), WSY_ERR_OPTIONS);
    }
    {
        wsy::Params params(wsy::utf8);

        params.set_number("poll_ms", 1);
        CHECK_EQUAL(other.open(shop.folder("2"), wsy::utf8, &params).code(), WSY_ERR_OPTIONS);
    }
    {
        wsy::Params params(wsy::utf8);

        params.set("base", "nonsense");
        CHECK_EQUAL(other.open(shop.folder("2"), wsy::utf8, &params).code(), WSY_ERR_BASE);
    }
    {
        wsy::Params params(wsy::utf8);

        params.set("ca_file", shop.folder("none.pem"));
        CHECK_EQUAL(other.open(shop.folder("2"), wsy::utf8, &params).code(), WSY_ERR_CA_FILE);
    }
    CHECK_EQUAL(Shop::open(other, shop.folder() + "/ledger.db/x", wsy::utf8).code(), WSY_ERR_FOLDER);
    CHECK_EQUAL(other.open(shop.folder("2"), static_cast<wsy::CodePage>(1252)).code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(other.open("", wsy::utf8).ok(), false);
}

TEST(every_till_of_the_process_can_be_closed)
{
    Shop shop;
    CHECK_EQUAL(shop.till.unresolved().code(), WSY_OK);
    CHECK_EQUAL(wsy::close_all(), WSY_OK);
    CHECK_EQUAL(shop.till.unresolved().code(), WSY_ERR_HANDLE);
}

TEST_IN_BOTH(activation)
{
    Shop shop(page);
    wsy::Client fresh;
    const wsy::Reply opened = Shop::open(fresh, shop.folder("fresh"), page);
    const std::string code = sandbox::control("POST", "activation-codes", "{}")["code"].text();
    wsy::Reply reply;

    CHECK_EQUAL(opened.text("device_id"), "");
    CHECK_EQUAL(fresh.micropay("B1", sandbox::customer(), 100).code(), WSY_ERR_NOT_ACTIVATED);
    CHECK_EQUAL(fresh.activate("0").code(), WSY_ERR_ACTIVATION_REFUSED);
    reply = fresh.activate(code, "<host cpu=\"1\" mac=\"2\" />");
    CHECK(reply.ok());
    CHECK(reply.text("device_id") != "");
    CHECK_EQUAL(reply.text("config_source"), "platform");
    CHECK(fresh.micropay("B1", sandbox::customer(), 100).paid());
    CHECK_EQUAL(fresh.activate(code).code(), WSY_ERR_ACTIVATION_REFUSED);
    CHECK_EQUAL(shop.till.set_device("", "key").code(), WSY_ERR_ACTIVATION_REFUSED);
}

TEST_IN_BOTH(config_and_time)
{
    Shop shop(page);
    wsy::Reply reply = shop.till.config();

    CHECK_EQUAL(reply.text("client_name"), SHOP_NAME.in(page));
    sandbox::control("PUT", "devices/" + shop.device_id(),
                     "{\"client_name\":\"" + OTHER_NAME.in(wsy::utf8) + "\"}");
    CHECK_EQUAL(shop.till.config().text("client_name"), SHOP_NAME.in(page));
    reply = shop.till.config(true);
    CHECK_EQUAL(reply.text("client_name"), OTHER_NAME.in(page));
    CHECK_EQUAL(reply.count("dm_code"), 2);
    CHECK_EQUAL(reply.items("dm_code").size(), 2u);
    CHECK(reply.item("dm_code", 0).text("name") != "");
    sandbox::control("PUT", "settings", "{\"clock_skew_s\":3600}");
    CHECK_EQUAL(shop.till.prepare(), WSY_OK);
    reply = shop.till.time();
    CHECK(reply.ok());
    CHECK_EQUAL(reply.text("time").size(), 14u);
    CHECK(reply.number("ahead_s") >= -3660 && reply.number("ahead_s") <= -3540);
}

TEST_IN_BOTH(find_tells_every_attempt)
{
    Shop shop(page);
    wsy::Reply found;

    CHECK(shop.till.micropay("B1", sandbox::customer("no_money"), 100).not_paid());
    CHECK(shop.sell("B1", 100).paid());
    CHECK(shop.till.refund("R1", "B1", NULL, 30).refunded());
    found = shop.till.find("B1");
    CHECK(found.ok());
    CHECK_EQUAL(found.count("charge"), 2);
    CHECK_EQUAL(found.item("charge", 0).text("state"), "not_paid");
    CHECK_EQUAL(found.item("charge", 1).text("state"), "paid");
    CHECK_EQUAL(found.item("charge", 1).number("attempt"), 2);
    CHECK_EQUAL(found.text("state"), "paid");
    found = shop.till.find_refund("R1");
    CHECK_EQUAL(found.text("state"), "refunded");
    CHECK_EQUAL(found.text("out_trade_no"), "B1");
    CHECK_EQUAL(shop.till.find("X").code(), WSY_ERR_NO_BILL);
    CHECK_EQUAL(shop.till.find_refund("X").code(), WSY_ERR_NO_BILL);
}

TEST_IN_BOTH(day_unresolved_and_recover)
{
    Shop shop(page);
    const wsy::Params in_a_moment = soon(page);
    wsy::Reply reply;

    CHECK(shop.sell("B1", 100).paid());
    CHECK(shop.till.refund("R1", "B1", NULL, 30).refunded());
    CHECK(shop.till.micropay("B2", sandbox::customer("never_answers"), 200, &in_a_moment).unknown());
    reply = shop.till.day();
    CHECK_EQUAL(reply.items("charge").size(), 2u);
    CHECK_EQUAL(reply.item("charge", 1).text("out_trade_no"), "B2");
    CHECK_EQUAL(reply.item("refund", 0).yuan("refund_fen"), "0.30");
    CHECK_EQUAL(reply.number("paid_fen"), 100);
    CHECK_EQUAL(reply.number("refunded_fen"), 30);
    CHECK_EQUAL(reply.number("open"), 1);
    CHECK_EQUAL(shop.till.day(reply.text("day")).count("charge"), 2);
    CHECK_EQUAL(shop.till.day("2001-01-01").count("charge"), 0);
    CHECK_EQUAL(shop.till.day("yesterday").code(), WSY_ERR_ARGUMENT);
    reply = shop.till.unresolved();
    CHECK_EQUAL(reply.number("open"), 1);
    CHECK_EQUAL(reply.item("charge", 0).text("out_trade_no"), "B2");
    reply = shop.till.recover(&in_a_moment);
    CHECK(reply.ok());
    CHECK_EQUAL(reply.number("open"), 1);
    sandbox::decide(shop.bill(1)["dm_id"].text(), "paid");
    reply = shop.till.recover();
    CHECK_EQUAL(reply.number("settled"), 1);
    CHECK_EQUAL(reply.number("open"), 0);
    CHECK_EQUAL(reply.item("charge", 0).text("state"), "paid");
}

TEST_IN_BOTH(read_bill)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 500);
    wsy::Params params(page);
    wsy::Reply bills[3];

    params.set("operator_id", "7");
    CHECK(shop.till.refund("R1", "B1", NULL, 200).refunded());
    bills[0] = shop.till.read_bill("B1");
    bills[1] = shop.till.read_bill("B1", sold.text("dm_id"), &params);
    bills[2] = shop.till.read_bill(NULL, sold.text("dm_id"));
    for (int index = 0; index < 3; index++) {
        CHECK(bills[index].ok());
        CHECK_EQUAL(bills[index].number("pay_total_fen"), 500);
        CHECK_EQUAL(bills[index].number("refunded_fen"), 200);
        CHECK_EQUAL(bills[index].number("refundable_fen"), 300);
        CHECK_EQUAL(bills[index].item("pay", 1).number("pay_total_fen"), -200);
        CHECK_EQUAL(bills[index].item("pay", 1).yuan("pay_total_fen"), "-2.00");
    }
    CHECK_EQUAL(shop.sent_parameter("read", "operator_id"), "");
    CHECK_EQUAL(shop.till.read_bill("X").code(), WSY_ERR_NO_BILL);
}

TEST_IN_BOTH(receipts)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 880);
    wsy::Reply reply = shop.till.reprint("B1");

    CHECK(reply.ok());
    CHECK(contains(sold.text("receipt"), "8.80") && contains(reply.text("receipt"), "8.80"));
    CHECK(contains(sold.text("receipt"), WECHAT.in(page)));
    /* Longer than the first buffer, and always in GBK for the printer. */
    CHECK(sold.text("printinfo").size() > 256);
    CHECK(sold.receipt_bytes().size() > 256);
    CHECK(contains(sold.receipt_bytes(), WECHAT.in(wsy::gbk)));
    CHECK(!contains(sold.receipt_bytes(), "\\x1b") && contains(sold.receipt_bytes(), "\x1b"));
    reply = shop.till.reprint(NULL, sold.text("dm_id"));
    CHECK(contains(reply.receipt_bytes(), "8.80"));
    CHECK_EQUAL(shop.till.time().receipt_bytes(), "");
    sandbox::fault("reprint", "not_found", "null");
    reply = shop.till.reprint("B1");
    CHECK_EQUAL(reply.code(), WSY_ERR_NO_RECEIPT);
    CHECK(contains(reply.text("printinfo"), "8.80"));
    CHECK(contains(reply.receipt_bytes(), "8.80"));
}

TEST_IN_BOTH(receipts_of_the_ledger)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 880);
    wsy::Params copy(page);
    wsy::Reply reply = shop.till.find_receipt("B1");

    CHECK(reply.ok());
    CHECK_EQUAL(reply.text("printinfo"), sold.text("printinfo"));
    copy.set("copy", "1");
    reply = shop.till.find_receipt("B1", &copy);
    CHECK_EQUAL(reply.text("receipt").find(REPRINT.in(page) + "\n"), 0u);
    CHECK_EQUAL(shop.till.find_receipt("X").code(), WSY_ERR_NO_BILL);
    CHECK(shop.till.refund("R1", "B1", NULL, 80).refunded());
    CHECK(contains(shop.till.find_refund_receipt("R1", &copy).text("receipt"), "0.80"));
    CHECK_EQUAL(shop.till.find_refund_receipt("X").code(), WSY_ERR_NO_BILL);
}

TEST_IN_BOTH(receipts_in_columns_and_as_pictures)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 880);
    const std::string font = process::variable("WSY_FONT");
    std::string narrow, wide;

    CHECK(contains(sold.receipt_text(), "8.80"));
    CHECK_EQUAL(sold.receipt_text(), sold.receipt_text(58));
    CHECK(sold.receipt_text(58) != sold.receipt_text(80));
    CHECK_EQUAL(sold.receipt_text(57), "");
    CHECK_EQUAL(shop.till.time().receipt_text(), "");

    CHECK_EQUAL(sold.receipt_png(narrow, 58, font), WSY_OK);
    CHECK_EQUAL(sold.receipt_png(wide, 80, font), WSY_OK);
    CHECK_EQUAL(narrow.substr(0, 4), "\x89PNG");
    CHECK_EQUAL(wide.substr(0, 4), "\x89PNG");
    CHECK(narrow != wide);
    CHECK_EQUAL(sold.receipt_png(narrow, 58, "no such font"), WSY_ERR_NO_FONT);
    CHECK_EQUAL(narrow, "");
    CHECK_EQUAL(shop.till.time().receipt_png(narrow, 58, font), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(sold.receipt_png_file(shop.home() + "/receipt.png", 80, font), WSY_OK);
    CHECK_EQUAL(sold.receipt_png_file(shop.home() + "/no such folder/receipt.png", 80, font), WSY_ERR_PICTURE);
}

TEST_IN_BOTH(what_the_platform_answered)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 880);
    const std::string font = process::variable("WSY_FONT");
    std::string drawn;

    CHECK_EQUAL(sold.text("pay_type"), "4");
    CHECK_EQUAL(sold.count("response"), 1);
    CHECK_EQUAL(sold.item("response", 0).text("pay_id"), sold.text("pay_id"));
    CHECK_EQUAL(sold.item("response", 0).names().front(), "ok");
    CHECK_EQUAL(sold.item("response", 1).names().size(), size_t(0));
    CHECK_EQUAL(sold.item("paylist", 0).number("total_fee"), 880);
    CHECK(contains(sold.canvas_text(), "8.80"));
    CHECK_EQUAL(sold.canvas_png(drawn, font), WSY_OK);
    CHECK_EQUAL(drawn.substr(0, 4), "\x89PNG");
    CHECK_EQUAL(sold.canvas_png_file(shop.home() + "/popup.png", font), WSY_OK);
    CHECK_EQUAL(shop.till.time().canvas_text(), "");
    CHECK_EQUAL(shop.till.time().canvas_png(drawn, font), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(drawn, "");
}

TEST_IN_BOTH(printing)
{
    Shop shop(page);
    const wsy::Outcome sold = shop.sell("B1", 880);
    const std::string questions("\x10\x04\x02\x10\x04\x04");
    const std::string drawer("\x1bp\0\x19\xfa", 5);
    wsy::Reply reply;

    {
        sandbox::Printer printer;

        CHECK(shop.till.print_receipt(sold, printer.name()).ok());
        CHECK(printer.paper() == questions + sold.receipt_bytes());
    }
    {
        sandbox::Printer printer;

        CHECK(shop.till.print_bytes(drawer, printer.name(), 5000).ok());
        CHECK(printer.paper() == questions + drawer);
    }
    reply = shop.till.print_receipt(sold, "tcp:127.0.0.1:1");
    CHECK_EQUAL(reply.code(), WSY_ERR_PRINTER_OFFLINE);
    CHECK(reply.text("detail") != "");
    CHECK_EQUAL(shop.till.print_receipt(sold, "nonsense").code(), WSY_ERR_NO_PRINTER);
    CHECK_EQUAL(shop.till.print_bytes("", "tcp:127.0.0.1:1").code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.print_receipt(shop.till.time(), "tcp:127.0.0.1:1").code(), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(shop.till.print_receipt(wsy::Reply(), "tcp:127.0.0.1:1").code(), WSY_ERR_HANDLE);
}

TEST_IN_BOTH(reconciliation_and_alarms)
{
    Shop shop(page);
    wsy::Reply reply;
    int32_t id;

    CHECK(shop.till.micropay("B1", sandbox::customer("no_money"), 1250).not_paid());
    sandbox::decide(shop.bill(0)["dm_id"].text(), "paid");
    reply = shop.till.reconcile();
    CHECK(reply.ok());
    CHECK_EQUAL(reply.count("difference"), 1);
    CHECK_EQUAL(reply.item("difference", 0).text("kind"), "paid_there");
    CHECK_EQUAL(reply.item("difference", 0).yuan("there_fen"), "12.50");
    CHECK_EQUAL(shop.till.reconcile(reply.text("day")).count("difference"), 1);
    CHECK_EQUAL(shop.till.reconcile("yesterday").code(), WSY_ERR_ARGUMENT);
    reply = shop.till.alarms();
    CHECK_EQUAL(reply.number("alarms"), 1);
    id = reply.item("alarm", 0).number("id");
    CHECK_EQUAL(shop.till.acknowledge(id, " ").code(), WSY_ERR_ARGUMENT);
    CHECK_EQUAL(shop.till.acknowledge(id + 1, MANAGER.in(page)).code(), WSY_ERR_NO_ALARM);
    CHECK(shop.till.acknowledge(id, MANAGER.in(page)).ok());
    CHECK_EQUAL(shop.till.alarms().number("alarms", -1), 0);
}

TEST(fields_can_be_listed_and_missed)
{
    Shop shop;
    const wsy::Reply reply = shop.till.config();
    const std::vector<std::string> names = reply.names();
    std::string text = "as it was";
    int32_t number = 7;

    CHECK(names.size() > 10);
    CHECK(std::find(names.begin(), names.end(), "client_name") != names.end());
    CHECK(std::find(names.begin(), names.end(), "message_zh") != names.end());
    CHECK_EQUAL(reply.read_text("client_name", text), WSY_OK);
    CHECK_EQUAL(text, SHOP_NAME.in(wsy::utf8));
    CHECK_EQUAL(reply.read_text("no_such", text), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(text, "");
    CHECK_EQUAL(reply.read_number("no_such", number), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(reply.read_number("client_name", number), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(number, 7);
    CHECK_EQUAL(reply.read_number("code", number), WSY_OK);
    CHECK_EQUAL(number, 0);
    CHECK_EQUAL(reply.number("no_such"), 0);
    CHECK_EQUAL(reply.number("no_such", -1), -1);
    CHECK_EQUAL(reply.yuan("no_such"), "");
    CHECK_EQUAL(reply.count("no_such"), 0);
    CHECK_EQUAL(reply.items("no_such").size(), 0u);
    CHECK_EQUAL(reply.item("dm_code", 99).text("name"), "");
    CHECK_EQUAL(reply.item("dm_code", -1).read_text("name", text), WSY_ERR_NO_FIELD);
    CHECK_EQUAL(reply.item("dm_code", 0).read_number("name", number), WSY_ERR_NO_FIELD);
}

TEST_IN_BOTH(the_log_comes_in_the_code_page)
{
    Lines lines;
    Shop shop(page);
    std::string code;
    int before;

    CHECK_EQUAL(shop.till.on_log(&lines), WSY_OK);
    code = sandbox::customer();
    CHECK(shop.till.micropay("B1", code, 100).paid());
    CHECK_EQUAL(shop.till.on_log(NULL), WSY_OK);
    before = lines.lines;
    CHECK(before > 0);
    CHECK_EQUAL(lines.of_other_level, 0);
    CHECK(contains(lines.all, "B1"));
    CHECK(!contains(lines.all, code) && !contains(lines.all, shop.key()));
    CHECK(shop.sell("B2", 100).paid());
    CHECK_EQUAL(lines.lines, before);
    CHECK_EQUAL(shop.till.close(), WSY_OK);
    CHECK_EQUAL(shop.till.on_log(&lines), WSY_ERR_HANDLE);
}

TEST(the_library_is_not_called_from_its_log)
{
    Shop shop;
    Caller caller(shop.till);

    CHECK_EQUAL(shop.till.on_log(&caller), WSY_OK);
    CHECK(shop.sell("B1", 100).paid());
    CHECK_EQUAL(caller.code, WSY_ERR_IN_CALLBACK);
    CHECK_EQUAL(caller.closed, WSY_ERR_IN_CALLBACK);
    CHECK_EQUAL(caller.money, WSY_ERR_IN_CALLBACK);
    shop.till.on_log(NULL);
    CHECK_EQUAL(shop.till.find("B9").code(), WSY_ERR_NO_BILL);
}

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
namespace {

class Thrower : public wsy::Log {
public:
    virtual void line(wsy::LogLevel, const char *) { throw 1; }
};

} /* namespace */

TEST(what_a_log_throws_is_dropped)
{
    Thrower thrower;
    Shop shop;

    CHECK_EQUAL(shop.till.on_log(&thrower), WSY_OK);
    CHECK(shop.sell("B1", 100).paid());
    CHECK_EQUAL(shop.till.close(), WSY_OK);
}
#endif

TEST(version_and_sentences)
{
    CHECK_EQUAL(wsy::version().find_first_not_of("0123456789."), std::string::npos);
    CHECK(wsy::version().size() >= 5);
    for (int32_t code = WSY_ERR_NOT_PRINTED; code <= WSY_REFUNDED; code++) {
        const std::string zh = wsy::code_text(code, wsy::zh, wsy::utf8);
        const std::string gbk = wsy::code_text(code, wsy::zh, wsy::gbk);
        const std::string en = wsy::code_text(code, wsy::en, wsy::utf8);

        CHECK_EQUAL(zh.empty(), en.empty());
        CHECK(zh.empty() || (zh != gbk && zh != en && zh.size() > gbk.size()));
    }
    CHECK(wsy::code_text(WSY_UNKNOWN, wsy::en, wsy::gbk) != "");
    CHECK_EQUAL(wsy::code_text(-9999, wsy::zh, wsy::utf8), "");
}

TEST(yuan_and_fen)
{
    struct {
        const char *yuan;
        int32_t fen;
    } const good[] = {{"12.50", 1250}, {"0.01", 1}, {"12.5", 1250}, {"12", 1200}, {"1000000.00", 100000000}};
    const char *const bad[] = {"", "0", "-1", "1.234", "1,5", "1e2", "1 2", "NaN", "1000000.01", "\xff"};

    for (size_t index = 0; index < sizeof good / sizeof good[0]; index++) {
        int32_t fen = 0;

        CHECK_EQUAL(wsy::yuan_to_fen(good[index].yuan, fen), WSY_OK);
        CHECK_EQUAL(fen, good[index].fen);
    }
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        int32_t fen = 7;

        CHECK_EQUAL(wsy::yuan_to_fen(bad[index], fen), WSY_ERR_AMOUNT);
        CHECK_EQUAL(fen, 7);
    }
    CHECK_EQUAL(wsy::fen_to_yuan(1250), "12.50");
    CHECK_EQUAL(wsy::fen_to_yuan(-5), "-0.05");
    CHECK_EQUAL(wsy::fen_to_yuan(-2147483647 - 1), "-21474836.48");
}
