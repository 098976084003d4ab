/*
 * Data folders as on Chinese tills: Chinese characters and spaces in the path, in the client's code page,
 * whatever the code page of Windows is; and one program at a time in each.
 */
#include "till.h"

/* 乗 is the bytes 81 5c in GBK; code that does not know GBK takes the second one for a backslash. */
static const wchar_t *const names[] = {L"\x6536\x94f6 \x6570\x636e", L"\x4e57 \x5e97", L"data one"};
#define NAMES ((int)(sizeof names / sizeof *names))

/* A path in the program's folder, in a code page. */
static char *encoded(const wchar_t *path, int32_t code_page)
{
    char *bytes = calloc(1, 4 * MAX_PATH);
    ASSERT(WideCharToMultiByte((UINT)code_page, 0, path, -1, bytes, 4 * MAX_PATH, NULL, NULL) > 0);
    return bytes;
}

/* The path of a file in a folder in the program's folder. */
static wchar_t *wide(const wchar_t *folder, int32_t code_page, const wchar_t *file)
{
    wchar_t *path = calloc(MAX_PATH, sizeof *path);
    char *here = place("");
    MultiByteToWideChar(CP_ACP, 0, here, -1, path, MAX_PATH);
    free(here);
    swprintf(path + wcslen(path), MAX_PATH - wcslen(path), L"%ls %d%ls%ls", folder, (int)code_page,
             *file == 0 ? L"" : L"\\", file);
    return path;
}

static int is_there(const wchar_t *folder, int32_t code_page, const wchar_t *file)
{
    wchar_t *path = wide(folder, code_page, file);
    int there = GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
    free(path);
    return there;
}

static void opened_in(const wchar_t *name, int32_t code_page)
{
    wchar_t *path = wide(name, code_page, L"");
    char *folder = encoded(path, code_page), auth_code[32];
    wsy_client *client = NULL;
    static int n;
    ASSERT(!is_there(name, code_page, L""));
    CHECK(open_folder(folder, code_page, &client), WSY_OK);
    CHECK(wsy_set_device(client, DEVICE_ID, DEVICE_KEY, NULL), WSY_OK);
    sprintf(auth_code, "13%016d", 500 + n++);
    CHECK(wsy_micropay(client, "F1", auth_code, 100, NULL, NULL), WSY_PAID);
    ASSERT(is_there(name, code_page, L"ledger.db"));
    ASSERT(is_there(name, code_page, L"device.key"));
    ASSERT(is_there(name, code_page, L"config.xml"));
    ASSERT(is_there(name, code_page, L"wsy.log"));
    CHECK(wsy_close(client), WSY_OK);
    /* The ledger is the same one the next time. */
    CHECK(open_folder(folder, code_page, &client), WSY_OK);
    CHECK(wsy_find(client, "F1", NULL), WSY_OK);
    CHECK(wsy_close(client), WSY_OK);
    free(folder);
    free(path);
}

static void a_folder_has_the_name_that_was_meant(void)
{
    int n;
    platform("POST", "devices", "{\"device_id\":\"" DEVICE_ID "\",\"key\":\"" DEVICE_KEY "\"}");
    for (n = 0; n < NAMES; n++) {
        opened_in(names[n], WSY_GBK);
        opened_in(names[n], WSY_UTF8);
    }
}

static void both_code_pages_mean_the_same_folder(void)
{
    wchar_t *path = wide(names[1], WSY_GBK, L"");
    char *gbk = encoded(path, WSY_GBK), *utf8 = encoded(path, WSY_UTF8);
    wsy_client *client = NULL, *second = (wsy_client *)1;
    CHECK(open_folder(utf8, WSY_UTF8, &client), WSY_OK);
    CHECK(wsy_find(client, "F1", NULL), WSY_OK);
    CHECK(open_folder(gbk, WSY_GBK, &second), WSY_ERR_ALREADY_OPEN);
    ASSERT(second == (wsy_client *)1);
    CHECK(wsy_close(client), WSY_OK);
    free(utf8);
    free(gbk);
    free(path);
}

static void a_path_that_is_no_text_of_the_code_page_makes_no_folder(void)
{
    wsy_client *client = NULL;
    char *here = place("bad \xff\xff");
    CHECK(open_folder(here, WSY_UTF8, &client), WSY_ERR_TEXT);
    CHECK(open_folder(here, WSY_GBK, &client), WSY_ERR_TEXT);
    ASSERT(client == NULL);
    free(here);
}

