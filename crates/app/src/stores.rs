//! The ports of a store.

use std::sync::Arc;

use customers_adapter_memory::{InMemoryStore, MemoryLimit};
use customers_domain::{Scope, Scopes, TenantName};
use customers_metrics::{
    MeasuredApiKeys, MeasuredCustomers, MeasuredHealth, MeasuredIdempotencyRecords,
};
use customers_ports::{
    ApiKeyRepository, Clock, CustomerRepository, IdGenerator, IdempotencyRecords, StoreHealth,
};
use customers_use_cases::{ApiKeySecret, ApiKeyService};

use crate::failure::Failure;
use crate::feed::FeedPorts;

/// Tenant of the API key in memory mode.
const DEV_TENANT: &str = "dev";

/// Every port that the service needs.
pub(crate) struct Stores {
    pub(crate) customers: Arc<dyn CustomerRepository>,
    pub(crate) api_keys: Arc<dyn ApiKeyRepository>,
    pub(crate) idempotency: Arc<dyn IdempotencyRecords>,
    pub(crate) health: Arc<dyn StoreHealth>,
    pub(crate) events: Option<FeedPorts>,
}

impl Stores {
    /// Returns the same store with metrics.
    pub(crate) fn with_metrics(self) -> Self {
        Self {
            customers: Arc::new(MeasuredCustomers::new(self.customers)),
            api_keys: Arc::new(MeasuredApiKeys::new(self.api_keys)),
            idempotency: Arc::new(MeasuredIdempotencyRecords::new(self.idempotency)),
            health: Arc::new(MeasuredHealth::new(self.health)),
            events: self.events.map(FeedPorts::measured),
        }
    }
}

/// Creates an empty in-memory store with a memory limit.
pub(crate) fn in_memory(clock: Arc<dyn Clock>, limit: MemoryLimit) -> Stores {
    let store = Arc::new(InMemoryStore::limited(clock, limit));
    Stores {
        customers: Arc::clone(&store) as _,
        api_keys: Arc::clone(&store) as _,
        idempotency: Arc::clone(&store) as _,
        events: Some(FeedPorts::of(Arc::clone(&store))),
        health: store,
    }
}

/// Stores the API key of memory mode, which has every scope, and returns it. Creates a key if none is given.
///
/// # Errors
/// Returns an error if the system has no randomness.
pub(crate) async fn issue_dev_key(
    stores: &Stores,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
    given: Option<ApiKeySecret>,
) -> Result<ApiKeySecret, Failure> {
    let keys = ApiKeyService::new(Arc::clone(&stores.api_keys), ids, clock);
    let tenant = TenantName::from_stored(DEV_TENANT.to_owned());
    let scopes = Scope::CUSTOMERS.into_iter().chain([Scope::EVENTS_READ]);
    let scopes: Scopes = scopes.collect();
    let issued = match given {
        Some(secret) => keys.issue_known(secret, &tenant, scopes, None).await?,
        None => keys.issue(&tenant, scopes, None).await?,
    };
    Ok(issued.secret)
}

#[cfg(test)]
mod tests {
    use customers_use_cases::authenticate;

    use super::*;
    use crate::system::{SystemClock, UuidV7};

    #[tokio::test]
    async fn the_key_of_memory_mode_has_every_scope() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let given = ApiKeySecret::generate().unwrap();
        for given in [Some(given), None] {
            let stores = in_memory(Arc::clone(&clock), MemoryLimit::none());
            let key = issue_dev_key(&stores, Arc::new(UuidV7), Arc::clone(&clock), given.clone())
                .await
                .unwrap();
            assert!(given.is_none_or(|given| given == key));
            let found = stores.api_keys.find(key.id()).await.unwrap();
            let key = authenticate(&key, found.as_ref(), clock.now()).unwrap();
            assert!(
                Scope::CUSTOMERS
                    .into_iter()
                    .chain([Scope::EVENTS_READ])
                    .all(|scope| key.scopes.contains(scope))
            );
        }
    }
}
