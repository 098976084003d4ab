/* A till for the test programs that are linked with the library. */
#ifndef TILL_H
#define TILL_H

#include "test.h"
#include "wsy.h"

/* A list with short times and the platform's address. */
static inline wsy_params *options(int32_t code_page)
{
    wsy_params *list = NULL;
    int n;
    CHECK(wsy_params_new(code_page, &list), WSY_OK);
    CHECK(wsy_params_set(list, "base", base()), WSY_OK);
    for (n = 0; quick[n] != NULL; n += 2)
        CHECK(wsy_params_set(list, quick[n], quick[n + 1]), WSY_OK);
    return list;
}

/* Opens a data folder, and returns the result of wsy_open. */
static inline int32_t open_folder(const char *folder, int32_t code_page, wsy_client **client)
{
    wsy_params *list = options(code_page);
    int32_t code = wsy_open(folder, code_page, list, client, NULL);
    wsy_params_free(list);
    return code;
}

/* A till with its own device, in a folder of this name. */
static inline wsy_client *open_till(const char *name, int32_t code_page)
{
    wsy_client *client = NULL;
    char *folder = place(name);
    platform("POST", "devices", "{\"device_id\":\"" DEVICE_ID "\",\"key\":\"" DEVICE_KEY "\"}");
    CHECK(open_folder(folder, code_page, &client), WSY_OK);
    CHECK(wsy_set_device(client, DEVICE_ID, DEVICE_KEY, NULL), WSY_OK);
    free(folder);
    return client;
}

/* A list with one value. */
static inline wsy_params *one(const char *name, const char *value)
{
    wsy_params *list = NULL;
    CHECK(wsy_params_new(WSY_UTF8, &list), WSY_OK);
    CHECK(wsy_params_set(list, name, value), WSY_OK);
    return list;
}

#endif