static void a_folder_that_cannot_be_made_is_said_to_be_so(void)
{
    wsy_client *client = NULL;
    CHECK(open_folder("Q:\\no such drive\\wsy", WSY_GBK, &client), WSY_ERR_FOLDER);
    CHECK(open_folder("Z:\\a?b\\wsy", WSY_GBK, &client), WSY_ERR_FOLDER);
    ASSERT(client == NULL);
}

static DWORD told_by_another_process(const char *words)
{
    DWORD code = 999;
    HANDLE child = start_again(words);
    CHECK(WaitForSingleObject(child, 30000), WAIT_OBJECT_0);
    ASSERT(GetExitCodeProcess(child, &code));
    CloseHandle(child);
    return code;
}

static void a_folder_belongs_to_one_process_at_a_time(void)
{
    wsy_client *client = open_till("one at a time", WSY_GBK);
    CHECK(told_by_another_process("open"), WSY_ERR_FOLDER_IN_USE);
    CHECK(wsy_micropay(client, "O1", "130000000000000501", 100, NULL, NULL), WSY_PAID);
    CHECK(told_by_another_process("open"), WSY_ERR_FOLDER_IN_USE);
    CHECK(wsy_close(client), WSY_OK);
    CHECK(told_by_another_process("open"), WSY_OK);
}

static void a_process_that_was_killed_leaves_the_folder_free(void)
{
    wsy_client *client = NULL;
    char *folder = place("one at a time");
    HANDLE child = start_again("hold"), held = CreateEventA(NULL, TRUE, FALSE, "wsy-test-held");
    CHECK(WaitForSingleObject(held, 30000), WAIT_OBJECT_0);
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_ERR_FOLDER_IN_USE);
    ASSERT(TerminateProcess(child, 1));
    CHECK(WaitForSingleObject(child, 30000), WAIT_OBJECT_0);
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_OK);
    CHECK(wsy_find(client, "O1", NULL), WSY_OK);
    CHECK(wsy_close(client), WSY_OK);
    CloseHandle(held);
    CloseHandle(child);
    free(folder);
}

/* The file of the folder "one at a time" that holds the key. */
static wchar_t *key_file(void)
{
    wchar_t *path = calloc(MAX_PATH, sizeof *path);
    char *here = place("one at a time\\device.key");
    MultiByteToWideChar(CP_ACP, 0, here, -1, path, MAX_PATH);
    free(here);
    return path;
}

struct scanner {
    wchar_t *path;
    HANDLE has_it, is_done;
};

