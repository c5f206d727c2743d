//! Modules run transactions of their own, and have a history of migrations of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use customers_adapter_postgres::{
    Database, Ending, Failure, ModuleSchema, OutcomeRecord, PgSettings, Pooler, SchemaState,
    StartupError, Statement, TableGrant, Transaction, UnitOfWork, column, migrate, migrate_module,
    module_schema_state, schema_state,
};
use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome, StoreError};
use customers_test_support::builders::{claim_of, customer_id, tenant_id, test_time};
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};
use tokio::sync::OnceCell;

use crate::store::{connect, migrated, number};

const INSERT: &str = "INSERT INTO wallets VALUES ($1) ON CONFLICT DO NOTHING";
const FAIL: &str = "SELECT 1 / (count(*) - count(*)) FROM wallets";
const LOSE_A_RACE: &str = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$";
const COUNT: &str = "SELECT count(*) AS wallets FROM wallets";

/// A database with a table of a module.
async fn open(pooler: Pooler) -> (TestDatabase, Database) {
    let home = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&home).await;
    let table = "CREATE TABLE wallets (id uuid PRIMARY KEY)";
    connection.execute(table).await.unwrap();
    let settings = PgSettings {
        pooler,
        ..PgSettings::new(home.url())
    };
    (home, Database::new(&settings).unwrap())
}

async fn wallets(database: &Database) -> i64 {
    let rows = database.fetch(Statement::new(COUNT)).await.unwrap();
    column(&rows[0], "wallets").unwrap()
}

/// Inserts a wallet, runs further statements, and ends.
struct Open {
    then: &'static [&'static str],
    ends: fn() -> Ending<()>,
    ignores_errors: bool,
}

impl UnitOfWork for Open {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Ending<()>, Failure> {
        let id = customer_id(test_time()).as_uuid();
        transaction.fetch(Statement::new(INSERT).bind(id)).await?;
        for statement in self.then {
            let outcome = transaction.fetch(Statement::new(statement)).await;
            if !self.ignores_errors {
                outcome?;
            }
        }
        Ok((self.ends)())
    }
}

const OPENS: Open = Open {
    then: &[],
    ends: || Ending::Commit(()),
    ignores_errors: false,
};

#[tokio::test]
async fn a_unit_of_work_is_kept_whole_or_not_at_all() {
    for pooler in [Pooler::None, Pooler::Transaction] {
        let (_home, database) = open(pooler).await;
        let discards = Open {
            ends: || Ending::Rollback(()),
            ..OPENS
        };
        assert_eq!(database.transaction(discards).await, Ok(()));
        let fails = Open {
            then: &[FAIL],
            ..OPENS
        };
        let failed = database.transaction(fails).await;
        assert!(
            matches!(failed, Err(StoreError::Defect { .. })),
            "{failed:?}"
        );
        assert_eq!(wallets(&database).await, 0);
        assert_eq!(database.transaction(OPENS).await, Ok(()));
        assert_eq!(wallets(&database).await, 1);
        assert_eq!(database.pool_status().open, 1);
    }
}

#[tokio::test]
async fn a_commit_after_an_ignored_error_is_an_error() {
    for pooler in [Pooler::None, Pooler::Transaction] {
        let (_home, database) = open(pooler).await;
        let careless = Open {
            then: &[FAIL],
            ignores_errors: true,
            ..OPENS
        };
        let failed = database.transaction(careless).await;
        assert!(
            matches!(failed, Err(StoreError::Defect { .. })),
            "{failed:?}"
        );
        assert_eq!(wallets(&database).await, 0);
        assert_eq!(database.transaction(OPENS).await, Ok(()));
        assert_eq!(database.pool_status().open, 1);
    }
}

/// Loses races until it has run that often.
struct Races {
    lost: u32,
    runs: Arc<AtomicU32>,
}

impl UnitOfWork for Races {
    type Output = u32;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Ending<u32>, Failure> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        if run == 1 {
            return Err(Failure::raced());
        }
        if run <= self.lost {
            transaction.fetch(Statement::new(LOSE_A_RACE)).await?;
        }
        Ok(Ending::Commit(run))
    }
}

#[tokio::test]
async fn a_lost_race_is_run_again_a_bounded_number_of_times() {
    let (_home, database) = open(Pooler::None).await;
    let races = |lost| Races {
        lost,
        runs: Arc::default(),
    };
    assert_eq!(database.transaction(races(2)).await, Ok(3));
    let endless = races(u32::MAX);
    let runs = Arc::clone(&endless.runs);
    let failed = database.transaction(endless).await;
    assert!(matches!(failed, Err(StoreError::Unavailable { .. })));
    assert_eq!(runs.load(Ordering::Relaxed), 5);
}

/// Opens a wallet once for all requests of a claim.
struct OpenOnce {
    tenant: TenantId,
    claim: IdempotencyClaim,
}

fn outcome() -> RecordedOutcome {
    RecordedOutcome {
        code: 1,
        resource_id: tenant_id().as_uuid(),
        detail: vec![1],
    }
}

impl UnitOfWork for OpenOnce {
    type Output = Option<EarlierRequest>;

