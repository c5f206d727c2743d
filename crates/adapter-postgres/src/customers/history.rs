use customers_domain::{CustomerChange, CustomerId, TenantId};
use customers_ports::{HistoryQuery, Page};
use sqlx::postgres::PgRow;

use crate::column::column;
use crate::customers::binding::stored_version;
use crate::failure::Failure;
use crate::rows::change;
use crate::sealing::KeyRing;
use crate::sql;
use crate::statement::Statement;

pub(super) fn statement(tenant: TenantId, id: CustomerId, query: HistoryQuery) -> Statement {
    // No version is stored that comes behind the greatest, so it stands for the end as well.
    let before = query.after.and_then(|version| stored_version(version).ok());
    Statement::new(sql::LIST_CHANGES)
        .bind(tenant.as_uuid())
        .bind(id.as_uuid())
        .bind(before.unwrap_or(i32::MAX))
        .bind(i64::from(query.limit) + 1)
}

/// The rows of [`LIST_CHANGES`](sql::LIST_CHANGES), of which there is at least one.
pub(super) fn page(
    rows: &[PgRow],
    id: CustomerId,
    limit: u32,
    ring: &KeyRing,
) -> Result<Page<CustomerChange>, Failure> {
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        if column::<Option<i32>>(row, "version")?.is_some() {
            changes.push(change(row, id, ring)?);
        }
    }
    Ok(Page::cut(changes, limit))
}
