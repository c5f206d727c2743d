//! Creating a customer.
//!
//! A conflict raises no error, since the server would log it. It stores nothing, and a second statement
//! says what stands in the way.
//!
//! The literals: `1` is the first version, and in `action` the code of a creation. As `outcome` of a
//! record, `1` is a created customer, `2` a taken email, `3` a taken external id.

use super::columns::insert_waiting_event;

/// The columns of a customer that is created: $1–$11.
macro_rules! insert_customer {
    () => {
        "INSERT INTO customers (
        tenant_id, id, created_at, updated_at, status_since, version, status, customer_type, country,
        external_id, salt, email_digest, phone_digest, sealed
    )"
    };
}

/// The columns of the change that creates a customer.
macro_rules! insert_change {
    () => {
        "INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, at, action, to_status, actor
    )"
    };
}

/// The columns of a record.
macro_rules! insert_record {
    () => {
        "INSERT INTO idempotency_records (
        tenant_id, key_hash, fingerprint, outcome, resource_id, detail
    )"
    };
}

/// Stores a customer and the change that created it, and returns one row; or nothing at all where
/// something unique is taken, be it by a transaction that was still running when this began.
///
/// $1 tenant, $2 id, $3 created, $4 status, $5 type, $6 country, $7 external id, $8 salt, $9 and $10
/// digests of email and phone, $11 sealed, $12 the change's id, $13 the actor.
pub const STORE_CUSTOMER: &str = concat!(
    "
WITH stored AS (
    ",
    insert_customer!(),
    "
    VALUES ($1, $2, $3, $3, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id
), told AS (
    ",
    insert_change!(),
    "
    SELECT tenant_id, id, 1, $12, $3, 1, $4, $13
    FROM stored
    RETURNING tenant_id, at, customer_id, version
)
",
    insert_waiting_event!(),
    "
RETURNING version"
);

/// As [`STORE_CUSTOMER`], together with the record of the request, unless there is one already.
///
/// The record comes last and is made from the stored row, so that there is never a record without its
/// customer. Where the same key was recorded after this began, the record's primary key refuses all
/// of it (23505, whose detail holds hashes alone).
///
/// $14 the key's hash, $15 the fingerprint, $16 the detail of the record.
pub const STORE_CUSTOMER_AND_RECORD: &str = concat!(
    "
WITH stored AS (
    ",
    insert_customer!(),
    "
    SELECT $1, $2, $3, $3, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11
    WHERE NOT EXISTS (
        SELECT FROM idempotency_records WHERE tenant_id = $1 AND key_hash = $14
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id
), told AS (
    ",
    insert_change!(),
    "
    SELECT tenant_id, id, 1, $12, $3, 1, $4, $13
    FROM stored
    RETURNING tenant_id, at, customer_id, version
), waiting AS (
    ",
    insert_waiting_event!(),
    "
)
",
    insert_record!(),
    "
SELECT tenant_id, $14, $15, 1, id, $16
FROM stored
RETURNING outcome"
);

/// Stores many customers at once, each with the change that created it and, where its request has a
/// key, with the record of the request: the values of [`STORE_CUSTOMER_AND_RECORD`] as arrays, in one
/// transaction. Returns one row with the ids of those that it stored, or null where it stored none, and with the
/// seconds that the server worked on the rows, which is everything before the commit.
///
/// A customer is passed over where something unique is taken, be it by another of the same arrays, and
/// where there is a record of its key already. No key and no id MAY stand in the arrays twice.
///
/// One customer that waits for another transaction keeps all of them waiting, and so the wait for a
/// lock is short: $17, in milliseconds. For the records the planner is led to take the arrays for one
/// row: then it looks each key up in the index, whatever it believes of the table.
pub const STORE_CUSTOMERS: &str = concat!(
    "
WITH bound AS MATERIALIZED (
    SELECT set_config('lock_timeout', $17, true)
), wanted AS MATERIALIZED (
    SELECT 1 AS one, wanted.*
    FROM bound, unnest(
        $1::uuid[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::smallint[], $6::text[],
        $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::bytea[], $12::uuid[], $13::text[],
        $14::bytea[], $15::bytea[], $16::bytea[]
    ) AS wanted (
        tenant_id, id, created_at, status, customer_type, country,
        external_id, salt, email_digest, phone_digest, sealed, change_id, actor,
        key_hash, fingerprint, detail
    )
), prior AS MATERIALIZED (
    SELECT tenant_id, key_hash
    FROM wanted
    JOIN idempotency_records USING (tenant_id, key_hash)
    WHERE one = 1
), stored AS (
    ",
    insert_customer!(),
    "
    SELECT
        tenant_id, id, created_at, created_at, created_at, 1, status, customer_type, country,
        external_id, salt, email_digest, phone_digest, sealed
    FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM prior
        WHERE prior.tenant_id = wanted.tenant_id AND prior.key_hash = wanted.key_hash
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id
), told AS (
    ",
    insert_change!(),
    "
    SELECT tenant_id, id, 1, change_id, created_at, 1, status, actor
    FROM stored
    JOIN wanted USING (tenant_id, id)
    RETURNING tenant_id, at, customer_id, version
), waiting AS (
    ",
    insert_waiting_event!(),
    "
    RETURNING 1
), recorded AS (
    ",
    insert_record!(),
    "
    SELECT tenant_id, key_hash, fingerprint, 1, id, detail
    FROM stored
    JOIN wanted USING (tenant_id, id)
    WHERE key_hash IS NOT NULL
    RETURNING 1
), done AS MATERIALIZED (
    SELECT
        (SELECT array_agg(id) FROM stored) AS stored,
        (SELECT count(*) FROM waiting) + (SELECT count(*) FROM recorded) AS rows
)
SELECT
    stored,
    CASE WHEN rows >= 0
        THEN extract(epoch FROM clock_timestamp() - statement_timestamp())::float8
    END AS seconds
FROM done"
);

/// Who holds what a customer wants for itself, with the outcome: the customer itself, if an
/// earlier attempt had been committed after all, else the holder of the email, else that of the
/// external id.
///
/// Three look-ups by a unique index each, since for one condition joined by OR a plan that is kept
/// from when the table was small reads the whole table.
macro_rules! find_holder {
    ($unless:literal) => {
        concat!(
            "SELECT outcome, resource_id
    FROM (
        SELECT 1::smallint AS outcome, id AS resource_id
        FROM customers WHERE tenant_id = $1 AND id = $2
        UNION ALL
        SELECT 2::smallint, id
        FROM customers WHERE tenant_id = $1 AND email_digest = $3
        UNION ALL
        SELECT 3::smallint, id
        FROM customers WHERE tenant_id = $1 AND external_id = $4
    ) AS holders",
            $unless,
            "
    ORDER BY outcome
    LIMIT 1"
        )
    };
}

/// Who holds what a customer wants for itself.
///
/// $1 tenant, $2 the customer's id, $3 digest of the email, $4 external id.
pub const FIND_HOLDER: &str = find_holder!("");

/// The outcome of a request with a key where [`STORE_CUSTOMER_AND_RECORD`] stored nothing: what the
/// record says, or else who holds what is unique, and that becomes the record.
///
/// Returns nothing where the holder or another record appeared or went after this began.
///
/// $1–$4 as [`FIND_HOLDER`], $5 the key's hash, $6 the fingerprint, $7 the detail of a record of the
/// created customer.
pub const ANSWER_AND_RECORD: &str = concat!(
    "
WITH prior AS MATERIALIZED (
    SELECT outcome, resource_id, fingerprint, detail
    FROM idempotency_records
    WHERE tenant_id = $1 AND key_hash = $5
), holder AS MATERIALIZED (
    ",
    find_holder!(
        "
    WHERE NOT EXISTS (SELECT FROM prior)"
    ),
    "
), recorded AS (
    ",
    insert_record!(),
    "
    SELECT $1, $5, $6, outcome, resource_id, CASE WHEN outcome = 1 THEN $7 ELSE ''::bytea END
    FROM holder
    ON CONFLICT DO NOTHING
    RETURNING outcome, resource_id, fingerprint, detail
)
SELECT true AS replayed, outcome, resource_id, fingerprint, detail
FROM prior
UNION ALL
SELECT false, outcome, resource_id, fingerprint, detail
FROM recorded"
);
