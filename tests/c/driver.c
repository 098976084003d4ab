/*
 * Calls libwsy as instructed on stdin, and writes the results to stdout.
 *
 * An input line is "tag call argument...". The calls are the functions of wsy.h without their prefix. A text
 * is "=" and its bytes in hex, or "-" for NULL; a number is decimal; a handle is the number of a slot that
 * keeps it, "-" for NULL, or "#" and an address for one that was never returned. Slots keep their handle
 * after it was freed. A tag that begins with "&" makes the call on its own thread.
 *
 * An output line is "tag code word...", one for each call as soon as it ends. The words are
 *   reply                       there was a reply
 *   f:NAME=HEX                  a field of it
 *   n:LIST=COUNT                a list of it
 *   i:LIST:INDEX:NAME=HEX       a field of an item
 *   b=HEX                       the receipt as bytes
 *   p=HEX                       the receipt as a picture
 *   t=HEX                       a text that the call returned
 *   v=NUMBER                    a number that the call returned
 *   wrong:WHAT                  two ways of reading the same thing disagree
 * and "log level =HEX" is a line from the log callback.
 */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE

#ifdef _WIN32
#include <windows.h>
#include <process.h>
#else
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsy.h"

#define SLOTS 64
#define MOST_WORDS 12

static wsy_client *clients[SLOTS];
static wsy_params *lists[SLOTS];
static wsy_payment *payments[SLOTS];
static wsy_reply *receipts[SLOTS];

struct text {
    char *bytes;
    size_t length, room;
};

struct job {
    char *line;
    char *words[MOST_WORDS];
    int count;
    char *texts[MOST_WORDS];
    struct text out;
};

static void fail(const char *what, const char *where)
{
    fprintf(stderr, "driver: %s: %s\n", what, where);
    exit(2);
}

static void *grow(void *old, size_t size)
{
    void *grown = realloc(old, size);
    if (grown == NULL)
        fail("no memory", "grow");
    return grown;
}

