//! The logs of the program and of Postgres contain no personal data.

use customers_tests::bodies;
use serde_json::{Value, json};

use crate::deployment::Deployment;

/// Unique parts of the planted values, in lower case.
const PLANTED: [&str; 12] = [
    "zqfirst",
    "zqlast",
    "zqmail",
    "zqhost",
    "8012345678",
    "zqstreet",
    "zqflat",
    "zqtown",
    "zqstate",
    "zqnote",
    "zqexternal",
    "zqonce",
];

fn planted() -> Value {
    json!({
        "first_name": "Zqfirst",
        "last_name": "Zqlast",
        "email": "zqmail@zqhost.example.com",
        "phone": "+2348012345678",
        "type": "individual",
        "billing_address": {
            "line1": "1 Zqstreet",
            "line2": "Zqflat",
            "city": "Zqtown",
            "state": "Zqstate",
            "zip_code": "100001",
            "country": "NG"
        },
        "external_id": "zqexternal-1",
        "metadata": {"note": "zqnote"}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logs_contain_no_personal_data_and_no_key() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let caller = copy.caller(&key);
    let once = Some("zqonce");

    let created = caller.create(&planted(), once).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(caller.get(created.header("location")).await.status, 200);
    let refused = [
        (caller.create(&planted(), None).await, 409),
        (
            caller
                .create(&bodies::with(planted(), "/last_name", "Other"), once)
                .await,
            422,
        ),
        (
            caller
                .create(&bodies::with(planted(), "/email", "zqmail"), None)
                .await,
            422,
        ),
        (
            caller
                .create(&bodies::with(planted(), "/zqnote", "zqnote"), None)
                .await,
            400,
        ),
        (caller.get("/customers/zqfirst").await, 404),
    ];
    for (answer, status) in &refused {
        assert_eq!(answer.status, *status, "{}", answer.text());
    }
    deployment.postgres.stop().await;
    let other = bodies::with(planted(), "/email", "zqmail.2@zqhost.example.com");
    assert_eq!(caller.create(&other, None).await.status, 503);
    deployment.postgres.start().await;
    copy.ready().await;
    assert_eq!(copy.stop().await, 0);

    let log = copy.log().await;
    assert!(
        log.contains("\"route\":\"/customers/{id}\""),
        "no log of requests: {log}"
    );
    assert_clean("the program", &log, &key);
    let log = deployment.postgres.log().await;
    assert!(
        log.contains("database system is ready"),
        "no log of Postgres: {log}"
    );
    assert_clean("Postgres", &log, &key);
}

#[track_caller]
fn assert_clean(whose: &str, log: &str, key: &str) {
    let lower = log.to_ascii_lowercase();
    for planted in PLANTED {
        assert!(
            !lower.contains(planted),
            "{planted} is in the log of {whose}: {log}"
        );
    }
    let (_, secret) = key.rsplit_once('_').unwrap();
    assert!(
        !log.contains(secret),
        "the API key is in the log of {whose}"
    );
}
