use customers_domain::{Parse as _, Scope};
use customers_ports::{Issued, MockApiKeyRepository};

use super::*;
use crate::fixtures::{NOW, clock, ids, tenant_id};

fn service(keys: MockApiKeyRepository) -> ApiKeyService {
    ApiKeyService::new(Arc::new(keys), Arc::new(ids()), Arc::new(clock()))
}

fn tenant() -> TenantName {
    TenantName::parse("acme").unwrap()
}

#[tokio::test]
async fn a_new_key_is_stored_as_a_hash_and_shown_once() {
    let scopes = Scopes::from_iter([Scope::CUSTOMERS_READ]);
    let expected = scopes.clone();
    let mut keys = MockApiKeyRepository::new();
    keys.expect_issue()
        .once()
        .withf(move |name, key| {
            *name == tenant()
                && key.scopes == expected
                && key.created_at == NOW
                && key.expires_at == Some(NOW + TimeDelta::days(90))
                && key.revoked_at.is_none()
        })
        .return_once(|_, _| {
            Ok(Issued {
                tenant_id: tenant_id(),
                tenant_is_new: true,
            })
        });
    let issued = service(keys)
        .issue(&tenant(), scopes, Some(TimeDelta::days(90)))
        .await
        .unwrap();
    assert!(issued.tenant_is_new);
    assert!(issued.secret.expose().starts_with("ck_"));
}

#[tokio::test]
async fn a_lifetime_beyond_the_calendar_is_refused_before_anything_is_stored() {
    let keys = MockApiKeyRepository::new();
    let refused = service(keys)
        .issue(&tenant(), Scopes::default(), Some(TimeDelta::MAX))
        .await;
    assert_eq!(refused, Err(IssueApiKeyError::LifetimeTooLong));
}

#[tokio::test]
async fn a_key_is_revoked_as_of_now() {
    let id = ApiKeyId::parse("0123456789abcdef").unwrap();
    let mut keys = MockApiKeyRepository::new();
    keys.expect_revoke()
        .withf(move |revoked, at| (*revoked, *at) == (id, NOW))
        .return_once(|_, _| Ok(Revocation::Revoked));
    assert_eq!(service(keys).revoke(id).await, Ok(Revocation::Revoked));
}
