//! Idempotency of creates.

use chrono::TimeDelta;
use customers_domain::Profile;
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, UniqueField};

use super::Stores;
use super::uniqueness::email_taken;
use crate::builders::{claim, claim_of, claimed, creation, minimal_profile, profile};

/// Returns the expected replay of a create.
pub(super) fn replayed(first: &Creation) -> CreateOutcome {
    CreateOutcome::Replayed(FirstAnswer::Created(first.customer().receipt()))
}

/// Returns a retry of the request: the same claim and profile, and a new customer id.
pub(super) fn repeated(first: &Creation) -> Creation {
    Creation {
        claim: first.claim,
        ..creation(first.customer().profile().clone())
    }
}

/// Sweeps once and returns the number of deleted records.
pub(super) async fn swept(stores: &Stores, age: TimeDelta, at_most: u32) -> u32 {
    stores
        .idempotency
        .sweep(age, at_most)
        .await
        .expect("the store answers a sweep")
}

/// The number of retries does not matter.
pub async fn a_repeated_create_replays_its_receipt(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(profile(), claim("key", "body"));
    stores.created(tenant, &first).await;
    for _ in 0..3 {
        let again = repeated(&first);
        assert_eq!(stores.create(tenant, &again).await, replayed(&first));
        assert_eq!(stores.find(tenant, again.customer().id()).await, None);
    }
}

/// A refusal is recorded like a success.
pub async fn a_repeated_refusal_is_replayed_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = profile();
    let holder = stores.created(tenant, &creation(held.clone())).await;
    let by_email = Profile {
        email: held.email.clone(),
        ..minimal_profile()
    };
    let by_external_id = Profile {
        external_id: held.external_id.clone(),
        ..minimal_profile()
    };
    for (key, wanted, field) in [
        ("email", by_email, UniqueField::Email),
        ("external id", by_external_id, UniqueField::ExternalId),
    ] {
        let conflict = Conflict { field, holder };
        let first = claimed(wanted, claim(key, "body"));
        let outcome = stores.create(tenant, &first).await;
        assert_eq!(outcome, CreateOutcome::Taken(conflict));
        for _ in 0..2 {
            let outcome = stores.create(tenant, &repeated(&first)).await;
            let replayed = CreateOutcome::Replayed(FirstAnswer::Taken(conflict));
            assert_eq!(outcome, replayed);
        }
    }
}

/// The values of the other body stay free for another key.
pub async fn a_key_with_another_body_is_reused_and_stores_nothing(stores: Stores) {
    let tenant = stores.tenant().await;
    stores
        .created(tenant, &claimed(profile(), claim("key", "one")))
        .await;
    let wanted = profile();
    let other = claimed(wanted.clone(), claim("key", "two"));
    for _ in 0..2 {
        assert_eq!(
            stores.create(tenant, &other).await,
            CreateOutcome::KeyReused
        );
    }
    assert_eq!(stores.find(tenant, other.customer().id()).await, None);
    stores
        .created(tenant, &claimed(wanted, claim("key two", "two")))
        .await;
}

/// A refusal uses up its key like a success.
pub async fn a_key_with_another_body_after_a_refusal_is_reused(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = minimal_profile();
    let holder = stores.created(tenant, &creation(held.clone())).await;
    let refused = claimed(held, claim("key", "one"));
    assert_eq!(stores.create(tenant, &refused).await, email_taken(holder));
    let other = claimed(profile(), claim("key", "two"));
    assert_eq!(
        stores.create(tenant, &other).await,
        CreateOutcome::KeyReused
    );
}

/// The second request is not recorded.
pub async fn reuse_does_not_change_the_first_outcome(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(profile(), claim("key", "one"));
    stores.created(tenant, &first).await;
    let other = claimed(profile(), claim("key", "two"));
    assert_eq!(
        stores.create(tenant, &other).await,
        CreateOutcome::KeyReused
    );
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
    assert_eq!(
        stores.create(tenant, &other).await,
        CreateOutcome::KeyReused
    );
}

/// Keys are separate for each tenant.
pub async fn a_key_of_another_tenant_is_another_key(stores: Stores) {
    let (one, other) = (stores.tenant().await, stores.tenant().await);
    let profile = profile();
    let first = claimed(profile.clone(), claim("key", "body"));
    let second = claimed(profile, claim("key", "body"));
    stores.created(one, &first).await;
    stores.created(other, &second).await;
    assert_eq!(stores.create(one, &second).await, replayed(&first));
    assert_eq!(stores.create(other, &first).await, replayed(&second));
}

/// The same body with another key is another request.
pub async fn different_keys_are_independent(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = minimal_profile();
    let first = claimed(profile.clone(), claim("one", "body"));
    let holder = stores.created(tenant, &first).await;
    let second = claimed(profile, claim("two", "body"));
    assert_eq!(stores.create(tenant, &second).await, email_taken(holder));
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
}

/// A client retries the same call because it does not know the outcome of the first one. The outcome is `Created` or a
/// replay; both name its own customer.
pub async fn a_retried_create_with_a_claim_gets_its_own_receipt(stores: Stores) {
    let tenant = stores.tenant().await;
    let creation = claimed(profile(), claim("key", "body"));
    let id = stores.created(tenant, &creation).await;
    let again = stores.create(tenant, &creation).await;
    assert!(
        again == CreateOutcome::Created || again == replayed(&creation),
        "{again:?}"
    );
    assert_eq!(
        stores.find(tenant, id).await,
        Some(creation.customer().clone())
    );
}

/// Covers a success and a refusal.
pub async fn creates_without_a_claim_record_nothing(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = profile();
    let holder = stores.created(tenant, &creation(profile.clone())).await;
    let refused = creation(profile);
    assert_eq!(stores.create(tenant, &refused).await, email_taken(holder));
    assert_eq!(swept(&stores, TimeDelta::zero(), 10).await, 0);
}

/// Replays and reuses add no records.
pub async fn a_key_has_one_record_regardless_of_retries(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(profile(), claim("key", "one"));
    stores.created(tenant, &first).await;
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
    let other = claimed(profile(), claim("key", "two"));
    assert_eq!(
        stores.create(tenant, &other).await,
        CreateOutcome::KeyReused
    );
    assert_eq!(swept(&stores, TimeDelta::zero(), 10).await, 1);
}

/// Keys are separate for each operation.
pub async fn a_key_of_another_operation_is_another_key(stores: Stores) {
    let tenant = stores.tenant().await;
    let of = |operation, profile| claimed(profile, claim_of(operation, "key", "body"));
    let first = of("POST /customers", profile());
    let second = of("POST /imports", profile());
    for creation in [&first, &second] {
        stores.created(tenant, creation).await;
    }
    for creation in [&first, &second] {
        assert_eq!(
            stores.create(tenant, &repeated(creation)).await,
            replayed(creation)
        );
    }
    assert_eq!(swept(&stores, TimeDelta::zero(), 10).await, 2);
}
