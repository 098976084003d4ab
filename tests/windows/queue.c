/* A printer of Windows: its queue gets the bytes unchanged, and reports when it cannot print. */
#include "till.h"

#include <winspool.h>

/* 打印机 */
#define NAME L"wsy \x6253\x5370\x673a"
#define NAME_IN_GBK "queue:wsy \xb4\xf2\xd3\xa1\xbb\xfa"
#define DRIVER L"wsy driver of a test"

static HANDLE printer_of_windows;
static WCHAR paper_file[MAX_PATH];
static wsy_client *client;

/* The files of a driver do not matter: raw bytes bypass it. */
static int add_driver(void)
{
    WCHAR windows[MAX_PATH], module[MAX_PATH], data[MAX_PATH];
    DRIVER_INFO_3W driver = {0};
    GetWindowsDirectoryW(windows, MAX_PATH);
    swprintf(module, MAX_PATH, L"%ls\\system32\\winspool.drv", windows);
    swprintf(data, MAX_PATH, L"%ls\\win.ini", windows);
    driver.cVersion = 3;
    driver.pName = DRIVER;
    driver.pDriverPath = driver.pConfigFile = module;
    driver.pDataFile = data;
    return AddPrinterDriverExW(NULL, 3, (BYTE *)&driver, APD_COPY_NEW_FILES);
}

static void a_printer_is_set_up(void)
{
    PRINTER_INFO_2W info = {0};
    char *path = place("paper.bin");
    MultiByteToWideChar(CP_ACP, 0, path, -1, paper_file, MAX_PATH);
    free(path);
    ASSERT(add_driver());
    info.pPrinterName = NAME;
    info.pPortName = paper_file;
    info.pDriverName = DRIVER;
    info.pPrintProcessor = L"WinPrint";
    info.pDatatype = L"RAW";
    printer_of_windows = AddPrinterW(NULL, 2, (BYTE *)&info);
    ASSERT(printer_of_windows != NULL);
    client = open_till("queue", WSY_GBK);
}

static void the_queue_gets_the_receipt_byte_for_byte(void)
{
    static char bytes[4096];
    wsy_reply *receipt = NULL;
    size_t length = 0;
    char *paper;
    int32_t needed = 0;
    customer("130000000000000801", "{\"kind\":\"pays\"}");
    CHECK(wsy_micropay(client, "Q1", "130000000000000801", 1250, NULL, &receipt), WSY_PAID);
    CHECK(wsy_reply_receipt_bytes(receipt, bytes, sizeof bytes, &needed), WSY_OK);
    CHECK(wsy_print_receipt(client, receipt, NAME_IN_GBK, 0, NULL), WSY_OK);
    paper = read_file(paper_file, &length);
    CHECK(length, needed);
    ASSERT(paper != NULL && memcmp(paper, bytes, length) == 0);
    free(paper);
    CHECK(wsy_reply_free(receipt), WSY_OK);
}

static void all_bytes_there_are_arrive(void)
{
    static char bytes[1 << 18];
    size_t n, length = 0;
    char *paper;
    for (n = 0; n < sizeof bytes; n++)
        bytes[n] = (char)(n * 7 >> (n & 3));
    CHECK(wsy_print_bytes(client, bytes, sizeof bytes, NAME_IN_GBK, 0, NULL), WSY_OK);
    paper = read_file(paper_file, &length);
    CHECK(length, sizeof bytes);
    ASSERT(paper != NULL && memcmp(paper, bytes, length) == 0);
    free(paper);
}

static void a_printer_that_is_not_there_is_said_to_be(void)
{
    wsy_reply *reply = NULL;
    char detail[512] = "";
    CHECK(wsy_print_bytes(client, "1", 1, "queue:no such printer", 0, &reply), WSY_ERR_NO_PRINTER);
    CHECK(wsy_reply_text(reply, "detail", detail, sizeof detail, NULL), WSY_OK);
    ASSERT(strstr(detail, "no such printer") != NULL);
    CHECK(wsy_reply_free(reply), WSY_OK);
    CHECK(wsy_print_bytes(client, "1", 1, "device:COM250", 0, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_print_bytes(client, "1", 1, "device:COM250:9600,n,8,1", 0, NULL), WSY_ERR_NO_PRINTER);
    CHECK(wsy_print_bytes(client, "1", 1, "device:COM1:9601,n,8,1", 0, NULL), WSY_ERR_NO_PRINTER);
    /* No file name is the name of a port. */
    CHECK(wsy_print_bytes(client, "1", 1, "device:C:\\windows\\win.ini", 0, NULL), WSY_ERR_NO_PRINTER);
}

static void a_queue_that_is_set_to_work_offline_prints_nothing_now(void)
{
    static BYTE buffer[65536];
    PRINTER_INFO_2W *info = (PRINTER_INFO_2W *)buffer;
    DWORD needed;
    ASSERT(GetPrinterW(printer_of_windows, 2, buffer, sizeof buffer, &needed));
    info->Attributes |= PRINTER_ATTRIBUTE_WORK_OFFLINE;
    ASSERT(SetPrinterW(printer_of_windows, 2, buffer, 0));
    CHECK(wsy_print_bytes(client, "1", 1, NAME_IN_GBK, 0, NULL), WSY_ERR_PRINTER_OFFLINE);
}

static void the_printer_is_taken_away(void)
{
    CHECK(wsy_close(client), WSY_OK);
    ASSERT(DeletePrinter(printer_of_windows));
    ClosePrinter(printer_of_windows);
    ASSERT(DeletePrinterDriverExW(NULL, NULL, DRIVER, 0, 0));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a printer is set up", a_printer_is_set_up},
        {"the queue gets the receipt byte for byte", the_queue_gets_the_receipt_byte_for_byte},
        {"all bytes there are arrive", all_bytes_there_are_arrive},
        {"a printer that is not there is said to be", a_printer_that_is_not_there_is_said_to_be},
        {"a queue that is set to work offline prints nothing now",
         a_queue_that_is_set_to_work_offline_prints_nothing_now},
        {"the printer is taken away", the_printer_is_taken_away},
    };
    return RUN_TESTS(tests, argc, argv);
}
