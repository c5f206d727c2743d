//! The schema of a module: tables beside those of the service, with a migration history of their own.

use std::borrow::Cow;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgRow;

use crate::column::column;
use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::schema::{History, SchemaState, apply, state};
use crate::settings::PgSettings;
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;

/// Maximum length of a module's name, so that the name of its history table fits into PostgreSQL's 63 bytes.
const NAME_MAX: usize = 32;

/// A table of a module, and the privileges on it that the role of the service needs.
#[derive(Debug, Clone, Copy)]
pub struct TableGrant {
    /// Name of the table.
    pub table: &'static str,
    /// Such as `&["SELECT", "INSERT"]`.
    pub privileges: &'static [&'static str],
}

/// The migrations of a module, and the privileges that its tables need.
///
/// The history is the table `_sqlx_migrations_NAME`. It is separate from that of the service, so each can be newer or
/// older than the program without the other.
///
/// ```
/// use customers_adapter_postgres::{ModuleSchema, TableGrant};
/// use sqlx::migrate::Migrator;
///
/// # const MIGRATIONS: Migrator = Migrator::DEFAULT; /*
/// static MIGRATIONS: Migrator = sqlx::migrate!();
/// # */
///
/// const SCHEMA: ModuleSchema = ModuleSchema::new(
///     "wallets",
///     &MIGRATIONS,
///     &[TableGrant { table: "wallets", privileges: &["SELECT", "INSERT"] }],
/// );
/// # let _ = SCHEMA;
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ModuleSchema {
    name: &'static str,
    migrations: &'static Migrator,
    grants: &'static [TableGrant],
}

impl ModuleSchema {
    /// Describes the schema of a module.
    ///
    /// # Panics
    /// If the name is not 1 to 32 lower-case letters, digits and underscores that begin with a letter. In a constant,
    /// this is an error of the compiler.
    pub const fn new(
        name: &'static str,
        migrations: &'static Migrator,
        grants: &'static [TableGrant],
    ) -> Self {
        assert!(
            is_name(name.as_bytes()),
            "a module's name is lower-case letters, digits and underscores"
        );
        Self {
            name,
            migrations,
            grants,
        }
    }

    /// Returns the name of the module.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    fn history(&self) -> History {
        History {
            table: Cow::Owned(format!("_sqlx_migrations_{}", self.name)),
            migrations: self.migrations,
        }
    }
}

const fn is_name(name: &[u8]) -> bool {
    let mut index = 0;
    while index < name.len() {
        let is_allowed = match name[index] {
            b'a'..=b'z' => true,
            b'0'..=b'9' | b'_' => index > 0,
            _ => false,
        };
        if !is_allowed {
            return false;
        }
        index += 1;
    }
    !name.is_empty() && name.len() <= NAME_MAX
}

/// Applies the missing migrations of a module. Several programs that do so at once wait for each other.
///
/// # Errors
/// Returns an error if the server cannot be used, is behind a pooler, or a migration fails.
pub async fn migrate_module(
    settings: &PgSettings,
    schema: &ModuleSchema,
) -> Result<(), StartupError> {
    apply(settings, &schema.history()).await
}

/// Compares the schema of a module with the program, and checks the privileges of the role that is connected.
///
/// # Errors
/// Returns an error if the server cannot be used, if the schema was not made by these migrations, or if the role lacks
/// a privilege. The error contains the statement that grants it.
pub async fn module_schema_state(
    settings: &PgSettings,
    schema: &ModuleSchema,
) -> Result<SchemaState, StartupError> {
    let history = schema.history();
    let mut connection = Connector::new(settings)?.connect().await?;
    if !history.exists(&mut connection).await? {
        return Ok(SchemaState::Behind);
    }
    let of_history = [("SELECT", &*history.table)];
    require_privileges(&mut connection, schema.name, &of_history).await?;
    let state = state(&mut connection, &history).await?;
    if state != SchemaState::Behind {
        let needed: Vec<(&str, &str)> = schema
            .grants
            .iter()
            .flat_map(|grant| grant.privileges.iter().map(|it| (*it, grant.table)))
            .collect();
        require_privileges(&mut connection, schema.name, &needed).await?;
    }
    Ok(state)
}

async fn require_privileges(
    connection: &mut Connection,
    module: &'static str,
    needed: &[(&str, &str)],
) -> Result<(), StartupError> {
    let (privileges, tables): (Vec<&str>, Vec<&str>) = needed.iter().copied().unzip();
    let statement = Statement::new(sql::MISSING_PRIVILEGES)
        .bind(tables)
        .bind(privileges);
    let rows = connection.fetch(statement).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let grants: Result<Vec<String>, Failure> = rows.iter().map(grant).collect();
    Err(StartupError::MissingPrivileges {
        module,
        statements: grants?.join("; "),
    })
}

fn grant(row: &PgRow) -> Result<String, Failure> {
    let privileges: &str = column(row, "privileges")?;
    let table: &str = column(row, "table_name")?;
    let role: &str = column(row, "role")?;
    Ok(format!("GRANT {privileges} ON {table} TO {role}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_lower_case_letters_digits_and_underscores() {
        for good in ["wallets", "payment_methods", "a1", &"a".repeat(32)] {
            assert!(is_name(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "1a",
            "_a",
            "Wallets",
            "pay-ments",
            "a b",
            "a\"",
            &"a".repeat(33),
        ] {
            assert!(!is_name(bad.as_bytes()), "{bad}");
        }
    }
}
