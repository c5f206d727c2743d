//! What a program asks of its server, and the upkeep.

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
