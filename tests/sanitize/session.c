/*
 * A day of a till that calls every function of wsy.h and frees everything, for the tools that watch memory.
 *
 *     session FOLDER BASE FONT
 *
 * Works in FOLDER as the device that the demo's activation code makes at the platform at BASE, and draws with
 * FONT.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsy.h"

#define ACTIVATION_CODE "24901320180424"
#define PAYS_1 "130000000000000001"
#define PAYS_2 "280000000000000001"
#define NEVER_ANSWERS "130000000000000005"

static int failures;
static const char *font;
static char picture[4096];

#define CHECK(got, wanted) check((long)(got), (long)(wanted), #got, __LINE__)

static void check(long got, long wanted, const char *what, int line)
{
    if (got == wanted)
        return;
    failures++;
    fprintf(stderr, "session.c:%d: %s is %ld, not %ld\n", line, what, got, wanted);
}

/* Each call gets exactly the memory that it writes to. */
static char *exactly(int32_t size)
{
    char *buffer = malloc((size_t)size);
    if (buffer == NULL)
        exit(2);
    return buffer;
}

static void read_fields(const wsy_reply *reply)
{
    int32_t at, needed, number;
    char *name, *text;
    for (at = 0; wsy_reply_name(reply, at, NULL, 0, &needed) == WSY_ERR_BUFFER; at++) {
        name = exactly(needed);
        CHECK(wsy_reply_name(reply, at, name, needed, NULL), WSY_OK);
        CHECK(wsy_reply_text(reply, name, NULL, 0, &needed), WSY_ERR_BUFFER);
        text = exactly(needed);
        CHECK(wsy_reply_text(reply, name, text, needed, NULL), WSY_OK);
        CHECK(strlen(text) + 1, needed);
        wsy_reply_int(reply, name, &number);
        free(text);
        free(name);
    }
}

static void read_list(const wsy_reply *reply, const char *list, const char *name)
{
    int32_t at, count = 0, needed, number;
    char *text;
    if (wsy_reply_count(reply, list, &count) != WSY_OK)
        return;
    for (at = 0; at < count; at++) {
        if (wsy_reply_item_text(reply, list, at, name, NULL, 0, &needed) != WSY_ERR_BUFFER)
            continue;
        text = exactly(needed);
        CHECK(wsy_reply_item_text(reply, list, at, name, text, needed, NULL), WSY_OK);
        wsy_reply_item_int(reply, list, at, name, &number);
        free(text);
    }
}

static void read_receipt(const wsy_reply *reply)
{
    int32_t needed;
    char *bytes;
    if (wsy_reply_receipt_bytes(reply, NULL, 0, &needed) != WSY_ERR_BUFFER)
        return;
    bytes = exactly(needed);
    CHECK(wsy_reply_receipt_bytes(reply, bytes, needed, NULL), WSY_OK);
    free(bytes);
}

/* Reads the whole reply, frees it, and checks that the call returned this. */
static void ends(const char *what, int32_t code, int32_t wanted, wsy_reply *reply)
{
    if (code != wanted) {
        failures++;
        fprintf(stderr, "session.c: %s returned %d, not %d\n", what, (int)code, (int)wanted);
    }
    if (reply == NULL)
        return;
    CHECK(wsy_reply_code(reply), code);
    read_fields(reply);
    read_list(reply, "dm_code", "type");
    read_list(reply, "charge", "total_fen");
    read_list(reply, "refund", "refund_fen");
    read_list(reply, "pay", "pay_name");
    read_list(reply, "difference", "kind");
    read_list(reply, "alarm", "id");
    read_list(reply, "unfinished", "out_trade_no");
    read_list(reply, "decision", "decided_by");
    read_list(reply, "wallet", "count");
    read_list(reply, "operator", "paid_fen");
    read_list(reply, "state", "state");
    read_receipt(reply);
    CHECK(wsy_reply_free(reply), WSY_OK);
}

static void on_log(void *user, int32_t level, const char *line)
{
    /* Every byte is read. */
    *(size_t *)user += strlen(line) + (size_t)level;
}

static wsy_params *times(void)
{
    static const char *const pairs[][2] = {{"poll_ms", "50"}, {"first_query_ms", "20"}, {"quiet_ms", "500"}};
    wsy_params *params = NULL;
    size_t n;
    CHECK(wsy_params_new(WSY_UTF8, &params), WSY_OK);
    for (n = 0; n < sizeof pairs / sizeof *pairs; n++)
        CHECK(wsy_params_set(params, pairs[n][0], pairs[n][1]), WSY_OK);
    return params;
}

