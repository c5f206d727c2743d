//! All data in memory shares one limit, which is close to the memory of the process.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::sync::Arc;

use chrono::TimeDelta;
use customers_adapter_memory::{InMemoryStore, MemoryLimit};
use customers_domain::{Customer, CustomerState, Profile, TenantId, Verb};
use customers_ports::{
    CreateOutcome, Creation, CustomerRepository as _, EditOutcome, ErasureOutcome,
    IdempotencyRecords as _, ListQuery, StoreError,
};
use customers_test_support::builders::{
    TestClock, claim, claimed, creation, decided, erasure, metadata, minimal_profile, profile,
    renamed, tenant_id, unique_number,
};

const MIB: usize = 1 << 20;

fn store(limit: &MemoryLimit) -> InMemoryStore {
    InMemoryStore::limited(Arc::new(TestClock::new()), limit.clone())
}

fn is_full<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Full { .. }))
}

/// Returns a profile with this many KiB of metadata.
fn large_profile(kibibytes: usize) -> Profile {
    let value = "v".repeat(500);
    let names: Vec<String> = (0..2 * kibibytes).map(|n| format!("name-{n}")).collect();
    let members: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), value.as_str()))
        .collect();
    Profile {
        metadata: metadata(&members),
        ..profile()
    }
}

/// Creates customers until the store is full, and returns the last one.
async fn fill(store: &InMemoryStore, tenant: TenantId) -> Customer {
    let mut last = None;
    loop {
        let wanted = creation(profile());
        let customer = wanted.customer().clone();
        match store.create(tenant, wanted).await {
            Ok(outcome) => assert_eq!(outcome, CreateOutcome::Created),
            Err(error) => {
                assert!(matches!(error, StoreError::Full { .. }), "{error}");
                return last.expect("there was room for a customer");
            }
        }
        last = Some(customer);
    }
}

#[tokio::test]
async fn a_full_store_refuses_writes_and_serves_reads() {
    let limit = MemoryLimit::bytes(MIB);
    let store = store(&limit);
    let tenant = tenant_id();
    let last = fill(&store, tenant).await;
    assert!(limit.used() <= MIB && limit.used() > MIB - 10_000);
    let used = limit.used();

    let large = Customer::from_stored(CustomerState {
        profile: large_profile(10),
        ..last.state().clone()
    });
    let decision = decided(&large, Verb::Submit, Some(&"d".repeat(255)));
    assert!(is_full(&store.decide(tenant, decision).await));
    let claimed = claimed(large_profile(10), claim("key", "body"));
    assert!(is_full(&store.create(tenant, claimed).await));
    assert_eq!(limit.used(), used);

    let found = store.find(tenant, last.id()).await;
    assert_eq!(found, Ok(Some(last.clone().into())));
    let query = ListQuery {
        limit: 3,
        ..ListQuery::default()
    };
    let page = store.list(tenant, &query).await.unwrap();
    assert_eq!(page.items.len(), 3);
    // A retry stores nothing, so it needs no memory.
    let again = Creation {
        claim: None,
        ..creation(last.profile().clone())
    };
    let outcome = store.create(tenant, again).await;
    assert!(matches!(outcome, Ok(CreateOutcome::Taken(_))));
}

#[tokio::test]
async fn deleted_and_replaced_values_release_memory() {
    let limit = MemoryLimit::bytes(MIB);
    let store = store(&limit);
    let tenant = tenant_id();
    let wanted = claimed(large_profile(10), claim("key", "body"));
    let customer = wanted.customer().clone();
    store.create(tenant, wanted).await.unwrap();
    let with_record = limit.used();
    assert_eq!(store.sweep(TimeDelta::zero(), 10).await, Ok(1));
    let without = limit.used();
    assert!(without < with_record);

    let renamed = renamed(&customer);
    let outcome = store.update(tenant, renamed).await;
    assert_eq!(outcome, Ok(EditOutcome::Updated));
    // The change is kept, and the replaced state of the customer is released.
    assert!(limit.used() < without + 1_000);
}

#[tokio::test]
async fn an_erasure_makes_room_and_is_carried_out_in_a_full_store() {
    let limit = MemoryLimit::bytes(MIB);
    let store = store(&limit);
    let tenant = tenant_id();
    let mut customers = Vec::new();
    let before = limit.used();
    for _ in 0..20 {
        let wanted = creation(large_profile(4));
        let customer = wanted.customer().clone();
        store.create(tenant, wanted).await.unwrap();
        let close = decided(&customer, Verb::Close, Some(&customer.id().to_string()));
        customers.push(close.customer().clone());
        store.decide(tenant, close).await.unwrap();
    }
    fill(&store, tenant).await;
    let full = limit.used();
    for customer in &customers {
        let outcome = store.erase(tenant, erasure(customer, None)).await;
        assert_eq!(outcome, Ok(ErasureOutcome::Erased));
    }
    // What remains of each is small: nothing of its metadata is kept, in the customer or its decision.
    let freed = full - limit.used();
    assert!(freed > 20 * 2 * 4 * 1024, "{freed}");
    assert!(limit.used() > before);
}

#[tokio::test]
async fn a_module_shares_the_limit() {
    let limit = MemoryLimit::bytes(MIB);
    let store = store(&limit);
    limit.reserve(MIB - 100).unwrap();
    let wanted = creation(minimal_profile());
    assert!(is_full(&store.create(tenant_id(), wanted.clone()).await));
    limit.release(MIB - 100);
    let outcome = store.create(tenant_id(), wanted).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}

/// Returns the resident memory of this process, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.unwrap().parse::<usize>().unwrap() * 1024
}

/// Stores small and large customers, with and without idempotency keys, changes and decisions.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_memory_of_the_process_is_close_to_the_counted_bytes() {
    const LIMIT: usize = 32 * MIB;
    let limit = MemoryLimit::bytes(LIMIT);
    let store = store(&limit);
    let tenant = tenant_id();
    let before = resident();
    let mut customers = 0;
    'full: loop {
        for profile in [minimal_profile(), profile(), large_profile(customers % 16)] {
            let key = format!("key {customers}");
            let wanted = claimed(profile, claim(&key, "body"));
            let customer = wanted.customer().clone();
            if is_full(&store.create(tenant, wanted).await) {
                break 'full;
            }
            customers += 1;
            if customers % 2 == 0 {
                let id = format!("decision {}", unique_number());
                let decision = decided(&customer, Verb::Submit, Some(&id));
                let submitted = decision.customer().clone();
                if is_full(&store.decide(tenant, decision).await)
                    || is_full(&store.update(tenant, renamed(&submitted)).await)
                {
                    break 'full;
                }
            }
        }
    }
    let taken = resident() - before;
    let percent = 100 * taken / LIMIT;
    eprintln!("{customers} customers: {percent} % of the limit");
    assert!((60..=110).contains(&percent), "{percent} %");
}
