-- Both tables take new states, and a CHECK cannot be altered. Every report was made before this version, by
-- its last write at the latest, and was received. That includes payments found by a recovery or a
-- reconciliation: an earlier version reported them as paid on every call, and kept no note of that. Rows
-- count as never reconciled from this version on, and for a week before it.
ALTER TABLE charge RENAME TO charge_before;
DROP INDEX charge_order;
DROP INDEX charge_to_void;
DROP INDEX charge_open;
DROP INDEX charge_day;
DROP INDEX charge_code;
DROP INDEX charge_changed;
DROP INDEX charge_money;
CREATE TABLE charge (
    id           INTEGER PRIMARY KEY,
    out_trade_no TEXT NOT NULL,
    attempt      INTEGER NOT NULL,
    device_id    TEXT NOT NULL,
    total_fen    INTEGER NOT NULL CHECK (total_fen > 0),
    paytype      TEXT NOT NULL,
    code_masked  TEXT NOT NULL,
    code_print   TEXT NOT NULL,
    auth_code    TEXT,
    state        TEXT NOT NULL CHECK (state IN ('open', 'paid', 'not_paid', 'not_sent', 'decided_paid', 'decided_not_paid')),
    started_ms   INTEGER NOT NULL,
    ended_ms     INTEGER,
    day          TEXT NOT NULL,
    dm_id        TEXT NOT NULL DEFAULT '',
    pay_id       TEXT NOT NULL DEFAULT '',
    pay_time     TEXT NOT NULL DEFAULT '',
    openid       TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    printinfo    TEXT NOT NULL DEFAULT '',
    needs_person TEXT NOT NULL DEFAULT '',
    server       TEXT NOT NULL DEFAULT '',
    said         TEXT NOT NULL DEFAULT 'nothing',
    tie          INTEGER NOT NULL DEFAULT 0,
    declined     INTEGER NOT NULL DEFAULT 0,
    ended        INTEGER NOT NULL DEFAULT 0,
    quiet_ms     INTEGER NOT NULL DEFAULT 0,
    denials      INTEGER NOT NULL DEFAULT 0,
    to_void      INTEGER NOT NULL DEFAULT 0,
    failed_at    INTEGER,
    operator_id  TEXT NOT NULL DEFAULT '',
    ended_day    TEXT NOT NULL DEFAULT '',
    told_ms      INTEGER,
    changed      INTEGER NOT NULL DEFAULT 0,
    told_in      INTEGER NOT NULL DEFAULT 0,
    unfinished   INTEGER NOT NULL DEFAULT 0,
    reconciled   INTEGER NOT NULL DEFAULT 0,
    late_day     TEXT NOT NULL DEFAULT '',
    placeholders TEXT NOT NULL DEFAULT '',
    pay_type     TEXT NOT NULL DEFAULT '',
    pay_name     TEXT NOT NULL DEFAULT '',
    UNIQUE (out_trade_no, attempt),
    CHECK (state NOT IN ('paid', 'not_sent') OR auth_code IS NULL)
) STRICT;
INSERT INTO charge (
    id, out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, auth_code, state,
    started_ms, ended_ms, day, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person, server, said,
    tie, declined, ended, quiet_ms, denials, to_void, failed_at, operator_id, ended_day, told_ms, changed
) SELECT
    id, out_trade_no, attempt, device_id, total_fen, pay_type, code_masked, code_print, auth_code, state,
    started_ms, ended_ms, day, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person, server, said,
    tie, declined, ended, quiet_ms, denials, to_void, failed_at, operator_id, ended_day, told_ms, changed
FROM charge_before;
DROP TABLE charge_before;
CREATE UNIQUE INDEX charge_order ON charge (dm_id) WHERE tie >= 3;
CREATE INDEX charge_to_void ON charge (id) WHERE to_void = 1;
CREATE INDEX charge_open ON charge (id) WHERE state = 'open';
CREATE INDEX charge_unfinished ON charge (id) WHERE unfinished = 1;
CREATE INDEX charge_unreconciled ON charge (id) WHERE reconciled = 0;
CREATE INDEX charge_day ON charge (day);
CREATE INDEX charge_ended ON charge (ended_day) WHERE ended_day <> '' AND ended_day <> day;
CREATE INDEX charge_late ON charge (late_day) WHERE late_day <> '';
CREATE INDEX charge_there ON charge (substr(pay_time, 1, 10))
    WHERE pay_time <> '' AND substr(pay_time, 1, 10) <> day AND substr(pay_time, 1, 10) <> ended_day;
