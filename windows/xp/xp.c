/*
 * What Windows XP lacks, for the 32-bit wsy.dll.
 *
 * Rust's standard library imports functions that came with Windows Vista and Windows 7, and Windows XP does not load a DLL
 * with an import that it does not have. This object is placed first on the link line and defines those functions, and the
 * pointers through which they are called, so that they are imported no more. When the DLL is loaded, the system's own
 * functions are looked up; what the system has is used, and what it lacks is done here by what Windows XP has.
 *
 * One function that every Windows has is replaced as well, because of the C compiler's start-up code: GetModuleHandleA.
 *
 * With WSY_XP_FALLBACK defined nothing is looked up, so that the second half can be tested on any Windows.
 */

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0501
#include <windows.h>

/* Defines the pointer behind `__declspec(dllimport)`, under which a function is called. */
#define CALLED_AS(name, bytes) void *const imp_##name __asm__("__imp__" #name "@" #bytes) = (void *)name

/* The system's own function, NULL where it has none. */
#define SYSTEM(type, name, ...) static type(WINAPI *system_##name)(__VA_ARGS__)
#define LOOK_UP(name) system_##name = (__typeof__(system_##name))(void *)GetProcAddress(kernel, #name)

typedef LONG volatile word;

SYSTEM(void, InitializeSRWLock, word *);
SYSTEM(void, AcquireSRWLockExclusive, word *);
SYSTEM(BOOLEAN, TryAcquireSRWLockExclusive, word *);
SYSTEM(void, ReleaseSRWLockExclusive, word *);
SYSTEM(BOOL, SleepConditionVariableSRW, word *, word *, DWORD, ULONG);
SYSTEM(void, WakeConditionVariable, word *);
SYSTEM(void, WakeAllConditionVariable, word *);
SYSTEM(BOOL, InitOnceBeginInitialize, word *, DWORD, BOOL *, void **);
SYSTEM(BOOL, InitOnceComplete, word *, DWORD, void *);
SYSTEM(ULONGLONG, GetTickCount64, void);
SYSTEM(BOOL, GetFileInformationByHandleEx, HANDLE, ULONG, void *, DWORD);
SYSTEM(BOOL, SetFileInformationByHandle, HANDLE, ULONG, void *, DWORD);
SYSTEM(HANDLE, FindFirstFileExW, const WCHAR *, FINDEX_INFO_LEVELS, void *, FINDEX_SEARCH_OPS, void *, DWORD);
SYSTEM(int, CompareStringOrdinal, const WCHAR *, int, const WCHAR *, int, BOOL);
SYSTEM(BOOL, SetThreadStackGuarantee, ULONG *);
SYSTEM(HANDLE, CreateWaitableTimerExW, SECURITY_ATTRIBUTES *, const WCHAR *, DWORD, DWORD);
SYSTEM(DWORD, GetFinalPathNameByHandleW, HANDLE, WCHAR *, DWORD, DWORD);
SYSTEM(BOOLEAN, CreateSymbolicLinkW, const WCHAR *, const WCHAR *, DWORD);
SYSTEM(BOOL, InitializeProcThreadAttributeList, void *, DWORD, DWORD, SIZE_T *);
SYSTEM(BOOL, UpdateProcThreadAttribute, void *, DWORD, DWORD_PTR, void *, SIZE_T, void *, SIZE_T *);
SYSTEM(void, DeleteProcThreadAttributeList, void *);

/*
 * Looks all of them up at once while the DLL is loaded, since GetProcAddress waits for the loader, which may itself wait
 * for one of our locks later on.
 */
