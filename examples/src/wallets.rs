//! Wallets of customers: a use case and the port that it needs. The customers crates do not depend on it.
//!
//! A wallet is opened for a customer that may transact. The customer decides this, so a new status needs no
//! change in this file.

mod in_memory;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{CustomerId, CustomerStatus, TenantId};
use customers_ports::{Clock, CustomerRepository, StoreError};
use thiserror::Error;

pub use in_memory::InMemoryWallets;

/// Currency of a wallet: an ISO 4217 code of three upper-case ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Parses a code. Does not check that it is assigned.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }
}

/// A wallet, identified by its customer and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Owner.
    pub customer: CustomerId,
    /// Currency.
    pub currency: Currency,
    /// Time of opening, to the microsecond.
    pub opened_at: DateTime<Utc>,
}

/// Stores wallets.
#[async_trait]
pub trait WalletRepository: Send + Sync {
    /// Stores a wallet unless its customer already has one of this currency. Returns the stored wallet,
    /// which MUST be durable. Concurrent calls MUST return the same wallet.
    ///
    /// # Errors
    /// Returns an error if the store fails. It is then unknown whether the wallet was stored.
    async fn open(&self, tenant: TenantId, wallet: Wallet) -> Result<Wallet, StoreError>;
}

/// Error of [`WalletService::open`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenWalletError {
    /// The tenant has no such customer.
    #[error("the customer does not exist")]
    NoSuchCustomer,
    /// The customer may not transact in its current status.
    #[error("the customer may not transact")]
    MayNotTransact {
        /// Current status.
        status: CustomerStatus,
    },
    /// A store failed. It is unknown whether the wallet was opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Use cases of wallets.
#[derive(Clone)]
pub struct WalletService {
    customers: Arc<dyn CustomerRepository>,
    wallets: Arc<dyn WalletRepository>,
    clock: Arc<dyn Clock>,
}

impl WalletService {
    /// Creates the service.
    pub fn new(
        customers: Arc<dyn CustomerRepository>,
        wallets: Arc<dyn WalletRepository>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            customers,
            wallets,
            clock,
        }
    }

    /// Opens a wallet for a customer, or returns the existing one.
    ///
    /// The customer is read in one transaction and the wallet is stored in another. If the customer is suspended in
    /// between, it has a wallet that it cannot use, because each transaction checks the customer again.
    ///
    /// # Errors
    /// Returns an error if the tenant has no such customer, the customer may not transact, or a store fails.
    pub async fn open(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        currency: Currency,
    ) -> Result<Wallet, OpenWalletError> {
        let found = self.customers.find(tenant, customer).await?;
        let status = found.ok_or(OpenWalletError::NoSuchCustomer)?.status();
        if !status.may_transact() {
            return Err(OpenWalletError::MayNotTransact { status });
        }
        let wallet = Wallet {
            customer,
            currency,
            opened_at: self.clock.now(),
        };
        Ok(self.wallets.open(tenant, wallet).await?)
    }
}
