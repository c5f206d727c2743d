//! The initial customers of a tenant, inserted by the repository of the service, which seals them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use customers_adapter_key_file::KeyFile;
use customers_adapter_postgres::{self as postgres, PgCustomerRepository, PgSettings, TenantKeys};
use customers_domain::{
    ApiKeyId, BillingAddress, ChangeContext, ChangeId, Customer, CustomerId, CustomerType,
    EmailAddress, ExternalId, KycPolicy, PhoneNumber, Profile, TenantId,
};
use customers_ports::{CreateOutcome, Creation, CustomerRepository as _};
use customers_test_support::MASTER_KEY;
use customers_test_support::builders::{parse, profile};
use tokio::runtime;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::Database;
use crate::{Result, note};

/// Creation time of customer 0, in seconds since the Unix epoch. Each customer is created one second after the previous one.
const EPOCH: u64 = 1_700_000_000;

/// Number of concurrent creates, so that they share commits.
const CONCURRENT_CREATES: usize = 512;

/// Gives 6 of 10 customers, which are created as active, another status. Customers of every status and type are then
/// in three countries. In each country, every pair of status and type fills a page, even with only 10,000 customers.
/// The last 12 digits of an id are the customer's number.
const STATUSES: &str = "
UPDATE customers SET status = ('{1,2,3,5,6,7}'::smallint[])[n % 10 - 3]
FROM (SELECT id, ('x' || right(id::text, 12))::bit(48)::bigint AS n FROM customers) AS numbered
WHERE numbered.id = customers.id AND n % 10 >= 4";

/// Number of customers per statement, which limits the memory and log that the database needs.
const BATCH: usize = 1_000_000;

/// Loads the table and the indexes that creates and reads use into the database's cache.
const FILL_CACHE: &str = "
SELECT pg_prewarm(to_regclass(name))
FROM unnest(ARRAY['customers', 'customers_pkey', 'customers_email_digest', 'customers_external_id',
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
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let tenant = database.query("SELECT id FROM tenants")?;
        let tenant = TenantId::from_uuid(tenant.trim().parse()?);
        let repository = repository(database)?;
        for first in (0..count).step_by(BATCH) {
            let end = count.min(first + BATCH);
            runtime.block_on(create(&repository, tenant, first..end))?;
            database.execute("CHECKPOINT")?;
            if count > BATCH {
                note(&format!("inserted {end} of {count}"));
            }
        }
        database.execute(STATUSES)?;
        database.execute("VACUUM (FULL) customers")?;
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
        format!("/customers/{}", id_of(number))
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

/// The repository that the service has, over that database.
fn repository(database: &Database) -> Result<PgCustomerRepository> {
    let pool = postgres::Database::new(&PgSettings::new(database.url()))?;
    let keys = TenantKeys::new(pool.clone(), Arc::new(KeyFile::parse(MASTER_KEY)?));
    Ok(PgCustomerRepository::new(pool, keys))
}

/// Creates the customers of these numbers, many at once.
async fn create(
    repository: &PgCustomerRepository,
    tenant: TenantId,
    numbers: impl Iterator<Item = usize>,
) -> Result<()> {
    let mut under_way = JoinSet::new();
    let is_done = |outcome| match outcome {
        Ok(Ok(CreateOutcome::Created)) => Ok(()),
        other => Err(format!("a customer was not created: {other:?}")),
    };
    for number in numbers {
        if under_way.len() >= CONCURRENT_CREATES
            && let Some(outcome) = under_way.join_next().await
        {
            is_done(outcome)?;
        }
        let repository = repository.clone();
        under_way.spawn(async move { repository.create(tenant, creation(number)).await });
    }
    while let Some(outcome) = under_way.join_next().await {
        is_done(outcome)?;
    }
    Ok(())
}

fn creation(number: usize) -> Creation {
    let id = id_of(number);
    let context = ChangeContext {
        change_id: ChangeId::from_uuid(id),
        actor: parse_key_id(),
        at: created_at(number),
    };
    let customer_type = if number / 10 % 10 < 3 {
        CustomerType::Business
    } else {
        CustomerType::Individual
    };
    let country = match number / 100 % 10 {
        0..4 => "NG",
        4..8 => "US",
        _ => "GB",
    };
    let external_id = format!("account-{number}");
    let profile = Profile {
        email: EmailAddress::from_stored(format!("james.{number}@example.com")),
        phone: PhoneNumber::from_stored(format!("+234803{number:07}")),
        customer_type,
        billing_address: BillingAddress {
            country: parse(country),
            ..profile().billing_address
        },
        external_id: number
            .is_multiple_of(2)
            .then(|| ExternalId::from_stored(external_id)),
        ..profile()
    };
    let active = KycPolicy::verifying(&[]);
    Creation {
        new: Customer::create(CustomerId::from_uuid(id), profile, &active, context),
        claim: None,
    }
}

fn parse_key_id() -> ApiKeyId {
    ApiKeyId::parse("k000000000000001").unwrap_or_else(|| unreachable!("an id of a key"))
}

fn created_at(number: usize) -> DateTime<Utc> {
    let seconds = i64::try_from(number).ok().and_then(|number| {
        let epoch = i64::try_from(EPOCH).ok()?;
        DateTime::from_timestamp(epoch + number, 0)
    });
    seconds.unwrap_or_default()
}

fn id_of(number: usize) -> Uuid {
    // As many as fit in memory fit in 64 bits.
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let milliseconds = u128::from((EPOCH + number) * 1000);
    Uuid::from_u128(milliseconds << 80 | 0x7000_8000 << 48 | u128::from(number))
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
