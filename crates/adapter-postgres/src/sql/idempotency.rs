//! Records of idempotent operations, for modules that write in a transaction of their own.

/// The record of a claim. $1 tenant, $2 operation, $3 the key's hash.
pub const FIND_RECORD: &str = "
SELECT fingerprint, outcome, resource_id, detail
FROM idempotency_records
WHERE tenant_id = $1 AND operation = $2 AND key_hash = $3";

/// Stores the record of a claim and answers one row; or nothing where there is a record already. It
/// waits for another transaction that stores the same record.
///
/// $1 tenant, $2 operation, $3 the key's hash, $4 the fingerprint, $5 outcome, $6 resource, $7 detail.
pub const STORE_RECORD: &str = "
INSERT INTO idempotency_records (
    tenant_id, operation, key_hash, fingerprint, outcome, resource_id, detail
)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING outcome";
