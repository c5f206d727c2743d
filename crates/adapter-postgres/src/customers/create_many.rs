use std::collections::HashSet;
use std::time::{Duration, Instant};

use sqlx::types::Uuid;

use crate::codes;
use crate::column::{column, unreadable};
use crate::connection::Connection;
use crate::customers::binding::external_id;
use crate::customers::create::{Create, NewRecord};
use crate::database::Work;
use crate::failure::Failure;
use crate::settings::{LOCK_WAIT_TOGETHER, milliseconds};
use crate::sql;
use crate::statement::Statement;

/// Stores several creates in one statement. No two of them have the same key or id. Returns which of them were stored.
///
/// Can be repeated: customers that an earlier attempt stored are skipped, like any other conflict.
pub(super) struct CreateMany<'a>(pub(super) Vec<&'a Create>);

/// Result of [`CreateMany`].
pub(super) struct Stored {
    /// The customers that were stored.
    pub(super) ids: HashSet<Uuid>,
    pub(super) times: StatementTimes,
}

/// Times of a statement.
#[derive(Clone, Copy)]
pub(super) struct StatementTimes {
    /// From the call to the response.
    pub(super) total: Duration,
    /// The total without the work on the rows: the commit, and the way there and back.
    pub(super) commit: Duration,
}

impl Work for CreateMany<'_> {
    type Output = Stored;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<Stored, Failure> {
        let statement = self.statement();
        let began = Instant::now();
        let rows = connection.fetch(statement).await?;
        let total = began.elapsed();
        let row = rows.first().ok_or_else(|| unreadable("stored"))?;
        let ids: Option<Vec<Uuid>> = column(row, "stored")?;
        let work = Duration::try_from_secs_f64(column(row, "seconds")?);
        Ok(Stored {
            ids: ids.unwrap_or_default().into_iter().collect(),
            times: StatementTimes {
                total,
                commit: total.saturating_sub(work.unwrap_or_default()),
            },
        })
    }
}

impl CreateMany<'_> {
    fn statement(&self) -> Statement {
        Statement::new(sql::STORE_CUSTOMERS)
            .bind(self.each(|create| create.tenant().as_uuid()))
            .bind(self.each(|create| create.state().id.as_uuid()))
            .bind(self.each(|create| create.state().created_at))
            .bind(self.each(|create| codes::of_status(create.state().status)))
            .bind(self.each(|create| codes::of_type(create.state().profile.customer_type)))
            .bind(self.each(|create| create.state().profile.billing_address.country.as_str()))
            .bind(self.each(|create| external_id(create.state())))
            .bind(self.each(|create| create.seals().salt.0))
            .bind(self.each(|create| create.seals().email_digest))
            .bind(self.each(|create| create.seals().phone_digest))
            .bind(self.each(|create| create.seals().profile.as_slice()))
            .bind(self.each(|create| create.creation().change().id.as_uuid()))
            .bind(self.each(|create| create.creation().change().actor.as_str()))
            .bind(self.records(|record| record.key_hash.as_slice()))
            .bind(self.records(|record| record.fingerprint.as_slice()))
            .bind(self.records(|record| record.detail.as_slice()))
            .bind(milliseconds(LOCK_WAIT_TOGETHER))
    }

    fn each<'s, T>(&'s self, of: impl Fn(&'s Create) -> T) -> Vec<T> {
        self.0.iter().map(|create| of(create)).collect()
    }

    fn records<'s>(&'s self, of: fn(&'s NewRecord) -> &'s [u8]) -> Vec<Option<&'s [u8]>> {
        self.each(|create| create.record().map(of))
    }
}
