/*
 * The tests of wsy.hpp.
 *
 *   tests [SHARE SHARES]   all of them, or every SHARES-th starting at the SHARE-th (from 0)
 *
 * bindings/cpp/README.md describes the environment variables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.hpp"
#include "runner.hpp"

int main(int argc, char **argv)
{
    bool good;

    if (argc == 6 && strcmp(argv[1], "child") == 0)
        return crash::child(argv[2], argv[3], argv[4], argv[5]);
    if (argc != 1 && (argc != 3 || atoi(argv[1]) < 0 || atoi(argv[2]) <= atoi(argv[1]))) {
        fputs("usage: tests [SHARE SHARES]\n", stderr);
        return 2;
    }
    good = argc == 1 ? runner::run(0, 1) : runner::run(atoi(argv[1]), atoi(argv[2]));
    return good ? 0 : 1;
}
