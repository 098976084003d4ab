/*
 * A small till on the wsy library, in C++98 and later. Copy from it what you need.
 *
 *   till FOLDER [BASE] [--set NAME=VALUE]...
 *
 *   FOLDER  this till's data folder: one till, one folder
 *   BASE    the platform's address, if it is not the default one
 *   --set   an option of wsy_open, such as --set poll_ms=1000
 *
 * The scanner is the keyboard: a scanner in keyboard mode types the code and presses Enter, just like a
 * person.
 *
 * All text here is UTF-8. A program that works in GBK, as most Chinese ones on Windows do, is saved as GBK,
 * sets CODE_PAGE to wsy::gbk, and changes nothing else.
 */

#include <signal.h>

#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <wsy.hpp>

namespace {

const wsy::CodePage CODE_PAGE = wsy::utf8;

typedef std::vector<std::string> Words;

/* Printing. */

void labelled(const char *label, const std::string &text)
{
    if (!text.empty())
        std::cout << "  " << label << ' ' << text << '\n';
}

/* What happened and what to do next, in both languages. The field detail is for the log, not for the cashier. */
void explain(const wsy::Reply &reply)
{
    std::cout << "  " << reply.explain(wsy::zh) << "\n  " << reply.explain(wsy::en) << '\n';
}

/* For queries and look-ups: whether the call succeeded; if not, prints why. */
bool good(const wsy::Reply &reply)
{
    if (reply.ok())
        return true;
    std::cout << "  --  没有完成 FAILED (" << reply.code() << ")  --\n";
    explain(reply);
    return false;
}

/* A real till sends the bytes of receipt_bytes() to its ESC/POS printer instead. */
void print_receipt(const wsy::Reply &reply)
{
    std::istringstream receipt(reply.text("receipt"));
    std::string line;

    while (std::getline(receipt, line))
        std::cout << "    | " << line << '\n';
}

const char *headline(const wsy::Verdict &verdict)
{
    if (verdict.paid())
        return "已收款  PAID";
    if (verdict.not_paid())
        return "没有收款  NOT PAID";
    if (verdict.refunded())
        return "已退款  REFUNDED";
    if (verdict.not_refunded())
        return "没有退款  NOT REFUNDED";
    if (verdict.paid_earlier())
        return "已付过款，不要再收款  PAID EARLIER";
    if (verdict.decided())
        return "已由人工认定  DECIDED";
    if (verdict.voided())
        return "已撤销  VOIDED";
    if (verdict.error())
        return "没有发出  NOTHING SENT";
    return "结果未知  UNKNOWN";
}

/*
 * The only place in this program where goods change hands: a bill gets here once, however often it is
 * queried.
 */
void hand_over(const wsy::Outcome &outcome)
{
    if (outcome.number("paid_attempts") > 1)
        std::cout << "  注意：这笔单收了不止一次款，请退还多收的 careful: paid more than once, give the rest back\n";
    print_receipt(outcome);
}

/* Tells the cashier how a call about money ended. */
void tell(const wsy::Outcome &outcome)
{
    std::cout << "  ========  " << headline(outcome.verdict()) << "  ========\n";
    explain(outcome);
    if (outcome.not_paid() || outcome.not_refunded())
        labelled("原因 reason:", outcome.text("reason"));
    labelled("金额 yuan:", outcome.text(outcome.refunded() ? "refund" : "total"));
    labelled("平台单号 order:", outcome.text("dm_id"));
    labelled("首次收款 first told:", outcome.paid_earlier() ? outcome.first_told() : "");
    if (outcome.decided()) {
        labelled("认定结果 decision:", outcome.decision());
        labelled("认定人 decided by:", outcome.text("decided_by"));
        labelled("理由 why:", outcome.text("why"));
    }
    if (outcome.unknown())
        std::cout << "  查清 to find out: settle NUMBER; 查不清的由人工认定 if it stays so: decide NUMBER ...\n";
    if (outcome.paid())
        hand_over(outcome);
}

/* One line for each charge or refund of a list. */
void print_items(const wsy::Reply &reply, const std::string &list, const char *kind, const char *number,
                 const char *yuan)
{
    const std::vector<wsy::Item> items = reply.items(list);

    for (size_t index = 0; index < items.size(); index++) {
        const wsy::Item &item = items[index];

        std::cout << "  " << std::left << std::setw(8) << kind << std::setw(18) << item.text(number) << std::setw(18)
                  << item.text("dm_id") << std::right << std::setw(10) << item.text(yuan) << "  " << std::left
                  << std::setw(14) << item.text("state") << item.text("started") << '\n';
    }
}

void print_rows(const wsy::Reply &reply)
{
    print_items(reply, "charge", "charge", "out_trade_no", "total");
    print_items(reply, "refund", "refund", "out_refund_no", "refund");
}

/*
 * Bills that are paid but may never have been reported as paid: the goods may or may not have been handed
 * over.
 */
void print_unfinished(const wsy::Reply &reply)
{
    if (reply.count("unfinished") == 0)
        return;
    std::cout << "  已收款，但不能确认收银员看到过：先弄清商品是否已交付，再 settle NUMBER\n"
              << "  paid, and nobody is known to have seen it: are the goods gone? Then: settle NUMBER\n";
    print_items(reply, "unfinished", "charge", "out_trade_no", "total");
}

/* A difference or an alarm: what the ledger has, what the platform has, and what it means. */
void print_differences(const wsy::Reply &reply, const std::string &list)
{
    const std::vector<wsy::Item> items = reply.items(list);

    for (size_t index = 0; index < items.size(); index++) {
        const wsy::Item &item = items[index];

        std::cout << "  " << item.text("id") << "  " << item.text("out_trade_no") << "  本机 here " << item.text("here")
                  << "  平台 there " << item.text("there") << "\n  " << item.text("message_zh") << "\n  "
                  << item.text("message_en") << '\n';
    }
}

void show_config(const wsy::Reply &reply)
{
    const std::vector<wsy::Item> types = reply.items("dm_code");

    labelled("设备 device:", reply.text("device_id"));
    labelled("商户 shop:", reply.text("client_name"));
    if (reply.text("config_source") == "file")
        std::cout << "  连不上平台，用的是 " << reply.number("config_age_s") << " 秒前保存的配置 offline, config is "
                  << reply.number("config_age_s") << " s old\n";
    for (size_t index = 0; index < types.size(); index++)
        labelled("支付方式 pay type:", types[index].text("code") + "  " + types[index].text("name"));
}

/* Waiting for a payment. */

volatile sig_atomic_t interrupted;

extern "C" void on_interrupt(int)
{
    interrupted = 1;
}

/*
 * Waits for the verdict a fifth of a second at a time; a program with a window would draw it in between.
 * Ctrl-C stops waiting. It cannot undo the payment: a charge that may have been made ends as unknown.
 */
void finish(wsy::Outcome &outcome, const wsy::Payment &payment)
{
    std::string shown, text;

    interrupted = 0;
    signal(SIGINT, on_interrupt);
    while (outcome.pending()) {
        text = payment.text(wsy::zh) + "  " + payment.text(wsy::en);
        if (text != shown)
            std::cout << "  " << text << std::endl;
        shown = text;
        if (interrupted)
            payment.cancel();
        outcome = payment.wait(200);
    }
    signal(SIGINT, SIG_DFL);
    tell(outcome);
}

/* Reads a line from the keyboard or the scanner; false at the end of the input. */
bool read_line(const char *prompt, std::string &line)
{
    std::cout << prompt << std::flush;
    if (!std::getline(std::cin, line))
        return false;
    if (!line.empty() && line[line.size() - 1] == '\r')
        line.erase(line.size() - 1);
    return true;
}

/* Parses an amount; prints an error if it is not valid. Never compute money in double. */
bool read_yuan(const std::string &yuan, int32_t &fen)
{
    const int32_t code = wsy::yuan_to_fen(yuan, fen);

    if (code != WSY_OK)
        tell(wsy::Outcome(code, NULL, CODE_PAGE));
    return code == WSY_OK;
}

/* The commands. Each gets the client and the words of its line. */

void activate(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.activate(words[1]);

    if (good(reply)) {
        std::cout << "  已激活 ACTIVATED\n";
        show_config(reply);
    }
}

void config(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.config(true);

    if (good(reply))
        show_config(reply);
}

void platform_time(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.time();

    if (good(reply)) {
        labelled("平台时间 platform:", reply.text("time"));
        std::cout << "  本机快 this machine is ahead by " << reply.number("ahead_s") << " s\n";
    }
}

void pay(const wsy::Client &client, const Words &words)
{
    std::string auth_code = words.size() > 3 ? words[3] : "";
    wsy::Payment payment;
    wsy::Outcome outcome;
    int32_t fen = 0;

    if (!read_yuan(words[2], fen) || (auth_code.empty() && !read_line("请扫付款码 scan: ", auth_code)))
        return;
    /*
     * words[1] is the shop's own number of this bill. If this program dies during the call, calling again
     * with the same number continues where it stopped: it is never charged twice.
     */
    outcome = client.micropay_start(words[1], auth_code, fen, payment);
    finish(outcome, payment);
}

void refund(const wsy::Client &client, const Words &words)
{
    wsy::Payment payment;
    wsy::Outcome outcome;
    int32_t fen = 0;

    if (!read_yuan(words[3], fen))
        return;
    outcome = client.refund_start(words[1], words[2], NULL, fen, payment);
    finish(outcome, payment);
}

void undo(const wsy::Client &client, const Words &words)
{
    wsy::Payment payment;
    wsy::Outcome outcome = client.void_start(words[1], payment);

    finish(outcome, payment);
}

void settle(const wsy::Client &client, const Words &words)
{
    wsy::Payment payment;
    wsy::Outcome outcome = client.settle_start(words[1], payment);

    finish(outcome, payment);
}

/*
 * Records what a person has found out, in the back office or on the customer's phone, about a bill that stays
 * unknown.
 */
void decide(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.decide(words[1], words[2], words[3], words[4]);

    if (good(reply))
        labelled("已记下 written down:", reply.text("state"));
}

void decide_refund(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.decide_refund(words[1], words[2], words[3], words[4]);

    if (good(reply))
        labelled("已记下 written down:", reply.text("state"));
}

void bill(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.read_bill(words[1]);
    const std::vector<wsy::Item> lines = reply.items("pay");

    if (!good(reply))
        return;
    labelled("平台单号 order:     ", reply.text("dm_id"));
    labelled("已付 paid:          ", reply.yuan("pay_total_fen"));
    labelled("已退 refunded:      ", reply.yuan("refunded_fen"));
    labelled("可退 refundable:    ", reply.yuan("refundable_fen"));
    for (size_t index = 0; index < lines.size(); index++)
        std::cout << "  " << std::right << std::setw(10) << lines[index].text("pay_total") << "  "
                  << lines[index].text("pay_time") << "  " << lines[index].text("pay_name") << '\n';
}

void reprint(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.reprint(words[1]);

    /* Without the platform's receipt the reply has the ledger's, if there is one. */
    good(reply);
    print_receipt(reply);
}

void unresolved(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.unresolved();

    if (!good(reply))
        return;
    if (reply.number("open") == 0)
        std::cout << "  没有未查清的单 nothing is unresolved\n";
    print_rows(reply);
    print_unfinished(reply);
}

/* Payments that the last run left open are queried in the background, while the shop goes on selling. */
wsy::Work recovery;
bool recovery_goes_on = false;

/* Checks whether it has ended, waiting at most this long, and shows the result. */
void look_at_recovery(int32_t timeout_ms)
{
    wsy::Reply reply;

    if (!recovery_goes_on)
        return;
    reply = recovery.wait(timeout_ms);
    if (reply.code() == WSY_PENDING)
        return;
    recovery_goes_on = false;
    if (!good(reply))
        return;
    std::cout << "  后台查询结束 recovered: 查清 settled " << reply.number("settled") << ", 未查清 open "
              << reply.number("open") << '\n';
    print_rows(reply);
    print_unfinished(reply);
}

/* Shows the progress. */
void wait_for_recovery(const wsy::Client &, const Words &)
{
    std::string shown, text;

    if (!recovery_goes_on)
        std::cout << "  后台没有查询 nothing is being asked about\n";
    while (recovery_goes_on) {
        text = recovery.text(wsy::zh) + "  " + recovery.text(wsy::en);
        if (text != shown)
            std::cout << "  " << text << std::endl;
        shown = text;
        look_at_recovery(200);
    }
}

void ledger(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.day();

    if (!good(reply))
        return;
    print_rows(reply);
    std::cout << "  收款 paid " << reply.yuan("paid_fen") << "   退款 refunded " << reply.yuan("refunded_fen")
              << "   未查清 open " << reply.number("open") << '\n';
}

void reconcile(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.reconcile();

    if (!good(reply))
        return;
    std::cout << "  已核对 asked " << reply.number("asked") << "，差异 differences " << reply.number("differences")
              << '\n';
    print_differences(reply, "difference");
}

/* Closes the till's day: its totals are final, and later outcomes count for the next day. */
void close_day(const wsy::Client &client, const Words &words)
{
    const wsy::Reply reply = client.close_day(words[1]);

    if (!good(reply))
        return;
    labelled("已日结 day closed:", reply.text("closed"));
    labelled("日结人 closed by:", reply.text("closed_by"));
    labelled("收款 paid:", reply.yuan("paid_fen"));
    labelled("退款 refunded:", reply.yuan("refunded_fen"));
    labelled("未查清 open:", reply.text("open"));
}

void alarms(const wsy::Client &client, const Words &)
{
    const wsy::Reply reply = client.alarms();

    if (!good(reply))
        return;
    std::cout << "  警报 alarms: " << reply.number("alarms") << '\n';
    print_differences(reply, "alarm");
}

void acknowledge(const wsy::Client &client, const Words &words)
{
    std::istringstream digits(words[1]);
    int32_t alarm = 0;

    digits >> alarm;
    if (good(client.acknowledge(alarm, words[2])))
        std::cout << "  已确认 acknowledged\n";
}

void help(const wsy::Client &client, const Words &words);

const struct Command {
    const char *name;
    size_t least, most; /* how many words follow */
    void (*run)(const wsy::Client &client, const Words &words);
    const char *usage, *what;
} COMMANDS[] = {
    {"activate", 1, 1, activate, "activate CODE", "激活本机，只需一次 only once"},
    {"config", 0, 0, config, "config", "重新读取支付配置 read the pay config"},
    {"time", 0, 0, platform_time, "time", "核对时钟 compare the clocks"},
    {"pay", 2, 3, pay, "pay NUMBER YUAN [AUTHCODE]", "收款 charge a customer"},
    {"refund", 3, 3, refund, "refund REFUNDNO NUMBER YUAN", "退款 give money back"},
    {"void", 1, 1, undo, "void NUMBER", "撤销整单 undo a bill, paid or not"},
    {"settle", 1, 1, settle, "settle NUMBER", "查清一笔单 find out what became of a bill"},
    {"decide", 4, 4, decide, "decide NUMBER paid|not_paid|keep WHO WHY", "人工认定查不清的收款 a person's word on a charge"},
    {"decide_refund", 4, 4, decide_refund, "decide_refund REFUNDNO refunded|not_refunded|keep WHO WHY",
     "人工认定查不清的退款 the same on a refund"},
    {"bill", 1, 1, bill, "bill NUMBER", "读取平台账单 read the platform's bill"},
    {"reprint", 1, 1, reprint, "reprint NUMBER", "补打小票 the receipt once more"},
    {"unresolved", 0, 0, unresolved, "unresolved", "未查清和未了结的单 what is not decided or finished"},
    {"wait", 0, 0, wait_for_recovery, "wait", "等待后台查询 wait for what is being asked about"},
    {"ledger", 0, 0, ledger, "ledger", "今日流水 today's rows"},
    {"reconcile", 0, 0, reconcile, "reconcile", "与平台对账 compare today with the platform"},
    {"close_day", 1, 1, close_day, "close_day WHO", "日结 close the day"},
    {"alarms", 0, 0, alarms, "alarms", "警报 verdicts that turned out to be wrong"},
    {"acknowledge", 2, 2, acknowledge, "acknowledge ID WHO", "确认警报 a person has seen to it"},
    {"help", 0, 0, help, "help", "命令列表 this list"},
};

const size_t COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0];