/* Has the file open for a moment, as a virus scanner that allows others to read it. */
static DWORD WINAPI scan(void *of)
{
    struct scanner *scanner = of;
    HANDLE file = CreateFileW(scanner->path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    SetEvent(scanner->has_it);
    WaitForSingleObject(scanner->is_done, 300);
    CloseHandle(file);
    return file == INVALID_HANDLE_VALUE;
}

static void a_key_that_a_scanner_has_open_for_a_moment_is_replaced(void)
{
    wsy_client *client = open_till("one at a time", WSY_GBK);
    struct scanner scanner = {key_file(), CreateEventA(NULL, TRUE, FALSE, NULL), CreateEventA(NULL, TRUE, FALSE, NULL)};
    HANDLE thread = CreateThread(NULL, 0, scan, &scanner, 0, NULL);
    DWORD failed = 1;
    CHECK(WaitForSingleObject(scanner.has_it, 30000), WAIT_OBJECT_0);
    CHECK(wsy_set_device(client, DEVICE_ID, DEVICE_KEY, NULL), WSY_OK);
    SetEvent(scanner.is_done);
    CHECK(WaitForSingleObject(thread, 30000), WAIT_OBJECT_0);
    ASSERT(GetExitCodeThread(thread, &failed));
    CHECK(failed, 0);
    CHECK(wsy_close(client), WSY_OK);
    CloseHandle(thread);
    CloseHandle(scanner.has_it);
    CloseHandle(scanner.is_done);
    free(scanner.path);
}

static void another_program_that_opens_the_folder_writes_nothing_into_it(void)
{
    wsy_client *client = open_till("one at a time", WSY_GBK);
    HANDLE child = start_again("open_often");
    wchar_t *path = key_file();
    DWORD code = 999;
    while (WaitForSingleObject(child, 0) == WAIT_TIMEOUT) {
        size_t size = 0;
        char *bytes;
        CHECK(wsy_set_device(client, DEVICE_ID, DEVICE_KEY, NULL), WSY_OK);
        bytes = read_file(path, &size);
        ASSERT(bytes != NULL && size > 10 && memcmp(bytes, "device_id=", 10) == 0);
        free(bytes);
    }
    ASSERT(GetExitCodeProcess(child, &code));
    CHECK(code, WSY_ERR_FOLDER_IN_USE);
    CHECK(wsy_close(client), WSY_OK);
    CloseHandle(child);
    free(path);
}

static void a_folder_is_the_same_one_however_it_is_written(void)
{
    wsy_client *client = open_till("Written Differently", WSY_GBK);
    char *folder = place("Written Differently"), *ways[4], *slash;
    int n;
    CHECK(wsy_close(client), WSY_OK);
    for (n = 0; n < 4; n++)
        ways[n] = calloc(1, MAX_PATH + 8);
    sprintf(ways[0], "%s\\", folder);
    strcpy(ways[1], folder);
    for (slash = ways[1]; (slash = strchr(slash, '\\')) != NULL;)
        *slash = '/';
    strcpy(ways[2], folder);
    *ways[2] = (char)(*ways[2] ^ 0x20);
    sprintf(ways[3], "%s\\..\\WRITTEN DIFFERENTLY", folder);
    for (n = 0; n < 4; n++) {
        CHECK(open_folder(ways[n], WSY_GBK, &client), WSY_OK);
        CHECK(wsy_close(client), WSY_OK);
        free(ways[n]);
    }
    free(folder);
}

static void a_folder_to_which_windows_redirects_a_program_is_refused(void)
{
    wsy_client *client = NULL;
    char *folder = place("AppData\\Local\\VirtualStore\\Program Files\\till");
    CHECK(open_folder(folder, WSY_GBK, &client), WSY_ERR_FOLDER);
    ASSERT(client == NULL);
    free(folder);
}

static void a_computer_that_gets_another_name_is_the_same_machine(void)
{
    static const char *const computers[] = {"TILL-1", "TILL-2"};
    wsy_client *client = NULL;
    char *folder = place("named");
    int n;
    /* Nor does the machine depend on the drive that the program is on. */
    ASSERT(SetCurrentDirectoryA("C:\\"));
    for (n = 0; n < 2; n++) {
        ASSERT(SetEnvironmentVariableA("COMPUTERNAME", computers[n]));
        CHECK(open_folder(folder, WSY_GBK, &client), WSY_OK);
        CHECK(wsy_close(client), WSY_OK);
    }
    free(folder);
}

/* The other process. */
static int other(const char *what)
{
    wsy_client *client = NULL;
    int n;
    int32_t code = open_folder(place("one at a time"), WSY_GBK, &client);
    for (n = 0; strcmp(what, "open_often") == 0 && n < 200 && code == WSY_ERR_FOLDER_IN_USE; n++)
        code = open_folder(place("one at a time"), WSY_GBK, &client);
    if (strcmp(what, "hold") == 0 && code == WSY_OK) {
        SetEvent(CreateEventA(NULL, TRUE, FALSE, "wsy-test-held"));
        Sleep(60000);
    }
    return code;
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a folder has the name that was meant", a_folder_has_the_name_that_was_meant},
        {"both code pages mean the same folder", both_code_pages_mean_the_same_folder},
        {"a path that is no text of the code page makes no folder", a_path_that_is_no_text_of_the_code_page_makes_no_folder},
        {"a folder that cannot be made is said to be so", a_folder_that_cannot_be_made_is_said_to_be_so},
        {"a folder belongs to one process at a time", a_folder_belongs_to_one_process_at_a_time},
        {"a process that was killed leaves the folder free", a_process_that_was_killed_leaves_the_folder_free},
        {"a key that a scanner has open for a moment is replaced", a_key_that_a_scanner_has_open_for_a_moment_is_replaced},
        {"another program that opens the folder writes nothing into it", another_program_that_opens_the_folder_writes_nothing_into_it},
        {"a folder is the same one however it is written", a_folder_is_the_same_one_however_it_is_written},
        {"a folder to which Windows redirects a program is refused", a_folder_to_which_windows_redirects_a_program_is_refused},
        {"a computer that gets another name is the same machine", a_computer_that_gets_another_name_is_the_same_machine},
    };
    if (argc > 2) {
        begin(argc, argv);
        return other(argv[2]);
    }
    printf("the code page of Windows is %u\n", GetACP());
    CHECK(GetACP(), atoi(getenv("WSY_CODE_PAGE")));
    return RUN_TESTS(tests, argc, argv);
}
