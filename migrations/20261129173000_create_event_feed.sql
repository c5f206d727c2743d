-- The event feed (docs/adr/0022-the-event-feed.md). A change stores a row in `waiting_events` in its own
-- transaction. A sequencer moves committed rows to `events` and gives them their positions.

-- The position of the newest event of each tenant. Whoever holds the lock of the row numbers the tenant's
-- events. Half of each page is free, so that an update stays on its page and touches no index.
CREATE TABLE event_heads (
    tenant_id uuid   NOT NULL,
    sequence  bigint NOT NULL,
    PRIMARY KEY (tenant_id)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000
);

-- Events without a position: for each, the customer and the version that the change made, or the id of
-- an event of a module and version 0. A row lives for milliseconds.
CREATE TABLE waiting_events (
    tenant_id  uuid           NOT NULL,
    at         timestamptz(6) NOT NULL,
    subject_id uuid           NOT NULL,
    version    integer        NOT NULL,
    -- In the order in which the rows are numbered, so that they are read off it without a sort.
    PRIMARY KEY (tenant_id, at, subject_id, version)
) WITH (
    -- As many rows go as come, and the table is all but empty.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000
);

-- The positions. What an event says is in `customer_changes` and `module_events`, so a position costs
-- one narrow row.
CREATE TABLE events (
    tenant_id  uuid    NOT NULL,
    sequence   bigint  NOT NULL,
    subject_id uuid    NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

-- Events of modules. They contain no personal data.
CREATE TABLE module_events (
    tenant_id  uuid                     NOT NULL,
    id         uuid                     NOT NULL,
    at         timestamptz(6)           NOT NULL,
    event_type text         COLLATE "C" NOT NULL,
    data       text                     NOT NULL, -- a JSON object
    PRIMARY KEY (tenant_id, id)
);
