/*
 * Shared code of the test programs for Windows: counted cases, checks that print what they found, the
 * platform to talk to, and tills with short times.
 *
 * A program is started with an empty folder as its argument and the address of its own sandbox in
 * WSY_SANDBOX_BASE. It prints a line for each case, and in its last line how many passed and failed.
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

/* Comes before everything else, in a program that another instance of itself starts; run_tests does it too.
 * */
void begin(int argc, char **argv);

/* Runs the cases, and returns the result of main. */
int run_tests(const struct test *tests, int count, int argc, char **argv);
#define RUN_TESTS(tests, argc, argv) run_tests(tests, (int)(sizeof(tests) / sizeof *(tests)), argc, argv)

/* Checks a number, or a condition. A failed check is printed, and its case goes on. */
#define CHECK(got, wanted) check(__FILE__, __LINE__, #got, (long)(got), (long)(wanted))
#define CHECK_TEXT(got, wanted) check_text(__FILE__, __LINE__, #got, got, wanted)
#define ASSERT(so) assert_that(__FILE__, __LINE__, #so, (so) != 0)
void check(const char *file, int line, const char *what, long got, long wanted);
void check_text(const char *file, int line, const char *what, const char *got, const char *wanted);
void assert_that(const char *file, int line, const char *what, int so);

/* The address of the platform, http://host:port. */
const char *base(void);

/* A path in the program's folder, which ends with this. Valid until the program ends. */
char *place(const char *name);

/* Calls the platform's control API, and returns its response, which is valid until the next call. */
const char *platform(const char *method, const char *path, const char *json);

/* Makes a customer who shows this auth code and behaves as the JSON says: "{\"kind\":\"pays\"}". */
void customer(const char *auth_code, const char *behaviour);

/* Waits until a charge of this auth code has arrived: before it is sent, it could not be undone or unknown.
 * */
void arrives(const char *auth_code);

/* The number of paid bills of an auth code. */
int captures(const char *auth_code);

/* The number of the platform's only bill of an auth code; dm_id has room for 32 bytes. */
void order_of(const char *auth_code, char *dm_id);

/* The customer of an auth code, who never answers by himself, pays as soon as the platform has asked. */
void types_the_password(const char *auth_code);

/* Options with short times, for wsy_params_set and its like: name, value, name, value, ..., NULL. Those that
 * are used up only by a hang are long, as this machine may be busy. */
extern const char *const quick[];

/* A font that has the characters of receipts, WSY_FONT. */
const char *font(void);

/* A network printer that listens until its paper is taken; its name, for wsy_print_receipt, is valid until
 * the next. */
const char *printer(void);

/* Its output, including the queries about its state; returns the number of bytes. */
int paper(char *bytes, int size);

/* Reads a file that another handle may have open; its length is written to length. NULL if it does not exist.
 * */
char *read_file(const wchar_t *path, size_t *length);

/* Whether the bytes contain the text. */
int holds(const char *bytes, size_t length, const char *text);

/* Runs this program again with these arguments, and returns the process; its stdout is ours. */
HANDLE start_again(const char *words);

#endif
