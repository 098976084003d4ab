/*
 * The stdcall face, loaded as VB6, PowerBuilder, 易语言 and Visual FoxPro load it: LoadLibrary, the plain name,
 * Longs pushed from right to left, and the callee takes them off the stack. No import library and no
 * prototype is used: a wrong number of bytes taken off would crash those programs, sometimes only much later.
 *
 * The caller of the compiler writes face.h: face[] is every function with the number of its parameters, from
 * the source.
 */
#include "test.h"

#include "face.h"
/* For the numbers. */
#include "wsy.h"

#define FACE ((int)(sizeof face / sizeof *face))

enum { MOST_PARAMS = 8 };

/* A Long, or the address of a text or of a Long. */
typedef intptr_t word;
#define T(text) ((word)(text))
#define AT(variable) ((word) & (variable))

static HMODULE library;
static int succeeded[FACE], refused[FACE];

#ifdef _WIN64
static int32_t push_and_call(FARPROC function, const word *words, int count, int32_t *moved)
{
    int32_t (*with_most)(word, word, word, word, word, word, word, word);
    word all[MOST_PARAMS] = {0};
    memcpy(all, words, (size_t)count * sizeof *words);
    memcpy(&with_most, &function, sizeof function);
    *moved = 0;
    return with_most(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
}
#else
/*
 * Pushes the words and calls. moved is the change of the stack pointer. The stack is aligned to 4 bytes
 * and no more, differently each time, since these languages do not care.
 */
static int32_t push_and_call(FARPROC function, const word *words, int count, int32_t *moved)
{
    static int times;
    int32_t code, by;
    int pad = 4 * (times++ % 4);
    __asm__ __volatile__("movl %%esp, %%esi\n\t"
                         "subl %%edx, %%esp\n\t"
                         "subl %%edx, %%esi\n\t"
                         "movl %%edx, -4(%%esi)\n\t"
                         "subl $4, %%esp\n\t"
                         "subl $4, %%esi\n"
                         "1:\n\t"
                         "testl %%ecx, %%ecx\n\t"
                         "jz 2f\n\t"
                         "decl %%ecx\n\t"
                         "pushl (%%ebx,%%ecx,4)\n\t"
                         "jmp 1b\n"
                         "2:\n\t"
                         "call *%%edi\n\t"
                         "movl %%esp, %%edx\n\t"
                         "subl %%esi, %%edx\n\t"
                         "movl (%%esi), %%ecx\n\t"
                         "leal 4(%%esi,%%ecx), %%esp"
                         : "=a"(code), "=d"(by), "+c"(count)
                         : "b"(words), "D"(function), "1"(pad)
                         : "esi", "memory", "cc");
    *moved = by;
    return code;
}
#endif

static int find(const char *name)
{
    int n;
    for (n = 0; n < FACE; n++) {
        if (strcmp(face[n].name, name) == 0)
            return n;
    }
    printf("the face has no %s\n", name);
    exit(2);
}

static int32_t call(const char *name, const word *words, int count)
{
    int n = find(name);
    int32_t code, moved;
    FARPROC function = GetProcAddress(library, name);
    if (function == NULL || count != face[n].params || count > MOST_PARAMS) {
        check(name, 0, function == NULL ? "exported" : "the number of parameters", count, face[n].params);
        return WSY_ERR_ARGUMENT;
    }
    code = push_and_call(function, words, count, &moved);
    check(name, 0, "the stack pointer after the call", moved, 0);
    if (code < -100)
        refused[n]++;
    else
        succeeded[n]++;
    return code;
}

#define CALL(name, ...) \
    call(name, (const word[]){__VA_ARGS__}, (int)(sizeof((const word[]){__VA_ARGS__}) / sizeof(word)))
#define GIVES(wanted, name, ...) check(name, __LINE__, #__VA_ARGS__, CALL(name, __VA_ARGS__), wanted)

/* A call without parameters. */
#define GIVES_ALONE(wanted, name) check(name, __LINE__, "", call(name, NULL, 0), wanted)

/* A Long that a call wrote although it should not have. */
#define UNTOUCHED 0x5a5a5a5a

static int32_t client;

/* A text field of a reply, in UTF-16, or an empty text. */
static const wchar_t *field(int32_t reply, const char *name)
{
    static wchar_t wide[512];
    char buffer[1024] = "";
    int32_t needed = 0;
    GIVES(WSY_OK, "WsyReplyText", reply, T(name), T(buffer), sizeof buffer, AT(needed));
    CHECK(needed, strlen(buffer) + 1);
    if (MultiByteToWideChar(WSY_GBK, MB_ERR_INVALID_CHARS, buffer, -1, wide, 512) == 0)
        *wide = 0;
    return wide;
}

static void texts_and_amounts(void)
{
    char buffer[512];
    int32_t number = UNTOUCHED, needed = UNTOUCHED;
    GIVES(WSY_OK, "WsyVersion", T(buffer), sizeof buffer, AT(needed));
    CHECK(needed, strlen(buffer) + 1);
    GIVES(WSY_ERR_ARGUMENT, "WsyVersion", T(buffer), -1, AT(needed));
    GIVES(WSY_OK, "WsyYuanToFen", T("12.50"), AT(number));
    CHECK(number, 1250);
    CHECK(CALL("WsyYuanToFen", T("12,50"), AT(number)) < -100, 1);
    CHECK(number, 1250);
    GIVES(WSY_OK, "WsyFenToYuan", 1250, T(buffer), sizeof buffer, AT(needed));
    CHECK_TEXT(buffer, "12.50");
    GIVES(WSY_ERR_BUFFER, "WsyFenToYuan", 1250, T(buffer), 3, AT(needed));
    CHECK(needed, 6);
    GIVES(WSY_OK, "WsyCodeText", WSY_PAID, WSY_ZH, WSY_GBK, T(buffer), sizeof buffer, AT(needed));
    /* 支付成功 in GBK */
    ASSERT(strncmp(buffer, "\xd6\xa7\xb8\xb6\xb3\xc9\xb9\xa6", 8) == 0);
    GIVES(WSY_ERR_ARGUMENT, "WsyCodeText", 12345, WSY_ZH, WSY_GBK, T(buffer), sizeof buffer, AT(needed));
}

static int32_t options(void)
{
    int32_t list = UNTOUCHED;
    int n;
    GIVES(WSY_OK, "WsyParamsNew", WSY_GBK, AT(list));
    GIVES(WSY_OK, "WsyParamsSet", list, T("base"), T(base()));
    for (n = 0; quick[n] != NULL; n += 2)
        GIVES(WSY_OK, "WsyParamsSet", list, T(quick[n]), T(quick[n + 1]));
    return list;
}

static void a_till_is_opened_and_activated(void)
{
    /* 收银 数据 in GBK */
    char *folder = place("\xca\xd5\xd2\xf8 \xca\xfd\xbe\xdd");
    int32_t list = options(), bad = options(), reply = UNTOUCHED, untouched = UNTOUCHED;
    platform("POST", "devices", "{\"device_id\":\"" DEVICE_ID "\",\"key\":\"" DEVICE_KEY "\"}");
    platform("POST", "activation-codes", "{\"code\":\"" ACTIVATION_CODE "\"}");

    GIVES(WSY_ERR_ARGUMENT, "WsyParamsNew", 1252, AT(untouched));
    GIVES(WSY_ERR_HANDLE, "WsyParamsSet", list + 1, T("base"), T("x"));
    /* A list remembers that a value was refused. */
    GIVES(WSY_ERR_TEXT, "WsyParamsSet", bad, T("ver"), T("\xff\xff"));
    GIVES(WSY_ERR_TEXT, "WsyOpen", T(folder), WSY_GBK, bad, AT(client), AT(reply));
    GIVES(WSY_OK, "WsyParamsFree", bad);
    GIVES(WSY_ERR_ARGUMENT, "WsyOpen", T(folder), 1252, list, AT(client), AT(reply));
    GIVES(WSY_ERR_HANDLE, "WsyOpen", T(folder), WSY_GBK, list + 1, AT(client), AT(reply));
    GIVES(WSY_OK, "WsyOpen", T(folder), WSY_GBK, list, AT(client), AT(reply));
    ASSERT(client > 0 && reply > 0 && client != reply);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_ERR_HANDLE, "WsyReplyFree", reply);
    GIVES(WSY_OK, "WsyParamsFree", list);
    GIVES(WSY_ERR_HANDLE, "WsyParamsFree", list);

    GIVES(WSY_ERR_HANDLE, "WsyActivate", client + 1, T(ACTIVATION_CODE), T(""), 0, AT(reply));
    CHECK(reply, 0);
    GIVES(WSY_OK, "WsyActivate", client, T(ACTIVATION_CODE), T(""), 0, AT(reply));
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_ERR_HANDLE, "WsySetDevice", 0, T(DEVICE_ID), T(DEVICE_KEY), AT(reply));
    GIVES(WSY_OK, "WsySetDevice", client, T(DEVICE_ID), T(DEVICE_KEY), AT(reply));
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_OK, "WsyConfig", client, 1, 0);
    GIVES(WSY_ERR_HANDLE, "WsyConfig", reply, 1, 0);
    GIVES(WSY_OK, "WsyTime", client, 0);
    GIVES(WSY_ERR_HANDLE, "WsyTime", -1, 0);
    GIVES(WSY_OK, "WsyPrepare", client);
    GIVES(WSY_ERR_HANDLE, "WsyPrepare", -1);
    free(folder);
}

