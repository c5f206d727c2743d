use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Postgres, SqlSafeStr as _, SqlStr, Type};

use crate::failure::{Failure, FailureKind};

/// A statement with its parameters. It can be run more than once.
#[derive(Clone)]
pub struct Statement {
    sql: SqlStr,
    arguments: PgArguments,
    encoded: bool,
}

impl Statement {
    /// Creates a statement without parameters. Constants keep values out of the SQL.
    pub fn new(sql: &'static str) -> Self {
        Self::of(sql.into_sql_str())
    }

    /// Creates a statement whose text contains the name of a table. The name is known when the program is compiled.
    pub(crate) fn naming_a_table(sql: String) -> Self {
        Self::of(AssertSqlSafe(sql).into_sql_str())
    }

    fn of(sql: SqlStr) -> Self {
        Self {
            sql,
            arguments: PgArguments::default(),
            encoded: true,
        }
    }

    /// Adds the value of the next parameter, beginning with `$1`.
    #[must_use]
    pub fn bind<'t>(mut self, value: impl Encode<'t, Postgres> + Type<Postgres>) -> Self {
        self.encoded &= self.arguments.add(value).is_ok();
        self
    }

    pub(crate) fn into_query(self) -> Result<Query<'static, Postgres, PgArguments>, Failure> {
        if !self.encoded {
            let reason = "a value cannot be put on the wire";
            return Err(Failure::new(FailureKind::Defect, reason));
        }
        Ok(sqlx::query_with(self.sql, self.arguments))
    }
}
