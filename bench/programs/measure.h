/*
 * What the programs of the benchmark measure themselves with. Each prints lines of a name and a number.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* How many calls come before what is measured. */
#define WARM_UP 20
/* What every program reads of an answer; 10 fields. */
#define FIELDS 10

typedef struct {
    double cpu_us, wall_us;
} moment;

static moment now(void)
{
    struct rusage usage;
    struct timespec clock;
    moment at;

    getrusage(RUSAGE_SELF, &usage);
    clock_gettime(CLOCK_MONOTONIC, &clock);
    at.cpu_us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
                + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    at.wall_us = (double)clock.tv_sec * 1e6 + (double)clock.tv_nsec / 1e3;
    return at;
}

static void print_per_call(moment from, moment to, long calls)
{
    /* For who waits for the first answer: what follows may take its time to end. */
    puts("answered");
    fflush(stdout);
    printf("cpu_us %.3f\nwall_us %.3f\n", (to.cpu_us - from.cpu_us) / (double)calls,
           (to.wall_us - from.wall_us) / (double)calls);
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

#endif
