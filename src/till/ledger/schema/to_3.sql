-- Versions 1 and 2 reported each paid bill as paid without recording when: its outcome is the latest moment
-- at which that can have begun. A program that reads the ledger for the first time reads every row.
ALTER TABLE charge ADD COLUMN failed_at INTEGER;
ALTER TABLE charge ADD COLUMN operator_id TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN ended_day TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN told_ms INTEGER;
ALTER TABLE charge ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE charge SET changed = (SELECT writes FROM ledger);
UPDATE charge SET ended_day = date(ended_ms / 1000 + 28800, 'unixepoch') WHERE ended_ms IS NOT NULL;
UPDATE charge SET told_ms = ended_ms WHERE state = 'paid';
CREATE INDEX charge_changed ON charge (changed);
ALTER TABLE refund ADD COLUMN ended_day TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN sent_time TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE refund SET changed = (SELECT writes FROM ledger);
UPDATE refund SET ended_day = date(ended_ms / 1000 + 28800, 'unixepoch') WHERE ended_ms IS NOT NULL;
CREATE INDEX refund_changed ON refund (changed);
ALTER TABLE alarm ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE alarm SET changed = (SELECT writes FROM ledger);
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
    CHECK ((kind = 'charge' AND word IN ('paid', 'not_paid', 'keep'))
        OR (kind = 'refund' AND word IN ('refunded', 'not_refunded', 'keep')))
) STRICT;
CREATE INDEX decision_row ON decision (kind, row_id);
CREATE INDEX decision_changed ON decision (changed);
