/*
 * Hosts that treat their threads as real ones do: they handle signals, cancel threads, end them, fork, and give
 * them small stacks.
 *
 *     hosts WHAT FOLDER BASE DEVICE KEY CODE [FONT [CA]]
 *
 * CODE is the auth code of a customer. Prints "done" if everything was as it should be.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "wsy.h"

/* Those that are used up only by a hang are long: the machine may be busy. */
static const char *const times[][2] = {{"poll_ms", "50"},        {"first_query_ms", "10"}, {"quiet_ms", "500"},
                                       {"deadline_ms", "60000"}, {"connect_ms", "20000"},  {"response_ms", "20000"}};

static char **arguments;
#define FOLDER arguments[2]
#define BASE arguments[3]
#define DEVICE arguments[4]
#define KEY arguments[5]
#define CODE arguments[6]
#define FONT arguments[7]
#define CA arguments[8]

static wsy_client *till;

static void must(int so, const char *what)
{
    if (!so) {
        fprintf(stderr, "hosts: not so: %s\n", what);
        exit(3);
    }
}
#define MUST(so) must(so, #so)
#define IS(call, wanted) is(call, wanted, #call)

static void is(int32_t code, int32_t wanted, const char *call)
{
    if (code != wanted) {
        fprintf(stderr, "hosts: %s returned %d, not %d\n", call, (int)code, (int)wanted);
        exit(3);
    }
}

static void open_till(void)
{
    wsy_params *options = NULL;
    size_t n;
    IS(wsy_params_new(WSY_UTF8, &options), WSY_OK);
    IS(wsy_params_set(options, "base", BASE), WSY_OK);
    for (n = 0; n < sizeof times / sizeof *times; n++)
        IS(wsy_params_set(options, times[n][0], times[n][1]), WSY_OK);
    if (FONT != NULL && CA != NULL)
        IS(wsy_params_set(options, "ca_file", CA), WSY_OK);
    IS(wsy_open(FOLDER, WSY_UTF8, options, &till, NULL), WSY_OK);
    IS(wsy_params_free(options), WSY_OK);
    IS(wsy_set_device(till, DEVICE, KEY, NULL), WSY_OK);
}

static pthread_t started(void *(*work)(void *))
{
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, work, NULL) == 0);
    return thread;
}

static void wait_for(volatile int *flag)
{
    while (!*flag)
        usleep(1000);
}

/* A host handles its signals on the thread that it knows. */

static pthread_t main_thread;
static volatile sig_atomic_t here, elsewhere;

static void on_signal(int signal)
{
    (void)signal;
    if (pthread_equal(pthread_self(), main_thread))
        here++;
    else
        elsewhere++;
}

static void signals(void)
{
    static const int all[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGPROF, SIGIO, SIGURG};
    struct sigaction action;
    wsy_payment *payment = NULL;
    sigset_t set;
    size_t n;
    main_thread = pthread_self();
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&set);
    for (n = 0; n < sizeof all / sizeof *all; n++) {
        MUST(sigaction(all[n], &action, NULL) == 0);
        sigaddset(&set, all[n]);
    }
    IS(wsy_micropay_start(till, "H1", CODE, 100, NULL, &payment, NULL), WSY_PENDING);
    /* From here on only a thread of the library could get them. */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (n = 0; n < sizeof all / sizeof *all; n++)
        kill(getpid(), all[n]);
    IS(wsy_payment_wait(payment, 300, NULL), WSY_PENDING);
    MUST(elsewhere == 0);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    MUST(here == (int)(sizeof all / sizeof *all));
    IS(wsy_payment_free(payment), WSY_OK);
}

/* A host cancels a thread that is inside a payment. */

static volatile int calls, returned;

static void *pays(void *nothing)
{
    calls = 1;
    returned = wsy_micropay(till, "H1", CODE, 100, NULL, NULL);
    pthread_testcancel();
    return nothing;
}

