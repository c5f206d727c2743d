//! The server's log and the adapter's errors hold nothing of a customer.

use std::time::Duration;

use customers_adapter_postgres::PgSettings;
use customers_domain::{BillingAddress, Profile};
use customers_ports::Creation;
use customers_test_support::builders::{
    claim, claimed, creation, metadata, parse, profile, tenant_id,
};
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use sqlx::Executor as _;

use crate::store::{connect, migrated, stores};

/// Part of every planted value.
const PLANTED: &str = "zzplanted";

fn planted(number: u32) -> Profile {
    let value = format!("{PLANTED}{number}");
    Profile {
        first_name: parse(&value),
        last_name: parse(&value),
        email: parse(&format!("{value}@example.com")),
        external_id: Some(parse(&value)),
        metadata: metadata(&[(value.as_str(), value.as_str())]),
        billing_address: BillingAddress {
            line1: parse(&value),
            line2: Some(parse(&value)),
            city: parse(&value),
            state: parse(&value),
            zip_code: parse(&value),
            ..profile().billing_address
        },
        ..profile()
    }
}

/// Creates that meet each other in every way: by email, by external id, by key.
fn colliding() -> Vec<Creation> {
    (0..60)
        .map(|number| {
            let profile = Profile {
                external_id: Some(parse(&format!("{PLANTED}{}", number % 7))),
                ..planted(number % 5)
            };
            match number % 3 {
                0 => creation(profile),
                1 => claimed(profile, claim("one key", &format!("body {number}"))),
                _ => claimed(profile, claim(&format!("key {}", number % 4), "body")),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_log_holds_nothing_of_a_customer() {
    let server = PostgresServer::own(&PostgresOptions::new().setting("log_lock_waits", "on")).await;
    let database = migrated(&server).await;
    let settings = PgSettings {
        timeout: Duration::from_secs(1),
        ..PgSettings::new(database.url())
    };
    let stores = stores(&settings);
    let tenant = tenant_id();
    let calls: Vec<_> = colliding()
        .into_iter()
        .map(|wanted| {
            let stores = stores.clone();
            tokio::spawn(async move { stores.customers.create(tenant, wanted).await })
        })
        .collect();
    for call in calls {
        let outcome = call.await.unwrap();
        assert!(outcome.is_ok(), "{outcome:?}");
    }

    // A statement that runs out of time is logged with its text.
    let mut other = connect(&database).await;
    other.execute("BEGIN; LOCK TABLE customers").await.unwrap();
    let error = stores
        .customers
        .create(tenant, creation(planted(9)))
        .await
        .unwrap_err();
    other.execute("ROLLBACK").await.unwrap();
    assert!(!error.to_string().contains(PLANTED), "{error}");

    other.execute("SELECT 1/0").await.unwrap_err();
    eventually("the log", Duration::from_secs(10), async || {
        server.log().await.contains("division by zero")
    })
    .await;
    let log = server.log().await;
    let found = log
        .lines()
        .find(|line| line.to_ascii_lowercase().contains(PLANTED));
    assert_eq!(found, None);
    assert!(log.contains("canceling statement"), "{log}");
}
