//! `customers events`: maintains the event feed of a database.

use customers_domain::Sequence;

use crate::cli::{AdvanceArgs, EventsCommand};
use crate::failure::Failure;
use crate::output;
use crate::postgres;

/// Runs a command on the event feed of a database.
///
/// # Errors
/// Returns an error if no database is configured, its schema is too old, or the store fails.
pub(crate) async fn run(command: &EventsCommand) -> Result<(), Failure> {
    match command {
        EventsCommand::Advance(args) => advance(args).await,
    }
}

async fn advance(args: &AdvanceArgs) -> Result<(), Failure> {
    let feed = postgres::open_for_events(&args.database).await?;
    let by = Sequence::from_number(args.by).unwrap_or(Sequence::MAX);
    let tenants = feed.advance(by).await?;
    let tenants = match tenants {
        1 => "1 tenant".to_owned(),
        count => format!("{count} tenants"),
    };
    output::print(&format!(
        "The sequences of {tenants} moved on by {}.\n",
        by.number()
    ))
}
