//! Wallets of customers, as a module of the service.
//!
//! An example of everything that a module can add. `domain` has the rules, `repository` the port, `service` the use
//! cases, `memory` and `postgres` the stores, `http` the routes, and `module` the wiring.

pub mod domain;
pub mod http;
mod memory;
mod module;
mod postgres;
mod repository;
mod service;

pub use memory::InMemoryWallets;
pub use module::{SCHEMA, Wallets, WalletsArgs};
pub use postgres::PgWallets;
pub use repository::{Earlier, OpenOutcome, WalletRepository};
pub use service::{OpenWalletError, OpenedWallet, WalletService};
