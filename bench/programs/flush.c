/*
 * The least that it costs to write two records so that they survive a power cut: two lines appended to a
 * file, each flushed.
 *
 *     flush FILE CALLS     prints cpu_us and wall_us for two lines
 */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <unistd.h>

#include "measure.h"

static void append(int file)
{
    static const char line[] = "2026-11-22 12:00:00.000 N000000001 13**************01 100 open 0123456789abcdef0123456789abcdef\n";
    if (write(file, line, sizeof line - 1) != (ssize_t)(sizeof line - 1) || fdatasync(file) != 0)
        fail("flush", "not written");
}

int main(int argc, char **argv)
{
    long calls, i;
    moment from;
    int file;

    if (argc < 3)
        fail("flush", "see the source for its usage");
    calls = atol(argv[2]);
    file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0)
        fail(argv[1], "cannot be opened");
    append(file);
    from = now();
    for (i = 0; i < calls; i++) {
        append(file);
        append(file);
    }
    print_per_call(from, now(), calls);
    close(file);
    return 0;
}
