//! Fixtures for the tests of use cases: a fixed time, fixed ids, a caller and a profile.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use customers_domain::{
    AddressLine, ApiKey, ApiKeyId, BillingAddress, ChangeContext, ChangeId, CountryCode, Customer,
    CustomerId, CustomerType, EmailAddress, ErasedCustomer, KycPolicy, Locality, Metadata,
    Parse as _, PersonName, PhoneNumber, Profile, Scope, Scopes, SecretHash, TenantId, Version,
    ZipCode,
};
use customers_ports::{MockClock, MockCustomerRepository, MockIdGenerator};

use crate::{Caller, CustomerService};

pub(crate) const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

pub(crate) fn customer_id() -> CustomerId {
    CustomerId::from_canonical("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()
}

pub(crate) fn other_customer_id() -> CustomerId {
    CustomerId::from_canonical("01890a5d-ac96-774b-bcce-b302099a8059").unwrap()
}

pub(crate) fn tenant_id() -> TenantId {
    TenantId::from_canonical("01890a5d-ac96-774b-bcce-b302099a8058").unwrap()
}

pub(crate) fn caller() -> Caller {
    Caller::from(&ApiKey {
        id: ApiKeyId::parse("0123456789abcdef").unwrap(),
        tenant_id: tenant_id(),
        scopes: Scopes::from_iter(Scope::CUSTOMERS),
        secret_hash: SecretHash([0; 32]),
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
    })
}

pub(crate) fn clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    clock
}

pub(crate) fn ids() -> MockIdGenerator {
    let mut ids = MockIdGenerator::new();
    ids.expect_uuid().return_const(customer_id().as_uuid());
    ids
}

pub(crate) fn service(customers: MockCustomerRepository) -> CustomerService {
    let policy = KycPolicy::verifying(&[CustomerType::Individual]);
    CustomerService::new(
        Arc::new(customers),
        Arc::new(ids()),
        Arc::new(clock()),
        policy,
    )
}

pub(crate) fn profile() -> Profile {
    Profile {
        first_name: PersonName::parse("Ada").unwrap(),
        last_name: PersonName::parse("Byron").unwrap(),
        email: EmailAddress::parse("ada@example.com").unwrap(),
        phone: PhoneNumber::parse("+2348012345678").unwrap(),
        customer_type: CustomerType::Individual,
        billing_address: BillingAddress {
            line1: AddressLine::parse("123 Test Lane").unwrap(),
            line2: None,
            city: Locality::parse("Lagos").unwrap(),
            state: Locality::parse("Lagos").unwrap(),
            zip_code: ZipCode::parse("100001").unwrap(),
            country: CountryCode::parse("NG").unwrap(),
        },
        external_id: None,
        metadata: Metadata::default(),
    }
}

pub(crate) fn customer() -> Customer {
    let context = ChangeContext {
        change_id: ChangeId::from_uuid(customer_id().as_uuid()),
        actor: caller().api_key_id,
        at: NOW,
    };
    let policy = KycPolicy::verifying(&[CustomerType::Individual]);
    let new = Customer::create(customer_id(), profile(), &policy, context);
    new.into_parts().0
}

/// What remains of the customer after an erasure.
pub(crate) fn erased() -> ErasedCustomer {
    ErasedCustomer {
        id: customer_id(),
        version: Version::FIRST.next(),
        erased_at: NOW,
    }
}
