//! `customers migrate`: brings a database's schema up to this program.

use customers_adapter_postgres::SchemaState;

use crate::cli::MigrateArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::postgres;

/// Migrates and says what was to be done.
///
/// # Errors
/// When no database is named, it cannot be reached, or a migration fails.
pub(crate) async fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let before = postgres::migrate(config::required_url(&args.url)?).await?;
    output::print(match before {
        SchemaState::Behind => "The schema was brought up to this program.\n",
        SchemaState::Current => "The schema is this program's already.\n",
        SchemaState::Newer => "The schema is newer than this program; it was left as it is.\n",
    })
}
