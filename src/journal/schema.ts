/** Marks the file as ours in SQLite's header ("EBJ1"), so that no other program's database is taken for a journal. */
export const APPLICATION_ID = 0x45_42_4a_31

/**
 * Each step leads from schema n to n + 1; append only. A step runs in rollback-journal mode, never in WAL: the version in
 * the main file's header is then always the true one, and an older program can read it without touching the file.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE orders (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    access_method_id TEXT,
    fence INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('accepted', 'writing', 'verified', 'ended')),
    accepted_at TEXT NOT NULL,
    encoder_id TEXT,
    intent TEXT,
    ending TEXT,
    ended_at TEXT,
    CHECK (phase NOT IN ('writing', 'verified') OR intent IS NOT NULL),
    CHECK ((phase = 'ended') = (ending IS NOT NULL)),
    CHECK ((ending IS NULL) = (ended_at IS NULL))
  ) STRICT;
  CREATE INDEX orders_by_fence ON orders (access_method_id, fence) WHERE access_method_id IS NOT NULL;
  CREATE INDEX orders_open ON orders (seq) WHERE phase <> 'ended';

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE REFERENCES orders (order_id),
    created_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'acknowledged', 'refused')),
    reason TEXT
  ) STRICT;
  CREATE INDEX outbox_unsettled ON outbox (state, id) WHERE state <> 'acknowledged';

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    order_id TEXT,
    ordered_by TEXT,
    encoder_id TEXT,
    uid TEXT,
    outcome TEXT
  ) STRICT;
  CREATE INDEX audit_by_time ON audit (at);
  CREATE TABLE audit_retention (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), pruned_before TEXT NOT NULL) STRICT;
  INSERT INTO audit_retention VALUES (1, '');
  CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
  CREATE TRIGGER audit_goes_by_age_only BEFORE DELETE ON audit
    WHEN OLD.at >= (SELECT pruned_before FROM audit_retention)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

  CREATE TABLE pairing (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    hub_endpoint TEXT NOT NULL,
    bridge_id TEXT NOT NULL,
    acs_system_id TEXT NOT NULL,
    token TEXT NOT NULL
  ) STRICT;
  CREATE TABLE site_keys (
    version INTEGER PRIMARY KEY CHECK (version BETWEEN 1 AND 255),
    key BLOB NOT NULL CHECK (length(key) = 32),
    is_current INTEGER NOT NULL CHECK (is_current IN (0, 1))
  ) STRICT;
  CREATE UNIQUE INDEX site_keys_one_current ON site_keys (is_current) WHERE is_current = 1;
  CREATE TABLE encoders (identity TEXT PRIMARY KEY, encoder_id TEXT NOT NULL UNIQUE) STRICT;
  `,
  `
  CREATE TABLE devices (name TEXT PRIMARY KEY, identity TEXT NOT NULL UNIQUE) STRICT;
  `,
  `
  UPDATE orders SET intent = json_insert(intent, '$.kind', 'card') WHERE intent IS NOT NULL;
  `,
  // The first version did not journal what made the plan: which layout it was is not known, and no layout has this name.
  `
  UPDATE orders SET intent = json_insert(intent, '$.layout', '') WHERE json_extract(intent, '$.kind') = 'card';
  `,
  `
  ALTER TABLE pairing ADD COLUMN machine TEXT NOT NULL DEFAULT '[]';
  `,
  `
  CREATE TABLE clerks (
    clerk_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL CHECK (role IN ('installer', 'operator', 'read_only')),
    pin_hash TEXT,
    badge_hash TEXT UNIQUE,
    tried_pins INTEGER NOT NULL,
    wait_until TEXT
  ) STRICT;
  CREATE TABLE pages (
    cookie_hash TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('installer', 'operator', 'read_only')),
    expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE order_owners (order_id TEXT PRIMARY KEY, owner TEXT NOT NULL, owned_at TEXT NOT NULL) STRICT;
  CREATE TABLE badge_key (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
  ) STRICT;
  `,
]

export const SCHEMA_VERSION = migrations.length
