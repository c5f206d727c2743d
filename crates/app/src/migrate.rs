//! `customers migrate`: updates the database schema.

use customers_adapter_postgres::{ModuleSchema, SchemaState};

use crate::cli::MigrateArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::postgres;

/// Applies missing migrations and prints the result.
///
/// # Errors
/// Returns an error if no database is configured, it cannot be reached, or a migration fails.
pub(crate) async fn run(args: &MigrateArgs, modules: &[ModuleSchema]) -> Result<(), Failure> {
    let url = config::required_url(&args.url)?;
    let before = postgres::migrate(&url).await?;
    report("The schema", before)?;
    for module in modules {
        let before = postgres::migrate_module(&url, module).await?;
        report(
            &format!("The schema of the module {}", module.name()),
            before,
        )?;
    }
    Ok(())
}

fn report(schema: &str, before: SchemaState) -> Result<(), Failure> {
    let result = match before {
        SchemaState::Behind => "was updated.",
        SchemaState::Current => "is up to date.",
        SchemaState::Newer => "is newer than this program. Nothing was changed.",
    };
    output::print(&format!("{schema} {result}\n"))
}
