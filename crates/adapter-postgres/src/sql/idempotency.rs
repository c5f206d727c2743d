//! Records of idempotent operations, for modules that write in a transaction of their own.

/// The record of a claim. $1 tenant, $2 the hash of operation and key.
pub const FIND_RECORD: &str = "
SELECT fingerprint, outcome, resource_id, detail
FROM idempotency_records
WHERE tenant_id = $1 AND key_hash = $2";

/// Stores the record of a claim and returns one row; or nothing where there is a record already. It
/// waits for another transaction that stores the same record.
///
/// $1 tenant, $2 the hash of operation and key, $3 the fingerprint, $4 outcome, $5 resource, $6 detail.
pub const STORE_RECORD: &str = "
INSERT INTO idempotency_records (
    tenant_id, key_hash, fingerprint, outcome, resource_id, detail
)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
RETURNING outcome";
