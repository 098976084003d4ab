#include <stdio.h>
#include <wsy.h>

int main(int argc, char **argv)
{
    wsy_client *till = NULL;
    wsy_payment *recovery = NULL;
    int32_t fen = 0, verdict;
    char text[512];

    if (argc != 4 || wsy_yuan_to_fen(argv[2], &fen) != WSY_OK)
        return puts("usage: hello NUMBER YUAN AUTHCODE"), 2;
    if (wsy_open("till-data", WSY_UTF8, NULL, &till, NULL) != WSY_OK)
        return puts("cannot open till-data"), 2;
    wsy_recover_start(till, NULL, &recovery, NULL); /* what a crash left open */
    verdict = wsy_micropay(till, argv[1], argv[3], fen, NULL, NULL);
    wsy_code_text(verdict, WSY_ZH, WSY_UTF8, text, (int32_t)sizeof text, NULL);
    puts(text);
    wsy_payment_free(recovery);
    wsy_close(till);
    return verdict == WSY_PAID ? 0 : 1; /* hand over goods on 0 only */
}