static void append(struct text *to, const char *bytes, size_t length)
{
    if (to->length + length + 1 > to->room) {
        to->room = 2 * (to->length + length + 1);
        to->bytes = grow(to->bytes, to->room);
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    to->bytes[to->length] = 0;
}

static void say(struct text *to, const char *format, ...)
{
    char part[512];
    va_list values;
    va_start(values, format);
    vsnprintf(part, sizeof part, format, values);
    va_end(values);
    append(to, part, strlen(part));
}

static void say_hex(struct text *to, const char *bytes, size_t length)
{
    size_t i;
    for (i = 0; i < length; i++)
        say(to, "%02x", (unsigned)(unsigned char)bytes[i]);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    fail("not hex", "digit");
    return 0;
}

static const char *word(struct job *job, int at)
{
    if (at >= job->count)
        fail("too few words", job->words[1]);
    return job->words[at];
}

static const char *text(struct job *job, int at)
{
    const char *from = word(job, at);
    size_t i, length;
    if (strcmp(from, "-") == 0)
        return NULL;
    if (*from++ != '=')
        fail("not a text", from);
    length = strlen(from) / 2;
    job->texts[at] = grow(job->texts[at], length + 1);
    for (i = 0; i < length; i++)
        job->texts[at][i] = (char)(digit(from[2 * i]) * 16 + digit(from[2 * i + 1]));
    job->texts[at][length] = 0;
    return job->texts[at];
}

/* A folder of the machine that the test runs on. Under Wine that machine's files are on drive Z:. */
static const char *folder(struct job *job, int at)
{
    const char *named = text(job, at);
#ifdef _WIN32
    char *path, *slash;
    size_t length;
    if (named == NULL || *named != '/')
        return named;
    length = strlen(named);
    path = grow(job->texts[at], length + 3);
    memmove(path + 2, path, length + 1);
    memcpy(path, "Z:", 2);
    /* No second byte of a GBK character is a slash. */
    for (slash = path; (slash = strchr(slash, '/')) != NULL;)
        *slash = '\\';
    return job->texts[at] = path;
#else
    return named;
#endif
}

static int32_t number(struct job *job, int at)
{
    return (int32_t)strtol(word(job, at), NULL, 10);
}

static int slot(struct job *job, int at)
{
    int32_t n = number(job, at);
    if (n < 0 || n >= SLOTS)
        fail("no such slot", job->words[1]);
    return (int)n;
}

static int forged(struct job *job, int at, void **handle)
{
    const char *from = word(job, at);
    if (strcmp(from, "-") == 0)
        *handle = NULL;
    else if (*from == '#')
        *handle = (void *)(uintptr_t)strtoull(from + 1, NULL, 10);
    else
        return 0;
    return 1;
}

static wsy_client *client(struct job *job, int at)
{
    void *handle;
    return forged(job, at, &handle) ? handle : clients[slot(job, at)];
}

static wsy_params *params(struct job *job, int at)
{
    void *handle;
    return forged(job, at, &handle) ? handle : lists[slot(job, at)];
}

static wsy_payment *payment(struct job *job, int at)
{
    void *handle;
    return forged(job, at, &handle) ? handle : payments[slot(job, at)];
}

/* Reads a text in the two steps that wsy.h describes. NULL if the call says that there is none. */
typedef int32_t (*reader)(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                          int32_t size, int32_t *needed);

static int32_t of_payment(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                          int32_t size, int32_t *needed);

static char *read_text(struct text *out, reader read, const void *of, const char *list, int32_t at,
                       const char *name)
{
    int32_t needed, again, code;
    char *whole = NULL;
    /* The text of a payment changes while it is in progress, also between the two steps. */
    do {
        needed = again = -1;
        if (read(of, list, at, name, NULL, 0, &needed) != WSY_ERR_BUFFER) {
            free(whole);
            return NULL;
        }
        whole = grow(whole, (size_t)needed);
        code = read(of, list, at, name, whole, needed, &again);
    } while (read == of_payment && again != needed);
    if (code != WSY_OK || needed != again || strlen(whole) + 1 != (size_t)needed)
        say(out, " wrong:text:%s", name == NULL ? "-" : name);
    return whole;
}

static int32_t of_reply(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                        int32_t size, int32_t *needed)
{
    (void)list;
    (void)at;
    return wsy_reply_text(of, name, buffer, size, needed);
}

static int32_t of_names(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                        int32_t size, int32_t *needed)
{
    (void)list;
    (void)name;
    return wsy_reply_name(of, at, buffer, size, needed);
}

static int32_t of_item(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                       int32_t size, int32_t *needed)
{
    return wsy_reply_item_text(of, list, at, name, buffer, size, needed);
}

static int32_t of_payment(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                          int32_t size, int32_t *needed)
{
    (void)list;
    (void)name;
    return wsy_payment_text(of, at, buffer, size, needed);
}

static int32_t of_version(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                          int32_t size, int32_t *needed)
{
    (void)of;
    (void)list;
    (void)at;
    (void)name;
    return wsy_version(buffer, size, needed);
}

static int32_t of_fen(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                      int32_t size, int32_t *needed)
{
    (void)of;
    (void)list;
    (void)name;
    return wsy_fen_to_yuan(at, buffer, size, needed);
}

/* A whole number as text, in the form that wsy_reply_int reads. */
static int is_whole(const char *value)
{
    size_t digits = strspn(value + (*value == '-'), "0123456789");
    return digits > 0 && digits < 10 && value[digits + (*value == '-')] == 0;
}

static int32_t of_item_names(const void *of, const char *list, int32_t at, const char *field, char *buffer,
                             int32_t size, int32_t *needed)
{
    return wsy_reply_item_name(of, list, at, atoi(field), buffer, size, needed);
}

static char *item_name(struct text *out, const wsy_reply *reply, const char *list, int32_t at, int32_t field)
{
    char number[16];
    snprintf(number, sizeof number, "%d", (int)field);
    return read_text(out, of_item_names, reply, list, at, number);
}

static void say_list(struct text *out, const wsy_reply *reply, const char *list)
{
    int32_t count, at, n, value;
    char *name;
    if (wsy_reply_count(reply, list, &count) != WSY_OK)
        return;
    say(out, " n:%s=%d", list, (int)count);
    for (at = 0; at < count; at++) {
        for (n = 0; (name = item_name(out, reply, list, at, n)) != NULL; n++) {
            char *field = read_text(out, of_item, reply, list, at, name);
            if (field == NULL) {
                say(out, " wrong:missing:%s", name);
                free(name);
                continue;
            }
            say(out, " i:%s:%d:%s=", list, (int)at, name);
            say_hex(out, field, strlen(field));
            if (is_whole(field)
                && (wsy_reply_item_int(reply, list, at, name, &value) != WSY_OK || value != atoi(field)))
                say(out, " wrong:item_int:%s", name);
            free(field);
            free(name);
        }
    }
}

static void say_fields(struct text *out, const wsy_reply *reply)
{
    int32_t at, value;
    for (at = 0;; at++) {
        char *field, *name = read_text(out, of_names, reply, NULL, at, NULL);
        if (name == NULL)
            return;
        field = read_text(out, of_reply, reply, NULL, 0, name);
        if (field == NULL) {
            say(out, " wrong:missing:%s", name);
        } else {
            say(out, " f:%s=", name);
            say_hex(out, field, strlen(field));
            if (is_whole(field) && (wsy_reply_int(reply, name, &value) != WSY_OK || value != atoi(field)))
                say(out, " wrong:int:%s", name);
            free(field);
        }
        free(name);
    }
}

static void say_receipt(struct text *out, const wsy_reply *reply)
{
    int32_t needed = -1, code = wsy_reply_receipt_bytes(reply, NULL, 0, &needed);
    char *bytes;
    if (code != WSY_ERR_BUFFER)
        return;
    bytes = grow(NULL, (size_t)needed);
    if (wsy_reply_receipt_bytes(reply, bytes, needed, NULL) != WSY_OK)
        say(out, " wrong:receipt_bytes");
    say(out, " b=");
    say_hex(out, bytes, (size_t)needed);
    free(bytes);
}

static void say_all(struct text *out, int32_t code, const wsy_reply *reply)
{
    say(out, " reply");
    if (wsy_reply_code(reply) != code)
        say(out, " wrong:code");
    say_fields(out, reply);
    say_list(out, reply, "charge");
    say_list(out, reply, "refund");
    say_list(out, reply, "pay");
    say_list(out, reply, "response");
    say_list(out, reply, "paylist");
    say_list(out, reply, "dm_code");
    say_list(out, reply, "difference");
    say_list(out, reply, "paying");
    say_list(out, reply, "unanswered");
    say_list(out, reply, "alarm");
    say_list(out, reply, "unfinished");
    say_list(out, reply, "decision");
    say_list(out, reply, "wallet");
    say_list(out, reply, "operator");
    say_list(out, reply, "state");
    say_receipt(out, reply);
}

static void say_reply(struct text *out, int32_t code, wsy_reply *reply)
{
    if (reply == NULL)
        return;
    say_all(out, code, reply);
    if (wsy_reply_free(reply) != WSY_OK)
        say(out, " wrong:free");
}

static void run(struct job *job);
static int of_hosts(struct job *job, int32_t *code);

/* The lock on stdout, and detached threads: the two things that C99 lacks. */
#ifdef _WIN32
static SRWLOCK output = SRWLOCK_INIT;

static void lock_output(void)
{
    AcquireSRWLockExclusive(&output);
}

static void unlock_output(void)
{
    ReleaseSRWLockExclusive(&output);
}

static unsigned __stdcall work(void *job)
{
    run(job);
    return 0;
}

static int run_aside(struct job *job)
{
    uintptr_t thread = _beginthreadex(NULL, 0, work, job, 0, NULL);
    return thread != 0 && CloseHandle((HANDLE)thread);
}
#else
static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

static void lock_output(void)
{
    pthread_mutex_lock(&output);
}

static void unlock_output(void)
{
    pthread_mutex_unlock(&output);
}

static void *work(void *job)
{
    run(job);
    return NULL;
}

static int run_aside(struct job *job)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, work, job) == 0 && pthread_detach(thread) == 0;
}
#endif

