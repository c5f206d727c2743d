//! The customers that a tenant has from the start, put there by the repository of the service, which
//! seals them.

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

/// When customer 0 was created, in seconds since 1970. One follows every second.
const EPOCH: u64 = 1_700_000_000;

/// Creates that are under way at one time, so that they share commits.
const AT_ONCE: usize = 512;

/// Customers of every status and type in three countries, so that in each country every pair of status
/// and type fills a page, also where there are just 10,000. They are created as active; 6 of 10 get
/// another status. The last 12 digits of an id are the customer's number.
const STATUSES: &str = "
UPDATE customers SET status = ('{1,2,3,5,6,7}'::smallint[])[n % 10 - 3]
FROM (SELECT id, ('x' || right(id::text, 12))::bit(48)::bigint AS n FROM customers) AS numbered
WHERE numbered.id = customers.id AND n % 10 >= 4";

/// How many are put there at once, so that what the database keeps of them until then is bounded.
const CHUNK: usize = 1_000_000;

/// What creates and reads come to of a table with many customers, read from the disk or from the system
/// into the database's own cache.
const FILL_CACHE: &str = "
SELECT pg_prewarm(to_regclass(name))
FROM unnest(ARRAY['customers', 'customers_pkey', 'customers_email_digest', 'customers_external_id',
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
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let tenant = database.ask("SELECT id FROM tenants")?;
        let tenant = TenantId::from_uuid(tenant.trim().parse()?);
        let repository = repository(database)?;
        for first in (0..count).step_by(CHUNK) {
            let end = count.min(first + CHUNK);
            runtime.block_on(create(&repository, tenant, first..end))?;
            database.execute("CHECKPOINT")?;
            if count > CHUNK {
                note(&format!("{end} of {count} are there"));
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
        format!("/customers/{}", id_of(number))
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
        if under_way.len() >= AT_ONCE
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
