//! Filters: a list contains exactly the customers that meet every condition.

use customers_domain::{
    AddressPatch, BillingAddress, Customer, CustomerStatus, CustomerType, Edit, Profile,
    ProfilePatch, TenantId, Verb,
};
use customers_ports::CustomerFilter;

use super::Stores;
use super::list::newest_first;
use crate::builders::{
    address, business_profile, creation, decided, edited, minimal_profile, parse, profile,
};

pub(super) const COUNTRIES: [&str; 3] = ["US", "GB", "NG"];
pub(super) const PHONES: [&str; 3] = ["+12025550111", "+12025550122", "+12025550133"];

/// Checks that a list with the filter returns exactly these customers.
pub(super) async fn lists(
    stores: &Stores,
    tenant: TenantId,
    filter: CustomerFilter,
    expected: &[&Customer],
) {
    let expected = newest_first(expected.iter().copied().cloned().collect());
    let listed = stores.all(tenant, filter.clone()).await;
    assert!(listed == expected, "{filter:?}\n{listed:?}\n{expected:?}");
}

async fn with_history(
    stores: &Stores,
    tenant: TenantId,
    customer: Customer,
    life: &[Verb],
) -> Customer {
    let mut customer = customer;
    for verb in life {
        let decision = decided(&customer, *verb, None);
        customer = stores.updated(tenant, decision).await;
    }
    customer
}

pub(super) fn of_statuses(statuses: &[CustomerStatus]) -> CustomerFilter {
    CustomerFilter {
        statuses: statuses.to_vec(),
        ..CustomerFilter::default()
    }
}

pub(super) fn of_country(code: &str) -> CustomerFilter {
    CustomerFilter {
        country: Some(parse(code)),
        ..CustomerFilter::default()
    }
}

pub(super) fn of_phone(number: &str) -> CustomerFilter {
    CustomerFilter {
        phone: Some(parse(number)),
        ..CustomerFilter::default()
    }
}

pub(super) fn of_email(email: &str) -> CustomerFilter {
    CustomerFilter {
        email: Some(parse(email)),
        ..CustomerFilter::default()
    }
}

pub(super) fn of_external_id(id: &str) -> CustomerFilter {
    CustomerFilter {
        external_id: Some(parse(id)),
        ..CustomerFilter::default()
    }
}

/// Covers one status, several, a repeated one, and one without customers.
pub async fn a_list_by_status_returns_customers_with_one_of_the_statuses(stores: Stores) {
    use CustomerStatus::{Active, Closed, InReview, PendingKyc, Suspended};
    let tenant = stores.tenant().await;
    let mut customers = Vec::new();
    for life in [&[][..], &[Verb::Submit], &[Verb::Approve], &[Verb::Close]] {
        let customer = stores.customer(tenant, creation(profile())).await;
        customers.push(with_history(&stores, tenant, customer, life).await);
    }
    let [pending, in_review, active, closed] = &customers[..] else {
        panic!("four customers");
    };
    for (statuses, expected) in [
        (&[PendingKyc][..], &[pending][..]),
        (&[Active], &[active]),
        (&[InReview, Closed], &[in_review, closed]),
        (&[Active, Active, PendingKyc, Active], &[pending, active]),
        (&[Suspended], &[]),
        (&[Suspended, InReview], &[in_review]),
        (CustomerStatus::ALL, &[pending, in_review, active, closed]),
    ] {
        lists(&stores, tenant, of_statuses(statuses), expected).await;
    }
}

/// Covers persons and companies.
pub async fn a_list_by_type_returns_customers_of_the_type(stores: Stores) {
    let tenant = stores.tenant().await;
    let person = stores.customer(tenant, creation(profile())).await;
    let company = stores.customer(tenant, creation(business_profile())).await;
    for (customer_type, expected) in [
        (CustomerType::Individual, &person),
        (CustomerType::Business, &company),
    ] {
        let filter = CustomerFilter {
            customer_type: Some(customer_type),
            ..CustomerFilter::default()
        };
        lists(&stores, tenant, filter, &[expected]).await;
    }
}

