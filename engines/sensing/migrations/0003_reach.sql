-- How far from its phenomenon time an observation of a datastream can reach (lengths, result times), microseconds: with
-- it the ends of a datastream are found by a look at a few rows. It only grows; no row where nothing reaches anywhere.
CREATE TABLE obs_reach (
    ds BIGINT NOT NULL PRIMARY KEY,
    longest BIGINT NOT NULL,
    early BIGINT NOT NULL,
    late BIGINT NOT NULL,
    n_early BIGINT NOT NULL,
    n_late BIGINT NOT NULL
);
