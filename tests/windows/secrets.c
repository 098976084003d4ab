/* A copy of a till's disk is useless to a thief: the key and open auth codes are sealed. */
#include "till.h"

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

static const char paying[] = "130000000000000201";

/* The files of the data folder that contain a text, as bytes or as UTF-16. The names are added to a list. */
static void holders(const char *name, const char *secret, char *names, size_t size)
{
    wchar_t pattern[MAX_PATH], path[MAX_PATH];
    char wide_secret[256], *folder = place(name);
    size_t n, length = strlen(secret);
    WIN32_FIND_DATAW found;
    HANDLE search;
    int files = 0;
    for (n = 0; n < length; n++)
        wide_secret[2 * n] = secret[n], wide_secret[2 * n + 1] = 0;
    swprintf(pattern, MAX_PATH, L"%hs\\*", folder);
    *names = 0;
    search = FindFirstFileW(pattern, &found);
    ASSERT(search != INVALID_HANDLE_VALUE);
    do {
        size_t size_read = 0;
        char *bytes;
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        swprintf(path, MAX_PATH, L"%hs\\%ls", folder, found.cFileName);
        bytes = read_file(path, &size_read);
        ASSERT(bytes != NULL);
        files++;
        for (n = 0; n + length <= size_read; n++) {
            if (memcmp(bytes + n, secret, length) == 0
                || (n + 2 * length <= size_read && memcmp(bytes + n, wide_secret, 2 * length) == 0)) {
                snprintf(names + strlen(names), size - strlen(names), "%ls ", found.cFileName);
                break;
            }
        }
        free(bytes);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    ASSERT(files >= 4);
    free(folder);
}

static void nothing_holds(const char *secret)
{
    char names[512];
    holders("secrets", secret, names, sizeof names);
    CHECK_TEXT(names, "");
}

static wsy_client *again(void)
{
    wsy_client *client = NULL;
    char *folder = place("secrets");
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_OK);
    free(folder);
    return client;
}

static void neither_the_key_nor_an_open_auth_code_can_be_read(void)
{
    wsy_client *client = open_till("secrets", WSY_GBK);
    wsy_params *soon = one("deadline_ms", "200");
    char names[512];
    customer(paying, "{\"kind\":\"never_answers\"}");
    CHECK(wsy_micropay(client, "S1", paying, 1250, soon, NULL), WSY_UNKNOWN);
    CHECK(wsy_params_free(soon), WSY_OK);
    nothing_holds(DEVICE_KEY);
    nothing_holds(paying);
    /* The search finds a text that exists. */
    holders("secrets", DEVICE_ID, names, sizeof names);
    ASSERT(strstr(names, "device.key") != NULL);
    holders("secrets", "S1", names, sizeof names);
    ASSERT(strstr(names, "ledger.db") != NULL);
    CHECK(wsy_close(client), WSY_OK);
    nothing_holds(DEVICE_KEY);
    nothing_holds(paying);
}

static void the_till_itself_reads_them_at_the_next_start(void)
{
    wsy_client *client;
    char dm_id[32], path[64];
    order_of(paying, dm_id);
    sprintf(path, "bills/%s/state", dm_id);
    platform("POST", path, "{\"state\":\"paid\"}");
    client = again();
    CHECK(wsy_settle(client, "S1", NULL, NULL), WSY_PAID);
    CHECK(wsy_micropay(client, "S2", "130000000000000202", 100, NULL, NULL), WSY_PAID);
    CHECK(wsy_close(client), WSY_OK);
    nothing_holds(paying);
    nothing_holds("130000000000000202");
    nothing_holds(DEVICE_KEY);
}

/* The platform does not reveal this key, so it cannot be searched for; but the file says how it is stored. */
static void a_key_that_comes_by_activation_is_sealed_too(void)
{
    wsy_client *client = again();
    wchar_t path[MAX_PATH];
    size_t length = 0;
    char *folder = place("secrets"), *bytes, *key;
    platform("POST", "activation-codes", "{\"code\":\"" ACTIVATION_CODE "\"}");
    CHECK(wsy_activate(client, ACTIVATION_CODE, NULL, NULL, NULL), WSY_OK);
    swprintf(path, MAX_PATH, L"%hs\\device.key", folder);
    bytes = read_file(path, &length);
    ASSERT(bytes != NULL && !holds(bytes, length, DEVICE_ID));
    key = bytes == NULL ? NULL : strstr(bytes, "key=");
    ASSERT(key != NULL && strncmp(key, "key=dpapi:", 10) == 0 && strspn(key + 10, BASE64) > 100);
    nothing_holds(ACTIVATION_CODE);
    CHECK(wsy_micropay(client, "S3", "130000000000000203", 100, NULL, NULL), WSY_PAID);
    CHECK(wsy_close(client), WSY_OK);
    free(bytes);
    free(folder);
}

/* A till that several users run: any of them unseals the key, and a stranger does not read it. */
static void a_key_for_the_machine_is_sealed_too(void)
{
    char *folder = place("machine");
    wsy_client *client = NULL;
    wsy_params *list = options(WSY_GBK);
    wchar_t path[MAX_PATH];
    size_t length = 0;
    char *bytes;
    platform("POST", "devices", "{\"device_id\":\"57002\",\"key\":\"" DEVICE_KEY "\"}");
    CHECK(wsy_params_set(list, "secret_scope", "machine"), WSY_OK);
    CHECK(wsy_open(folder, WSY_GBK, list, &client, NULL), WSY_OK);
    CHECK(wsy_set_device(client, "57002", DEVICE_KEY, NULL), WSY_OK);
    CHECK(wsy_close(client), WSY_OK);
    swprintf(path, MAX_PATH, L"%hs\\device.key", folder);
    bytes = read_file(path, &length);
    ASSERT(bytes != NULL && strstr(bytes, "key=dpapi:") != NULL && !holds(bytes, length, DEVICE_KEY));
    free(bytes);
    /* It says itself for whom it is sealed. */
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_OK);
    CHECK(wsy_micropay(client, "S4", "130000000000000204", 100, NULL, NULL), WSY_PAID);
    CHECK(wsy_close(client), WSY_OK);
    CHECK(wsy_params_free(list), WSY_OK);
    free(folder);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"neither the key nor an open auth code can be read", neither_the_key_nor_an_open_auth_code_can_be_read},
        {"the till itself reads them at the next start", the_till_itself_reads_them_at_the_next_start},
        {"a key that comes by activation is sealed too", a_key_that_comes_by_activation_is_sealed_too},
        {"a key for the machine is sealed too", a_key_for_the_machine_is_sealed_too},
    };
    return RUN_TESTS(tests, argc, argv);
}
