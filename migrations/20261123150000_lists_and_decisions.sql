-- One index for each way to walk a list, each ending in `id`, so that a page is read off it in order:
-- the customers of one status and type, those of one country, status and type, those of one phone
-- number. A list by status, by type or by both is merged from fourteen such runs at most, and so is
-- one by country and any of them; an index for each filter alone would be one more to write and would
-- leave the combinations slow. Times of creation need none: an id begins with its own.
--
-- Each of them serves one statement and must not tempt the planner with another, whatever it takes the
-- tables to be like (docs/adr/0012-pages-read-off-an-index.md). So each has a condition that always
-- holds and that only a statement with the right filter is seen to meet; the order of `id` is one that
-- the primary key does not have; and the two with a status name the collation of the type differently,
-- for "POSIX" is "C".

CREATE INDEX customers_by_status
    ON customers (tenant_id, status, customer_type COLLATE "C", id NULLS FIRST)
    WHERE status IS NOT NULL;

CREATE INDEX customers_by_country
    ON customers (tenant_id, country, status, customer_type COLLATE "POSIX", id NULLS FIRST)
    WHERE country IS NOT NULL;

CREATE INDEX customers_by_phone ON customers (tenant_id, phone, id NULLS FIRST)
    WHERE phone IS NOT NULL;

-- The same for the email, so that a look-up by id has the primary key alone to choose.
DROP INDEX customers_email_key;

CREATE UNIQUE INDEX customers_email_key ON customers (tenant_id, email_key)
    WHERE email_key IS NOT NULL;

-- Decisions that their callers named, each with the customer as the decision left it: what the same
-- decision is told when it comes again. Written once, with the change; the columns are those of
-- `customers`. The reason that was given is the customer's `status_reason`.
CREATE TABLE decisions (
    tenant_id     uuid                  NOT NULL,
    decision_id   text      COLLATE "C" NOT NULL,
    verb          text      COLLATE "C" NOT NULL,
    id            uuid                  NOT NULL, -- of the customer
    customer_type text                  NOT NULL,
    first_name    text                  NOT NULL,
    last_name     text                  NOT NULL,
    email         text                  NOT NULL,
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
    PRIMARY KEY (tenant_id, decision_id)
);
