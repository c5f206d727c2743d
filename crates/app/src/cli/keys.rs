//! Arguments of `customers keys`.

use std::time::Duration;

use clap::{Args, Subcommand};
use customers_domain::{Scope, TenantName};
use secrecy::SecretString;

use super::DatabaseArgs;
use crate::duration;
use crate::values;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Create an API key and print it once
    Create(CreateKeyArgs),
    /// List all keys, including expired and revoked ones, without their secrets
    List(ListKeysArgs),
    /// Revoke a key; every copy of the service refuses it within 5 s
    Revoke(RevokeKeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKeyArgs {
    /// Tenant of the key; a new name creates a tenant
    #[arg(long, value_name = "NAME", value_parser = values::tenant_name)]
    pub(crate) tenant: TenantName,

    /// Scopes of the key
    // The definition of the command line sets the help and the parser, from what the modules declare.
    #[arg(long, value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = undeclared)]
    pub(crate) scope: Vec<Scope>,

    /// Time until the key expires, such as 90d; never by default
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_lifetime)]
    pub(crate) expires_in: Option<Duration>,

    /// Print only the key on stdout
    #[arg(long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ListKeysArgs {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeKeyArgs {
    /// Id of the key, as shown by the list
    #[arg(value_name = "ID")]
    pub(crate) id: SecretString,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Placeholder for the parser of the definition.
fn undeclared(_: &str) -> Result<Scope, String> {
    Err("no module declares this scope".to_owned())
}
