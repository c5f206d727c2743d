use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use customers_domain::{CustomerId, TenantId};
use customers_ports::StoreError;

use super::{Currency, Wallet, WalletRepository};

/// Wallets in memory.
#[derive(Default)]
pub struct InMemoryWallets(Mutex<HashMap<(TenantId, CustomerId, Currency), Wallet>>);

#[async_trait]
impl WalletRepository for InMemoryWallets {
    async fn open(&self, tenant: TenantId, wallet: Wallet) -> Result<Wallet, StoreError> {
        let key = (tenant, wallet.customer, wallet.currency);
        let mut wallets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(*wallets.entry(key).or_insert(wallet))
    }
}
