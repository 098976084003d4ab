/*
 * The test of xp.c: its own locks, waits and clocks, which are used where Windows lacks them, with many threads. Compiled
 * together with xp.c and WSY_XP_FALLBACK, it runs on any Windows, in a folder that it may write to. Prints "ok" or
 * "FAILED" and the name of each test.
 */

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0501
#include <stdio.h>
#include <windows.h>

typedef LONG volatile lock_word;

void WINAPI InitializeSRWLock(lock_word *);
void WINAPI AcquireSRWLockExclusive(lock_word *);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(lock_word *);
void WINAPI ReleaseSRWLockExclusive(lock_word *);
BOOL WINAPI SleepConditionVariableSRW(void *, lock_word *, DWORD, ULONG);
void WINAPI WakeConditionVariable(void *);
void WINAPI WakeAllConditionVariable(void *);
BOOL WINAPI InitOnceBeginInitialize(lock_word *, DWORD, BOOL *, void **);
BOOL WINAPI InitOnceComplete(lock_word *, DWORD, void *);
ULONGLONG WINAPI GetTickCount64(void);
BOOL WINAPI SetFileInformationByHandle(HANDLE, ULONG, void *, DWORD);
BOOL WINAPI GetFileInformationByHandleEx(HANDLE, ULONG, void *, DWORD);
LONG WINAPI BCryptGenRandom(void *, UCHAR *, ULONG, ULONG);
int WINAPI CompareStringOrdinal(const WCHAR *, int, const WCHAR *, int, BOOL);
HANDLE WINAPI CreateWaitableTimerExW(SECURITY_ATTRIBUTES *, const WCHAR *, DWORD, DWORD);
BOOL WINAPI DllMain(HINSTANCE, DWORD, void *);

#define THREADS 8
#define ROUNDS 20000

static int passed, failed;

static void check(const char *name, BOOL right)
{
    printf("%s %s\n", right ? "ok" : "FAILED", name);
    fflush(stdout);
    *(right ? &passed : &failed) += 1;
}

static int end(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    fflush(stdout);
    return failed != 0;
}

static void together(DWORD(WINAPI *work)(void *), void *with)
{
    HANDLE threads[THREADS];
    int i;
    for (i = 0; i < THREADS; ++i)
        threads[i] = CreateThread(NULL, 0, work, with, 0, NULL);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    for (i = 0; i < THREADS; ++i)
        CloseHandle(threads[i]);
}

/* A counter that is only right if the lock locks. */
static struct {
    lock_word lock;
    int volatile inside;
    int volatile count;
    int volatile broken;
} counter;

static DWORD WINAPI count(void *trying)
{
    int i;
    for (i = 0; i < ROUNDS; ++i) {
        if (trying)
            while (!TryAcquireSRWLockExclusive(&counter.lock))
                SwitchToThread();
        else
            AcquireSRWLockExclusive(&counter.lock);
        if (++counter.inside != 1)
            counter.broken = 1;
        ++counter.count;
        --counter.inside;
        ReleaseSRWLockExclusive(&counter.lock);
    }
    return 0;
}

/* Threads that need a lock for longer than an instant, so that the others have to wait in line. */
static DWORD WINAPI hold_for_long(void *unused)
{
    int i;
    (void)unused;
    for (i = 0; i < 10; ++i) {
        AcquireSRWLockExclusive(&counter.lock);
        if (++counter.inside != 1)
            counter.broken = 1;
        Sleep(1);
        ++counter.count;
        --counter.inside;
        ReleaseSRWLockExclusive(&counter.lock);
    }
    return 0;
}

static void locks(void)
{
    static char trying;
    InitializeSRWLock(&counter.lock);
    together(count, NULL);
    check("a lock locks", counter.count == THREADS * ROUNDS && !counter.broken);
    counter.count = 0;
    together(count, &trying);
    check("a lock that is tried locks", counter.count == THREADS * ROUNDS && !counter.broken);
    counter.count = 0;
    together(hold_for_long, NULL);
    check("a lock that is held for long is waited for", counter.count == THREADS * 10 && !counter.broken);
    check("nobody is said to wait when all have gone", counter.lock == 0);
    AcquireSRWLockExclusive(&counter.lock);
    check("a lock that is held is not had by trying", !TryAcquireSRWLockExclusive(&counter.lock));
    ReleaseSRWLockExclusive(&counter.lock);
    check("a lock that is free is had by trying", TryAcquireSRWLockExclusive(&counter.lock));
    ReleaseSRWLockExclusive(&counter.lock);
}

/* Half of the threads put things into a box with one place, the other half takes them out. */
static struct {
    lock_word lock;
    void *has_room, *has_thing;
    LONG volatile sides;
    int full, put, taken;
} box;

