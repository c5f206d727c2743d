//! The event feed on Postgres: locks, late commits, events of modules, and the plans of its statements.

use customers_adapter_postgres::{
    Database, Ending, Failure, PgEventFeed, PgSettings, Transaction, UnitOfWork, append_event, sql,
};
use customers_domain::{
    EventBody, EventData, EventId, EventType, EventValue, ModuleEvent, Sequence, SequencedEvent,
    TenantId,
};
use customers_ports::{EventFeed as _, EventPage, EventQuery, EventSequencer as _, Numbering};
use customers_test_support::builders::{
    api_key, creation, customer_id, minimal_profile, tenant_id, tenant_name, test_time,
};
use customers_test_support::contract::StoresWithFeed;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::store::{connect, migrated, number, stores_with_feed};

/// Stores a second change of each customer that has one, as an edit does.
const CHANGE_ALL: &str = "
WITH told AS (
    INSERT INTO customer_changes
    SELECT after.*
    FROM customer_changes AS change
    CROSS JOIN LATERAL jsonb_populate_record(change, jsonb_build_object(
        'version', 2, 'id', gen_random_uuid(), 'from_status', change.to_status
    )) AS after
    RETURNING tenant_id, at, customer_id, version
)
INSERT INTO waiting_events SELECT tenant_id, at, customer_id, version FROM told";

struct Home {
    database: TestDatabase,
    fed: StoresWithFeed,
    feed: PgEventFeed,
    tenant: TenantId,
}

impl Home {
    async fn open() -> Self {
        let database = migrated(PostgresServer::shared().await).await;
        let settings = PgSettings::new(database.url());
        let fed = stores_with_feed(&settings);
        let key = api_key(tenant_id());
        let issued = fed
            .stores
            .api_keys
            .issue(&tenant_name(), key)
            .await
            .unwrap();
        Self {
            feed: PgEventFeed::new(Database::new(&settings).unwrap()),
            database,
            fed,
            tenant: issued.tenant_id,
        }
    }

    async fn create(&self) {
        let creation = creation(minimal_profile());
        let created = self.fed.stores.customers.create(self.tenant, creation);
        created.await.unwrap();
    }

    /// Numbers what waits, and returns how many events that were.
    async fn number(&self) -> usize {
        let numbering = self.feed.number(self.tenant, 1_000).await;
        let Ok(Numbering::Done(numbered)) = numbering else {
            unreachable!("nothing else numbers events");
        };
        numbered.times.len()
    }

    async fn page(&self) -> EventPage {
        let query = EventQuery {
            after: Sequence::START,
            limit: 1_000,
        };
        self.feed.read(self.tenant, query).await.unwrap()
    }
}

fn numbers(events: &[SequencedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.sequence.number()).collect()
}

#[tokio::test]
async fn a_transaction_that_stays_open_delays_no_other_event_and_its_own_is_not_missed() {
    let home = Home::open().await;
    home.create().await;
    assert_eq!(home.number().await, 1);
    let mut late = connect(&home.database).await;
    late.execute("BEGIN").await.unwrap();
    late.execute(CHANGE_ALL).await.unwrap();
    for count in 2..5 {
        home.create().await;
        assert_eq!(home.number().await, 1);
        assert_eq!(home.page().await.events.len(), count);
    }
    assert!(home.feed.waiting().await.unwrap().is_empty());
    let seen = home.page().await.events;
    late.execute("COMMIT").await.unwrap();
    assert_eq!(home.number().await, 1);
    let page = home.page().await;
    assert_eq!(page.events[..4], seen);
    assert_eq!(numbers(&page.events), [1, 2, 3, 4, 5]);
    // Its time is that of the first event.
    assert_eq!(page.events[4].event.at, page.events[0].event.at);
}

#[tokio::test]
async fn a_change_that_is_rolled_back_has_no_event() {
    let home = Home::open().await;
    home.create().await;
    let mut undone = connect(&home.database).await;
    undone.execute("BEGIN").await.unwrap();
    undone.execute(CHANGE_ALL).await.unwrap();
    undone.execute("ROLLBACK").await.unwrap();
    assert_eq!(home.number().await, 1);
    assert_eq!(numbers(&home.page().await.events), [1]);
}

#[tokio::test]
async fn a_tenant_whose_head_is_locked_is_busy() {
    let home = Home::open().await;
    home.create().await;
    assert_eq!(home.number().await, 1);
    let mut holder = connect(&home.database).await;
    holder.execute("BEGIN").await.unwrap();
    let locked = holder.fetch_all("SELECT FROM event_heads FOR UPDATE").await;
    assert_eq!(locked.unwrap().len(), 1);
    home.create().await;
    let numbering = home.feed.number(home.tenant, 10).await.unwrap();
    assert_eq!(numbering, Numbering::Busy);
    assert_eq!(home.feed.waiting().await.unwrap()[0].count, 1);
    assert_eq!(home.page().await.head.number(), 1);
    holder.execute("ROLLBACK").await.unwrap();
    assert_eq!(home.number().await, 1);
}

