//! A created customer is read back unchanged.

use chrono::TimeDelta;
use customers_domain::{
    BillingAddress, Customer, CustomerStatus, CustomerType, KycPolicy, Profile,
};
use customers_ports::{CreateOutcome, Creation};

use super::Stores;
use crate::builders::{
    address, business_profile, creation, creation_at, creation_under, customer_id, metadata,
    minimal_profile, parse, profile, test_time,
};

async fn is_kept(stores: &Stores, creation: Creation) {
    let tenant = stores.tenant().await;
    let id = stores.created(tenant, &creation).await;
    let found = stores.find(tenant, id).await;
    assert!(
        found.as_ref() == Some(creation.customer()),
        "{}",
        difference(found.as_ref(), creation.customer())
    );
}

/// The domain masks personal data in `Debug`, but a failed test has to show it.
fn difference(found: Option<&Customer>, expected: &Customer) -> String {
    let Some(found) = found else {
        return "nothing was found".to_owned();
    };
    format!("{}\n{}", exposed(found), exposed(expected))
}

fn exposed(customer: &Customer) -> String {
    let profile = customer.profile();
    let address = &profile.billing_address;
    format!(
        "{customer:?} {:?}",
        (
            [
                profile.first_name.expose(),
                profile.last_name.expose(),
                profile.email.expose(),
                profile.phone.expose(),
                address.line1.expose(),
                address.city.expose(),
                address.state.expose(),
                address.zip_code.expose(),
            ],
            address.line2.as_ref().map(|line| line.expose().to_owned()),
            profile
                .external_id
                .as_ref()
                .map(|id| id.expose().to_owned()),
            profile.metadata.expose(),
        )
    )
}

/// Covers every field.
pub async fn a_created_customer_is_found_with_every_field(stores: Stores) {
    is_kept(&stores, creation(profile())).await;
}

/// Absent values stay absent and do not become empty.
pub async fn a_customer_without_its_optional_fields_is_found_without_them(stores: Stores) {
    is_kept(&stores, creation(minimal_profile())).await;
}

/// Covers persons and companies, with and without verification.
pub async fn every_type_and_first_status_is_kept(stores: Stores) {
    for verified in [CustomerType::ALL, &[]] {
        let policy = KycPolicy::verifying(verified);
        is_kept(&stores, creation_under(&policy, profile())).await;
        is_kept(&stores, creation_under(&policy, business_profile())).await;
    }
    let active = creation_under(&KycPolicy::verifying(&[]), profile());
    assert_eq!(active.customer().status(), CustomerStatus::Active);
}

/// Microseconds are the precision of every store.
pub async fn times_are_kept_to_the_microsecond(stores: Stores) {
    for offset in [0, 1, 499_999, 876_543] {
        let at = test_time() + TimeDelta::microseconds(offset);
        is_kept(&stores, creation_at(at, minimal_profile())).await;
    }
}

/// Every field has its maximum length, in characters of four bytes where allowed.
pub async fn the_largest_values_are_kept(stores: Stores) {
    let name = "\u{20000}".repeat(100);
    let line = "\u{20000}".repeat(200);
    let email = format!(
        "{}@{label}.{label}.{}.example.com",
        "l".repeat(64),
        "s".repeat(49),
        label = "d".repeat(63)
    );
    let note = "\u{10ffff}".repeat(8);
    let notes: Vec<(String, &str)> = (0..50)
        .map(|n| (format!("{n:040}"), note.as_str()))
        .collect();
    let notes: Vec<(&str, &str)> = notes
        .iter()
        .map(|(name, note)| (name.as_str(), *note))
        .collect();
    let largest = Profile {
        first_name: parse(&name),
        last_name: parse(&name),
        email: parse(&email),
        billing_address: BillingAddress {
            line1: parse(&line),
            line2: Some(parse(&line)),
            city: parse(&name),
            state: parse(&name),
            zip_code: parse("0123456789-ABCDE"),
            country: parse("NG"),
        },
        external_id: Some(parse(&"~".repeat(255))),
        metadata: metadata(&notes),
        ..minimal_profile()
    };
    is_kept(&stores, creation(largest)).await;
    let one_large_note = Profile {
        metadata: metadata(&[("n", &"\u{10ffff}".repeat(500)), ("empty", "")]),
        ..minimal_profile()
    };
    is_kept(&stores, creation(one_large_note)).await;
}

/// Fails if a store builds statements from text.
pub async fn text_in_any_script_and_text_that_looks_like_code_is_kept(stores: Stores) {
    let texts = [
        "O'Brien \"Bob\" \\ / `x`",
        "'; DROP TABLE customers; --",
        "%s %d %% _ \\x00 \\u0000 \\N $1 ${x} {{x}}",
        "NULL",
        "{\"a\": [1, null]}",
        "<script>alert(1)</script>",
        "\u{645}\u{62d}\u{645}\u{62f} \u{2014} \u{5d3}\u{5d5}\u{5d3}",
        "\u{674e}\u{5c0f}\u{9f8d} \u{1f980}",
        "\u{130}\u{131}\u{df}\u{1e9e}\u{fb01}",
        "a\u{300}\u{301}\u{302}z",
        "\u{a0}inner\u{2003}spaces\u{3000}kept",
    ];
    for text in texts {
        let hostile = Profile {
            first_name: parse(text),
            last_name: parse(text),
            billing_address: BillingAddress {
                line1: parse(text),
                line2: Some(parse(text)),
                city: parse(text),
                state: parse(text),
                ..address()
            },
            metadata: metadata(&[
                ("note", text),
                ("controls", "\u{1}\t\r\n\u{7f}\u{202e}\u{feff}"),
            ]),
            ..minimal_profile()
        };
        is_kept(&stores, creation(hostile)).await;
    }
    let quoted = Profile {
        email: parse("o'brien{$1}%`|~@example.com"),
        external_id: Some(parse(" '; DROP TABLE customers; --\\ \" ")),
        ..minimal_profile()
    };
    is_kept(&stores, creation(quoted)).await;
}

/// Covers an empty tenant and one with customers.
pub async fn an_unknown_id_is_not_found(stores: Stores) {
    let tenant = stores.tenant().await;
    let unknown = customer_id(test_time());
    assert_eq!(stores.find(tenant, unknown).await, None);
    stores.created(tenant, &creation(profile())).await;
    assert_eq!(stores.find(tenant, unknown).await, None);
}

/// The id does not give access to it.
pub async fn the_customer_of_another_tenant_is_not_found(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let id = stores.created(theirs, &creation(profile())).await;
    assert_eq!(stores.find(mine, id).await, None);
    assert!(stores.find(theirs, id).await.is_some());
}

/// A client retries the same call because it does not know the outcome of the first one.
pub async fn a_retried_create_is_created_and_stored_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for profile in [profile(), minimal_profile()] {
        let creation = creation(profile);
        let id = stores.created(tenant, &creation).await;
        for _ in 0..3 {
            assert_eq!(
                stores.create(tenant, &creation).await,
                CreateOutcome::Created
            );
        }
        assert_eq!(
            stores.find(tenant, id).await,
            Some(creation.customer().clone())
        );
    }
}
