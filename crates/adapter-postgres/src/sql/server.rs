//! What a program asks of its server, and the upkeep.

/// The server's time, and when the oldest record was made that is not older than $1.
pub const OLDEST_RECORD: &str = "
SELECT now() AS now, min(recorded_at) AS oldest
FROM idempotency_records
WHERE recorded_at >= $1";

/// Deletes records, oldest first, and returns when each was made. By primary key, since a cluster
/// cannot push a `ctid` down to its nodes. Of two sweeps that choose the same record, the second waits
/// for the first and then passes it over.
///
/// $1 and $2 the times between which they were made, $3 the most to delete.
pub const SWEEP_RECORDS: &str = "
DELETE FROM idempotency_records AS record
USING (
    SELECT tenant_id, key_hash
    FROM idempotency_records
    WHERE recorded_at >= $1 AND recorded_at < $2
    ORDER BY recorded_at
    LIMIT $3
) AS old
WHERE record.tenant_id = old.tenant_id
    AND record.key_hash = old.key_hash
RETURNING record.recorded_at";

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