static void draw(const wsy_reply *reply)
{
    int32_t needed;
    char *bytes;
    CHECK(wsy_reply_receipt_text(reply, 58, NULL, 0, &needed), WSY_ERR_BUFFER);
    bytes = exactly(needed);
    CHECK(wsy_reply_receipt_text(reply, 58, bytes, needed, NULL), WSY_OK);
    free(bytes);
    CHECK(wsy_reply_receipt_png(reply, 58, font, NULL, 0, &needed), WSY_ERR_BUFFER);
    bytes = exactly(needed);
    CHECK(wsy_reply_receipt_png(reply, 58, font, bytes, needed, NULL), WSY_OK);
    free(bytes);
    CHECK(wsy_reply_receipt_png_file(reply, 80, font, picture), WSY_OK);
}

static void pop_up(const wsy_reply *reply)
{
    int32_t needed;
    char *bytes;
    CHECK(wsy_reply_item_name(reply, "response", 0, 0, NULL, 0, &needed), WSY_ERR_BUFFER);
    bytes = exactly(needed);
    CHECK(wsy_reply_item_name(reply, "response", 0, 0, bytes, needed, NULL), WSY_OK);
    free(bytes);
    CHECK(wsy_reply_canvas_text(reply, NULL, 0, &needed), WSY_ERR_BUFFER);
    bytes = exactly(needed);
    CHECK(wsy_reply_canvas_text(reply, bytes, needed, NULL), WSY_OK);
    free(bytes);
    CHECK(wsy_reply_canvas_png(reply, font, NULL, 0, &needed), WSY_ERR_BUFFER);
    bytes = exactly(needed);
    CHECK(wsy_reply_canvas_png(reply, font, bytes, needed, NULL), WSY_OK);
    free(bytes);
    CHECK(wsy_reply_canvas_png_file(reply, font, picture), WSY_OK);
}

/* Waits for an operation that was started, and frees it. */
static void finish(wsy_payment *payment, int32_t wanted)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_payment_wait(payment, 60000, &reply);
    ends("wsy_payment_wait", code, wanted, reply);
    CHECK(wsy_payment_free(payment), WSY_OK);
}

static void receipts(wsy_client *till)
{
    wsy_payment *printing = NULL;
    wsy_reply *reply = NULL, *refused = NULL;
    int32_t code = wsy_find_refund_receipt(till, "R1", NULL, &reply);
    ends("wsy_find_refund_receipt", code, WSY_OK, reply);
    code = wsy_find_receipt(till, "B1", NULL, &reply);
    draw(reply);
    code = wsy_print_receipt(till, reply, "tcp:127.0.0.1:1", 0, &refused);
    ends("wsy_print_receipt", code, WSY_ERR_PRINTER_OFFLINE, refused);
    code = wsy_print_bytes(till, "1", 1, "device:/nowhere/printer", 0, &refused);
    ends("wsy_print_bytes", code, WSY_ERR_NO_PRINTER, refused);
    code = wsy_print_receipt_start(till, reply, "tcp:127.0.0.1:1", 0, &printing, &refused);
    ends("wsy_print_receipt_start", code, WSY_PENDING, refused);
    finish(printing, WSY_ERR_PRINTER_OFFLINE);
    code = wsy_print_bytes_start(till, "1", 1, "device:/nowhere/printer", 0, &printing, &refused);
    ends("wsy_print_bytes_start", code, WSY_PENDING, refused);
    finish(printing, WSY_ERR_NO_PRINTER);
    ends("wsy_find_receipt", WSY_OK, WSY_OK, reply);
}

static void sell_and_refund(wsy_client *till)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_micropay(till, "B1", PAYS_1, 1250, NULL, &reply);
    pop_up(reply);
    ends("wsy_micropay", code, WSY_PAID, reply);
    code = wsy_find(till, "B1", &reply);
    ends("wsy_find", code, WSY_OK, reply);
    code = wsy_read_bill(till, "B1", NULL, NULL, &reply);
    ends("wsy_read_bill", code, WSY_OK, reply);
    code = wsy_reprint(till, "B1", NULL, NULL, &reply);
    ends("wsy_reprint", code, WSY_OK, reply);
    code = wsy_query_auth_code(till, PAYS_1, 1250, NULL, &reply);
    ends("wsy_query_auth_code", code, WSY_OK, reply);
    code = wsy_query_order(till, "dm0", 1250, NULL, &reply);
    ends("wsy_query_order", code, WSY_OK, reply);
    code = wsy_refund(till, "R1", "B1", NULL, 250, NULL, &reply);
    ends("wsy_refund", code, WSY_REFUNDED, reply);
    code = wsy_find_refund(till, "R1", &reply);
    ends("wsy_find_refund", code, WSY_OK, reply);
    receipts(till);
    code = wsy_void(till, "B1", NULL, &reply);
    ends("wsy_void", code, WSY_REFUNDED, reply);
}

