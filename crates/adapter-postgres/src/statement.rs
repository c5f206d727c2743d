use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{Arguments as _, Encode, Postgres, Type};

use crate::failure::{Failure, FailureKind};

/// A statement of [`sql`](crate::sql) with its values, ready to be run more than once.
#[derive(Clone)]
pub(crate) struct Statement {
    sql: &'static str,
    arguments: PgArguments,
    encoded: bool,
}

impl Statement {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self {
            sql,
            arguments: PgArguments::default(),
            encoded: true,
        }
    }

    /// Adds the value of the next parameter.
    pub(crate) fn bind<'t>(mut self, value: impl Encode<'t, Postgres> + Type<Postgres>) -> Self {
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
