/*
 * How the programs of the benchmark measure themselves. Each prints lines of a name and a number.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The number of a till's first auth code, given the number of the till: none comes twice in one run. */
#define FIRST_AT(till, first) ((first) + (till) * 100000L)

/* The number of calls before the measurement. */
#define WARM_UP 20
/* The fields that every program reads of a response. */
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

static double ms_since(moment from)
{
    return (now().wall_us - from.wall_us) / 1e3;
}

/* As long as a cashier takes from one customer to the next. */
static void pause_ms(long ms)
{
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

/* A payment or refund as the program that measures the line hears about it. */
static void print_verdict(const char *name, const char *verdict, double ms)
{
    printf("%s %s %.3f\n", name, verdict, ms);
}

static void print_per_call(moment from, moment to, long calls)
{
    /* Flushed, for the program that waits for the first response: the rest may take long. */
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
