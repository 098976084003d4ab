/*
 * Hosts whose floating-point unit is not set up as C programs expect: Delphi unmasks its exceptions, others
 * set a precision or a rounding mode of their own. Every function leaves the settings unchanged, and works
 * despite them.
 *
 * The caller of this program checks that it calls every function of wsy.h.
 */
#include "till.h"

struct state {
    uint16_t control;
    uint32_t mxcsr;
};

/* No exception masked; single precision, rounding up, results flushed to zero: as odd as can be. */
static const struct state odd = {0x0840, 0xc040};
/* The settings at the start of a Delphi program. */
static const struct state delphi = {0x1372, 0x1900};

static struct state now(void)
{
    struct state s;
    __asm__ __volatile__("fnstcw %0\n\tstmxcsr %1" : "=m"(s.control), "=m"(s.mxcsr));
    return s;
}

static void set(struct state s)
{
    __asm__ __volatile__("fnclex\n\tfldcw %0\n\tldmxcsr %1" : : "m"(s.control), "m"(s.mxcsr));
}

/* The settings that the compiler and the C library of this program rely on. */
static const struct state usual = {0x037f, 0x1f80};

static __thread struct state hosts;

static int32_t unchanged(int32_t code, const char *call)
{
    struct state after = now();
    set(usual);
    check(__FILE__, __LINE__, call, after.control, hosts.control);
    check(__FILE__, __LINE__, call, (long)after.mxcsr, (long)hosts.mxcsr);
    return code;
}

/* Makes a call as a host with this state would. */
#define HOSTED(call) (set(hosts), unchanged(call, #call))

