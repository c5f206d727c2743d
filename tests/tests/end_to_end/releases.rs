//! Upgrades and rollbacks.

use std::time::Duration;

use customers_test_support::eventually;
use customers_tests::{Call, bodies};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::deployment::Deployment;
use crate::load::Load;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_retry_see_no_failure_while_instances_are_restarted() {
    let deployment = Deployment::new().await;
    let (one, two) = tokio::join!(deployment.copy(), deployment.copy());
    let key = deployment.key("Acme").await;
    let load = Load::on(&[&one, &two], &key);
    for copy in [&one, &two] {
        load.goes_on(100).await;
        assert_eq!(copy.stop().await, 0, "{}", copy.log().await);
        load.goes_on(100).await;
        copy.start().await;
    }
    load.goes_on(100).await;
    load.end(&deployment, &two, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_version_serves_during_a_migration_and_after_a_rollback() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let load = Load::on(&[&copy], &key);
    load.goes_on(50).await;

    // There is only one release, so the test makes the schema changes of the next one.
    assert_eq!(deployment.migrate().await.exit_code, 0);
    deployment
        .execute("ALTER TABLE customers ADD COLUMN note text")
        .await;
    deployment
        .execute("CREATE INDEX CONCURRENTLY customers_note ON customers (tenant_id, note)")
        .await;
    deployment
        .execute("CREATE TABLE notes (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))")
        .await;
    deployment
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99991231235959, 'of the next release', true, '\\x00', 0)",
        )
        .await;
    load.goes_on(100).await;

    assert_eq!(copy.stop().await, 0);
    copy.start().await;
    load.goes_on(50).await;
    load.end(&deployment, &copy, &key).await;
    let log = copy.log().await;
    assert!(
        log.contains("the schema is newer than this program"),
        "{log}"
    );
    assert_eq!(deployment.migrate().await.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_instance_finishes_its_requests_and_exits_with_0() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let call = Call::new("POST", "/customers").key(&key);
    let call = call
        .header("expect", "100-continue")
        .json(&bodies::person());
    let bytes = call.into_bytes();
    let head = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;

    let mut connection = BufReader::new(TcpStream::connect(copy.address()).await.unwrap());
    connection.write_all(&bytes[..head]).await.unwrap();
    let mut begun = String::new();
    connection.read_line(&mut begun).await.unwrap();
    assert_eq!(begun, "HTTP/1.1 100 Continue\r\n");

    let finish = async {
        eventually("the instance is not ready", PATIENCE, async || {
            !copy.is_ready().await
        })
        .await;
        connection.write_all(&bytes[head..]).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (exit_code, answer) = tokio::join!(copy.stop(), finish);
    assert!(answer.contains("HTTP/1.1 201 Created\r\n"), "{answer}");
    let log = copy.log().await;
    assert_eq!(exit_code, 0, "{log}");
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
    assert_eq!(deployment.count_customers().await, 1);
}
