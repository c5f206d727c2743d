//! The ports of a store together, whichever store it is.

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

/// The tenant of the key that memory mode makes.
const DEV_TENANT: &str = "dev";

/// Everything that the service asks of its store.
pub(crate) struct Stores {
    pub(crate) customers: Arc<dyn CustomerRepository>,
    pub(crate) api_keys: Arc<dyn ApiKeyRepository>,
    pub(crate) idempotency: Arc<dyn IdempotencyRecords>,
    pub(crate) health: Arc<dyn StoreHealth>,
}

impl Stores {
    /// The same store, measured.
    pub(crate) fn measured(self) -> Self {
        Self {
            customers: Arc::new(MeasuredCustomers::new(self.customers)),
            api_keys: Arc::new(MeasuredApiKeys::new(self.api_keys)),
            idempotency: Arc::new(MeasuredIdempotencyRecords::new(self.idempotency)),
            health: Arc::new(MeasuredHealth::new(self.health)),
        }
    }
}

/// An empty store in memory that stays within the limit.
pub(crate) fn in_memory(clock: Arc<dyn Clock>, limit: MemoryLimit) -> Stores {
    let store = Arc::new(InMemoryStore::limited(clock, limit));
    Stores {
        customers: Arc::clone(&store) as _,
        api_keys: Arc::clone(&store) as _,
        idempotency: Arc::clone(&store) as _,
        health: store,
    }
}

/// Stores the one key of memory mode, which may do everything, and answers with it. A new one is
/// made where none is given.
///
/// # Errors
/// When there is no randomness.
pub(crate) async fn issue_dev_key(
    stores: &Stores,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
    given: Option<ApiKeySecret>,
) -> Result<ApiKeySecret, Failure> {
    let keys = ApiKeyService::new(Arc::clone(&stores.api_keys), ids, clock);
    let tenant = TenantName::from_stored(DEV_TENANT.to_owned());
    let scopes = Scopes::from_iter(Scope::CUSTOMERS);
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
    async fn the_key_of_memory_mode_may_do_everything() {
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
                    .all(|scope| key.scopes.contains(scope))
            );
        }
    }
}