CREATE INDEX charge_code ON charge (code_print);
CREATE INDEX charge_changed ON charge (changed);
CREATE INDEX charge_money ON charge (out_trade_no, attempt, total_fen, state, dm_id, auth_code);
UPDATE charge SET told_ms = ended_ms WHERE state = 'paid' AND told_ms IS NULL AND to_void = 0;
UPDATE charge SET told_ms = (
    SELECT MIN(raised_ms) FROM alarm WHERE kind = 'paid_there' AND alarm.out_trade_no = charge.out_trade_no
) WHERE state = 'not_paid';
UPDATE charge SET told_in = changed WHERE told_ms IS NOT NULL;
UPDATE charge SET reconciled = 1 WHERE state <> 'open' AND day < (SELECT date(MAX(day), '-7 days') FROM charge);
ALTER TABLE refund RENAME TO refund_before;
DROP INDEX refund_open;
DROP INDEX refund_order;
DROP INDEX refund_day;
DROP INDEX refund_changed;
DROP INDEX refund_money;
CREATE TABLE refund (
    id            INTEGER PRIMARY KEY,
    out_refund_no TEXT NOT NULL UNIQUE,
    out_trade_no  TEXT NOT NULL,
    dm_id         TEXT NOT NULL,
    device_id     TEXT NOT NULL,
    refund_fen    INTEGER NOT NULL CHECK (refund_fen > 0),
    state         TEXT NOT NULL
                  CHECK (state IN ('open', 'refunded', 'not_refunded', 'not_sent', 'conflict',
                                   'decided_refunded', 'decided_not_refunded')),
    before        TEXT NOT NULL,
    started_ms    INTEGER NOT NULL,
    ended_ms      INTEGER,
    day           TEXT NOT NULL,
    pay_id        TEXT NOT NULL DEFAULT '',
    pay_time      TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    printinfo     TEXT NOT NULL DEFAULT '',
    server        TEXT NOT NULL DEFAULT '',
    said          TEXT NOT NULL DEFAULT 'nothing',
    said_time     TEXT NOT NULL DEFAULT '',
    quiet_ms      INTEGER NOT NULL DEFAULT 0,
    unseen        INTEGER NOT NULL DEFAULT 0,
    lines         TEXT NOT NULL DEFAULT '',
    ended_day     TEXT NOT NULL DEFAULT '',
    sent_time     TEXT NOT NULL DEFAULT '',
    changed       INTEGER NOT NULL DEFAULT 0,
    reconciled    INTEGER NOT NULL DEFAULT 0,
    operator_id   TEXT NOT NULL DEFAULT '',
    paytype       TEXT NOT NULL DEFAULT '',
    pay_type      TEXT NOT NULL DEFAULT '',
    pay_name      TEXT NOT NULL DEFAULT '',
    refund_id     TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO refund (
    id, out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, before, started_ms, ended_ms, day,
    refund_id, pay_time, reason, printinfo, server, said, said_time, quiet_ms, unseen, lines, ended_day,
    sent_time, changed
) SELECT
    id, out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, before, started_ms, ended_ms, day,
    pay_id, pay_time, reason, printinfo, server, said, said_time, quiet_ms, unseen, lines, ended_day,
    sent_time, changed
FROM refund_before;
DROP TABLE refund_before;
CREATE UNIQUE INDEX refund_open ON refund (dm_id) WHERE state = 'open';
CREATE INDEX refund_order ON refund (dm_id);
CREATE INDEX refund_day ON refund (day);
CREATE INDEX refund_ended ON refund (ended_day) WHERE ended_day <> '' AND ended_day <> day;
CREATE INDEX refund_there ON refund (substr(pay_time, 1, 10))
    WHERE pay_time <> '' AND substr(pay_time, 1, 10) <> day AND substr(pay_time, 1, 10) <> ended_day;
CREATE INDEX refund_unreconciled ON refund (id) WHERE reconciled = 0;
CREATE INDEX refund_changed ON refund (changed);
CREATE INDEX refund_money ON refund (out_refund_no, out_trade_no, dm_id, refund_fen, state, before);
UPDATE refund SET paytype = COALESCE(
    (SELECT paytype FROM charge WHERE charge.dm_id = refund.dm_id AND tie >= 3),
    (SELECT paytype FROM charge WHERE charge.out_trade_no = refund.out_trade_no ORDER BY state = 'paid' DESC, attempt DESC LIMIT 1),
    ''
);
UPDATE refund SET reconciled = 1 WHERE state NOT IN ('open', 'conflict')
    AND day < (SELECT date(MAX(day), '-7 days') FROM refund);
ALTER TABLE alarm ADD COLUMN charge INTEGER;
ALTER TABLE decision ADD COLUMN day TEXT NOT NULL DEFAULT '';
UPDATE decision SET day = date(decided_ms / 1000 + 28800, 'unixepoch');
CREATE INDEX decision_day ON decision (day);
ALTER TABLE ledger ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
UPDATE ledger SET heard = writes;
CREATE TABLE day (
    day       TEXT PRIMARY KEY,
    closed_ms INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    changed   INTEGER NOT NULL
) STRICT;
