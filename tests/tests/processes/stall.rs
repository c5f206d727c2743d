//! A Postgres that stalls writes: reads are served, and the number of backends stays within its limit.
//!
//! A stall takes a few seconds by default. `TEST_STALL_SECONDS=30` makes it longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use customers_test_support::{eventually, variable};
use customers_tests::{Answer, Caller, Program, bodies, stores};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, sleep};

/// Long enough for calls to time out and their connections to be abandoned.
const STALL_SECONDS: u64 = 7;
/// A read takes at most one second; the rest is a reserve for a busy machine.
const READ_LIMIT: Duration = Duration::from_secs(3);
/// The same reserve for a create that is refused at once.
const REFUSED_WITHIN: Duration = Duration::from_secs(3);
const BACK_WITHIN: Duration = Duration::from_secs(10);
/// The default of `--database-connections`, and the connection of the health check.
const CONNECTIONS: i64 = 16 + 1;

const BACKENDS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'customers'";

fn stall() -> Duration {
    let seconds = variable("TEST_STALL_SECONDS").map(|seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(STALL_SECONDS))
}

async fn backends(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(BACKENDS)
        .fetch_one(connection)
        .await
        .unwrap()
}

/// Samples the number of backends until `stop` is set, and returns the maximum.
fn watch_backends(mut connection: PgConnection, stop: Arc<AtomicBool>) -> JoinHandle<i64> {
    tokio::spawn(async move {
        let mut most = 0;
        while !stop.load(Ordering::Relaxed) {
            most = most.max(backends(&mut connection).await);
            sleep(Duration::from_millis(50)).await;
        }
        most
    })
}

/// A program with its own server and one customer.
struct Stalled {
    _server: PostgresServer,
    database: TestDatabase,
    caller: Caller,
    customer: String,
    _program: Program,
}

impl Stalled {
    async fn new() -> Self {
        let server = PostgresServer::own(&PostgresOptions::new()).await;
        let database = server.migrated_database(stores::bring_up).await;
        let key = Program::key(database.url(), "Acme");
        let program = Program::serve(database.url(), &[]).await;
        let caller = Caller::new(&program, &key);
        let created = caller.create(&bodies::person(), None).await;
        Self {
            _server: server,
            database,
            caller,
            customer: created.header("location").to_owned(),
            _program: program,
        }
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(self.database.url()).await.unwrap()
    }

    /// Sends ten creates and four reads per second until `end`. Checks the reads. Returns the responses to the creates
    /// and their durations, in the order of the requests.
    async fn call_until(&self, end: Instant) -> Vec<(Answer, Duration)> {
        let mut turns = interval(Duration::from_millis(100));
        let (mut creates, mut reads) = (Vec::new(), JoinSet::new());
        for turn in 0_u32.. {
            turns.tick().await;
            if Instant::now() >= end {
                break;
            }
            let caller = self.caller.clone();
            creates.push(tokio::spawn(async move {
                let started = Instant::now();
                let answer = caller.create(&bodies::person(), None).await;
                (answer, started.elapsed())
            }));
            if turn % 5 < 2 {
                let (caller, customer) = (self.caller.clone(), self.customer.clone());
                reads.spawn(async move {
                    let path = if turn % 5 == 0 {
                        &customer
                    } else {
                        "/customers"
                    };
                    let started = Instant::now();
                    let answer = caller.get(path).await;
                    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                    let took = started.elapsed();
                    assert!(took < READ_LIMIT, "{path} took {took:?}");
                });
            }
        }
        while let Some(read) = reads.join_next().await {
            read.unwrap();
        }
        let mut answers = Vec::new();
        for create in creates {
            answers.push(create.await.unwrap());
        }
        answers
    }

    async fn works_again(&self) {
        eventually("creates work again", BACK_WITHIN, async || {
            self.caller.create(&bodies::person(), None).await.status == 201
        })
        .await;
        let ready = self.caller.get_without_key("/health/ready").await;
        assert_eq!(ready.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_served_and_creates_refused_while_commits_stall() {
    let stalled = Stalled::new().await;
    let mut operator = stalled.connect().await;
    let stop = Arc::new(AtomicBool::new(false));
    let most = watch_backends(stalled.connect().await, Arc::clone(&stop));

    for statement in [
        "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
        "SELECT pg_reload_conf()",
    ] {
        operator.execute(statement).await.unwrap();
    }
    let answers = stalled.call_until(Instant::now() + stall()).await;
    let ready = stalled.caller.get_without_key("/health/ready").await;
    assert_eq!(ready.status, 200, "it can still be read");
    let (last, refused_within) = answers.last().unwrap();
    assert_eq!(last.status, 503, "{}", last.text());
    assert!(*refused_within < REFUSED_WITHIN, "{refused_within:?}");

    for statement in [
        "ALTER SYSTEM RESET synchronous_standby_names",
        "SELECT pg_reload_conf()",
    ] {
        operator.execute(statement).await.unwrap();
    }
    stalled.works_again().await;
    stop.store(true, Ordering::Relaxed);
    let most = most.await.unwrap();
    assert!(most <= CONNECTIONS, "{most} backends");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_served_while_a_table_is_locked_against_writes() {
    let stalled = Stalled::new().await;
    let stop = Arc::new(AtomicBool::new(false));
    let most = watch_backends(stalled.connect().await, Arc::clone(&stop));
    let mut operator = stalled.connect().await;
    let mut lock = operator.begin().await.unwrap();
    lock.execute("LOCK customers IN SHARE MODE").await.unwrap();

    let answers = stalled.call_until(Instant::now() + stall()).await;
    assert!(answers.iter().all(|(answer, _)| answer.status == 503));

    lock.rollback().await.unwrap();
    stalled.works_again().await;
    stop.store(true, Ordering::Relaxed);
    let most = most.await.unwrap();
    assert!(most <= CONNECTIONS, "{most} backends");
}
