-- What feeds say to the public; one row a notice and mode, so that a recording never overwrites what is live.
CREATE TABLE portal_notice (
    slug TEXT NOT NULL,
    mode BIGINT NOT NULL,
    feed TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    is_over BIGINT NOT NULL,
    longitude {float},
    latitude {float},
    properties TEXT NOT NULL,
    label BIGINT NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (slug, mode)
) {clustered};
CREATE INDEX portal_notice_feed ON portal_notice (feed, source);
