/*
 * A till's short day, which starts again when the program was killed: what is on record is not repeated.
 *
 *     day FOLDER BASE DEVICE KEY CODE...
 *
 * Bill B1 takes the first two codes, B2 the next two and so on: the second one is for a second attempt. Then
 * half of B1 is refunded as R1. Each output line is something reported to a cashier:
 *   told BILL ATTEMPT CODE DM_ID FEN     of a refund with attempt 0
 *   recovered SETTLED OPEN               once for the recovery, once for another right after it
 *   unfinished BILL                      before it, for each sale that the recovery lists as unfinished
 * and "end" is the end of the day.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wsy.h"

/* Those that are used up only by a hang are long: the machine may be busy. */
static const char *const times[][2] = {{"poll_ms", "50"},        {"first_query_ms", "10"}, {"quiet_ms", "500"},
                                       {"deadline_ms", "60000"}, {"connect_ms", "20000"},  {"response_ms", "20000"}};

/* A line for the cashier, written with one system call, so that the till can be killed at this point. */
static void say(const char *format, ...)
{
    char line[256];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        exit(4);
}

static void must(int32_t code, int32_t wanted, const char *what)
{
    if (code != wanted) {
        fprintf(stderr, "day: %s returned %d\n", what, (int)code);
        exit(3);
    }
}

static long number(const wsy_reply *reply, const char *name)
{
    char text[64] = "";
    wsy_reply_text(reply, name, text, (int32_t)sizeof text, NULL);
    return atol(text);
}

static void recover(wsy_client *till)
{
    wsy_reply *reply = NULL;
    char bill[16];
    int32_t count = 0, at;
    must(wsy_recover(till, NULL, &reply), WSY_OK, "recover");
    must(wsy_reply_count(reply, "unfinished", &count), WSY_OK, "count");
    for (at = 0; at < count; at++) {
        must(wsy_reply_item_text(reply, "unfinished", at, "out_trade_no", bill, (int32_t)sizeof bill, NULL), WSY_OK, "item");
        say("unfinished %s\n", bill);
    }
    say("recovered %ld %ld\n", number(reply, "settled"), number(reply, "open"));
    wsy_reply_free(reply);
}

static void tell(const char *bill, int attempt, int32_t code, wsy_reply *reply)
{
    char dm_id[64] = "";
    if (code == WSY_PAID)
        wsy_reply_text(reply, "dm_id", dm_id, (int32_t)sizeof dm_id, NULL);
    say("told %s %d %d %s %ld\n", bill, attempt, (int)code, dm_id[0] == '\0' ? "-" : dm_id,
        code == WSY_PAID ? number(reply, "total_fen") : 0L);
    wsy_reply_free(reply);
}

/* The number of attempts on a bill that are on record. */
static int attempts(wsy_client *till, const char *bill)
{
    wsy_reply *reply = NULL;
    int32_t count = 0, code = wsy_find(till, bill, &reply);
    if (code == WSY_OK)
        must(wsy_reply_count(reply, "charge", &count), WSY_OK, "count");
    else
        must(code, WSY_ERR_NO_BILL, "find");
    wsy_reply_free(reply);
    return (int)count;
}

static int32_t sell(wsy_client *till, const char *bill, char **codes, int32_t fen)
{
    wsy_reply *reply = NULL;
    int done = attempts(till, bill);
    int32_t code = WSY_NOT_PAID;

    if (done > 0) {
        code = wsy_settle(till, bill, NULL, &reply);
        tell(bill, done, code, reply);
    }
    while (code == WSY_NOT_PAID && done < 2) {
        reply = NULL;
        code = wsy_micropay(till, bill, codes[done], fen, NULL, &reply);
        done++;
        tell(bill, done, code, reply);
    }
    return code;
}

int main(int argc, char **argv)
{
    wsy_client *till = NULL;
    wsy_params *options = NULL;
    wsy_reply *reply = NULL;
    char bill[16];
    int32_t first = WSY_NOT_PAID, code;
    size_t i;
    int n;

    if (argc < 7)
        return 2;
    must(wsy_params_new(WSY_UTF8, &options), WSY_OK, "params");
    wsy_params_set(options, "base", argv[2]);
    for (i = 0; i < sizeof times / sizeof times[0]; i++)
        must(wsy_params_set(options, times[i][0], times[i][1]), WSY_OK, times[i][0]);
    must(wsy_open(argv[1], WSY_UTF8, options, &till, &reply), WSY_OK, "open");
    wsy_params_free(options);
    n = number(reply, "device_id") == 0;
    wsy_reply_free(reply);
    if (n)
        must(wsy_set_device(till, argv[3], argv[4], NULL), WSY_OK, "set_device");
    recover(till);
    recover(till);
    for (n = 0; 6 + 2 * n < argc; n++) {
        sprintf(bill, "B%d", n + 1);
        code = sell(till, bill, argv + 5 + 2 * n, 100 * (n + 1));
        if (n == 0)
            first = code;
    }
    if (first == WSY_PAID || first == WSY_PAID_EARLIER) {
        reply = NULL;
        code = wsy_refund(till, "R1", "B1", NULL, 50, NULL, &reply);
        tell("R1", 0, code, reply);
    }
    must(wsy_close(till), WSY_OK, "close");
    say("end\n");
    return 0;
}