static void a_sale(void)
{
    int32_t reply = 0, params = 0;
    GIVES(WSY_OK, "WsyParamsNew", WSY_GBK, AT(params));
    /* 苹果 in GBK */
    GIVES(WSY_OK, "WsyParamsSet", params, T("operator_id"), T("\xc6\xbb\xb9\xfb"));
    GIVES(WSY_PAID, "WsyMicropay", client, T("V1"), T("130000000000000601"), 1250, params, AT(reply));
    GIVES(WSY_OK, "WsyParamsFree", params);
    CHECK(captures("130000000000000601"), 1);
    ASSERT(wcsncmp(field(reply, "message_zh"), L"\x652f\x4ed8\x6210\x529f", 4) == 0);
    GIVES(WSY_PAID, "WsyReplyCode", reply);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    /* The platform got it in UTF-8. */
    ASSERT(strstr(platform("GET", "requests", ""), "\xe8\x8b\xb9\xe6\x9e\x9c") != NULL);

    GIVES(WSY_ERR_HANDLE, "WsyMicropay", client + 1, T("V2"), T("130000000000000602"), 1250, 0, AT(reply));
    CHECK(CALL("WsyMicropay", client, T(""), T("130000000000000602"), 1250, 0, 0) < -100, 1);
    CHECK(captures("130000000000000602"), 0);
}

