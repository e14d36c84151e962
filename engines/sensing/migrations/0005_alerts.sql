-- What rules of the pack found. One row an alert, whose name is made of rule, subject and time.
CREATE TABLE sensing_alert (
    id TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL,
    -- SHA-256 of the rule's file.
    rule_version TEXT NOT NULL,
    subject TEXT NOT NULL,
    datastream BIGINT NOT NULL,
    title TEXT NOT NULL,
    mode BIGINT NOT NULL,
    label BIGINT NOT NULL,
    -- 0 good to know, 1 somebody should look, 2 severe.
    severity BIGINT NOT NULL,
    -- By the clock of what was observed.
    raised BIGINT NOT NULL,
    -- By ours.
    found BIGINT NOT NULL,
    value TEXT NOT NULL,
    acknowledged BIGINT,
    acknowledged_by TEXT NOT NULL,
    remark TEXT NOT NULL,
    cleared BIGINT,
    -- Of an alert whose rule was taken back.
    is_withdrawn BIGINT NOT NULL
);

CREATE INDEX sensing_alert_subject ON sensing_alert (rule, subject, raised);
CREATE INDEX sensing_alert_time ON sensing_alert (raised, id);

-- What is to be told to whom: written with the alert itself, and marked when it was.
CREATE TABLE sensing_outbox (
    id {key},
    alert TEXT NOT NULL,
    what TEXT NOT NULL,
    -- webhook/<name>, or mail.
    target TEXT NOT NULL,
    written BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Not before.
    due BIGINT NOT NULL,
    sent BIGINT,
    error TEXT NOT NULL,
    UNIQUE (alert, what, target)
);

CREATE INDEX sensing_outbox_due ON sensing_outbox (target, sent, due);

-- How each thing that a rule judges is doing, as of a moment ago: JSON of states by subject. What came since is judged again.
CREATE TABLE sensing_rule_state (
    rule TEXT NOT NULL,
    part BIGINT NOT NULL,
    states TEXT NOT NULL,
    PRIMARY KEY (rule, part)
) {clustered};
