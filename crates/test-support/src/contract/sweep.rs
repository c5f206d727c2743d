//! Retention of idempotency records.

use chrono::TimeDelta;
use customers_domain::TenantId;
use customers_ports::CreateOutcome;
use tokio::task::JoinSet;

use super::Stores;
use super::idempotency::{repeated, replayed, swept};
use super::uniqueness::email_taken;
use crate::builders::{claim, claimed, minimal_profile};

/// An age that every record has.
const ANY_AGE: TimeDelta = TimeDelta::zero();

async fn record(stores: &Stores, tenant: TenantId, count: usize) {
    for number in 0..count {
        let claim = claim(&format!("key {number}"), "body");
        stores
            .created(tenant, &claimed(minimal_profile(), claim))
            .await;
    }
}

/// The contract promises a retention of one day.
pub async fn young_records_stay(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(minimal_profile(), claim("key", "body"));
    stores.created(tenant, &first).await;
    assert_eq!(swept(&stores, TimeDelta::hours(24), 10).await, 0);
    assert_eq!(swept(&stores, TimeDelta::minutes(5), 10).await, 0);
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
}

/// Without its record, the same request is executed again.
pub async fn old_records_are_deleted_and_their_keys_can_be_used_again(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = minimal_profile();
    let first = claimed(profile.clone(), claim("key", "body"));
    let holder = stores.created(tenant, &first).await;
    assert_eq!(swept(&stores, ANY_AGE, 10).await, 1);
    let again = claimed(profile, claim("key", "body"));
    assert_eq!(stores.create(tenant, &again).await, email_taken(holder));
    assert_eq!(swept(&stores, ANY_AGE, 10).await, 1);
    let other = claimed(minimal_profile(), claim("key", "other"));
    assert_eq!(stores.create(tenant, &other).await, CreateOutcome::Created);
}

/// Small steps do not block the store.
pub async fn a_sweep_deletes_at_most_the_given_number(stores: Stores) {
    let (one, other) = (stores.tenant().await, stores.tenant().await);
    record(&stores, one, 4).await;
    record(&stores, other, 3).await;
    let mut steps = Vec::new();
    for _ in 0..5 {
        steps.push(swept(&stores, ANY_AGE, 2).await);
    }
    assert_eq!(steps, [2, 2, 2, 1, 0]);
    assert_eq!(swept(&stores, ANY_AGE, 0).await, 0);
}

/// Only the record is deleted.
pub async fn a_sweep_does_not_delete_customers(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(minimal_profile(), claim("key", "body"));
    let id = stores.created(tenant, &first).await;
    assert_eq!(swept(&stores, ANY_AGE, 10).await, 1);
    assert_eq!(
        stores.find(tenant, id).await,
        Some(first.customer().clone())
    );
}

/// Several copies of the program sweep the same records.
pub async fn parallel_sweeps_delete_each_record_once(stores: Stores) {
    let tenant = stores.tenant().await;
    record(&stores, tenant, 40).await;
    let mut sweeps = JoinSet::new();
    for _ in 0..8 {
        let stores = stores.clone();
        sweeps.spawn(async move { swept(&stores, ANY_AGE, 10).await });
    }
    let taken: u32 = sweeps.join_all().await.into_iter().sum();
    let left = swept(&stores, ANY_AGE, 100).await;
    assert_eq!(taken + left, 40);
    assert_eq!(swept(&stores, ANY_AGE, 100).await, 0);
}
