/*
 * Preloaded into a program: looking up silent.example never ends, as with a name server that is down. A name such
 * as 127.0.0.2-127.0.0.1.several.example has the addresses that it is made of, in this order. Every other name is
 * looked up as usual.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int several(lookup of_system, const char *name, const struct addrinfo *hints, struct addrinfo **found)
{
    char addresses[256];
    char *rest = addresses, *end;
    int failed;

    snprintf(addresses, sizeof addresses, "%s", name);
    *strstr(addresses, ".several.example") = '\0';
    while (rest != NULL) {
        end = strchr(rest, '-');
        if (end != NULL)
            *end++ = '\0';
        failed = of_system(rest, NULL, hints, found);
        if (failed)
            return failed;
        while (*found != NULL)
            found = &(*found)->ai_next;
        rest = end;
    }
    return 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    lookup of_system;

    while (name != NULL && strcmp(name, "silent.example") == 0)
        pause();
    *(void **)&of_system = dlsym(RTLD_NEXT, "getaddrinfo");
    if (name != NULL && strstr(name, ".several.example") != NULL)
        return several(of_system, name, hints, found);
    return of_system(name, service, hints, found);
}
