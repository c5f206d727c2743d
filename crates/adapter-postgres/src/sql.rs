//! Every statement of this adapter, by name, so that it can be found, explained and prepared against
//! the schema. None is put together at run time.
//!
//! All of them keep to forms that a cluster distributed by `tenant_id` runs too, and none needs
//! another isolation level than READ COMMITTED.

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

/// A customer. $1 tenant, $2 id.
pub const FIND_CUSTOMER: &str = "
SELECT
    id, customer_type, first_name, last_name, email, phone,
    line1, line2, city, state, zip_code, country, external_id, metadata,
    status, status_reason, version, created_at, updated_at
FROM customers
WHERE tenant_id = $1 AND id = $2";

/// Deletes old records, oldest first, and says how many. Records that another sweep has in hand are
/// passed over. By `ctid`, which the lock holds still, since the order of the primary key is of no
/// use here.
///
/// $1 age in microseconds, $2 the most to delete.
pub const SWEEP_RECORDS: &str = "
WITH swept AS (
    DELETE FROM idempotency_records
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_records
        WHERE recorded_at < now() - $1 * interval '1 microsecond'
        ORDER BY recorded_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
)
SELECT count(*) AS swept FROM swept";

/// An API key. $1 id.
pub const FIND_API_KEY: &str = "
SELECT id, tenant_id, scopes, secret_hash, created_at, expires_at, revoked_at
FROM api_keys
WHERE id = $1";

/// Stores an API key for the tenant of a name, which is made where it is new. Answers nothing where
/// the tenant was made by another transaction after this began.
///
/// $1 tenant's name, $2 its id if it is new, $3 key's id, $4 scopes, $5 hash, $6 created, $7 expires,
/// $8 revoked.
pub const ISSUE_API_KEY: &str = "
WITH made AS (
    INSERT INTO tenants (id, name, created_at)
    VALUES ($2, $1, $6)
    ON CONFLICT (name) DO NOTHING
    RETURNING id
), tenant AS MATERIALIZED (
    SELECT id, true AS is_new FROM made
    UNION ALL
    SELECT id, false FROM tenants WHERE name = $1 AND NOT EXISTS (SELECT FROM made)
), issued AS (
    INSERT INTO api_keys (id, tenant_id, scopes, secret_hash, created_at, expires_at, revoked_at)
    SELECT $3, id, $4, $5, $6, $7, $8 FROM tenant
)
SELECT id AS tenant_id, is_new FROM tenant";

/// Every API key with its tenant's name, oldest first.
pub const LIST_API_KEYS: &str = "
SELECT
    k.id, k.tenant_id, k.scopes, k.secret_hash, k.created_at, k.expires_at, k.revoked_at,
    t.name AS tenant_name
FROM api_keys AS k
JOIN tenants AS t ON t.id = k.tenant_id
ORDER BY k.created_at, k.id";

/// Revokes an API key once. $1 id, $2 time.
pub const REVOKE_API_KEY: &str = "
WITH revoked AS (
    UPDATE api_keys SET revoked_at = $2
    WHERE id = $1 AND revoked_at IS NULL
    RETURNING id
)
SELECT
    EXISTS (SELECT FROM revoked) AS revoked,
    EXISTS (SELECT FROM api_keys WHERE id = $1) AS known";

/// Whether the migrator has ever run here.
pub const HAS_MIGRATIONS: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS present";

/// The migrations that were applied.
pub const LIST_MIGRATIONS: &str = "
SELECT version, success, checksum
FROM _sqlx_migrations
ORDER BY version";

/// The settings without which a commit that was acknowledged can be lost, where they are off.
pub const LIST_UNSAFE_SETTINGS: &str = "
SELECT name
FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
ORDER BY name";

/// All of the above, by name.
pub const ALL: [(&str, &str); 13] = [
    ("STORE_CUSTOMER", STORE_CUSTOMER),
    ("STORE_CUSTOMER_AND_RECORD", STORE_CUSTOMER_AND_RECORD),
    ("FIND_HOLDER", FIND_HOLDER),
    ("ANSWER_AND_RECORD", ANSWER_AND_RECORD),
    ("FIND_CUSTOMER", FIND_CUSTOMER),
    ("SWEEP_RECORDS", SWEEP_RECORDS),
    ("FIND_API_KEY", FIND_API_KEY),
    ("ISSUE_API_KEY", ISSUE_API_KEY),
    ("LIST_API_KEYS", LIST_API_KEYS),
    ("REVOKE_API_KEY", REVOKE_API_KEY),
    ("HAS_MIGRATIONS", HAS_MIGRATIONS),
    ("LIST_MIGRATIONS", LIST_MIGRATIONS),
    ("LIST_UNSAFE_SETTINGS", LIST_UNSAFE_SETTINGS),
];
