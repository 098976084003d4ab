/*
 * Preloaded into a program: looking up silent.example never ends, as with a name server that is down. Every
 * other name is looked up as usual.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    lookup of_system;

    while (name != NULL && strcmp(name, "silent.example") == 0)
        pause();
    *(void **)&of_system = dlsym(RTLD_NEXT, "getaddrinfo");
    return of_system(name, service, hints, found);
}
