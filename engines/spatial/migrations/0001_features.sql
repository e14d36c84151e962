-- What feeds draw on the map. Name (a text in several languages), geometry (GeoJSON) and properties are JSON; the box
-- around the geometry is in degrees, and its index is in memory.
CREATE TABLE spatial_feature (
    id {key},
    -- The feed.
    collection TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    geometry TEXT NOT NULL,
    properties TEXT NOT NULL,
    west {float} NOT NULL,
    south {float} NOT NULL,
    east {float} NOT NULL,
    north {float} NOT NULL,
    -- 1 is public.
    label BIGINT NOT NULL,
    mode BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    written BIGINT NOT NULL
);
CREATE INDEX spatial_feature_collection ON spatial_feature (collection, id);
