//! `customers migrate`: updates the database schema.

use customers_adapter_postgres::SchemaState;

use crate::cli::MigrateArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::postgres;

/// Applies missing migrations and prints the result.
///
/// # Errors
/// Returns an error if no database is configured, it cannot be reached, or a migration fails.
pub(crate) async fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let before = postgres::migrate(config::required_url(&args.url)?).await?;
    output::print(match before {
        SchemaState::Behind => "The schema was updated.\n",
        SchemaState::Current => "The schema is up to date.\n",
        SchemaState::Newer => "The schema is newer than this program. Nothing was changed.\n",
    })
}
