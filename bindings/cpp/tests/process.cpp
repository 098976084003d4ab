#include "process.hpp"

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#endif

namespace process {

namespace {

void stop(const char *why, const char *what)
{
    fprintf(stderr, "%s%s\n", what, why);
    exit(2);
}

} /* namespace */

#ifdef _WIN32

struct Child::Process {
    HANDLE handle;
};

Child::Child(const std::vector<std::string> &arguments) : runs_(true), process_(new Process)
{
    char program[MAX_PATH];
    STARTUPINFOA startup = STARTUPINFOA();
    PROCESS_INFORMATION information;
    std::string line;

    GetModuleFileNameA(NULL, program, MAX_PATH);
    line = std::string("\"") + program + "\"";
    for (size_t index = 0; index < arguments.size(); index++)
        line += " \"" + arguments[index] + "\"";
    startup.cb = sizeof startup;
    if (!CreateProcessA(program, &line[0], NULL, NULL, FALSE, 0, NULL, NULL, &startup, &information))
        stop(" cannot be started again", program);
    CloseHandle(information.hThread);
    process_->handle = information.hProcess;
}

void Child::kill()
{
    if (runs_) {
        TerminateProcess(process_->handle, 1);
        WaitForSingleObject(process_->handle, INFINITE);
        CloseHandle(process_->handle);
    }
    runs_ = false;
}

unsigned long milliseconds()
{
    return GetTickCount();
}

void pause()
{
    Sleep(5);
}

#else

struct Child::Process {
    pid_t id;
};

Child::Child(const std::vector<std::string> &arguments) : runs_(true), process_(new Process)
{
    static char program[] = "/proc/self/exe";
    std::vector<char *> words(1, program);

    for (size_t index = 0; index < arguments.size(); index++)
        words.push_back(const_cast<char *>(arguments[index].c_str()));
    words.push_back(NULL);
    process_->id = fork();
    if (process_->id == 0) {
        execv(program, &words[0]);
        _exit(2);
    }
    if (process_->id < 0)
        stop(" cannot be started again", program);
}

void Child::kill()
{
    if (runs_) {
        ::kill(process_->id, SIGKILL);
        waitpid(process_->id, NULL, 0);
    }
    runs_ = false;
}

unsigned long milliseconds()
{
    timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<unsigned long>(now.tv_sec) * 1000 + static_cast<unsigned long>(now.tv_nsec) / 1000000;
}

void pause()
{
    const timespec moment = {0, 5000000};

    nanosleep(&moment, NULL);
}

#endif

Child::~Child()
{
    kill();
    delete process_;
}

std::string variable(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL)
        stop(" has to be set; bindings/cpp/README.md says to what", name);
    return value;
}

} /* namespace process */
