/*
 * The least that a call costs: the same bytes are sent and received on a socket, and nothing is made of them.
 *
 *     floor BASE CALLS     prints cpu_us and wall_us a call
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

static void query(int with, const char *request)
{
    static char answer[16384];
    ssize_t size = 0, part;

    if (send(with, request, strlen(request), 0) != (ssize_t)strlen(request))
        fail("floor", "not sent");
    do {
        part = recv(with, answer + size, sizeof answer - 1 - (size_t)size, 0);
        if (part <= 0)
            fail("floor", "no answer");
        size += part;
        answer[size] = '\0';
    } while (size < 16 || strstr(answer + size - 16, "</dm>") == NULL);
}

int main(int argc, char **argv)
{
    static const char body[] = "action=query&device_id=215117&dm_id=dm2032288236&sign=0123456789ABCDEF0123456789ABCDEF01234567";
    struct sockaddr_in address;
    char request[512], *port;
    int with, on = 1;
    long calls, i;
    moment from;

    port = argc < 3 ? NULL : strrchr(argv[1], ':');
    if (port == NULL)
        fail("floor", "see the source for how it is called");
    calls = atol(argv[2]);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)atoi(port + 1));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sprintf(request, "POST /o2o-dm/op.php HTTP/1.1\r\nHost: 127.0.0.1%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
            port, (int)strlen(body), body);
    with = socket(AF_INET, SOCK_STREAM, 0);
    if (with < 0 || connect(with, (struct sockaddr *)&address, sizeof address) != 0)
        fail("floor", "no connection");
    setsockopt(with, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (i = 0; i < WARM_UP && calls > 1; i++)
        query(with, request);
    from = now();
    for (i = 0; i < calls; i++)
        query(with, request);
    print_per_call(from, now(), calls);
    close(with);
    return 0;
}
