CREATE TABLE IF NOT EXISTS devices (
    device_id   TEXT PRIMARY KEY,
    key         TEXT NOT NULL,
    client_name TEXT NOT NULL,
    overrides   TEXT NOT NULL,
    deleted     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS activation_codes (
    code    TEXT PRIMARY KEY,
    used_by TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS wallets (
    wallet_id   INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    balance_fen INTEGER NOT NULL,
    behaviour   TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS auth_codes (
    auth_code  TEXT PRIMARY KEY,
    wallet_id  INTEGER NOT NULL REFERENCES wallets,
    expires_ms INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS bills (
    number    INTEGER PRIMARY KEY,
    auth_code TEXT NOT NULL,
    device_id TEXT NOT NULL,
    wallet_id INTEGER NOT NULL REFERENCES wallets,
    channel   TEXT NOT NULL,
    total_fen INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL,
    state     TEXT NOT NULL,
    paying    INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS bills_by_auth_code ON bills (auth_code, number);
CREATE INDEX IF NOT EXISTS paying_bills ON bills (number) WHERE paying = 1;

CREATE TABLE IF NOT EXISTS refunds (
    pay_id      TEXT PRIMARY KEY,
    number      INTEGER NOT NULL REFERENCES bills,
    refund_fen  INTEGER NOT NULL,
    refunded_ms INTEGER NOT NULL,
    made_by     TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_of_bill ON refunds (number);