static void print(const struct text *line)
{
    lock_output();
    fwrite(line->bytes, 1, line->length, stdout);
    fflush(stdout);
    unlock_output();
}

static void on_log(void *user, int32_t level, const char *line)
{
    struct text out = {NULL, 0, 0};
    (void)user;
    say(&out, "log %d =", (int)level);
    say_hex(&out, line, strlen(line));
    say(&out, "\n");
    print(&out);
    free(out.bytes);
}

/* Does what a callback must not do. Prints the code that it gets. */
static void on_log_calling_in(void *user, int32_t level, const char *line)
{
    wsy_reply *reply = NULL;
    struct text out = {NULL, 0, 0};
    (void)level;
    (void)line;
    say(&out, "inside %d %d %d\n", (int)wsy_find(user, "1", &reply),
        (int)wsy_micropay(user, "inside", "130000000000000000", 1, NULL, &reply), (int)wsy_close(user));
    print(&out);
    free(out.bytes);
}

static int32_t switch_log(struct job *job)
{
    const char *how = word(job, 3);
    wsy_client *c = client(job, 2);
    if (strcmp(how, "off") == 0)
        return wsy_on_log(c, NULL, NULL);
    return wsy_on_log(c, strcmp(how, "calling_in") == 0 ? on_log_calling_in : on_log, c);
}

static int32_t told(struct text *out, char *given)
{
    if (given == NULL) {
        say(out, " wrong:no_text");
        return WSY_ERR_INTERNAL;
    }
    say(out, " t=");
    say_hex(out, given, strlen(given));
    free(given);
    return WSY_OK;
}

static int32_t code_text(struct job *job)
{
    char buffer[1024];
    int32_t needed = -1;
    int32_t code = wsy_code_text(number(job, 2), number(job, 3), number(job, 4), buffer, sizeof buffer, &needed);
    if (code == WSY_OK) {
        say(&job->out, " t=");
        say_hex(&job->out, buffer, strlen(buffer));
    }
    return code;
}

static int32_t yuan_to_fen(struct job *job)
{
    int32_t fen = -7, code = wsy_yuan_to_fen(text(job, 2), &fen);
    say(&job->out, " v=%d", (int)fen);
    return code;
}

static int32_t of_receipt(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                          int32_t size, int32_t *needed)
{
    (void)list;
    (void)name;
    return wsy_reply_receipt_text(of, at, buffer, size, needed);
}

static int32_t receipt_text(struct job *job)
{
    const wsy_reply *receipt = receipts[slot(job, 2)];
    int32_t width = number(job, 3), code = wsy_reply_receipt_text(receipt, width, NULL, 0, NULL);
    return code == WSY_ERR_BUFFER ? told(&job->out, read_text(&job->out, of_receipt, receipt, NULL, width, NULL))
                                  : code;
}

static int32_t receipt_png(struct job *job)
{
    const wsy_reply *receipt = receipts[slot(job, 2)];
    const char *font = folder(job, 4);
    int32_t width = number(job, 3), needed = -1, again = -1;
    int32_t code = wsy_reply_receipt_png(receipt, width, font, NULL, 0, &needed);
    char *bytes;
    if (code != WSY_ERR_BUFFER)
        return code;
    bytes = grow(NULL, (size_t)needed);
    code = wsy_reply_receipt_png(receipt, width, font, bytes, needed, &again);
    if (needed != again)
        say(&job->out, " wrong:receipt_png");
    say(&job->out, " p=");
    say_hex(&job->out, bytes, (size_t)needed);
    free(bytes);
    return code;
}

static int32_t of_canvas(const void *of, const char *list, int32_t at, const char *name, char *buffer,
                         int32_t size, int32_t *needed)
{
    (void)list;
    (void)at;
    (void)name;
    return wsy_reply_canvas_text(of, buffer, size, needed);
}