static DWORD WINAPI pass_on(void *unused)
{
    BOOL gives = InterlockedIncrement(&box.sides) % 2;
    int i;
    (void)unused;
    for (i = 0; i < ROUNDS / 10; ++i) {
        AcquireSRWLockExclusive(&box.lock);
        while (box.full == gives)
            SleepConditionVariableSRW(gives ? &box.has_room : &box.has_thing, &box.lock, INFINITE, 0);
        box.full = gives;
        gives ? ++box.put : ++box.taken;
        WakeConditionVariable(gives ? &box.has_thing : &box.has_room);
        ReleaseSRWLockExclusive(&box.lock);
    }
    return 0;
}

static struct {
    lock_word lock;
    void *variable;
    int waiting, go, woken;
} gate;

/* Waits that end by their time and by being woken at the same moment: nobody may be woken twice, or never. */
static struct {
    lock_word lock;
    void *variable;
    int things, taken;
    BOOL closed;
} hatch;

static DWORD WINAPI take_or_give_up(void *unused)
{
    (void)unused;
    AcquireSRWLockExclusive(&hatch.lock);
    while (!hatch.closed || hatch.things > 0) {
        if (hatch.things > 0) {
            --hatch.things;
            ++hatch.taken;
        } else {
            SleepConditionVariableSRW(&hatch.variable, &hatch.lock, 1, 0);
        }
    }
    ReleaseSRWLockExclusive(&hatch.lock);
    return 0;
}

static DWORD WINAPI give(void *unused)
{
    int i;
    (void)unused;
    for (i = 0; i < 1000; ++i) {
        AcquireSRWLockExclusive(&hatch.lock);
        ++hatch.things;
        ReleaseSRWLockExclusive(&hatch.lock);
        WakeConditionVariable(&hatch.variable);
        if (i % 16 == 0)
            Sleep(1);
    }
    AcquireSRWLockExclusive(&hatch.lock);
    hatch.closed = TRUE;
    ReleaseSRWLockExclusive(&hatch.lock);
    WakeAllConditionVariable(&hatch.variable);
    return 0;
}

static DWORD WINAPI wait_at_gate(void *unused)
{
    (void)unused;
    AcquireSRWLockExclusive(&gate.lock);
    ++gate.waiting;
    while (!gate.go)
        SleepConditionVariableSRW(&gate.variable, &gate.lock, INFINITE, 0);
    ++gate.woken;
    ReleaseSRWLockExclusive(&gate.lock);
    return 0;
}

static DWORD WINAPI open_gate(void *unused)
{
    BOOL all = FALSE;
    (void)unused;
    while (!all) {
        AcquireSRWLockExclusive(&gate.lock);
        all = gate.waiting == THREADS;
        gate.go = all;
        ReleaseSRWLockExclusive(&gate.lock);
        SwitchToThread();
    }
    WakeAllConditionVariable(&gate.variable);
    return 0;
}

static void conditions(void)
{
    void *variable = NULL;
    lock_word lock = 0;
    DWORD before;
    BOOL woken;
    HANDLE opener;
    together(pass_on, NULL);
    check("one is woken for each thing", box.put == box.taken && box.put == THREADS / 2 * (ROUNDS / 10) && !box.full);
    opener = CreateThread(NULL, 0, give, NULL, 0, NULL);
    together(take_or_give_up, NULL);
    WaitForSingleObject(opener, INFINITE);
    CloseHandle(opener);
    check("waits that end by their time lose nothing", hatch.taken == 1000 && hatch.things == 0);
    opener = CreateThread(NULL, 0, open_gate, NULL, 0, NULL);
    together(wait_at_gate, NULL);
    WaitForSingleObject(opener, INFINITE);
    CloseHandle(opener);
    check("all are woken", gate.woken == THREADS);
    AcquireSRWLockExclusive(&lock);
    before = GetTickCount();
    woken = SleepConditionVariableSRW(&variable, &lock, 60, 0);
    check("a wait ends after its time", !woken && GetLastError() == ERROR_TIMEOUT && GetTickCount() - before >= 40);
    check("the lock is held again after a wait", !TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&variable);
    check("waking nobody does nothing", TRUE);
}

static lock_word once;
static LONG volatile made, seen;

static DWORD WINAPI make_once(void *unused)
{
    BOOL pending = FALSE;
    void *kept = NULL;
    (void)unused;
    InitOnceBeginInitialize(&once, 0, &pending, NULL);
    if (pending) {
        Sleep(20);
        InterlockedIncrement(&made);
        InitOnceComplete(&once, 0, (void *)0x1000);
    }
    InitOnceBeginInitialize(&once, 0, &pending, &kept);
    if (!pending && made == 1 && kept == (void *)0x1000)
        InterlockedIncrement(&seen);
    return 0;
}