static void a_reply_is_read(void)
{
    char buffer[4096];
    int32_t reply = 0, number = UNTOUCHED, needed = UNTOUCHED;
    GIVES(WSY_OK, "WsyFind", client, T("V1"), AT(reply));
    GIVES(WSY_OK, "WsyReplyCode", reply);
    GIVES(WSY_OK, "WsyReplyText", reply, T("total"), T(buffer), sizeof buffer, AT(needed));
    CHECK_TEXT(buffer, "12.50");
    GIVES(WSY_ERR_BUFFER, "WsyReplyText", reply, T("total"), T(buffer), 3, AT(needed));
    CHECK(needed, 6);
    GIVES(WSY_OK, "WsyReplyInt", reply, T("total_fen"), AT(number));
    CHECK(number, 1250);
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyInt", reply, T("no such field"), AT(number));
    GIVES(WSY_OK, "WsyReplyName", reply, 0, T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyName", reply, -1, T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_OK, "WsyReplyCount", reply, T("charge"), AT(number));
    CHECK(number, 1);
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyCount", reply, T("no such list"), AT(number));
    GIVES(WSY_OK, "WsyReplyItemText", reply, T("charge"), 0, T("state"), T(buffer), sizeof buffer, AT(needed));
    CHECK_TEXT(buffer, "paid");
    GIVES(WSY_OK, "WsyReplyItemName", reply, T("charge"), 0, 0, T(buffer), sizeof buffer, AT(needed));
    CHECK_TEXT(buffer, "out_trade_no");
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyItemName", reply, T("charge"), 0, 999, T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyItemText", reply, T("charge"), 1, T("state"), T(buffer), sizeof buffer,
          AT(needed));
    GIVES(WSY_OK, "WsyReplyItemInt", reply, T("charge"), 0, T("total_fen"), AT(number));
    CHECK(number, 1250);
    GIVES(WSY_ERR_NO_FIELD, "WsyReplyItemInt", reply, T("charge"), 1, T("total_fen"), AT(number));
    GIVES(WSY_OK, "WsyReplyReceiptBytes", reply, T(buffer), sizeof buffer, AT(needed));
    ASSERT(needed > 10);
    GIVES(WSY_ERR_BUFFER, "WsyReplyReceiptBytes", reply, T(buffer), needed - 1, AT(number));
    CHECK(number, needed);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_ERR_HANDLE, "WsyReplyCode", reply);
    GIVES(WSY_ERR_HANDLE, "WsyReplyText", reply, T("total"), T(buffer), sizeof buffer, AT(needed));
}

