/*
 * Refuses a program the rename() of a file, as a virus scanner or a synchronising program that has it open does:
 * WSY_REFUSED is "TIMES NAME", such as "5 device.key"; NAME may be "*". It ends early when the file that
 * WSY_REFUSED_WHILE names is gone. WSY_REFUSED_FILE receives a line for each file that was renamed, or was to be.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_refused(const char *to)
{
    static int left = -1;
    static char name[64];
    const char *refused = getenv("WSY_REFUSED"), *gate = getenv("WSY_REFUSED_WHILE"), *last = strrchr(to, '/');
    if (left < 0 && (refused == NULL || sscanf(refused, "%d %63s", &left, name) != 2))
        left = 0;
    if (gate != NULL && access(gate, F_OK) != 0)
        return 0;
    return left > 0 && (strcmp(name, "*") == 0 || strcmp(last == NULL ? to : last + 1, name) == 0) && left-- > 0;
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    const char *path = getenv("WSY_REFUSED_FILE");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file != NULL) {
        fprintf(file, "%s\n", to);
        fclose(file);
    }
    if (is_refused(to)) {
        errno = EBUSY;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return real(from, to);
}
