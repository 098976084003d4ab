/*
 * A host that unloads the library in mid-payment, as VB6's debugger and some plug-in hosts do. The module
 * stays, and with it the threads that ask about the payment.
 */
#include "test.h"
#include "wsy.h"

static struct {
    int32_t (*open)(const char *, int32_t, const wsy_params *, wsy_client **, wsy_reply **);
    int32_t (*close)(wsy_client *);
    int32_t (*set_device)(wsy_client *, const char *, const char *, wsy_reply **);
    int32_t (*params_new)(int32_t, wsy_params **);
    int32_t (*params_set)(wsy_params *, const char *, const char *);
    int32_t (*params_free)(wsy_params *);
    int32_t (*micropay_start)(wsy_client *, const char *, const char *, int32_t, const wsy_params *, wsy_payment **,
                              wsy_reply **);
    int32_t (*poll)(wsy_payment *, wsy_reply **);
    int32_t (*payment_free)(wsy_payment *);
} wsy;

static HMODULE load(void)
{
    HMODULE module = LoadLibraryA("wsy.dll");
    ASSERT(module != NULL);
#define GET(member, name) *(FARPROC *)&wsy.member = GetProcAddress(module, name)
    GET(open, "wsy_open");
    GET(close, "wsy_close");
    GET(set_device, "wsy_set_device");
    GET(params_new, "wsy_params_new");
    GET(params_set, "wsy_params_set");
    GET(params_free, "wsy_params_free");
    GET(micropay_start, "wsy_micropay_start");
    GET(poll, "wsy_payment_poll");
    GET(payment_free, "wsy_payment_free");
#undef GET
    return module;
}

static wsy_client *open_till(void)
{
    wsy_client *client = NULL;
    wsy_params *options = NULL;
    char *folder = place("unload");
    int n;
    platform("POST", "devices", "{\"device_id\":\"" DEVICE_ID "\",\"key\":\"" DEVICE_KEY "\"}");
    CHECK(wsy.params_new(WSY_UTF8, &options), WSY_OK);
    CHECK(wsy.params_set(options, "base", base()), WSY_OK);
    for (n = 0; quick[n] != NULL; n += 2)
        CHECK(wsy.params_set(options, quick[n], quick[n + 1]), WSY_OK);
    CHECK(wsy.open(folder, WSY_UTF8, options, &client, NULL), WSY_OK);
    CHECK(wsy.params_free(options), WSY_OK);
    CHECK(wsy.set_device(client, DEVICE_ID, DEVICE_KEY, NULL), WSY_OK);
    free(folder);
    return client;
}

/* A host that loads the library only to check whether it is installed. */
static void a_library_that_was_not_used_can_be_loaded_and_unloaded(void)
{
    int n;
    for (n = 0; n < 3; n++)
        ASSERT(FreeLibrary(load()));
}

static void a_payment_goes_on_when_the_host_unloads_the_library(void)
{
    static const char code[] = "130000000000000101";
    HMODULE module = load(), again;
    wsy_client *client = open_till();
    wsy_payment *payment = NULL;
    int32_t verdict;
    int n;
    customer(code, "{\"kind\":\"never_answers\"}");
    CHECK(wsy.micropay_start(client, "U1", code, 1250, NULL, &payment, NULL), WSY_PENDING);
    /* Their results do not matter: a host calls once too often as well. */
    for (n = 0; n < 5; n++)
        FreeLibrary(module);
    ASSERT(GetModuleHandleA("wsy.dll") == module);
    CHECK(wsy.poll(payment, NULL), WSY_PENDING);
    types_the_password(code);

    again = load();
    ASSERT(again == module);
    for (n = 0; (verdict = wsy.poll(payment, NULL)) == WSY_PENDING && n < 3000; n++)
        Sleep(20);
    CHECK(verdict, WSY_PAID);
    CHECK(captures(code), 1);
    CHECK(wsy.payment_free(payment), WSY_OK);
    CHECK(wsy.close(client), WSY_OK);
    CHECK(wsy.close(client), WSY_ERR_HANDLE);
    FreeLibrary(again);
}

/* The process ends with the client open and a payment in progress; that must not hang or crash. */
static void a_program_that_closes_nothing_ends(void)
{
    DWORD code = 1;
    HANDLE child = start_again("leaver");
    CHECK(WaitForSingleObject(child, 60000), WAIT_OBJECT_0);
    ASSERT(GetExitCodeProcess(child, &code));
    CHECK(code, 0);
    CloseHandle(child);
}

static int leave(void)
{
    wsy_payment *payment = NULL;
    wsy_client *client;
    load();
    client = open_till();
    return wsy.micropay_start(client, "U2", "130000000000000102", 1250, NULL, &payment, NULL) != WSY_PENDING;
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a library that was not used can be loaded and unloaded", a_library_that_was_not_used_can_be_loaded_and_unloaded},
        {"a payment goes on when the host unloads the library", a_payment_goes_on_when_the_host_unloads_the_library},
        {"a program that closes nothing ends", a_program_that_closes_nothing_ends},
    };
    if (argc > 2) {
        begin(argc, argv);
        return leave();
    }
    return RUN_TESTS(tests, argc, argv);
}
