/* A shop for a test: a separate device at the platform, and a till on a separate folder. */
#ifndef SHOP_HPP
#define SHOP_HPP

#include <string>

#include <wsy.hpp>

#include "json.hpp"
#include "sandbox.hpp"

class Shop {
public:
    /* With the till open, and its device set. */
    explicit Shop(wsy::CodePage page = wsy::utf8);

    wsy::Client till;

    wsy::CodePage page() const { return page_; }

    /* The till's folder, or another one for this test, in the code page. */
    std::string folder(const std::string &name = "1") const;

    /* Where the folders are, in ASCII. */
    const std::string &home() const { return home_; }

    const std::string &device_id() const { return device_id_; }
    const std::string &key() const { return key_; }

    /* Opens the till once more. */
    wsy::Reply open();

    /* Opens another client with the options of the tests. */
    static wsy::Reply open(wsy::Client &client, const std::string &folder, wsy::CodePage page);

    /* The options for that: times so short that no test waits as a cashier would; but those that only a hang uses up are
       long, as this machine may be busy. */
    static wsy::Params options(wsy::CodePage page);

    /* Charges a customer who pays. */
    wsy::Outcome sell(const std::string &number, int32_t fen);

    /* The number of requests of an action that this till has sent. */
    size_t sent(const std::string &action) const;

    /* The value of a parameter in its last request of an action. */
    std::string sent_parameter(const std::string &action, const std::string &name) const;

    /* Its bill at the platform, the first one at 0. */
    Json bill(size_t index) const;

    /* Every customer who is still asked for the password enters it. */
    void all_pay() const;

    /* The amount that the platform has taken for this till and not refunded, in fen. */
    int taken() const;

private:
    Shop(const Shop &);
    Shop &operator=(const Shop &);

    wsy::CodePage page_;
    std::string home_, device_id_, key_;
};

/* The folder of a till in the code page, in a folder that is written in ASCII. */
std::string folder_in(const std::string &home, const std::string &name, wsy::CodePage page);

/* A list for calls that are supposed to end undecided. */
wsy::Params soon(wsy::CodePage page);

/* The same text in both code pages. */
class Words {
public:
    Words(const char *utf8, const char *gbk) : utf8_(utf8), gbk_(gbk) {}

    std::string in(wsy::CodePage page) const { return page == wsy::gbk ? gbk_ : utf8_; }

private:
    const char *utf8_, *gbk_;
};

/* 示例店 - 2: the name of the shop of every test. */
extern const Words SHOP_NAME;

#endif
