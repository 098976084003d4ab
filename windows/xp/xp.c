/*
 * What Windows XP lacks, for the 32-bit wsy.dll.
 *
 * Rust's standard library imports functions that came with Windows Vista, and Windows XP does not load a DLL with an import
 * that it does not have. This object is placed first on the link line and defines those functions, and the pointers
 * through which they are called, so that they are imported no more. Each looks the system's own function up when it is
 * first called; where there is none, it does the same by what Windows XP has.
 *
 * With WSY_XP_FALLBACK defined nothing is looked up, so that the second half can be tested on any Windows.
 */

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0501
#include <windows.h>

/* Defines the pointer behind `__declspec(dllimport)`, under which a function is called. */
#define CALLED_AS(name, bytes) void *const imp_##name __asm__("__imp__" #name "@" #bytes) = (void *)name

/* A function of the system, looked up once. Two threads that look at once find the same. */
struct lookup {
    const char *name;
    void *volatile found;
};

static char missing;

static void *system_function(struct lookup *lookup)
{
    void *found = lookup->found;
    if (found == NULL) {
#ifdef WSY_XP_FALLBACK
        found = &missing;
#else
        HMODULE kernel = GetModuleHandleA("kernel32.dll");
        found = kernel == NULL ? NULL : (void *)GetProcAddress(kernel, lookup->name);
        if (found == NULL)
            found = &missing;
#endif
        lookup->found = found;
    }
    return found == &missing ? NULL : found;
}

