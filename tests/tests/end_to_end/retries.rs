//! Retries of requests whose outcome is unknown.

use customers_tests::{Call, bodies};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::deployment::Deployment;
use crate::load::Load;

#[tokio::test(flavor = "multi_thread")]
async fn retrying_an_interrupted_request_creates_one_customer() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let caller = copy.caller(&key);
    let cuts = [1, 40, 100];
    for percent in cuts {
        let body = bodies::person();
        let once = format!("cut-at-{percent}");
        let call = Call::new("POST", "/customers").key(&key).once(&once);
        let bytes = call.json(&body).into_bytes();
        let mut connection = TcpStream::connect(copy.address()).await.unwrap();
        let sent = &bytes[..bytes.len() * percent / 100];
        connection.write_all(sent).await.unwrap();
        drop(connection);

        let answer = caller.create(&body, Some(&once)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let again = caller.create(&body, Some(&once)).await;
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!((again.status, again.id()), (201, answer.id()));
        let other = caller.create(&body, None).await;
        other.assert_problem_with("customer_already_exists", &[], |problem| {
            problem["conflict"] = json!({"field": "email", "customer_id": answer.id()});
        });
    }
    assert_eq!(deployment.count_customers().await, cuts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_under_load_loses_and_duplicates_no_customer() {
    let deployment = Deployment::new().await;
    let (one, two) = tokio::join!(deployment.copy(), deployment.copy());
    let key = deployment.key("Acme").await;
    let load = Load::on(&[&one, &two], &key);
    for copy in [&one, &two] {
        load.goes_on(100).await;
        copy.kill().await;
        load.goes_on(100).await;
        copy.start().await;
    }
    load.end(&deployment, &one, &key).await;
}
