use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use customers_domain::{
    ApiKey, ApiKeyId, BillingAddress, ChangeContext, ChangeId, Customer, CustomerType, KycPolicy,
    Metadata, Parse, Profile, Scope, SecretHash, TenantId, TenantName,
};
use customers_ports::{Creation, IdGenerator as _, IdempotencyClaim};

use super::generators::{TestIds, customer_id, test_time};

/// Returns a number that is unique in this process.
pub fn unique_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Parses a valid value. Panics if it is not valid.
pub fn parse<T: Parse>(raw: &str) -> T {
    match T::parse(raw) {
        Ok(value) => value,
        Err(fault) => panic!("{raw:?} {fault}"),
    }
}

/// Returns a person with every field, a unique email and a unique external id.
pub fn profile() -> Profile {
    let number = unique_number();
    Profile {
        external_id: Some(parse(&format!("crm-{number}"))),
        metadata: metadata(&[("plan", "gold"), ("note", "likes tea")]),
        billing_address: BillingAddress {
            line2: Some(parse("Apartment 4")),
            ..address()
        },
        ..minimal_profile()
    }
}

/// Returns a person with only the required fields and a unique email.
pub fn minimal_profile() -> Profile {
    Profile {
        first_name: parse("Imke"),
        last_name: parse("Okafor"),
        email: parse(&format!("imke.okafor+{}@example.com", unique_number())),
        phone: parse("+12025550123"),
        customer_type: CustomerType::Individual,
        billing_address: address(),
        external_id: None,
        metadata: Metadata::default(),
    }
}

/// Returns a company with every field, a unique email and a unique external id.
pub fn business_profile() -> Profile {
    Profile {
        customer_type: CustomerType::Business,
        ..profile()
    }
}

/// Returns a billing address without a second line.
pub fn address() -> BillingAddress {
    BillingAddress {
        line1: parse("12 Harbour Lane"),
        line2: None,
        city: parse("Springfield"),
        state: parse("Illinois"),
        zip_code: parse("62701"),
        country: parse("US"),
    }
}

/// Returns metadata with the given members.
pub fn metadata(members: &[(&str, &str)]) -> Metadata {
    let members = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Metadata::parse(members).expect("metadata within its limits")
}

/// Returns the creation of a customer, with verification for every type and without a claim.
pub fn creation(profile: Profile) -> Creation {
    creation_under(&KycPolicy::verifying(CustomerType::ALL), profile)
}

/// Returns the creation of a customer under a policy, without a claim.
pub fn creation_under(policy: &KycPolicy, profile: Profile) -> Creation {
    created(policy, profile, test_time())
}

/// Like [`creation`], at the given time.
pub fn creation_at(at: DateTime<Utc>, profile: Profile) -> Creation {
    created(&KycPolicy::verifying(CustomerType::ALL), profile, at)
}

fn created(policy: &KycPolicy, profile: Profile, at: DateTime<Utc>) -> Creation {
    Creation {
        new: Customer::create(customer_id(at), profile, policy, context(at)),
        claim: None,
    }
}

/// Returns the context of a change at the given time, by a unique key.
pub(super) fn context(at: DateTime<Utc>) -> ChangeContext {
    ChangeContext {
        change_id: ChangeId::from_uuid(TestIds.uuid(at)),
        actor: api_key_id(),
        at,
    }
}

/// Like [`creation`], with a claim.
pub fn claimed(profile: Profile, claim: IdempotencyClaim) -> Creation {
    Creation {
        claim: Some(claim),
        ..creation(profile)
    }
}

/// Returns the claim of a create with this idempotency key and body. Equal strings give equal claims. The hashes differ
/// from those of the program, which makes no difference to a store.
pub fn claim(key: &str, body: &str) -> IdempotencyClaim {
    claim_of("POST /customers", key, body)
}

/// Returns the claim of a request for this operation, like [`claim`].
pub fn claim_of(operation: &'static str, key: &str, body: &str) -> IdempotencyClaim {
    IdempotencyClaim {
        operation,
        key_hash: digest(&("key", key)),
        fingerprint: digest(&("body", key, body)),
    }
}

/// Returns a unique tenant id.
pub fn tenant_id() -> TenantId {
    TenantId::from_uuid(TestIds.uuid(test_time()))
}

/// Returns a unique tenant name.
pub fn tenant_name() -> TenantName {
    parse(&format!("Tenant {}", unique_number()))
}

/// Returns a live API key with every scope, a unique id and a unique hash.
pub fn api_key(tenant_id: TenantId) -> ApiKey {
    let id = api_key_id();
    ApiKey {
        id,
        tenant_id,
        scopes: Scope::CUSTOMERS.into_iter().collect(),
        secret_hash: SecretHash(digest(&("secret", id))),
        created_at: test_time(),
        expires_at: None,
        revoked_at: None,
    }
}

fn api_key_id() -> ApiKeyId {
    ApiKeyId::parse(&format!("k{:015}", unique_number())).expect("16 letters and digits")
}

fn digest(value: &impl std::hash::Hash) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (round, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        round.hash(&mut hasher);
        value.hash(&mut hasher);
        chunk.copy_from_slice(&hasher.finish().to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_values_differ() {
        let (one, other) = (profile(), profile());
        assert_ne!(one.email, other.email);
        assert_ne!(one.external_id, other.external_id);
        assert_ne!(
            creation(one).customer().id(),
            creation(other).customer().id()
        );
        let tenant = tenant_id();
        assert_ne!(api_key(tenant).id, api_key(tenant).id);
    }

    #[test]
    fn equal_texts_give_equal_claims() {
        assert_eq!(claim("a", "body"), claim("a", "body"));
        assert_eq!(claim("a", "body").key_hash, claim("a", "other").key_hash);
        assert_ne!(
            claim("a", "body").fingerprint,
            claim("a", "other").fingerprint
        );
        assert_ne!(claim("a", "body").key_hash, claim("b", "body").key_hash);
    }
}
