/* What the tests need of the system: another process of this program, the clock, the environment. */
#ifndef PROCESS_HPP
#define PROCESS_HPP

#include <string>
#include <vector>

namespace process {

/* Another process of this very program. Killed, if it still runs, when this object goes. */
class Child {
public:
    /* The arguments have no quotes in them. */
    explicit Child(const std::vector<std::string> &arguments);
    ~Child();

    /* Ends it as a power cut would: SIGKILL, or TerminateProcess. */
    void kill();

private:
    Child(const Child &);
    Child &operator=(const Child &);

    bool runs_;
    struct Process;
    Process *process_;
};

/* Of a clock that only goes forward, and starts again at 0 when the number is full. */
unsigned long milliseconds();

/* Leaves the processor to others for a moment. */
void pause();

/* A variable of the environment; the program ends if it is not set. */
std::string variable(const char *name);

} /* namespace process */

#endif
