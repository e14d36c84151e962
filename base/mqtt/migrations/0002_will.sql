-- What is to be said of a client that goes without a word, while it is connected: a server that is killed says it at its
-- next start.
CREATE TABLE mqtt_will (
    -- The connection's number, which no other has while this row is there.
    link BIGINT PRIMARY KEY,
    caller TEXT NOT NULL,
    device TEXT NOT NULL,
    scope TEXT NOT NULL,
    client TEXT NOT NULL,
    -- How long it waits for the client to come back, and how long it is of any use to its readers.
    delay BIGINT NOT NULL,
    seconds BIGINT,
    qos BIGINT NOT NULL,
    retain BIGINT NOT NULL,
    topic TEXT NOT NULL,
    payload {bytes} NOT NULL,
    -- As a message has it; a will has no such time, `seconds` begin when it is published.
    expires BIGINT,
    properties TEXT
);