static void look_up(void)
{
#ifndef WSY_XP_FALLBACK
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    if (kernel == NULL)
        return;
    /* Windows Vista has all of these but the second. Two kinds of lock cannot be mixed, so it gets ours. */
    if (GetProcAddress(kernel, "SleepConditionVariableSRW") && GetProcAddress(kernel, "TryAcquireSRWLockExclusive")) {
        LOOK_UP(InitializeSRWLock);
        LOOK_UP(AcquireSRWLockExclusive);
        LOOK_UP(TryAcquireSRWLockExclusive);
        LOOK_UP(ReleaseSRWLockExclusive);
        LOOK_UP(SleepConditionVariableSRW);
        LOOK_UP(WakeConditionVariable);
        LOOK_UP(WakeAllConditionVariable);
        /* Every Windows has it, and from Windows 7 on it knows the level that it is asked for. */
        LOOK_UP(FindFirstFileExW);
    }
    LOOK_UP(InitOnceBeginInitialize);
    LOOK_UP(InitOnceComplete);
    LOOK_UP(GetTickCount64);
    LOOK_UP(GetFileInformationByHandleEx);
    LOOK_UP(SetFileInformationByHandle);
    LOOK_UP(CompareStringOrdinal);
    LOOK_UP(SetThreadStackGuarantee);
    LOOK_UP(CreateWaitableTimerExW);
    LOOK_UP(GetFinalPathNameByHandleW);
    LOOK_UP(CreateSymbolicLinkW);
    LOOK_UP(InitializeProcThreadAttributeList);
    LOOK_UP(UpdateProcThreadAttribute);
    LOOK_UP(DeleteProcThreadAttributeList);
#endif
}

/* The C runtime calls what stands between .CRT$XCA and .CRT$XCZ before anything else of the DLL runs. */
static void (*const at_load)(void) __attribute__((section(".CRT$XCB"), used)) = look_up;

static BOOL lacking(void)
{
    SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
    return FALSE;
}

/*
 * Where a host has loaded libgcc_s_dw2-1.dll, as Qt and MinGW programs do, the compiler's start-up code hands our unwind
 * tables to that DLL and not to the unwinder that is linked in here, which then finds nothing: a panic would end the
 * process instead of becoming a return code. So that DLL is not there for us.
 */
