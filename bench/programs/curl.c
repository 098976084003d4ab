/*
 * The program that a till's author would write today: libcurl, the SHA-1 of OpenSSL, libxml2.
 *
 *     curl BASE CALLS     queries, and reads ten fields of each response; prints cpu_us and wall_us a call
 */
#define _POSIX_C_SOURCE 200809L

#include <curl/curl.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>

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

static void query(CURL *curl, const char *url, buffer *answer)
{
    pair pairs[] = {{"action", "query"}, {"dm_id", "dm2032288236"}, {"device_id", "215117"}};
    size_t count = sizeof pairs / sizeof pairs[0], i;
    char hex[64], body[1024] = "", *value;

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
    if (curl_easy_perform(curl) != CURLE_OK)
        fail("curl", "no response");
    read_fields(answer);
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
