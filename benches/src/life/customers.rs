//! The customers that a tenant has from the start, put there by SQL.

use crate::database::Database;
use crate::{Result, note};

/// When customer 0 was created, in seconds since 1970. One follows every second.
const EPOCH: u64 = 1_700_000_000;

/// Customers of every status and type in three countries, so that in each country every pair of status
/// and type fills a page, also where there are just 10,000; and of each the change that created it.
///
/// `$FIRST` and `$LAST` stand for their numbers, `$EPOCH` for [`EPOCH`].
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

/// How many are put there at once, so that what the database keeps of them until then is bounded.
const CHUNK: usize = 1_000_000;

/// What creates and reads come to of a table with many customers, read from the disk or from the system
/// into the database's own cache.
const FILL_CACHE: &str = "
SELECT pg_prewarm(to_regclass(name))
FROM unnest(ARRAY['customers', 'customers_pkey', 'customers_email_key', 'customers_external_id',
    'customers_by_phone']) AS name";

/// Coprime to every power of ten and near its golden section: its multiples visit each customer once
/// before they come back, and lie all over the table from the start.
const STRIDE: usize = 618_033;

/// The customers of one tenant, and the version that each of them is in.
pub(crate) struct Customers {
    versions: Vec<u32>,
}

impl Customers {
    /// Gives that many to the one tenant of a database, where there were none. A power of ten.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn insert(database: &Database, count: usize) -> Result<Self> {
        for first in (0..count).step_by(CHUNK) {
            let end = count.min(first + CHUNK);
            let insert = INSERT
                .replace("$FIRST", &first.to_string())
                .replace("$LAST", &(end - 1).to_string())
                .replace("$EPOCH", &EPOCH.to_string());
            database.execute(&insert)?;
            database.execute("CHECKPOINT")?;
            if count > CHUNK {
                note(&format!("{end} of {count} are there"));
            }
        }
        database.execute("VACUUM ANALYZE")?;
        database.execute("CHECKPOINT")?;
        Ok(Self {
            versions: vec![1; count],
        })
    }

    /// Fills the database's cache with the customers in it, as far as creates and reads come to them. Asks for the
    /// extension `pg_prewarm`, which comes with PostgreSQL.
    ///
    /// # Errors
    /// When the database fails, or has no such extension.
    pub(crate) fn fill_cache(database: &Database) -> Result<()> {
        database.execute("CREATE EXTENSION pg_prewarm")?;
        database.execute(FILL_CACHE)
    }

    /// The path of a customer.
    pub(crate) fn path(number: usize) -> String {
        // As many as fit in memory fit in 64 bits.
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        let milliseconds = (EPOCH + number) * 1000;
        let (high, low) = (milliseconds >> 16, milliseconds & 0xffff);
        let (middle, end) = (number >> 48 & 0xfff, number & 0xffff_ffff_ffff);
        format!("/customers/{high:08x}-{low:04x}-7000-8{middle:03x}-{end:012x}")
    }

    /// The customer to turn to at a step: any of them, and another one at each.
    pub(crate) fn at(&self, step: usize) -> usize {
        step.wrapping_mul(STRIDE) % self.versions.len()
    }

    /// The same, out of the tenth whose numbers end with that digit.
    pub(crate) fn of_tenth(&self, digit: usize, step: usize) -> usize {
        step.wrapping_mul(STRIDE) % (self.versions.len() / 10) * 10 + digit
    }

    /// The version of a customer.
    pub(crate) fn version(&self, number: usize) -> u32 {
        self.versions[number]
    }

    /// Notes that a customer was changed.
    pub(crate) fn changed(&mut self, number: usize) {
        self.versions[number] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_customer_holds_its_time_and_number() {
        assert_eq!(
            Customers::path(77),
            "/customers/018bcfe6-94c8-7000-8000-00000000004d"
        );
    }

    #[test]
    fn every_customer_has_its_turn_and_none_a_second_one() {
        let customers = Customers {
            versions: vec![1; 1000],
        };
        let mut all: Vec<_> = (0..1000).map(|step| customers.at(step)).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..1000));
        let mut tenth: Vec<_> = (0..100).map(|step| customers.of_tenth(3, step)).collect();
        tenth.sort_unstable();
        assert!(tenth.into_iter().eq((3..1000).step_by(10)));
    }
}