static void texts(void)
{
    char buffer[512];
    int32_t number;
    CHECK(HOSTED(wsy_version(buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_code_text(WSY_PAID, WSY_ZH, WSY_GBK, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_yuan_to_fen("12.50", &number)), WSY_OK);
    CHECK(number, 1250);
    CHECK(HOSTED(wsy_fen_to_yuan(-1250, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK_TEXT(buffer, "-12.50");
}

/* A log callback is the host's code, called from inside. */
static volatile LONG logged;

static void on_log(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
    InterlockedIncrement(&logged);
}

static wsy_client *opened(const char *name)
{
    wsy_client *client = NULL;
    wsy_params *list = NULL;
    char *folder = place(name);
    int n;
    CHECK(HOSTED(wsy_params_new(WSY_GBK, &list)), WSY_OK);
    CHECK(HOSTED(wsy_params_set(list, "base", base())), WSY_OK);
    for (n = 0; quick[n] != NULL; n += 2)
        CHECK(wsy_params_set(list, quick[n], quick[n + 1]), WSY_OK);
    CHECK(HOSTED(wsy_open(folder, WSY_GBK, list, &client, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_params_free(list)), WSY_OK);
    CHECK(HOSTED(wsy_on_log(client, on_log, NULL)), WSY_OK);
    free(folder);
    return client;
}

static void read_reply(wsy_reply *reply)
{
    char buffer[4096];
    int32_t number;
    CHECK(HOSTED(wsy_reply_code(reply)), WSY_OK);
    CHECK(HOSTED(wsy_reply_text(reply, "total", buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK_TEXT(buffer, "12.50");
    CHECK(HOSTED(wsy_reply_int(reply, "total_fen", &number)), WSY_OK);
    CHECK(HOSTED(wsy_reply_name(reply, 0, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_count(reply, "charge", &number)), WSY_OK);
    CHECK(number, 1);
    CHECK(HOSTED(wsy_reply_item_text(reply, "charge", 0, "state", buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_item_int(reply, "charge", 0, "total_fen", &number)), WSY_OK);
    CHECK(HOSTED(wsy_reply_receipt_bytes(reply, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_free(reply)), WSY_OK);
}

static void pop_up(wsy_client *client)
{
    static char buffer[65536];
    wsy_reply *reply = NULL;
    int32_t needed;
    CHECK(HOSTED(wsy_query_auth_code(client, "130000000000000401", 1250, NULL, &reply)), WSY_OK);
    CHECK(HOSTED(wsy_reply_item_name(reply, "response", 0, 0, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_canvas_text(reply, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_canvas_png(reply, font(), buffer, sizeof buffer, &needed)), WSY_OK);
    CHECK(memcmp(buffer, "\x89PNG", 4), 0);
    CHECK(HOSTED(wsy_reply_canvas_png_file(reply, font(), place("canvas.png"))), WSY_OK);
    CHECK(wsy_reply_free(reply), WSY_OK);
}

static void receipts(wsy_client *client)
{
    static char buffer[65536], printed[4096];
    wsy_payment *printing = NULL;
    wsy_reply *reply = NULL;
    int32_t needed;
    CHECK(HOSTED(wsy_find_refund_receipt(client, "R1", NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_find_receipt(client, "P1", NULL, &reply)), WSY_OK);
    CHECK(HOSTED(wsy_reply_receipt_text(reply, 58, buffer, sizeof buffer, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reply_receipt_png(reply, 80, font(), buffer, sizeof buffer, &needed)), WSY_OK);
    CHECK(memcmp(buffer, "\x89PNG", 4), 0);
    CHECK(HOSTED(wsy_reply_receipt_png_file(reply, 58, font(), place("receipt.png"))), WSY_OK);
    CHECK(HOSTED(wsy_print_receipt(client, reply, printer(), 0, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_print_receipt_start(client, reply, "queue:no such printer", 0, &printing, NULL)), WSY_PENDING);
    CHECK(wsy_payment_wait(printing, 30000, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_payment_free(printing), WSY_OK);
    CHECK(wsy_reply_receipt_bytes(reply, buffer, sizeof buffer, &needed), WSY_OK);
    CHECK(paper(printed, sizeof printed), 6 + needed);
    CHECK(memcmp(printed + 6, buffer, (size_t)needed), 0);
    CHECK(HOSTED(wsy_print_bytes(client, "\x1b@", 2, "queue:no such printer", 0, NULL)), WSY_ERR_NO_PRINTER);
    CHECK(wsy_reply_free(reply), WSY_OK);
}

static void started(wsy_client *client)
{
    wsy_payment *payment = NULL;
    char text[256];
    customer("130000000000000403", "{\"kind\":\"asks_password\",\"ms\":300}");
    CHECK(HOSTED(wsy_micropay_start(client, "P3", "130000000000000403", 100, NULL, &payment, NULL)), WSY_PENDING);
    CHECK(HOSTED(wsy_payment_poll(payment, NULL)), WSY_PENDING);
    CHECK(HOSTED(wsy_payment_text(payment, WSY_ZH, text, sizeof text, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_payment_wait(payment, 30000, NULL)), WSY_PAID);
    CHECK(HOSTED(wsy_payment_void(payment)), WSY_OK);
    /* The calls below are about the same bill. */
    CHECK(wsy_payment_wait(payment, 30000, NULL), WSY_VOIDED);
    CHECK(HOSTED(wsy_payment_free(payment)), WSY_OK);

    CHECK(HOSTED(wsy_refund_start(client, "R2", "P1", NULL, 250, NULL, &payment, NULL)), WSY_PENDING);
    CHECK(wsy_payment_wait(payment, 30000, NULL), WSY_REFUNDED);
    CHECK(wsy_payment_free(payment), WSY_OK);

    CHECK(HOSTED(wsy_reconcile_start(client, NULL, &payment, NULL)), WSY_PENDING);
    CHECK(HOSTED(wsy_payment_cancel(payment)), WSY_OK);
    wsy_payment_wait(payment, 30000, NULL);
    CHECK(wsy_payment_free(payment), WSY_OK);

    CHECK(HOSTED(wsy_recover_start(client, NULL, &payment, NULL)), WSY_PENDING);
    CHECK(wsy_payment_wait(payment, 30000, NULL), WSY_OK);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(HOSTED(wsy_reprint_start(client, "P3", NULL, NULL, &payment, NULL)), WSY_PENDING);
    CHECK(wsy_payment_wait(payment, 30000, NULL), WSY_OK);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(HOSTED(wsy_settle_start(client, "P3", NULL, &payment, NULL)), WSY_PENDING);
    wsy_payment_wait(payment, 30000, NULL);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(HOSTED(wsy_void_start(client, "P3", NULL, &payment, NULL)), WSY_PENDING);
    wsy_payment_wait(payment, 30000, NULL);
    CHECK(wsy_payment_free(payment), WSY_OK);
    CHECK(HOSTED(wsy_print_bytes_start(client, "\x1b@", 2, "queue:no such printer", 0, &payment, NULL)), WSY_PENDING);
    CHECK(wsy_payment_wait(payment, 30000, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_payment_free(payment), WSY_OK);
}

static void every_function(void)
{
    wsy_client *client = opened("fpu");
    wsy_reply *reply = NULL;
    platform("POST", "devices", "{\"device_id\":\"" DEVICE_ID "\",\"key\":\"" DEVICE_KEY "\"}");
    platform("POST", "activation-codes", "{\"code\":\"" ACTIVATION_CODE "\"}");
    texts();
    CHECK(HOSTED(wsy_activate(client, ACTIVATION_CODE, NULL, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_set_device(client, DEVICE_ID, DEVICE_KEY, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_config(client, 1, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_time(client, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_prepare(client)), WSY_OK);
    CHECK(HOSTED(wsy_recover(client, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_micropay(client, "P1", "130000000000000401", 1250, NULL, NULL)), WSY_PAID);
    CHECK(HOSTED(wsy_settle(client, "P1", NULL, NULL)), WSY_PAID_EARLIER);
    CHECK(HOSTED(wsy_find(client, "P1", &reply)), WSY_OK);
    read_reply(reply);
    CHECK(HOSTED(wsy_refund(client, "R1", "P1", NULL, 250, NULL, NULL)), WSY_REFUNDED);
    CHECK(HOSTED(wsy_find_refund(client, "R1", NULL)), WSY_OK);
    receipts(client);
    started(client);
    pop_up(client);
    CHECK(HOSTED(wsy_query_order(client, "dm0", 1250, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_read_bill(client, "P1", NULL, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reprint(client, "P1", NULL, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_void(client, "P1", NULL, NULL)), WSY_REFUNDED);
    CHECK(HOSTED(wsy_day(client, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_unresolved(client, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_decide(client, "P1", 0, "paid", "01", "x", NULL)), WSY_ERR_NOT_OPEN);
    CHECK(HOSTED(wsy_decide_refund(client, "R1", "refunded", "01", "x", NULL)), WSY_ERR_NOT_OPEN);
    CHECK(HOSTED(wsy_close_day(client, NULL, "01", NULL)), WSY_OK);
    CHECK(HOSTED(wsy_archive(client, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_reconcile(client, NULL, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_alarms(client, NULL)), WSY_OK);
    CHECK(HOSTED(wsy_acknowledge(client, 1, "01", NULL)), WSY_ERR_NO_ALARM);
    CHECK(HOSTED(wsy_close(client)), WSY_OK);
    CHECK(HOSTED(wsy_close(client)), WSY_ERR_HANDLE);
    CHECK(HOSTED(wsy_close_all()), WSY_OK);
    ASSERT(logged > 0);
}

static void every_function_leaves_an_odd_host_as_it_was(void)
{
    hosts = odd;
    every_function();
}

/* A test that cannot fail proves nothing: this is the effect of an unmasked exception. */
static LONG CALLBACK caught(EXCEPTION_POINTERS *what)
{
    DWORD code = what->ExceptionRecord->ExceptionCode;
    if (code != EXCEPTION_FLT_DIVIDE_BY_ZERO && code != (DWORD)0xc00002b5)
        return EXCEPTION_CONTINUE_SEARCH;
#ifdef _WIN64
    what->ContextRecord->MxCsr = what->ContextRecord->FltSave.MxCsr = usual.mxcsr;
#else
    /* The layout of fxsave. */
    memcpy(what->ContextRecord->ExtendedRegisters + 24, &usual.mxcsr, sizeof usual.mxcsr);
#endif
    InterlockedIncrement(&logged);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void the_exceptions_of_that_host_are_real(void)
{
    PVOID handler = AddVectoredExceptionHandler(1, caught);
    LONG before = logged;
    volatile double zero = 0, one = 1, result;
    set(odd);
    __asm__ __volatile__("divsd %2, %1\n\tmovsd %1, %0" : "=m"(result) : "x"(one), "m"(zero));
    set(usual);
    (void)result;
    CHECK(logged - before, 1);
    RemoveVectoredExceptionHandler(handler);
}

static wsy_client *shared;

static DWORD WINAPI one_host(void *number)
{
    char bill[32], auth_code[32];
    int n = (int)(intptr_t)number;
    hosts = n % 2 == 0 ? odd : delphi;
    /* A different rounding mode in each thread. */
    hosts.control = (uint16_t)((hosts.control & ~0x0c00) | (n / 2 % 4) << 10);
    sprintf(bill, "T%d", n);
    sprintf(auth_code, "13%016d", 4100 + n);
    CHECK(HOSTED(wsy_micropay(shared, bill, auth_code, 100 + n, NULL, NULL)), WSY_PAID);
    CHECK(HOSTED(wsy_find(shared, bill, NULL)), WSY_OK);
    for (n = 0; n < 200; n++)
        texts();
    return 0;
}

static void threads_with_different_states_keep_theirs(void)
{
    HANDLE threads[8];
    int n;
    shared = open_till("fpu threads", WSY_UTF8);
    for (n = 0; n < 8; n++)
        threads[n] = CreateThread(NULL, 0, one_host, (void *)(intptr_t)n, 0, NULL);
    CHECK(WaitForMultipleObjects(8, threads, TRUE, 60000), WAIT_OBJECT_0);
    CHECK(wsy_close(shared), WSY_OK);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the exceptions of that host are real", the_exceptions_of_that_host_are_real},
        {"every function leaves an odd host as it was", every_function_leaves_an_odd_host_as_it_was},
        {"threads with different states keep theirs", threads_with_different_states_keep_theirs},
    };
    return RUN_TESTS(tests, argc, argv);
}
