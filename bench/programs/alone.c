/*
 * SQLite alone, without the library.
 *
 *     alone open FILE CALLS    opens a ledger as the library does, reads its open rows, and closes it
 *     alone fill FILE ROWS     adds this many charges to a ledger, the last five of them open
 */
#define _POSIX_C_SOURCE 200809L

#include <sqlite3.h>

#include "measure.h"

static void run(sqlite3 *ledger, const char *sql)
{
    char *error = NULL;
    if (sqlite3_exec(ledger, sql, NULL, NULL, &error) != SQLITE_OK)
        fail(sql, error != NULL ? error : "failed");
}

static sqlite3 *opened(const char *file)
{
    sqlite3 *ledger = NULL;
    if (sqlite3_open(file, &ledger) != SQLITE_OK)
        fail(file, "cannot be opened");
    run(ledger, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    return ledger;
}

static void read_open(sqlite3 *ledger)
{
    sqlite3_stmt *rows = NULL;
    int count = 0;
    if (sqlite3_prepare_v2(ledger, "SELECT * FROM charge WHERE state = 'open' ORDER BY id", -1, &rows, NULL) != SQLITE_OK)
        fail("prepare", sqlite3_errmsg(ledger));
    while (sqlite3_step(rows) == SQLITE_ROW)
        count++;
    sqlite3_finalize(rows);
    if (count != 5)
        fail("open rows", "not five");
}

static void fill(sqlite3 *ledger, long rows)
{
    static const char *const insert =
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %ld) "
        "INSERT INTO charge (out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, state, "
        "started_ms, ended_ms, day, dm_id, printinfo) "
        "SELECT printf('B%%07d', n), 1, '215117', 100, '4', '13**************01', "
        "lower(hex(randomblob(16))), IIF(n > %ld - 5, 'open', 'paid'), 1700000000000 + n * 60000, "
        "1700000000000 + n * 60000, date('2020-01-01', (n / 300) || ' days'), printf('dm%%07d', n), "
        "hex(zeroblob(300)) FROM n";
    char sql[1024];
    snprintf(sql, sizeof sql, insert, rows, rows);
    run(ledger, "PRAGMA cache_size = -400000; PRAGMA synchronous = OFF");
    run(ledger, sql);
    run(ledger, "PRAGMA synchronous = FULL");
}

int main(int argc, char **argv)
{
    moment from = now();
    long number, i;

    if (argc < 4)
        fail("alone", "see the source for its usage");
    number = atol(argv[3]);
    if (strcmp(argv[1], "fill") == 0) {
        sqlite3 *ledger = opened(argv[2]);
        fill(ledger, number);
        sqlite3_close(ledger);
        return 0;
    }
    for (i = 0; i < number; i++) {
        sqlite3 *ledger = opened(argv[2]);
        read_open(ledger);
        sqlite3_close(ledger);
    }
    print_per_call(from, now(), number);
    return 0;
}