static void cancel(void)
{
    pthread_t thread = started(pays);
    void *result = NULL;
    wait_for(&calls);
    MUST(pthread_cancel(thread) == 0);
    MUST(pthread_join(thread, &result) == 0);
    MUST(result == PTHREAD_CANCELED);
    IS(returned, WSY_PAID);
}

/* A host frees what its log callback uses as soon as wsy_on_log has returned. */

static volatile int inside, replacing, left;

static void slow_log(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
    if (inside)
        return;
    inside = 1;
    wait_for(&replacing);
    /* Long enough for a wsy_on_log that does not wait. */
    usleep(200000);
    left = 1;
}

static void *reads_the_config(void *nothing)
{
    wsy_config(till, 1, NULL);
    return nothing;
}

static void barrier(void)
{
    pthread_t thread;
    IS(wsy_on_log(till, slow_log, NULL), WSY_OK);
    thread = started(pays);
    wait_for(&inside);
    replacing = 1;
    IS(wsy_on_log(till, NULL, NULL), WSY_OK);
    MUST(left == 1);
    MUST(pthread_join(thread, NULL) == 0);
    IS(returned, WSY_PAID);
    thread = started(reads_the_config);
    MUST(pthread_join(thread, NULL) == 0);
}

/* A host ends a thread inside a call, as TerminateThread does on Windows: nothing is unwound. */

static void deadly_log(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
    inside = 1;
    syscall(SYS_exit, 0);
}

static void ended(void)
{
    IS(wsy_on_log(till, deadly_log, NULL), WSY_OK);
    started(pays);
    wait_for(&inside);
    IS(wsy_close(till), WSY_OK);
    IS(wsy_close(till), WSY_ERR_HANDLE);
    open_till();
    IS(wsy_find(till, "H1", NULL), WSY_OK);
}

/* The same just before the call has entered, or just after it has left: at its system call for the number of its
 * thread. */

static volatile int deadly_numbers;
static pthread_t victim;

