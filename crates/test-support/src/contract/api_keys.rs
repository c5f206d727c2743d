//! API keys and their tenants.

use chrono::TimeDelta;
use customers_domain::{ApiKey, ApiKeyId, Scope, Scopes, TenantName};
use customers_ports::{ApiKeyListing, Issued, Revocation};
use tokio::task::JoinSet;

use super::Stores;
use crate::builders::{api_key, parse, tenant_id, tenant_name, test_time};

async fn issue(stores: &Stores, tenant: &TenantName, key: &ApiKey) -> Issued {
    stores
        .api_keys
        .issue(tenant, key.clone())
        .await
        .expect("the store answers an issue")
}

async fn find(stores: &Stores, id: ApiKeyId) -> Option<ApiKey> {
    stores
        .api_keys
        .find(id)
        .await
        .expect("the store answers a find")
}

async fn list(stores: &Stores) -> Vec<ApiKeyListing> {
    stores
        .api_keys
        .list()
        .await
        .expect("the store answers a list")
}

/// Covers keys with and without an expiry.
pub async fn an_issued_key_is_found_with_every_field(stores: Stores) {
    let unending = api_key(tenant_id());
    let ending = ApiKey {
        expires_at: Some(test_time() + TimeDelta::days(90) + TimeDelta::microseconds(1)),
        ..api_key(tenant_id())
    };
    for key in [unending, ending] {
        let issued = issue(&stores, &tenant_name(), &key).await;
        let expected = Issued {
            tenant_id: key.tenant_id,
            tenant_is_new: true,
        };
        assert_eq!(issued, expected);
        assert_eq!(find(&stores, key.id).await, Some(key));
    }
}

/// Includes the empty set.
pub async fn every_set_of_scopes_is_kept(stores: Stores) {
    let tenant = tenant_name();
    let mut key = api_key(tenant_id());
    for number in 0..1_u32 << Scope::CUSTOMERS.len() {
        let members = Scope::CUSTOMERS.into_iter().enumerate();
        let scopes: Scopes = members
            .filter(|(bit, _)| number & (1 << bit) != 0)
            .map(|(_, scope)| scope)
            .collect();
        key = ApiKey {
            scopes: scopes.clone(),
            ..api_key(key.tenant_id)
        };
        issue(&stores, &tenant, &key).await;
        let found = find(&stores, key.id).await;
        assert_eq!(found.map(|key| key.scopes), Some(scopes));
    }
}

/// A newer release may have issued the key.
pub async fn a_scope_that_nobody_declares_is_kept(stores: Stores) {
    let names = ["customers:read", "future:verb"].map(str::to_owned);
    let scopes = Scopes::from_stored(names);
    let key = ApiKey {
        scopes: scopes.clone(),
        ..api_key(tenant_id())
    };
    issue(&stores, &tenant_name(), &key).await;
    let found = find(&stores, key.id).await;
    assert_eq!(found.map(|key| key.scopes), Some(scopes));
}

/// Includes an id that differs only in case.
pub async fn an_unknown_key_is_not_found(stores: Stores) {
    let key = ApiKey {
        id: ApiKeyId::parse("MixedCaseKey0001").expect("16 letters and digits"),
        ..api_key(tenant_id())
    };
    issue(&stores, &tenant_name(), &key).await;
    assert_eq!(find(&stores, api_key(tenant_id()).id).await, None);
    let other_case = ApiKeyId::parse("mixedcasekey0001").expect("16 letters and digits");
    assert_eq!(find(&stores, other_case).await, None);
}

/// During a rotation, two keys are valid.
pub async fn a_second_key_of_a_tenant_belongs_to_the_first_ones_tenant(stores: Stores) {
    let tenant = tenant_name();
    let first = api_key(tenant_id());
    issue(&stores, &tenant, &first).await;
    let second = api_key(tenant_id());
    let issued = issue(&stores, &tenant, &second).await;
    let expected = Issued {
        tenant_id: first.tenant_id,
        tenant_is_new: false,
    };
    assert_eq!(issued, expected);
    let second = ApiKey {
        tenant_id: first.tenant_id,
        ..second
    };
    assert_eq!(find(&stores, second.id).await, Some(second));
    assert_eq!(find(&stores, first.id).await, Some(first));
}

