//! Lists of a tenant's customers, newest first, in pages.

use std::cmp::Reverse;

use chrono::TimeDelta;
use customers_domain::{Customer, CustomerId, CustomerStatus, CustomerType, TenantId, Verb};
use customers_ports::{CustomerFilter, ListOrder, ListQuery, Page};

use super::Stores;
use crate::builders::{
    business_profile, creation, creation_at, decided, minimal_profile, profile, renamed, test_time,
};

/// Returns a query without a filter and with this page size.
pub(super) fn page_of(limit: u32, after: Option<CustomerId>) -> ListQuery {
    ListQuery {
        after,
        limit,
        ..ListQuery::default()
    }
}

/// Sorts customers in the order of a list.
pub(super) fn newest_first(mut customers: Vec<Customer>) -> Vec<Customer> {
    customers.sort_by_key(|customer| Reverse(customer.id()));
    customers
}

/// Reads all pages of this size.
pub(super) async fn all_pages(
    stores: &Stores,
    tenant: TenantId,
    filter: &CustomerFilter,
    size: u32,
) -> Vec<Customer> {
    walked_in(ListOrder::NewestFirst, stores, tenant, filter, size).await
}

/// Every page of that size in that order, one after the other.
async fn walked_in(
    order: ListOrder,
    stores: &Stores,
    tenant: TenantId,
    filter: &CustomerFilter,
    size: u32,
) -> Vec<Customer> {
    let mut query = ListQuery {
        filter: filter.clone(),
        order,
        ..page_of(size, None)
    };
    let mut seen = Vec::new();
    loop {
        let page = stores.list(tenant, &query).await;
        let limit = usize::try_from(size).expect("a small size");
        assert!(page.items.len() <= limit);
        assert!(page.items.len() == limit || !page.has_more);
        assert_progress(&query, &page);
        query.after = page.items.last().map(Customer::id);
        seen.extend(page.items);
        if !page.has_more {
            return seen;
        }
    }
}

/// Checks that the page lies behind the previous one, because paging might otherwise never end.
pub(super) fn assert_progress(query: &ListQuery, page: &Page<Customer>) {
    let first = page.items.first().map(Customer::id);
    let behind = match query.order {
        ListOrder::NewestFirst => first < query.after,
        ListOrder::OldestFirst => first > query.after,
    };
    let behind = query.after.is_none() || first.is_none() || behind;
    assert!(behind, "{query:?} {page:?}");
}

async fn some_customers(stores: &Stores, tenant: TenantId, count: usize) -> Vec<Customer> {
    let mut customers = Vec::new();
    for _ in 0..count {
        customers.push(stores.customer(tenant, creation(profile())).await);
    }
    newest_first(customers)
}

/// A new tenant is in this state.
pub async fn a_tenant_without_customers_lists_none(stores: Stores) {
    let tenant = stores.tenant().await;
    let nothing = Page {
        items: Vec::new(),
        has_more: false,
    };
    assert_eq!(stores.list(tenant, &page_of(1, None)).await, nothing);
}

/// Every field has its current value.
pub async fn a_list_returns_complete_current_customers(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut expected = Vec::new();
    for profile in [profile(), minimal_profile(), business_profile()] {
        let customer = stores.customer(tenant, creation(profile)).await;
        let customer = stores.updated(tenant, renamed(&customer)).await;
        expected.push(customer);
    }
    let decision = decided(&expected[0], Verb::Submit, None);
    expected[0] = stores.updated(tenant, decision).await;
    let listed = stores.all(tenant, CustomerFilter::default()).await;
    assert!(listed == newest_first(expected), "{listed:?}");
}

/// The order follows the id, which contains the time of creation.
pub async fn a_list_is_newest_first_regardless_of_the_order_of_storing(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut expected = Vec::new();
    for minute in [3, 1, 4, 0, 5, 2] {
        let at = test_time() + TimeDelta::minutes(minute);
        let customer = stores
            .customer(tenant, creation_at(at, minimal_profile()))
            .await;
        expected.push((minute, customer));
    }
    // A change does not affect the order.
    let renewed = stores.updated(tenant, renamed(&expected[3].1)).await;
    expected[3].1 = renewed;
    expected.sort_by_key(|(minute, _)| Reverse(*minute));
    let expected: Vec<Customer> = expected.into_iter().map(|(_, customer)| customer).collect();
    let listed = stores.all(tenant, CustomerFilter::default()).await;
    assert!(listed == expected, "{listed:?}");
}