static int32_t canvas_text(struct job *job)
{
    const wsy_reply *reply = receipts[slot(job, 2)];
    int32_t code = wsy_reply_canvas_text(reply, NULL, 0, NULL);
    return code == WSY_ERR_BUFFER ? told(&job->out, read_text(&job->out, of_canvas, reply, NULL, 0, NULL)) : code;
}

static int32_t canvas_png(struct job *job)
{
    const wsy_reply *reply = receipts[slot(job, 2)];
    const char *font = folder(job, 3);
    int32_t needed = -1, again = -1;
    int32_t code = wsy_reply_canvas_png(reply, font, NULL, 0, &needed);
    char *bytes;
    if (code != WSY_ERR_BUFFER)
        return code;
    bytes = grow(NULL, (size_t)needed);
    code = wsy_reply_canvas_png(reply, font, bytes, needed, &again);
    if (needed != again)
        say(&job->out, " wrong:canvas_png");
    say(&job->out, " p=");
    say_hex(&job->out, bytes, (size_t)needed);
    free(bytes);
    return code;
}

/* Prints a receipt, and keeps it. */
static int32_t keep(struct job *job, int at, int32_t code, wsy_reply *reply)
{
    if (reply == NULL)
        return code;
    say_all(&job->out, code, reply);
    receipts[slot(job, at)] = reply;
    return code;
}

/* Commands about kept receipts. 0 if the job is another command. */
static int of_receipts(struct job *job, int32_t *code)
{
    const char *name = job->words[1];
    wsy_reply *reply = NULL;
#define IS(what) (strcmp(name, what) == 0)
    if (IS("find_receipt")) {
        *code = wsy_find_receipt(client(job, 2), text(job, 3), params(job, 4), &reply);
        *code = keep(job, 5, *code, reply);
    } else if (IS("find_refund_receipt")) {
        *code = wsy_find_refund_receipt(client(job, 2), text(job, 3), params(job, 4), &reply);
        *code = keep(job, 5, *code, reply);
    } else if (IS("query_order_kept")) {
        *code = wsy_query_order(client(job, 2), text(job, 3), number(job, 4), NULL, &reply);
        *code = keep(job, 5, *code, reply);
    } else if (IS("canvas_text")) {
        *code = canvas_text(job);
    } else if (IS("canvas_png")) {
        *code = canvas_png(job);
    } else if (IS("canvas_png_file")) {
        *code = wsy_reply_canvas_png_file(receipts[slot(job, 2)], folder(job, 3), folder(job, 4));
    } else if (IS("receipt_text")) {
        *code = receipt_text(job);
    } else if (IS("receipt_png")) {
        *code = receipt_png(job);
    } else if (IS("receipt_png_file")) {
        *code = wsy_reply_receipt_png_file(receipts[slot(job, 2)], number(job, 3), folder(job, 4), folder(job, 5));
    } else if (IS("receipt_free")) {
        *code = wsy_reply_free(receipts[slot(job, 2)]);
    } else if (IS("print_receipt")) {
        *code = wsy_print_receipt(client(job, 2), receipts[slot(job, 3)], text(job, 4), number(job, 5), &reply);
        say_reply(&job->out, *code, reply);
    } else if (IS("print_bytes")) {
        *code = wsy_print_bytes(client(job, 2), text(job, 3), number(job, 4), text(job, 5), number(job, 6), &reply);
        say_reply(&job->out, *code, reply);
    } else if (IS("print_receipt_start")) {
        *code = wsy_print_receipt_start(client(job, 2), receipts[slot(job, 3)], text(job, 4), number(job, 5),
                                        &payments[slot(job, 6)], &reply);
        say_reply(&job->out, *code, reply);
    } else if (IS("print_bytes_start")) {
        *code = wsy_print_bytes_start(client(job, 2), text(job, 3), number(job, 4), text(job, 5), number(job, 6),
                                      &payments[slot(job, 7)], &reply);
        say_reply(&job->out, *code, reply);
    } else {
        return 0;
    }
#undef IS
    return 1;
}

