//! Wallets as a module of the service.

use std::sync::Arc;

use chrono::TimeDelta;
use customers_adapter_postgres::{ModuleSchema, TableGrant};
use customers_app::{Module, ModuleContext, Serving, StartError, Store};
use customers_http_kit::module::Contract;
use sqlx::migrate::Migrator;

use crate::domain::OpeningPolicy;
use crate::http;
use crate::memory::InMemoryWallets;
use crate::postgres::PgWallets;
use crate::repository::WalletRepository;
use crate::service::WalletService;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The table of wallets, and what the role of the service needs on it.
pub const SCHEMA: ModuleSchema = ModuleSchema::new(
    "wallets",
    &MIGRATIONS,
    &[TableGrant {
        table: "wallets",
        privileges: &["SELECT", "INSERT"],
    }],
);

/// Wallets of customers.
#[derive(Debug, Clone, Copy)]
pub struct Wallets;

/// Flags that wallets add to `serve`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct WalletsArgs {
    /// Days that a customer must have existed before it can have a wallet
    #[arg(
        long = "wallet-customer-age",
        env = "WALLETS_CUSTOMER_AGE",
        value_name = "DAYS",
        default_value = "0"
    )]
    pub customer_age: u16,
}

impl Module for Wallets {
    type Args = WalletsArgs;

    fn contract(&self) -> Contract {
        http::module().into_contract()
    }

    fn schema(&self) -> Option<ModuleSchema> {
        Some(SCHEMA)
    }

    async fn start(self, args: WalletsArgs, context: ModuleContext) -> Result<Serving, StartError> {
        let wallets: Arc<dyn WalletRepository> = match context.store {
            Store::Memory(store) => Arc::new(InMemoryWallets::new(store)),
            Store::Postgres(database) => Arc::new(PgWallets::new(database)),
        };
        let policy = OpeningPolicy {
            minimum_age: TimeDelta::days(args.customer_age.into()),
        };
        let service = WalletService::new(
            context.customers,
            wallets,
            context.clock,
            context.ids,
            policy,
        );
        Ok(Serving::new(http::serving(service)))
    }
}