/// Case is ignored, and a part of the address does not match.
pub async fn a_list_by_email_returns_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customers = Vec::new();
    for email in ["Mixed.Case@example.com", "mixed_case@example.com"] {
        let profile = Profile {
            email: parse(email),
            ..profile()
        };
        customers.push(stores.customer(tenant, creation(profile)).await);
    }
    for email in ["Mixed.Case@example.com", "MIXED.CASE@Example.com"] {
        lists(&stores, tenant, of_email(email), &[&customers[0]]).await;
    }
    let other = of_email("mixed_case@example.com");
    lists(&stores, tenant, other, &[&customers[1]]).await;
    for nobodys in ["case@example.com", "%@example.com"] {
        lists(&stores, tenant, of_email(nobodys), &[]).await;
    }
}

/// Case is significant.
pub async fn a_list_by_external_id_returns_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    for id in ["crm-a", "crm-A", "crm-a "] {
        let profile = Profile {
            external_id: Some(parse(id)),
            ..minimal_profile()
        };
        let customer = stores.customer(tenant, creation(profile)).await;
        lists(&stores, tenant, of_external_id(id), &[&customer]).await;
    }
    stores.created(tenant, &creation(minimal_profile())).await;
    lists(&stores, tenant, of_external_id("crm-_"), &[]).await;
}

/// One customer must hold both values.
pub async fn a_list_by_email_and_external_id_returns_the_holder_of_both(stores: Stores) {
    let tenant = stores.tenant().await;
    let one = stores.customer(tenant, creation(profile())).await;
    let other = stores.customer(tenant, creation(profile())).await;
    let both = |email: &Customer, external_id: &Customer| CustomerFilter {
        external_id: external_id.profile().external_id.clone(),
        ..of_email(email.profile().email.expose())
    };
    lists(&stores, tenant, both(&one, &one), &[&one]).await;
    lists(&stores, tenant, both(&one, &other), &[]).await;
    lists(&stores, tenant, both(&other, &one), &[]).await;
}

/// Several customers can share a phone number or a country.
pub async fn a_list_by_phone_or_country_returns_every_match(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customers = Vec::new();
    for (phone, country) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let profile = Profile {
            phone: parse(PHONES[phone]),
            billing_address: BillingAddress {
                country: parse(COUNTRIES[country]),
                ..address()
            },
            ..profile()
        };
        customers.push(stores.customer(tenant, creation(profile)).await);
    }
    let [a, b, c, d] = &customers[..] else {
        panic!("four customers");
    };
    lists(&stores, tenant, of_phone(PHONES[0]), &[a, b]).await;
    lists(&stores, tenant, of_phone(PHONES[1]), &[c, d]).await;
    lists(&stores, tenant, of_phone(PHONES[2]), &[]).await;
    lists(&stores, tenant, of_country(COUNTRIES[0]), &[a, c]).await;
    lists(&stores, tenant, of_country(COUNTRIES[1]), &[b, d]).await;
    lists(&stores, tenant, of_country(COUNTRIES[2]), &[]).await;
    let both = CustomerFilter {
        phone: Some(parse(PHONES[1])),
        ..of_country(COUNTRIES[0])
    };
    lists(&stores, tenant, both, &[c]).await;
}

/// Each condition applies to the current values.
pub async fn a_filter_matches_current_values(stores: Stores) {
    let tenant = stores.tenant().await;
    let before = Profile {
        phone: parse(PHONES[0]),
        email: parse("before@example.com"),
        external_id: Some(parse("before")),
        ..profile()
    };
    let customer = stores.customer(tenant, creation(before)).await;
    let patch = ProfilePatch {
        phone: Some(parse(PHONES[1])),
        email: Some(parse("after@example.com")),
        external_id: Edit::Set(parse("after")),
        billing_address: AddressPatch {
            country: Some(parse("NG")),
            ..AddressPatch::default()
        },
        ..ProfilePatch::default()
    };
    let customer = stores.updated(tenant, edited(&customer, patch)).await;
    let customer = with_history(&stores, tenant, customer, &[Verb::Approve]).await;
    for gone in [
        of_phone(PHONES[0]),
        of_email("before@example.com"),
        of_external_id("before"),
        of_country("US"),
        of_statuses(&[CustomerStatus::PendingKyc]),
    ] {
        lists(&stores, tenant, gone, &[]).await;
    }
    for met in [
        of_phone(PHONES[1]),
        of_email("after@example.com"),
        of_external_id("after"),
        of_country("NG"),
        of_statuses(&[CustomerStatus::Active]),
    ] {
        lists(&stores, tenant, met, &[&customer]).await;
    }
}
