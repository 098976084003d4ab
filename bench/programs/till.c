/*
 * The library at work, through its C interface.
 *
 *     till query FOLDER BASE CALLS          queries, and reads ten fields of each response
 *     till pay FOLDER BASE CALLS FIRST      payments of bills with the numbers FIRST and up
 *     till pace FOLDER BASE CALLS FIRST PAUSE_MS   the same, with a pause before each
 *     till refund FOLDER BASE CALLS FIRST   payments, each refunded once, which reads its bill twice
 *     till open FOLDER BASE CALLS           opens and closes
 *     till clients FOLDER BASE CALLS N      queries of N clients in separate folders, each on a thread
 *     till grow FOLDER BASE CALLS           memory after 1,000 payments, and after CALLS more
 *     till wait FOLDER BASE                 one slow query; prints "idle" and "waiting" before
 *     till scan FOLDER BASE CALLS FIRST TILLS PAUSE_MS [NAME=VALUE]...
 *                                           payments at several tills, each in a separate folder and on a
 *                                           thread, with a pause before each, and options of wsy_open
 *     till scan-refund ...                  the same for refunds
 *
 * A folder without a device gets one. It prints cpu_us and wall_us a call; scan prints the auth code, the
 * verdict and the time in ms of each payment, scan-refund those of each refund.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <sys/stat.h>

#include "measure.h"
#include "wsy.h"

static const char *const fields[FIELDS] = {"dm_id",  "total_fen", "pay_type",  "pay_time", "info",
                                           "openid", "pay_id",    "printinfo", "remark",   "code"};

static void must(int32_t code, int32_t wanted, const char *what, wsy_reply *reply)
{
    char detail[1024] = "";
    if (code == wanted)
        return;
    if (reply != NULL)
        wsy_reply_text(reply, "detail", detail, (int32_t)sizeof detail, NULL);
    fprintf(stderr, "%s returned %d: %s\n", what, (int)code, detail);
    exit(1);
}

/* The device of the platform's responses. Clients of one program cannot share one. */
#define DEVICE 215117

/* More options, each NAME=VALUE. */
static char **more_options;
static int more_count;

static void set_options(wsy_params *options, const char *base)
{
    char name[64];
    const char *value;
    int i;

    must(wsy_params_set(options, "base", base), WSY_OK, "base", NULL);
    for (i = 0; i < more_count; i++) {
        value = strchr(more_options[i], '=');
        if (value == NULL || value - more_options[i] >= (int)sizeof name)
            fail("till", "an option is not NAME=VALUE");
        memcpy(name, more_options[i], (size_t)(value - more_options[i]));
        name[value - more_options[i]] = '\0';
        must(wsy_params_set(options, name, value + 1), WSY_OK, name, NULL);
    }
}

static wsy_client *opened(const char *folder, const char *base, int number)
{
    char id[16];
    wsy_client *till = NULL;
    wsy_params *options = NULL;
    wsy_reply *reply = NULL;
    int32_t device = 0;

    sprintf(id, "%d", number);
    must(wsy_params_new(WSY_UTF8, &options), WSY_OK, "params", NULL);
    set_options(options, base);
    must(wsy_open(folder, WSY_UTF8, options, &till, &reply), WSY_OK, "open", reply);
    if (wsy_reply_int(reply, "device_id", &device) != WSY_OK || device == 0)
        must(wsy_set_device(till, id, "0123456789abcdef0123456789abcdef", NULL), WSY_OK, "set_device", NULL);
    wsy_reply_free(reply);
    wsy_params_free(options);
    return till;
}

static void read_fields(wsy_reply *reply)
{
    char text[4096];
    int i;
    for (i = 0; i < FIELDS; i++)
        must(wsy_reply_text(reply, fields[i], text, (int32_t)sizeof text, NULL), WSY_OK, fields[i], reply);
}

static void query(wsy_client *till)
{
    wsy_reply *reply = NULL;
    must(wsy_query_order(till, "dm2032288236", 1, NULL, &reply), WSY_OK, "query", reply);
    read_fields(reply);
    wsy_reply_free(reply);
}

