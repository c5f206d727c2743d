use customers_domain::{ApiKey, ApiKeyId, Scopes, SecretHash, TenantId};
use http_body_util::BodyExt as _;
use uuid::Uuid;

use super::fair_pool::WAIT_TIMEOUT;
use super::*;

const MIB: usize = 1024 * 1024;

/// Returns a caller with the given key of the given tenant.
fn caller(tenant: u128, key: u8) -> Caller {
    Caller::from(&ApiKey {
        id: ApiKeyId::parse(&format!("{tenant:013}{key:03}")).unwrap(),
        tenant_id: TenantId::from_uuid(Uuid::from_u128(tenant)),
        scopes: Scopes::default(),
        secret_hash: SecretHash([0; 32]),
        created_at: chrono::DateTime::UNIX_EPOCH,
        expires_at: None,
        revoked_at: None,
    })
}

/// Takes shares of `bytes` until one is refused.
async fn hoard(pool: &Arc<FairPool>, caller: Caller, bytes: usize) -> Vec<Share> {
    let mut shares = Vec::new();
    while let Some(share) = pool.take(caller, bytes).await {
        shares.push(share);
    }
    shares
}

#[tokio::test(start_paused = true)]
async fn one_key_gets_about_a_third_of_the_pool_and_one_tenant_about_half() {
    let pool = Arc::new(FairPool::new(90 * MIB));
    let first = hoard(&pool, caller(1, 0), MIB).await;
    assert!((29..=31).contains(&first.len()), "{}", first.len());
    let mut shares = first;
    for key in 1..100 {
        shares.extend(hoard(&pool, caller(1, key), MIB).await);
    }
    assert!((43..=46).contains(&shares.len()), "{}", shares.len());
}

#[tokio::test(start_paused = true)]
async fn a_key_without_shares_is_served_at_once_beside_keys_that_hoard() {
    let pool = Arc::new(FairPool::new(48 * MIB));
    let mut shares = Vec::new();
    for tenant in 0..5 {
        shares.extend(hoard(&pool, caller(tenant, 0), 200 * 1024).await);
    }
    let started = tokio::time::Instant::now();
    assert!(pool.take(caller(99, 0), MIB).await.is_some());
    assert_eq!(started.elapsed(), std::time::Duration::ZERO);
    drop(shares);
    assert!(pool.greatest_holder().is_none());
    // A key gets the whole pool if no other key holds a share.
    assert!(pool.take(caller(99, 0), 48 * MIB).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_returned_share_goes_to_the_first_waiter_that_fits_into_it() {
    let pool = Arc::new(FairPool::new(10));
    let held = pool.take(caller(1, 0), 10).await.unwrap();
    let large = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.take(caller(2, 0), 9).await }
    });
    tokio::task::yield_now().await;
    let small = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.take(caller(3, 0), 2).await }
    });
    tokio::task::yield_now().await;
    let mut held = held;
    held.shrink(8);
    let small = small.await.unwrap();
    assert!(small.is_some());
    assert!(!large.is_finished());
    drop((held, small));
    assert!(large.await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_gave_up_takes_no_share() {
    let pool = Arc::new(FairPool::new(10));
    let held = pool.take(caller(1, 0), 10).await.unwrap();
    let gone = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.take(caller(2, 0), 10).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.is_err());
    drop(held);
    assert!(pool.take(caller(3, 0), 10).await.is_some());
}

/// Returns the bytes held by the key that holds the most.
fn held(budget: &ResponseBudget) -> usize {
    budget.pool.greatest_holder().map_or(0, |(_, bytes)| bytes)
}

#[tokio::test(start_paused = true)]
async fn a_page_holds_its_size_until_it_is_sent() {
    let budget = ResponseBudget::new();
    let reservation = budget.reserve(caller(1, 0), 200, 40 * 1024).await.unwrap();
    assert_eq!(held(&budget), 200 * 40 * 1024);
    let page = "x".repeat(MIB - 2);
    let response = reservation.json(&page).await.unwrap();
    assert_eq!(held(&budget), MIB);
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(bytes, format!("\"{page}\""));
    assert_eq!(held(&budget), MIB);
    drop(bytes);
    assert_eq!(held(&budget), 0);
}

#[tokio::test(start_paused = true)]
async fn small_pages_are_served_even_if_the_key_has_used_its_share() {
    let budget = ResponseBudget::new();
    let flooding = caller(1, 0);
    let _unread = hoard(&budget.pool, flooding, 64 * 1024 + 1).await;
    assert!(budget.reserve(flooding, 200, 40 * 1024).await.is_err());
    let small = budget.reserve(flooding, 1, 40 * 1024).await.unwrap();
    assert!(small.json(&"a page").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_was_read_is_served_even_if_it_exceeds_the_share_of_its_key() {
    let budget = ResponseBudget::new();
    let flooding = caller(1, 0);
    let reservation = budget.reserve(flooding, 200, 40 * 1024).await.unwrap();
    let _unread = hoard(&budget.pool, flooding, MIB).await;
    assert!(reservation.json(&"x".repeat(8 * MIB)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_page_returns_its_surplus_and_waits_for_more_memory() {
    let budget = ResponseBudget::new();
    let small = budget.reserve(caller(1, 0), 200, 40 * 1024).await.unwrap();
    let large = budget.reserve(caller(1, 0), 200, 40 * 1024).await.unwrap();
    let mut others = Vec::new();
    while let Some(share) = budget.pool.take_more(caller(2, 0), MIB).await {
        others.push(share);
    }
    let small = small.json(&"x".repeat(MIB)).await.unwrap();

    let page = "x".repeat(30 * MIB);
    let waiting = large.json(&page);
    tokio::pin!(waiting);
    assert!(
        tokio::time::timeout(WAIT_TIMEOUT / 2, &mut waiting)
            .await
            .is_err()
    );
    others.clear();
    let large = waiting.await.unwrap();
    drop(small);
    assert_eq!(held(&budget), 30 * MIB + 2);
    drop(large);
    assert_eq!(held(&budget), 0);
}

#[tokio::test(start_paused = true)]
async fn the_log_warns_about_a_key_once_a_minute() {
    let warnings = WarningLimit::default();
    let (one, another) = (caller(1, 0).api_key_id, caller(1, 1).api_key_id);
    assert!(warnings.is_due(one));
    assert!(!warnings.is_due(one));
    assert!(warnings.is_due(another));
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    assert!(warnings.is_due(one));
}

#[tokio::test(start_paused = true)]
async fn the_warning_limit_remembers_a_bounded_number_of_keys() {
    let warnings = WarningLimit::default();
    let due = (0..2000).filter(|n| warnings.is_due(caller(*n, 0).api_key_id));
    assert_eq!(due.count(), 1000);
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    assert!(warnings.is_due(caller(1999, 0).api_key_id));
}