static void read_cashier_text(wsy_payment *payment)
{
    int32_t needed;
    char text[256], *shorter;
    CHECK(wsy_payment_text(payment, WSY_ZH, text, sizeof text, &needed), WSY_OK);
    shorter = exactly(2);
    CHECK(wsy_payment_text(payment, WSY_ZH, shorter, 2, NULL), WSY_ERR_BUFFER);
    free(shorter);
}

static void start_and_poll(wsy_client *till)
{
    wsy_reply *reply = NULL;
    wsy_payment *payment = NULL;
    int32_t code = wsy_micropay_start(till, "B2", PAYS_2, 300, NULL, &payment, &reply);
    ends("wsy_micropay_start", code, WSY_PENDING, reply);
    read_cashier_text(payment);
    while ((code = wsy_payment_poll(payment, &reply)) == WSY_PENDING)
        CHECK(reply == NULL, 1);
    ends("wsy_payment_poll", code, WSY_PAID, reply);
    CHECK(wsy_payment_free(payment), WSY_OK);
    code = wsy_refund_start(till, "R2", "B2", NULL, 100, NULL, &payment, &reply);
    ends("wsy_refund_start", code, WSY_PENDING, reply);
    code = wsy_payment_wait(payment, 60000, &reply);
    ends("wsy_payment_wait", code, WSY_REFUNDED, reply);
    CHECK(wsy_payment_cancel(payment), WSY_OK);
    CHECK(wsy_payment_void(payment), WSY_ERR_ARGUMENT);
    CHECK(wsy_payment_free(payment), WSY_OK);
    code = wsy_reconcile_start(till, NULL, &payment, &reply);
    ends("wsy_reconcile_start", code, WSY_PENDING, reply);
    finish(payment, WSY_OK);
    code = wsy_reprint_start(till, "B2", NULL, NULL, &payment, &reply);
    ends("wsy_reprint_start", code, WSY_PENDING, reply);
    finish(payment, WSY_OK);
    code = wsy_recover_start(till, NULL, &payment, &reply);
    ends("wsy_recover_start", code, WSY_PENDING, reply);
    finish(payment, WSY_OK);
    code = wsy_void_start(till, "B2", NULL, &payment, &reply);
    ends("wsy_void_start", code, WSY_PENDING, reply);
    finish(payment, WSY_REFUNDED);
    code = wsy_settle_start(till, "B2", NULL, &payment, &reply);
    ends("wsy_settle_start", code, WSY_PENDING, reply);
    finish(payment, WSY_ERR_ALREADY_REFUNDED);
}

/* A payment that is in progress when it is freed and when its till is closed. */
static void leave_open(wsy_client *till)
{
    wsy_reply *reply = NULL;
    wsy_payment *payment = NULL;
    char text[256] = "";
    int32_t code = wsy_micropay_start(till, "B3", NEVER_ANSWERS, 700, NULL, &payment, &reply);
    ends("a start that is left", code, WSY_PENDING, reply);
    while (strstr(text, "password") == NULL && wsy_payment_poll(payment, NULL) == WSY_PENDING)
        CHECK(wsy_payment_text(payment, WSY_EN, text, sizeof text, NULL), WSY_OK);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(wsy_payment_free(payment), WSY_ERR_HANDLE);
}

static void decide_and_close(wsy_client *till)
{
    wsy_reply *reply = NULL;
    int32_t code = wsy_decide(till, "B3", 0, "keep", "Zhang", "asked the bank", &reply);
    ends("wsy_decide", code, WSY_OK, reply);
    code = wsy_decide_refund(till, "R1", "refunded", "Zhang", "the bank's list", &reply);
    ends("wsy_decide_refund", code, WSY_ERR_NOT_OPEN, reply);
    code = wsy_find(till, "B3", &reply);
    ends("wsy_find", code, WSY_OK, reply);
    code = wsy_close_day(till, NULL, "Zhang", &reply);
    ends("wsy_close_day", code, WSY_OK, reply);
    code = wsy_archive(till, NULL, &reply);
    ends("wsy_archive", code, WSY_OK, reply);
}