static void a_payment_is_polled(void)
{
    char text[256];
    int32_t payment = UNTOUCHED, reply = UNTOUCHED, code, turns;
    customer("130000000000000603", "{\"kind\":\"never_answers\"}");
    GIVES(WSY_ERR_HANDLE, "WsyMicropayStart", 0, T("V3"), T("130000000000000603"), 100, 0, AT(payment), AT(reply));
    CHECK(payment, 0);
    CHECK(reply, 0);
    GIVES(WSY_PENDING, "WsyMicropayStart", client, T("V3"), T("130000000000000603"), 100, 0, AT(payment), AT(reply));
    CHECK(reply, 0);
    GIVES(WSY_OK, "WsyPaymentText", payment, WSY_ZH, T(text), sizeof text, 0);
    GIVES(WSY_ERR_ARGUMENT, "WsyPaymentText", payment, 7, T(text), sizeof text, 0);
    GIVES(WSY_ERR_ARGUMENT, "WsyPaymentWait", payment, -1, 0);
    GIVES(WSY_PENDING, "WsyPaymentWait", payment, 10, 0);
    types_the_password("130000000000000603");
    for (turns = 0; (code = CALL("WsyPaymentPoll", payment, AT(reply))) == WSY_PENDING && turns < 3000; turns++)
        Sleep(20);
    CHECK(code, WSY_PAID);
    GIVES(WSY_PAID, "WsyReplyCode", reply);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_OK, "WsyPaymentFree", payment);
    GIVES(WSY_ERR_HANDLE, "WsyPaymentFree", payment);
    GIVES(WSY_ERR_HANDLE, "WsyPaymentPoll", payment, AT(reply));
}

static void a_payment_is_cancelled_or_undone(void)
{
    int32_t payment = 0;
    customer("130000000000000604", "{\"kind\":\"asks_password\",\"ms\":500}");
    GIVES(WSY_PENDING, "WsyMicropayStart", client, T("V4"), T("130000000000000604"), 100, 0, AT(payment), 0);
    arrives("130000000000000604");
    GIVES(WSY_OK, "WsyPaymentVoid", payment);
    GIVES(WSY_VOIDED, "WsyPaymentWait", payment, 30000, 0);
    GIVES(WSY_OK, "WsyPaymentFree", payment);
    GIVES(WSY_ERR_HANDLE, "WsyPaymentVoid", payment);

    customer("130000000000000605", "{\"kind\":\"asks_password\",\"ms\":500}");
    GIVES(WSY_PENDING, "WsyMicropayStart", client, T("V5"), T("130000000000000605"), 100, 0, AT(payment), 0);
    arrives("130000000000000605");
    GIVES(WSY_OK, "WsyPaymentCancel", payment);
    CHECK(CALL("WsyPaymentWait", payment, 30000, 0) < 0, 1);
    GIVES(WSY_OK, "WsyPaymentFree", payment);
    GIVES(WSY_ERR_HANDLE, "WsyPaymentCancel", payment);
}

