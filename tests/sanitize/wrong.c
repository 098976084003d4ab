/*
 * Deliberate mistakes, each of which a tool that watches memory or threads has to report: a tool that is
 * silent here is not working. With "nothing" there is no mistake.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsy.h"

/* Volatile, so that no compiler sees through what happens to it. */
static char *volatile shared;

static char *version_sized(int32_t *needed)
{
    char *buffer;
    if (wsy_version(NULL, 0, needed) != WSY_ERR_BUFFER || (buffer = malloc((size_t)*needed)) == NULL)
        exit(2);
    return buffer;
}

static int nothing(void)
{
    int32_t needed;
    char *buffer = version_sized(&needed);
    int32_t code = wsy_version(buffer, needed, NULL);
    free(buffer);
    return code != WSY_OK;
}

/* The size passed to the library is one byte too large. */
static int overrun(void)
{
    int32_t needed;
    char *buffer = version_sized(&needed);
    shared = realloc(buffer, (size_t)needed - 1);
    return wsy_version(shared, needed, NULL) != WSY_OK;
}

static int use_after_free(void)
{
    int32_t needed;
    shared = version_sized(&needed);
    free(shared);
    return wsy_version(shared, needed, NULL) != WSY_OK;
}

/* The library reads a text without a terminating NUL. */
static int no_end(void)
{
    int32_t fen;
    shared = malloc(4);
    memcpy(shared, "1.00", 4);
    return wsy_yuan_to_fen(shared, &fen) != WSY_OK;
}

static int leak(void)
{
    int32_t needed;
    shared = version_sized(&needed);
    shared = NULL;
    return 0;
}

static void *write_version(void *buffer)
{
    wsy_version(buffer, 64, NULL);
    return NULL;
}

/* The library writes into one buffer from two threads. */
static int race(void)
{
    static char buffer[64];
    pthread_t one, other;
    if (pthread_create(&one, NULL, write_version, buffer) != 0 || pthread_create(&other, NULL, write_version, buffer) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    return 0;
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } mistakes[] = {{"nothing", nothing}, {"overrun", overrun}, {"use after free", use_after_free},
        {"no end", no_end}, {"leak", leak}, {"race", race}};
    size_t n;
    for (n = 0; count == 2 && n < sizeof mistakes / sizeof *mistakes; n++) {
        if (strcmp(words[1], mistakes[n].name) == 0)
            return mistakes[n].run();
    }
    fprintf(stderr, "wrong: no such mistake\n");
    return 2;
}
