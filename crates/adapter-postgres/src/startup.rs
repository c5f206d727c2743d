use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgRow;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use crate::column::column;
use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::settings::{PgSettings, Pooler};
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long to leave an unreachable server alone.
const PAUSE: Duration = Duration::from_millis(250);

/// How the schema of a database compares with this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// Migrations are missing; the program cannot run on it.
    Behind,
    /// It is this program's own.
    Current,
    /// A newer program migrated it. It was made so that this one still runs on it.
    Newer,
}

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

/// Brings the schema up to this program's, and leaves a newer one as it is. Several programs that do
/// so at once wait for each other; there is no limit to how long.
///
/// # Errors
/// When the server cannot be used, stands behind a pooler, the database is not in UTF-8, or a
/// migration fails.
pub async fn migrate(settings: &PgSettings) -> Result<(), StartupError> {
    if settings.pooler != Pooler::None {
        return Err(StartupError::MigrationThroughPooler);
    }
    // It also refuses a schema that is not of these migrations, before anything is changed.
    schema_state(settings).await?;
    let options = settings.direct()?;
    let mut connection = timeout(settings.timeout, options.connect())
        .await
        .map_err(|_| Failure::timed_out("connecting", settings.timeout))?
        .map_err(Failure::from)?;
    let encoding = sqlx::raw_sql(sql::SERVER_ENCODING);
    require_utf8(
        &encoding
            .fetch_one(&mut connection)
            .await
            .map_err(Failure::from)?,
    )?;
    let mut migrator = Migrator {
        migrations: MIGRATIONS.migrations.clone(),
        ..Migrator::DEFAULT
    };
    migrator.set_ignore_missing(true);
    migrator.run_direct(None, &mut connection, false).await?;
    connection.close().await.map_err(Failure::from)?;
    Ok(())
}

/// Compares the schema with this program's.
///
/// # Errors
/// When the server cannot be used, the database is not in UTF-8, or the schema was not made by these
/// migrations.
pub async fn schema_state(settings: &PgSettings) -> Result<SchemaState, StartupError> {
    let mut connection = Connector::new(settings)?.connect().await?;
    let encoding = Statement::new(sql::SERVER_ENCODING);
    for row in &connection.fetch(encoding).await? {
        require_utf8(row)?;
    }
    if !has_migrations(&mut connection).await? {
        return Ok(SchemaState::Behind);
    }
    let rows = connection
        .fetch(Statement::new(sql::LIST_MIGRATIONS))
        .await?;
    refuse_unreleased(&rows)?;
    let mut missing = MIGRATIONS.iter().count();
    let mut state = SchemaState::Current;
    for row in &rows {
        let version: i64 = column(row, "version")?;
        let checksum: &[u8] = column(row, "checksum")?;
        let own = MIGRATIONS.iter().find(|own| own.version == version);
        if !column::<bool>(row, "success")? || own.is_some_and(|own| *own.checksum != *checksum) {
            return Err(StartupError::SchemaAltered { version });
        }
        match own {
            Some(_) => missing -= 1,
            None => state = SchemaState::Newer,
        }
    }
    Ok(if missing > 0 {
        SchemaState::Behind
    } else {
        state
    })
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

fn require_utf8(row: &PgRow) -> Result<(), StartupError> {
    match column(row, "encoding")? {
        "UTF8" => Ok(()),
        other => Err(StartupError::WrongEncoding {
            encoding: other.to_owned(),
        }),
    }
}

/// Refuses a schema with migrations from before the first release, which none of this program's follow.
fn refuse_unreleased(rows: &[PgRow]) -> Result<(), StartupError> {
    let first = MIGRATIONS.iter().map(|own| own.version).min();
    for row in rows {
        let version: i64 = column(row, "version")?;
        if first.is_some_and(|first| version < first) {
            return Err(StartupError::Unreleased);
        }
    }
    Ok(())
}

async fn has_migrations(connection: &mut Connection) -> Result<bool, Failure> {
    let rows = connection
        .fetch(Statement::new(sql::HAS_MIGRATIONS))
        .await?;
    rows.first().map_or(Ok(false), |row| column(row, "present"))
}
