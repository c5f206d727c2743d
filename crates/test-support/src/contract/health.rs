//! A store can be asked whether it works.

use super::Stores;

/// In its empty state and after its first work.
pub async fn a_store_that_works_says_so(stores: Stores) {
    assert_eq!(stores.health.check().await, Ok(()));
    stores.tenant().await;
    assert_eq!(stores.health.check().await, Ok(()));
}