static int32_t call(struct job *job)
{
    const char *name = job->words[1];
    wsy_reply *reply = NULL;
    int32_t code;
    if (of_receipts(job, &code) || of_hosts(job, &code))
        return code;
#define IS(what) (strcmp(name, what) == 0)
    if (IS("params_new"))
        return wsy_params_new(number(job, 3), &lists[slot(job, 2)]);
    if (IS("params_set"))
        return wsy_params_set(params(job, 2), text(job, 3), text(job, 4));
    if (IS("params_free"))
        return wsy_params_free(params(job, 2));
    if (IS("close"))
        return wsy_close(client(job, 2));
    if (IS("close_all"))
        return wsy_close_all();
    if (IS("prepare"))
        return wsy_prepare(client(job, 2));
    if (IS("on_log"))
        return switch_log(job);
    if (IS("payment_cancel"))
        return wsy_payment_cancel(payment(job, 2));
    if (IS("payment_void"))
        return wsy_payment_void(payment(job, 2));
    if (IS("payment_free"))
        return wsy_payment_free(payment(job, 2));
    if (IS("payment_text"))
        return told(&job->out, read_text(&job->out, of_payment, payment(job, 2), NULL, number(job, 3), NULL));
    if (IS("version"))
        return told(&job->out, read_text(&job->out, of_version, NULL, NULL, 0, NULL));
    if (IS("fen_to_yuan"))
        return told(&job->out, read_text(&job->out, of_fen, NULL, NULL, number(job, 2), NULL));
    if (IS("yuan_to_fen"))
        return yuan_to_fen(job);
    if (IS("code_text"))
        return code_text(job);

    if (IS("open"))
        code = wsy_open(folder(job, 3), number(job, 4), params(job, 5), &clients[slot(job, 2)], &reply);
    else if (IS("activate"))
        code = wsy_activate(client(job, 2), text(job, 3), text(job, 4), params(job, 5), &reply);
    else if (IS("set_device"))
        code = wsy_set_device(client(job, 2), text(job, 3), text(job, 4), &reply);
    else if (IS("config"))
        code = wsy_config(client(job, 2), number(job, 3), &reply);
    else if (IS("time"))
        code = wsy_time(client(job, 2), &reply);
    else if (IS("micropay"))
        code = wsy_micropay(client(job, 2), text(job, 3), text(job, 4), number(job, 5), params(job, 6), &reply);
    else if (IS("refund"))
        code = wsy_refund(client(job, 2), text(job, 3), text(job, 4), text(job, 5), number(job, 6), params(job, 7),
                          &reply);
    else if (IS("void"))
        code = wsy_void(client(job, 2), text(job, 3), params(job, 4), &reply);
    else if (IS("settle"))
        code = wsy_settle(client(job, 2), text(job, 3), params(job, 4), &reply);
    else if (IS("recover"))
        code = wsy_recover(client(job, 2), params(job, 3), &reply);
    else if (IS("micropay_start"))
        code = wsy_micropay_start(client(job, 2), text(job, 3), text(job, 4), number(job, 5), params(job, 6),
                                  &payments[slot(job, 7)], &reply);
    else if (IS("refund_start"))
        code = wsy_refund_start(client(job, 2), text(job, 3), text(job, 4), text(job, 5), number(job, 6),
                                params(job, 7), &payments[slot(job, 8)], &reply);
    else if (IS("void_start"))
        code = wsy_void_start(client(job, 2), text(job, 3), params(job, 4), &payments[slot(job, 5)], &reply);
    else if (IS("settle_start"))
        code = wsy_settle_start(client(job, 2), text(job, 3), params(job, 4), &payments[slot(job, 5)], &reply);
    else if (IS("recover_start"))
        code = wsy_recover_start(client(job, 2), params(job, 3), &payments[slot(job, 4)], &reply);
    else if (IS("reprint_start"))
        code = wsy_reprint_start(client(job, 2), text(job, 3), text(job, 4), params(job, 5), &payments[slot(job, 6)],
                                 &reply);
    else if (IS("payment_poll"))
        code = wsy_payment_poll(payment(job, 2), &reply);
    else if (IS("payment_wait"))
        code = wsy_payment_wait(payment(job, 2), number(job, 3), &reply);
    else if (IS("query_auth_code"))
        code = wsy_query_auth_code(client(job, 2), text(job, 3), number(job, 4), params(job, 5), &reply);
    else if (IS("query_order"))
        code = wsy_query_order(client(job, 2), text(job, 3), number(job, 4), params(job, 5), &reply);
    else if (IS("read_bill"))
        code = wsy_read_bill(client(job, 2), text(job, 3), text(job, 4), params(job, 5), &reply);
    else if (IS("reprint"))
        code = wsy_reprint(client(job, 2), text(job, 3), text(job, 4), params(job, 5), &reply);
    else if (IS("find"))
        code = wsy_find(client(job, 2), text(job, 3), &reply);
    else if (IS("find_refund"))
        code = wsy_find_refund(client(job, 2), text(job, 3), &reply);
    else if (IS("day"))
        code = wsy_day(client(job, 2), text(job, 3), &reply);
    else if (IS("close_day"))
        code = wsy_close_day(client(job, 2), text(job, 3), text(job, 4), &reply);
    else if (IS("archive"))
        code = wsy_archive(client(job, 2), text(job, 3), &reply);
    else if (IS("decide"))
        code = wsy_decide(client(job, 2), text(job, 3), number(job, 4), text(job, 5), text(job, 6), text(job, 7), &reply);
    else if (IS("decide_refund"))
        code = wsy_decide_refund(client(job, 2), text(job, 3), text(job, 4), text(job, 5), text(job, 6), &reply);
    else if (IS("unresolved"))
        code = wsy_unresolved(client(job, 2), &reply);
    else if (IS("reconcile"))
        code = wsy_reconcile(client(job, 2), text(job, 3), &reply);
    else if (IS("reconcile_start"))
        code = wsy_reconcile_start(client(job, 2), text(job, 3), &payments[slot(job, 4)], &reply);
    else if (IS("alarms"))
        code = wsy_alarms(client(job, 2), &reply);
    else if (IS("acknowledge"))
        code = wsy_acknowledge(client(job, 2), number(job, 3), text(job, 4), &reply);
    else {
        fail("no such call", name);
        return 0;
    }
#undef IS
    say_reply(&job->out, code, reply);
    return code;
}

/* The other things that hosts do. */
#ifdef _WIN32
/* A path, which this program has in UTF-8. */
static wchar_t *wide(const char *path)
{
    wchar_t *units = grow(NULL, MAX_PATH * sizeof *units);
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, units, MAX_PATH) == 0)
        fail("not a path", path);
    return units;
}

