use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use customers_domain::{
    ApiKey, ApiKeyId, BillingAddress, ChangeContext, ChangeId, Customer, CustomerType, KycPolicy,
    Metadata, Parse, Profile, Scope, SecretHash, TenantId, TenantName,
};
use customers_ports::{Creation, IdGenerator as _, IdempotencyClaim};

use super::generators::{TestIds, customer_id, test_time};

/// A number that this process has not seen before.
pub fn unique_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Parses what the test knows to be valid.
pub fn parse<T: Parse>(raw: &str) -> T {
    match T::parse(raw) {
        Ok(value) => value,
        Err(fault) => panic!("{raw:?} {fault}"),
    }
}

/// A person with every field filled, an email and an external id of its own.
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

/// A person with the required fields alone and an email of its own.
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

/// A company with every field filled, an email and an external id of its own.
pub fn business_profile() -> Profile {
    Profile {
        customer_type: CustomerType::Business,
        ..profile()
    }
}

/// A billing address without a second line.
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

/// Metadata of these members.
pub fn metadata(members: &[(&str, &str)]) -> Metadata {
    let members = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Metadata::parse(members).expect("metadata within its limits")
}

/// What creates a customer of that profile, where every type is verified; without a claim.
pub fn creation(profile: Profile) -> Creation {
    creation_under(&KycPolicy::verifying(CustomerType::ALL), profile)
}

/// What creates a customer of that profile under that policy; without a claim.
pub fn creation_under(policy: &KycPolicy, profile: Profile) -> Creation {
    created(policy, profile, test_time())
}

/// What creates a customer of that profile at that time, as [`creation`] does.
pub fn creation_at(at: DateTime<Utc>, profile: Profile) -> Creation {
    created(&KycPolicy::verifying(CustomerType::ALL), profile, at)
}

fn created(policy: &KycPolicy, profile: Profile, at: DateTime<Utc>) -> Creation {
    Creation {
        new: Customer::create(customer_id(at), profile, policy, context(at)),
        claim: None,
    }
}

/// Some key's change of that time.
pub(super) fn context(at: DateTime<Utc>) -> ChangeContext {
    ChangeContext {
        change_id: ChangeId::from_uuid(TestIds.uuid(at)),
        actor: api_key_id(),
        at,
    }
}

/// What creates a customer of that profile once for all requests of that claim.
pub fn claimed(profile: Profile, claim: IdempotencyClaim) -> Creation {
    Creation {
        claim: Some(claim),
        ..creation(profile)
    }
}

/// The claim of a create with that idempotency key and body: equal texts make equal claims. The hashes
/// are not those of the program; a store cannot tell.
pub fn claim(key: &str, body: &str) -> IdempotencyClaim {
    claim_of("POST /customers", key, body)
}

/// The claim of a request for that operation, as [`claim`] makes it.
pub fn claim_of(operation: &'static str, key: &str, body: &str) -> IdempotencyClaim {
    IdempotencyClaim {
        operation,
        key_hash: digest(&("key", key)),
        fingerprint: digest(&("body", key, body)),
    }
}

/// A tenant's id of its own.
pub fn tenant_id() -> TenantId {
    TenantId::from_uuid(TestIds.uuid(test_time()))
}

/// A tenant's name of its own.
pub fn tenant_name() -> TenantName {
    parse(&format!("Tenant {}", unique_number()))
}

/// A live key of that tenant with every scope, an id and a hash of its own.
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
    fn what_must_be_unique_is() {
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
    fn claims_are_equal_when_their_texts_are() {
        assert_eq!(claim("a", "body"), claim("a", "body"));
        assert_eq!(claim("a", "body").key_hash, claim("a", "other").key_hash);
        assert_ne!(
            claim("a", "body").fingerprint,
            claim("a", "other").fingerprint
        );
        assert_ne!(claim("a", "body").key_hash, claim("b", "body").key_hash);
    }
}
