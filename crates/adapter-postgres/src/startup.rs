use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::column::column;
use crate::connection::Connector;
use crate::failure::Failure;
use crate::settings::PgSettings;
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;

/// How long to leave an unreachable server alone.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until the server can be connected to, trying again and again.
///
/// # Errors
/// When it still cannot be reached after `limit`, and at once when waiting would not help.
pub async fn wait_until_reachable(
    settings: &PgSettings,
    limit: Duration,
) -> Result<(), StartupError> {
    let connector = Connector::new(settings)?;
    let deadline = Instant::now() + limit;
    loop {
        let error = match connector.connect().await {
            Ok(_) => return Ok(()),
            Err(failure) => StartupError::from(failure),
        };
        let is_final = !matches!(error, StartupError::Unreachable { .. });
        if is_final || Instant::now() + PAUSE >= deadline {
            return Err(error);
        }
        sleep(PAUSE).await;
    }
}

/// The settings that are off on this server although an acknowledged commit can be lost without them:
/// some of `fsync`, `full_page_writes` and `synchronous_commit`. Empty where all is well.
///
/// # Errors
/// When the server cannot be used.
pub async fn durability(settings: &PgSettings) -> Result<Vec<String>, StartupError> {
    let mut connection = Connector::new(settings)?.connect().await?;
    let rows = connection
        .fetch(Statement::new(sql::LIST_UNSAFE_SETTINGS))
        .await?;
    let names = rows.iter().map(|row| column(row, "name"));
    Ok(names.collect::<Result<_, Failure>>()?)
}
