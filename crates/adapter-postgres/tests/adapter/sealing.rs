//! What is stored is sealed, and opens where it was sealed alone.

use customers_adapter_key_file::generate;
use customers_adapter_postgres::{Database, PgSettings, StartupError};
use customers_domain::{Customer, CustomerId, Reason, TenantId, Verb};
use customers_ports::{
    CreateOutcome, DecisionOutcome, EditOutcome, FoundCustomer, HistoryQuery, ListQuery,
    RecordedDecision, StoreError,
};
use customers_test_support::MASTER_KEY;
use customers_test_support::builders::{
    Dice, creation, decided, minimal_profile, parse, profile, renamed, tenant_id,
};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::sealer::add_key;
use crate::store::{connect, keys_under, migrated, number, stores, stores_over, stores_under};

async fn created(stores: &Stores, tenant: TenantId) -> Customer {
    let wanted = creation(profile());
    let outcome = stores.customers.create(tenant, wanted.clone()).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
    wanted.customer().clone()
}

async fn found(stores: &Stores, tenant: TenantId, id: CustomerId) -> Customer {
    let found = stores.customers.find(tenant, id).await.unwrap();
    let present = found.and_then(FoundCustomer::present);
    present.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_meet_a_new_tenant_at_once_seal_with_the_same_keys() {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings::new(database.url());
    for _ in 0..100 {
        let tenant = tenant_id();
        let programs = [stores(&settings), stores(&settings), stores(&settings)];
        let creates = programs
            .clone()
            .map(|program| tokio::spawn(async move { created(&program, tenant).await }));
        for create in creates {
            let customer = create.await.unwrap();
            for program in &programs {
                assert_eq!(found(program, tenant, customer.id()).await, customer);
            }
        }
    }
    let keys = "SELECT count(*) - 2 * count(DISTINCT tenant_id) FROM tenant_keys";
    assert_eq!(number(&mut connect(&database).await, keys).await, 0);
}

#[tokio::test]
async fn a_value_that_another_program_sealed_under_a_newer_key_opens() {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings::new(database.url());
    let (old, tenant) = (stores(&settings), tenant_id());
    let before = created(&old, tenant).await;
    add_key(&mut connect(&database).await, tenant, 2).await;

    let new = stores(&settings);
    let after = created(&new, tenant).await;
    for program in [&old, &new] {
        for customer in [&before, &after] {
            assert_eq!(&found(program, tenant, customer.id()).await, customer);
        }
        let query = ListQuery {
            limit: 10,
            ..ListQuery::default()
        };
        let page = program.customers.list(tenant, &query).await.unwrap();
        assert_eq!(page.items.len(), 2);
    }
    // An edit seals under the newest key that the program knows, and reads what any key sealed.
    let edit = renamed(&after);
    let outcome = old.customers.update(tenant, edit.clone()).await;
    assert_eq!(outcome, Ok(EditOutcome::Updated));
    assert_eq!(&found(&new, tenant, after.id()).await, edit.customer());
}

#[tokio::test]
async fn a_master_key_that_does_not_open_the_database_is_refused() {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings::new(database.url());
    let pool = Database::new(&settings).unwrap();
    let (mine, other) = (generate().unwrap(), generate().unwrap());
    // On the empty database it leaves a key behind, for the next check to find.
    assert_eq!(keys_under(&pool, &mine).check_master_key().await, Ok(()));
    assert_eq!(keys_under(&pool, &mine).check_master_key().await, Ok(()));
    let refused = keys_under(&pool, &other).check_master_key().await;
    assert!(
        matches!(refused, Err(StartupError::MasterKey { .. })),
        "{refused:?}"
    );

    let both = format!("{}{}", *other, *mine);
    assert_eq!(keys_under(&pool, &both).check_master_key().await, Ok(()));
    created(&stores_under(&settings, &both), tenant_id()).await;
    let refused = keys_under(&pool, &mine).check_master_key().await;
    let Err(error @ StartupError::MasterKey { .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert!(!error.to_string().contains("cmk_"), "{error}");
}

/// Four customers of each of three tenants, each with a reason for two changes, of which one was a
/// decision with an id.
struct Sealed {
    settings: PgSettings,
    _database: TestDatabase,
    connection: PgConnection,
    customers: Vec<(TenantId, Customer)>,
}

impl Sealed {
    async fn new() -> Self {
        let database = migrated(PostgresServer::shared().await).await;
        let settings = PgSettings::new(database.url());
        let stores = stores(&settings);
        let tenants = [tenant_id(), tenant_id(), tenant_id()];
        let mut customers = Vec::new();
        for tenant in tenants.into_iter().cycle().take(12) {
            let mut customer = created(&stores, tenant).await;
            for verb in [Verb::Submit, Verb::RequestAction] {
                let id = customer.id().to_string();
                let id = (verb == Verb::Submit).then_some(id.as_str());
                let decision = decided(&customer, verb, id);
                customer = decision.customer().clone();
                let outcome = stores.customers.decide(tenant, decision).await;
                assert_eq!(outcome, Ok(DecisionOutcome::Decided));
            }
            customers.push((tenant, customer));
        }
        Self {
            connection: connect(&database).await,
            settings,
            _database: database,
            customers,
        }
    }

    /// All that a program reads of all customers, or an error for each.
    async fn read(&self, stores: &Stores) -> Vec<Result<String, StoreError>> {
        let customers = &stores.customers;
        let mut read = Vec::new();
        for (tenant, customer) in &self.customers {
            let found = customers.find(*tenant, customer.id()).await;
            let found = found.map(|it| it.and_then(FoundCustomer::present));
            read.push(found.map(|it| exposed(it.as_slice())));
            let query = HistoryQuery {
                after: None,
                limit: 10,
            };
            let history = customers.history(*tenant, customer.id(), query).await;
            read.push(history.map(|it| {
                let changes = it.into_iter().flat_map(|page| page.items);
                let reasons = changes.map(|it| it.reason.map(|it| it.expose().to_owned()));
                format!("{:?}", reasons.collect::<Vec<_>>())
            }));
            let id = parse(&customer.id().to_string());
            let decision = customers.find_decision(*tenant, &id).await;
            let decision = decision.map(|it| match it {
                Some(RecordedDecision::Made(made)) => Some(made.customer),
                _ => None,
            });
            read.push(decision.map(|it| exposed(it.as_slice())));
        }
        read
    }
}

/// What `Debug` would mask.
fn exposed(customers: &[Customer]) -> String {
    let texts = customers.iter().map(|customer| {
        let profile = customer.profile();
        format!(
            "{} {} {} {} {:?} {:?}",
            customer.id(),
            profile.first_name.expose(),
            profile.email.expose(),
            profile.phone.expose(),
            profile.metadata.expose(),
            customer.state().status_reason.as_ref().map(Reason::expose),
        )
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Flips a random bit of a value, cuts it short, or puts another row's value in its place.
fn tampering(dice: &mut Dice) -> String {
    let (table, column, kind) = *dice.pick(&[
        ("customers", "sealed", "bytea"),
        ("customers", "salt", "uuid"),
        ("customer_changes", "sealed_reason", "bytea"),
        ("decisions", "sealed", "bytea"),
        ("tenant_keys", "wrapped", "bytea"),
    ]);
    let row = dice.roll(6);
    let one = format!(
        "(SELECT ctid FROM {table} WHERE {column} IS NOT NULL ORDER BY ctid OFFSET {row} LIMIT 1)"
    );
    let bytes = if kind == "uuid" {
        format!("uuid_send({column})")
    } else {
        column.to_owned()
    };
    let tampered = match dice.roll(3) {
        0 => {
            let bit = dice.roll(8 * 16);
            format!("set_bit({bytes}, {bit}, 1 - get_bit({bytes}, {bit}))")
        }
        1 if kind == "bytea" => {
            let length = 16 + dice.roll(17);
            format!("substring({bytes} FROM 1 FOR {length})")
        }
        _ => {
            let bytes = bytes.replace(column, &format!("other.{column}"));
            format!(
                "(SELECT {bytes} FROM {table} AS other
                  WHERE {column} IS NOT NULL AND ctid <> {one} ORDER BY random() LIMIT 1)"
            )
        }
    };
    let tampered = if kind == "uuid" {
        format!("encode({tampered}, 'hex')::uuid")
    } else {
        tampered
    };
    format!("UPDATE {table} SET {column} = {tampered} WHERE ctid = {one}")
}

/// The tables with sealed values, each with the condition that pairs a row with its copy.
const TABLES: [(&str, &str, &str); 4] = [
    (
        "customers",
        "(it.tenant_id, it.id) = (copy.tenant_id, copy.id)",
        "sealed = copy.sealed, salt = copy.salt",
    ),
    (
        "customer_changes",
        "(it.customer_id, it.version) = (copy.customer_id, copy.version)",
        "sealed_reason = copy.sealed_reason",
    ),
    (
        "decisions",
        "it.decision_id = copy.decision_id",
        "sealed = copy.sealed",
    ),
    (
        "tenant_keys",
        "(it.tenant_id, it.number) = (copy.tenant_id, copy.number)",
        "wrapped = copy.wrapped",
    ),
];

async fn for_each_table(
    connection: &mut PgConnection,
    statement: impl Fn(&str, &str, &str) -> String,
) {
    for (table, pairs, columns) in TABLES {
        let statement = AssertSqlSafe(statement(table, pairs, columns));
        connection.execute(statement).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_that_was_tampered_with_or_moved_opens_to_a_wrong_value() {
    let mut sealed = Sealed::new().await;
    let pool = Database::new(&sealed.settings).unwrap();
    let truth = sealed.read(&stores_over(&pool, MASTER_KEY)).await;
    assert!(truth.iter().all(Result::is_ok), "{truth:?}");
    for_each_table(&mut sealed.connection, |table, _, _| {
        format!("CREATE TABLE {table}_copy AS SELECT * FROM {table}")
    })
    .await;
    let mut dice = Dice::new(14);
    for _ in 0..100 {
        let mut done = Vec::new();
        for _ in 0..10 {
            let tampering = tampering(&mut dice);
            let statement = AssertSqlSafe(tampering.clone());
            let result = sealed.connection.execute(statement).await.unwrap();
            assert_eq!(result.rows_affected(), 1, "{tampering}");
            done.push(tampering);
        }
        // A program that starts now has no key in memory.
        let read = sealed.read(&stores_over(&pool, MASTER_KEY)).await;
        let mut refused = 0;
        for (read, truth) in read.iter().zip(&truth) {
            match read {
                Ok(_) => assert_eq!(read, truth, "{done:?}"),
                Err(StoreError::Defect { .. }) => refused += 1,
                Err(error) => panic!("{error}: {done:?}"),
            }
        }
        assert!(refused > 0, "{done:?}");
        for_each_table(&mut sealed.connection, |table, pairs, columns| {
            format!("UPDATE {table} AS it SET {columns} FROM {table}_copy AS copy WHERE {pairs}")
        })
        .await;
    }
}

#[tokio::test]
async fn the_failure_of_a_tampered_value_names_the_customer_and_nothing_of_it() {
    let database = migrated(PostgresServer::shared().await).await;
    let (stores, tenant) = (stores(&PgSettings::new(database.url())), tenant_id());
    let wanted = creation(minimal_profile());
    stores
        .customers
        .create(tenant, wanted.clone())
        .await
        .unwrap();
    let mut connection = connect(&database).await;
    connection
        .execute("UPDATE customers SET sealed = set_bit(sealed, 200, 1 - get_bit(sealed, 200))")
        .await
        .unwrap();
    let id = wanted.customer().id();
    let query = ListQuery {
        limit: 5,
        ..ListQuery::default()
    };
    for error in [
        stores.customers.find(tenant, id).await.unwrap_err(),
        stores.customers.list(tenant, &query).await.unwrap_err(),
        stores
            .customers
            .update(tenant, renamed(wanted.customer()))
            .await
            .unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains(&id.to_string()), "{text}");
        assert!(!text.contains("Imke") && !text.contains("Okafor"), "{text}");
    }
}