void help(const wsy::Client &, const Words &)
{
    for (size_t index = 0; index < COMMAND_COUNT; index++)
        std::cout << "  " << std::left << std::setw(28) << COMMANDS[index].usage << ' ' << COMMANDS[index].what << '\n';
    std::cout << "  " << std::left << std::setw(28) << "quit" << " 退出 end the program\n";
}

void run(const wsy::Client &client, const Words &words)
{
    for (size_t index = 0; index < COMMAND_COUNT; index++) {
        const Command &command = COMMANDS[index];

        if (words[0] != command.name)
            continue;
        if (words.size() - 1 < command.least || words.size() - 1 > command.most)
            std::cout << "  用法 usage: " << command.usage << '\n';
        else
            command.run(client, words);
        return;
    }
    std::cout << "  没有这个命令，请输入 help  no such command, type help\n";
}

Words split(const std::string &line)
{
    std::istringstream rest(line);
    std::string word;
    Words words;

    while (rest >> word)
        words.push_back(word);
    return words;
}

void serve(const wsy::Client &client)
{
    std::string line;

    for (;;) {
        look_at_recovery(0);
        if (!read_line("till> ", line))
            return;
        const Words words = split(line);

        if (words.empty())
            continue;
        if (words[0] == "quit")
            return;
        run(client, words);
    }
}

