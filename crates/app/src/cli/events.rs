//! Arguments of `customers events`.

use clap::{Args, Subcommand};

use super::DatabaseArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Move the sequences of all tenants on, once, after an older state of the database was restored
    Advance(AdvanceArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AdvanceArgs {
    /// How far; more than the number of events that consumers can have seen since the backup
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=BY_MAX))]
    pub(crate) by: u64,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Far more events than a tenant can have, and so few that a thousand advances fit.
const BY_MAX: u64 = 1_000_000_000_000;