    async fn run(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> Result<Ending<Self::Output>, Failure> {
        let earlier = transaction.find_earlier_request(self.tenant, &self.claim);
        if let Some(earlier) = earlier.await? {
            return Ok(Ending::Rollback(Some(earlier)));
        }
        let id = customer_id(test_time()).as_uuid();
        transaction.fetch(Statement::new(INSERT).bind(id)).await?;
        let record = transaction
            .record_outcome(self.tenant, &self.claim, &outcome())
            .await?;
        assert_eq!(record, OutcomeRecord::Stored);
        Ok(Ending::Commit(None))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_requests_with_one_key_at_once_one_opens_a_wallet() {
    for pooler in [Pooler::None, Pooler::Transaction] {
        let (_home, database) = open(pooler).await;
        let tenant = tenant_id();
        let claim = claim_of("POST /wallets", "key", "body");
        let requests = [(); 8].map(|()| {
            let database = database.clone();
            tokio::spawn(async move { database.transaction(OpenOnce { tenant, claim }).await })
        });
        let mut opened = 0;
        for request in requests {
            match request.await.unwrap().unwrap() {
                None => opened += 1,
                Some(earlier) => {
                    let EarlierRequest::Same(earlier) = earlier else {
                        panic!("another request: {earlier:?}");
                    };
                    assert_eq!((earlier.code, earlier.detail), (1, vec![1]));
                }
            }
        }
        assert_eq!((opened, wallets(&database).await), (1, 1));
    }
}

/// The migrations of a module, in two releases.
fn migrator(files: &[(i64, &'static str)]) -> Migrator {
    let migrations = files.iter().map(|(version, sql)| {
        let kind = MigrationType::Simple;
        Migration::new(
            *version,
            "of a test".into(),
            kind,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

const FIRST: (i64, &str) = (1, "CREATE TABLE wallets (id uuid PRIMARY KEY)");
const SECOND: (i64, &str) = (2, "ALTER TABLE wallets ADD currency text");

/// The older and the newer release of a module.
async fn releases() -> [ModuleSchema; 2] {
    static OLD: OnceCell<Migrator> = OnceCell::const_new();
    static NEW: OnceCell<Migrator> = OnceCell::const_new();
    const GRANTS: &[TableGrant] = &[TableGrant {
        table: "wallets",
        privileges: &["SELECT", "DELETE"],
    }];
    let old = OLD.get_or_init(async || migrator(&[FIRST])).await;
    let new = NEW.get_or_init(async || migrator(&[FIRST, SECOND])).await;
    [old, new].map(|migrations| ModuleSchema::new("wallets", migrations, GRANTS))
}

#[tokio::test]
async fn the_histories_of_a_module_and_of_the_service_are_apart() {
    let home = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings::new(home.url());
    let [old, new] = releases().await;
    let states = async || {
        let of_module = module_schema_state(&settings, &old).await.unwrap();
        (of_module, schema_state(&settings).await.unwrap())
    };
    let current = SchemaState::Current;
    assert_eq!(states().await, (SchemaState::Behind, current));
    assert_eq!(migrate_module(&settings, &old).await, Ok(()));
    assert_eq!(states().await, (current, current));
    let behind = module_schema_state(&settings, &new).await;
    assert_eq!(behind, Ok(SchemaState::Behind));
    assert_eq!(migrate_module(&settings, &new).await, Ok(()));
    assert_eq!(migrate(&settings).await, Ok(()));
    assert_eq!(states().await, (SchemaState::Newer, current));
    let mut connection = connect(&home).await;
    let histories = "SELECT count(*) FROM _sqlx_migrations_wallets";
    assert_eq!(number(&mut connection, histories).await, 2);
}

#[tokio::test]
async fn a_role_without_the_privileges_of_a_module_is_told_which_to_grant() {
    let home = migrated(PostgresServer::shared().await).await;
    let [schema, _] = releases().await;
    let owner = PgSettings::new(home.url());
    migrate_module(&owner, &schema).await.unwrap();
    let mut connection = connect(&home).await;
    let role = format!("app_of_{}", home.name());
    // A session that only takes on a role sees its own start with this.
    let statements = format!("CREATE ROLE {role}; GRANT pg_read_all_stats TO {role}");
    connection.execute(AssertSqlSafe(statements)).await.unwrap();
    let separator = if home.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}options=-c%20role%3D{role}", home.url());
    let app = PgSettings::new(url);
    for missing in [
        format!("GRANT SELECT ON _sqlx_migrations_wallets TO {role}"),
        format!("GRANT SELECT, DELETE ON wallets TO {role}"),
    ] {
        let refused = module_schema_state(&app, &schema).await;
        let Err(StartupError::MissingPrivileges { module, statements }) = refused else {
            panic!("not refused: {refused:?}");
        };
        assert_eq!((module, &statements), ("wallets", &missing));
        connection.execute(AssertSqlSafe(statements)).await.unwrap();
    }
    let state = module_schema_state(&app, &schema).await;
    assert_eq!(state, Ok(SchemaState::Current));
    let statements = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    connection.execute(AssertSqlSafe(statements)).await.unwrap();
}