static HANDLE open_file(const char *path)
{
    wchar_t *units = wide(path);
    DWORD others = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    HANDLE file = CreateFileW(units, GENERIC_READ, others, NULL, OPEN_EXISTING, 0, NULL);
    free(units);
    return file;
}

/* Reads the beginning of a file, as one that copies it. */
static int32_t read_file(const char *path)
{
    char bytes[100];
    DWORD count;
    HANDLE file = open_file(path);
    int32_t error = 0;
    if (file == INVALID_HANDLE_VALUE || !ReadFile(file, bytes, sizeof bytes, &count, NULL))
        error = (int32_t)GetLastError();
    CloseHandle(file);
    return error;
}

/* Locks a database for reading, as another SQLite in this process does, and closes it. 1 if it may not. */
static int32_t read_database(const char *path)
{
    OVERLAPPED pending, shared;
    HANDLE file = open_file(path);
    int granted;
    if (file == INVALID_HANDLE_VALUE)
        return (int32_t)GetLastError();
    memset(&pending, 0, sizeof pending);
    memset(&shared, 0, sizeof shared);
    pending.Offset = 0x40000000;
    shared.Offset = 0x40000002;
    granted = LockFileEx(file, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &pending)
              && LockFileEx(file, LOCKFILE_FAIL_IMMEDIATELY, 0, 510, 0, &shared);
    CloseHandle(file);
    return granted ? 0 : 1;
}

/* Opens a folder with a second copy of the library, which is another file. */
static int32_t open_with_copy(const char *copy, const char *path)
{
    wchar_t *units = wide(copy);
    HMODULE library = LoadLibraryW(units);
    int32_t (*open_it)(const char *, int32_t, const wsy_params *, wsy_client **, wsy_reply **), code;
    int32_t (*close_it)(wsy_client *);
    FARPROC found[2];
    wsy_client *opened = NULL;
    free(units);
    if (library == NULL)
        fail("cannot load", copy);
    found[0] = GetProcAddress(library, "wsy_open");
    found[1] = GetProcAddress(library, "wsy_close");
    memcpy(&open_it, &found[0], sizeof open_it);
    memcpy(&close_it, &found[1], sizeof close_it);
    if (open_it == wsy_open)
        fail("not a second copy", copy);
    code = open_it(path, WSY_UTF8, NULL, &opened, NULL);
    if (code == WSY_OK)
        close_it(opened);
    return code;
}

static int32_t change_folder(const char *path)
{
    wchar_t *units = wide(path);
    int32_t error = SetCurrentDirectoryW(units) ? 0 : (int32_t)GetLastError();
    free(units);
    return error;
}

/* Windows has no fork(). */
static int of_forks(struct job *job, int32_t *code)
{
    (void)job;
    (void)code;
    return 0;
}
#else
static int32_t change_folder(const char *path)
{
    return chdir(path) == 0 ? 0 : errno;
}

/* Reads the beginning of a file, as one that copies it. */
static int32_t read_file(const char *path)
{
    char bytes[100];
    int file = open(path, O_RDONLY);
    ssize_t count = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (file >= 0)
        close(file);
    return count < 0 ? errno : 0;
}

/* Locks a database for reading, as another SQLite in this process does, and closes it. 1 if it may not. */
static int32_t read_database(const char *path)
{
    struct flock pending = {0}, shared = {0};
    int file = open(path, O_RDWR), granted;
    if (file < 0)
        return errno;
    pending.l_type = shared.l_type = F_RDLCK;
    pending.l_whence = shared.l_whence = SEEK_SET;
    pending.l_start = 0x40000000;
    pending.l_len = 1;
    shared.l_start = 0x40000002;
    shared.l_len = 510;
    granted = fcntl(file, F_SETLK, &pending) == 0 && fcntl(file, F_SETLK, &shared) == 0;
    close(file);
    return granted ? 0 : 1;
}

/* Opens a folder with a second copy of the library, which is another file. */
static int32_t open_with_copy(const char *copy, const char *folder)
{
    void *library = dlopen(copy, RTLD_NOW | RTLD_LOCAL);
    int32_t (*open_it)(const char *, int32_t, const wsy_params *, wsy_client **, wsy_reply **), code;
    int32_t (*close_it)(wsy_client *);
    wsy_client *opened = NULL;
    if (library == NULL)
        fail(dlerror(), copy);
    *(void **)&open_it = dlsym(library, "wsy_open");
    *(void **)&close_it = dlsym(library, "wsy_close");
    if (open_it == wsy_open)
        fail("not a second copy", copy);
    code = open_it(folder, WSY_UTF8, NULL, &opened, NULL);
    if (code == WSY_OK)
        close_it(opened);
    return code;
}

/* The words after the first one, as a job of their own. */
static struct job rest_of(const struct job *job)
{
    struct job rest = {0};
    int i;
    rest.count = job->count - 1;
    rest.words[0] = job->words[0];
    for (i = 1; i < rest.count; i++)
        rest.words[i] = job->words[i + 1];
    return rest;
}