HMODULE WINAPI GetModuleHandleA(const char *name)
{
    static const char host_s[] = "libgcc_s_dw2-1.dll";
    WCHAR wide[MAX_PATH];
    if (name == NULL)
        return GetModuleHandleW(NULL);
    if (lstrcmpiA(name, host_s) == 0) {
        SetLastError(ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    if (MultiByteToWideChar(CP_ACP, 0, name, -1, wide, MAX_PATH) == 0)
        return NULL;
    return GetModuleHandleW(wide);
}
CALLED_AS(GetModuleHandleA, 4);

/* A lock that is only ever held for an instant. */

static void hold(word *lock)
{
    unsigned tries = 0;
    for (; InterlockedCompareExchange(lock, 1, 0) != 0; ++tries)
        /* Its holder may have been stopped in the middle, and may be a thread of a lower priority. */
        Sleep(tries < 16 ? 0 : 1);
}

static void let_go(word *lock)
{
    InterlockedExchange(lock, 0);
}

/* Waiting until a word changes: those who wait stand in one line, each with an event of its own. */

struct waiter {
    struct waiter *next;
    word *at;
    HANDLE event;
    BOOL woken;
};

static word line_lock;
static struct waiter *line;

/* Joins the end of the line, if the word still has its value. */
static BOOL stand_in_line(struct waiter *waiter, LONG value)
{
    struct waiter **end = &line;
    BOOL unchanged;
    hold(&line_lock);
    unchanged = *waiter->at == value;
    while (*end != NULL)
        end = &(*end)->next;
    if (unchanged)
        *end = waiter;
    let_go(&line_lock);
    return unchanged;
}

/* Leaves the line, and says whether somebody has taken the waiter out of it before. */
static BOOL step_out(struct waiter *waiter)
{
    struct waiter **at = &line;
    BOOL woken;
    hold(&line_lock);
    woken = waiter->woken;
    while (*at != NULL && *at != waiter)
        at = &(*at)->next;
    if (*at != NULL)
        *at = waiter->next;
    let_go(&line_lock);
    return woken;
}

/* Waits while the word has the value, until it is woken; FALSE if the time is up before. May wake for no reason. */
static BOOL wait_while(word *at, LONG value, DWORD milliseconds)
{
    struct waiter waiter = {NULL, at, CreateEventW(NULL, FALSE, FALSE, NULL), FALSE};
    BOOL woken = TRUE;
    if (waiter.event == NULL) {
        Sleep(1);
        return TRUE;
    }
    if (stand_in_line(&waiter, value)) {
        WaitForSingleObject(waiter.event, milliseconds);
        woken = step_out(&waiter);
    }
    CloseHandle(waiter.event);
    return woken;
}

/* Wakes the first, or all, of those who wait at a word. */
static void wake(word *word_of, BOOL all)
{
    struct waiter **at = &line;
    hold(&line_lock);
    while (*at != NULL) {
        struct waiter *waiter = *at;
        if (waiter->at != word_of) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        waiter->woken = TRUE;
        /* With the lock held: the waiter closes its event after it has had the lock, too. */
        SetEvent(waiter->event);
        if (!all)
            break;
    }
    let_go(&line_lock);
}

/* Locks. The word: 0 free, 1 held, 2 held while others may be waiting. */

static BOOL try_to_take(word *lock)
{
    return InterlockedCompareExchange(lock, 1, 0) == 0;
}

static void take(word *lock)
{
    if (try_to_take(lock))
        return;
    while (InterlockedExchange(lock, 2) != 0)
        wait_while(lock, 2, INFINITE);
}

static void leave(word *lock)
{
    if (InterlockedExchange(lock, 0) == 2)
        wake(lock, FALSE);
}

void WINAPI InitializeSRWLock(word *lock)
{
    if (system_InitializeSRWLock != NULL)
        system_InitializeSRWLock(lock);
    else
        *lock = 0;
}
CALLED_AS(InitializeSRWLock, 4);

void WINAPI AcquireSRWLockExclusive(word *lock)
{
    if (system_AcquireSRWLockExclusive != NULL)
        system_AcquireSRWLockExclusive(lock);
    else
        take(lock);
}
CALLED_AS(AcquireSRWLockExclusive, 4);

BOOLEAN WINAPI TryAcquireSRWLockExclusive(word *lock)
{
    if (system_TryAcquireSRWLockExclusive != NULL)
        return system_TryAcquireSRWLockExclusive(lock);
    return (BOOLEAN)try_to_take(lock);
}
CALLED_AS(TryAcquireSRWLockExclusive, 4);

void WINAPI ReleaseSRWLockExclusive(word *lock)
{
    if (system_ReleaseSRWLockExclusive != NULL)
        system_ReleaseSRWLockExclusive(lock);
    else
        leave(lock);
}
CALLED_AS(ReleaseSRWLockExclusive, 4);

/* Condition variables. The word counts how often it was woken, so that no wake between leaving and waiting is lost. */

BOOL WINAPI SleepConditionVariableSRW(word *variable, word *lock, DWORD milliseconds, ULONG flags)
{
    LONG seen = *variable;
    BOOL woken;
    if (system_SleepConditionVariableSRW != NULL)
        return system_SleepConditionVariableSRW(variable, lock, milliseconds, flags);
    if (flags != 0)
        return lacking();
    leave(lock);
    woken = wait_while(variable, seen, milliseconds);
    take(lock);
    if (!woken)
        SetLastError(ERROR_TIMEOUT);
    return woken;
}
CALLED_AS(SleepConditionVariableSRW, 16);

void WINAPI WakeConditionVariable(word *variable)
{
    if (system_WakeConditionVariable != NULL) {
        system_WakeConditionVariable(variable);
        return;
    }
    InterlockedIncrement(variable);
    wake(variable, FALSE);
}
CALLED_AS(WakeConditionVariable, 4);

void WINAPI WakeAllConditionVariable(word *variable)
{
    if (system_WakeAllConditionVariable != NULL) {
        system_WakeAllConditionVariable(variable);
        return;
    }
    InterlockedIncrement(variable);
    wake(variable, TRUE);
}
CALLED_AS(WakeAllConditionVariable, 4);

/* Things that are done once. The word: 0 not begun, 1 going on; 2 done, and in the other bits what was kept. */

#define ONCE_FAILED 4

BOOL WINAPI InitOnceBeginInitialize(word *once, DWORD flags, BOOL *pending, void **kept)
{
    LONG before;
    if (system_InitOnceBeginInitialize != NULL)
        return system_InitOnceBeginInitialize(once, flags, pending, kept);
    if (flags != 0)
        return lacking();
    while ((before = InterlockedCompareExchange(once, 1, 0)) == 1)
        wait_while(once, 1, INFINITE);
    *pending = before == 0;
    if (before != 0 && kept != NULL)
        *kept = (void *)(before & ~3);
    return TRUE;
}
CALLED_AS(InitOnceBeginInitialize, 16);

BOOL WINAPI InitOnceComplete(word *once, DWORD flags, void *keep)
{
    if (system_InitOnceComplete != NULL)
        return system_InitOnceComplete(once, flags, keep);
    InterlockedExchange(once, (flags & ONCE_FAILED) != 0 ? 0 : ((LONG)keep & ~3) | 2);
    wake(once, TRUE);
    return TRUE;
}
CALLED_AS(InitOnceComplete, 12);

/* A clock that does not start again after 49 days, if it is looked at more often than that. */
ULONGLONG WINAPI GetTickCount64(void)
{
    static word lock;
    static DWORD last;
    static DWORD rounds;
    ULONGLONG ticks;
    DWORD now;
    if (system_GetTickCount64 != NULL)
        return system_GetTickCount64();
    hold(&lock);
    now = GetTickCount();
    if (now < last)
        ++rounds;
    last = now;
    ticks = ((ULONGLONG)rounds << 32) | now;
    let_go(&lock);
    return ticks;
}
CALLED_AS(GetTickCount64, 0);

/* Files by their handle: the kernel has done this since Windows NT, under other numbers. */

struct io_status {
    LONG status;
    ULONG_PTR information;
};

LONG WINAPI NtQueryInformationFile(HANDLE, struct io_status *, void *, ULONG, ULONG);
LONG WINAPI NtSetInformationFile(HANDLE, struct io_status *, void *, ULONG, ULONG);
ULONG WINAPI RtlNtStatusToDosError(LONG);

/* The kernel's number of a class of information, or 0. */
static ULONG class_to_read(ULONG class)
{
    switch (class) {
    case 0: return 4;  /* basic */
    case 1: return 5;  /* standard */
    case 2: return 9;  /* name */
    case 9: return 35; /* attributes and tag */
    default: return 0;
    }
}

static ULONG class_to_set(ULONG class)
{
    switch (class) {
    case 0: return 4;  /* basic */
    case 4: return 13; /* delete on close */
    case 5: return 19; /* allocation */
    case 6: return 20; /* end of file */
    default: return 0;
    }
}

static BOOL done(LONG status)
{
    if (status >= 0)
        return TRUE;
    SetLastError(RtlNtStatusToDosError(status));
    return FALSE;
}

BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, ULONG class, void *to, DWORD size)
{
    struct io_status status = {0, 0};
    if (system_GetFileInformationByHandleEx != NULL)
        return system_GetFileInformationByHandleEx(file, class, to, size);
    class = class_to_read(class);
    return class == 0 ? lacking() : done(NtQueryInformationFile(file, &status, to, size, class));
}
CALLED_AS(GetFileInformationByHandleEx, 16);

BOOL WINAPI SetFileInformationByHandle(HANDLE file, ULONG class, void *from, DWORD size)
{
    struct io_status status = {0, 0};
    if (system_SetFileInformationByHandle != NULL)
        return system_SetFileInformationByHandle(file, class, from, size);
    class = class_to_set(class);
    return class == 0 ? lacking() : done(NtSetInformationFile(file, &status, from, size, class));
}
CALLED_AS(SetFileInformationByHandle, 16);

/*
 * The files of a folder. Windows XP has the function, and refuses the level 1 (without short names) with which the
 * standard library calls it; nobody here asks for more than the function without "Ex" does.
 */
HANDLE WINAPI FindFirstFileExW(const WCHAR *name, FINDEX_INFO_LEVELS level, void *found, FINDEX_SEARCH_OPS search,
                               void *filter, DWORD flags)
{
    if (system_FindFirstFileExW != NULL)
        return system_FindFirstFileExW(name, level, found, search, filter, flags);
    if ((ULONG)level > 1 || search != FindExSearchNameMatch || filter != NULL) {
        lacking();
        return INVALID_HANDLE_VALUE;
    }
    return FindFirstFileW(name, found);
}
CALLED_AS(FindFirstFileExW, 24);

/* Randomness: this one function of the system is there since Windows XP and is what the newer ones stand on. */

BOOLEAN WINAPI SystemFunction036(void *to, ULONG size);

LONG WINAPI BCryptGenRandom(void *algorithm, UCHAR *to, ULONG size, ULONG flags)
{
    (void)algorithm;
    (void)flags;
    return SystemFunction036(to, size) ? 0 : (LONG)0xC0000001;
}
CALLED_AS(BCryptGenRandom, 16);

/* Names of environment variables, compared as the system does: character by character, without regard to case if asked. */

WCHAR WINAPI RtlUpcaseUnicodeChar(WCHAR);

static int length_of(const WCHAR *text, int length)
{
    return length < 0 ? lstrlenW(text) : length;
}

int WINAPI CompareStringOrdinal(const WCHAR *one, int one_length, const WCHAR *two, int two_length, BOOL ignore_case)
{
    int at;
    if (system_CompareStringOrdinal != NULL)
        return system_CompareStringOrdinal(one, one_length, two, two_length, ignore_case);
    one_length = length_of(one, one_length);
    two_length = length_of(two, two_length);
    for (at = 0; at < one_length && at < two_length; ++at) {
        WCHAR a = ignore_case ? RtlUpcaseUnicodeChar(one[at]) : one[at];
        WCHAR b = ignore_case ? RtlUpcaseUnicodeChar(two[at]) : two[at];
        if (a != b)
            return a < b ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
    }
    if (one_length == two_length)
        return CSTR_EQUAL;
    return one_length < two_length ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
}
CALLED_AS(CompareStringOrdinal, 20);

/* What the standard library can do without, or what wsy never asks of it. */

BOOL WINAPI SetThreadStackGuarantee(ULONG *bytes)
{
    return system_SetThreadStackGuarantee != NULL ? system_SetThreadStackGuarantee(bytes) : lacking();
}
CALLED_AS(SetThreadStackGuarantee, 4);

HANDLE WINAPI CreateWaitableTimerExW(SECURITY_ATTRIBUTES *security, const WCHAR *name, DWORD flags, DWORD access)
{
    if (system_CreateWaitableTimerExW != NULL)
        return system_CreateWaitableTimerExW(security, name, flags, access);
    lacking();
    return NULL;
}
CALLED_AS(CreateWaitableTimerExW, 16);

DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, WCHAR *to, DWORD size, DWORD flags)
{
    if (system_GetFinalPathNameByHandleW != NULL)
        return system_GetFinalPathNameByHandleW(file, to, size, flags);
    return (DWORD)lacking();
}
CALLED_AS(GetFinalPathNameByHandleW, 16);

