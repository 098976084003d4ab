-- An order belongs to one charge forever. Version 1 let a paid charge take the order of an open one, which
-- then needs a person. It did not record the platform's response to an open refund, which may have been an
-- acceptance.
ALTER TABLE charge ADD COLUMN server TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN said TEXT NOT NULL DEFAULT 'nothing';
ALTER TABLE charge ADD COLUMN tie INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN quiet_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN denials INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN to_void INTEGER NOT NULL DEFAULT 0;
UPDATE charge SET tie = 4, said = 'paid' WHERE state = 'paid';
UPDATE charge SET said = 'paying' WHERE state = 'open' AND dm_id <> '';
UPDATE charge SET tie = 4 WHERE state = 'open' AND dm_id <> '' AND NOT EXISTS
    (SELECT 1 FROM charge AS other WHERE other.dm_id = charge.dm_id AND other.id <> charge.id
     AND (other.state = 'paid' OR (other.state = 'open' AND other.id < charge.id)));
UPDATE charge SET needs_person = 'its order ' || dm_id || ' was reported as the payment of another bill', dm_id = ''
    WHERE state = 'open' AND dm_id <> '' AND tie = 0;
UPDATE charge SET said = 'paid_otherwise' WHERE state = 'open' AND needs_person <> '';
DROP INDEX charge_order;
CREATE UNIQUE INDEX charge_order ON charge (dm_id) WHERE tie >= 3;
CREATE INDEX charge_to_void ON charge (id) WHERE to_void = 1;
ALTER TABLE refund ADD COLUMN server TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN said TEXT NOT NULL DEFAULT 'nothing';
ALTER TABLE refund ADD COLUMN said_time TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN quiet_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refund ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refund ADD COLUMN lines TEXT NOT NULL DEFAULT '';
UPDATE refund SET said = 'accepted' WHERE state IN ('refunded', 'open');
UPDATE refund SET lines = pay_id || '|' || pay_time || '|-' || refund_fen WHERE state = 'refunded' AND pay_id <> '';
