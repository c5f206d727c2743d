use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;
use customers_domain::{Scopes, SecretHash, TenantId};
use customers_metrics::HttpMetrics;
use customers_ports::MockApiKeyRepository;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::advance;
use uuid::Uuid;

use super::*;

fn id(number: usize) -> ApiKeyId {
    ApiKeyId::parse(&format!("{number:016}")).unwrap()
}

fn key(id: ApiKeyId) -> ApiKey {
    ApiKey {
        id,
        tenant_id: TenantId::from_uuid(Uuid::nil()),
        scopes: Scopes::default(),
        secret_hash: SecretHash([0; 32]),
        created_at: DateTime::UNIX_EPOCH,
        expires_at: None,
        revoked_at: None,
    }
}

/// Returns a cache over a store that calls `answer` with the number of earlier lookups, and the number of lookups.
fn cache(
    answer: impl Fn(usize, ApiKeyId) -> Result<Option<ApiKey>, StoreError> + Send + 'static,
) -> (KeyCache, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let mut keys = MockApiKeyRepository::new();
    let counted = Arc::clone(&count);
    keys.expect_find()
        .returning(move |id| answer(counted.fetch_add(1, Ordering::SeqCst), id));
    (
        KeyCache::new(Arc::new(keys), KeyCacheMetrics::default()),
        count,
    )
}

fn recording_metrics() -> (KeyCacheMetrics, PrometheusHandle) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = metrics::with_local_recorder(&recorder, HttpMetrics::recording);
    (metrics.key_cache, recorder.handle())
}

/// Returns the value of the counter for this result.
fn counted(handle: &PrometheusHandle, result: &str) -> usize {
    let page = handle.render();
    let series = format!("customers_key_cache_lookups_total{{result=\"{result}\"}} ");
    let mut lines = page.lines();
    let count = lines.find_map(|line| line.strip_prefix(&series));
    count.unwrap().parse().unwrap()
}

fn lookups(count: &AtomicUsize) -> usize {
    count.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn a_key_is_looked_up_once_for_many_requests() {
    let (cache, count) = cache(|_, id| Ok(Some(key(id))));
    for _ in 0..100 {
        assert!(cache.find(id(1)).await.unwrap().is_some());
    }
    assert_eq!(lookups(&count), 1);
}

#[tokio::test(start_paused = true)]
async fn a_revocation_takes_effect_after_five_seconds() {
    let (cache, _) = cache(|before, id| {
        let revoked_at = (before > 0).then_some(DateTime::UNIX_EPOCH);
        Ok(Some(ApiKey {
            revoked_at,
            ..key(id)
        }))
    });
    assert!(
        cache
            .find(id(1))
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_none()
    );
    advance(Duration::from_secs(5)).await;
    assert!(
        cache
            .find(id(1))
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_in_use_is_looked_up_again_in_the_background() {
    let (cache, count) = cache(|_, id| Ok(Some(key(id))));
    cache.find(id(1)).await.unwrap();
    advance(Duration::from_secs(3)).await;
    cache.find(id(1)).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(lookups(&count), 2);
    advance(Duration::from_secs(1)).await;
    cache.find(id(1)).await.unwrap();
    assert_eq!(lookups(&count), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_is_reported_once_the_cached_key_has_expired() {
    let (cache, _) = cache(|before, id| match before {
        0 => Ok(Some(key(id))),
        _ => Err(StoreError::unavailable("gone")),
    });
    cache.find(id(1)).await.unwrap();
    advance(Duration::from_secs(3)).await;
    assert!(cache.find(id(1)).await.unwrap().is_some());
    advance(Duration::from_secs(2)).await;
    assert!(cache.find(id(1)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_looked_up_once() {
    let (cache, count) = cache(|_, _| Ok(None));
    for _ in 0..100 {
        assert_eq!(cache.find(id(1)).await, Ok(None));
    }
    assert_eq!(lookups(&count), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_deleted_from_the_store_is_unknown() {
    let (cache, _) = cache(|before, id| Ok((before == 0).then(|| key(id))));
    assert!(cache.find(id(1)).await.unwrap().is_some());
    advance(Duration::from_secs(5)).await;
    assert_eq!(cache.find(id(1)).await, Ok(None));
}

/// A store that never responds.
struct Silent;

#[async_trait::async_trait]
impl ApiKeyRepository for Silent {
    async fn find(&self, _: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        std::future::pending().await
    }

    async fn issue(
        &self,
        _: &customers_domain::TenantName,
        _: ApiKey,
    ) -> Result<customers_ports::Issued, StoreError> {
        std::future::pending().await
    }

    async fn list(&self) -> Result<Vec<customers_ports::ApiKeyListing>, StoreError> {
        std::future::pending().await
    }

    async fn revoke(
        &self,
        _: ApiKeyId,
        _: DateTime<chrono::Utc>,
    ) -> Result<customers_ports::Revocation, StoreError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_ids_beyond_the_limit_are_refused_at_once_and_waiting_ones_after_a_timeout() {
    let (metrics, handle) = recording_metrics();
    let cache = KeyCache::new(Arc::new(Silent), metrics);
    let bound = MAX_UNKNOWN_KEY_LOOKUPS + MAX_WAITING_LOOKUPS;
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..bound {
        let cache = cache.clone();
        waiting.spawn(async move { cache.find(id(number)).await });
    }
    tokio::task::yield_now().await;
    assert!(cache.find(id(bound)).await.is_err());
    for _ in 0..MAX_WAITING_LOOKUPS {
        assert!(waiting.join_next().await.unwrap().unwrap().is_err());
    }
    assert_eq!(counted(&handle, "miss"), MAX_UNKNOWN_KEY_LOOKUPS);
    assert_eq!(counted(&handle, "refused"), MAX_WAITING_LOOKUPS + 1);
}

#[tokio::test(start_paused = true)]
async fn lookups_are_counted_by_result() {
    let (metrics, handle) = recording_metrics();
    let mut keys = MockApiKeyRepository::new();
    keys.expect_find()
        .returning(|requested| Ok((requested == id(1)).then(|| key(requested))));
    let cache = KeyCache::new(Arc::new(keys), metrics);
    for (pause, requested, result) in [
        (Duration::ZERO, 1, "miss"),
        (Duration::ZERO, 1, "hit"),
        (REFRESH_AGE, 1, "stale"),
        (MAX_AGE + MAX_AGE, 1, "miss"),
        (Duration::ZERO, 2, "miss"),
        (Duration::ZERO, 2, "unknown"),
    ] {
        advance(pause).await;
        let before = counted(&handle, result);
        let found = cache.find(id(requested)).await.unwrap();
        assert_eq!(found.is_some(), requested == 1);
        assert_eq!(counted(&handle, result), before + 1, "{result}");
        // Lets a refresh in the background run before the time advances.
        tokio::task::yield_now().await;
    }
    assert_eq!(counted(&handle, "refused"), 0);
}
