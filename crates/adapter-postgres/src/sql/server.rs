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

/// Whether a history of migrations exists. $1 its table.
pub const HAS_MIGRATIONS: &str = "SELECT to_regclass($1) IS NOT NULL AS present";

/// The migrations of the service that were applied.
pub const LIST_MIGRATIONS: &str = "
SELECT version, success, checksum
FROM _sqlx_migrations
ORDER BY version";

/// The same statement for the history of a module. This is the only statement that is built at run time; the name of
/// the table is a constant of the module.
pub fn list_migrations(table: &str) -> String {
    LIST_MIGRATIONS.replace("_sqlx_migrations", table)
}

/// The privileges on tables that the current role lacks, a row for each table. A privilege on some columns counts.
///
/// $1 tables, $2 the privilege that is needed on each of them.
pub const MISSING_PRIVILEGES: &str = "
SELECT
    quote_ident(needed.table_name) AS table_name,
    string_agg(needed.privilege, ', ' ORDER BY needed.position) AS privileges,
    quote_ident(current_user) AS role
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (table_name, privilege, position)
WHERE NOT CASE
    WHEN needed.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
        THEN has_any_column_privilege(quote_ident(needed.table_name), needed.privilege)
    ELSE has_table_privilege(quote_ident(needed.table_name), needed.privilege)
END
GROUP BY needed.table_name
ORDER BY needed.table_name";

/// The settings without which a commit that was acknowledged can be lost, where they are off.
pub const LIST_UNSAFE_SETTINGS: &str = "
SELECT name
FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
ORDER BY name";
