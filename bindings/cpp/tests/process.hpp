/*
 * The operating system services for the tests: another process of this program, the clock, the environment.
 */
#ifndef PROCESS_HPP
#define PROCESS_HPP

#include <string>
#include <vector>

namespace process {

/* Another process of this program. The destructor kills it if it is still running. */
class Child {
public:
    /* The arguments have no quotes in them. */
    explicit Child(const std::vector<std::string> &arguments);
    ~Child();

    /* Ends it like a power cut: SIGKILL or TerminateProcess. */
    void kill();

private:
    Child(const Child &);
    Child &operator=(const Child &);

    bool runs_;
    struct Process;
    Process *process_;
};

/* Milliseconds of a monotonic clock, which wraps around to 0. */
unsigned long milliseconds();

/* Yields the processor for a moment. */
void pause();

/* A variable of the environment; the program ends if it is not set. */
std::string variable(const char *name);

} /* namespace process */

#endif