static void once_only(void)
{
    lock_word again = 0;
    BOOL pending = FALSE;
    together(make_once, NULL);
    check("what is done once is done once, and all others wait for it", made == 1 && seen == THREADS);
    InitOnceBeginInitialize(&again, 0, &pending, NULL);
    InitOnceComplete(&again, 4, NULL);
    InitOnceBeginInitialize(&again, 0, &pending, NULL);
    check("what failed is begun again", pending);
}

static void files(void)
{
    static const WCHAR path[] = L"a file.tmp";
    LARGE_INTEGER size, end;
    LONGLONG standard[4] = {-1, -1, -1, -1};
    DWORD written = 0;
    HANDLE file;
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "0123456789", 10, &written, NULL);
    end.QuadPart = 4;
    check("a file is cut", SetFileInformationByHandle(file, 6, &end, sizeof end));
    GetFileSizeEx(file, &size);
    check("to its new size", size.QuadPart == 4);
    check("a file tells its size", GetFileInformationByHandleEx(file, 1, standard, 24) && standard[1] == 4);
    end.QuadPart = 0;
    /* Wine cannot do the first, so the standard library tries both in this order. */
    check("a file is emptied", SetFileInformationByHandle(file, 5, &end, sizeof end)
                                   || SetFileInformationByHandle(file, 6, &end, sizeof end));
    GetFileSizeEx(file, &size);
    check("and is empty", size.QuadPart == 0);
    check("what is not known is an error", !SetFileInformationByHandle(file, 99, &end, sizeof end)
                                               && GetLastError() == ERROR_CALL_NOT_IMPLEMENTED);
    CloseHandle(file);
    check("a closed file is an error", !SetFileInformationByHandle(file, 6, &end, sizeof end));
    DeleteFileW(path);
}

static void folders(void)
{
    WIN32_FIND_DATAW found;
    HANDLE search;
    int entries = 1;
    search = FindFirstFileExW(L"*", 1, &found, FindExSearchNameMatch, NULL, 0);
    check("a folder is read", search != INVALID_HANDLE_VALUE && lstrcmpW(found.cFileName, L".") == 0);
    while (FindNextFileW(search, &found))
        ++entries;
    check("to its end", entries >= 2 && GetLastError() == ERROR_NO_MORE_FILES);
    FindClose(search);
    search = FindFirstFileExW(L"*", 0, &found, FindExSearchLimitToDirectories, NULL, 0);
    check("a search of another kind is an error", search == INVALID_HANDLE_VALUE
                                                      && GetLastError() == ERROR_CALL_NOT_IMPLEMENTED);
}

static int ended;

static void WINAPI at_end_of_thread(void *module, DWORD reason, void *reserved)
{
    (void)module;
    (void)reserved;
    ended += reason == DLL_THREAD_DETACH;
}

static const PIMAGE_TLS_CALLBACK listed __attribute__((section(".CRT$XLC"), used)) = at_end_of_thread;

static void ends_of_threads(void)
{
    /* The loader has called it for the threads of the other tests. */
    int before = ended;
    check("nothing is done when a thread begins", DllMain(NULL, DLL_THREAD_ATTACH, NULL) && ended == before);
    check("what is to be done at its end is done", DllMain(NULL, DLL_THREAD_DETACH, NULL) && ended == before + 1);
}

static void others(void)
{
    UCHAR random[64] = {0};
    ULONGLONG ticks = GetTickCount64();
    int i, zeros = 0;
    check("there is randomness", BCryptGenRandom(NULL, random, sizeof random, 2) == 0);
    for (i = 0; i < 64; ++i)
        zeros += random[i] == 0;
    check("and it is not all zeros", zeros < 16);
    for (i = 0; i < 1000 && GetTickCount64() == ticks; ++i)
        Sleep(1);
    check("the clock goes forward", GetTickCount64() > ticks);
    check("names are compared without regard to case", CompareStringOrdinal(L"Path", -1, L"PATH", 4, TRUE) == 2);
    check("or with it", CompareStringOrdinal(L"Path", -1, L"PATH", -1, FALSE) == 3);
    check("a shorter name comes first", CompareStringOrdinal(L"A", -1, L"AB", -1, TRUE) == 1);
    check("there are no exact timers", CreateWaitableTimerExW(NULL, NULL, 2, 0) == NULL);
}

/* A lock that is never had ends the test, too. */
static DWORD WINAPI look_at_the_clock(void *unused)
{
    (void)unused;
    Sleep(120000);
    check("the tests come to their end", FALSE);
    ExitProcess(end());
}

int main(void)
{
    CloseHandle(CreateThread(NULL, 0, look_at_the_clock, NULL, 0, NULL));
    locks();
    conditions();
    once_only();
    files();
    folders();
    ends_of_threads();
    others();
    return end();
}