static void refunds(void)
{
    int32_t payment = UNTOUCHED;
    /* An empty text means NULL. */
    GIVES(WSY_REFUNDED, "WsyRefund", client, T("VR1"), T("V1"), T(""), 250, 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyRefund", 0, T("VR2"), T("V1"), T(""), 250, 0, 0);
    GIVES(WSY_PENDING, "WsyRefundStart", client, T("VR3"), T("V1"), T(""), 100, 0, AT(payment), 0);
    GIVES(WSY_REFUNDED, "WsyPaymentWait", payment, 30000, 0);
    GIVES(WSY_OK, "WsyPaymentFree", payment);
    CHECK(CALL("WsyRefundStart", client, T("VR4"), T(""), T(""), 100, 0, AT(payment), 0) < -100, 1);
    CHECK(payment, 0);
    GIVES(WSY_OK, "WsyFindRefund", client, T("VR1"), 0);
    CHECK(CALL("WsyFindRefund", client, T("VR9"), 0) < -100, 1);
    GIVES(WSY_REFUNDED, "WsyVoid", client, T("V1"), 0, 0);
    CHECK(CALL("WsyVoid", client, T("V9"), 0, 0) < -100, 1);
}

/* Waits for an operation that was started, and frees it. */
static void finish(int32_t payment, int32_t wanted)
{
    GIVES(wanted, "WsyPaymentWait", payment, 30000, 0);
    GIVES(WSY_OK, "WsyPaymentFree", payment);
}

static void questions(void)
{
    char dm_id[64] = "";
    int32_t reply = 0, payment = 0;
    GIVES(WSY_OK, "WsyFind", client, T("V3"), AT(reply));
    GIVES(WSY_OK, "WsyReplyText", reply, T("dm_id"), T(dm_id), sizeof dm_id, 0);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    CHECK(CALL("WsyFind", client, T("V9"), AT(reply)) < -100, 1);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_OK, "WsyQueryAuthCode", client, T("130000000000000603"), 100, 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyQueryAuthCode", 0, T("130000000000000603"), 100, 0, 0);
    GIVES(WSY_OK, "WsyQueryOrder", client, T(dm_id), 100, 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyQueryOrder", 0, T(dm_id), 100, 0, 0);
    GIVES(WSY_OK, "WsyReadBill", client, T(""), T(dm_id), 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyReadBill", 0, T(""), T(dm_id), 0, 0);
    GIVES(WSY_OK, "WsyReprint", client, T("V3"), T(""), 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyReprint", 0, T("V3"), T(""), 0, 0);
    GIVES(WSY_PAID_EARLIER, "WsySettle", client, T("V3"), 0, 0);
    CHECK(CALL("WsySettle", client, T("V9"), 0, 0) < -100, 1);
    GIVES(WSY_OK, "WsyRecover", client, 0, 0);
    GIVES(WSY_ERR_HANDLE, "WsyRecover", 0, 0, 0);
    GIVES(WSY_PENDING, "WsyReprintStart", client, T("V3"), T(""), 0, AT(payment), 0);
    finish(payment, WSY_OK);
    GIVES(WSY_ERR_HANDLE, "WsyReprintStart", 0, T("V3"), T(""), 0, AT(payment), 0);
    GIVES(WSY_PENDING, "WsyRecoverStart", client, 0, AT(payment), 0);
    finish(payment, WSY_OK);
    GIVES(WSY_ERR_HANDLE, "WsyRecoverStart", 0, 0, AT(payment), 0);
    GIVES(WSY_PENDING, "WsySettleStart", client, T("V3"), 0, AT(payment), 0);
    finish(payment, WSY_PAID_EARLIER);
    GIVES(WSY_ERR_HANDLE, "WsySettleStart", 0, T("V3"), 0, AT(payment), 0);
    GIVES(WSY_PENDING, "WsyVoidStart", client, T("V1"), 0, AT(payment), 0);
    finish(payment, WSY_REFUNDED);
    CHECK(CALL("WsyVoidStart", client, T("V9"), 0, AT(payment), 0) < -100, 1);
    GIVES(WSY_OK, "WsyDay", client, T(""), 0);
    GIVES(WSY_ERR_ARGUMENT, "WsyDay", client, T("yesterday"), 0);
    GIVES(WSY_OK, "WsyUnresolved", client, 0);
    GIVES(WSY_ERR_HANDLE, "WsyUnresolved", 0, 0);
}

static void receipts_are_drawn_and_printed(void)
{
    static char buffer[65536], printed[4096];
    int32_t reply = 0, printing = 0, needed = UNTOUCHED;
    GIVES(WSY_OK, "WsyQueryAuthCode", client, T("130000000000000603"), 100, 0, AT(reply));
    GIVES(WSY_OK, "WsyReplyCanvasText", reply, T(buffer), sizeof buffer, AT(needed));
    CHECK(strlen(buffer) + 1, needed);
    GIVES(WSY_ERR_HANDLE, "WsyReplyCanvasText", 0, T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_ERR_NO_FONT, "WsyReplyCanvasPng", reply, T("Z:\\no\\such.ttf"), T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_OK, "WsyReplyCanvasPng", reply, T(font()), T(buffer), sizeof buffer, AT(needed));
    CHECK(memcmp(buffer, "\x89PNG", 4), 0);
    GIVES(WSY_OK, "WsyReplyCanvasPngFile", reply, T(font()), T(place("popup.png")));
    GIVES(WSY_ERR_ARGUMENT, "WsyReplyCanvasPngFile", reply, T(font()), T(""));
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_OK, "WsyFindRefundReceipt", client, T("VR1"), 0, 0);
    GIVES(WSY_ERR_NO_BILL, "WsyFindRefundReceipt", client, T("VR9"), 0, 0);
    GIVES(WSY_ERR_NO_BILL, "WsyFindReceipt", client, T("V9"), 0, AT(reply));
    GIVES(WSY_OK, "WsyFindReceipt", client, T("V1"), 0, AT(reply));
    GIVES(WSY_OK, "WsyReplyReceiptText", reply, 58, T(buffer), sizeof buffer, AT(needed));
    CHECK(strlen(buffer) + 1, needed);
    GIVES(WSY_ERR_ARGUMENT, "WsyReplyReceiptText", reply, 60, T(buffer), sizeof buffer, AT(needed));
    GIVES(WSY_OK, "WsyReplyReceiptPng", reply, 58, T(font()), T(buffer), sizeof buffer, AT(needed));
    CHECK(memcmp(buffer, "\x89PNG", 4), 0);
    GIVES(WSY_ERR_NO_FONT, "WsyReplyReceiptPng", reply, 58, T("Z:\\no\\such.ttf"), T(buffer), sizeof buffer,
          AT(needed));
    GIVES(WSY_OK, "WsyReplyReceiptPngFile", reply, 80, T(font()), T(place("receipt.png")));
    GIVES(WSY_ERR_ARGUMENT, "WsyReplyReceiptPngFile", reply, 80, T(font()), T(""));

    GIVES(WSY_OK, "WsyPrintReceipt", client, reply, T(printer()), 0, 0);
    GIVES(WSY_OK, "WsyReplyReceiptBytes", reply, T(buffer), sizeof buffer, AT(needed));
    CHECK(paper(printed, sizeof printed), 6 + needed);
    CHECK(memcmp(printed + 6, buffer, (size_t)needed), 0);
    GIVES(WSY_ERR_NO_PRINTER, "WsyPrintReceipt", client, reply, T("queue:no such printer"), 0, 0);
    GIVES(WSY_OK, "WsyPrintBytes", client, T("\x1b@"), 2, T(printer()), 0, 0);
    CHECK(paper(printed, sizeof printed), 8);
    GIVES(WSY_ERR_PRINTER_OFFLINE, "WsyPrintBytes", client, T("\x1b@"), 2, T("tcp:127.0.0.1:1"), 0, 0);
    GIVES(WSY_PENDING, "WsyPrintReceiptStart", client, reply, T("queue:no such printer"), 0, AT(printing), 0);
    finish(printing, WSY_ERR_NO_PRINTER);
    GIVES(WSY_ERR_HANDLE, "WsyPrintReceiptStart", 0, reply, T("queue:no such printer"), 0, AT(printing), 0);
    GIVES(WSY_PENDING, "WsyPrintBytesStart", client, T("\x1b@"), 2, T("tcp:127.0.0.1:1"), 0, AT(printing), 0);
    finish(printing, WSY_ERR_PRINTER_OFFLINE);
    GIVES(WSY_ERR_HANDLE, "WsyPrintBytesStart", 0, T("\x1b@"), 2, T("tcp:127.0.0.1:1"), 0, AT(printing), 0);
    GIVES(WSY_OK, "WsyReplyFree", reply);
}

/* A bill that was reported as not paid, and for which the platform took the money afterwards. */
static void an_alarm_is_raised_and_acknowledged(void)
{
    char dm_id[32], path[64];
    int32_t reply = 0, payment = 0, id = 0, count = 0;
    customer("130000000000000606", "{\"kind\":\"no_money\"}");
    GIVES(WSY_NOT_PAID, "WsyMicropay", client, T("V6"), T("130000000000000606"), 100, 0, 0);
    order_of("130000000000000606", dm_id);
    sprintf(path, "bills/%s/state", dm_id);
    platform("POST", path, "{\"state\":\"paid\"}");

    GIVES(WSY_ERR_ARGUMENT, "WsyReconcile", client, T("2026-02-30"), 0);
    GIVES(WSY_OK, "WsyReconcile", client, T(""), 0);
    GIVES(WSY_ERR_HANDLE, "WsyReconcileStart", 0, T(""), AT(payment), 0);
    GIVES(WSY_PENDING, "WsyReconcileStart", client, T(""), AT(payment), 0);
    GIVES(WSY_OK, "WsyPaymentWait", payment, 30000, 0);
    GIVES(WSY_OK, "WsyPaymentFree", payment);

    GIVES(WSY_OK, "WsyAlarms", client, AT(reply));
    GIVES(WSY_OK, "WsyReplyCount", reply, T("alarm"), AT(count));
    CHECK(count, 1);
    GIVES(WSY_OK, "WsyReplyItemInt", reply, T("alarm"), 0, T("id"), AT(id));
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_ERR_HANDLE, "WsyAlarms", 0, AT(reply));
    /* 店长 in GBK */
    GIVES(WSY_ERR_NO_ALARM, "WsyAcknowledge", client, id + 1, T("\xb5\xea\xb3\xa4"), 0);
    GIVES(WSY_OK, "WsyAcknowledge", client, id, T("\xb5\xea\xb3\xa4"), 0);
}

/* A payment without a response, and a person's decision about it. */
static void a_person_decides_and_closes_the_day(void)
{
    int32_t reply = 0, list = 0, code, turns;
    char day[16] = "";
    customer("130000000000000607", "{\"kind\":\"never_answers\"}");
    GIVES(WSY_OK, "WsyParamsNew", WSY_GBK, AT(list));
    GIVES(WSY_OK, "WsyParamsSet", list, T("deadline_ms"), T("300"));
    GIVES(WSY_UNKNOWN, "WsyMicropay", client, T("V7"), T("130000000000000607"), 100, list, 0);
    GIVES(WSY_OK, "WsyParamsFree", list);
    /* 店长, 银行已查 in GBK */
    GIVES(WSY_ERR_ARGUMENT, "WsyDecide", client, T("V7"), 0, T("lost"), T("\xb5\xea\xb3\xa4"),
          T("\xd2\xf8\xd0\xd0\xd2\xd1\xb2\xe9"), 0);
    GIVES(WSY_ERR_ARGUMENT, "WsyDecide", client, T("V7"), 0, T("keep"), T(""), T("\xd2\xf8\xd0\xd0\xd2\xd1\xb2\xe9"), 0);
    for (turns = 0; (code = CALL("WsyDecide", client, T("V7"), 0, T("paid"), T("\xb5\xea\xb3\xa4"),
                                 T("\xd2\xf8\xd0\xd0\xd2\xd1\xb2\xe9"), AT(reply))) == WSY_ERR_TOO_EARLY &&
                    turns < 3000;
         turns++) {
        GIVES(WSY_OK, "WsyReplyFree", reply);
        Sleep(20);
    }
    CHECK(code, WSY_OK);
    ASSERT(wcscmp(field(reply, "state"), L"decided_paid") == 0);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    GIVES(WSY_DECIDED, "WsySettle", client, T("V7"), 0, 0);

    platform("POST", "faults", "{\"on\":\"refund\",\"fault\":{\"kind\":\"request_lost\"}}");
    GIVES(WSY_OK, "WsyParamsNew", WSY_GBK, AT(list));
    GIVES(WSY_OK, "WsyParamsSet", list, T("deadline_ms"), T("300"));
    GIVES(WSY_UNKNOWN, "WsyRefund", client, T("VR5"), T("V3"), T(""), 100, list, 0);
    GIVES(WSY_OK, "WsyParamsFree", list);
    GIVES(WSY_OK, "WsyDecideRefund", client, T("VR5"), T("keep"), T("\xb5\xea\xb3\xa4"), T("x"), 0);
    GIVES(WSY_ERR_NOT_OPEN, "WsyDecideRefund", client, T("VR1"), T("refunded"), T("\xb5\xea\xb3\xa4"), T("x"), 0);

    GIVES(WSY_ERR_ARGUMENT, "WsyCloseDay", client, T(""), T(""), 0);
    GIVES(WSY_OK, "WsyCloseDay", client, T(""), T("\xb5\xea\xb3\xa4"), AT(reply));
    ASSERT(wcscmp(field(reply, "closed_by"), L"\x5e97\x957f") == 0);
    GIVES(WSY_OK, "WsyReplyText", reply, T("day"), T(day), sizeof day, 0);
    GIVES(WSY_OK, "WsyReplyFree", reply);
    CHECK(strlen(day), 10);
    GIVES(WSY_ERR_DAY_NOT_ARCHIVABLE, "WsyArchive", client, T(day), 0);
    GIVES(WSY_OK, "WsyArchive", client, T(""), 0);
}

/* The effect of a slip in a declaration: all arguments are zero. */
static void no_function_minds_zeros(void)
{
    static const word zeros[MOST_PARAMS] = {0};
    int n;
    for (n = 0; n < FACE; n++) {
        if (face[n].params > 0)
            CHECK(call(face[n].name, zeros, face[n].params) < -100, 1);
    }
}

static void the_till_is_closed(void)
{
    GIVES(WSY_OK, "WsyClose", client);
    GIVES(WSY_ERR_HANDLE, "WsyClose", client);
    GIVES_ALONE(WSY_OK, "WsyCloseAll");
}

static void every_function_was_called(void)
{
    int n;
    for (n = 0; n < FACE; n++) {
        if (!succeeded[n])
            printf("%s was never called with success\n", face[n].name);
        /* Without parameters there is no wrong way. */
        if (!refused[n] && face[n].params > 0)
            printf("%s was never called in a wrong way\n", face[n].name);
        ASSERT(succeeded[n] && (refused[n] || face[n].params == 0));
    }
    ASSERT(FACE > 40);
}

#ifndef _WIN64
/* The function of the C ABI, which is cdecl, leaves its words on the stack: a test that cannot fail proves
 * nothing. */
static void a_callee_that_leaves_the_stack_would_be_noticed(void)
{
    char buffer[64];
    const word words[] = {T(buffer), sizeof buffer, 0};
    int32_t moved = 0;
    CHECK(push_and_call(GetProcAddress(library, "wsy_version"), words, 3, &moved), WSY_OK);
    CHECK(moved, -12);
}
#endif

/* One name, one convention: there is no second name with a number of bytes at its end. */
static void the_names_are_plain(void)
{
    char decorated[128];
    int n;
    for (n = 0; n < FACE; n++) {
        ASSERT(GetProcAddress(library, face[n].name) != NULL);
        sprintf(decorated, "%s@%d", face[n].name, 4 * face[n].params);
        ASSERT(GetProcAddress(library, decorated) == NULL);
        sprintf(decorated, "_%s@%d", face[n].name, 4 * face[n].params);
        ASSERT(GetProcAddress(library, decorated) == NULL);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
#ifndef _WIN64
        {"a callee that leaves the stack would be noticed", a_callee_that_leaves_the_stack_would_be_noticed},
#endif
        {"the names are plain", the_names_are_plain},
        {"texts and amounts", texts_and_amounts},
        {"a till is opened and activated", a_till_is_opened_and_activated},
        {"a sale", a_sale},
        {"a reply is read", a_reply_is_read},
        {"a payment is polled", a_payment_is_polled},
        {"a payment is cancelled or undone", a_payment_is_cancelled_or_undone},
        {"refunds", refunds},
        {"questions", questions},
        {"receipts are drawn and printed", receipts_are_drawn_and_printed},
        {"an alarm is raised and acknowledged", an_alarm_is_raised_and_acknowledged},
        {"a person decides and closes the day", a_person_decides_and_closes_the_day},
        {"the till is closed", the_till_is_closed},
        {"every function was called", every_function_was_called},
        {"no function minds zeros", no_function_minds_zeros},
    };
    library = LoadLibraryA("wsy.dll");
    if (library == NULL) {
        printf("wsy.dll cannot be loaded: error %lu\n", GetLastError());
        return 2;
    }
    return RUN_TESTS(tests, argc, argv);
}
