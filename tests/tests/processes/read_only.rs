//! A Postgres that cannot be written to.

use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Caller, Program, bodies, stores};
use sqlx::{Connection as _, Executor as _, PgConnection};

/// The contract promises ten seconds.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_server_is_not_ready_and_its_reads_are_served() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    let created = caller.create(&bodies::person(), None).await;
    let customer = created.header("location");
    let ready = async || caller.get_without_key("/health/ready").await.status;
    assert_eq!(ready().await, 200);

    let mut operator = PgConnection::connect(database.url()).await.unwrap();
    for statement in [
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
    ] {
        operator.execute(statement).await.unwrap();
    }
    eventually("it is not ready", NOTICED_WITHIN, async || {
        ready().await == 503
    })
    .await;
    let body = bodies::person();
    let refused = caller.create(&body, Some("read-only")).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(caller.get(customer).await.status, 200);

    for statement in [
        "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()",
    ] {
        operator.execute(statement).await.unwrap();
    }
    eventually("it is ready again", NOTICED_WITHIN, async || {
        ready().await == 200
    })
    .await;
    eventually("creates work again", NOTICED_WITHIN, async || {
        caller.create(&body, Some("read-only")).await.status == 201
    })
    .await;
}