/* Makes a call in a child of this process, and gets its result. A child that hangs is killed. */
static int32_t call_in_child(struct job *job)
{
    char bytes[65536];
    size_t length = 0;
    ssize_t more;
    int ends[2], status;
    char *rest;
    int32_t code;
    pid_t child;
    if (pipe(ends) != 0 || (child = fork()) < 0)
        fail("no child", "fork");
    if (child == 0) {
        struct job made = rest_of(job);
        struct text line = {NULL, 0, 0};
        alarm(20);
        code = call(&made);
        say(&line, "%d", (int)code);
        if (made.out.length > 0)
            append(&line, made.out.bytes, made.out.length);
        _exit(write(ends[1], line.bytes, line.length) == (ssize_t)line.length ? 0 : 1);
    }
    close(ends[1]);
    while ((more = read(ends[0], bytes + length, sizeof bytes - 1 - length)) > 0)
        length += (size_t)more;
    bytes[length] = 0;
    close(ends[0]);
    waitpid(child, &status, 0);
    if (status != 0)
        return -9000 - status;
    code = (int32_t)strtol(bytes, &rest, 10);
    append(&job->out, rest, strlen(rest));
    return code;
}

/*
 * Leaves a child behind that never calls the library; or, with a folder, one that opens it once its parent has
 * died and writes the code to a file. The number that the call returns is the child's.
 */
static int32_t leave_child(struct job *job, const char *folder, const char *file)
{
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        fail("no child", "fork");
    if (child == 0) {
        int n;
        alarm(120);
        for (n = 0; n < 3; n++)
            close(n);
        while (folder == NULL || getppid() == parent)
            usleep(1000);
        {
            wsy_client *opened = NULL;
            int32_t code = wsy_open(folder, WSY_UTF8, NULL, &opened, NULL);
            FILE *to = fopen(file, "w");
            if (to != NULL) {
                fprintf(to, "%d.", (int)code);
                fclose(to);
            }
            wsy_close(opened);
        }
        _exit(0);
    }
    say(&job->out, " v=%d", (int)child);
    return 0;
}

