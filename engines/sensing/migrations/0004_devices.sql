-- When a source was last heard, beside what became of what it brought.
ALTER TABLE obs_counter ADD COLUMN last BIGINT NOT NULL DEFAULT 0;

-- The posts of the city: each keeps its name and its datastreams while the hardware that fills it comes and goes.
CREATE TABLE sensing_device (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    -- The beginning of the slugs it may write.
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    label BIGINT NOT NULL,
    state TEXT NOT NULL,
    is_silent BIGINT NOT NULL,
    -- Of the hardware that stands there now.
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    firmware TEXT NOT NULL,
    -- A datastream that says how full its battery is.
    battery TEXT,
    silence_seconds BIGINT NOT NULL,
    -- SHA-256 of the key that it has.
    key_digest TEXT,
    registered BIGINT NOT NULL
);

-- What happened to a device, in order; never changed.
CREATE TABLE sensing_device_event (
    device BIGINT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (device, n)
) {clustered};
