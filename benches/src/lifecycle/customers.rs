//! The initial customers of a tenant, inserted by SQL.

use crate::database::Database;
use crate::{Result, note};

/// Creation time of customer 0, in seconds since the Unix epoch. Each customer is created one second after the previous one.
const EPOCH: u64 = 1_700_000_000;

/// Inserts customers of every status and type in three countries, each with the change that created it. In each
/// country, every pair of status and type fills a page, even with only 10,000 customers.
///
/// `$FIRST` and `$LAST` are the range of customer numbers, `$EPOCH` is [`EPOCH`].
const INSERT: &str = "
WITH stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, version, created_at, updated_at
    )
    SELECT
        tenants.id,
        (lpad(to_hex(($EPOCH + n) * 1000), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
        CASE WHEN n / 10 % 10 < 3 THEN 'business' ELSE 'individual' END,
        'James', 'Okafor', 'james.' || n || '@example.com', 'james.' || n || '@example.com',
        '+234803' || lpad(n::text, 7, '0'),
        '123 Test Lane', 'Suite 456', 'Lagos', 'Lagos', '100001',
        CASE WHEN n / 100 % 10 < 4 THEN 'NG' WHEN n / 100 % 10 < 8 THEN 'US' ELSE 'GB' END,
        CASE WHEN n % 2 = 0 THEN 'account-' || n END,
        '{}',
        CASE n % 10
            WHEN 4 THEN 'pending_kyc' WHEN 5 THEN 'in_review' WHEN 6 THEN 'action_required'
            WHEN 7 THEN 'suspended' WHEN 8 THEN 'rejected' WHEN 9 THEN 'closed' ELSE 'active'
        END,
        1, to_timestamp($EPOCH + n), to_timestamp($EPOCH + n)
    FROM tenants, generate_series($FIRST::bigint, $LAST) AS n
    RETURNING tenant_id, id, status, created_at
)
INSERT INTO customer_changes (
    tenant_id, customer_id, version, id, action, to_status, changed_fields, actor, at
)
SELECT tenant_id, id, 1, id, 'create', status, '{}', 'k000000000000001', created_at
FROM stored";

/// Number of customers per statement, which limits the memory and log that the database needs.
const BATCH: usize = 1_000_000;

/// Loads the table and the indexes that creates and reads use into the database's cache.
const FILL_CACHE: &str = "
SELECT pg_prewarm(to_regclass(name))
FROM unnest(ARRAY['customers', 'customers_pkey', 'customers_email_key', 'customers_external_id',
    'customers_by_phone']) AS name";

/// Distance between consecutive customers. It is coprime to every power of ten, so its multiples visit every
/// customer once, and near the golden ratio, so they are spread over the table from the start.
const STRIDE: usize = 618_033;

/// The customers of one tenant, and the current version of each.
pub(crate) struct Customers {
    versions: Vec<u32>,
}

impl Customers {
    /// Inserts `count` customers, a power of ten, for the only tenant of an empty database.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub(crate) fn insert(database: &Database, count: usize) -> Result<Self> {
        for first in (0..count).step_by(BATCH) {
            let end = count.min(first + BATCH);
            let insert = INSERT
                .replace("$FIRST", &first.to_string())
                .replace("$LAST", &(end - 1).to_string())
                .replace("$EPOCH", &EPOCH.to_string());
            database.execute(&insert)?;
            database.execute("CHECKPOINT")?;
            if count > BATCH {
                note(&format!("inserted {end} of {count}"));
            }
        }
        database.execute("VACUUM ANALYZE")?;
        database.execute("CHECKPOINT")?;
        Ok(Self {
            versions: vec![1; count],
        })
    }

    /// Fills the database's cache with the pages that creates and reads use. Needs the extension `pg_prewarm`, which
    /// is part of PostgreSQL.
    ///
    /// # Errors
    /// Returns an error if the database fails or does not have the extension.
    pub(crate) fn fill_cache(database: &Database) -> Result<()> {
        database.execute("CREATE EXTENSION pg_prewarm")?;
        database.execute(FILL_CACHE)
    }

    /// Returns the path of a customer.
    pub(crate) fn path(number: usize) -> String {
        // A number of customers that fits in memory fits in 64 bits.
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        let milliseconds = (EPOCH + number) * 1000;
        let (high, low) = (milliseconds >> 16, milliseconds & 0xffff);
        let (middle, end) = (number >> 48 & 0xfff, number & 0xffff_ffff_ffff);
        format!("/customers/{high:08x}-{low:04x}-7000-8{middle:03x}-{end:012x}")
    }

    /// Returns the number of the customer at a step. Consecutive steps return different customers, spread over all.
    pub(crate) fn at(&self, step: usize) -> usize {
        step.wrapping_mul(STRIDE) % self.versions.len()
    }

    /// Returns the number of the customer at a step, among those whose number ends with `digit`.
    pub(crate) fn ending_with(&self, digit: usize, step: usize) -> usize {
        step.wrapping_mul(STRIDE) % (self.versions.len() / 10) * 10 + digit
    }

    /// Returns the version of a customer.
    pub(crate) fn version(&self, number: usize) -> u32 {
        self.versions[number]
    }

    /// Records that a customer was changed.
    pub(crate) fn increment_version(&mut self, number: usize) {
        self.versions[number] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_contains_the_time_and_number_of_the_customer() {
        assert_eq!(
            Customers::path(77),
            "/customers/018bcfe6-94c8-7000-8000-00000000004d"
        );
    }

    #[test]
    fn every_customer_is_visited_exactly_once() {
        let customers = Customers {
            versions: vec![1; 1000],
        };
        let mut all: Vec<_> = (0..1000).map(|step| customers.at(step)).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..1000));
        let mut tenth: Vec<_> = (0..100)
            .map(|step| customers.ending_with(3, step))
            .collect();
        tenth.sort_unstable();
        assert!(tenth.into_iter().eq((3..1000).step_by(10)));
    }
}
