use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use customers_domain::TenantId;
use customers_ports::EventSignal;
use tokio::sync::Notify;

/// The tenants that have new events. Clones share their state.
///
/// Holds each tenant at most once, so its size is bounded by the number of tenants.
#[derive(Debug, Clone, Default)]
pub struct Wakes(Arc<State>);

#[derive(Debug, Default)]
struct State {
    tenants: Mutex<HashSet<TenantId>>,
    appended: Notify,
}

impl Wakes {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until there is a tenant, and removes all of them. It can be cancelled without losing one.
    pub(crate) async fn take(&self) -> HashSet<TenantId> {
        loop {
            let tenants = mem::take(&mut *self.tenants());
            if !tenants.is_empty() {
                return tenants;
            }
            self.0.appended.notified().await;
        }
    }

    fn tenants(&self) -> std::sync::MutexGuard<'_, HashSet<TenantId>> {
        self.0
            .tenants
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSignal for Wakes {
    fn appended(&self, tenant: TenantId) {
        if self.tenants().insert(tenant) {
            self.0.appended.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use customers_test_support::builders::tenant_id;

    use super::*;

    #[tokio::test]
    async fn each_tenant_is_taken_once_however_often_it_was_reported() {
        let wakes = Wakes::new();
        let (one, other) = (tenant_id(), tenant_id());
        for tenant in [one, other, one] {
            wakes.appended(tenant);
        }
        assert_eq!(wakes.take().await, HashSet::from([one, other]));
        let waiting = tokio::spawn({
            let wakes = wakes.clone();
            async move { wakes.take().await }
        });
        wakes.appended(one);
        assert_eq!(waiting.await.unwrap(), HashSet::from([one]));
    }
}
