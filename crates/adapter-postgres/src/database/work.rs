use sqlx::postgres::PgRow;

use crate::connection::Connection;
use crate::failure::Failure;
use crate::statement::Statement;
use crate::transaction::UnitOfWork;

/// A call of a port on a connection.
///
/// Unless [`IS_REPEATED`](Self::IS_REPEATED) is false, it MUST be repeatable after a lost connection, even if the first
/// attempt was committed. It MUST leave no transaction open.
pub(crate) trait Work: Send + Sync {
    type Output: Send;

    /// Whether it writes, which needs a write connection.
    const WRITES: bool;
    /// Whether it is repeated after a lost connection.
    const IS_REPEATED: bool = true;

    fn attempt(
        &self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// A statement that reads.
pub(super) struct Read(pub(super) Statement);

/// A statement that writes and can be repeated.
pub(super) struct Write(pub(super) Statement);

/// The transaction of a module.
pub(super) struct InTransaction<U>(pub(super) U);

impl<U: UnitOfWork> Work for InTransaction<U> {
    type Output = U::Output;
    const WRITES: bool = U::WRITES;
    const IS_REPEATED: bool = U::IS_REPEATED;

    async fn attempt(&self, connection: &mut Connection) -> Result<U::Output, Failure> {
        connection.run(&self.0).await
    }
}

impl Work for Read {
    type Output = Vec<PgRow>;
    const WRITES: bool = false;

    async fn attempt(&self, connection: &mut Connection) -> Result<Vec<PgRow>, Failure> {
        connection.fetch(self.0.clone()).await
    }
}

impl Work for Write {
    type Output = Vec<PgRow>;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<Vec<PgRow>, Failure> {
        connection.fetch(self.0.clone()).await
    }
}
