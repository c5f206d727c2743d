//! Wallets in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use customers_adapter_memory::{Claimed, InMemoryStore};
use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome, StoreError};

use crate::domain::{Wallet, WalletId};
use crate::repository::{Earlier, OpenOutcome, WalletRepository};

/// Memory of one wallet in the map, in bytes, as the memory limit counts it.
const SIZE: usize = 160;
/// Code of the recorded outcome.
const OPENED: i16 = 1;

/// Wallets, as long as the program runs. They count towards the memory limit of the service.
pub struct InMemoryWallets {
    store: Arc<InMemoryStore>,
    wallets: Mutex<HashMap<(TenantId, WalletId), Wallet>>,
}

impl InMemoryWallets {
    /// Creates a repository without wallets, beside the store of the service.
    pub fn new(store: Arc<InMemoryStore>) -> Self {
        Self {
            store,
            wallets: Mutex::default(),
        }
    }

    fn wallets(&self) -> MutexGuard<'_, HashMap<(TenantId, WalletId), Wallet>> {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn earlier(&self, tenant: TenantId, earlier: EarlierRequest) -> Result<Earlier, StoreError> {
        let EarlierRequest::Same(outcome) = earlier else {
            return Ok(Earlier::Other);
        };
        let wallets = self.wallets();
        let wallet = wallets.get(&(tenant, WalletId(outcome.resource_id)));
        wallet
            .copied()
            .map(Earlier::Same)
            .ok_or_else(|| StoreError::defect("a recorded wallet is missing"))
    }

    fn insert(&self, tenant: TenantId, wallet: Wallet) {
        self.wallets().insert((tenant, wallet.id), wallet);
    }
}

#[async_trait]
impl WalletRepository for InMemoryWallets {
    async fn open(
        &self,
        tenant: TenantId,
        wallet: Wallet,
        claim: Option<IdempotencyClaim>,
    ) -> Result<OpenOutcome, StoreError> {
        self.store.memory_limit().reserve(SIZE)?;
        let Some(claim) = claim else {
            self.insert(tenant, wallet);
            return Ok(OpenOutcome::Opened);
        };
        let outcome = RecordedOutcome {
            code: OPENED,
            resource_id: wallet.id.0,
            detail: Vec::new(),
        };
        let claimed = self.store.run_once(tenant, claim, || {
            (self.insert(tenant, wallet), Some(outcome))
        });
        match claimed {
            Ok(Claimed::First(())) => Ok(OpenOutcome::Opened),
            Ok(Claimed::Earlier(earlier)) => {
                self.store.memory_limit().release(SIZE);
                Ok(OpenOutcome::Earlier(self.earlier(tenant, earlier)?))
            }
            Err(error) => {
                self.store.memory_limit().release(SIZE);
                Err(error)
            }
        }
    }

    async fn find_earlier(
        &self,
        tenant: TenantId,
        claim: IdempotencyClaim,
    ) -> Result<Option<Earlier>, StoreError> {
        match self.store.run_once(tenant, claim, || ((), None))? {
            Claimed::First(()) => Ok(None),
            Claimed::Earlier(earlier) => Ok(Some(self.earlier(tenant, earlier)?)),
        }
    }

    async fn find(&self, tenant: TenantId, id: WalletId) -> Result<Option<Wallet>, StoreError> {
        Ok(self.wallets().get(&(tenant, id)).copied())
    }
}