BOOLEAN WINAPI CreateSymbolicLinkW(const WCHAR *link, const WCHAR *to, DWORD flags)
{
    return system_CreateSymbolicLinkW != NULL ? system_CreateSymbolicLinkW(link, to, flags) : (BOOLEAN)lacking();
}
CALLED_AS(CreateSymbolicLinkW, 12);

BOOL WINAPI InitializeProcThreadAttributeList(void *list, DWORD count, DWORD flags, SIZE_T *size)
{
    if (system_InitializeProcThreadAttributeList != NULL)
        return system_InitializeProcThreadAttributeList(list, count, flags, size);
    return lacking();
}
CALLED_AS(InitializeProcThreadAttributeList, 16);

BOOL WINAPI UpdateProcThreadAttribute(void *list, DWORD flags, DWORD_PTR attribute, void *value, SIZE_T size,
                                      void *previous, SIZE_T *returned)
{
    if (system_UpdateProcThreadAttribute != NULL)
        return system_UpdateProcThreadAttribute(list, flags, attribute, value, size, previous, returned);
    return lacking();
}
CALLED_AS(UpdateProcThreadAttribute, 28);

void WINAPI DeleteProcThreadAttributeList(void *list)
{
    if (system_DeleteProcThreadAttributeList != NULL)
        system_DeleteProcThreadAttributeList(list);
}
CALLED_AS(DeleteProcThreadAttributeList, 4);

/*
 * The end of a thread. Rust drops a thread's own data in a function of the DLL's thread directory. Before Windows Vista the
 * loader calls these functions only of a DLL that was there when the program started, not of one that was loaded later,
 * as most hosts do; DllMain it always calls.
 */

extern const IMAGE_TLS_DIRECTORY32 _tls_used;

static BOOL loader_calls_them;

static void WINAPI called_by_loader(void *module, DWORD reason, void *reserved)
{
    (void)module;
    (void)reserved;
#ifndef WSY_XP_FALLBACK
    if (reason == DLL_PROCESS_ATTACH)
        loader_calls_them = TRUE;
#else
    (void)reason;
#endif
}

static const PIMAGE_TLS_CALLBACK among_them __attribute__((section(".CRT$XLY"), used)) = called_by_loader;

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *reserved)
{
    const PIMAGE_TLS_CALLBACK *callback = (const PIMAGE_TLS_CALLBACK *)_tls_used.AddressOfCallBacks;
    if (reason == DLL_THREAD_DETACH && !loader_calls_them)
        for (; *callback != NULL; ++callback)
            (*callback)(module, reason, reserved);
    return TRUE;
}