#define SYSTEM(type, name, ...) \
    static struct lookup looked = {#name, NULL}; \
    type(WINAPI *system)(__VA_ARGS__) = (type(WINAPI *)(__VA_ARGS__))system_function(&looked)

static BOOL lacking(void)
{
    SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
    return FALSE;
}

/* Waits a little, the longer the more often it was in vain. */
static void back_off(unsigned *tries)
{
    if (*tries < 64)
        __asm__ __volatile__("pause");
    else if (*tries < 80)
        SwitchToThread();
    else
        Sleep(1);
    ++*tries;
}

/* Locks. The word is 0 while a lock is free; both kinds of word are never mixed, as a system has all functions or none. */

typedef LONG volatile lock_word;

static BOOL try_lock(lock_word *lock)
{
    return InterlockedCompareExchange(lock, 1, 0) == 0;
}

static void take(lock_word *lock)
{
    unsigned tries = 0;
    while (!try_lock(lock))
        back_off(&tries);
}

static void leave(lock_word *lock)
{
    InterlockedExchange(lock, 0);
}

void WINAPI InitializeSRWLock(lock_word *lock)
{
    *lock = 0;
}
CALLED_AS(InitializeSRWLock, 4);

void WINAPI AcquireSRWLockExclusive(lock_word *lock)
{
    SYSTEM(void, AcquireSRWLockExclusive, lock_word *);
    if (system != NULL)
        system(lock);
    else
        take(lock);
}
CALLED_AS(AcquireSRWLockExclusive, 4);

BOOLEAN WINAPI TryAcquireSRWLockExclusive(lock_word *lock)
{
    SYSTEM(BOOLEAN, TryAcquireSRWLockExclusive, lock_word *);
    /* Windows 7 came with it, so a Vista has the other two without this one; its word is 1 while held, too. */
    if (system != NULL)
        return system(lock);
    return (BOOLEAN)try_lock(lock);
}
CALLED_AS(TryAcquireSRWLockExclusive, 4);

void WINAPI ReleaseSRWLockExclusive(lock_word *lock)
{
    SYSTEM(void, ReleaseSRWLockExclusive, lock_word *);
    if (system != NULL)
        system(lock);
    else
        leave(lock);
}
CALLED_AS(ReleaseSRWLockExclusive, 4);

/* Condition variables: those who wait stand in one list, each with an event of its own. */

struct waiter {
    struct waiter *next;
    void *variable;
    HANDLE event;
    BOOL woken;
};

static lock_word list_lock;
static struct waiter *first;

static void stand_in_line(struct waiter *waiter)
{
    struct waiter **end = &first;
    take(&list_lock);
    while (*end != NULL)
        end = &(*end)->next;
    *end = waiter;
    leave(&list_lock);
}

/* Takes a waiter out of the list if it is still there, and says whether it was woken before. */
static BOOL step_out(struct waiter *waiter)
{
    struct waiter **at = &first;
    BOOL woken;
    take(&list_lock);
    while (*at != NULL && *at != waiter)
        at = &(*at)->next;
    if (*at != NULL)
        *at = waiter->next;
    woken = waiter->woken;
    leave(&list_lock);
    return woken;
}

static void wake(void *variable, BOOL all)
{
    struct waiter **at = &first;
    take(&list_lock);
    while (*at != NULL) {
        struct waiter *waiter = *at;
        if (waiter->variable != variable) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        waiter->woken = TRUE;
        /* Under the lock: the waiter closes its event only after it has had the lock, too. */
        SetEvent(waiter->event);
        if (!all)
            break;
    }
    leave(&list_lock);
}

BOOL WINAPI SleepConditionVariableSRW(void *variable, lock_word *lock, DWORD milliseconds, ULONG flags)
{
    struct waiter waiter = {NULL, variable, NULL, FALSE};
    BOOL woken = TRUE;
    SYSTEM(BOOL, SleepConditionVariableSRW, void *, lock_word *, DWORD, ULONG);
    if (system != NULL)
        return system(variable, lock, milliseconds, flags);
    waiter.event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (waiter.event == NULL) {
        /* Waking without a reason is allowed; the caller looks again. */
        leave(lock);
        Sleep(1);
        take(lock);
        return TRUE;
    }
    stand_in_line(&waiter);
    leave(lock);
    WaitForSingleObject(waiter.event, milliseconds);
    woken = step_out(&waiter);
    CloseHandle(waiter.event);
    take(lock);
    if (!woken)
        SetLastError(ERROR_TIMEOUT);
    return woken;
}
CALLED_AS(SleepConditionVariableSRW, 16);

void WINAPI WakeConditionVariable(void *variable)
{
    SYSTEM(void, WakeConditionVariable, void *);
    if (system != NULL)
        system(variable);
    else
        wake(variable, FALSE);
}
CALLED_AS(WakeConditionVariable, 4);

void WINAPI WakeAllConditionVariable(void *variable)
{
    SYSTEM(void, WakeAllConditionVariable, void *);
    if (system != NULL)
        system(variable);
    else
        wake(variable, TRUE);
}
CALLED_AS(WakeAllConditionVariable, 4);

/* Things that are done once. The word: 0 not begun, 1 going on, 2 done, and above that what was kept. */

#define ONCE_FAILED 4

BOOL WINAPI InitOnceBeginInitialize(lock_word *once, DWORD flags, BOOL *pending, void **kept)
{
    unsigned tries = 0;
    SYSTEM(BOOL, InitOnceBeginInitialize, lock_word *, DWORD, BOOL *, void **);
    if (system != NULL)
        return system(once, flags, pending, kept);
    if (flags != 0)
        return lacking();
    for (;;) {
        LONG word = InterlockedCompareExchange(once, 1, 0);
        if (word == 0) {
            *pending = TRUE;
            return TRUE;
        }
        if (word != 1) {
            *pending = FALSE;
            if (kept != NULL)
                *kept = (void *)(word & ~3);
            return TRUE;
        }
        back_off(&tries);
    }
}
CALLED_AS(InitOnceBeginInitialize, 16);

BOOL WINAPI InitOnceComplete(lock_word *once, DWORD flags, void *keep)
{
    SYSTEM(BOOL, InitOnceComplete, lock_word *, DWORD, void *);
    if (system != NULL)
        return system(once, flags, keep);
    InterlockedExchange(once, (flags & ONCE_FAILED) != 0 ? 0 : ((LONG)keep & ~3) | 2);
    return TRUE;
}
CALLED_AS(InitOnceComplete, 12);

/* A clock that does not start again after 49 days. */
ULONGLONG WINAPI GetTickCount64(void)
{
    static lock_word lock;
    static DWORD last;
    static DWORD rounds;
    ULONGLONG ticks;
    DWORD now;
    SYSTEM(ULONGLONG, GetTickCount64, void);
    if (system != NULL)
        return system();
    take(&lock);
    now = GetTickCount();
    if (now < last)
        ++rounds;
    last = now;
    ticks = ((ULONGLONG)rounds << 32) | now;
    leave(&lock);
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
    SYSTEM(BOOL, GetFileInformationByHandleEx, HANDLE, ULONG, void *, DWORD);
    if (system != NULL)
        return system(file, class, to, size);
    class = class_to_read(class);
    return class == 0 ? lacking() : done(NtQueryInformationFile(file, &status, to, size, class));
}
CALLED_AS(GetFileInformationByHandleEx, 16);

BOOL WINAPI SetFileInformationByHandle(HANDLE file, ULONG class, void *from, DWORD size)
{
    struct io_status status = {0, 0};
    SYSTEM(BOOL, SetFileInformationByHandle, HANDLE, ULONG, void *, DWORD);
    if (system != NULL)
        return system(file, class, from, size);
    class = class_to_set(class);
    return class == 0 ? lacking() : done(NtSetInformationFile(file, &status, from, size, class));
}
CALLED_AS(SetFileInformationByHandle, 16);

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
    SYSTEM(int, CompareStringOrdinal, const WCHAR *, int, const WCHAR *, int, BOOL);
    if (system != NULL)
        return system(one, one_length, two, two_length, ignore_case);
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
    SYSTEM(BOOL, SetThreadStackGuarantee, ULONG *);
    return system != NULL ? system(bytes) : lacking();
}
CALLED_AS(SetThreadStackGuarantee, 4);

