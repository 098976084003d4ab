/*
 * The program that a till's author would write today: libcurl, the SHA-1 of OpenSSL, libxml2.
 *
 *     curl BASE CALLS     queries, and reads ten fields of each response; prints cpu_us and wall_us a call
 *     curl BASE CALLS FIRST TILLS PAUSE_MS [CA_FILE]
 *                         payments at several tills, each on a thread, with a pause before each and a new
 *                         handle for each; prints the auth code, the verdict and the time in ms of each
 */
#define _POSIX_C_SOURCE 200809L

#include <curl/curl.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "measure.h"

#define KEY "0123456789abcdef0123456789abcdef"

typedef struct {
    const char *name, *value;
} pair;

typedef struct {
    char *text;
    size_t size, room;
} buffer;

static int by_name(const void *left, const void *right)
{
    return strcmp(((const pair *)left)->name, ((const pair *)right)->name);
}

static void sign(const pair *pairs, size_t count, char *hex)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char text[1024] = "";
    unsigned int size = 0, at;
    size_t i;

    for (i = 0; i < count; i++)
        sprintf(text + strlen(text), "%s=%s&", pairs[i].name, pairs[i].value);
    strcat(text, "key=" KEY);
    EVP_Digest(text, strlen(text), hash, &size, EVP_sha1(), NULL);
    for (at = 0; at < size; at++)
        sprintf(hex + 2 * at, "%02X", hash[at]);
}

static size_t receive(char *data, size_t size, size_t count, void *to)
{
    buffer *answer = to;
    size *= count;
    if (answer->size + size + 1 > answer->room) {
        answer->room = 2 * (answer->size + size + 1);
        answer->text = realloc(answer->text, answer->room);
        if (answer->text == NULL)
            fail("curl", "no memory");
    }
    memcpy(answer->text + answer->size, data, size);
    answer->size += size;
    answer->text[answer->size] = '\0';
    return size;
}

static xmlNode *child(xmlNode *of, const char *name)
{
    xmlNode *node = of != NULL ? of->children : NULL;
    while (node != NULL && (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0))
        node = node->next;
    return node;
}

static void read_fields(const buffer *answer)
{
    static const char *const attributes[] = {"ok",   "total",  "pay_type", "pay_time", "info",
                                             "dm_id", "openid", "pay_id",   "remark"};
    xmlDoc *document = xmlReadMemory(answer->text, (int)answer->size, NULL, NULL, XML_PARSE_RECOVER | XML_PARSE_NONET);
    xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL, *receipt;
    xmlChar *value;
    size_t i;

    if (root == NULL)
        fail("curl", "no XML");
    for (i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        value = xmlGetProp(root, (const xmlChar *)attributes[i]);
        if (value == NULL)
            fail("curl", attributes[i]);
        xmlFree(value);
    }
    receipt = child(child(child(root, "paylist"), "pay"), "printinfo");
    value = receipt != NULL ? xmlNodeGetContent(receipt) : NULL;
    if (value == NULL)
        fail("curl", "printinfo");
    xmlFree(value);
    xmlFreeDoc(document);
}

/* Returns whether there was a response. */
static int post(CURL *curl, const char *url, pair *pairs, size_t count, buffer *answer)
{
    char hex[64], body[1024] = "", *value;
    size_t i;

    qsort(pairs, count, sizeof pairs[0], by_name);
    sign(pairs, count, hex);
    for (i = 0; i < count; i++) {
        value = curl_easy_escape(curl, pairs[i].value, 0);
        sprintf(body + strlen(body), "%s=%s&", pairs[i].name, value);
        curl_free(value);
    }
    sprintf(body + strlen(body), "sign=%s", hex);
    answer->size = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return curl_easy_perform(curl) == CURLE_OK;
}

static void query(CURL *curl, const char *url, buffer *answer)
{
    pair pairs[] = {{"action", "query"}, {"dm_id", "dm2032288236"}, {"device_id", "215117"}};

    if (!post(curl, url, pairs, sizeof pairs / sizeof pairs[0], answer))
        fail("curl", "no response");
    read_fields(answer);
}

typedef struct {
    pthread_t thread;
    const char *url, *authority;
    long calls, first, pause;
    int *is_paid;
    double *ms;
} scanner;

static void *scan(void *argument)
{
    scanner *self = argument;
    buffer answer = {NULL, 0, 0};
    char code[32];
    moment from;
    CURL *curl;
    long i;

    for (i = 0; i < self->calls; i++) {
        pair pairs[] = {{"action", "micropay"}, {"authcode", code}, {"device_id", "215117"},
                        {"paytype", "o2o_dm_code_wxpaysub"}, {"total", "1.00"}};
        sprintf(code, "13%016ld", self->first + i);
        pause_ms(self->pause);
        from = now();
        curl = curl_easy_init();
        if (self->authority != NULL)
            curl_easy_setopt(curl, CURLOPT_CAINFO, self->authority);
        self->is_paid[i] = post(curl, self->url, pairs, sizeof pairs / sizeof pairs[0], &answer);
        if (self->is_paid[i])
            read_fields(&answer);
        self->ms[i] = ms_since(from);
        curl_easy_cleanup(curl);
    }
    free(answer.text);
    return NULL;
}

static void scans(const char *url, long calls, long first, int tills, long pause, const char *authority)
{
    scanner *all = calloc((size_t)tills, sizeof *all), *one;
    char code[32];
    long i;

    if (all == NULL)
        fail("curl", "no memory");
    xmlInitParser();
    for (one = all; one < all + tills; one++) {
        one->url = url;
        one->authority = authority;
        one->calls = calls;
        one->first = FIRST_AT(one - all, first);
        one->pause = pause;
        one->is_paid = calloc((size_t)calls, sizeof *one->is_paid);
        one->ms = calloc((size_t)calls, sizeof *one->ms);
        if (one->is_paid == NULL || one->ms == NULL || pthread_create(&one->thread, NULL, scan, one) != 0)
            fail("curl", "no thread");
    }
    for (one = all; one < all + tills; one++) {
        pthread_join(one->thread, NULL);
        for (i = 0; i < calls; i++) {
            sprintf(code, "13%016ld", one->first + i);
            print_verdict(code, one->is_paid[i] ? "paid" : "none", one->ms[i]);
        }
        free(one->is_paid);
        free(one->ms);
    }
    free(all);
}

int main(int argc, char **argv)
{
    buffer answer = {NULL, 0, 0};
    char url[256];
    long calls, i;
    moment from;
    CURL *curl;

    if (argc < 3)
        fail("curl", "see the source for its usage");
    calls = atol(argv[2]);
    snprintf(url, sizeof url, "%s/o2o-dm/op.php", argv[1]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (argc > 5) {
        scans(url, calls, atol(argv[3]), atoi(argv[4]), atol(argv[5]), argc > 6 ? argv[6] : NULL);
        return 0;
    }
    curl = curl_easy_init();
    for (i = 0; i < WARM_UP && calls > 1; i++)
        query(curl, url, &answer);
    from = now();
    for (i = 0; i < calls; i++)
        query(curl, url, &answer);
    print_per_call(from, now(), calls);
    curl_easy_cleanup(curl);
    free(answer.text);
    return 0;
}
