//! The use cases of wallets.

use std::sync::Arc;

use customers_ports::{Clock, IdGenerator, StoreError};
use customers_use_cases::{Caller, CustomerService, GetCustomerError, RepeatableRequest};
use thiserror::Error;
use tracing::instrument;

use crate::domain::{Currency, OpeningPolicy, OpeningRefused, Owner, Wallet, WalletId};
use crate::repository::{Earlier, OpenOutcome, WalletRepository};

/// The operation under which idempotency keys are recorded.
const OPERATION: &str = "POST /wallets";

/// A wallet that was opened, now or by the first request with the idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedWallet {
    /// The wallet.
    pub wallet: Wallet,
    /// Whether an earlier request opened it.
    pub replayed: bool,
}

/// Error of [`WalletService::open`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenWalletError {
    /// The tenant has no such customer.
    #[error("the customer does not exist")]
    NoSuchCustomer,
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] OpeningRefused),
    /// The idempotency key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The first request with this idempotency key is still running.
    #[error("a request with this idempotency key is still running")]
    KeyInProgress,
    /// A store failed. It is unknown whether the wallet was opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Use cases of wallets.
#[derive(Clone)]
pub struct WalletService {
    customers: CustomerService,
    wallets: Arc<dyn WalletRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    policy: OpeningPolicy,
}

impl WalletService {
    /// Creates the service.
    pub fn new(
        customers: CustomerService,
        wallets: Arc<dyn WalletRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        policy: OpeningPolicy,
    ) -> Self {
        Self {
            customers,
            wallets,
            clock,
            ids,
            policy,
        }
    }

    /// Opens a wallet for a customer of the caller's tenant, once for a request with an idempotency key. Refusals are
    /// not recorded: the same request may succeed later.
    ///
    /// The customer is read in one transaction and the wallet is stored in another. If the customer is suspended in
    /// between, it has a wallet that it cannot use, because each transaction checks the customer again.
    ///
    /// # Errors
    /// Returns an error if the tenant has no such customer, the rules forbid the wallet, the idempotency key is in use,
    /// or a store fails.
    #[instrument(name = "open_wallet", skip_all, fields(customer.id = %owner.0))]
    pub async fn open(
        &self,
        caller: Caller,
        owner: Owner,
        currency: Currency,
        request: Option<RepeatableRequest<'_>>,
    ) -> Result<OpenedWallet, OpenWalletError> {
        let tenant = caller.tenant_id;
        let claim = request.map(|request| request.key.claim(OPERATION, request.canonical_body));
        if let Some(claim) = claim
            && let Some(earlier) = self.wallets.find_earlier(tenant, claim).await?
        {
            return replayed(earlier);
        }
        let customer = self.customers.get(caller, owner.0).await;
        let customer = customer.map_err(|error| match error {
            GetCustomerError::NotFound | GetCustomerError::Erased(_) => {
                OpenWalletError::NoSuchCustomer
            }
            GetCustomerError::Store(error) => OpenWalletError::Store(error),
        })?;
        let now = self.clock.now();
        let id = WalletId(self.ids.uuid(now));
        let wallet = Wallet::open(id, &customer, currency, self.policy, now)?;
        match self.wallets.open(tenant, wallet, claim).await? {
            OpenOutcome::Opened => Ok(OpenedWallet {
                wallet,
                replayed: false,
            }),
            OpenOutcome::Earlier(earlier) => replayed(earlier),
            OpenOutcome::KeyInProgress => Err(OpenWalletError::KeyInProgress),
        }
    }

    /// Returns a wallet of the caller's tenant.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    #[instrument(name = "get_wallet", skip_all)]
    pub async fn get(&self, caller: Caller, id: WalletId) -> Result<Option<Wallet>, StoreError> {
        self.wallets.find(caller.tenant_id, id).await
    }
}

fn replayed(earlier: Earlier) -> Result<OpenedWallet, OpenWalletError> {
    match earlier {
        Earlier::Same(wallet) => Ok(OpenedWallet {
            wallet,
            replayed: true,
        }),
        Earlier::Other => Err(OpenWalletError::KeyReused),
    }
}
