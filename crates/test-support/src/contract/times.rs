//! Filters by time, to the microsecond.

use chrono::{SubsecRound as _, TimeDelta};
use customers_domain::{BillingAddress, Customer, CustomerStatus, Profile};
use customers_ports::CustomerFilter;

use super::Stores;
use super::filters::{
    COUNTRIES, PHONES, lists, of_country, of_email, of_external_id, of_phone, of_statuses,
};
use crate::builders::{address, creation_at, minimal_profile, parse, profile, test_time};

/// The range includes its start and excludes its end. A range that ends before it starts is empty.
pub async fn a_range_of_times_includes_its_start_and_excludes_its_end(stores: Stores) {
    let tenant = stores.tenant().await;
    let start = test_time().trunc_subsecs(0);
    let mut customers = Vec::new();
    for microseconds in [-1, 0, 1, 999_999, 1_000_000, 1_999_999, 2_000_000] {
        let at = start + TimeDelta::microseconds(microseconds);
        let creation = creation_at(at, minimal_profile());
        customers.push(stores.customer(tenant, creation).await);
    }
    let customers: Vec<&Customer> = customers.iter().collect();
    let second = |seconds: i64| start + TimeDelta::seconds(seconds);
    for (from, before, expected) in [
        (Some(0), None, &customers[1..]),
        (None, Some(0), &customers[..1]),
        (Some(0), Some(1), &customers[1..4]),
        (Some(1), Some(2), &customers[4..6]),
        (Some(2), Some(3), &customers[6..]),
        (Some(-1), Some(3), &customers[..]),
        (Some(3), None, &[]),
        (None, Some(-1), &[]),
        (Some(1), Some(1), &[]),
        (Some(2), Some(0), &[]),
        (Some(-2_000_000_000), Some(200_000_000_000), &customers[..]),
    ] {
        let filter = CustomerFilter {
            created_from: from.map(second),
            created_before: before.map(second),
            ..CustomerFilter::default()
        };
        lists(&stores, tenant, filter, expected).await;
    }
}

/// Times are compared to the microsecond, together with other conditions.
pub async fn a_range_of_times_is_exact_within_a_millisecond(stores: Stores) {
    let tenant = stores.tenant().await;
    let start = test_time().trunc_subsecs(0);
    let at = |microseconds: i64| start + TimeDelta::microseconds(microseconds);
    let mut customers = Vec::new();
    for microseconds in [999, 1_000, 1_001, 1_500, 1_999, 2_000] {
        let profile = Profile {
            phone: parse(PHONES[0]),
            email: parse(&format!("at-{microseconds}@example.com")),
            external_id: Some(parse(&format!("at-{microseconds}"))),
            billing_address: BillingAddress {
                country: parse(COUNTRIES[0]),
                ..address()
            },
            ..profile()
        };
        let creation = creation_at(at(microseconds), profile);
        customers.push(stores.customer(tenant, creation).await);
    }
    let customers: Vec<&Customer> = customers.iter().collect();
    for (from, before, expected) in [
        (Some(1_000), None, 1..6),
        (Some(1_001), None, 2..6),
        (None, Some(1_999), 0..4),
        (None, Some(2_000), 0..5),
        (Some(1_001), Some(1_500), 2..3),
        (Some(1_501), Some(1_999), 0..0),
        (Some(1_999), Some(1_001), 0..0),
        (Some(999), Some(1_000), 0..1),
    ] {
        for conditions in [
            CustomerFilter::default(),
            of_phone(PHONES[0]),
            of_country(COUNTRIES[0]),
            of_statuses(&[CustomerStatus::PendingKyc]),
        ] {
            let filter = CustomerFilter {
                created_from: from.map(at),
                created_before: before.map(at),
                ..conditions
            };
            lists(&stores, tenant, filter, &customers[expected.clone()]).await;
        }
    }
    for (sought, from, expected) in [(1_500, 1_500, 3..4), (1_500, 1_501, 0..0)] {
        let email = of_email(&format!("at-{sought}@example.com"));
        let external_id = of_external_id(&format!("at-{sought}"));
        for conditions in [email, external_id] {
            let filter = CustomerFilter {
                created_from: Some(at(from)),
                ..conditions
            };
            lists(&stores, tenant, filter, &customers[expected.clone()]).await;
        }
    }
}
