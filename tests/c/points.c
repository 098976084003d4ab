/*
 * Kills the program that it is preloaded into at a named point: WSY_POINT is "KIND NUMBER WHEN", such as
 * "send 3 half".
 *
 * KIND    the calls to count: write and sync of the ledger and the other files, connect, send, receive,
 *         tell (a line to stdout)
 * NUMBER  which of them, starting at 1
 * WHEN    before, half (of the bytes) or after
 *
 * When a program survives, WSY_POINTS_FILE receives how many there were of each kind.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { WRITE, SYNC, CONNECT, SEND, RECEIVE, TELL, KINDS };
enum when { NEVER, BEFORE, HALF, AFTER };

static const char *const names[KINDS] = {"write", "sync", "connect", "send", "receive", "tell"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counts[KINDS];

static enum when due(enum kind kind)
{
    static char wanted[16], when[16];
    static long number = -1;
    enum when found = NEVER;

    pthread_mutex_lock(&lock);
    if (number < 0) {
        const char *point = getenv("WSY_POINT");
        if (point == NULL || sscanf(point, "%15s %ld %15s", wanted, &number, when) != 3)
            number = 0;
    }
    counts[kind]++;
    if (counts[kind] == number && strcmp(wanted, names[kind]) == 0)
        found = strcmp(when, "before") == 0 ? BEFORE : strcmp(when, "half") == 0 ? HALF : AFTER;
    pthread_mutex_unlock(&lock);
    return found;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

/* Makes the call that this one replaces; dies before it, in its middle or after it if this was the point. */
#define AT(kind, call, half_of_it)                                                                                     \
    do {                                                                                                               \
        enum when when = due(kind);                                                                                    \
        if (when == BEFORE)                                                                                            \
            die();                                                                                                     \
        if (when == HALF) {                                                                                            \
            half_of_it;                                                                                                \
            die();                                                                                                     \
        }                                                                                                              \
        result = call;                                                                                                 \
        if (when == AFTER)                                                                                             \
            die();                                                                                                     \
        return result;                                                                                                 \
    } while (0)

ssize_t pwrite64(int file, const void *buffer, size_t bytes, off64_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) = next("pwrite64"), result;
    AT(WRITE, real(file, buffer, bytes, offset), (void)real(file, buffer, bytes / 2, offset));
}

ssize_t write(int file, const void *buffer, size_t bytes)
{
    ssize_t (*real)(int, const void *, size_t) = next("write"), result;
    ssize_t half = (ssize_t)(bytes / 2);
    AT(file == STDOUT_FILENO ? TELL : WRITE, real(file, buffer, bytes), half = real(file, buffer, (size_t)half));
}

int fdatasync(int file)
{
    int (*real)(int) = next("fdatasync"), result;
    AT(SYNC, real(file), (void)0);
}

int fsync(int file)
{
    int (*real)(int) = next("fsync"), result;
    AT(SYNC, real(file), (void)0);
}

int connect(int socket, const struct sockaddr *address, socklen_t bytes)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = next("connect"), result;
    AT(CONNECT, real(socket, address, bytes), (void)0);
}

ssize_t send(int socket, const void *buffer, size_t bytes, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int) = next("send"), result;
    AT(SEND, real(socket, buffer, bytes, flags), (void)real(socket, buffer, bytes / 2, flags));
}

ssize_t recv(int socket, void *buffer, size_t bytes, int flags)
{
    ssize_t (*real)(int, void *, size_t, int) = next("recv"), result;
    AT(RECEIVE, real(socket, buffer, bytes, flags), (void)real(socket, buffer, bytes / 2, flags));
}

__attribute__((destructor)) static void tell_counts(void)
{
    const char *path = getenv("WSY_POINTS_FILE");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    int kind;

    if (file == NULL)
        return;
    for (kind = 0; kind < KINDS; kind++)
        fprintf(file, "%s %ld\n", names[kind], counts[kind]);
    fclose(file);
}
