//! `customers keys`.

use std::time::Duration;

use clap::{Args, Subcommand};
use customers_domain::{Scope, TenantName};
use secrecy::SecretString;

use super::DatabaseArgs;
use crate::duration;
use crate::modules;
use crate::values;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it, once
    Create(CreateKeyArgs),
    /// List the keys, live or not; the keys themselves are not known
    List(ListKeysArgs),
    /// Revoke a key; every copy of the service refuses it within 5 s
    Revoke(RevokeKeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKeyArgs {
    /// The tenant that the key belongs to; a new name makes a new tenant
    #[arg(long, value_name = "NAME", value_parser = values::tenant_name)]
    pub(crate) tenant: TenantName,

    /// What the key may do: customers:read, customers:write, customers:review; again or with commas
    #[arg(long, value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = modules::scope)]
    pub(crate) scope: Vec<Scope>,

    /// When the key expires, from now, such as 90d; never by default
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_lifetime)]
    pub(crate) expires_in: Option<Duration>,

    /// Print the key and nothing else on stdout
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
    /// The public part of the key, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: SecretString,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}
