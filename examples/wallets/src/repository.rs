//! The port that wallets need.

use async_trait::async_trait;
use customers_domain::TenantId;
use customers_ports::{IdempotencyClaim, StoreError};

use crate::domain::{Wallet, WalletId};

/// The result of [`WalletRepository::open`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The wallet is stored.
    Opened,
    /// An earlier request used the idempotency key. Nothing was stored.
    Earlier(Earlier),
    /// A request with this idempotency key is still running. Nothing was stored.
    KeyInProgress,
}

/// An earlier request with the idempotency key of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// The same request opened this wallet.
    Same(Wallet),
    /// The key belongs to another request.
    Other,
}

/// Stores wallets.
#[async_trait]
pub trait WalletRepository: Send + Sync {
    /// Stores a wallet, once for all requests with the claim. Wallet and idempotency record MUST be stored together
    /// and be durable on return.
    ///
    /// # Errors
    /// Returns an error if the store fails. It is then unknown whether the wallet was stored.
    async fn open(
        &self,
        tenant: TenantId,
        wallet: Wallet,
        claim: Option<IdempotencyClaim>,
    ) -> Result<OpenOutcome, StoreError>;

    /// Returns the earlier request that used the idempotency key of a claim, if there is one.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find_earlier(
        &self,
        tenant: TenantId,
        claim: IdempotencyClaim,
    ) -> Result<Option<Earlier>, StoreError>;

    /// Returns a wallet of the tenant.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find(&self, tenant: TenantId, id: WalletId) -> Result<Option<Wallet>, StoreError>;
}
