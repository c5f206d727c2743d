use std::collections::HashSet;

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

/// Several creates in one statement, with distinct keys and ids. Its result is the ids of the stored customers; the
/// others have a conflict.
///
/// It can be repeated: customers that an earlier attempt stored are skipped like any conflict.
pub(super) struct CreateMany<'a>(pub(super) Vec<&'a Create>);

impl Work for CreateMany<'_> {
    type Output = HashSet<Uuid>;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<HashSet<Uuid>, Failure> {
        let rows = connection.fetch(self.statement()).await?;
        let row = rows.first().ok_or_else(|| unreadable("stored"))?;
        let stored: Option<Vec<Uuid>> = column(row, "stored")?;
        Ok(stored.unwrap_or_default().into_iter().collect())
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
