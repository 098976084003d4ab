#include "runner.hpp"

#include <stdio.h>

#include <vector>

#include "process.hpp"

namespace runner {

namespace {

const unsigned long PATIENCE_MS = 60000;

struct Test {
    const char *name;
    wsy::CodePage page;
    Body body;
};

/* Filled before main, in link order. */
std::vector<Test> &tests()
{
    static std::vector<Test> all;
    return all;
}

std::string failure;

} /* namespace */

Registration::Registration(const char *name, wsy::CodePage page, Body body)
{
    const Test test = {name, page, body};

    tests().push_back(test);
}

void fail(const std::string &why, const char *file, int line)
{
    if (failure.empty())
        failure = std::string(file) + ":" + shown(line) + ": " + why;
}

bool run(int share, int shares)
{
    int passed = 0, failed = 0;

    for (size_t index = 0; index < tests().size(); index++) {
        const Test &test = tests()[index];

        if (static_cast<int>(index % static_cast<size_t>(shares)) != share)
            continue;
        failure.clear();
        test.body(test.page);
        if (failure.empty()) {
            passed++;
        } else {
            failed++;
            printf("%s FAILED\n  %s\n", test.name, failure.c_str());
        }
        fflush(stdout);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0;
}

Deadline::Deadline() : end_(process::milliseconds() + PATIENCE_MS) {}

bool Deadline::wait() const
{
    if (static_cast<long>(end_ - process::milliseconds()) < 0)
        return false;
    process::pause();
    return true;
}

} /* namespace runner */
