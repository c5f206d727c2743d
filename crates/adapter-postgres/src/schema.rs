//! Histories of migrations: applying what is missing, and comparing a database with the program.

use std::borrow::Cow;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgRow;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::timeout;

use crate::column::column;
use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::settings::{PgSettings, Pooler};
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

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

/// Migrations, and the table that lists those that were applied.
pub(crate) struct History {
    pub(crate) table: Cow<'static, str>,
    pub(crate) migrations: &'static Migrator,
}

impl History {
    /// The history of the service itself.
    fn of_service() -> Self {
        Self {
            table: Cow::Borrowed("_sqlx_migrations"),
            migrations: &MIGRATIONS,
        }
    }

    /// Returns whether any migration was applied.
    pub(crate) async fn exists(&self, connection: &mut Connection) -> Result<bool, Failure> {
        let statement = Statement::new(sql::HAS_MIGRATIONS).bind(&*self.table);
        let rows = connection.fetch(statement).await?;
        rows.first().map_or(Ok(false), |row| column(row, "present"))
    }
}

/// Brings the schema up to this program's, and leaves a newer one as it is. Several programs that do
/// so at once wait for each other; there is no limit to how long.
///
/// # Errors
/// When the server cannot be used, stands behind a pooler, the database is not in UTF-8, or a
/// migration fails.
pub async fn migrate(settings: &PgSettings) -> Result<(), StartupError> {
    // Refuses a schema that is not of these migrations, before anything is changed.
    schema_state(settings).await?;
    apply(settings, &History::of_service()).await
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
    let history = History::of_service();
    if !history.exists(&mut connection).await? {
        return Ok(SchemaState::Behind);
    }
    refuse_unreleased(&mut connection, &history).await?;
    state(&mut connection, &history).await
}

/// Applies the missing migrations of a history.
pub(crate) async fn apply(settings: &PgSettings, history: &History) -> Result<(), StartupError> {
    if settings.pooler != Pooler::None {
        return Err(StartupError::MigrationThroughPooler);
    }
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
        migrations: history.migrations.migrations.clone(),
        table_name: history.table.clone(),
        ..Migrator::DEFAULT
    };
    migrator.set_ignore_missing(true);
    migrator.run_direct(None, &mut connection, false).await?;
    connection.close().await.map_err(Failure::from)?;
    Ok(())
}

/// Refuses a schema with migrations from before the first release, which none of this program's follow.
async fn refuse_unreleased(
    connection: &mut Connection,
    history: &History,
) -> Result<(), StartupError> {
    let first = history.migrations.iter().map(|own| own.version).min();
    let statement = Statement::naming_a_table(sql::list_migrations(&history.table));
    for row in &connection.fetch(statement).await? {
        let version: i64 = column(row, "version")?;
        if first.is_some_and(|first| version < first) {
            return Err(StartupError::Unreleased);
        }
    }
    Ok(())
}

/// Compares what was applied with a history that exists.
pub(crate) async fn state(
    connection: &mut Connection,
    history: &History,
) -> Result<SchemaState, StartupError> {
    let statement = Statement::naming_a_table(sql::list_migrations(&history.table));
    let rows = connection.fetch(statement).await?;
    let mut missing = history.migrations.iter().count();
    let mut state = SchemaState::Current;
    for row in &rows {
        let version: i64 = column(row, "version")?;
        let checksum: &[u8] = column(row, "checksum")?;
        let own = history.migrations.iter().find(|own| own.version == version);
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

fn require_utf8(row: &PgRow) -> Result<(), StartupError> {
    match column(row, "encoding")? {
        "UTF8" => Ok(()),
        other => Err(StartupError::WrongEncoding {
            encoding: other.to_owned(),
        }),
    }
}
