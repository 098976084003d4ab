-- Bills may be in an archive file; the ledger keeps their numbers. Auth codes are recognised by a keyed
-- print. The ledger knows how many writes its file has without the journal.
ALTER TABLE ledger ADD COLUMN codes_keyed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN archived_until TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN writes_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN collected INTEGER NOT NULL DEFAULT 0;
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
CREATE INDEX charge_kept_code ON charge (ended_day) WHERE auth_code IS NOT NULL AND state <> 'open';
CREATE INDEX refund_bill ON refund (out_trade_no);
CREATE INDEX alarm_bill ON alarm (out_trade_no);
CREATE INDEX alarm_order ON alarm (dm_id);