/// Names are compared byte for byte.
pub async fn tenants_of_different_names_are_different(stores: Stores) {
    for name in ["acme", "Acme", "ACME", "acm\u{e9}", "ac me", "ac  me"] {
        let key = api_key(tenant_id());
        let issued = issue(&stores, &parse(name), &key).await;
        let expected = Issued {
            tenant_id: key.tenant_id,
            tenant_is_new: true,
        };
        assert_eq!(issued, expected, "{name}");
    }
}

/// Two operators create the same tenant.
pub async fn of_parallel_first_keys_of_a_tenant_one_makes_it(stores: Stores) {
    for _ in 0..5 {
        let tenant = tenant_name();
        let mut operators = JoinSet::new();
        for _ in 0..10 {
            let (stores, tenant) = (stores.clone(), tenant.clone());
            operators.spawn(async move {
                let key = api_key(tenant_id());
                (key.id, issue(&stores, &tenant, &key).await)
            });
        }
        let issued = operators.join_all().await;
        let makers = issued.iter().filter(|(_, issued)| issued.tenant_is_new);
        assert_eq!(makers.count(), 1, "{issued:?}");
        for (id, answer) in &issued {
            assert_eq!(answer.tenant_id, issued[0].1.tenant_id);
            let found = find(&stores, *id).await.map(|key| key.tenant_id);
            assert_eq!(found, Some(answer.tenant_id));
        }
    }
}

/// The order depends on the time of creation and not of storing.
pub async fn keys_are_listed_oldest_first_with_their_tenants_names(stores: Stores) {
    let tenants = [parse("Zeta O'Hara; --"), parse("Alpha \u{674e}")];
    let mut expected = Vec::new();
    for (number, minutes) in [30, 10, 40, 20].into_iter().enumerate() {
        let tenant: &TenantName = &tenants[number % 2];
        let key = ApiKey {
            created_at: test_time() + TimeDelta::minutes(minutes),
            ..api_key(tenant_id())
        };
        let issued = issue(&stores, tenant, &key).await;
        expected.push(ApiKeyListing {
            key: ApiKey {
                tenant_id: issued.tenant_id,
                ..key
            },
            tenant: tenant.clone(),
        });
    }
    expected.sort_by_key(|listing| listing.key.created_at);
    assert_eq!(list(&stores).await, expected);
}

/// An empty list is not an error.
pub async fn a_store_without_keys_lists_none(stores: Stores) {
    assert_eq!(list(&stores).await, []);
}

/// A second revocation changes nothing.
pub async fn a_revoked_key_shows_when_and_the_first_time_stands(stores: Stores) {
    let key = api_key(tenant_id());
    issue(&stores, &tenant_name(), &key).await;
    let first = test_time() + TimeDelta::microseconds(1);
    for (at, expected) in [
        (first, Revocation::Revoked),
        (first + TimeDelta::hours(1), Revocation::AlreadyRevoked),
        (first - TimeDelta::hours(1), Revocation::AlreadyRevoked),
    ] {
        let revocation = stores.api_keys.revoke(key.id, at).await;
        assert_eq!(revocation, Ok(expected));
        let revoked = ApiKey {
            revoked_at: Some(first),
            ..key.clone()
        };
        assert_eq!(find(&stores, key.id).await, Some(revoked.clone()));
        assert_eq!(list(&stores).await[0].key, revoked);
    }
}

/// The attempt does not create the key.
pub async fn an_unknown_key_cannot_be_revoked(stores: Stores) {
    let id = api_key(tenant_id()).id;
    let revocation = stores.api_keys.revoke(id, test_time()).await;
    assert_eq!(revocation, Ok(Revocation::Unknown));
    assert_eq!(find(&stores, id).await, None);
}

/// The other key of a rotation stays valid.
pub async fn revoking_one_key_leaves_the_others_live(stores: Stores) {
    let tenant = tenant_name();
    let (old, new) = (api_key(tenant_id()), api_key(tenant_id()));
    let tenant_id = issue(&stores, &tenant, &old).await.tenant_id;
    issue(&stores, &tenant, &new).await;
    let revocation = stores.api_keys.revoke(old.id, test_time()).await;
    assert_eq!(revocation, Ok(Revocation::Revoked));
    let new = ApiKey { tenant_id, ..new };
    assert_eq!(find(&stores, new.id).await, Some(new));
}
