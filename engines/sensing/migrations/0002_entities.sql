-- What SensorThings 1.1 calls entities. Names, descriptions and meanings are texts in several languages, as JSON
-- ({"en": "…"}); `body` is the rest of what the API shows, as JSON by the standard's names.
CREATE TABLE sensing_thing (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);
CREATE INDEX sensing_thing_feed ON sensing_thing (feed, id);

CREATE TABLE sensing_location (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- The feature of interest made of it, for observations that come without one.
    feature BIGINT
);

CREATE TABLE sensing_sensor (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE TABLE sensing_property (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE TABLE sensing_feature (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE TABLE sensing_datastream (
    id {key},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    label BIGINT NOT NULL,
    feed TEXT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    thing BIGINT NOT NULL,
    sensor BIGINT NOT NULL,
    property BIGINT NOT NULL,
    mode BIGINT NOT NULL,
    -- Words of `datastream`: what results it takes, which of two differing ones stays, what its key holds.
    accepts TEXT NOT NULL,
    policy TEXT NOT NULL,
    class TEXT NOT NULL,
    retention TEXT NOT NULL,
    -- 0: nobody said after what age a value is stale.
    freshness_seconds BIGINT NOT NULL,
    meaning TEXT NOT NULL
);
CREATE INDEX sensing_datastream_thing ON sensing_datastream (thing, id);
CREATE INDEX sensing_datastream_sensor ON sensing_datastream (sensor, id);
CREATE INDEX sensing_datastream_property ON sensing_datastream (property, id);
CREATE INDEX sensing_datastream_feed ON sensing_datastream (feed, id);

-- Where a thing is now, and where it has been since when.
CREATE TABLE sensing_thing_location (
    thing BIGINT NOT NULL,
    location BIGINT NOT NULL,
    PRIMARY KEY (thing, location)
) {clustered};
CREATE INDEX sensing_thing_location_location ON sensing_thing_location (location);

CREATE TABLE sensing_history (
    id {key},
    thing BIGINT NOT NULL,
    t BIGINT NOT NULL
);
CREATE INDEX sensing_history_thing ON sensing_history (thing, t);

CREATE TABLE sensing_history_location (
    history BIGINT NOT NULL,
    location BIGINT NOT NULL,
    PRIMARY KEY (history, location)
) {clustered};
CREATE INDEX sensing_history_location_location ON sensing_history_location (location);

-- The feature of a datastream's observations from `since` (phenomenon time) on, where they name none themselves.
CREATE TABLE sensing_datastream_feature (
    datastream BIGINT NOT NULL,
    since BIGINT NOT NULL,
    feature BIGINT NOT NULL,
    PRIMARY KEY (datastream, since)
) {clustered};
CREATE INDEX sensing_datastream_feature_feature ON sensing_datastream_feature (feature);

-- Datastreams some of whose observations name this feature.
CREATE TABLE sensing_feature_datastream (
    feature BIGINT NOT NULL,
    datastream BIGINT NOT NULL,
    PRIMARY KEY (feature, datastream)
) {clustered};
CREATE INDEX sensing_feature_datastream_datastream ON sensing_feature_datastream (datastream);

-- The last id given out of each kind: none is given twice, whatever was deleted.
CREATE TABLE sensing_last_id (
    kind TEXT NOT NULL PRIMARY KEY,
    id BIGINT NOT NULL
);
