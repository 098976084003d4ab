/*
 * A small till on the wsy library. Copy from it what you need.
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
 * sets CODE_PAGE to WSY_GBK, and changes nothing else.
 */

#define _POSIX_C_SOURCE 200112L /* for isatty */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#define fileno _fileno
#else
#include <unistd.h>
#endif

#include <wsy.h>

#define CODE_PAGE WSY_UTF8
#define MAX_WORDS 5

/* Reading replies. */

static int32_t read_text(const wsy_reply *reply, const char *list, int32_t index, const char *name, char *buffer,
                         int32_t size, int32_t *needed)
{
    if (list == NULL)
        return wsy_reply_text(reply, name, buffer, size, needed);
    return wsy_reply_item_text(reply, list, index, name, buffer, size, needed);
}

/*
 * A field of any length, which the caller frees; "" if there is no such field. It calls twice: for the size,
 * then for the text. Reading a reply has no side effect, so this can never charge anybody twice. With a list
 * it is the field of that list's item, without one (NULL) the reply's own.
 */
static char *field(const wsy_reply *reply, const char *list, int32_t index, const char *name)
{
    int32_t needed = 0;
    char *text;

    read_text(reply, list, index, name, NULL, 0, &needed);
    text = calloc((size_t)needed + 1, 1);
    if (text == NULL) {
        /* Everything in progress is in the ledger already; the next start settles it. */
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    read_text(reply, list, index, name, text, needed, NULL);
    return text;
}

/* A number of the reply; 0 if there is no such field. */
static int32_t number(const wsy_reply *reply, const char *name)
{
    int32_t value = 0;

    wsy_reply_int(reply, name, &value);
    return value;
}

static int32_t count(const wsy_reply *reply, const char *list)
{
    int32_t items = 0;

    wsy_reply_count(reply, list, &items);
    return items;
}

/* Printing. */

/* Prints a field in a column, left-aligned if width is negative, as in printf; 0 for the last one. */
static void column(const wsy_reply *reply, const char *list, int32_t index, const char *name, int width)
{
    char *text = field(reply, list, index, name);

    printf("%*s%s", width, text, width == 0 ? "" : "  ");
    free(text);
}

static void print_field(const wsy_reply *reply, const char *name)
{
    column(reply, NULL, 0, name, 0);
}

static void labelled(const char *label, const wsy_reply *reply, const char *name)
{
    char *text = field(reply, NULL, 0, name);

    if (text[0] != '\0')
        printf("  %s %s\n", label, text);
    free(text);
}

static void amount(const char *label, int32_t fen)
{
    char yuan[16];

    wsy_fen_to_yuan(fen, yuan, (int32_t)sizeof yuan, NULL);
    printf("  %s %s\n", label, yuan);
}

/*
 * The meaning of a code and what to do. A reply is most specific; a call with an invalid handle or text has
 * none. The field detail is for the log, not for the cashier.
 */
static void explain(int32_t code, const wsy_reply *reply)
{
    char text[512];

    if (reply == NULL) {
        wsy_code_text(code, WSY_ZH, CODE_PAGE, text, (int32_t)sizeof text, NULL);
        printf("  %s\n", text);
        wsy_code_text(code, WSY_EN, CODE_PAGE, text, (int32_t)sizeof text, NULL);
        printf("  %s\n", text);
        return;
    }
    printf("  ");
    print_field(reply, "message_zh");
    print_field(reply, "advice_zh");
    printf("\n  ");
    print_field(reply, "message_en");
    putchar(' ');
    print_field(reply, "advice_en");
    putchar('\n');
}

/* For queries and look-ups: whether the call succeeded; if not, prints why. */
static int good(int32_t code, const wsy_reply *reply)
{
    if (code == WSY_OK)
        return 1;
    printf("  --  没有完成 FAILED (%d)  --\n", (int)code);
    explain(code, reply);
    return 0;
}

static void print_receipt(const wsy_reply *reply)
{
    char *receipt = field(reply, NULL, 0, "receipt");
    char *line, *rest = receipt;

    while (rest != NULL && rest[0] != '\0') {
        line = rest;
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        printf("    | %s\n", line);
    }
    free(receipt);
    /* A real till sends the bytes of wsy_reply_receipt_bytes to its ESC/POS printer instead. */
}

static const char *headline(int32_t code)
{
    switch (code) {
    case WSY_PAID:
        return "已收款  PAID";
    case WSY_NOT_PAID:
        return "没有收款  NOT PAID";
    case WSY_REFUNDED:
        return "已退款  REFUNDED";
    case WSY_NOT_REFUNDED:
        return "没有退款  NOT REFUNDED";
    case WSY_PAID_EARLIER:
        return "已付过款，不要再收款  PAID EARLIER";
    case WSY_DECIDED:
        return "已由人工认定  DECIDED";
    case WSY_VOIDED:
        return "已撤销  VOIDED";
    default:
        return code < -100 ? "没有发出  NOTHING SENT" : "结果未知  UNKNOWN";
    }
}

/*
 * The only place in this program where goods change hands: a bill gets here once, however often it is
 * queried.
 */
static void hand_over(const wsy_reply *reply)
{
    if (number(reply, "paid_attempts") > 1)
        puts("  注意：这笔单收了不止一次款，请退还多收的 careful: paid more than once, give the rest back");
    print_receipt(reply);
}

/* Tells the cashier how a call about money ended. */
static void verdict(int32_t code, const wsy_reply *reply)
{
    printf("  ========  %s  ========\n", headline(code));
    explain(code, reply);
    if (code == WSY_NOT_PAID || code == WSY_NOT_REFUNDED)
        labelled("原因 reason:", reply, "reason");
    labelled("金额 yuan:", reply, code == WSY_REFUNDED ? "refund" : "total");
    labelled("平台单号 order:", reply, "dm_id");
    if (code == WSY_PAID_EARLIER)
        labelled("首次收款 first told:", reply, "first_told");
    if (code == WSY_DECIDED) {
        labelled("认定结果 decision:", reply, "decision");
        labelled("认定人 decided by:", reply, "decided_by");
        labelled("理由 why:", reply, "why");
    }
    if (code == WSY_UNKNOWN)
        puts("  查清 to find out: settle NUMBER; 查不清的由人工认定 if it stays so: decide NUMBER ...");
    if (code == WSY_PAID)
        hand_over(reply);
}

/* Waiting for a payment. */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* Shows the progress of the payment: in place on a terminal, otherwise a line for each change. */
static void show_progress(const wsy_payment *payment, char *shown, size_t size)
{
    char zh[256] = "", en[256] = "", text[520];

    wsy_payment_text(payment, WSY_ZH, zh, (int32_t)sizeof zh, NULL);
    wsy_payment_text(payment, WSY_EN, en, (int32_t)sizeof en, NULL);
    snprintf(text, sizeof text, "%s  %s", zh, en);
    if (strcmp(text, shown) == 0)
        return;
    if (isatty(fileno(stdout)))
        printf("\r%79s\r%s", "", text);
    else
        printf("  %s\n", text);
    fflush(stdout);
    snprintf(shown, size, "%s", text);
}

/*
 * Waits for the verdict a fifth of a second at a time; a program with a window would draw it in between.
 * Ctrl-C stops waiting. It cannot undo the payment: a charge that may have been made ends as unknown.
 */
static int32_t wait_for(wsy_payment *payment, wsy_reply **reply)
{
    char shown[260] = "";
    int32_t code;

    interrupted = 0;
    signal(SIGINT, on_interrupt);
    do {
        show_progress(payment, shown, sizeof shown);
        if (interrupted)
            wsy_payment_cancel(payment);
        code = wsy_payment_wait(payment, 200, reply);
    } while (code == WSY_PENDING);
    signal(SIGINT, SIG_DFL);
    if (isatty(fileno(stdout)))
        printf("\r%79s\r", "");
    return code;
}

/* Finishes a call that has started a payment or a refund, or has failed to. */
static void finish(int32_t code, wsy_payment *payment, wsy_reply *reply)
{
    if (code == WSY_PENDING) {
        code = wait_for(payment, &reply);
        wsy_payment_free(payment);
    }
    verdict(code, reply);
    wsy_reply_free(reply);
}

/* Reads a line from the keyboard or the scanner, without its end; 0 at the end of the input. */
static int read_line(const char *prompt, char *line, int size)
{
    printf("%s", prompt);
    fflush(stdout);
    if (fgets(line, size, stdin) == NULL)
        return 0;
    line[strcspn(line, "\r\n")] = '\0';
    return 1;
}

/* Parses an amount; prints an error if it is not valid. */
static int read_yuan(const char *yuan, int32_t *fen)
{
    int32_t code = wsy_yuan_to_fen(yuan, fen);

    if (code == WSY_OK)
        return 1;
    verdict(code, NULL);
    return 0;
}

/* The commands. Each gets the client and the words of its line; a missing word is NULL. */

static void show_config(const wsy_reply *reply)
{
    char *source = field(reply, NULL, 0, "config_source");
    int32_t types = count(reply, "dm_code");
    int32_t index;

    labelled("设备 device:", reply, "device_id");
    labelled("商户 shop:", reply, "client_name");
    if (strcmp(source, "file") == 0)
        printf("  连不上平台，用的是 %d 秒前保存的配置 offline, config is %d s old\n", (int)number(reply, "config_age_s"),
               (int)number(reply, "config_age_s"));
    for (index = 0; index < types; index++) {
        printf("  支付方式 pay type: ");
        column(reply, "dm_code", index, "code", -8);
        column(reply, "dm_code", index, "name", 0);
        putchar('\n');
    }
    free(source);
}

static void activate(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_activate(client, words[1], NULL, NULL, &reply);

    if (good(code, reply)) {
        puts("  已激活 ACTIVATED");
        show_config(reply);
    }
    wsy_reply_free(reply);
}

static void config(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code;

    (void)words;
    code = wsy_config(client, 1, &reply);
    if (good(code, reply))
        show_config(reply);
    wsy_reply_free(reply);
}

static void platform_time(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code;

    (void)words;
    code = wsy_time(client, &reply);
    if (good(code, reply)) {
        labelled("平台时间 platform:", reply, "time");
        printf("  本机快 this machine is ahead by %d s\n", (int)number(reply, "ahead_s"));
    }
    wsy_reply_free(reply);
}

static void pay(wsy_client *client, char **words)
{
    char scanned[64];
    const char *auth_code = words[3];
    wsy_payment *payment = NULL;
    wsy_reply *reply = NULL;
    int32_t fen = 0, code;

    if (!read_yuan(words[2], &fen))
        return;
    if (auth_code == NULL) {
        if (!read_line("请扫付款码 scan: ", scanned, (int)sizeof scanned))
            return;
        auth_code = scanned;
    }
    /*
     * words[1] is the shop's own number of this bill. If this program dies during the call, calling again
     * with the same number continues where it stopped: it is never charged twice.
     */
    code = wsy_micropay_start(client, words[1], auth_code, fen, NULL, &payment, &reply);
    finish(code, payment, reply);
}

static void refund(wsy_client *client, char **words)
{
    wsy_payment *payment = NULL;
    wsy_reply *reply = NULL;
    int32_t fen = 0, code;

    if (!read_yuan(words[3], &fen))
        return;
    code = wsy_refund_start(client, words[1], words[2], NULL, fen, NULL, &payment, &reply);
    finish(code, payment, reply);
}

static void undo(wsy_client *client, char **words)
{
    wsy_payment *payment = NULL;
    wsy_reply *reply = NULL;
    int32_t code = wsy_void_start(client, words[1], NULL, &payment, &reply);

    finish(code, payment, reply);
}

static void settle(wsy_client *client, char **words)
{
    wsy_payment *payment = NULL;
    wsy_reply *reply = NULL;
    int32_t code = wsy_settle_start(client, words[1], NULL, &payment, &reply);

    finish(code, payment, reply);
}

/*
 * Records what a person has found out, in the back office or on the customer's phone, about a bill that stays
 * unknown.
 */
static void decide(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_decide(client, words[1], 0, words[2], words[3], words[4], &reply);

    if (good(code, reply))
        labelled("已记下 written down:", reply, "state");
    wsy_reply_free(reply);
}

static void decide_refund(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_decide_refund(client, words[1], words[2], words[3], words[4], &reply);

    if (good(code, reply))
        labelled("已记下 written down:", reply, "state");
    wsy_reply_free(reply);
}

static void bill(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code, index;

    code = wsy_read_bill(client, words[1], NULL, NULL, &reply);
    if (good(code, reply)) {
        labelled("平台单号 order:     ", reply, "dm_id");
        amount("已付 paid:          ", number(reply, "pay_total_fen"));
        amount("已退 refunded:      ", number(reply, "refunded_fen"));
        amount("可退 refundable:    ", number(reply, "refundable_fen"));
        for (index = 0; index < count(reply, "pay"); index++) {
            printf("  ");
            column(reply, "pay", index, "pay_total", 10);
            column(reply, "pay", index, "pay_time", -19);
            column(reply, "pay", index, "pay_name", 0);
            putchar('\n');
        }
    }
    wsy_reply_free(reply);
}

static void reprint(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_reprint(client, words[1], NULL, NULL, &reply);

    /* Without the platform's receipt the reply has the ledger's, if there is one. */
    good(code, reply);
    print_receipt(reply);
    wsy_reply_free(reply);
}

/* One line for each item of a list. */
static void print_items(const wsy_reply *reply, const char *list, const char *kind, const char *number_name,
                        const char *yuan_name)
{
    int32_t index;

    for (index = 0; index < count(reply, list); index++) {
        printf("  %-7s ", kind);
        column(reply, list, index, number_name, -16);
        column(reply, list, index, "dm_id", -16);
        column(reply, list, index, yuan_name, 10);
        column(reply, list, index, "state", -12);
        column(reply, list, index, "started", 0);
        putchar('\n');
    }
}

/* One line for each charge and refund of a reply. */
static void print_rows(const wsy_reply *reply)
{
    printf("  %-7s %-16s  %-16s  %10s  %-12s  %s\n", "kind", "number", "order", "yuan", "state", "begun");
    print_items(reply, "charge", "charge", "out_trade_no", "total");
    print_items(reply, "refund", "refund", "out_refund_no", "refund");
}

/*
 * Bills that are paid but may never have been reported as paid: the goods may or may not have been handed
 * over.
 */
static void print_unfinished(const wsy_reply *reply)
{
    if (count(reply, "unfinished") == 0)
        return;
    puts("  已收款，但不能确认收银员看到过：先弄清商品是否已交付，再 settle NUMBER");
    puts("  paid, and nobody is known to have seen it: are the goods gone? Then: settle NUMBER");
    print_items(reply, "unfinished", "charge", "out_trade_no", "total");
}

/*
 * Payments that the last run left open are queried in the background, while the shop goes on selling. NULL
 * once that has ended.
 */
static wsy_payment *recovery;

/* Checks whether it has ended, waiting at most this long, and shows the result. */
static int recovery_goes_on(int32_t timeout_ms)
{
    wsy_reply *reply = NULL;
    int32_t code;

    if (recovery == NULL)
        return 0;
    code = wsy_payment_wait(recovery, timeout_ms, &reply);
    if (code == WSY_PENDING)
        return 1;
    wsy_payment_free(recovery);
    recovery = NULL;
    if (good(code, reply)) {
        printf("  后台查询结束 recovered: 查清 settled %d, 未查清 open %d\n", (int)number(reply, "settled"),
               (int)number(reply, "open"));
        print_rows(reply);
        print_unfinished(reply);
    }
    wsy_reply_free(reply);
    return 0;
}

/* Shows the progress. */
static void wait_for_recovery(wsy_client *client, char **words)
{
    char shown[260] = "";

    (void)client, (void)words;
    if (recovery == NULL)
        puts("  后台没有查询 nothing is being asked about");
    while (recovery != NULL) {
        show_progress(recovery, shown, sizeof shown);
        recovery_goes_on(200);
    }
}

static void unresolved(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code;

    (void)words;
    code = wsy_unresolved(client, &reply);
    if (good(code, reply)) {
        if (number(reply, "open") == 0)
            puts("  没有未查清的单 nothing is unresolved");
        else
            print_rows(reply);
        print_unfinished(reply);
    }
    wsy_reply_free(reply);
}

static void ledger(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    char paid[16], refunded[16];
    int32_t code;

    (void)words;
    code = wsy_day(client, NULL, &reply);
    if (good(code, reply)) {
        print_rows(reply);
        wsy_fen_to_yuan(number(reply, "paid_fen"), paid, (int32_t)sizeof paid, NULL);
        wsy_fen_to_yuan(number(reply, "refunded_fen"), refunded, (int32_t)sizeof refunded, NULL);
        printf("  收款 paid %s   退款 refunded %s   未查清 open %d\n", paid, refunded, (int)number(reply, "open"));
    }
    wsy_reply_free(reply);
}

/* A difference or an alarm: what the ledger has, what the platform has, and what it means. */
static void print_differences(const wsy_reply *reply, const char *list)
{
    int32_t index;

    for (index = 0; index < count(reply, list); index++) {
        printf("  ");
        column(reply, list, index, "id", 0);
        column(reply, list, index, "out_trade_no", 0);
        printf("本机 here ");
        column(reply, list, index, "here", 0);
        printf("平台 there ");
        column(reply, list, index, "there", 0);
        printf("\n  ");
        column(reply, list, index, "message_zh", 0);
        printf("\n  ");
        column(reply, list, index, "message_en", 0);
        putchar('\n');
    }
}

static void reconcile(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code;

    (void)words;
    code = wsy_reconcile(client, NULL, &reply);
    if (good(code, reply)) {
        printf("  已核对 asked %d，差异 differences %d\n", (int)number(reply, "asked"),
               (int)number(reply, "differences"));
        print_differences(reply, "difference");
    }
    wsy_reply_free(reply);
}

/* Closes the till's day: its totals are final, and later outcomes count for the next day. */
static void close_day(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_close_day(client, NULL, words[1], &reply);

    if (good(code, reply)) {
        labelled("已日结 day closed:", reply, "closed");
        labelled("日结人 closed by:", reply, "closed_by");
        amount("收款 paid:", number(reply, "paid_fen"));
        amount("退款 refunded:", number(reply, "refunded_fen"));
        printf("  未查清 open: %d\n", (int)number(reply, "open"));
    }
    wsy_reply_free(reply);
}

static void alarms(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code;

    (void)words;
    code = wsy_alarms(client, &reply);
    if (good(code, reply)) {
        printf("  警报 alarms: %d\n", (int)number(reply, "alarms"));
        print_differences(reply, "alarm");
    }
    wsy_reply_free(reply);
}

static void acknowledge(wsy_client *client, char **words)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_acknowledge(client, (int32_t)atoi(words[1]), words[2], &reply);

    if (good(code, reply))
        puts("  已确认 acknowledged");
    wsy_reply_free(reply);
}

