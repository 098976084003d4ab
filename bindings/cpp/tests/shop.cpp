#include "shop.hpp"

#include "process.hpp"
#include "runner.hpp"

const Words SHOP_NAME("示例店 - 2", "\xca\xbe\xc0\xfd\xb5\xea - 2");

namespace {

const Words DATA("数据", "\xca\xfd\xbe\xdd");

/* Each shop has its own folder in that of the tests. */
std::string next_home()
{
    static int shops = 0;

    shops++;
    return process::variable("WSY_TEST_FOLDER") + "/shop " + runner::shown(shops);
}

} /* namespace */

std::string folder_in(const std::string &home, const std::string &name, wsy::CodePage page)
{
    return home + "/" + DATA.in(page) + " " + name;
}

wsy::Params soon(wsy::CodePage page)
{
    wsy::Params params(page);

    params.set_number("deadline_ms", 200);
    return wsy::transfer(params);
}

Shop::Shop(wsy::CodePage page) : page_(page), home_(next_home())
{
    Json device;

    sandbox::reset();
    device = sandbox::control("POST", "devices", "{\"client_name\":\"" + SHOP_NAME.in(wsy::utf8) + "\"}");
    device_id_ = device["device_id"].text();
    key_ = device["key"].text();
    open();
    till.set_device(device_id_, key_);
}

std::string Shop::folder(const std::string &name) const
{
    return folder_in(home_, name, page_);
}

wsy::Params Shop::options(wsy::CodePage page)
{
    wsy::Params params(page);

    params.set("base", sandbox::base()).set_number("poll_ms", 50).set_number("first_query_ms", 20);
    params.set_number("quiet_ms", 500).set_number("deadline_ms", 60000);
    params.set_number("connect_ms", 20000).set_number("response_ms", 20000);
    return wsy::transfer(params);
}

wsy::Reply Shop::open()
{
    return open(till, folder(), page_);
}

wsy::Reply Shop::open(wsy::Client &client, const std::string &folder, wsy::CodePage page)
{
    const wsy::Params params = options(page);

    return client.open(folder, page, &params);
}

wsy::Outcome Shop::sell(const std::string &number, int32_t fen)
{
    return till.micropay(number, sandbox::customer(), fen);
}

size_t Shop::sent(const std::string &action) const
{
    const Json log = sandbox::control("GET", "requests", "");
    const Json &requests = log["requests"];
    size_t found = 0;

    for (size_t index = 0; index < requests.size(); index++) {
        const Json &request = requests.at(index);

        if (request["action"].text() == action && request["params"]["device_id"].text() == device_id_)
            found++;
    }
    return found;
}

std::string Shop::sent_parameter(const std::string &action, const std::string &name) const
{
    const Json log = sandbox::control("GET", "requests", "");
    const Json &requests = log["requests"];
    std::string value;

    for (size_t index = 0; index < requests.size(); index++) {
        const Json &request = requests.at(index);

        if (request["action"].text() == action && request["params"]["device_id"].text() == device_id_)
            value = request["params"][name].text();
    }
    return value;
}

Json Shop::bill(size_t index) const
{
    const Json book = sandbox::control("GET", "book", "");
    const Json &bills = book["bills"];

    for (size_t place = 0; place < bills.size(); place++) {
        if (bills.at(place)["device_id"].text() == device_id_ && index-- == 0)
            return bills.at(place);
    }
    return Json();
}

void Shop::all_pay() const
{
    Json one;

    for (size_t index = 0; (one = bill(index)).size() > 0; index++) {
        if (one["state"].text() == "paying")
            sandbox::decide(one["dm_id"].text(), "paid");
    }
}

int Shop::taken() const
{
    int sum = 0;
    Json one;

    for (size_t index = 0; (one = bill(index)).size() > 0; index++) {
        if (one["state"].text() == "paid")
            sum += one["total_fen"].number();
        for (size_t refund = 0; refund < one["refunds"].size(); refund++)
            sum -= one["refunds"].at(refund)["refund_fen"].number();
    }
    return sum;
}
