//! The command line of a program with modules.

use clap::CommandFactory as _;
use customers_http_kit::Catalog;

use super::Cli;
use crate::failure::Failure;
use crate::modules::{self, Modules};

/// Returns the command line. Help names variables and hides their values, because the database URL contains a password.
///
/// # Errors
/// Returns an error if a module adds a flag that exists already.
pub(crate) fn definition(
    name: &'static str,
    version: &'static str,
    catalog: &Catalog,
    modules: &Modules,
) -> Result<clap::Command, Failure> {
    let own = Cli::command().name(name).version(version);
    let serve = own.find_subcommand("serve").cloned().unwrap_or_default();
    let serve = modules.add_flags(serve)?;
    let definition = own.mut_subcommands(|own| match own.get_name() {
        "serve" => serve.clone(),
        "keys" => own.mut_subcommands(|own| match own.get_name() {
            "create" => with_scopes(own, catalog),
            _ => own,
        }),
        _ => own,
    });
    Ok(without_present_values(definition))
}

/// Completes `keys create` with the scopes that the modules declare.
fn with_scopes(create: clap::Command, catalog: &Catalog) -> clap::Command {
    let help = format!(
        "Scopes of the key: {}; repeated or separated by commas",
        modules::scope_names(catalog)
    );
    let catalog = catalog.clone();
    let parse = move |text: &str| modules::scope(&catalog, text);
    create.mut_arg("scope", |scope| scope.help(help).value_parser(parse))
}

fn without_present_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_present_values)
}
