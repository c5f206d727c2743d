//! The rules of creates, with many concurrent calls.

use std::sync::Arc;

use customers_domain::{CustomerId, Profile, TenantId};
use customers_ports::{CreateOutcome, Creation, FirstAnswer};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Stores;
use super::uniqueness::{email_taken, external_id_taken};
use crate::builders::{claim, claimed, creation, minimal_profile, profile};

/// Makes all creates concurrently, and returns each outcome with the requested customer id.
async fn at_once(
    stores: &Stores,
    creations: Vec<(TenantId, Creation)>,
) -> Vec<(CustomerId, CreateOutcome)> {
    let gate = Arc::new(Barrier::new(creations.len()));
    let mut callers = JoinSet::new();
    for (tenant, creation) in creations {
        let (stores, gate) = (stores.clone(), gate.clone());
        callers.spawn(async move {
            gate.wait().await;
            (
                creation.customer().id(),
                stores.create(tenant, &creation).await,
            )
        });
    }
    callers.join_all().await
}

fn created(outcomes: &[(CustomerId, CreateOutcome)]) -> Vec<CustomerId> {
    outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == CreateOutcome::Created)
        .map(|(id, _)| *id)
        .collect()
}

/// Checks that of these customers only this one exists.
async fn assert_only(stores: &Stores, tenant: TenantId, ids: &[CustomerId], one: CustomerId) {
    for id in ids {
        let exists = stores.find(tenant, *id).await.is_some();
        assert_eq!(exists, *id == one, "{id}");
    }
}

fn requested_ids(outcomes: &[(CustomerId, CreateOutcome)]) -> Vec<CustomerId> {
    outcomes.iter().map(|(id, _)| *id).collect()
}

/// Exactly one is created, and the other 99 learn its holder.
pub async fn of_a_hundred_creates_of_one_email_one_is_created_and_each_other_learns_its_holder(
    stores: Stores,
) {
    let tenant = stores.tenant().await;
    let contested = minimal_profile().email;
    let creations = (0..100).map(|_| {
        let profile = Profile {
            email: contested.clone(),
            ..profile()
        };
        (tenant, creation(profile))
    });
    let outcomes = at_once(&stores, creations.collect()).await;
    let [winner] = created(&outcomes)[..] else {
        panic!("not one was created: {outcomes:?}");
    };
    let refused = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == email_taken(winner));
    assert_eq!(refused.count(), 99, "{outcomes:?}");
    assert_only(&stores, tenant, &requested_ids(&outcomes), winner).await;
}

/// The same as for the email.
pub async fn of_a_hundred_creates_of_one_external_id_one_is_created(stores: Stores) {
    let tenant = stores.tenant().await;
    let contested = profile().external_id;
    let creations = (0..100).map(|_| {
        let profile = Profile {
            external_id: contested.clone(),
            ..minimal_profile()
        };
        (tenant, creation(profile))
    });
    let outcomes = at_once(&stores, creations.collect()).await;
    let [winner] = created(&outcomes)[..] else {
        panic!("not one was created: {outcomes:?}");
    };
    let refused = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == external_id_taken(winner));
    assert_eq!(refused.count(), 99, "{outcomes:?}");
    assert_only(&stores, tenant, &requested_ids(&outcomes), winner).await;
}

/// Tenants do not conflict with each other.
pub async fn of_a_hundred_tenants_each_creates_its_customer_with_one_email(stores: Stores) {
    let contested = profile();
    let mut creations = Vec::new();
    for _ in 0..100 {
        let request = claimed(contested.clone(), claim("key", "body"));
        creations.push((stores.tenant().await, request));
    }
    let outcomes = at_once(&stores, creations).await;
    assert_eq!(created(&outcomes).len(), 100, "{outcomes:?}");
}

/// A client retries without waiting.
pub async fn eighty_requests_with_one_key_create_one_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = profile();
    let creations = (0..80).map(|_| (tenant, claimed(profile.clone(), claim("key", "body"))));
    let outcomes = at_once(&stores, creations.collect()).await;
    let [winner] = created(&outcomes)[..] else {
        panic!("not one was created: {outcomes:?}");
    };
    for (id, outcome) in &outcomes {
        let told = match outcome {
            CreateOutcome::Created => *id,
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => receipt.id,
            CreateOutcome::KeyInProgress => continue,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, winner);
    }
    assert_only(&stores, tenant, &requested_ids(&outcomes), winner).await;
}

/// A client reuses its key by mistake.
pub async fn eighty_bodies_under_one_key_create_one_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let creations = (0..80).map(|number| {
        let claim = claim("key", &format!("body {number}"));
        (tenant, claimed(profile(), claim))
    });
    let outcomes = at_once(&stores, creations.collect()).await;
    let [winner] = created(&outcomes)[..] else {
        panic!("not one was created: {outcomes:?}");
    };
    for (id, outcome) in &outcomes {
        let expected = matches!(
            outcome,
            CreateOutcome::KeyReused | CreateOutcome::KeyInProgress
        );
        assert!(*id == winner || expected, "{outcome:?}");
    }
    assert_only(&stores, tenant, &requested_ids(&outcomes), winner).await;
}

/// No record of a refused request names a customer that does not exist.
pub async fn eighty_keyed_requests_for_a_taken_email_all_learn_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = minimal_profile();
    let creations = (0..80).map(|number| {
        let claim = claim(&format!("key {}", number % 40), "body");
        (tenant, claimed(held.clone(), claim))
    });
    let outcomes = at_once(&stores, creations.collect()).await;
    let [winner] = created(&outcomes)[..] else {
        panic!("not one was created: {outcomes:?}");
    };
    for (_, outcome) in &outcomes {
        let told = match outcome {
            CreateOutcome::Created | CreateOutcome::KeyInProgress => continue,
            CreateOutcome::Taken(conflict)
            | CreateOutcome::Replayed(FirstAnswer::Taken(conflict)) => conflict.holder,
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => receipt.id,
            CreateOutcome::KeyReused => panic!("{outcome:?}"),
        };
        assert_eq!(told, winner);
    }
    assert_only(&stores, tenant, &requested_ids(&outcomes), winner).await;
}

/// Two customers, each with the other's external id, hold the values that the others need.
pub async fn customers_that_exclude_each_other_are_never_both_created(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..20 {
        let (one, other) = (profile(), profile());
        let crossed = Profile {
            external_id: other.external_id.clone(),
            ..one.clone()
        };
        let crossed_back = Profile {
            external_id: one.external_id.clone(),
            ..other.clone()
        };
        let wishes = [one, other, crossed, crossed_back];
        let creations = wishes.map(|profile| (tenant, creation(profile)));
        let outcomes = at_once(&stores, creations.to_vec()).await;
        // Either both straight or both crossed customers are created, or two that exclude the others.
        assert_eq!(created(&outcomes).len(), 2, "{outcomes:?}");
        for (id, outcome) in &outcomes {
            let exists = stores.find(tenant, *id).await.is_some();
            assert_eq!(exists, *outcome == CreateOutcome::Created, "{outcome:?}");
        }
    }
}
