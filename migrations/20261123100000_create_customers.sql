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

-- Customer data. `tenant_id` leads every primary key and every unique index, so that a cluster can
-- distribute each table by it. There are no foreign keys: one to `tenants` would tie distributed
-- tables to a local one and lock the tenant's row on every create, and one from a change to its
-- customer would cost a look-up and a row lock to guard what one statement writes together.
--
-- Texts that are compared use the collation "C": equality byte for byte, and the cheapest index.

CREATE TABLE customers (
    tenant_id     uuid                  NOT NULL,
    id            uuid                  NOT NULL,
    customer_type text                  NOT NULL,
    first_name    text                  NOT NULL,
    last_name     text                  NOT NULL,
    email         text                  NOT NULL,
    email_key     text      COLLATE "C" NOT NULL, -- folded by the program, never by the database
    phone         text      COLLATE "C" NOT NULL,
    line1         text                  NOT NULL,
    line2         text,
    city          text                  NOT NULL,
    state         text                  NOT NULL,
    zip_code      text                  NOT NULL,
    country       text      COLLATE "C" NOT NULL,
    external_id   text      COLLATE "C",
    metadata      jsonb                 NOT NULL,
    status        text      COLLATE "C" NOT NULL,
    status_reason text,
    version       integer               NOT NULL,
    created_at    timestamptz(6)        NOT NULL,
    updated_at    timestamptz(6)        NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT customers_status_is_known CHECK (status IN (
        'pending_kyc', 'in_review', 'action_required', 'active', 'suspended', 'rejected', 'closed'
    )),
    CONSTRAINT customers_version_is_positive CHECK (version > 0)
) WITH (fillfactor = 90); -- room on the page for the next version of a row whose status changes

CREATE UNIQUE INDEX customers_email_key ON customers (tenant_id, email_key);

CREATE UNIQUE INDEX customers_external_id ON customers (tenant_id, external_id)
    WHERE external_id IS NOT NULL;

-- What was done to a customer: its history, and the events that tell of it. Written once, in the
-- transaction of the change itself.
CREATE TABLE customer_changes (
    tenant_id      uuid                  NOT NULL,
    customer_id    uuid                  NOT NULL,
    version        integer               NOT NULL,
    id             uuid                  NOT NULL,
    action         text      COLLATE "C" NOT NULL,
    from_status    text      COLLATE "C",
    to_status      text      COLLATE "C" NOT NULL,
    changed_fields text[]                NOT NULL,
    reason         text,
    decision_id    text      COLLATE "C",
    actor          text      COLLATE "C" NOT NULL,
    at             timestamptz(6)        NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, version)
);

-- The first answers to repeatable requests. A record is written once and deleted when it is old.
CREATE TABLE idempotency_records (
    tenant_id           uuid                  NOT NULL,
    operation           text      COLLATE "C" NOT NULL,
    key_hash            bytea                 NOT NULL,
    fingerprint         bytea                 NOT NULL,
    outcome             text      COLLATE "C" NOT NULL,
    customer_id         uuid                  NOT NULL,
    customer_status     text      COLLATE "C", -- with `outcome` 'created' alone, as the next one
    customer_created_at timestamptz(6),
    recorded_at         timestamptz(6)        NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, operation, key_hash),
    CONSTRAINT idempotency_records_outcome_is_known CHECK (
        outcome IN ('created', 'email_taken', 'external_id_taken')
    )
) WITH (
    -- As many rows go as come: clean up after a day's fiftieth, not after a fifth of the table.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.05
);

-- For the sweep. A block range index would be cheaper to keep, but its ranges only ever widen as
-- freed pages are filled again, until every sweep reads the whole table.
CREATE INDEX idempotency_records_recorded_at ON idempotency_records (recorded_at);
