-- What is remembered of each address of each feed, on the feed's own clock; counters are of its whole life.
CREATE TABLE intake_source (
    feed TEXT NOT NULL,
    pull TEXT NOT NULL,
    last_asked BIGINT,
    last_good BIGINT,
    newest BIGINT,
    last_error_at BIGINT,
    last_error TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    etag TEXT,
    last_modified TEXT,
    answers BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    broken BIGINT NOT NULL DEFAULT 0,
    records BIGINT NOT NULL DEFAULT 0,
    mapped BIGINT NOT NULL DEFAULT 0,
    quarantined BIGINT NOT NULL DEFAULT 0,
    observations BIGINT NOT NULL DEFAULT 0,
    stored BIGINT NOT NULL DEFAULT 0,
    duplicate BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (feed, pull)
) {clustered};

-- Refused observations by reason.
CREATE TABLE intake_refusal (
    feed TEXT NOT NULL,
    pull TEXT NOT NULL,
    reason TEXT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (feed, pull, reason)
) {clustered};

-- Records that did not map: the latest of each address.
CREATE TABLE intake_quarantine (
    id {key},
    feed TEXT NOT NULL,
    pull TEXT NOT NULL,
    at BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    record TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX intake_quarantine_pull ON intake_quarantine (feed, pull, id);

-- The last broken answer of each address, its beginning, for diagnosis.
CREATE TABLE intake_broken (
    feed TEXT NOT NULL,
    pull TEXT NOT NULL,
    at BIGINT NOT NULL,
    error TEXT NOT NULL,
    length BIGINT NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (feed, pull)
) {clustered};
