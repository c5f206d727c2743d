//! The health check.

use super::Stores;

/// Covers the empty store and the store after its first writes.
pub async fn a_working_store_is_healthy(stores: Stores) {
    assert_eq!(stores.health.check().await, Ok(()));
    stores.tenant().await;
    assert_eq!(stores.health.check().await, Ok(()));
}
