/*
 * A host that has the compiler's unwinder as a DLL, as Qt and MinGW programs do. The tables of a library that
 * is loaded afterwards must not go there: its panics would end the process.
 */
#include "test.h"

typedef int32_t (*function)(int32_t);

static int32_t panicked(void)
{
    HMODULE library = LoadLibraryA("panics.dll");
    function panics = NULL;
    ASSERT(library != NULL);
    *(FARPROC *)&panics = GetProcAddress(library, "panics");
    ASSERT(panics != NULL);
    return panics(10);
}

static void a_panic_is_a_return_code_beside_the_hosts_unwinder(void)
{
    ASSERT(LoadLibraryA("libgcc_s_dw2-1.dll") != NULL);
    CHECK(panicked(), -106);
    CHECK(panicked(), -106);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a panic is a return code beside the host's unwinder", a_panic_is_a_return_code_beside_the_hosts_unwinder},
    };
    return RUN_TESTS(tests, argc, argv);
}
