/* A host that ends a thread inside a call: TerminateThread, which some use to cancel what takes long. */
#include "till.h"

static HANDLE inside;

static void on_log(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
    SetEvent(inside);
    Sleep(INFINITE);
}

static wsy_client *client;

static DWORD WINAPI charges(void *nothing)
{
    (void)nothing;
    return (DWORD)wsy_micropay(client, "E1", "130000000000000901", 100, NULL, NULL);
}

static void a_thread_that_was_ended_is_not_waited_for(void)
{
    char *folder = place("ended");
    HANDLE thread;
    client = open_till("ended", WSY_GBK);
    customer("130000000000000901", "{\"kind\":\"pays\"}");
    inside = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(wsy_on_log(client, on_log, NULL), WSY_OK);
    thread = CreateThread(NULL, 0, charges, NULL, 0, NULL);
    CHECK(WaitForSingleObject(inside, 60000), WAIT_OBJECT_0);
    ASSERT(TerminateThread(thread, 1));
    CHECK(WaitForSingleObject(thread, 60000), WAIT_OBJECT_0);
    CHECK(wsy_close(client), WSY_OK);
    /* The folder and the device are free again. */
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_OK);
    CHECK(wsy_find(client, "E1", NULL), WSY_OK);
    CHECK(wsy_close(client), WSY_OK);
    free(folder);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a thread that was ended is not waited for", a_thread_that_was_ended_is_not_waited_for},
    };
    return RUN_TESTS(tests, argc, argv);
}
