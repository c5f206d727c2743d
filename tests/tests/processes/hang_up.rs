//! Clients that disconnect during a request.

use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use customers_tests::{Call, Caller, Program, bodies, stores};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_disconnect_do_not_affect_the_service() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let sent: Vec<_> = (0..20)
        .map(|number| (format!("gone-{number}"), bodies::person()))
        .collect();
    for (once, body) in &sent {
        let whole = Call::new("POST", "/customers")
            .key(&key)
            .json(body)
            .once(once)
            .into_bytes();
        // Sends nothing, part of the head, the head, part of the body, or everything.
        for length in [
            0,
            10,
            whole.len() - body.to_string().len(),
            whole.len() - 1,
            whole.len(),
        ] {
            let mut stream = TcpStream::connect(program.address()).await.unwrap();
            stream.write_all(&whole[..length]).await.unwrap();
        }
    }
    let caller = Caller::new(&program, &key);
    for (once, body) in &sent {
        let mut created = None;
        eventually(
            "the request is executed",
            Duration::from_secs(10),
            async || {
                let answer = caller.create(body, Some(once)).await;
                created = (answer.status == 201).then_some(answer);
                created.is_some()
            },
        )
        .await;
        let taken = caller.create(body, None).await;
        assert_eq!(
            taken.json()["conflict"]["customer_id"].as_str(),
            created.map(|answer| answer.id()).as_deref()
        );
    }
    let log = program.log();
    assert!(
        !log.contains("\"ERROR\"") && !log.contains("panicked"),
        "{log}"
    );
}