static void pay(wsy_client *till, long number)
{
    char bill[32], code[32];
    wsy_reply *reply = NULL;

    sprintf(bill, "N%09ld", number);
    sprintf(code, "13%016ld", number);
    must(wsy_micropay(till, bill, code, 100, NULL, &reply), WSY_PAID, "micropay", reply);
    wsy_reply_free(reply);
}

static void refund(wsy_client *till, long number)
{
    char bill[32], name[32];
    wsy_reply *reply = NULL;

    sprintf(bill, "N%09ld", number);
    sprintf(name, "R%09ld", number);
    must(wsy_refund(till, name, bill, NULL, 50, NULL, &reply), WSY_REFUNDED, "refund", reply);
    wsy_reply_free(reply);
}

static void queries(wsy_client *till, long calls)
{
    moment from;
    long i;
    for (i = 0; i < WARM_UP && calls > 1; i++)
        query(till);
    from = now();
    for (i = 0; i < calls; i++)
        query(till);
    print_per_call(from, now(), calls);
}

static void payments(wsy_client *till, long calls, long first)
{
    moment from;
    long i;
    for (i = 0; i < WARM_UP && calls > 1; i++)
        pay(till, first + i);
    first += i;
    from = now();
    for (i = 0; i < calls; i++)
        pay(till, first + i);
    print_per_call(from, now(), calls);
}

static void pace(wsy_client *till, long calls, long first, long pause)
{
    long i;
    for (i = 0; i < calls; i++) {
        pause_ms(pause);
        pay(till, first + i);
    }
}

static void refunds(wsy_client *till, long calls, long first)
{
    moment from;
    long i;
    for (i = 0; i < calls; i++)
        pay(till, first + i);
    from = now();
    for (i = 0; i < calls; i++)
        refund(till, first + i);
    print_per_call(from, now(), calls);
}

static void openings(const char *folder, const char *base, long calls)
{
    moment from = now();
    long i;
    for (i = 0; i < calls; i++)
        wsy_close(opened(folder, base, DEVICE));
    print_per_call(from, now(), calls);
}

static long resident_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (status == NULL)
        fail("/proc/self/status", "cannot be read");
    while (fgets(line, (int)sizeof line, status) != NULL)
        if (sscanf(line, "VmRSS: %ld kB", &kb) == 1)
            break;
    fclose(status);
    return kb;
}

static void grow(wsy_client *till, long calls)
{
    long i, before;
    for (i = 1; i <= 1000; i++)
        pay(till, i);
    before = resident_kb();
    printf("resident_kb %ld\n", before);
    for (; i <= 1000 + calls; i++)
        pay(till, i);
    printf("grown_kb %ld\n", resident_kb() - before);
}

typedef struct {
    pthread_t thread;
    wsy_client *till;
    long calls;
} worker;

static void *work(void *argument)
{
    worker *self = argument;
    long i;
    for (i = 0; i < self->calls; i++)
        query(self->till);
    return NULL;
}

