//! The ports on Postgres, version 14 and newer: repositories, rows to domain and back, migrations.
//!
//! One call of a port is one statement on one connection, and so one transaction; every statement
//! stands in [`sql`]. [`Database`] is the bounded set of connections that the repositories share, and
//! the one place that decides what is tried again. This crate knows nothing of HTTP or of the command
//! line, and it logs nothing (what a call of a port costs shows as a span, without any value): a
//! failure is told once, in a
//! [`StoreError`](customers_ports::StoreError) or a [`StartupError`] that holds a SQLSTATE and names
//! of the schema, never a value and never the server's own words.
//!
//! What a program does with it at its start: [`wait_until_reachable`], [`migrate`] if it was asked to,
//! [`schema_state`], [`durability`], and then [`Database::new`] for the repositories.

mod api_keys;
mod codes;
mod column;
mod connection;
mod customers;
mod database;
mod events;
mod failure;
mod health;
mod idempotency;
mod module_schema;
mod monitor;
mod pool;
mod rows;
mod schema;
mod sealing;
mod sessions;
mod settings;
pub mod sql;
mod startup;
mod startup_error;
mod statement;
mod to_the_end;
mod transaction;
mod write_limit;

pub use api_keys::PgApiKeyRepository;
pub use column::column;
pub use customers::PgCustomerRepository;
pub use database::{Database, PoolStatus};
pub use events::{PgEventFeed, append_event};
pub use failure::Failure;
pub use health::PgStoreHealth;
pub use idempotency::statements::Recording;
pub use idempotency::{PgIdempotencyRecords, find_earlier_request, record_outcome};
pub use module_schema::{ModuleSchema, TableGrant, migrate_module, module_schema_state};
pub use schema::{SchemaState, migrate, schema_state};
pub use sealing::TenantKeys;
pub use settings::{PgSettings, Pooler};
pub use startup::{durability, wait_until_reachable};
pub use startup_error::StartupError;
pub use statement::Statement;
pub use transaction::{Ending, OutcomeRecord, Transaction, UnitOfWork};