static void help(wsy_client *client, char **words);

static const struct command {
    const char *name;
    int least, most; /* how many words follow */
    void (*run)(wsy_client *client, char **words);
    const char *usage;
    const char *what;
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

#define COMMAND_COUNT (sizeof COMMANDS / sizeof COMMANDS[0])

static void help(wsy_client *client, char **words)
{
    size_t index;

    (void)client, (void)words;
    for (index = 0; index < COMMAND_COUNT; index++)
        printf("  %-28s %s\n", COMMANDS[index].usage, COMMANDS[index].what);
    printf("  %-28s %s\n", "quit", "退出 end the program");
}

/* Splits a line into words; returns how many, at most MAX_WORDS + 1. */
static int split(char *line, char **words)
{
    int found = 0;
    char *word = strtok(line, " \t");

    memset(words, 0, (MAX_WORDS + 1) * sizeof words[0]);
    for (; word != NULL && found <= MAX_WORDS; word = strtok(NULL, " \t"))
        words[found++] = word;
    return found;
}

static void run(wsy_client *client, char **words, int found)
{
    size_t index;

    for (index = 0; index < COMMAND_COUNT; index++) {
        const struct command *command = &COMMANDS[index];

        if (strcmp(command->name, words[0]) != 0)
            continue;
        if (found - 1 < command->least || found - 1 > command->most)
            printf("  用法 usage: %s\n", command->usage);
        else
            command->run(client, words);
        return;
    }
    puts("  没有这个命令，请输入 help  no such command, type help");
}

static void serve(wsy_client *client)
{
    char line[256];
    char *words[MAX_WORDS + 1];
    int found;

    while (recovery_goes_on(0), read_line("till> ", line, (int)sizeof line)) {
        found = split(line, words);
        if (found == 0)
            continue;
        if (strcmp(words[0], "quit") == 0)
            return;
        run(client, words, found);
    }
}

/* Starts to settle the payments that a crash or a power cut left open. */
static void recover(wsy_client *client)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_recover_start(client, NULL, &recovery, &reply);

    if (code == WSY_PENDING)
        puts("  正在后台查询，可以继续收款 asking about them in the background, go on selling");
    else
        good(code, reply);
    wsy_reply_free(reply);
}

