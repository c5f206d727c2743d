//! Wallets of customers: a use case, the port that it needs, and nothing that customers know of.
//!
//! A wallet is opened for a customer that may transact. Whether it may is the customer's to say: there
//! is no list of statuses here, so a new one changes nothing in this file.

mod in_memory;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{CustomerId, CustomerStatus, TenantId};
use customers_ports::{Clock, CustomerRepository, StoreError};
use thiserror::Error;

pub use in_memory::InMemoryWallets;

/// What a wallet holds: an ISO 4217 code, three upper-case ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code. Whether it is assigned is not checked.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }
}

/// A customer's money of one currency. The two together name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Whose it is.
    pub customer: CustomerId,
    /// What it holds.
    pub currency: Currency,
    /// When it was opened, in microseconds.
    pub opened_at: DateTime<Utc>,
}

/// Keeps wallets.
#[async_trait]
pub trait WalletRepository: Send + Sync {
    /// Stores a wallet unless its customer has one of that currency already, and answers with the one
    /// that is there, durable once this answers. However many calls run at once, all of them MUST get
    /// the same wallet.
    ///
    /// # Errors
    /// When the store fails. Whether the wallet was stored may then be unknown.
    async fn open(&self, tenant: TenantId, wallet: Wallet) -> Result<Wallet, StoreError>;
}

/// Why no wallet was opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenWalletError {
    /// The tenant has no such customer; whether another has is not told.
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// The customer may not transact, at least for now.
    #[error("the customer may not transact")]
    MayNotTransact {
        /// Where it stands instead.
        status: CustomerStatus,
    },
    /// A store failed; the wallet may or may not have been opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What can be asked about wallets.
#[derive(Clone)]
pub struct WalletService {
    customers: Arc<dyn CustomerRepository>,
    wallets: Arc<dyn WalletRepository>,
    clock: Arc<dyn Clock>,
}

impl WalletService {
    /// Ties the use case to its ports.
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

    /// Opens a wallet for a customer, or answers with the one that it has.
    ///
    /// The customer is read in one transaction and the wallet stored in another. Who is suspended in
    /// between has a wallet and cannot use it, because each movement of money has to ask again.
    ///
    /// # Errors
    /// When the tenant has no such customer, the customer may not transact, or a store fails.
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