static void clients(const char *folder, const char *base, long calls, int count)
{
    worker *workers = calloc((size_t)count, sizeof *workers);
    char own[4096];
    moment from;
    int i;

    if (workers == NULL)
        fail("clients", "no memory");
    for (i = 0; i < count; i++) {
        snprintf(own, sizeof own, "%s/%d", folder, i);
        mkdir(own, 0700);
        workers[i].till = opened(own, base, DEVICE + i);
        workers[i].calls = calls;
        query(workers[i].till);
    }
    from = now();
    for (i = 0; i < count; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            fail("clients", "no thread");
    for (i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    print_per_call(from, now(), calls * count);
    for (i = 0; i < count; i++)
        wsy_close(workers[i].till);
    free(workers);
}

typedef struct {
    pthread_t thread;
    wsy_client *till;
    long calls, first, pause;
    int is_refund;
    int32_t *codes;
    double *ms;
} scanner;

static const char *verdict(int32_t code, char *number)
{
    switch (code) {
    case WSY_PAID:
        return "paid";
    case WSY_REFUNDED:
        return "refunded";
    case WSY_UNKNOWN:
        return "unknown";
    case WSY_ERR_NOT_SENT:
        return "not_sent";
    default:
        sprintf(number, "%d", (int)code);
        return number;
    }
}

static void *scan(void *argument)
{
    scanner *self = argument;
    char bill[32], other[32];
    moment from;
    long i;

    for (i = 0; i < self->calls; i++) {
        sprintf(bill, "N%09ld", self->first + i);
        if (self->is_refund) {
            /* Its query opens the connection on which the refund reads the bill. */
            pay(self->till, self->first + i);
            query(self->till);
        }
        pause_ms(self->pause);
        sprintf(other, self->is_refund ? "R%09ld" : "13%016ld", self->first + i);
        from = now();
        self->codes[i] = self->is_refund ? wsy_refund(self->till, other, bill, NULL, 50, NULL, NULL)
                                         : wsy_micropay(self->till, bill, other, 100, NULL, NULL);
        self->ms[i] = ms_since(from);
    }
    return NULL;
}

static void scans(const char *folder, const char *base, long calls, long first, int tills, long pause, int is_refund)
{
    scanner *all = calloc((size_t)tills, sizeof *all), *one;
    char own[4096], name[32], number[16];
    long i;

    if (all == NULL)
        fail("scan", "no memory");
    for (one = all; one < all + tills; one++) {
        snprintf(own, sizeof own, "%s/%d", folder, (int)(one - all));
        mkdir(own, 0700);
        /* A till that has its device and its config, as on any morning. */
        wsy_close(opened(own, base, DEVICE + (int)(one - all)));
        one->till = opened(own, base, DEVICE + (int)(one - all));
        one->calls = calls;
        one->first = FIRST_AT(one - all, first);
        one->pause = pause;
        one->is_refund = is_refund;
        one->codes = calloc((size_t)calls, sizeof *one->codes);
        one->ms = calloc((size_t)calls, sizeof *one->ms);
        if (one->codes == NULL || one->ms == NULL)
            fail("scan", "no memory");
    }
    for (one = all; one < all + tills; one++)
        if (pthread_create(&one->thread, NULL, scan, one) != 0)
            fail("scan", "no thread");
    for (one = all; one < all + tills; one++) {
        pthread_join(one->thread, NULL);
        wsy_close(one->till);
        for (i = 0; i < calls; i++) {
            sprintf(name, "13%016ld", one->first + i);
            print_verdict(name, verdict(one->codes[i], number), one->ms[i]);
        }
        free(one->codes);
        free(one->ms);
    }
    free(all);
}

static void wait_for_it(wsy_client *till)
{
    wsy_reply *reply = NULL;
    query(till);
    puts("idle");
    fflush(stdout);
    getchar();
    puts("waiting");
    fflush(stdout);
    must(wsy_query_order(till, "dm1", 1, NULL, &reply), WSY_OK, "query", reply);
    wsy_reply_free(reply);
}

int main(int argc, char **argv)
{
    const char *what = argc > 3 ? argv[1] : "";
    long calls = argc > 4 ? atol(argv[4]) : 0, more = argc > 5 ? atol(argv[5]) : 0;
    wsy_client *till;

    if (strcmp(what, "open") == 0) {
        openings(argv[2], argv[3], calls);
        return 0;
    }
    if (strcmp(what, "clients") == 0) {
        clients(argv[2], argv[3], calls, (int)more);
        return 0;
    }
    if (argc > 7 && (strcmp(what, "scan") == 0 || strcmp(what, "scan-refund") == 0)) {
        more_options = argv + 8;
        more_count = argc - 8;
        scans(argv[2], argv[3], calls, more, atoi(argv[6]), atol(argv[7]), strcmp(what, "scan") != 0);
        return 0;
    }
    if (argc < 4)
        fail("till", "see the source for its usage");
    till = opened(argv[2], argv[3], DEVICE);
    if (strcmp(what, "query") == 0)
        queries(till, calls);
    else if (strcmp(what, "pay") == 0)
        payments(till, calls, more);
    else if (strcmp(what, "pace") == 0 && argc > 6)
        pace(till, calls, more, atol(argv[6]));
    else if (strcmp(what, "refund") == 0)
        refunds(till, calls, more);
    else if (strcmp(what, "grow") == 0)
        grow(till, calls);
    else if (strcmp(what, "wait") == 0)
        wait_for_it(till);
    else
        fail("till", "see the source for its usage");
    wsy_close(till);
    return 0;
}
