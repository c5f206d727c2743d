-- Tenants and API keys. They are found before the tenant is known, so their primary keys are not led
-- by one. They are few, and on a cluster they stay on one node.

CREATE TABLE tenants (
    id         uuid                     PRIMARY KEY,
    name       text        COLLATE "C"  NOT NULL UNIQUE,
    created_at timestamptz(6)           NOT NULL
);

CREATE TABLE api_keys (
    id          text        COLLATE "C" PRIMARY KEY,
    tenant_id   uuid                    NOT NULL REFERENCES tenants (id),
    scopes      text[]                  NOT NULL,
    secret_hash bytea                   NOT NULL,
    created_at  timestamptz(6)          NOT NULL,
    expires_at  timestamptz(6),
    revoked_at  timestamptz(6)
);

-- Everything else is data of a tenant. `tenant_id` leads every primary key and every unique index, so
-- that a cluster can distribute each table by it. There are no foreign keys: one to `tenants` would tie
-- distributed tables to a local one and lock the tenant's row on every create, and one from a change to
-- its customer would cost a look-up and a row lock to guard what one statement writes together.
--
-- Personal data is sealed before it gets here (docs/adr/0020-personal-data-is-sealed.md). A column that
-- is named `sealed…` holds a sealed value, and no other column holds personal data. Sealed values do not
-- compress, so they are stored as they are.
--
-- Texts that are compared use the collation "C": equality byte for byte, and the cheapest index. A
-- value of exactly 16 bytes is a `uuid`, the type that holds so many without a length. Statuses, types
-- and actions are numbers, which crates/adapter-postgres/src/codes.rs names. Columns of a fixed length
-- come first, wide ones before narrow ones, so that rows have no gaps.

-- The keys of each tenant, wrapped by a master key. Number 0 is the index key, of which the digests are
-- made. The others seal: the one with the greatest number that is not retired seals what is new, and
-- each opens what it sealed.
CREATE TABLE tenant_keys (
    tenant_id  uuid                     NOT NULL,
    number     integer                  NOT NULL,
    created_at timestamptz(6)           NOT NULL DEFAULT now(),
    retired_at timestamptz(6),
    master_key text        COLLATE "C"  NOT NULL, -- id of the master key that wrapped it
    wrapped    bytea                    NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

CREATE TABLE customers (
    tenant_id     uuid                  NOT NULL,
    id            uuid                  NOT NULL,
    created_at    timestamptz(6)        NOT NULL,
    updated_at    timestamptz(6)        NOT NULL,
    status_since  timestamptz(6)        NOT NULL,
    version       integer               NOT NULL,
    status        smallint              NOT NULL,
    customer_type smallint              NOT NULL,
    salt          uuid                  NOT NULL, -- with it the customer's key is derived
    email_digest  uuid                  NOT NULL,
    phone_digest  uuid                  NOT NULL,
    country       text      COLLATE "C" NOT NULL,
    external_id   text      COLLATE "C",
    sealed        bytea                 NOT NULL, -- the profile and the last reason
    PRIMARY KEY (tenant_id, id)
) WITH (
    -- Room on the page for the next version of a row: an edit of sealed data alone stays on its page and
    -- touches no index. A change of status does touch them, since two of them hold the status.
    fillfactor = 90,
    -- A customer is changed a few times soon after its creation. Clean up after a twentieth of the table,
    -- not after a fifth, so that the freed room is used by the creates that follow.
    autovacuum_vacuum_scale_factor = 0.05
);

ALTER TABLE customers ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Each index serves some statements and must not tempt the planner with others, whatever it takes the
-- tables to be like (docs/adr/0012-pages-read-off-an-index.md). So each has a condition that always
-- holds and that only its own statements are seen to meet, and the order of `id` is one that the primary
-- key does not have.

CREATE UNIQUE INDEX customers_email_digest ON customers (tenant_id, email_digest)
    WHERE email_digest IS NOT NULL;

CREATE UNIQUE INDEX customers_external_id ON customers (tenant_id, external_id)
    WHERE external_id IS NOT NULL;

-- One index for each way to walk a list, each ending in `id`, so that a page is read off it in order:
-- the customers of one status and type, those of one country, status and type, those of one phone
-- number. A list by status, by type or by both is merged from fourteen such runs at most, and so is
-- one by country and any of them; an index for each filter alone would be one more to write and would
-- leave the combinations slow. Times of creation need none: an id begins with its own.

CREATE INDEX customers_by_status ON customers (tenant_id, status, customer_type, id NULLS FIRST)
    WHERE status > 0;

CREATE INDEX customers_by_country
    ON customers (tenant_id, country, status, customer_type, id NULLS FIRST)
    WHERE country > '';

CREATE INDEX customers_by_phone ON customers (tenant_id, phone_digest, id NULLS FIRST)
    WHERE phone_digest IS NOT NULL;

-- What was done to a customer: its history, and the events that tell of it. Written once, in the
-- transaction of the change itself.
CREATE TABLE customer_changes (
    tenant_id      uuid                  NOT NULL,
    customer_id    uuid                  NOT NULL,
    id             uuid                  NOT NULL,
    at             timestamptz(6)        NOT NULL,
    version        integer               NOT NULL,
    action         smallint              NOT NULL,
    to_status      smallint              NOT NULL,
    from_status    smallint,                      -- null for a creation
    actor          text      COLLATE "C" NOT NULL,
    decision_id    text      COLLATE "C",
    changed_fields text[],                        -- null for anything but an edit
    sealed_reason  bytea,
    PRIMARY KEY (tenant_id, customer_id, version)
);

-- Decisions that their callers named, each with the customer as the decision left it: what the same
-- decision is answered with when it comes again. Written once, with the change.
CREATE TABLE decisions (
    tenant_id   uuid                  NOT NULL,
    customer_id uuid                  NOT NULL,
    decision_id text      COLLATE "C" NOT NULL,
    sealed      bytea                 NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);

ALTER TABLE decisions ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- The first outcomes of repeatable requests. A record is written once and deleted when it is old.
CREATE TABLE idempotency_records (
    tenant_id   uuid                  NOT NULL,
    resource_id uuid                  NOT NULL,
    recorded_at timestamptz(6)        NOT NULL DEFAULT now(),
    outcome     smallint              NOT NULL, -- a code of the operation
    key_hash    bytea                 NOT NULL, -- of the operation and the key
    fingerprint bytea                 NOT NULL,
    detail      bytea                 NOT NULL, -- what else the response needs
    PRIMARY KEY (tenant_id, key_hash)
) WITH (
    -- As many rows go as come: clean up after a day's fiftieth, not after a fifth of the table.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.05
);

-- For the sweep. A block range index would be cheaper to keep, but its ranges only ever widen as
-- freed pages are filled again, until every sweep reads the whole table.
CREATE INDEX idempotency_records_recorded_at ON idempotency_records (recorded_at);
