-- Facts about this store: which mode it was made in, which program wrote last.
CREATE TABLE host_fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Every pack file ever loaded, kept for what refers to it. Never deleted.
CREATE TABLE host_pack_file (
    id {key},
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    loaded_at BIGINT NOT NULL,
    loaded_by TEXT NOT NULL,
    UNIQUE (path, sha256)
);

-- CloudEvents, written in the transaction of what they tell of; kept for days, then swept.
CREATE TABLE host_event (
    id {key},
    time BIGINT NOT NULL,
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX host_event_time ON host_event (time);

-- How far each consumer has read.
CREATE TABLE host_cursor (
    consumer TEXT PRIMARY KEY,
    event_id BIGINT NOT NULL
);

-- Periodic work: when it last ran, and what it said when it failed.
CREATE TABLE host_job (
    name TEXT PRIMARY KEY,
    last_started BIGINT,
    last_succeeded BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    last_error TEXT
);

-- Who did what, when. Append-only.
CREATE TABLE host_audit (
    id {key},
    time BIGINT NOT NULL,
    caller TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
);
