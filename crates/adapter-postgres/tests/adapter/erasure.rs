//! After an erasure, nothing of the customer can be read from the database, with whatever key.

use customers_adapter_postgres::PgSettings;
use customers_domain::{Customer, CustomerId, Profile, TenantId, Verb};
use customers_ports::{CreateOutcome, DecisionOutcome, ErasureOutcome};
use customers_test_support::builders::{creation, decided, erasure, parse, profile, tenant_id};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::sealer::{Purpose, Sealer, add_key};
use crate::store::{connect, migrated, number, stores};

/// The highest version of a customer in this test.
const LAST_VERSION: u32 = 6;

/// Three customers of each of two tenants, sealed under two keys each, with reasons and named decisions. The first
/// customer is erased.
struct Fixture {
    connection: PgConnection,
    sealers: Vec<Sealer>,
    customers: Vec<(TenantId, Customer)>,
    decision_ids: Vec<String>,
    /// Everything that the rows of the erased customer held in clear or as digests.
    traces: Vec<String>,
    _database: TestDatabase,
}

/// A sealed value, with the customer that its row belongs to.
struct Value {
    customer: Uuid,
    sealed: Vec<u8>,
}

impl Fixture {
    async fn new() -> Self {
        let database = migrated(PostgresServer::shared().await).await;
        let settings = PgSettings::new(database.url());
        let mut connection = connect(&database).await;
        let tenants = [tenant_id(), tenant_id()];
        let (mut customers, mut decision_ids) = (Vec::new(), Vec::new());
        for round in 1..=3 {
            // A program that starts now seals under the newest key.
            let stores = stores(&settings);
            for tenant in tenants {
                let (customer, ids) = closed(&stores, tenant, customers.len()).await;
                customers.push((tenant, customer));
                decision_ids.extend(ids);
                if round == 1 {
                    add_key(&mut connection, tenant, 2).await;
                }
            }
        }
        let mut sealers = Vec::new();
        for tenant in tenants {
            sealers.push(Sealer::of(&mut connection, tenant).await);
        }
        let (tenant, first) = &customers[0];
        let traces = traces(&mut connection, first).await;
        let outcome = stores(&settings)
            .customers
            .erase(*tenant, erasure(first, Some("erasure")))
            .await;
        assert_eq!(outcome, Ok(ErasureOutcome::Erased));
        Self {
            connection,
            sealers,
            customers,
            decision_ids,
            traces,
            _database: database,
        }
    }

    fn erased(&self) -> CustomerId {
        self.customers[0].1.id()
    }

    /// Every sealed value that there is.
    async fn values(&mut self) -> Vec<Value> {
        let rows = sqlx::query(
            "SELECT id AS customer, sealed FROM customers
             UNION ALL
             SELECT customer_id, sealed FROM decisions WHERE sealed IS NOT NULL
             UNION ALL
             SELECT customer_id, sealed_reason FROM customer_changes WHERE sealed_reason IS NOT NULL",
        );
        let rows = rows.fetch_all(&mut self.connection).await.unwrap();
        let value = |row: &sqlx::postgres::PgRow| Value {
            customer: row.get("customer"),
            sealed: row.get("sealed"),
        };
        rows.iter().map(value).collect()
    }

    /// Whether a value opens with any key, for any purpose of any customer, with any salt that there is.
    fn opens(&self, value: &Value, salts: &[Uuid]) -> bool {
        let versions =
            (1..=LAST_VERSION).flat_map(|of| [Purpose::Profile(of), Purpose::Reason(of)]);
        let decisions = self.decision_ids.iter().map(|id| Purpose::Decision(id));
        let purposes: Vec<Purpose<'_>> = versions.chain(decisions).collect();
        self.customers.iter().any(|(tenant, customer)| {
            let mut sealers = self.sealers.iter();
            let sealer = sealers.find(|it| it.tenant() == *tenant).unwrap();
            salts.iter().any(|salt| {
                let mut purposes = purposes.iter();
                purposes.any(|it| sealer.opens(customer.id(), *salt, it, &value.sealed))
            })
        })
    }
}

/// Creates a customer and closes it, with reasons and named decisions on the way.
async fn closed(stores: &Stores, tenant: TenantId, number: usize) -> (Customer, Vec<String>) {
    let wanted = creation(Profile {
        phone: parse(&format!("+1202555{:04}", 100 + number)),
        ..profile()
    });
    let mut customer = wanted.customer().clone();
    let outcome = stores.customers.create(tenant, wanted).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
    let mut ids = Vec::new();
    for verb in [Verb::Submit, Verb::RequestAction, Verb::Reject, Verb::Close] {
        let id = format!("{} of {}", verb.as_str(), customer.id());
        let decision = decided(&customer, verb, Some(&id));
        customer = decision.customer().clone();
        let outcome = stores.customers.decide(tenant, decision).await;
        assert_eq!(outcome, Ok(DecisionOutcome::Decided));
        ids.push(id);
    }
    (customer, ids)
}

/// The salt, the digests and the external id of a customer, as texts.
async fn traces(connection: &mut PgConnection, customer: &Customer) -> Vec<String> {
    let row = sqlx::query(
        "SELECT salt::text, email_digest::text, phone_digest::text, external_id, encode(sealed, 'hex') AS sealed
         FROM customers WHERE id = $1",
    );
    let row = row.bind(customer.id().as_uuid());
    let row = row.fetch_one(connection).await.unwrap();
    (0..row.len()).map(|column| row.get(column)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_customer_opens_with_any_key_and_salt_that_there_is() {
    let mut database = Fixture::new().await;
    let salts: Vec<Uuid> = sqlx::query_scalar("SELECT salt FROM customers")
        .fetch_all(&mut database.connection)
        .await
        .unwrap();
    assert_eq!(salts.len(), 5);
    let erased = database.erased().as_uuid();
    let (mut shut, mut open) = (0, 0);
    for value in database.values().await {
        let opens = database.opens(&value, &salts);
        assert_eq!(opens, value.customer != erased);
        if opens {
            open += 1;
        } else {
            shut += 1;
        }
    }
    // Four reasons and four decisions of each, and the profiles of those who are there.
    assert_eq!((shut, open), (8, 5 * 9));
}

#[tokio::test(flavor = "multi_thread")]
async fn salt_digests_and_external_id_of_an_erased_customer_are_in_no_table() {
    let mut database = Fixture::new().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut database.connection)
    .await
    .unwrap();
    assert!(tables.len() > 6, "{tables:?}");
    let mut rows = 0;
    for table in &tables {
        let all = format!("SELECT row_to_json(it)::text FROM {table} AS it");
        let all: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all))
            .fetch_all(&mut database.connection)
            .await
            .unwrap();
        rows += all.len();
        for trace in &database.traces {
            assert!(
                !all.iter().any(|row| row.contains(trace)),
                "{table}: {trace}"
            );
        }
    }
    assert!(rows > 40, "{rows}");
    let erased = database.erased();
    let remains = format!("SELECT count(*) FROM erased_customers WHERE id = '{erased}'");
    assert_eq!(number(&mut database.connection, &remains).await, 1);
}
