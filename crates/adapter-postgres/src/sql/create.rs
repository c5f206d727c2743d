//! Creating a customer.

/// Stores a customer and the change that created it, and answers one row; or nothing at all where
/// something unique is taken, be it by a transaction that was still running when this began.
///
/// A conflict raises no error: an error's detail would carry the email into the server's log.
///
/// $1–$22 the customer, $23–$31 the change.
pub const STORE_CUSTOMER: &str = "
WITH stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at, status_since
    )
    VALUES (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
)
INSERT INTO customer_changes (
    tenant_id, customer_id, version, id, action, from_status, to_status, changed_fields, reason,
    decision_id, actor, at
)
SELECT tenant_id, id, version, $23, $24, $25, $26, $27, $28, $29, $30, $31
FROM stored
RETURNING version";

/// As [`STORE_CUSTOMER`], together with the record of the request, unless there is one already.
///
/// The record comes last and is made from the stored row, so that there is never a record without its
/// customer. Where the same key was recorded after this began, the record's primary key refuses all
/// of it (23505, whose detail holds hashes alone).
///
/// $32 the key's hash, $33 the fingerprint, $34 the operation, $35 the detail of the outcome 1, created.
pub const STORE_CUSTOMER_AND_RECORD: &str = "
WITH stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at, status_since
    )
    SELECT
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22
    WHERE NOT EXISTS (
        SELECT FROM idempotency_records
        WHERE tenant_id = $1 AND operation = $34 AND key_hash = $32
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
), told AS (
    INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, action, from_status, to_status, changed_fields, reason,
        decision_id, actor, at
    )
    SELECT tenant_id, id, version, $23, $24, $25, $26, $27, $28, $29, $30, $31
    FROM stored
)
INSERT INTO idempotency_records (
    tenant_id, operation, key_hash, fingerprint, outcome, resource_id, detail
)
SELECT tenant_id, $34, $32, $33, 1, id, $35
FROM stored
RETURNING outcome";

/// Stores many customers at once, each with the change that created it and, where its request has a
/// key, with the record of the request: the values of [`STORE_CUSTOMER_AND_RECORD`] as arrays, in one
/// transaction. Answers one row with the ids of those that it stored, or null where it stored none.
///
/// A customer is passed over where something unique is taken, be it by another of the same arrays, and
/// where there is a record of its key already. No key and no id MAY stand in the arrays twice.
///
/// One customer that waits for another transaction keeps all of them waiting, and so the wait for a
/// lock is short: $1, in milliseconds. For the records the planner is led to take the arrays for one
/// row: then it looks each key up in the index, whatever it believes of the table.
///
/// $2–$19 the customers, $20 and $21 the changes, $22 the keys' hashes, $23 the fingerprints and $24
/// the details of their outcome 1, created, null where there is no key. $25 is the one operation that
/// all keys belong to.
pub const STORE_CUSTOMERS: &str = "
WITH bound AS MATERIALIZED (
    SELECT set_config('lock_timeout', $1, true)
), wanted AS MATERIALIZED (
    SELECT $25::text AS operation, wanted.*
    FROM bound, unnest(
        $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
        $16::text[], $17::jsonb[], $18::text[], $19::timestamptz[], $20::uuid[], $21::text[],
        $22::bytea[], $23::bytea[], $24::bytea[]
    ) AS wanted (
        tenant_id, id, customer_type, first_name, last_name, email, email_key,
        phone, line1, line2, city, state, zip_code, country,
        external_id, metadata, status, created_at, change_id, actor,
        key_hash, fingerprint, detail
    )
), prior AS MATERIALIZED (
    SELECT tenant_id, key_hash
    FROM wanted
    JOIN idempotency_records USING (tenant_id, operation, key_hash)
    WHERE operation = $25
), stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, version, created_at, updated_at, status_since
    )
    SELECT
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, 1, created_at, created_at, created_at
    FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM prior
        WHERE prior.tenant_id = wanted.tenant_id AND prior.key_hash = wanted.key_hash
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id
), told AS (
    INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, action, to_status, changed_fields, actor, at
    )
    SELECT tenant_id, id, 1, change_id, 'create', status, '{}', actor, created_at
    FROM stored
    JOIN wanted USING (tenant_id, id)
), recorded AS (
    INSERT INTO idempotency_records (
        tenant_id, operation, key_hash, fingerprint, outcome, resource_id, detail
    )
    SELECT tenant_id, operation, key_hash, fingerprint, 1, id, detail
    FROM stored
    JOIN wanted USING (tenant_id, id)
    WHERE key_hash IS NOT NULL
)
SELECT array_agg(id) AS stored
FROM stored";

/// Who holds what a customer wanted for itself: the customer itself, if an earlier attempt had been
/// committed after all, else the holder of the email, else that of the external id.
///
/// Three look-ups by a unique index each, since for one condition joined by OR a plan that is kept
/// from when the table was small reads the whole table.
///
/// $1 tenant, $2 the customer's id, $3 email key, $4 external id.
pub const FIND_HOLDER: &str = "
SELECT outcome, customer_id
FROM (
    SELECT 1 AS rank, 'created' AS outcome, id AS customer_id
    FROM customers WHERE tenant_id = $1 AND id = $2
    UNION ALL
    SELECT 2, 'email_taken', id
    FROM customers WHERE tenant_id = $1 AND email_key = $3
    UNION ALL
    SELECT 3, 'external_id_taken', id
    FROM customers WHERE tenant_id = $1 AND external_id = $4
) AS holders
ORDER BY rank
LIMIT 1";

/// What a request with a key is told where [`STORE_CUSTOMER_AND_RECORD`] stored nothing: what the
/// record says, or else who holds what is unique, and that becomes the record.
///
/// Answers nothing where the holder or another record appeared or went after this began.
///
/// The outcomes are 1, created, 2, the email is taken, and 3, the external id is taken.
///
/// $1–$4 as [`FIND_HOLDER`], $5 the key's hash, $6 the fingerprint, $7 the operation, $8 the detail of
/// the outcome 1.
pub const ANSWER_AND_RECORD: &str = "
WITH prior AS MATERIALIZED (
    SELECT outcome, resource_id, fingerprint, detail
    FROM idempotency_records
    WHERE tenant_id = $1 AND operation = $7 AND key_hash = $5
), holder AS MATERIALIZED (
    SELECT outcome, customer_id
    FROM (
        SELECT 1::smallint AS outcome, id AS customer_id
        FROM customers WHERE tenant_id = $1 AND id = $2
        UNION ALL
        SELECT 2::smallint, id
        FROM customers WHERE tenant_id = $1 AND email_key = $3
        UNION ALL
        SELECT 3::smallint, id
        FROM customers WHERE tenant_id = $1 AND external_id = $4
    ) AS holders
    WHERE NOT EXISTS (SELECT FROM prior)
    ORDER BY outcome
    LIMIT 1
), recorded AS (
    INSERT INTO idempotency_records (
        tenant_id, operation, key_hash, fingerprint, outcome, resource_id, detail
    )
    SELECT
        $1, $7, $5, $6, outcome, customer_id, CASE WHEN outcome = 1 THEN $8::bytea ELSE '' END
    FROM holder
    ON CONFLICT DO NOTHING
    RETURNING outcome, resource_id, fingerprint, detail
)
SELECT true AS replayed, outcome, resource_id, fingerprint, detail
FROM prior
UNION ALL
SELECT false, outcome, resource_id, fingerprint, detail
FROM recorded";
