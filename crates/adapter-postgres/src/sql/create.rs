//! Creating a customer.

/// Stores a customer and the change that created it, and answers one row; or nothing at all where
/// something unique is taken, be it by a transaction that was still running when this began.
///
/// A conflict raises no error: an error's detail would carry the email into the server's log.
///
/// $1–$21 the customer, $22–$30 the change.
pub const STORE_CUSTOMER: &str = "
WITH stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at
    )
    VALUES (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
)
INSERT INTO customer_changes (
    tenant_id, customer_id, version, id, action, from_status, to_status, changed_fields, reason,
    decision_id, actor, at
)
SELECT tenant_id, id, version, $22, $23, $24, $25, $26, $27, $28, $29, $30
FROM stored
RETURNING version";

/// As [`STORE_CUSTOMER`], together with the record of the request, unless there is one already.
///
/// The record comes last and is made from the stored row, so that there is never a record without its
/// customer. Where the same key was recorded after this began, the record's primary key refuses all
/// of it (23505, whose detail holds hashes alone).
///
/// $31 the key's hash, $32 the fingerprint.
pub const STORE_CUSTOMER_AND_RECORD: &str = "
WITH stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at
    )
    SELECT
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
    WHERE NOT EXISTS (
        SELECT FROM idempotency_records
        WHERE tenant_id = $1 AND operation = 'POST /customers' AND key_hash = $31
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, status, version, created_at
), told AS (
    INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, action, from_status, to_status, changed_fields, reason,
        decision_id, actor, at
    )
    SELECT tenant_id, id, version, $22, $23, $24, $25, $26, $27, $28, $29, $30
    FROM stored
)
INSERT INTO idempotency_records (
    tenant_id, operation, key_hash, fingerprint, outcome, customer_id, customer_status,
    customer_created_at
)
SELECT tenant_id, 'POST /customers', $31, $32, 'created', id, status, created_at
FROM stored
RETURNING outcome";

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
/// $1–$4 as [`FIND_HOLDER`], $5 the key's hash, $6 the fingerprint, $7 and $8 the status and time that
/// the customer was to be created with.
pub const ANSWER_AND_RECORD: &str = "
WITH prior AS MATERIALIZED (
    SELECT outcome, customer_id, fingerprint, customer_status, customer_created_at
    FROM idempotency_records
    WHERE tenant_id = $1 AND operation = 'POST /customers' AND key_hash = $5
), holder AS MATERIALIZED (
    SELECT rank, outcome, customer_id
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
    WHERE NOT EXISTS (SELECT FROM prior)
    ORDER BY rank
    LIMIT 1
), recorded AS (
    INSERT INTO idempotency_records (
        tenant_id, operation, key_hash, fingerprint, outcome, customer_id, customer_status,
        customer_created_at
    )
    SELECT
        $1, 'POST /customers', $5, $6, outcome, customer_id,
        CASE WHEN rank = 1 THEN $7::text END, CASE WHEN rank = 1 THEN $8::timestamptz END
    FROM holder
    ON CONFLICT DO NOTHING
    RETURNING outcome, customer_id, fingerprint, customer_status, customer_created_at
)
SELECT true AS replayed, outcome, customer_id, fingerprint, customer_status, customer_created_at
FROM prior
UNION ALL
SELECT false, outcome, customer_id, fingerprint, customer_status, customer_created_at
FROM recorded";
