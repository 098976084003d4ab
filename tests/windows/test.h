/*
 * What the test programs for Windows share: cases that are counted, checks that say what they found, the platform to
 * talk to, and tills with short times.
 *
 * A program is started with an empty folder as its argument, and WSY_SANDBOX_BASE says where a sandbox of its own
 * listens. It prints a line for each case, and as its last one how many passed and failed.
 */
#ifndef TEST_H
#define TEST_H

#include <winsock2.h>
#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_ID "57001"
#define DEVICE_KEY "0123456789abcdef0123456789abcdef01234567"
#define ACTIVATION_CODE "24901320180424"

struct test {
    const char *name;
    void (*run)(void);
};

/* What comes before everything else, in a program that is started by another of itself; run_tests does it too. */
void begin(int argc, char **argv);

/* Runs the cases, and gives what main has to return. */
int run_tests(const struct test *tests, int count, int argc, char **argv);
#define RUN_TESTS(tests, argc, argv) run_tests(tests, (int)(sizeof(tests) / sizeof *(tests)), argc, argv)

/* Checks a number, or that something is so. A check that fails is told, and its case goes on. */
#define CHECK(got, wanted) check(__FILE__, __LINE__, #got, (long)(got), (long)(wanted))
#define CHECK_TEXT(got, wanted) check_text(__FILE__, __LINE__, #got, got, wanted)
#define ASSERT(so) assert_that(__FILE__, __LINE__, #so, (so) != 0)
void check(const char *file, int line, const char *what, long got, long wanted);
void check_text(const char *file, int line, const char *what, const char *got, const char *wanted);
void assert_that(const char *file, int line, const char *what, int so);

/* The address of the platform, http://host:port. */
const char *base(void);

/* A path in the program's folder, which ends with this. Lives until the program ends. */
char *place(const char *name);

/* Asks the platform's control API, and gives its answer, which lives until the next call. */
const char *platform(const char *method, const char *path, const char *json);

/* Makes a customer who shows this auth code, and behaves as the JSON says: "{\"kind\":\"pays\"}". */
void customer(const char *auth_code, const char *behaviour);

/* Waits until a charge of this auth code has arrived: before it is sent, nothing of it could be undone or unknown. */
void arrives(const char *auth_code);

/* How many bills of an auth code are paid. */
int captures(const char *auth_code);

/* The number of the platform's only bill of an auth code; dm_id has room for 32 bytes. */
void order_of(const char *auth_code, char *dm_id);

/* The customer of an auth code, who never answers by himself, pays as soon as the platform has asked. */
void types_the_password(const char *auth_code);

/* Options with short times, for wsy_params_set and its like: name, value, name, value, ..., NULL. Those that only a hang uses up are
 * long, as this machine may be busy. */
extern const char *const quick[];

/* A font that has the characters of receipts, WSY_FONT. */
const char *font(void);

/* A printer on the network that listens until its paper is taken; its name, for wsy_print_receipt, lives until the next. */
const char *printer(void);

/* What came out of it, the questions about its state included; how many bytes is returned. */
int paper(char *bytes, int size);

/* Reads a file that another handle may have open; its length is written to length. NULL if there is none. */
char *read_file(const wchar_t *path, size_t *length);

/* Whether the bytes hold the text. */
int holds(const char *bytes, size_t length, const char *text);

/* Runs this program once more with these words, and gives the process; its stdout is ours. */
HANDLE start_again(const char *words);

#endif