#[tokio::test]
async fn advancing_moves_the_head_of_every_tenant_and_leaves_one_gap() {
    let home = Home::open().await;
    for _ in 0..2 {
        home.create().await;
    }
    assert_eq!(home.number().await, 2);
    let by = Sequence::from_number(100).unwrap();
    assert_eq!(home.feed.advance(by).await, Ok(1));
    let page = home.page().await;
    assert_eq!((numbers(&page.events), page.has_more), (vec![1, 2], false));
    assert_eq!(page.head.number(), 102);
    home.create().await;
    assert_eq!(home.number().await, 1);
    assert_eq!(numbers(&home.page().await.events), [1, 2, 103]);

    let empty = Home::open().await;
    assert_eq!(empty.feed.advance(by).await, Ok(1));
    empty.create().await;
    assert_eq!(empty.number().await, 1);
    assert_eq!(numbers(&empty.page().await.events), [101]);
}

const OPENED: EventType = EventType::declare("wallet.opened");

/// Appends an event, and ends the transaction.
struct Append {
    tenant: TenantId,
    id: EventId,
    ends: fn() -> Ending<()>,
}

impl UnitOfWork for Append {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Ending<()>, Failure> {
        append_event(transaction, self.tenant, self.id, test_time(), &opened()).await?;
        Ok((self.ends)())
    }
}

fn opened() -> ModuleEvent {
    let data = EventData::new()
        .with("currency", EventValue::Text("E\"UR\u{20ac}".to_owned()))
        .and_then(|data| data.with("balance", EventValue::Number(i64::MIN)))
        .and_then(|data| data.with("is_first", EventValue::Boolean(true)))
        .and_then(|data| data.with("note", EventValue::Null));
    ModuleEvent {
        event_type: OPENED,
        data: data.unwrap(),
    }
}

#[tokio::test]
async fn an_event_of_a_module_appears_if_its_transaction_commits_and_once() {
    let home = Home::open().await;
    let database = Database::new(&PgSettings::new(home.database.url())).unwrap();
    let [kept, discarded] =
        [(); 2].map(|()| EventId::from_uuid(customer_id(test_time()).as_uuid()));
    let commit = || Ending::Commit(());
    let rollback = || Ending::Rollback(());
    let ends: [fn() -> Ending<()>; 3] = [rollback, commit, commit];
    for (id, ends) in [discarded, kept, kept].into_iter().zip(ends) {
        let tenant = home.tenant;
        let unit = Append { tenant, id, ends };
        database.transaction(unit).await.unwrap();
    }
    home.create().await;
    assert_eq!(home.number().await, 2);
    let events = home.page().await.events;
    let modules: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.event.body {
            EventBody::Module(module) => Some((event.event.id, module.clone())),
            EventBody::Customer(_) => None,
        })
        .collect();
    assert_eq!(
        (numbers(&events), modules),
        (vec![1, 2], vec![(kept, opened())])
    );
}

/// One tenant with many events, others with few, and many that wait.
const SEED: &str = "
INSERT INTO customer_changes
SELECT after.*
FROM customer_changes AS change
CROSS JOIN generate_series(1, 20000) AS n
CROSS JOIN LATERAL jsonb_populate_record(change, jsonb_build_object(
    'customer_id', md5('c' || n)::uuid, 'id', md5('i' || n)::uuid,
    'at', change.at + n * interval '1 second'
)) AS after;
INSERT INTO events
SELECT tenant_id, row_number() OVER (ORDER BY at), customer_id, version FROM customer_changes;
INSERT INTO events
SELECT md5('t' || tenant)::uuid, n, md5('c' || n)::uuid, 1
FROM generate_series(1, 30) AS tenant CROSS JOIN generate_series(1, 100) AS n;
INSERT INTO waiting_events
SELECT tenant_id, at, customer_id, version FROM customer_changes
ON CONFLICT DO NOTHING;
ANALYZE";

#[tokio::test]
async fn a_page_and_a_step_of_numbering_read_no_more_than_they_need() {
    let home = Home::open().await;
    home.create().await;
    let mut connection = connect(&home.database).await;
    connection.execute(SEED).await.unwrap();
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM waiting_events").await,
        20_001
    );
    for (name, value) in sql::PLANNER {
        let set = AssertSqlSafe(format!("SET {name} = {value}"));
        connection.execute(set).await.unwrap();
    }
    let tenant = home.tenant.as_uuid();
    for (statement, parameters) in [
        (sql::READ_EVENTS, format!("'{tenant}', 0, 51")),
        (sql::READ_EVENTS, format!("'{tenant}', 19000, 51")),
        (sql::TAKE_WAITING, format!("'{tenant}', 51")),
    ] {
        let prepare = AssertSqlSafe(format!("PREPARE it AS {statement}"));
        connection.execute(prepare).await.unwrap();
        let explain = format!("EXPLAIN (ANALYZE, TIMING OFF) EXECUTE it ({parameters})");
        let rows = connection.fetch_all(AssertSqlSafe(explain)).await.unwrap();
        for line in rows.iter().map(|row| row.get::<String, _>(0)) {
            let is_scan = line.contains("Seq Scan") || line.contains("Bitmap");
            assert!(!is_scan, "{statement}: {line}");
            if let Some((_, rows)) = line.split_once("(actual rows=") {
                let rows: f64 = rows.split(' ').next().unwrap().parse().unwrap();
                assert!(rows <= 51.0, "{statement}: {line}");
            }
            let filtered = line.contains("Rows Removed by Filter");
            assert!(!filtered, "{statement}: {line}");
        }
        connection.execute("DEALLOCATE it").await.unwrap();
    }
}
