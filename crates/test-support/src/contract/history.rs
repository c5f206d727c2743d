//! A customer's history: every stored change, newest first, and nothing else.

use customers_domain::{Customer, CustomerChange, Profile, TenantId, Verb, Version};
use customers_ports::Page;

use super::Stores;
use super::uniqueness::email_taken;
use crate::builders::{creation, customer_id, decided, profile, renamed, test_time};

/// Returns a customer that was changed until it has this version, and its changes, newest first.
async fn changed(
    stores: &Stores,
    tenant: TenantId,
    version: usize,
) -> (Customer, Vec<CustomerChange>) {
    let created = creation(profile());
    let mut customer = stores.customer(tenant, created.clone()).await;
    let mut changes = vec![created.change().clone()];
    while changes.len() < version {
        let update = renamed(&customer);
        changes.insert(0, update.change().clone());
        customer = stores.updated(tenant, update).await;
    }
    (customer, changes)
}

fn version(number: u32) -> Version {
    Version::from_number(number).expect("a version")
}

/// A repeated create adds no entry, and a refused create has no history.
pub async fn a_history_begins_with_the_creation(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = creation(profile());
    for _ in 0..2 {
        stores.created(tenant, &first).await;
    }
    let refused = creation(Profile {
        email: first.customer().profile().email.clone(),
        ..profile()
    });
    let id = first.customer().id();
    assert_eq!(stores.create(tenant, &refused).await, email_taken(id));
    let expected = Page {
        items: vec![first.change().clone()],
        has_more: false,
    };
    let history = stores.history(tenant, id, None, 50).await;
    assert_eq!(history, Some(expected));
    let nobody = refused.customer().id();
    assert_eq!(stores.history(tenant, nobody, None, 50).await, None);
}

/// Covers edits and decisions in their order, with every field, and without entries of another customer.
pub async fn a_history_is_newest_first_and_of_one_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let (other, others) = changed(&stores, tenant, 3).await;
    let (customer, mut changes) = changed(&stores, tenant, 2).await;
    let decision = decided(&customer, Verb::Submit, Some("decision"));
    changes.insert(0, decision.change().clone());
    stores.updated(tenant, decision).await;
    assert_eq!(stores.changes(tenant, customer.id()).await, changes);
    assert_eq!(stores.changes(tenant, other.id()).await, others);
}

/// Pages of any size contain every entry once and in order, and the last page says that it is the last.
pub async fn a_history_is_paged_by_version(stores: Stores) {
    let tenant = stores.tenant().await;
    let (customer, changes) = changed(&stores, tenant, 7).await;
    for size in 1..=8 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.history(tenant, customer.id(), after, size).await;
            let page = page.expect("the customer exists");
            let limit = usize::try_from(size).expect("a small size");
            assert!(page.items.len() == limit || !page.has_more, "{page:?}");
            seen.extend(page.items);
            assert!(seen.len() <= changes.len(), "{seen:?}");
            after = seen.last().map(|change: &CustomerChange| change.version);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(seen, changes, "pages of {size}");
    }
}

/// There is nothing before the creation. A version in the future has every entry before it.
pub async fn a_history_page_can_start_after_any_version(stores: Stores) {
    let tenant = stores.tenant().await;
    let (customer, changes) = changed(&stores, tenant, 3).await;
    for (after, expected) in [
        (1, &changes[3..]),
        (2, &changes[2..]),
        (3, &changes[1..]),
        (4, &changes[..]),
        (1_000_000, &changes[..]),
    ] {
        let page = stores
            .history(tenant, customer.id(), Some(version(after)), 50)
            .await
            .expect("the customer exists");
        assert_eq!(page.items, expected, "after {after}");
        assert!(!page.has_more);
    }
}

/// Pages contain each entry once, although new entries are added at the front.
pub async fn paging_through_a_history_is_stable_during_changes(stores: Stores) {
    let tenant = stores.tenant().await;
    let (mut customer, changes) = changed(&stores, tenant, 6).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = stores.history(tenant, customer.id(), after, 2).await;
        let page = page.expect("the customer exists");
        seen.extend(page.items);
        assert!(seen.len() <= changes.len(), "{seen:?}");
        after = seen.last().map(|change: &CustomerChange| change.version);
        if !page.has_more {
            break;
        }
        customer = stores.updated(tenant, renamed(&customer)).await;
    }
    assert_eq!(seen, changes);
}

/// It is like an unknown customer.
pub async fn a_customer_of_another_tenant_has_no_history(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let (customer, changes) = changed(&stores, theirs, 3).await;
    stores.created(mine, &creation(profile())).await;
    let unknown = customer_id(test_time());
    for after in [None, Some(version(1)), Some(version(3))] {
        for id in [customer.id(), unknown] {
            assert_eq!(stores.history(mine, id, after, 50).await, None);
        }
    }
    assert_eq!(stores.changes(theirs, customer.id()).await, changes);
}
