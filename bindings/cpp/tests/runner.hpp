/*
 * A small test runner for C++98, with and without exceptions. A check that fails ends its test.
 *
 *   TEST(what_holds) { CHECK(1 + 1 == 2); CHECK_EQUAL(sum(1, 1), 2); }
 *   TEST_IN_BOTH(what_holds_in_every_code_page) { wsy::CodePage page... }
 */
#ifndef RUNNER_HPP
#define RUNNER_HPP

#include <sstream>
#include <string>

#include <wsy.hpp>

namespace runner {

typedef void (*Body)(wsy::CodePage page);

/* Registers a test. */
class Registration {
public:
    Registration(const char *name, wsy::CodePage page, Body body);
};

/* Records that the running test has failed, and why. */
void fail(const std::string &why, const char *file, int line);

/*
 * Runs part `share` of `shares` of the tests, and prints the failures and the totals. True if none failed.
 */
bool run(int share, int shares);

template <typename Value>
std::string shown(const Value &value)
{
    std::ostringstream text;

    text << value;
    return text.str();
}

template <typename Left, typename Right>
bool equal(const Left &left, const Right &right, const char *what, const char *file, int line)
{
    if (left == right)
        return true;
    fail(std::string(what) + ": \"" + shown(left) + "\" is not \"" + shown(right) + "\"", file, line);
    return false;
}

/* A deadline. */
class Deadline {
public:
    Deadline();

    /* False when the time is up; otherwise waits a moment. */
    bool wait() const;

private:
    unsigned long end_;
};

} /* namespace runner */

#define TEST(name)                                                      \
    static void name();                                                 \
    static void name##_(wsy::CodePage) { name(); }                      \
    static const runner::Registration name##_registration(#name, wsy::utf8, name##_); \
    static void name()

#define TEST_IN_BOTH(name)                                              \
    static void name(wsy::CodePage page);                               \
    static const runner::Registration name##_utf8(#name " (UTF-8)", wsy::utf8, name); \
    static const runner::Registration name##_gbk(#name " (GBK)", wsy::gbk, name); \
    static void name(wsy::CodePage page)

#define CHECK(what)                                                     \
    do {                                                                \
        if (!(what)) {                                                  \
            runner::fail(#what, __FILE__, __LINE__);                    \
            return;                                                     \
        }                                                               \
    } while (0)

#define CHECK_EQUAL(left, right)                                        \
    do {                                                                \
        if (!runner::equal((left), (right), #left, __FILE__, __LINE__)) \
            return;                                                     \
    } while (0)

#define EVENTUALLY(what)                                                \
    do {                                                                \
        const runner::Deadline deadline;                                \
        while (!(what)) {                                               \
            if (!deadline.wait()) {                                     \
                runner::fail("it never came about that " #what, __FILE__, __LINE__); \
                return;                                                 \
            }                                                           \
        }                                                               \
    } while (0)

#endif
