/*
 * Misuses every function of wsy.h, and checks that each returns a code and touches nothing else.
 *
 *     abi FOLDER BASE DEVICE_ID KEY BILL
 *
 * Opens FOLDER twice, once for each code page, as a device of the platform at BASE. BILL is a merchant order
 * number; the program charges it with the auth code 130000000000000001.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsy.h"

static int failures;

#define CHECK(got, wanted) check((long)(got), (long)(wanted), #got, __LINE__)

static void check(long got, long wanted, const char *what, int line)
{
    if (got == wanted)
        return;
    failures++;
    fprintf(stderr, "abi.c:%d: %s is %ld, not %ld\n", line, what, got, wanted);
}

/* A value that no call may leave in its output parameters. */
#define MARK 0x5a5a

static wsy_reply *untouched;

static wsy_client *client_at(uintptr_t at)
{
    return (wsy_client *)at;
}

/* Every function that takes a client, with an invalid one. */
static void without_client(wsy_client *c)
{
    wsy_reply *r;
    wsy_payment *p = (wsy_payment *)MARK;
    r = untouched, CHECK(wsy_activate(c, "1", NULL, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_set_device(c, "1", "2", &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_config(c, 0, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_time(c, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_micropay(c, "1", "130000000000000001", 1, NULL, &r), WSY_ERR_HANDLE);
    CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_refund(c, "1", "1", NULL, 1, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_void(c, "1", NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_settle(c, "1", NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_recover(c, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_micropay_start(c, "1", "130000000000000001", 1, NULL, &p, &r), WSY_ERR_HANDLE);
    CHECK(r == NULL, 1), CHECK(p == (wsy_payment *)MARK, 1);
    r = untouched, CHECK(wsy_refund_start(c, "1", "1", NULL, 1, NULL, &p, &r), WSY_ERR_HANDLE);
    CHECK(r == NULL, 1), CHECK(p == (wsy_payment *)MARK, 1);
    r = untouched, CHECK(wsy_query_auth_code(c, "130000000000000001", 1, NULL, &r), WSY_ERR_HANDLE);
    CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_query_order(c, "dm1", 1, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_read_bill(c, "1", NULL, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_reprint(c, "1", NULL, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_find(c, "1", &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_find_refund(c, "1", &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_day(c, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_archive(c, NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_unresolved(c, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_find_receipt(c, "1", NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_find_refund_receipt(c, "1", NULL, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_print_receipt(c, NULL, "tcp:127.0.0.1:1", 0, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_print_bytes(c, "1", 1, "tcp:127.0.0.1:1", 0, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    CHECK(wsy_on_log(c, NULL, NULL), WSY_ERR_HANDLE);
    CHECK(wsy_prepare(c), WSY_ERR_HANDLE);
    CHECK(wsy_close(c), WSY_ERR_HANDLE);
}

static void without_reply(wsy_reply *r)
{
    char buffer[8];
    int32_t number = MARK;
    memset(buffer, 'x', sizeof buffer);
    CHECK(wsy_reply_code(r), WSY_ERR_HANDLE);
    CHECK(wsy_reply_text(r, "code", buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_int(r, "code", &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_name(r, 0, buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_count(r, "charge", &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_item_text(r, "charge", 0, "state", buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_item_int(r, "charge", 0, "attempt", &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_receipt_bytes(r, buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_receipt_text(r, 58, buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_receipt_png(r, 58, NULL, buffer, sizeof buffer, &number), WSY_ERR_HANDLE);
    CHECK(wsy_reply_receipt_png_file(r, 58, NULL, "no such folder/receipt.png"), WSY_ERR_HANDLE);
    CHECK(wsy_reply_free(r), WSY_ERR_HANDLE);
    CHECK(memcmp(buffer, "xxxxxxxx", 8), 0);
    CHECK(number, MARK);
}

static void without_payment(wsy_payment *p)
{
    wsy_reply *r = untouched;
    char buffer[8] = "xxxxxxx";
    int32_t needed = MARK;
    CHECK(wsy_payment_poll(p, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    r = untouched, CHECK(wsy_payment_wait(p, 0, &r), WSY_ERR_HANDLE), CHECK(r == NULL, 1);
    CHECK(wsy_payment_text(p, WSY_ZH, buffer, sizeof buffer, &needed), WSY_ERR_HANDLE);
    CHECK(wsy_payment_cancel(p), WSY_ERR_HANDLE);
    CHECK(wsy_payment_void(p), WSY_ERR_HANDLE);
    CHECK(wsy_payment_free(p), WSY_ERR_HANDLE);
    CHECK(strcmp(buffer, "xxxxxxx"), 0);
    CHECK(needed, MARK);
}

static void without_params(wsy_client *c, wsy_params *p)
{
    wsy_reply *r = untouched;
    wsy_payment *payment = (wsy_payment *)MARK;
    wsy_client *other = client_at(MARK);
    CHECK(wsy_params_free(p), WSY_ERR_HANDLE);
    CHECK(wsy_params_set(p, "a", "b"), WSY_ERR_HANDLE);
    if (p == NULL)
        return; /* "none" where a call takes a list */
    CHECK(wsy_open("somewhere", WSY_UTF8, p, &other, &r), WSY_ERR_HANDLE);
    CHECK(other == client_at(MARK), 1);
    CHECK(wsy_micropay(c, "1", "130000000000000001", 1, p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_micropay_start(c, "1", "130000000000000001", 1, p, &payment, &r), WSY_ERR_HANDLE);
    CHECK(wsy_refund(c, "1", "1", NULL, 1, p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_refund_start(c, "1", "1", NULL, 1, p, &payment, &r), WSY_ERR_HANDLE);
    CHECK(wsy_void(c, "1", p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_settle(c, "1", p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_recover(c, p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_query_auth_code(c, "130000000000000001", 1, p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_query_order(c, "dm1", 1, p, &r), WSY_ERR_HANDLE);
    CHECK(wsy_read_bill(c, NULL, "dm1", p, &r), WSY_ERR_HANDLE);
    CHECK(r == NULL, 1);
    CHECK(payment == (wsy_payment *)MARK, 1);
}

/* Whether the text consists of whole characters of the code page. */
static int is_whole(const char *text, int32_t code_page)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        int more = 0;
        if (code_page == WSY_GBK)
            more = *at >= 0x81 ? 1 : 0;
        else
            more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : *at >= 0x80 ? 9 : 0;
        for (at++; more > 0; more--, at++) {
            if (*at == 0 || (code_page == WSY_UTF8 && (*at & 0xc0) != 0x80))
                return 0;
        }
    }
    return 1;
}

/* Reads a text into buffers of every size, each with a guard behind it. */
static void in_every_size(wsy_reply *reply, const char *name, int32_t code_page)
{
    int32_t size, needed = -1, whole = -1;
    char *text;
    CHECK(wsy_reply_text(reply, name, NULL, 0, &whole), WSY_ERR_BUFFER);
    CHECK(wsy_reply_text(reply, name, NULL, 1000, NULL), WSY_ERR_BUFFER);
    CHECK(whole > 1, 1);
    text = malloc((size_t)whole + 16);
    CHECK(wsy_reply_text(reply, name, text, -1, &needed), WSY_ERR_ARGUMENT);
    CHECK(needed, -1);
    for (size = 0; size <= whole + 4; size++) {
        int32_t code;
        size_t at;
        memset(text, 0x7e, (size_t)whole + 16);
        needed = -1;
        code = wsy_reply_text(reply, name, text, size, &needed);
        CHECK(code, size >= whole ? WSY_OK : WSY_ERR_BUFFER);
        CHECK(needed, whole);
        for (at = (size_t)size; at < (size_t)whole + 16; at++)
            CHECK(text[at], 0x7e);
        if (size == 0)
            continue;
        CHECK(memchr(text, 0, (size_t)size) != NULL, 1);
        CHECK(is_whole(text, code_page), 1);
        /* Not one character less than fits. */
        CHECK((int32_t)strlen(text) >= (size < whole ? size : whole) - (code_page == WSY_GBK ? 2 : 4), 1);
    }
    free(text);
}

static void receipt_in_every_size(wsy_reply *reply)
{
    int32_t size, needed = -1, whole = -1;
    char *bytes;
    CHECK(wsy_reply_receipt_bytes(reply, NULL, 0, &whole), WSY_ERR_BUFFER);
    bytes = malloc((size_t)whole + 1);
    for (size = 0; size <= whole; size++) {
        memset(bytes, 0x7e, (size_t)whole + 1);
        CHECK(wsy_reply_receipt_bytes(reply, bytes, size, &needed), size == whole ? WSY_OK : WSY_ERR_BUFFER);
        CHECK(needed, whole);
        CHECK(bytes[0], size == whole ? 0x1b : 0x7e);
        CHECK(bytes[whole], 0x7e);
    }
    CHECK(wsy_reply_receipt_bytes(reply, bytes, -1, &needed), WSY_ERR_ARGUMENT);
    free(bytes);
}

/* Arguments that are not valid widths, files or printers. */
static void receipt_in_no_way(wsy_client *client, wsy_reply *reply)
{
    char buffer[8] = "xxxxxxx";
    int32_t needed = MARK;
    CHECK(wsy_reply_receipt_text(reply, 57, buffer, sizeof buffer, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_receipt_text(reply, 58, buffer, -1, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_receipt_png(reply, 0, NULL, buffer, sizeof buffer, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_receipt_png(reply, 58, "\xff\xff", buffer, sizeof buffer, &needed), WSY_ERR_TEXT);
    CHECK(wsy_reply_receipt_png(reply, 58, "no such font", buffer, sizeof buffer, &needed), WSY_ERR_NO_FONT);
    CHECK(wsy_reply_receipt_png_file(reply, 58, "no such font", NULL), WSY_ERR_NO_FONT);
    CHECK(strcmp(buffer, "xxxxxxx"), 0);
    CHECK(needed, MARK);
    CHECK(wsy_print_receipt(client, reply, NULL, 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_receipt(client, NULL, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_HANDLE);
    CHECK(wsy_print_receipt(client, reply, "tcp:127.0.0.1:1", 99, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_receipt(client, reply, "tcp:127.0.0.1:1", 120001, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_receipt(client, reply, "tcp:127.0.0.1:1", -1, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_receipt(client, reply, "tcp:", 0, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_print_receipt(client, reply, "", 0, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_print_bytes(client, NULL, 1, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_bytes(client, "1", 0, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_bytes(client, "1", -1, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_bytes(client, "1", INT32_MAX, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_print_bytes(client, "1", 1, "tcp:127.0.0.1:1", 0, NULL), WSY_ERR_PRINTER_OFFLINE);
}

static void good_reply(wsy_reply *reply, int32_t code_page)
{
    char buffer[256];
    int32_t number = MARK;
    in_every_size(reply, "message_zh", code_page);
    in_every_size(reply, "advice_zh", code_page);
    in_every_size(reply, "receipt", code_page);
    receipt_in_every_size(reply);
    CHECK(wsy_reply_text(reply, "nothing", buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_text(reply, NULL, buffer, sizeof buffer, &number), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_text(reply, "\xff\xff", buffer, sizeof buffer, &number), WSY_ERR_TEXT);
    CHECK(wsy_reply_int(reply, "message_en", &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_int(reply, "nothing", &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_int(reply, NULL, &number), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_int(reply, "code", NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_name(reply, -1, buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_name(reply, INT32_MAX, buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_count(reply, "pay", &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_count(reply, NULL, &number), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_count(reply, "charge", NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_item_text(reply, "charge", 1, "state", buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_item_text(reply, "charge", -1, "state", buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_item_text(reply, "charge", 0, "nothing", buffer, sizeof buffer, &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_item_text(reply, "charge", 0, NULL, buffer, sizeof buffer, &number), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_item_text(reply, NULL, 0, "state", buffer, sizeof buffer, &number), WSY_ERR_ARGUMENT);
    CHECK(wsy_reply_item_int(reply, "charge", 0, "state", &number), WSY_ERR_NO_FIELD);
    CHECK(wsy_reply_item_int(reply, "charge", 0, "attempt", NULL), WSY_ERR_ARGUMENT);
    CHECK(number, MARK);
    CHECK(wsy_reply_item_int(reply, "charge", 0, "attempt", &number), WSY_OK);
    CHECK(number, 1);
}

static wsy_client *open_till(const char *folder, const char *base, const char *device_id, const char *key,
                             int32_t code_page)
{
    wsy_params *options = NULL;
    wsy_client *client = NULL;
    wsy_reply *reply = NULL;
    CHECK(wsy_params_new(code_page, &options), WSY_OK);
    CHECK(wsy_params_set(options, "base", "http://replaced.invalid"), WSY_OK);
    CHECK(wsy_params_set(options, "base", base), WSY_OK);
    CHECK(wsy_open(folder, code_page, options, NULL, &reply), WSY_ERR_ARGUMENT);
    CHECK(reply == NULL, 1);
    CHECK(wsy_open(folder, code_page, options, &client, NULL), WSY_OK);
    CHECK(wsy_params_free(options), WSY_OK);
    without_params(client, options);
    CHECK(wsy_set_device(client, device_id, key, NULL), WSY_OK);
    return client;
}

static void work(const char *folder, const char *base, const char *device_id, const char *key, const char *bill,
                 int32_t code_page)
{
    wsy_client *client = open_till(folder, base, device_id, key, code_page);
    wsy_reply *reply = NULL, *again = NULL;
    wsy_payment *payment = NULL;
    wsy_params *params = NULL;

    /* A handle of one kind is never valid as another. */
    CHECK(wsy_params_new(code_page, &params), WSY_OK);
    without_client((wsy_client *)params);
    without_reply((wsy_reply *)params);
    without_payment((wsy_payment *)params);
    without_reply((wsy_reply *)client);
    without_payment((wsy_payment *)client);
    without_params(client, (wsy_params *)client);
    CHECK(wsy_params_free(params), WSY_OK);
    CHECK(wsy_params_free(params), WSY_ERR_HANDLE);

    /* A call whose caller wants no reply, and the same again with one. */
    CHECK(wsy_micropay(client, bill, "130000000000000001", 100, NULL, NULL),
          code_page == WSY_UTF8 ? WSY_PAID : WSY_PAID_EARLIER);
    CHECK(wsy_find(client, bill, &reply), WSY_OK);
    CHECK(wsy_find(client, bill, &again), WSY_OK);
    CHECK(reply != again, 1);
    good_reply(reply, code_page);
    receipt_in_no_way(client, reply);
    without_client((wsy_client *)reply);
    without_payment((wsy_payment *)reply);
    CHECK(wsy_reply_free(again), WSY_OK);
    without_reply(again);
    good_reply(reply, code_page);

    CHECK(wsy_micropay_start(client, bill, "130000000000000001", 100, NULL, &payment, NULL), WSY_PENDING);
    again = untouched, CHECK(wsy_payment_wait(payment, 3600001, &again), WSY_ERR_ARGUMENT), CHECK(again == NULL, 1);
    again = untouched, CHECK(wsy_payment_wait(payment, -1, &again), WSY_ERR_ARGUMENT), CHECK(again == NULL, 1);
    CHECK(wsy_payment_wait(payment, -1, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_payment_text(payment, 2, NULL, 0, NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_payment_wait(payment, 3600000, NULL), WSY_PAID_EARLIER);
    CHECK(wsy_payment_poll(payment, NULL), WSY_PAID_EARLIER);
    without_reply((wsy_reply *)payment);
    without_client((wsy_client *)payment);

    /* Objects that a client created outlive it. */
    CHECK(wsy_close(client), WSY_OK);
    without_client(client);
    good_reply(reply, code_page);
    CHECK(wsy_payment_poll(payment, &again), WSY_PAID_EARLIER);
    CHECK(wsy_reply_code(again), WSY_PAID_EARLIER);
    CHECK(wsy_reply_free(again), WSY_OK);
    CHECK(wsy_payment_void(payment), WSY_ERR_HANDLE);
    CHECK(wsy_payment_free(payment), WSY_OK);
    without_payment(payment);
    CHECK(wsy_reply_free(reply), WSY_OK);
    without_reply(reply);
}

static void texts(void)
{
    static const int32_t codes[] = {WSY_OK, WSY_PAID, WSY_NOT_PAID, WSY_UNKNOWN, WSY_PENDING, WSY_ERR_CANCELLED};
    char buffer[1024];
    int32_t needed = MARK;
    size_t n;
    for (n = 0; n < sizeof codes / sizeof *codes; n++) {
        CHECK(wsy_code_text(codes[n], WSY_ZH, WSY_UTF8, buffer, sizeof buffer, &needed), WSY_OK);
        CHECK(is_whole(buffer, WSY_UTF8), 1);
        CHECK(wsy_code_text(codes[n], WSY_ZH, WSY_GBK, buffer, 7, &needed), WSY_ERR_BUFFER);
        CHECK(is_whole(buffer, WSY_GBK), 1);
        CHECK(wsy_code_text(codes[n], WSY_EN, WSY_GBK, buffer, sizeof buffer, NULL), WSY_OK);
    }
    needed = MARK;
    CHECK(wsy_code_text(2000, WSY_ZH, WSY_UTF8, buffer, sizeof buffer, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_code_text(WSY_OK, 2, WSY_UTF8, buffer, sizeof buffer, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_code_text(WSY_OK, WSY_ZH, 1252, buffer, sizeof buffer, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_code_text(WSY_OK, WSY_ZH, WSY_UTF8, buffer, -1, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_version(buffer, -1, &needed), WSY_ERR_ARGUMENT);
    CHECK(wsy_fen_to_yuan(1, buffer, -1, &needed), WSY_ERR_ARGUMENT);
    CHECK(needed, MARK);
    CHECK(wsy_version(buffer, 1, &needed), WSY_ERR_BUFFER);
    CHECK(buffer[0], 0);
    CHECK(wsy_fen_to_yuan(INT32_MIN, buffer, 13, &needed), WSY_OK);
    CHECK(wsy_yuan_to_fen("1.00", NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_params_new(WSY_UTF8, NULL), WSY_ERR_ARGUMENT);
}

int main(int count, char **words)
{
    static const uintptr_t forged[] = {0, 1, 7, 0x10010, 0x7ffffff0, 0xdeadbeef, (uintptr_t)-1};
    char folder[1024];
    size_t n;
    if (count != 6)
        return 2;
    untouched = (wsy_reply *)MARK;
    for (n = 0; n < sizeof forged / sizeof *forged; n++) {
        without_client(client_at(forged[n]));
        without_reply((wsy_reply *)forged[n]);
        without_payment((wsy_payment *)forged[n]);
        without_params(NULL, (wsy_params *)forged[n]);
    }
    /* Addresses of real memory are not handles either. */
    without_client((wsy_client *)(void *)folder);
    texts();
    work(words[1], words[2], words[3], words[4], words[5], WSY_UTF8);
    work(words[1], words[2], words[3], words[4], words[5], WSY_GBK);
    if (failures > 0)
        fprintf(stderr, "abi.c: %d checks failed\n", failures);
    return failures > 0;
}