static int open_till(const char *folder, const wsy_params *options, wsy_client **client)
{
    wsy_reply *reply = NULL;
    int32_t open = 0, listed = 0, alarmed = 0;
    int32_t code = wsy_open(folder, CODE_PAGE, options, client, &reply);
    char *device = field(reply, NULL, 0, "device_id");
    int opened = good(code, reply);

    if (opened) {
        if (device[0] == '\0')
            puts("  尚未激活 not activated yet: activate CODE");
        else
            show_config(reply);
        open = number(reply, "open_charges") + number(reply, "open_refunds");
        listed = open + number(reply, "conflicts") + number(reply, "unfinished");
        alarmed = number(reply, "alarms");
    }
    free(device);
    wsy_reply_free(reply);
    if (listed > 0) {
        puts("  上次有未查清或未了结的单 the last run left these open or unfinished:");
        unresolved(*client, NULL);
    }
    if (open > 0)
        recover(*client);
    if (alarmed > 0)
        puts("  有警报，请店长处理 verdicts turned out to be wrong, a person has to see them: alarms");
    return opened;
}

/* Turns "NAME=VALUE" into an option. */
static int set_option(wsy_params *options, char *pair)
{
    char *value = strchr(pair, '=');

    if (value == NULL)
        return 0;
    *value++ = '\0';
    return wsy_params_set(options, pair, value) == WSY_OK;
}

static int read_arguments(int argc, char **argv, const char **folder, wsy_params *options)
{
    int index, places = 0;

    for (index = 1; index < argc; index++) {
        if (strcmp(argv[index], "--set") == 0) {
            if (++index == argc || !set_option(options, argv[index]))
                return 0;
        } else if (places == 0) {
            *folder = argv[index];
            places++;
        } else if (places == 1 && wsy_params_set(options, "base", argv[index]) == WSY_OK) {
            places++;
        } else {
            return 0;
        }
    }
    return places > 0;
}

int main(int argc, char **argv)
{
    const char *folder = NULL;
    wsy_params *options = NULL;
    wsy_client *client = NULL;
    int opened;

    if (wsy_params_new(CODE_PAGE, &options) != WSY_OK || !read_arguments(argc, argv, &folder, options)) {
        fputs("usage: till FOLDER [BASE] [--set NAME=VALUE]...\n", stderr);
        return 2;
    }
    opened = open_till(folder, options, &client);
    wsy_params_free(options);
    if (!opened)
        return EXIT_FAILURE;
    serve(client);
    wsy_payment_free(recovery); /* the next start continues where it stopped */
    wsy_close(client);
    return EXIT_SUCCESS;
}
