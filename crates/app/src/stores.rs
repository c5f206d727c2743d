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
    /// Returns the use cases of API keys.
    pub(crate) fn api_key_service(
        &self,
        ids: &Arc<dyn IdGenerator>,
        clock: &Arc<dyn Clock>,
    ) -> ApiKeyService {
        let keys = Arc::clone(&self.api_keys);
        ApiKeyService::new(keys, Arc::clone(ids), Arc::clone(clock))
    }

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
pub(crate) fn in_memory(clock: Arc<dyn Clock>, limit: MemoryLimit) -> (Stores, Arc<InMemoryStore>) {
    let store = Arc::new(InMemoryStore::limited(clock, limit));
    let stores = Stores {
        customers: Arc::clone(&store) as _,
        api_keys: Arc::clone(&store) as _,
        idempotency: Arc::clone(&store) as _,
        events: Some(FeedPorts::of(Arc::clone(&store))),
        health: Arc::clone(&store) as _,
    };
    (stores, store)
}

/// Stores the API key of memory mode, which has all given scopes, and returns it. Creates a key if none is given.
///
/// # Errors
/// Returns an error if the system has no randomness.
pub(crate) async fn issue_dev_key(
    keys: &ApiKeyService,
    scopes: &[Scope],
    given: Option<ApiKeySecret>,
) -> Result<ApiKeySecret, Failure> {
    let tenant = TenantName::from_stored(DEV_TENANT.to_owned());
    let scopes = scopes.iter().copied().collect::<Scopes>();
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
        let scopes = [&Scope::CUSTOMERS[..], &[Scope::EVENTS_READ]].concat();
        for given in [Some(given), None] {
            let (stores, _) = in_memory(Arc::clone(&clock), MemoryLimit::none());
            let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
            let keys = stores.api_key_service(&ids, &clock);
            let key = issue_dev_key(&keys, &scopes, given.clone()).await.unwrap();
            assert!(given.is_none_or(|given| given == key));
            let found = stores.api_keys.find(key.id()).await.unwrap();
            let key = authenticate(&key, found.as_ref(), clock.now()).unwrap();
            assert!(scopes.iter().all(|scope| key.scopes.contains(*scope)));
        }
    }
}