/* Starts to settle the payments that a crash or a power cut left open. */
void recover(const wsy::Client &client)
{
    const wsy::Reply reply = client.recover_start(recovery);

    recovery_goes_on = reply.code() == WSY_PENDING;
    if (recovery_goes_on)
        std::cout << "  正在后台查询，可以继续收款 asking about them in the background, go on selling\n";
    else
        good(reply);
}

bool open_till(wsy::Client &client, const std::string &folder, const wsy::Params &options)
{
    const wsy::Reply reply = client.open(folder, CODE_PAGE, &options);
    int32_t open;

    if (!good(reply))
        return false;
    if (reply.text("device_id").empty())
        std::cout << "  尚未激活 not activated yet: activate CODE\n";
    else
        show_config(reply);
    open = reply.number("open_charges") + reply.number("open_refunds");
    if (open + reply.number("conflicts") + reply.number("unfinished") > 0) {
        std::cout << "  上次有未查清或未了结的单 the last run left these open or unfinished:\n";
        unresolved(client, Words());
    }
    if (open > 0)
        recover(client);
    if (reply.number("alarms") > 0)
        std::cout << "  有警报，请店长处理 verdicts turned out to be wrong, a person has to see them: alarms\n";
    return true;
}

bool read_arguments(const Words &arguments, std::string &folder, wsy::Params &options)
{
    int places = 0;

    for (size_t index = 0; index < arguments.size(); index++) {
        const std::string &argument = arguments[index];

        if (argument == "--set" && index + 1 < arguments.size()) {
            const std::string &pair = arguments[++index];
            const size_t end = pair.find('=');

            if (end == std::string::npos)
                return false;
            options.set(pair.substr(0, end), pair.substr(end + 1));
        } else if (places == 0) {
            folder = argument;
            places++;
        } else if (places == 1) {
            options.set("base", argument);
            places++;
        } else {
            return false;
        }
    }
    return places > 0 && options.code() == WSY_OK;
}

} /* namespace */

int main(int argc, char **argv)
{
    std::string folder;
    wsy::Params options(CODE_PAGE);
    wsy::Client client;

    if (!read_arguments(Words(argv + 1, argv + argc), folder, options)) {
        std::cerr << "usage: till FOLDER [BASE] [--set NAME=VALUE]...\n";
        return 2;
    }
    if (!open_till(client, folder, options))
        return 1;
    serve(client);
    recovery.close(); /* the next start continues where it stopped */
    return 0;
}
