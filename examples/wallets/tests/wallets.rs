//! Wallets over HTTP, on both stores.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod service;

use customers_domain::Scope;
use serde_json::{Value, json};
use service::{Service, in_memory, on_postgres};
use wallets::http::{WALLETS_READ, WALLETS_WRITE};

/// Defines each case as a test on both stores.
macro_rules! on_both_stores {
    ($($case:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $case() { super::$case(super::in_memory().await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $case() { super::$case(super::on_postgres().await).await; })+
        }
    };
}

on_both_stores!(
    a_wallet_is_opened_and_read,
    a_wallet_belongs_to_its_tenant,
    a_customer_that_may_not_transact_gets_no_wallet,
    a_new_customer_gets_no_wallet_until_it_is_old_enough,
    invalid_values_are_reported_together,
    a_repeated_request_opens_one_wallet,
    a_refused_request_can_succeed_later_with_the_same_key,
    each_route_requires_its_scope,
);

fn wallet(customer: &str) -> Value {
    json!({"customer_id": customer, "currency": "NGN"})
}

async fn a_wallet_is_opened_and_read(service: Service) {
    let customer = service.active_customer().await;
    let opened = service.open(&wallet(&customer)).await;
    assert_eq!(opened.status, 201);
    let data = &opened.body["data"];
    let path = format!("/wallets/{}", data["id"].as_str().unwrap());
    assert_eq!(opened.headers["location"], path);
    assert_eq!(data["customer_id"], customer);
    assert_eq!(data["currency"], "NGN");
    assert_eq!(data["created_at"], "2025-09-22T09:01:09Z");
    let read = service.get(&path).await;
    assert_eq!((read.status, &read.body), (200, &opened.body));
    assert_eq!(read.headers["etag"], "\"1\"");
    let current = service.get_unless(&path, "\"1\"").await;
    assert_eq!((current.status, current.body), (304, Value::Null));
}

async fn a_wallet_belongs_to_its_tenant(service: Service) {
    let customer = service.active_customer().await;
    let opened = service.open(&wallet(&customer)).await;
    let other = service.of_another_tenant().await;
    let path = opened.headers["location"].to_str().unwrap().to_owned();
    for path in [path.as_str(), "/wallets/none"] {
        let read = other.get(path).await;
        assert_eq!(
            (read.status, &read.body["code"]),
            (404, &json!("not_found"))
        );
    }
    let refused = other.open(&wallet(&customer)).await;
    assert_eq!(refused.status, 422);
    let errors = json!([{
        "pointer": "/customer_id",
        "code": "unknown_customer",
        "message": "must be the id of a customer",
    }]);
    assert_eq!(refused.body["errors"], errors);
}

async fn a_customer_that_may_not_transact_gets_no_wallet(service: Service) {
    let customer = service.pending_customer().await;
    let refused = service.open(&wallet(&customer)).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.body["code"], "customer_may_not_transact");
    service.approve(&customer).await;
    assert_eq!(service.open(&wallet(&customer)).await.status, 201);
}

async fn a_new_customer_gets_no_wallet_until_it_is_old_enough(service: Service) {
    let service = service.with_minimum_age(3);
    let customer = service.active_customer().await;
    for (days, status) in [(2, 409), (1, 201)] {
        service.advance_days(days);
        let outcome = service.open(&wallet(&customer)).await;
        assert_eq!(outcome.status, status, "{:?}", outcome.body);
        if status == 409 {
            assert_eq!(outcome.body["code"], "customer_too_new");
        }
    }
}

async fn invalid_values_are_reported_together(service: Service) {
    let refused = service
        .open(&json!({"customer_id": "planted", "currency": "ngn"}))
        .await;
    assert_eq!(refused.status, 422);
    let errors = refused.body["errors"].as_array().unwrap();
    let mut codes: Vec<&str> = errors
        .iter()
        .filter_map(|error| error["code"].as_str())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["unknown_currency", "unknown_customer"]);
    assert!(!refused.body.to_string().contains("planted"));
}

async fn a_repeated_request_opens_one_wallet(service: Service) {
    let customer = service.active_customer().await;
    let first = service.open_with_key("k", &wallet(&customer)).await;
    assert_eq!(first.status, 201);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    service.suspend(&customer).await;
    let again = service.open_with_key("k", &wallet(&customer)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = json!({"customer_id": customer, "currency": "EUR"});
    let reused = service.open_with_key("k", &other).await;
    assert_eq!(reused.status, 422);
    assert_eq!(reused.body["code"], "idempotency_key_reused");
}

async fn a_refused_request_can_succeed_later_with_the_same_key(service: Service) {
    let customer = service.pending_customer().await;
    let refused = service.open_with_key("k", &wallet(&customer)).await;
    assert_eq!(refused.status, 409);
    service.approve(&customer).await;
    let opened = service.open_with_key("k", &wallet(&customer)).await;
    assert_eq!(opened.status, 201);
}

async fn each_route_requires_its_scope(service: Service) {
    let customer = service.active_customer().await;
    let opened = service.open(&wallet(&customer)).await;
    let path = opened.headers["location"].to_str().unwrap().to_owned();
    let reader = service.with_scopes(&[WALLETS_READ]).await;
    assert_eq!(reader.get(&path).await.status, 200);
    assert_eq!(reader.open(&wallet(&customer)).await.status, 403);
    let writer = service
        .with_scopes(&[WALLETS_WRITE, Scope::CUSTOMERS_READ])
        .await;
    assert_eq!(writer.get(&path).await.status, 403);
    assert_eq!(writer.open(&wallet(&customer)).await.status, 201);
}