long syscall(long number, ...)
{
    static long (*real)(long, ...);
    long a[6];
    va_list given;
    size_t n;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    va_start(given, number);
    for (n = 0; n < 6; n++)
        a[n] = va_arg(given, long);
    va_end(given);
    if (number == SYS_gettid && deadly_numbers && pthread_equal(pthread_self(), victim)) {
        inside = 1;
        real(SYS_exit, 0);
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void *enters(void *nothing)
{
    victim = pthread_self();
    deadly_numbers = 1;
    wsy_find(till, "H1", NULL);
    return nothing;
}

static void ended_early(void)
{
    started(enters);
    wait_for(&inside);
    deadly_numbers = 0;
    IS(wsy_close(till), WSY_OK);
    open_till();
    IS(wsy_micropay(till, "H1", CODE, 100, NULL, NULL), WSY_PAID);
}

/* A host whose threads start something and end at once. */

static wsy_payment *recovery;

static void *starts(void *nothing)
{
    IS(wsy_recover_start(till, NULL, &recovery, NULL), WSY_PENDING);
    return nothing;
}

static void starters(void)
{
    int n;
    for (n = 0; n < 100; n++) {
        MUST(pthread_join(started(starts), NULL) == 0);
        IS(wsy_close(till), WSY_OK);
        /* The close has waited for it. */
        MUST(wsy_payment_wait(recovery, 0, NULL) != WSY_PENDING);
        IS(wsy_payment_free(recovery), WSY_OK);
        open_till();
    }
}

/* A host whose log callback forks, and whose child returns from it. */

static int lines, fork_at;
static const char *fork_where;
static pid_t child;

static void forking_log(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    lines++;
    if (child == -1 && (fork_where == NULL ? lines == fork_at : strstr(line, fork_where) != NULL)) {
        child = fork();
        if (child == 0)
            alarm(120);
    }
}

static void in_both(int32_t code, int32_t wanted, wsy_reply *reply)
{
    int status = -1;
    if (child == 0)
        _exit(code == WSY_ERR_FORKED && reply == NULL && wsy_find(till, "H1", NULL) == WSY_ERR_FORKED ? 0 : 4);
    if (child != -1) {
        MUST(waitpid(child, &status, 0) == child);
        MUST(status == 0);
    }
    IS(code, wanted);
    IS(wsy_reply_free(reply), WSY_OK);
}

static void forks(void)
{
    char number[16];
    wsy_reply *reply = NULL;
    int32_t code, refunds = 0;
    IS(wsy_on_log(till, forking_log, NULL), WSY_OK);
    fork_where = "charge.intent";
    child = -1;
    code = wsy_micropay(till, "H1", CODE, 100, NULL, &reply);
    in_both(code, WSY_PAID, reply);
    MUST(child != -1);
    fork_where = NULL;
    do {
        lines = 0;
        fork_at = refunds + 1;
        child = -1;
        snprintf(number, sizeof number, "R%d", (int)++refunds);
        code = wsy_refund(till, number, "H1", NULL, 1, NULL, &reply);
        in_both(code, WSY_REFUNDED, reply);
    } while (child != -1);
    /* The parent's till is as it was, and so is its folder. */
    child = 1;
    IS(wsy_close(till), WSY_OK);
    open_till();
    IS(wsy_find(till, "H1", NULL), WSY_OK);
    printf("%d ", (int)refunds);
}

/* A host whose threads have small stacks. The deepest byte that was written says how much a call needs. */

#define ROOM (1 << 20)
#define FILL 0x5a

static char *stack;
static const char *doing;
static size_t most;

static void measured(const char *call)
{
    /* The stack below this function and those that it calls is free. */
    size_t deep = 0, used = (size_t)((char *)&deep - stack) - 4096;
    while (deep < ROOM && stack[deep] == FILL)
        deep++;
    if (ROOM - deep > most) {
        most = ROOM - deep;
        doing = call;
    }
    if (getenv("WSY_STACK") != NULL)
        fprintf(stderr, "%7lu %s\n", (unsigned long)(ROOM - deep), call);
    memset(stack, FILL, used);
}
#define DEEP(call, wanted)                                                                                             \
    do {                                                                                                               \
        IS(call, wanted);                                                                                              \
        measured(#call);                                                                                               \
    } while (0)

static void *lives_a_day(void *nothing)
{
    static char buffer[1 << 20];
    wsy_reply *reply = NULL;
    wsy_payment *payment = NULL;
    open_till();
    measured("wsy_open");
    DEEP(wsy_config(till, 1, NULL), WSY_OK);
    DEEP(wsy_micropay(till, "H1", CODE, 100, NULL, &reply), WSY_PAID);
    DEEP(wsy_reply_receipt_text(reply, 58, buffer, sizeof buffer, NULL), WSY_OK);
    DEEP(wsy_reply_receipt_png(reply, 58, FONT, buffer, sizeof buffer, NULL), WSY_OK);
    DEEP(wsy_print_receipt(till, reply, "tcp:127.0.0.1:1", 1000, NULL), WSY_ERR_PRINTER_OFFLINE);
    wsy_reply_free(reply);
    DEEP(wsy_query_auth_code(till, CODE, 100, NULL, &reply), WSY_OK);
    DEEP(wsy_reply_canvas_png(reply, FONT, buffer, sizeof buffer, NULL), WSY_OK);
    wsy_reply_free(reply);
    DEEP(wsy_refund(till, "R1", "H1", NULL, 30, NULL, NULL), WSY_REFUNDED);
    DEEP(wsy_void_start(till, "H1", NULL, &payment, NULL), WSY_PENDING);
    DEEP(wsy_payment_wait(payment, 60000, NULL), WSY_REFUNDED);
    DEEP(wsy_read_bill(till, "H1", NULL, NULL, NULL), WSY_OK);
    DEEP(wsy_reprint(till, "H1", NULL, NULL, NULL), WSY_OK);
    DEEP(wsy_recover(till, NULL, NULL), WSY_OK);
    DEEP(wsy_day(till, NULL, NULL), WSY_OK);
    DEEP(wsy_reconcile(till, NULL, NULL), WSY_OK);
    DEEP(wsy_close(till), WSY_OK);
    return nothing;
}

static void small_stack(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    stack = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(stack != MAP_FAILED);
    memset(stack, FILL, ROOM);
    pthread_attr_init(&attributes);
    MUST(pthread_attr_setstack(&attributes, stack, ROOM) == 0);
    MUST(pthread_create(&thread, &attributes, lives_a_day, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
    printf("%lu %s\n", (unsigned long)most, doing);
}

/* A printer at a serial port: a terminal is one, as far as its settings go. */

static int32_t printed(const char *port, const char *line, const char *bytes)
{
    char name[256];
    snprintf(name, sizeof name, "device:%s%s", port, line);
    return wsy_print_bytes(till, bytes, (int32_t)strlen(bytes), name, 0, NULL);
}

static void serial(void)
{
    /* Bytes that a terminal would translate, echo or keep back. */
    static const char bytes[] = "\x1b@\n\r\x04\x03\x11\x13\xff";
    static const char *const bad[] = {":19201,e,7,2", ":19200,x,7,2", ":19200,e,9,2", ":19200,e,7", ":,"};
    char paper[sizeof bytes];
    struct termios settings;
    const char *port;
    int far = posix_openpt(O_RDWR | O_NOCTTY), near;
    size_t n;
    MUST(far >= 0 && grantpt(far) == 0 && unlockpt(far) == 0);
    port = ptsname(far);
    near = open(port, O_RDWR | O_NOCTTY);
    MUST(near >= 0);
    IS(printed(port, ":19200,e,7,2", bytes), WSY_OK);
    MUST(read(far, paper, sizeof paper) == sizeof bytes - 1);
    MUST(memcmp(paper, bytes, sizeof bytes - 1) == 0);
    MUST(tcgetattr(near, &settings) == 0);
    MUST(cfgetospeed(&settings) == B19200);
    /* The system keeps a terminal at eight bits without parity. */
    MUST((settings.c_cflag & (PARODD | CSTOPB)) == CSTOPB);
    MUST((settings.c_lflag & (ICANON | ECHO)) == 0 && (settings.c_oflag & OPOST) == 0);
    IS(printed(port, "", "1"), WSY_OK);
    MUST(tcgetattr(near, &settings) == 0);
    MUST(cfgetospeed(&settings) == B19200);
    for (n = 0; n < sizeof bad / sizeof *bad; n++)
        IS(printed(port, bad[n], "1"), WSY_ERR_NO_PRINTER);
    /* Only a serial port can be set up. */
    IS(printed("/dev/null", ":9600,n,8,1", "1"), WSY_ERR_NO_PRINTER);
}

int main(int argc, char **argv)
{
    arguments = argv;
    MUST(argc >= 7);
    if (strcmp(argv[1], "stack") == 0) {
        small_stack();
        return 0;
    }
    open_till();
    if (strcmp(argv[1], "signals") == 0)
        signals();
    else if (strcmp(argv[1], "cancel") == 0)
        cancel();
    else if (strcmp(argv[1], "barrier") == 0)
        barrier();
    else if (strcmp(argv[1], "ended") == 0)
        ended();
    else if (strcmp(argv[1], "ended early") == 0)
        ended_early();
    else if (strcmp(argv[1], "starters") == 0)
        starters();
    else if (strcmp(argv[1], "forks") == 0)
        forks();
    else if (strcmp(argv[1], "serial") == 0)
        serial();
    else
        must(0, argv[1]);
    IS(wsy_close(till), WSY_OK);
    puts("done");
    return 0;
}