static void look_at_the_books(wsy_client *till)
{
    wsy_reply *reply = NULL;
    wsy_params *soon = times();
    int32_t code = wsy_unresolved(till, &reply);
    ends("wsy_unresolved", code, WSY_OK, reply);
    CHECK(wsy_params_set(soon, "poll_ms", NULL), WSY_ERR_ARGUMENT);
    CHECK(wsy_params_free(soon), WSY_OK);
    CHECK(wsy_params_new(WSY_UTF8, &soon), WSY_OK);
    CHECK(wsy_params_set(soon, "deadline_ms", "300"), WSY_OK);
    code = wsy_settle(till, "B3", soon, &reply);
    ends("wsy_settle", code, WSY_UNKNOWN, reply);
    code = wsy_recover(till, soon, &reply);
    ends("wsy_recover", code, WSY_OK, reply);
    code = wsy_reconcile(till, NULL, &reply);
    ends("wsy_reconcile", code, WSY_OK, reply);
    code = wsy_alarms(till, &reply);
    ends("wsy_alarms", code, WSY_OK, reply);
    code = wsy_acknowledge(till, 1, "nobody", &reply);
    ends("wsy_acknowledge", code, WSY_ERR_NO_ALARM, reply);
    code = wsy_day(till, NULL, &reply);
    ends("wsy_day", code, WSY_OK, reply);
    decide_and_close(till);
    CHECK(wsy_params_free(soon), WSY_OK);
}

static void texts(void)
{
    int32_t needed, fen = 0;
    char *text;
    CHECK(wsy_version(NULL, 0, &needed), WSY_ERR_BUFFER);
    text = exactly(needed);
    CHECK(wsy_version(text, needed, NULL), WSY_OK);
    free(text);
    CHECK(wsy_code_text(WSY_UNKNOWN, WSY_ZH, WSY_GBK, NULL, 0, &needed), WSY_ERR_BUFFER);
    text = exactly(needed - 1);
    CHECK(wsy_code_text(WSY_UNKNOWN, WSY_ZH, WSY_GBK, text, needed - 1, NULL), WSY_ERR_BUFFER);
    free(text);
    text = exactly(13);
    CHECK(wsy_fen_to_yuan(INT32_MIN, text, 13, NULL), WSY_OK);
    free(text);
    CHECK(wsy_yuan_to_fen("12.50", &fen), WSY_OK);
    CHECK(fen, 1250);
}

static wsy_client *open(const char *folder, const char *base, int32_t code_page)
{
    wsy_params *options = times();
    wsy_client *till = NULL;
    wsy_reply *reply = NULL;
    int32_t code;
    CHECK(wsy_params_set(options, "base", base), WSY_OK);
    code = wsy_open(folder, code_page, options, &till, &reply);
    ends("wsy_open", code, WSY_OK, reply);
    CHECK(wsy_params_free(options), WSY_OK);
    return till;
}

int main(int count, char **words)
{
    wsy_client *till;
    wsy_reply *reply = NULL;
    size_t heard = 0;
    int32_t code;
    if (count != 4)
        return 2;
    font = words[3];
    snprintf(picture, sizeof picture, "%s/receipt.png", words[1]);
    texts();
    till = open(words[1], words[2], WSY_GBK);
    CHECK(wsy_on_log(till, on_log, &heard), WSY_OK);
    code = wsy_activate(till, ACTIVATION_CODE, NULL, NULL, &reply);
    ends("wsy_activate", code, WSY_OK, reply);
    code = wsy_config(till, 1, &reply);
    ends("wsy_config", code, WSY_OK, reply);
    code = wsy_time(till, &reply);
    ends("wsy_time", code, WSY_OK, reply);
    CHECK(wsy_prepare(till), WSY_OK);
    sell_and_refund(till);
    start_and_poll(till);
    leave_open(till);
    CHECK(wsy_close(till), WSY_OK);
    CHECK(wsy_close(till), WSY_ERR_HANDLE);
    till = open(words[1], words[2], WSY_UTF8);
    look_at_the_books(till);
    code = wsy_set_device(till, "57206", "8df7975ac2c8eca932a0d2802b27945f5757494b", &reply);
    ends("wsy_set_device", code, WSY_OK, reply);
    CHECK(wsy_close_all(), WSY_OK);
    CHECK(wsy_close(till), WSY_ERR_HANDLE);
    CHECK(heard > 0, 1);
    if (failures > 0)
        fprintf(stderr, "session.c: %d checks failed\n", failures);
    return failures > 0;
}
