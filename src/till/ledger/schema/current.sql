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
    failed_dm_id TEXT NOT NULL DEFAULT '',
    UNIQUE (out_trade_no, attempt),
    CHECK (state NOT IN ('paid', 'not_sent') OR auth_code IS NULL)
) STRICT;
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
CREATE INDEX charge_kept_code ON charge (ended_day) WHERE auth_code IS NOT NULL AND state <> 'open';
CREATE INDEX charge_changed ON charge (changed);
CREATE INDEX charge_money ON charge (out_trade_no, attempt, total_fen, state, dm_id, auth_code);
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
CREATE UNIQUE INDEX refund_open ON refund (dm_id) WHERE state = 'open';
CREATE INDEX refund_order ON refund (dm_id);
CREATE INDEX refund_bill ON refund (out_trade_no);
CREATE INDEX refund_day ON refund (day);
CREATE INDEX refund_ended ON refund (ended_day) WHERE ended_day <> '' AND ended_day <> day;
CREATE INDEX refund_there ON refund (substr(pay_time, 1, 10))
    WHERE pay_time <> '' AND substr(pay_time, 1, 10) <> day AND substr(pay_time, 1, 10) <> ended_day;
CREATE INDEX refund_unreconciled ON refund (id) WHERE reconciled = 0;
CREATE INDEX refund_changed ON refund (changed);
CREATE INDEX refund_money ON refund (out_refund_no, out_trade_no, dm_id, refund_fen, state, before);
CREATE TABLE alarm (
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    out_trade_no    TEXT NOT NULL,
    dm_id           TEXT NOT NULL,
    here_fen        INTEGER NOT NULL,
    there_fen       INTEGER NOT NULL,
    raised_ms       INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    changed         INTEGER NOT NULL DEFAULT 0,
    charge          INTEGER,
    UNIQUE (kind, out_trade_no, dm_id, there_fen)
) STRICT;
CREATE INDEX alarm_raised ON alarm (id) WHERE acknowledged_ms IS NULL;
CREATE INDEX alarm_bill ON alarm (out_trade_no);
CREATE INDEX alarm_order ON alarm (dm_id);
CREATE INDEX alarm_changed ON alarm (changed);
CREATE TABLE decision (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    row_id     INTEGER NOT NULL,
    word       TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    why        TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    day        TEXT NOT NULL DEFAULT '',
    CHECK ((kind = 'charge' AND word IN ('paid', 'not_paid', 'keep'))
        OR (kind = 'refund' AND word IN ('refunded', 'not_refunded', 'keep')))
) STRICT;
CREATE INDEX decision_row ON decision (kind, row_id);
CREATE INDEX decision_day ON decision (day);
CREATE INDEX decision_changed ON decision (changed);
CREATE TABLE ledger (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    id     TEXT NOT NULL,
    host   TEXT NOT NULL,
    folder TEXT NOT NULL,
    writes INTEGER NOT NULL,
    heard  INTEGER NOT NULL DEFAULT 0,
    codes_keyed    INTEGER NOT NULL DEFAULT 0,
    archived       INTEGER NOT NULL DEFAULT 0,
    archived_until TEXT NOT NULL DEFAULT '',
    writes_sum     INTEGER NOT NULL DEFAULT 0,
    collected      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE day (
    day       TEXT PRIMARY KEY,
    closed_ms INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    changed   INTEGER NOT NULL
) STRICT;
CREATE TABLE archived_bill (
    out_trade_no TEXT PRIMARY KEY,
    parts        INTEGER NOT NULL,
    written      INTEGER NOT NULL,
    changed      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE archived_refund (
    out_refund_no TEXT PRIMARY KEY,
    out_trade_no  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger VALUES (1, lower(hex(randomblob(16))), '', '', 0, 0, 1, 0, '', 0, 0);