/// Covers limits of one less, as many and one more than there are customers.
pub async fn a_page_ends_at_its_limit_and_says_whether_there_is_more(stores: Stores) {
    let tenant = stores.tenant().await;
    let customers = some_customers(&stores, tenant, 5).await;
    for (limit, count) in [(1, 1), (4, 4), (5, 5), (6, 5), (200, 5)] {
        let page = stores.list(tenant, &page_of(limit, None)).await;
        assert!(page.items == customers[..count], "{limit}: {page:?}");
        assert_eq!(page.has_more, count < 5, "{limit}");
    }
}

/// The page begins with the next customer. There is nothing after the oldest.
pub async fn a_page_begins_after_the_last_customer_of_the_previous_page(stores: Stores) {
    let tenant = stores.tenant().await;
    let customers = some_customers(&stores, tenant, 5).await;
    for (place, last) in customers.iter().enumerate() {
        let rest = &customers[place + 1..];
        let page = stores.list(tenant, &page_of(2, Some(last.id()))).await;
        assert!(page.items == rest[..rest.len().min(2)], "{page:?}");
        assert_eq!(page.has_more, rest.len() > 2);
    }
}

/// Covers pages of any size.
pub async fn the_pages_together_are_the_whole_list(stores: Stores) {
    let tenant = stores.tenant().await;
    let customers = some_customers(&stores, tenant, 12).await;
    for size in 1..=13 {
        let all_pages = all_pages(&stores, tenant, &CustomerFilter::default(), size).await;
        assert!(all_pages == customers, "pages of {size}: {all_pages:?}");
    }
}

/// With every filter and page size.
pub async fn a_list_can_be_walked_oldest_first(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customers = Vec::new();
    for number in 0..14 {
        let profile = match number % 3 {
            0 => profile(),
            1 => business_profile(),
            _ => minimal_profile(),
        };
        let customer = stores.customer(tenant, creation(profile)).await;
        customers.push(if number % 4 == 0 {
            let decision = decided(&customer, Verb::Submit, None);
            stores.updated(tenant, decision).await
        } else {
            customer
        });
    }
    let some = customers[5].profile();
    let filters = [
        CustomerFilter::default(),
        CustomerFilter {
            statuses: vec![CustomerStatus::InReview, CustomerStatus::PendingKyc],
            ..CustomerFilter::default()
        },
        CustomerFilter {
            statuses: vec![CustomerStatus::InReview],
            customer_type: Some(CustomerType::Individual),
            ..CustomerFilter::default()
        },
        CustomerFilter {
            country: Some(some.billing_address.country),
            ..CustomerFilter::default()
        },
        CustomerFilter {
            phone: Some(some.phone.clone()),
            ..CustomerFilter::default()
        },
        CustomerFilter {
            email: Some(some.email.clone()),
            ..CustomerFilter::default()
        },
    ];
    for filter in filters {
        let mut expected = stores.all(tenant, filter.clone()).await;
        assert!(!expected.is_empty(), "{filter:?}");
        expected.reverse();
        for size in [1, 3, 14, 15] {
            let walked = walked_in(ListOrder::OldestFirst, &stores, tenant, &filter, size).await;
            assert!(
                walked == expected,
                "{filter:?}, pages of {size}: {walked:?}"
            );
        }
    }
}

/// They neither appear nor fill a page, even if they match the filter.
pub async fn customers_of_another_tenant_are_never_listed(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let (mut own, mut foreign) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        own.push(stores.customer(mine, creation(profile())).await);
        foreign.push(stores.customer(theirs, creation(profile())).await);
    }
    for size in [1, 3, 4, 5] {
        let listed = all_pages(&stores, mine, &CustomerFilter::default(), size).await;
        assert!(listed == newest_first(own.clone()), "{listed:?}");
    }
    let of_theirs = foreign[0].profile();
    let email = CustomerFilter {
        email: Some(of_theirs.email.clone()),
        ..CustomerFilter::default()
    };
    let external_id = CustomerFilter {
        external_id: of_theirs.external_id.clone(),
        ..CustomerFilter::default()
    };
    for filter in [email, external_id] {
        assert_eq!(stores.all(theirs, filter.clone()).await.len(), 1);
        assert_eq!(stores.all(mine, filter).await, []);
    }
    let empty = stores.tenant().await;
    assert_eq!(stores.all(empty, CustomerFilter::default()).await, []);
}