HANDLE WINAPI CreateWaitableTimerExW(SECURITY_ATTRIBUTES *security, const WCHAR *name, DWORD flags, DWORD access)
{
    SYSTEM(HANDLE, CreateWaitableTimerExW, SECURITY_ATTRIBUTES *, const WCHAR *, DWORD, DWORD);
    if (system != NULL)
        return system(security, name, flags, access);
    lacking();
    return NULL;
}
CALLED_AS(CreateWaitableTimerExW, 16);

DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, WCHAR *to, DWORD size, DWORD flags)
{
    SYSTEM(DWORD, GetFinalPathNameByHandleW, HANDLE, WCHAR *, DWORD, DWORD);
    return system != NULL ? system(file, to, size, flags) : (DWORD)lacking();
}
CALLED_AS(GetFinalPathNameByHandleW, 16);

BOOLEAN WINAPI CreateSymbolicLinkW(const WCHAR *link, const WCHAR *to, DWORD flags)
{
    SYSTEM(BOOLEAN, CreateSymbolicLinkW, const WCHAR *, const WCHAR *, DWORD);
    return system != NULL ? system(link, to, flags) : (BOOLEAN)lacking();
}
CALLED_AS(CreateSymbolicLinkW, 12);

BOOL WINAPI InitializeProcThreadAttributeList(void *list, DWORD count, DWORD flags, SIZE_T *size)
{
    SYSTEM(BOOL, InitializeProcThreadAttributeList, void *, DWORD, DWORD, SIZE_T *);
    return system != NULL ? system(list, count, flags, size) : lacking();
}
CALLED_AS(InitializeProcThreadAttributeList, 16);

BOOL WINAPI UpdateProcThreadAttribute(void *list, DWORD flags, DWORD_PTR attribute, void *value, SIZE_T size,
                                      void *previous, SIZE_T *returned)
{
    SYSTEM(BOOL, UpdateProcThreadAttribute, void *, DWORD, DWORD_PTR, void *, SIZE_T, void *, SIZE_T *);
    return system != NULL ? system(list, flags, attribute, value, size, previous, returned) : lacking();
}
CALLED_AS(UpdateProcThreadAttribute, 28);

void WINAPI DeleteProcThreadAttributeList(void *list)
{
    SYSTEM(void, DeleteProcThreadAttributeList, void *);
    if (system != NULL)
        system(list);
}
CALLED_AS(DeleteProcThreadAttributeList, 4);
