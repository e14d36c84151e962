-- Sessions that outlive their connection.
CREATE TABLE mqtt_session (
    id BIGINT PRIMARY KEY,
    -- operator, anonymous, or device with its name and scope: a session belongs to who opened it.
    caller TEXT NOT NULL,
    device TEXT NOT NULL,
    scope TEXT NOT NULL,
    client TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    -- Null while somebody is connected.
    ends BIGINT
);

CREATE TABLE mqtt_subscription (
    session BIGINT NOT NULL,
    filter TEXT NOT NULL,
    -- qos, no local 4, retain as published 8, retain handling 16 and 32.
    options BIGINT NOT NULL,
    identifier BIGINT,
    PRIMARY KEY (session, filter)
);

-- Messages of QoS 1 and 2 that a session has not acknowledged.
CREATE TABLE mqtt_queue (
    session BIGINT NOT NULL,
    n BIGINT NOT NULL,
    qos BIGINT NOT NULL,
    -- 1: the client has it and is to release its id.
    releasing BIGINT NOT NULL,
    retain BIGINT NOT NULL,
    identifiers TEXT NOT NULL,
    topic TEXT NOT NULL,
    payload {bytes} NOT NULL,
    expires BIGINT,
    properties TEXT,
    PRIMARY KEY (session, n)
);

-- Packet ids of QoS 2 messages that came and are not released.
CREATE TABLE mqtt_incoming (
    session BIGINT NOT NULL,
    packet BIGINT NOT NULL,
    PRIMARY KEY (session, packet)
);

CREATE TABLE mqtt_retained (
    topic TEXT PRIMARY KEY,
    qos BIGINT NOT NULL,
    payload {bytes} NOT NULL,
    expires BIGINT,
    properties TEXT
);
