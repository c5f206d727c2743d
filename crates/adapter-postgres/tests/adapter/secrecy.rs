//! The server's log and the adapter's errors contain no personal data.

use std::time::Duration;

use customers_adapter_postgres::PgSettings;
use customers_domain::{
    BillingAddress, CustomerDecision, CustomerEdit, Edit, Profile, ProfilePatch, TenantId, Verb,
};
use customers_ports::{Conflict, Creation, EditOutcome, UniqueField};
use customers_test_support::builders::{
    claim, claimed, creation, decided_because, edited, metadata, parse, profile, tenant_id,
};
use customers_test_support::contract::Stores;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use sqlx::Executor as _;

use crate::locks::{hold_email, until_someone_waits};
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

/// Returns creates that conflict by email, by external id and by key.
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

fn to_email(email: &str) -> ProfilePatch {
    ProfilePatch {
        email: Some(parse(email)),
        ..ProfilePatch::default()
    }
}

fn to_external_id(external_id: &str) -> ProfilePatch {
    ProfilePatch {
        external_id: Edit::Set(parse(external_id)),
        ..ProfilePatch::default()
    }
}

/// Returns changes of different customers that request the same email, external id or decision id.
async fn colliding_changes(
    stores: &Stores,
    tenant: TenantId,
) -> (Vec<CustomerEdit>, Vec<CustomerDecision>) {
    let (mut edits, mut decisions) = (Vec::new(), Vec::new());
    for number in 0..48 {
        let wanted = creation(profile());
        let customer = wanted.customer().clone();
        stores.customers.create(tenant, wanted).await.unwrap();
        match number % 3 {
            0 => edits.push(edited(
                &customer,
                to_email(&format!("{PLANTED}-e@example.com")),
            )),
            1 => edits.push(edited(&customer, to_external_id(&format!("{PLANTED}-x")))),
            _ => decisions.push(decided_because(
                &customer,
                Verb::Submit,
                Some(PLANTED),
                Some(&format!("{PLANTED}-d")),
            )),
        }
    }
    (edits, decisions)
}

/// Edits to an email that another transaction takes after the edit has begun.
async fn lose_a_race(stores: &Stores, tenant: TenantId, database: &TestDatabase) {
    let wanted = creation(profile());
    let customer = wanted.customer().clone();
    stores.customers.create(tenant, wanted).await.unwrap();
    let update = edited(&customer, to_email(&format!("{PLANTED}-race@example.com")));
    let mut other = connect(database).await;
    let (holder, transaction) = hold_email(&mut other, tenant, update.customer()).await;
    let waiting = tokio::spawn({
        let stores = stores.clone();
        async move { stores.customers.update(tenant, update).await }
    });
    until_someone_waits(database).await;
    transaction.commit().await.unwrap();
    let field = UniqueField::Email;
    let taken = EditOutcome::Taken(Conflict { field, holder });
    assert_eq!(waiting.await.unwrap(), Ok(taken));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_log_contains_no_personal_data() {
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

    let (edits, decisions) = colliding_changes(&stores, tenant).await;
    let mut calls = Vec::new();
    for edit in edits {
        let stores = stores.clone();
        calls.push(tokio::spawn(async move {
            stores.customers.update(tenant, edit).await.map(|_| ())
        }));
    }
    for decision in decisions {
        let stores = stores.clone();
        calls.push(tokio::spawn(async move {
            stores.customers.decide(tenant, decision).await.map(|_| ())
        }));
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
    lose_a_race(&stores, tenant, &database).await;

    // The server logs the text of a statement that times out.
    let mut other = connect(&database).await;
    other.execute("BEGIN; LOCK TABLE customers").await.unwrap();
    let error = stores
        .customers
        .create(tenant, creation(planted(9)))
        .await
        .unwrap_err();
    other.execute("ROLLBACK").await.unwrap();
    assert!(!error.to_string().contains(PLANTED), "{error}");

    other.execute("SELECT the_end").await.unwrap_err();
    eventually("the log", Duration::from_secs(10), async || {
        server.log().await.contains("the_end")
    })
    .await;
    let log = server.log().await;
    let found = log
        .lines()
        .find(|line| line.to_ascii_lowercase().contains(PLANTED));
    assert_eq!(found, None);
    assert!(log.contains("canceling statement"), "{log}");
}
