/*
 * The least that a call costs: the same bytes are sent and received on a socket, without processing them.
 *
 *     floor BASE CALLS N   on N threads, each with its own connection; prints cpu_us and wall_us a call
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

typedef struct {
    pthread_t thread;
    int connection;
    long calls;
    const char *request;
} worker;

static void query(int with, const char *request)
{
    char answer[16384];
    ssize_t size = 0, part;

    if (send(with, request, strlen(request), 0) != (ssize_t)strlen(request))
        fail("floor", "not sent");
    do {
        part = recv(with, answer + size, sizeof answer - 1 - (size_t)size, 0);
        if (part <= 0)
            fail("floor", "no response");
        size += part;
        answer[size] = '\0';
    } while (size < 16 || strstr(answer + size - 16, "</dm>") == NULL);
}

static int connected(int port)
{
    struct sockaddr_in address;
    int with = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (with < 0 || connect(with, (struct sockaddr *)&address, sizeof address) != 0)
        fail("floor", "no connection");
    setsockopt(with, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return with;
}

static void *work(void *argument)
{
    worker *self = argument;
    long i;
    for (i = 0; i < self->calls; i++)
        query(self->connection, self->request);
    return NULL;
}

int main(int argc, char **argv)
{
    static const char body[] =
        "action=query&device_id=215117&dm_id=dm2032288236&sign=0123456789ABCDEF0123456789ABCDEF01234567";
    char request[512], *port = argc < 4 ? NULL : strrchr(argv[1], ':');
    int count, i, warm;
    worker *workers;
    moment from;

    if (port == NULL)
        fail("floor", "see the source for its usage");
    sprintf(request,
            "POST /o2o-dm/op.php HTTP/1.1\r\nHost: 127.0.0.1%s\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
            port, (int)strlen(body), body);
    count = atoi(argv[3]);
    workers = calloc((size_t)count, sizeof *workers);
    if (workers == NULL)
        fail("floor", "no memory");
    for (i = 0; i < count; i++) {
        workers[i].connection = connected(atoi(port + 1));
        workers[i].calls = atol(argv[2]);
        workers[i].request = request;
        for (warm = 0; warm < WARM_UP; warm++)
            query(workers[i].connection, request);
    }
    from = now();
    for (i = 0; i < count; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            fail("floor", "no thread");
    for (i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    print_per_call(from, now(), workers[0].calls * count);
    for (i = 0; i < count; i++)
        close(workers[i].connection);
    free(workers);
    return 0;
}
