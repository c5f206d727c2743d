//! The same rules when many callers come at once.

use std::sync::Arc;

use customers_domain::{CustomerId, Profile, TenantId};
use customers_ports::{CreateOutcome, Creation, FirstAnswer};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Stores;
use super::uniqueness::{email_taken, external_id_taken};
use crate::builders::{claim, claimed, creation, minimal_profile, profile};

/// Makes all creates at the same moment; each answer comes with the id that was to be created.
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

fn created(answers: &[(CustomerId, CreateOutcome)]) -> Vec<CustomerId> {
    answers
        .iter()
        .filter(|(_, outcome)| *outcome == CreateOutcome::Created)
        .map(|(id, _)| *id)
        .collect()
}

/// Of these customers none exists but that one.
async fn only(stores: &Stores, tenant: TenantId, ids: &[CustomerId], one: CustomerId) {
    for id in ids {
        let exists = stores.find(tenant, *id).await.is_some();
        assert_eq!(exists, *id == one, "{id}");
    }
}

fn wanted(answers: &[(CustomerId, CreateOutcome)]) -> Vec<CustomerId> {
    answers.iter().map(|(id, _)| *id).collect()
}

/// Exactly one is created, and 99 are told by whom they were beaten.
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
    let answers = at_once(&stores, creations.collect()).await;
    let [winner] = created(&answers)[..] else {
        panic!("not one was created: {answers:?}");
    };
    let refused = answers
        .iter()
        .filter(|(_, outcome)| *outcome == email_taken(winner));
    assert_eq!(refused.count(), 99, "{answers:?}");
    only(&stores, tenant, &wanted(&answers), winner).await;
}

/// As with the email.
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
    let answers = at_once(&stores, creations.collect()).await;
    let [winner] = created(&answers)[..] else {
        panic!("not one was created: {answers:?}");
    };
    let refused = answers
        .iter()
        .filter(|(_, outcome)| *outcome == external_id_taken(winner));
    assert_eq!(refused.count(), 99, "{answers:?}");
    only(&stores, tenant, &wanted(&answers), winner).await;
}

/// Tenants are not in each other's way.
pub async fn of_a_hundred_tenants_each_gets_its_customer_of_one_email(stores: Stores) {
    let contested = profile();
    let mut creations = Vec::new();
    for _ in 0..100 {
        let request = claimed(contested.clone(), claim("key", "body"));
        creations.push((stores.tenant().await, request));
    }
    let answers = at_once(&stores, creations).await;
    assert_eq!(created(&answers).len(), 100, "{answers:?}");
}

/// A client that retries without waiting.
pub async fn eighty_requests_with_one_key_make_one_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = profile();
    let creations = (0..80).map(|_| (tenant, claimed(profile.clone(), claim("key", "body"))));
    let answers = at_once(&stores, creations.collect()).await;
    let [winner] = created(&answers)[..] else {
        panic!("not one was created: {answers:?}");
    };
    for (id, outcome) in &answers {
        let told = match outcome {
            CreateOutcome::Created => *id,
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => receipt.id,
            CreateOutcome::KeyInProgress => continue,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, winner);
    }
    only(&stores, tenant, &wanted(&answers), winner).await;
}

/// A client that forgets to make a new key for each request.
pub async fn eighty_bodies_under_one_key_make_one_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let creations = (0..80).map(|number| {
        let claim = claim("key", &format!("body {number}"));
        (tenant, claimed(profile(), claim))
    });
    let answers = at_once(&stores, creations.collect()).await;
    let [winner] = created(&answers)[..] else {
        panic!("not one was created: {answers:?}");
    };
    for (id, outcome) in &answers {
        let expected = matches!(
            outcome,
            CreateOutcome::KeyReused | CreateOutcome::KeyInProgress
        );
        assert!(*id == winner || expected, "{outcome:?}");
    }
    only(&stores, tenant, &wanted(&answers), winner).await;
}

/// No refused request leaves a record that speaks of a customer who does not exist.
pub async fn eighty_keyed_requests_for_a_taken_email_all_learn_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = minimal_profile();
    let creations = (0..80).map(|number| {
        let claim = claim(&format!("key {}", number % 40), "body");
        (tenant, claimed(held.clone(), claim))
    });
    let answers = at_once(&stores, creations.collect()).await;
    let [winner] = created(&answers)[..] else {
        panic!("not one was created: {answers:?}");
    };
    for (_, outcome) in &answers {
        let told = match outcome {
            CreateOutcome::Created | CreateOutcome::KeyInProgress => continue,
            CreateOutcome::Taken(conflict)
            | CreateOutcome::Replayed(FirstAnswer::Taken(conflict)) => conflict.holder,
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => receipt.id,
            CreateOutcome::KeyReused => panic!("{outcome:?}"),
        };
        assert_eq!(told, winner);
    }
    only(&stores, tenant, &wanted(&answers), winner).await;
}

/// Two customers, each with the other's external id, hold what the other needs.
pub async fn customers_that_want_the_other_halves_of_each_other_are_never_both_created(
    stores: Stores,
) {
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
        let answers = at_once(&stores, creations.to_vec()).await;
        // One pair fits together, straight or crossed; or two that exclude the other two.
        assert_eq!(created(&answers).len(), 2, "{answers:?}");
        for (id, outcome) in &answers {
            let exists = stores.find(tenant, *id).await.is_some();
            assert_eq!(exists, *outcome == CreateOutcome::Created, "{outcome:?}");
        }
    }
}
