-- An archive has these besides the tables of a ledger: the parts of each bill, and how people look for one.
CREATE TABLE part (
    out_trade_no TEXT NOT NULL,
    kind         TEXT NOT NULL,
    row_id       INTEGER NOT NULL,
    PRIMARY KEY (out_trade_no, kind, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_row ON part (kind, row_id);
CREATE INDEX charge_channel ON charge (pay_id) WHERE pay_id <> '';
CREATE INDEX refund_channel ON refund (pay_id) WHERE pay_id <> '';