/* Opens a till in a child whose standard input, output and error are closed, and writes to all three numbers. */
static int32_t print_without_stdio(struct job *job, const char *folder)
{
    static const char printed[8192] = "printed by the host";
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        fail("no child", "fork");
    if (child == 0) {
        wsy_params *list = NULL;
        wsy_client *opened = NULL;
        int n, wrong = 0;
        alarm(120);
        for (n = 0; n < 3; n++)
            close(n);
        wsy_params_new(WSY_UTF8, &list);
        wsy_params_set(list, "refresh_config", "0");
        if (wsy_open(folder, WSY_UTF8, list, &opened, NULL) != WSY_OK)
            _exit(1);
        for (n = 0; n < 3; n++) {
            struct stat there;
            ssize_t done = write(n, printed, sizeof printed);
            wrong += done > 0 && fstat(n, &there) == 0 && !S_ISCHR(there.st_mode);
        }
        _exit(wrong != 0 ? 2 : wsy_close(opened) == WSY_OK ? 0 : 3);
    }
    waitpid(child, &status, 0);
    say(&job->out, " v=%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}

/*
 * Leaves a child behind that was made while no file could be opened ("full"), or without the C library's knowledge
 * ("bare"). The number that the call returns is the child's.
 */
static int32_t leave_strange_child(struct job *job, const char *how)
{
    int most = 64, n, held[64], count = 0;
    struct rlimit before, now;
    pid_t child;
    getrlimit(RLIMIT_NOFILE, &before);
    if (strcmp(how, "full") == 0) {
        now = before;
        now.rlim_cur = (rlim_t)most;
        setrlimit(RLIMIT_NOFILE, &now);
        while (count < most && (n = dup(2)) >= 0)
            held[count++] = n;
        child = fork();
    } else {
        child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    }
    if (child < 0)
        fail("no child", "fork");
    if (child == 0) {
        alarm(120);
        for (n = 0; n < 3; n++)
            close(n);
        for (;;)
            pause();
    }
    while (count > 0)
        close(held[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    say(&job->out, " v=%d", (int)child);
    return 0;
}

static volatile int is_hammering;
static volatile int opened_often, found_in_use;

/* Opens and closes a folder again and again. */
static void *open_often(void *folder)
{
    while (is_hammering) {
        wsy_params *list = NULL;
        wsy_client *opened = NULL;
        int32_t code;
        wsy_params_new(WSY_UTF8, &list);
        wsy_params_set(list, "refresh_config", "0");
        code = wsy_open(folder, WSY_UTF8, list, &opened, NULL);
        opened_often++;
        if (code == WSY_OK)
            wsy_close(opened);
        else if (code == WSY_ERR_FOLDER_IN_USE)
            found_in_use++;
        wsy_params_free(list);
    }
    return NULL;
}

/* Forks while a thread opens and closes a folder; the children outlive that. Returns how often it was in use. */
static int32_t fork_while_opening(struct job *job, int times, char *folder)
{
    pthread_t thread;
    int n, living = 0;
    is_hammering = 1;
    opened_often = found_in_use = 0;
    if (pthread_create(&thread, NULL, open_often, folder) != 0)
        fail("no thread", "open_often");
    for (n = 0; n < times; n++) {
        pid_t child = fork();
        if (child < 0)
            fail("no child", "fork");
        if (child == 0) {
            usleep(200000);
            _exit(0);
        }
        usleep(300 + (useconds_t)(n * 7919 % 3000));
        for (living++; living > 20; living--)
            waitpid(-1, NULL, 0);
    }
    while (opened_often < 5)
        usleep(1000);
    is_hammering = 0;
    pthread_join(thread, NULL);
    for (; living > 0; living--)
        waitpid(-1, NULL, 0);
    say(&job->out, " v=%d", found_in_use);
    return 0;
}

/* Keeps the library's locks busy. */
static void *hammer(void *folder)
{
    while (is_hammering) {
        wsy_params *list = NULL;
        wsy_client *opened = NULL;
        wsy_reply *reply = NULL;
        wsy_params_new(WSY_UTF8, &list);
        wsy_find(clients[0], "1", &reply);
        wsy_reply_free(reply);
        wsy_params_free(list);
        if (folder != NULL && wsy_open(folder, WSY_UTF8, NULL, &opened, NULL) == WSY_OK)
            wsy_close(opened);
    }
    return NULL;
}

/* Does what a child may do, and what it may not. 0 if everything was as it should be. */
static int live_in_child(const char *folder)
{
    wsy_params *list = NULL;
    wsy_client *opened = NULL;
    alarm(20);
    if (wsy_find(clients[0], "1", NULL) != WSY_ERR_FORKED || wsy_close(clients[0]) != WSY_ERR_FORKED)
        return 1;
    if (wsy_params_new(WSY_UTF8, &list) != WSY_OK || wsy_open(folder, WSY_UTF8, list, &opened, NULL) != WSY_OK)
        return 2;
    if (wsy_find(opened, "1", NULL) != WSY_ERR_NO_BILL || wsy_params_free(list) != WSY_OK)
        return 3;
    return wsy_close(opened) == WSY_OK ? 0 : 4;
}

/* Forks while other threads are in the library. Counts the children that hung or found something wrong. */
static int32_t fork_often(struct job *job, int times, const char *childs, char *own)
{
    pthread_t threads[3];
    int n, wrong = 0;
    is_hammering = 1;
    for (n = 0; n < 3; n++)
        if (pthread_create(&threads[n], NULL, hammer, n == 0 ? own : NULL) != 0)
            fail("no thread", "hammer");
    for (n = 0; n < times; n++) {
        int status;
        pid_t child = fork();
        if (child < 0)
            fail("no child", "fork");
        if (child == 0)
            _exit(live_in_child(childs));
        waitpid(child, &status, 0);
        wrong += status != 0;
    }
    is_hammering = 0;
    for (n = 0; n < 3; n++)
        pthread_join(threads[n], NULL);
    say(&job->out, " v=%d", wrong);
    return 0;
}

static int of_forks(struct job *job, int32_t *code)
{
    const char *name = job->words[1];
#define IS(what) (strcmp(name, what) == 0)
    if (IS("in_child"))
        *code = call_in_child(job);
    else if (IS("leave_child"))
        *code = leave_child(job, text(job, 2), text(job, 3));
    else if (IS("fork_often"))
        *code = fork_often(job, number(job, 2), text(job, 3), (char *)text(job, 4));
    else if (IS("fork_while_opening"))
        *code = fork_while_opening(job, number(job, 2), (char *)text(job, 3));
    else if (IS("leave_strange_child"))
        *code = leave_strange_child(job, job->words[2]);
    else if (IS("print_without_stdio"))
        *code = print_without_stdio(job, text(job, 2));
    else
        return 0;
#undef IS
    return 1;
}
#endif

/* Commands about the process. 0 if the job is another command. */
static int of_hosts(struct job *job, int32_t *code)
{
    const char *name = job->words[1];
#define IS(what) (strcmp(name, what) == 0)
    if (IS("read_file"))
        *code = read_file(folder(job, 2));
    else if (IS("read_database"))
        *code = read_database(folder(job, 2));
    else if (IS("open_with_copy"))
        *code = open_with_copy(folder(job, 2), folder(job, 3));
    else if (IS("change_folder"))
        *code = change_folder(folder(job, 2));
    else
        return of_forks(job, code);
#undef IS
    return 1;
}

static void run(struct job *job)
{
    struct text line = {NULL, 0, 0};
    int32_t code = call(job);
    int i;
    say(&line, "%s %d", job->words[0], (int)code);
    if (job->out.length > 0)
        append(&line, job->out.bytes, job->out.length);
    append(&line, "\n", 1);
    print(&line);
    for (i = 0; i < MOST_WORDS; i++)
        free(job->texts[i]);
    free(line.bytes);
    free(job->out.bytes);
    free(job->line);
    free(job);
}

static void begin(char *line)
{
    struct job *job = calloc(1, sizeof *job);
    char *from, *rest = NULL;
    if (job == NULL)
        fail("no memory", "begin");
    job->line = line;
    for (from = strtok_r(line, " \n", &rest); from != NULL; from = strtok_r(NULL, " \n", &rest)) {
        if (job->count == MOST_WORDS)
            fail("too many words", job->words[1]);
        job->words[job->count++] = from;
    }
    if (job->count < 2)
        fail("too few words", "begin");
    if (*job->words[0] != '&')
        run(job);
    else if (!run_aside(job))
        fail("no thread", "begin");
}

/* A line of stdin without its end; NULL at the end of the input. */
static char *read_line(void)
{
    struct text line = {NULL, 0, 0};
    int c;
    while ((c = getchar()) != EOF && c != '\n') {
        char byte = (char)c;
        append(&line, &byte, 1);
    }
    if (c == EOF) {
        free(line.bytes);
        return NULL;
    }
    append(&line, "", 0);
    return line.bytes;
}

int main(void)
{
    char *line;
    while ((line = read_line()) != NULL)
        begin(line);
    return 0;
}
