/*
 * Takes from a program the locks of open files (F_OFD_SETLK), as a Linux before 3.15 has none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>

long syscall(long number, ...)
{
    long (*real)(long, ...), values[6];
    va_list rest;
    int n;
    va_start(rest, number);
    for (n = 0; n < 6; n++)
        values[n] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_fcntl && (int)values[1] == F_OFD_SETLK) {
        errno = EINVAL;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    return real(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}
