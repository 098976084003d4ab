#include "test.h"

#include <stdarg.h>

static int wrong;
static const char *folder;

const char *const quick[] = {
    "poll_ms", "50", "first_query_ms", "20", "quiet_ms", "500", "deadline_ms", "60000", "connect_ms", "20000",
    "response_ms", "20000", NULL,
};

void check(const char *file, int line, const char *what, long got, long wanted)
{
    if (got == wanted)
        return;
    wrong++;
    printf("%s:%d: %s is %ld, not %ld\n", file, line, what, got, wanted);
    fflush(stdout);
}

void check_text(const char *file, int line, const char *what, const char *got, const char *wanted)
{
    if (got != NULL && strcmp(got, wanted) == 0)
        return;
    wrong++;
    printf("%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, got == NULL ? "(null)" : got, wanted);
    fflush(stdout);
}

void assert_that(const char *file, int line, const char *what, int so)
{
    if (so)
        return;
    wrong++;
    printf("%s:%d: not so: %s\n", file, line, what);
    fflush(stdout);
}

/* Ends a test that cannot go on. */
static void give_up(const char *why, const char *about)
{
    printf("%s: %s\n", why, about);
    exit(2);
}

void begin(int argc, char **argv)
{
    WSADATA sockets;
    if (argc < 2 || WSAStartup(MAKEWORD(2, 2), &sockets) != 0)
        give_up("no folder, or no sockets", argv[0]);
    folder = argv[1];
}

int run_tests(const struct test *tests, int count, int argc, char **argv)
{
    int n, passed = 0;
    begin(argc, argv);
    for (n = 0; n < count; n++) {
        wrong = 0;
        tests[n].run();
        printf("%s: %s\n", tests[n].name, wrong == 0 ? "ok" : "FAILED");
        fflush(stdout);
        passed += wrong == 0;
    }
    printf("%d passed, %d failed\n", passed, count - passed);
    return passed == count ? 0 : 1;
}

const char *base(void)
{
    const char *address = getenv("WSY_SANDBOX_BASE");
    if (address == NULL)
        give_up("not set", "WSY_SANDBOX_BASE");
    return address;
}

const char *font(void)
{
    const char *file = getenv("WSY_FONT");
    if (file == NULL)
        give_up("not set", "WSY_FONT");
    return file;
}

static SOCKET listening;

const char *printer(void)
{
    static char name[64];
    struct sockaddr_in address = {0};
    int size = sizeof address;
    listening = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0 || listen(listening, 1) != 0
        || getsockname(listening, (struct sockaddr *)&address, &size) != 0)
        give_up("no printer", "printer");
    sprintf(name, "tcp:127.0.0.1:%d", ntohs(address.sin_port));
    return name;
}

int paper(char *bytes, int size)
{
    SOCKET line = accept(listening, NULL, NULL);
    int part, length = 0;
    while (length < size && (part = recv(line, bytes + length, size - length, 0)) > 0)
        length += part;
    closesocket(line);
    closesocket(listening);
    return length;
}

char *place(const char *name)
{
    char *path = malloc(strlen(folder) + strlen(name) + 2);
    sprintf(path, "%s\\%s", folder, name);
    return path;
}

static SOCKET connected(void)
{
    struct sockaddr_in address = {0};
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((u_short)atoi(strrchr(base(), ':') + 1));
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("no connection", base());
    return s;
}

const char *platform(const char *method, const char *path, const char *json)
{
    static char answer[1 << 20];
    char request[2048];
    int part, length = 0;
    SOCKET s = connected();
    sprintf(request,
            "%s /_sandbox/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
            "Content-Length: %d\r\n\r\n%s",
            method, path, (int)strlen(json), json);
    send(s, request, (int)strlen(request), 0);
    while ((part = recv(s, answer + length, (int)sizeof answer - 1 - length, 0)) > 0)
        length += part;
    closesocket(s);
    answer[length] = 0;
    if (strncmp(answer, "HTTP/1.1 2", 10) != 0)
        give_up(path, answer);
    return answer;
}

void customer(const char *auth_code, const char *behaviour)
{
    char path[64], json[256];
    sprintf(path, "auth-codes/%s", auth_code);
    sprintf(json, "{\"kind\":\"wechat\",\"behaviour\":%s}", behaviour);
    platform("PUT", path, json);
}

int captures(const char *auth_code)
{
    char mark[64];
    int count = 0;
    const char *bill, *next, *book = platform("GET", "book", "");
    sprintf(mark, "\"auth_code\":\"%s\"", auth_code);
    for (bill = strstr(book, mark); bill != NULL; bill = next) {
        const char *state = strstr(bill, "\"state\":\"");
        next = strstr(bill + 1, mark);
        count += state != NULL && strncmp(state + 9, "paid\"", 5) == 0;
    }
    return count;
}

void order_of(const char *auth_code, char *dm_id)
{
    const char *book = platform("GET", "book", ""), *bill, *at = book;
    char mark[64];
    *dm_id = 0;
    sprintf(mark, "\"auth_code\":\"%s\"", auth_code);
    bill = strstr(book, mark);
    while (bill != NULL && (at = strstr(at, "\"dm_id\":\"")) != NULL && at < bill)
        sscanf(at += 9, "%30[a-z0-9]", dm_id);
    if (*dm_id == 0)
        give_up("no bill", auth_code);
}

void arrives(const char *auth_code)
{
    int turns;
    for (turns = 0; strstr(platform("GET", "book", ""), auth_code) == NULL && turns < 3000; turns++)
        Sleep(20);
}

void types_the_password(const char *auth_code)
{
    char path[64], dm_id[32];
    arrives(auth_code);
    order_of(auth_code, dm_id);
    sprintf(path, "bills/%s/state", dm_id);
    platform("POST", path, "{\"state\":\"paid\"}");
}

char *read_file(const wchar_t *path, size_t *length)
{
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, size, got = 0;
    HANDLE file = CreateFileW(path, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
    char *bytes;
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    size = GetFileSize(file, NULL);
    bytes = calloc(size + 1, 1);
    ReadFile(file, bytes, size, &got, NULL);
    CloseHandle(file);
    *length = got;
    return bytes;
}

int holds(const char *bytes, size_t length, const char *text)
{
    size_t at, wanted = strlen(text);
    for (at = 0; at + wanted <= length; at++) {
        if (memcmp(bytes + at, text, wanted) == 0)
            return 1;
    }
    return 0;
}

HANDLE start_again(const char *words)
{
    STARTUPINFOA start = {0};
    PROCESS_INFORMATION started;
    char program[MAX_PATH], line[4 * MAX_PATH];
    start.cb = sizeof start;
    GetModuleFileNameA(NULL, program, sizeof program);
    sprintf(line, "\"%s\" \"%s\" %s", program, folder, words);
    fflush(stdout);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &started))
        give_up("not started", line);
    CloseHandle(started.hThread);
    return started.hProcess;
}
