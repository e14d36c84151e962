-- Who brought observations: a feed, device, file or person, with the version of the pack that described it.
CREATE TABLE obs_source (
    id {key},
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    pack_version TEXT NOT NULL,
    mode BIGINT NOT NULL,
    UNIQUE (kind, slug, pack_version, mode)
);

-- Rows as they arrive. Time comes first in the key: twenty thousand datastreams in turn then fill the same few pages.
CREATE TABLE obs_hot (
    t BIGINT NOT NULL,
    ds BIGINT NOT NULL,
    n BIGINT NOT NULL,
    v {float},
    f BIGINT NOT NULL,
    lag BIGINT NOT NULL,
    src BIGINT NOT NULL,
    x {bytes},
    PRIMARY KEY (t, ds, n)
) {clustered};

-- Sealed rows: level | bucket | datastream | part in the key, statistics in columns, rows in the blob.
CREATE TABLE obs_block (
    id {key},
    n BIGINT NOT NULL,
    tmin BIGINT NOT NULL,
    tmax BIGINT NOT NULL,
    numbers BIGINT NOT NULL,
    vsum {float} NOT NULL,
    vmin {float} NOT NULL,
    vmax {float} NOT NULL,
    vfirst {float} NOT NULL,
    vlast {float} NOT NULL,
    suspect BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    estimated BIGINT NOT NULL,
    simulated BIGINT NOT NULL,
    b {bytes} NOT NULL
);

-- Hour roll-ups of a month of a datastream; the key is that of a month block.
CREATE TABLE obs_rollup (
    id {key},
    b {bytes} NOT NULL
);

-- What is sealed of each datastream. Hot rows are not in it, so that ingest never writes here.
CREATE TABLE obs_stream (
    ds BIGINT NOT NULL PRIMARY KEY,
    n BIGINT NOT NULL,
    tmin BIGINT NOT NULL,
    last {bytes} NOT NULL,
    calendar {bytes} NOT NULL
);

-- Earlier results of corrected, superseded and deleted observations.
CREATE TABLE obs_revision (
    ds BIGINT NOT NULL,
    t BIGINT NOT NULL,
    n BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    was {bytes} NOT NULL,
    PRIMARY KEY (ds, t, n, revision)
) {clustered};

-- What became of all that was received: one row a source and outcome. Received is their sum.
CREATE TABLE obs_counter (
    source BIGINT NOT NULL,
    outcome BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (source, outcome)
) {clustered};
